"""``./run``: the practice shop with everything around it, and the counter as a child."""

import os
import sys
from pathlib import Path

from pos_desktop.domain.errors import Unavailable
from pos_desktop.host.locks import held
from pos_desktop.sandbox.surroundings import NotStarted, Surroundings
from pos_desktop.settings.paths import practice_folder
from pos_desktop.story.ending import Ending, attended

# A counter that was killed opens again and goes on; one that keeps dying does not.
_REOPENINGS = 5
_LOCK = "open.lock"


def open_practice(data: Path | None) -> int:
    """Start the surroundings, open the counter and wait until it is closed; its exit code.

    2 for a folder that will not do, 3 where something does not start or practice is open already.
    Raises SystemExit when a signal ends it, all being stopped.
    """
    folder = data or practice_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            Ending().listening(),
            held(folder / _LOCK, "Raseed practice is already open"),
            Surroundings(folder) as around,
        ):
            return _counter(around.file, folder / "counter")
    except (NotStarted, Unavailable) as error:
        sys.stderr.write(f"run: {error}\n")
        return 3
    except OSError as error:
        sys.stderr.write(f"run: {folder} cannot be used: {error.strerror or error}\n")
        return 2


def _counter(endpoints: Path, data: Path) -> int:
    command = ["-m", "pos_desktop", "--practice", str(endpoints), "--data", str(data)]
    for _ in range(_REOPENINGS):
        code = attended([*command, "--parent", str(os.getpid())])
        if code >= 0:
            return code
        sys.stderr.write("run: the counter was killed; it opens again where it was\n")
    return 1
