"""Engine, transactions and schema of the SQLite file.

WAL with ``synchronous=FULL``: what was answered with 200 survives a power cut. One lock around
writers keeps threads of this process from spinning on SQLite's own lock; the operator's commands
are other processes and wait by ``busy_timeout``.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pysqlite3 import dbapi2
from sqlalchemy import URL, Connection, Engine, create_engine, event

from pos_relay.errors import SetupError
from pos_relay.store import migrations

_OLDEST_SQLITE = (3, 51, 3)  # older ones carry the WAL-reset bug (architecture 3)


class Database:
    """Two pools over one file: writers begin IMMEDIATE, readers cannot write."""

    def __init__(self, path: Path) -> None:
        if dbapi2.sqlite_version_info < _OLDEST_SQLITE:
            raise SetupError(f"SQLite {dbapi2.sqlite_version} is too old: 3.51.3 is needed")
        self._path = path
        self._lock = threading.Lock()
        self._writer = _engine(path, read_only=False)
        self._reader = _engine(path, read_only=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One durable transaction; leaving by an exception rolls back."""
        with self._lock, self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view."""
        with self._reader.begin() as connection:
            yield connection

    def version(self) -> int:
        """0 for a new file."""
        with self._writer.connect() as connection:
            return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())

    def migrate(self) -> int:
        """Bring the schema to this version and return it; SetupError for a newer file.

        One transaction: a crash in the midst of it leaves the file as it was.
        """
        if self.version() != migrations.NEWEST:
            with self.write() as connection:
                # Read again: another process may have done it while this one waited.
                found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                migrations.bring_up(connection, int(found))
                connection.exec_driver_sql(f"PRAGMA user_version = {migrations.NEWEST:d}")
        return migrations.NEWEST

    def size(self) -> int:
        """Bytes of the file and its log."""
        files = (self._path, self._path.with_name(self._path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Close all connections."""
        self._reader.dispose()
        self._writer.dispose()


def _engine(path: Path, *, read_only: bool) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=dbapi2,
        pool_size=4,
        max_overflow=40,
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    def prepare(raw: dbapi2.Connection, _record: object) -> None:
        for pragma in ("busy_timeout=10000", "journal_mode=WAL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}").fetchall()
        raw.execute("PRAGMA synchronous=FULL")
        if raw.execute("PRAGMA synchronous").fetchone() != (2,):
            raise SetupError("SQLite did not take synchronous=FULL")
        if read_only:
            raw.execute("PRAGMA query_only=ON")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine
