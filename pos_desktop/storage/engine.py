"""Connections: one that writes, read-only ones per thread, all with the settings of architecture 7.

Only this module knows how a file becomes a connection. Core's engines own them; the repositories
work on the driver's connection beneath (see ``session.py``), reports may use Core itself.
"""

import threading
import weakref
from pathlib import Path

import sqlalchemy as sa
from pysqlite3 import dbapi2 as dbapi
from sqlalchemy.pool import NullPool

from pos_desktop.domain.errors import StoreError
from pos_desktop.storage.errors import sqlite_errors
from pos_desktop.storage.session import Session
from pos_desktop.storage.uow import ReadUnit

# Older ones may corrupt a WAL database with two connections (reference reliability D2).
OLDEST_SQLITE = (3, 51, 3)
BUSY_MS = 5000
_STATEMENTS_KEPT = 256
# How long the end of the program waits for a thread that still reads.
_PATIENCE_S = 2.0
_EVERYWHERE = (
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=0",
    "PRAGMA mmap_size=0",
    "PRAGMA foreign_keys=ON",
    # Otherwise REPLACE would delete a row without asking the triggers that forbid it.
    "PRAGMA recursive_triggers=ON",
)
_READ_BACK = (
    ("synchronous", 2),
    ("wal_autocheckpoint", 0),
    ("foreign_keys", 1),
    ("recursive_triggers", 1),
)


def check_sqlite(version: tuple[int, ...] = dbapi.sqlite_version_info) -> None:
    """Refuse a SQLite with the WAL-reset bug; raises StoreError ``old_sqlite``."""
    if version < OLDEST_SQLITE:
        have, need = (".".join(map(str, v)) for v in (version, OLDEST_SQLITE))
        raise StoreError("old_sqlite", f"SQLite {have} is too old; {need} or later is needed.")


def connect_writer(path: Path) -> dbapi.Connection:
    """The writing connection of an existing file, settings read back. Raises StoreError."""
    return _connect(path, "rw", ("PRAGMA journal_mode=WAL", "PRAGMA cache_size=-16000"))


def connect_reader(path: Path, *, alone: bool = False) -> dbapi.Connection:
    """A read-only connection; ``alone``: nobody writes and nothing may be created beside the file.

    Raises StoreError.
    """
    mode = "ro&immutable=1" if alone else "ro"
    return _connect(path, mode, ("PRAGMA query_only=ON",))


def _connect(path: Path, mode: str, more: tuple[str, ...]) -> dbapi.Connection:
    check_sqlite()
    with sqlite_errors():
        raw = dbapi.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_STATEMENTS_KEPT,
        )
        try:
            for pragma in (*_EVERYWHERE, *more):
                raw.execute(pragma).fetchall()
            _read_back(raw, writer=mode == "rw")
        except BaseException:
            raw.close()
            raise
    return raw


def _read_back(raw: dbapi.Connection, *, writer: bool) -> None:
    wanted: list[tuple[str, int | str]] = list(_READ_BACK)
    if writer:
        wanted.append(("journal_mode", "wal"))
    for name, value in wanted:
        (found,) = raw.execute(f"PRAGMA {name}").fetchone()
        if found != value:
            text = f"SQLite did not take the setting {name}={value} (it says {found})."
            raise StoreError("setting_refused", text, name=name, found=found)


class Held:
    """A connection kept open, with the session on it; ``core`` is Core's own view of it."""

    def __init__(self, raw: dbapi.Connection, *, writes: bool) -> None:
        self.raw = raw
        self.session = Session(raw, writes=writes)
        self._core: sa.Connection | None = None

    @property
    def core(self) -> sa.Connection:
        """Made when a report first asks: bills do without, and a start is the shorter for it."""
        if self._core is None:
            raw = self.raw
            engine = sa.create_engine(
                "sqlite+pysqlite://", module=dbapi, creator=lambda: raw, poolclass=NullPool
            )
            self._core = engine.connect()
        return self._core

    def close(self) -> None:
        """Close both; harmless twice."""
        if self._core is not None:
            self._core.close()
        self.raw.close()


class Reader(Held):
    """The read-only connection of one thread; ``unit`` is begun and ended again and again."""

    def __init__(self, path: Path) -> None:
        super().__init__(connect_reader(path), writes=False)
        self.unit = ReadUnit(self.session)


class Readers:
    """Read-only connections, one per thread that asks, closed with the thread or by ``close``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._all: weakref.WeakSet[Reader] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    def held(self) -> Reader:
        """This thread's connection. Raises StoreError."""
        mine: Reader | None = getattr(self._local, "held", None)
        if mine is None or self._closed:
            mine = self._open()
        return mine

    def _open(self) -> Reader:
        with self._lock:
            if self._closed:
                raise StoreError("closed", "The database is closed.")
            mine = Reader(self._path)
            self._all.add(mine)
        self._local.held = mine
        return mine

    def close(self) -> None:
        """Close the connections of all threads; one whose reader does not end is left to it."""
        with self._lock:
            self._closed = True
            for held in list(self._all):
                if held.session.in_use.acquire(timeout=_PATIENCE_S):
                    held.close()
                    held.session.in_use.release()
