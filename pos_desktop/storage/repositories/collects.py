"""Payable objects."""

import json
from collections.abc import Iterable, Sequence
from operator import attrgetter

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import OWN_UPI, Collect, CollectKind, CollectState
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import collects, column_names, insert_sql, select_sql, update_sql

COLLECT_NAMES = column_names(collects)
_FIXED = frozenset({"reference", "order_id", "attempt", "kind", "gateway", "amount", "created_at"})
_MUTABLE = tuple(name for name in COLLECT_NAMES if name not in _FIXED)
_ADD = insert_sql(collects, COLLECT_NAMES)
_SAVE = update_sql(collects, _MUTABLE, "WHERE reference = ?")
_GET = select_sql(collects, COLLECT_NAMES, "WHERE reference = ?")
_BY_GATEWAY_ID = select_sql(collects, COLLECT_NAMES, "WHERE gateway_id = ?")
_OF = select_sql(collects, COLLECT_NAMES, "WHERE order_id = ? ORDER BY attempt")
_IN_STATES = select_sql(
    collects,
    COLLECT_NAMES,
    "WHERE state IN (SELECT value FROM json_each(?)) AND created_at < ? "
    "ORDER BY created_at, reference",
)
_LONGEST_UNASKED = (
    "SELECT MIN(since) FROM (SELECT MIN(COALESCE(asked_at, created_at)) AS since FROM collects "
    "WHERE state IN ('requested', 'unknown', 'open', 'closing') AND gateway_id IS NOT NULL "
    # Nobody could be asked about the shop's own QR.
    "AND gateway <> ? "
    "UNION ALL SELECT MIN(next_ask_at) FROM collects "
    "WHERE next_ask_at <= ? AND state NOT IN ('requested', 'unknown', 'open', 'closing'))"
)
_NEWEST = "SELECT MAX(created_at) FROM collects WHERE gateway = ?"
# NULL sorts first: what was never asked is the longest unasked. Nobody stands before a closed QR.
_DUE = select_sql(
    collects,
    COLLECT_NAMES,
    "JOIN (SELECT reference, rank, "
    "ROW_NUMBER() OVER (PARTITION BY rank ORDER BY asked_at, created_at, reference) AS place FROM "
    "(SELECT reference, asked_at, created_at, CASE "
    "WHEN state NOT IN ('requested', 'unknown', 'open', 'closing') THEN 2 "
    "WHEN kind = 'qr' THEN 0 ELSE 1 END AS rank FROM collects WHERE next_ask_at <= ?)) "
    "USING (reference) WHERE place <= ? ORDER BY rank, place",
)
_NEXT_DUE = "SELECT MIN(next_ask_at) FROM collects WHERE next_ask_at IS NOT NULL"
_WAKE = "UPDATE collects SET next_ask_at = ? WHERE next_ask_at IS NOT NULL"
_all = attrgetter(*COLLECT_NAMES)
_mutable = attrgetter(*_MUTABLE)


class SqlCollects:
    """``ports.Collects``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, collect: Collect) -> None:
        """Raises DomainError ``conflict`` for a reference or attempt used before."""
        self._session.change(_ADD, _all(collect))

    def get(self, reference: str) -> Collect | None:
        """By our reference."""
        return _maybe(self._session.row(_GET, (reference,)))

    def by_gateway_id(self, gateway_id: str) -> Collect | None:
        """By the gateway's own id."""
        return _maybe(self._session.row(_BY_GATEWAY_ID, (gateway_id,)))

    def of(self, order_id: str) -> Sequence[Collect]:
        """In the order of their attempts."""
        return tuple(map(collect_of, self._session.rows(_OF, (order_id,))))

    def in_states(self, states: Iterable[CollectState], before: int) -> Sequence[Collect]:
        """Those in one of these states and made before this moment, oldest first."""
        wanted = json.dumps([state.value for state in states])
        return tuple(map(collect_of, self._session.rows(_IN_STATES, (wanted, before))))

    def newest(self, gateway: str) -> int | None:
        """When the last one at this gateway was made, or None."""
        row = self._session.row(_NEWEST, (gateway,))
        return None if row is None else row[0]

    def longest_unasked(self, now: int) -> int | None:
        """Since when the one waits that waits longest for its question, or None."""
        row = self._session.row(_LONGEST_UNASKED, (OWN_UPI, now))
        return None if row is None else row[0]

    def save(self, collect: Collect) -> None:
        """Write every mutable field. Raises DomainError ``conflict`` for an unknown reference."""
        if self._session.change(_SAVE, (*_mutable(collect), collect.reference)) != 1:
            raise DomainError("conflict", f"no collect {collect.reference}")

    def due(self, now: int, limit: int) -> Sequence[Collect]:
        """The first few of every rank, the longest unasked first."""
        first = self.next_due()
        if first is None or first > now:
            # What is asked at every turn of the engine, and mostly in vain, does not sort.
            return ()
        return tuple(map(collect_of, self._session.rows(_DUE, (now, limit))))

    def next_due(self) -> int | None:
        """When the next one becomes due, or None."""
        row = self._session.row(_NEXT_DUE)
        return None if row is None else row[0]

    def wake_all(self, now: int) -> None:
        """Every watched one is due now."""
        self._session.change(_WAKE, (now,))


def _maybe(row: Row | None) -> Collect | None:
    return None if row is None else collect_of(row)


def collect_of(row: Row) -> Collect:
    """A collect from its columns in the order of the table."""
    reference, order_id, attempt, kind, state, *rest = row
    return Collect(reference, order_id, attempt, CollectKind(kind), CollectState(state), *rest)
