"""The ledger and the series of numbers."""

import json
from collections.abc import Callable, Mapping, Sequence

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.numbering import MAX_INVOICE
from pos_desktop.ports import LedgerEntry
from pos_desktop.storage.marker import Key, check_key
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import column_names, insert_sql, ledger, select_sql
from pos_desktop.wire.chain import GENESIS, canonical, link

_NAMES = column_names(ledger)
_ADD = insert_sql(ledger, _NAMES)
_AFTER = select_sql(ledger, _NAMES, "WHERE seq > ? ORDER BY seq LIMIT ?")
_HEAD = select_sql(ledger, ("seq", "hash"), "ORDER BY seq DESC LIMIT 1")
_LAST = "SELECT last_no FROM numbers WHERE series = ? AND fy = ?"
_TAKE = (
    "INSERT INTO numbers (series, fy, last_no) VALUES (?, ?, 1) "
    "ON CONFLICT (series, fy) DO UPDATE SET last_no = last_no + 1 RETURNING last_no"
)


class SqlLedger:
    """``ports.Ledger``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, kind: str, actor: str, at: int, body: Mapping[str, object]) -> LedgerEntry:
        """Raises TypeError or ValueError for a body without canonical form (see wire.chain)."""
        last, prev_hash = self.head()
        entry_hash = link(prev_hash, last + 1, kind, actor, at, body)
        entry = LedgerEntry(last + 1, kind, actor, at, body, prev_hash, entry_hash)
        text = canonical(dict(body)).decode()
        self._session.change(_ADD, (last + 1, kind, actor, at, text, prev_hash, entry_hash))
        return entry

    def after(self, seq: int, limit: int) -> Sequence[LedgerEntry]:
        """Up to ``limit`` entries behind ``seq``."""
        return tuple(map(entry_of, self._session.rows(_AFTER, (seq, limit))))

    def head(self) -> tuple[int, str]:
        """Sequence and hash of the last entry; (0, GENESIS) where there is none."""
        row = self._session.row(_HEAD)
        return (0, GENESIS) if row is None else (row[0], row[1])


class SqlNumbers:
    """``ports.Numbers``; ``locked`` says why a series must not go on, or None."""

    def __init__(
        self, session: Session, locked: Callable[[str], str | None], taken: dict[Key, int]
    ) -> None:
        self._session = session
        self._locked = locked
        self._taken = taken

    def take(self, series: str, fy: str) -> int:
        """Raises DomainError ``series_locked``, ``series_exhausted`` or ``series_invalid``."""
        check_key(series, fy)
        reason = self._locked(series)
        if reason is not None:
            text = "This series of invoice numbers must not go on; the counter needs a new one."
            raise DomainError("series_locked", text, series=series, reason=reason)
        if self._session.row(_LAST, (series, fy)) == (MAX_INVOICE,):
            raise DomainError("series_exhausted", f"{series}/{fy} is used up", series=series, fy=fy)
        ((number,),) = self._session.change_rows(_TAKE, (series, fy))
        self._taken[series, fy] = int(number)
        return int(number)


def entry_of(row: Row) -> LedgerEntry:
    """An entry from its columns."""
    seq, kind, actor, at, body, prev_hash, entry_hash = row
    return LedgerEntry(seq, kind, actor, at, json.loads(body), prev_hash, entry_hash)
