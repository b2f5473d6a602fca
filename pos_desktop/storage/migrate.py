"""Bringing a database of an older version to the present one, with a copy of it kept beside.

Why not Alembic: it is one step, and plain SQL in one transaction says all of it. A kill at any
moment leaves either version whole: the version number is written last and committed with the rest.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from pysqlite3 import dbapi2 as dbapi
from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from pos_desktop.domain.errors import StoreError
from pos_desktop.storage import tables
from pos_desktop.storage.engine import Held
from pos_desktop.storage.errors import DAMAGED, sqlite_errors
from pos_desktop.storage.schema import VERSION, flush_file, flush_folder
from pos_desktop.storage.session import Session
from pos_desktop.storage.triggers import create_triggers

ENDING = ".v{version}-backup"
_LINK_STYLE = "CASE channel WHEN 'sms_link' THEN 'page' ELSE 'gateway' END"
# What an older version may not have: what its rows get.
_ADDED: dict[Table, dict[str, str]] = {
    tables.sales: {"remote": "0", "link_style": _LINK_STYLE, "contact": "0"},
    tables.tenders: {"approved_by": "''"},
    tables.flags: {"closed_at": "NULL", "closed_by": "NULL", "resolution": "NULL"},
    tables.messages: {"told_at": "created_at", "told_by": "'machine'"},
    tables.pages: {"contact": "0"},
}
# What became of older messages is not known but for the last of it.
_TELL = (
    "INSERT INTO message_facts (message_id, at, state, code, reason, source) "
    "SELECT message_id, told_at, state, code, reason, told_by FROM messages ORDER BY message_id"
)
_OLD = "_old"
_OBJECTS = "SELECT name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL"
_INDICES_OF = f"{_OBJECTS} AND tbl_name = ?"
_DIALECT = sqlite.dialect()


def migrate(writer: Held, path: Path, version: int) -> None:
    """Bring the open database of this older version at ``path`` up to date; nobody else has it
    open.

    A copy is left as ``path`` + ``.v1-backup`` (of version 1). Raises StoreError; then it is still
    of the older version.
    """
    _keep_copy(writer.raw, path, ENDING.format(version=version))
    session = writer.session
    with _tables_free(session):
        session.control("BEGIN IMMEDIATE")
        try:
            _rebuild(session)
            session.control(f"PRAGMA user_version={VERSION}")
            session.control("COMMIT")
        except BaseException:
            if session.in_transaction:
                session.control("ROLLBACK")
            raise
    # Every rebuilt table stands in the log now; what cannot be folded yet is folded later.
    with contextlib.suppress(StoreError):
        session.control("PRAGMA wal_checkpoint(TRUNCATE)")


def _keep_copy(raw: dbapi.Connection, path: Path, ending: str) -> None:
    kept = path.with_name(path.name + ending)
    draft = kept.with_name(kept.name + ".new")
    try:
        _clear(draft)
        # For the owner only, like the database: bills carry phone numbers.
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with sqlite_errors():
            _copy(raw, draft)
        flush_file(draft)
        draft.replace(kept)
        flush_folder(kept.parent)
    except OSError as error:
        text = f"The database cannot be copied before its update: {error.strerror or error}."
        raise StoreError("cannot_create", text) from error
    finally:
        with contextlib.suppress(OSError):
            _clear(draft)


def _copy(raw: dbapi.Connection, draft: Path) -> None:
    copy = dbapi.connect(str(draft), isolation_level=None)
    try:
        _all_pages(raw, copy)
        # One file, readable from a read-only folder too.
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        found = copy.execute("PRAGMA quick_check(1)").fetchall()
    finally:
        copy.close()
    if found != [("ok",)]:
        raise StoreError("damaged", DAMAGED, detail=str(found))


def _all_pages(raw: dbapi.Connection, copy: dbapi.Connection) -> None:
    try:
        raw.backup(copy)
    except dbapi.Error as error:
        # The driver gives no result code here; a disk without room is by far the likeliest.
        text = "The database cannot be copied before its update. Free some space and try again."
        raise StoreError("cannot_create", text, detail=str(error)) from error


def _clear(draft: Path) -> None:
    """Away with a half copy; a journal left beside it must not meet the next one."""
    for ending in ("", "-journal", "-wal", "-shm"):
        draft.with_name(draft.name + ending).unlink(missing_ok=True)


@contextlib.contextmanager
def _tables_free(session: Session) -> Iterator[None]:
    """Let a table be replaced under its name; neither setting can be changed in a transaction."""
    session.control("PRAGMA foreign_keys=OFF")
    session.control("PRAGMA legacy_alter_table=ON")
    try:
        yield
    finally:
        session.control("PRAGMA legacy_alter_table=OFF")
        session.control("PRAGMA foreign_keys=ON")
        if session.row("PRAGMA foreign_keys") != (1,):
            raise StoreError("setting_refused", "SQLite did not take foreign_keys=1.")


def _rebuild(session: Session) -> None:
    for trigger in _names(session, "trigger"):
        session.control(f"DROP TRIGGER {trigger}")
    changed = [table for table in tables.metadata.sorted_tables if _differs(session, table)]
    for table in changed:
        for (index,) in session.rows(_INDICES_OF, ("index", table.name)):
            session.control(f"DROP INDEX {index}")
        session.control(f"ALTER TABLE {table.name} RENAME TO {table.name}{_OLD}")
    have = _names(session, "table")
    for table in tables.metadata.sorted_tables:
        if table.name not in have:
            session.control(str(CreateTable(table).compile(dialect=_DIALECT)))
    for table in changed:
        _refill(session, table)
    _create_indices(session)
    session.change(_TELL)
    for statement in create_triggers():
        session.control(statement)
    if session.rows("PRAGMA foreign_key_check"):
        raise StoreError("damaged", DAMAGED, detail="a row without the bill that it belongs to")


def _differs(session: Session, table: Table) -> bool:
    """Whether the database has the table, and in another shape than ours."""
    row = session.row(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table.name,)
    )
    ours = str(CreateTable(table).compile(dialect=_DIALECT))
    return row is not None and str(row[0]).split() != ours.split()


def _refill(session: Session, table: Table) -> None:
    have = {name for _, name, *_ in session.rows(f"PRAGMA table_info({table.name}{_OLD})")}
    added = _ADDED.get(table, {})
    names = tables.column_names(table)
    listed = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f'"{name}"' if name in have else added[name] for name in names)
    old = f"SELECT {values} FROM {table.name}{_OLD}"  # noqa: S608 - our own names and constants
    session.change(f"INSERT INTO {table.name} ({listed}) {old}")
    session.control(f"DROP TABLE {table.name}{_OLD}")


def _create_indices(session: Session) -> None:
    have = _names(session, "index")
    for table in tables.metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            if index.name not in have:
                session.control(str(CreateIndex(index).compile(dialect=_DIALECT)))


def _names(session: Session, kind: str) -> set[str]:
    return {name for (name,) in session.rows(_OBJECTS, (kind,))}
