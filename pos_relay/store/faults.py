"""Whether an error is the store's own trouble, which may pass, and not a bug."""

import errno

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

FULL = "full"
BUSY = "busy"
BROKEN = "broken"
_ERRNO = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EMFILE: BUSY,
    errno.ENFILE: BUSY,
    errno.EIO: BROKEN,
    errno.EROFS: BROKEN,
    errno.EACCES: BROKEN,
    errno.EPERM: BROKEN,
}
# SQLite says these in its own words; PostgreSQL's adapter will add its classes.
_WORDS = {
    "disk is full": FULL,
    "is locked": BUSY,
    "disk i/o error": BROKEN,
    "readonly database": BROKEN,
    "unable to open database file": BROKEN,
    "malformed": BROKEN,
}


def storage_fault(error: BaseException) -> str | None:
    """FULL, BUSY or BROKEN; None for anything that is not the store's trouble."""
    if isinstance(error, NoConnection):
        return BUSY
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError):
        return _ERRNO.get(cause.errno or 0)
    if type(cause).__name__ not in {"OperationalError", "DatabaseError"}:
        return None
    said = str(cause).lower()
    return next((fault for words, fault in _WORDS.items() if words in said), None)
