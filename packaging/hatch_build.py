"""Compiles the Designer forms before a wheel is built, so that no machine needs the compiler."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FormsBuildHook(BuildHookInterface[Any]):
    """Runs ``packaging/build_forms.py`` for real wheels; a checkout compiles in packaging/setup."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """``version`` is "standard" or "editable"; raises CalledProcessError if a form is bad."""
        del build_data
        if self.target_name != "wheel" or version == "editable":
            return
        script = Path(self.root, "packaging", "build_forms.py")
        subprocess.run([sys.executable, str(script)], check=True)
