"""Money that goes back, and what gateways say about it."""

import json
from collections.abc import Sequence
from dataclasses import astuple
from operator import attrgetter

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import RefundFact, RefundStatus
from pos_desktop.domain.refund import Refund, RefundLine, RefundState
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import (
    column_names,
    insert_sql,
    refund_facts,
    refunds,
    select_sql,
    update_sql,
)

_NAMES = column_names(refunds)
REFUND_FACT_NAMES = column_names(refund_facts, "fact_seq", "order_id", "seen_at")
MUTABLE = (
    "state", "provider_order_id", "attempt", "refund_id", "bank_ref", "next_ask_at", "asked_at",
    "asks", "last_error", "done_at",
)  # fmt: skip
_ADD = insert_sql(refunds, _NAMES, "ON CONFLICT (key) DO NOTHING")
_SAVE = update_sql(refunds, MUTABLE, "WHERE key = ?")
_GET = select_sql(refunds, _NAMES, "WHERE key = ?")
_OF = select_sql(refunds, _NAMES, "WHERE order_id = ? ORDER BY created_at, key")
_OF_PAYMENT = select_sql(
    refunds, _NAMES, "WHERE gateway = ? AND payment_id = ? ORDER BY created_at, key"
)
_OWED = select_sql(refunds, _NAMES, "WHERE state <> 'done' ORDER BY created_at, key")
# NULL sorts first: what was never asked is the longest unasked.
_DUE = select_sql(
    refunds, _NAMES, "WHERE next_ask_at <= ? ORDER BY asked_at, created_at, key LIMIT ?"
)
_NEXT_DUE = "SELECT MIN(next_ask_at) FROM refunds WHERE next_ask_at IS NOT NULL"
_ADD_FACT = insert_sql(
    refund_facts,
    ("order_id", "seen_at", *REFUND_FACT_NAMES),
    "ON CONFLICT (gateway, refund_id, status) DO NOTHING",
)
_FACTS_OF = select_sql(
    refund_facts, ("seen_at", *REFUND_FACT_NAMES), "WHERE order_id = ? ORDER BY fact_seq"
)
_STATE = _NAMES.index("state")
_LINES = _NAMES.index("lines")
_all = attrgetter(*_NAMES)
_mutable = attrgetter(*MUTABLE)
_fact = attrgetter(*REFUND_FACT_NAMES)


class SqlRefunds:
    """``ports.Refunds``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, refund: Refund) -> bool:
        """False if its key exists already."""
        values = list(_all(refund))
        values[_LINES] = json.dumps([astuple(line) for line in refund.lines])
        return self._session.change(_ADD, values) == 1

    def get(self, key: str) -> Refund | None:
        """By our key."""
        row = self._session.row(_GET, (key,))
        return None if row is None else _refund(row)

    def of(self, order_id: str) -> Sequence[Refund]:
        """Oldest first."""
        return tuple(map(_refund, self._session.rows(_OF, (order_id,))))

    def of_payment(self, gateway: str, payment_id: str) -> Sequence[Refund]:
        """Oldest first."""
        return tuple(map(_refund, self._session.rows(_OF_PAYMENT, (gateway, payment_id))))

    def save(self, refund: Refund) -> None:
        """Write every mutable field; raises DomainError ``conflict`` for an unknown key, one that
        is done and should not be, another ``provider_order_id`` than the one that is known."""
        if self._session.change(_SAVE, (*_mutable(refund), refund.key)) != 1:
            raise DomainError("conflict", f"no refund {refund.key}")

    def owed(self) -> Sequence[Refund]:
        """Everything not done, oldest first."""
        return tuple(map(_refund, self._session.rows(_OWED)))

    def due(self, now: int, limit: int) -> Sequence[Refund]:
        """The longest unasked first."""
        first = self.next_due()
        if first is None or first > now:
            # What is asked at every turn of the engine, and mostly in vain, does not sort.
            return ()
        return tuple(map(_refund, self._session.rows(_DUE, (now, limit))))

    def next_due(self) -> int | None:
        """When the next one becomes due, or None."""
        row = self._session.row(_NEXT_DUE)
        return None if row is None else row[0]

    def add_fact(self, order_id: str, fact: RefundFact, at: int) -> bool:
        """True if it was new."""
        return self._session.change(_ADD_FACT, (order_id, at, *_fact(fact))) == 1

    def facts_of(self, order_id: str) -> Sequence[tuple[int, RefundFact]]:
        """(seen at, fact) in the order of arrival."""
        rows = self._session.rows(_FACTS_OF, (order_id,))
        return tuple((row[0], _refund_fact(row[1:])) for row in rows)


def _refund(row: Row) -> Refund:
    values = list(row)
    values[_STATE] = RefundState(values[_STATE])
    values[_LINES] = tuple(RefundLine(*line) for line in json.loads(values[_LINES]))
    return Refund(*values)


def _refund_fact(row: Row) -> RefundFact:
    gateway, refund_id, payment_id, status, *rest = row
    return RefundFact(gateway, refund_id, payment_id, RefundStatus(status), *rest)
