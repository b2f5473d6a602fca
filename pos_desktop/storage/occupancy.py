"""Who has the data folder: one process at a time, and whether the last one ended in order."""

import os
import sys
from pathlib import Path

from pos_desktop.domain.errors import StoreError
from pos_desktop.storage.schema import flush_folder

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class Occupancy:
    """The lock file and the file ``unclean`` beside the database ``path``."""

    def __init__(self, path: Path) -> None:
        self._lock_path = path.with_name(path.name + ".lock")
        self._unclean = path.with_name(path.name + ".unclean")
        self._handle: int | None = None

    def take(self) -> bool:
        """Lock; True if the last process did not end in order.

        Raises StoreError ``in_use``, ``read_only`` or ``cannot_open``.
        """
        try:
            self._handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _no_folder(error) from error
        try:
            _lock(self._handle)
        except OSError as error:
            self._close()
            text = "The data folder is in use by another running copy of the program."
            raise StoreError("in_use", text) from error
        try:
            unclean = self._unclean.exists()
            self._unclean.touch(mode=0o600)
            flush_folder(self._unclean.parent)
        except OSError as error:
            self._close()
            raise _no_folder(error) from error
        return unclean

    def leave(self, *, clean: bool) -> None:
        """Unlock; ``clean``: the database was closed in order. Harmless twice."""
        if self._handle is None:
            return
        if clean:
            self._unclean.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock(handle: int) -> None:
    """Lock without waiting; raises OSError where another holds it. Ends with the process."""
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _no_folder(error: OSError) -> StoreError:
    if isinstance(error, PermissionError) or error.errno == 30:  # EROFS
        text = "The data folder may not be written to; check its owner and permissions."
        return StoreError("read_only", text, detail=str(error))
    return StoreError("cannot_open", f"The data folder cannot be used: {error.strerror or error}.")
