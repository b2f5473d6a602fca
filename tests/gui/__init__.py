"""Tests of the window. The forms are made, not committed: stale ones are compiled first."""

import subprocess
import sys
from pathlib import Path

_BUILD = Path(__file__).resolve().parents[2] / "packaging" / "build_forms.py"
subprocess.run([sys.executable, str(_BUILD)], check=True)
