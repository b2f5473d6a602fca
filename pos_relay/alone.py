"""One serving relay for one data folder: two would hint and sweep against each other."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_relay.errors import SetupError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_EVERY_S = 0.2


@contextmanager
def serving_alone(data: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the folder until the end or our death; waits ``patience`` seconds for another to end.

    Raises SetupError where another relay serves it, or where the folder cannot be written.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(data / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SetupError(f"the folder {data} cannot be used: {error.strerror}") from error
    try:
        _take(handle, data, time.monotonic() + patience)
        yield
    finally:
        os.close(handle)


def _take(handle: int, data: Path, end: float) -> None:
    while True:
        try:
            _lock(handle)
        except OSError as error:
            if time.monotonic() >= end:
                raise SetupError(f"another relay serves {data} already") from error
            time.sleep(_EVERY_S)
        else:
            return


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
