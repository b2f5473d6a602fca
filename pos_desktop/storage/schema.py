"""Creating the file, and refusing one that this program must not write to.

``PRAGMA user_version`` is ``major * 1000 + minor``: a newer minor only adds what we may ignore, a
newer major is refused. A new file is built beside its place and moved there when it is complete, so
that a file of zero bytes is always a damaged one.
"""

import os
import sys
from pathlib import Path

import sqlalchemy as sa
from pysqlite3 import dbapi2 as dbapi
from sqlalchemy.pool import StaticPool

from pos_desktop.domain.errors import StoreError
from pos_desktop.storage.errors import DAMAGED, sqlite_errors
from pos_desktop.storage.session import Session
from pos_desktop.storage.tables import metadata
from pos_desktop.storage.triggers import all_statements

MAJOR = 3
MINOR = 0
VERSION = MAJOR * 1000 + MINOR
# The older versions that a start brings up to date (migrate.py).
UPDATED = (1, 2)
APPLICATION_ID = 0x52534544  # "RSED"
_MAGIC = b"SQLite format 3\x00"


def create_file(path: Path) -> None:
    """Make a complete, empty database at ``path``, which must not exist. Raises StoreError."""
    draft = path.with_name(path.name + ".new")
    try:
        draft.unlink(missing_ok=True)
        # Made first, for the owner only: SQLite would follow the umask, and its -wal and -shm take
        # after the file. Bills carry phone numbers.
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with sqlite_errors():
            _build(draft)
        flush_file(draft)
        draft.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        raise StoreError(
            "cannot_create", f"The database cannot be made: {error.strerror or error}."
        ) from error


def _build(path: Path) -> None:
    raw = dbapi.connect(str(path), isolation_level=None)
    try:
        lay_out(raw)
    finally:
        raw.close()


def lay_out(raw: dbapi.Connection) -> None:
    """Make every table, index and trigger in an empty database."""
    engine = sa.create_engine(
        "sqlite+pysqlite://", module=dbapi, creator=lambda: raw, poolclass=StaticPool
    )
    with engine.connect() as core:
        core.exec_driver_sql("BEGIN IMMEDIATE")
        metadata.create_all(core, checkfirst=False)
        for statement in all_statements():
            core.exec_driver_sql(statement)
        core.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        core.exec_driver_sql(f"PRAGMA user_version={VERSION}")
        core.commit()


def check_header(path: Path) -> None:
    """Refuse what is no database before SQLite sees it; only while nobody has it open.

    (Closing a second descriptor of an open database would drop its locks.) Raises StoreError.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise StoreError(
            "cannot_open", f"The database cannot be read: {error.strerror or error}."
        ) from error
    if not head:
        raise StoreError("damaged", "The database file is empty; restore the last backup.")
    if head != _MAGIC:
        raise StoreError("damaged", "The file is not a database; restore the last backup.")


def older_version(session: Session) -> int | None:
    """The version of a database of ours that can be brought up to date. Raises StoreError."""
    version = _number(session, "user_version") // 1000
    ours = _number(session, "application_id") == APPLICATION_ID
    return version if ours and version in UPDATED else None


def check_version(session: Session) -> None:
    """Refuse another program's file and any other major version. Raises StoreError."""
    application = _number(session, "application_id")
    version = _number(session, "user_version")
    if application != APPLICATION_ID:
        raise StoreError("not_ours", "The file is a database of another program.")
    if version // 1000 > MAJOR:
        raise StoreError(
            "newer_schema",
            "The database was written by a newer version of the program; update this one. "
            "Nothing was changed.",
            have=MAJOR,
            need=version // 1000,
        )
    if version // 1000 in UPDATED:
        text = "The database is of an older version; open it once with the program to update it."
        raise StoreError("older_schema", text)
    if version // 1000 < MAJOR:
        raise StoreError("older_schema", "The database is of an unknown older version.")


def check_sound(session: Session) -> None:
    """SQLite's quick check, after an unclean end. Raises StoreError ``damaged``."""
    found = session.rows("PRAGMA quick_check(5)")
    if found != [("ok",)]:
        first = str(found[0][0]) if found else "no answer"
        raise StoreError("damaged", DAMAGED, detail=first)


def flush_file(path: Path) -> None:
    """Make sure that the bytes of a closed file are on the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(folder: Path) -> None:
    """Make sure that new names in a folder are on the disk (Windows has no such call)."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _number(session: Session, name: str) -> int:
    row = session.row(f"PRAGMA {name}")
    return int(row[0]) if row else 0
