"""``./run``: the practice shop with everything around it, and the counter as a child."""

import subprocess
import sys
from pathlib import Path

from pos_desktop.sandbox.surroundings import NotStarted, Surroundings
from pos_desktop.settings.paths import practice_folder

# A counter that was killed opens again and goes on; one that keeps dying does not.
_REOPENINGS = 5


def open_practice(data: Path | None) -> int:
    """Start the surroundings, open the counter and wait until it is closed; its exit code."""
    folder = data or practice_folder()
    try:
        with Surroundings(folder) as around:
            return _counter(around.file, folder / "counter")
    except NotStarted as error:
        sys.stderr.write(f"run: {error}\n")
        return 3


def _counter(endpoints: Path, data: Path) -> int:
    command = [sys.executable, "-P", "-m", "pos_desktop"]
    command += ["--practice", str(endpoints), "--data", str(data)]
    code = 0
    for _ in range(_REOPENINGS):
        code = subprocess.run(command, check=False).returncode  # noqa: S603  # our own program
        if code >= 0:
            return code
        sys.stderr.write("run: the counter was killed; it opens again where it was\n")
    return 1
