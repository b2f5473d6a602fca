"""One program at a time in a folder, beyond the database's own lock (``storage.occupancy``)."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_desktop.domain.errors import Unavailable

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextmanager
def held(file: Path, busy: str) -> Iterator[None]:
    """Hold the lock on ``file``, made where it is missing, until the end or our death.

    Raises Unavailable with the words ``busy`` where another process holds it, OSError where the
    file cannot be written.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise Unavailable("busy_folder", busy, file=str(file)) from error
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """Ends with the handle, so a process that died holds nothing."""
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
