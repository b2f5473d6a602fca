"""One connection as the repositories see it: plain statements in, tuples out, errors translated.

The statements are constant text, so that the driver's own cache keeps each of them compiled; going
through ``Connection.execute`` would cost four times the look-up itself (reference performance 3).
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from pysqlite3 import dbapi2 as dbapi

from pos_desktop.storage.errors import translated

Row = tuple[Any, ...]
Values = Sequence[object] | Mapping[str, object]


class Session:
    """A held connection in autocommit mode; ``writes`` is False for a read-only one.

    ``in_use`` is held by an open reading unit: closing a connection under a running statement would
    free what that statement still reads.
    """

    __slots__ = ("_raw", "depth", "in_use", "writes")

    def __init__(self, raw: dbapi.Connection, *, writes: bool) -> None:
        self._raw = raw
        self.writes = writes
        self.depth = 0
        self.in_use = threading.Lock()

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Every row. Raises StoreError."""
        try:
            found: list[Row] = self._raw.execute(sql, values).fetchall()
        except (dbapi.Error, UnicodeDecodeError) as error:
            _fail(error)
        return found

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row, or None. Raises StoreError."""
        # fetchall, not fetchone: it ends the statement, so that no read stays open behind it.
        found = self.rows(sql, values)
        return found[0] if found else None

    def change(self, sql: str, values: Values = ()) -> int:
        """Run a writing statement; how many rows it changed.

        Raises StoreError, DomainError ``conflict``, RuntimeError outside a writing unit.
        """
        self._must_write()
        try:
            count: int = self._raw.execute(sql, values).rowcount
        except dbapi.Error as error:
            _fail(error)
        return count

    def change_rows(self, sql: str, values: Values = ()) -> list[Row]:
        """A writing statement with RETURNING. Raises like ``change``."""
        self._must_write()
        return self.rows(sql, values)

    def change_many(self, sql: str, many: Sequence[Values]) -> None:
        """The same statement for many rows. Raises like ``change``."""
        self._must_write()
        try:
            self._raw.executemany(sql, many)
        except dbapi.Error as error:
            _fail(error)

    def control(self, sql: str) -> None:
        """BEGIN, COMMIT, ROLLBACK or a PRAGMA. Raises StoreError."""
        try:
            self._raw.execute(sql).fetchall()
        except dbapi.Error as error:
            _fail(error)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open on the connection."""
        return bool(self._raw.in_transaction)

    def _must_write(self) -> None:
        if not self.writes:
            raise RuntimeError("this unit of work only reads")
        if not self._raw.in_transaction:
            raise RuntimeError("writing needs an open unit of work")


def _fail(error: dbapi.Error | UnicodeDecodeError) -> NoReturn:
    known = translated(error)
    if known is None:
        raise error
    raise known from error
