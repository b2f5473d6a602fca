"""What SQLite's errors mean to a shop; translated at the border of the unit of work."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pysqlite3 import dbapi2 as dbapi

from pos_desktop.domain.errors import DomainError, RaseedError, StoreError

DAMAGED = "The database file is damaged; restore the last backup."

# Primary result codes of SQLite (https://sqlite.org/rescode.html) -> (our code, sentence).
_MEANINGS = {
    5: ("busy", "Another program is using the database; it was not changed."),
    6: ("busy", "Another program is using the database; it was not changed."),
    8: ("read_only", "The database or its folder may not be written to."),
    10: ("disk_error", "The disk refused to read or write the database; nothing was saved."),
    11: ("damaged", DAMAGED),
    13: ("disk_full", "The disk is full; nothing was saved. Free some space and try again."),
    14: ("cannot_open", "The database file cannot be opened."),
    26: ("damaged", "The file is not a database or is damaged; restore the last backup."),
}
_CONSTRAINT = 19
_CLOSED = re.compile(r"closed (database|connection)", re.IGNORECASE)
_NO_TEXT = "Could not decode to UTF-8"


def translated(error: dbapi.Error | UnicodeDecodeError) -> RaseedError | None:
    """The error that a person may be told about, or None where it is a bug of ours.

    A broken constraint or trigger is a DomainError ``conflict``: a rule of the books was kept.
    """
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        if _CLOSED.search(str(error)):
            return StoreError("closed", "The database is closed.")
        # The driver cannot read a text, or SQLite's own sentence about a broken schema: we write
        # UTF-8 only, so the bytes were changed on the disk.
        if isinstance(error, UnicodeDecodeError) or _NO_TEXT in str(error):
            return StoreError("damaged", DAMAGED, detail=type(error).__name__)
        return None
    primary = code & 0xFF
    if primary == _CONSTRAINT:
        return DomainError("conflict", str(error), rule=str(error))
    if primary in _MEANINGS:
        name, sentence = _MEANINGS[primary]
        return StoreError(name, sentence, detail=str(error))
    return None


@contextmanager
def sqlite_errors() -> Iterator[None]:
    """Turn SQLite's errors inside the block into ours; a bug passes as it is."""
    try:
        yield
    except (dbapi.Error, UnicodeDecodeError) as error:
        known = translated(error)
        if known is None:
            raise
        raise known from error
