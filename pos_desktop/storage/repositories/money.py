"""Tenders, collects and the gateways' statements about money."""

from collections.abc import Sequence
from operator import attrgetter

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    CollectState,
    PaymentFact,
    PaymentStatus,
)
from pos_desktop.domain.sale import Tender, TenderKind
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import (
    collects,
    column_names,
    facts,
    insert_sql,
    select_sql,
    tenders,
    update_sql,
)

_TENDER = column_names(tenders, "tender_id", "order_id")
_ADD_TENDER = insert_sql(tenders, ("order_id", *_TENDER))
_TENDERS_OF = select_sql(tenders, _TENDER, "WHERE order_id = ? ORDER BY tender_id")
_tender = attrgetter(*_TENDER)

_COLLECT = column_names(collects)
_FIXED = frozenset({"reference", "order_id", "attempt", "kind", "gateway", "amount", "created_at"})
_MUTABLE = tuple(name for name in _COLLECT if name not in _FIXED)
_ADD_COLLECT = insert_sql(collects, _COLLECT)
_SAVE_COLLECT = update_sql(collects, _MUTABLE, "WHERE reference = ?")
_GET_COLLECT = select_sql(collects, _COLLECT, "WHERE reference = ?")
_BY_GATEWAY_ID = select_sql(collects, _COLLECT, "WHERE gateway_id = ?")
_COLLECTS_OF = select_sql(collects, _COLLECT, "WHERE order_id = ? ORDER BY attempt")
# NULL sorts first: what was never asked is the longest unasked.
_DUE = select_sql(
    collects,
    _COLLECT,
    "WHERE next_ask_at <= ? ORDER BY kind = 'qr' DESC, asked_at, created_at, reference LIMIT ?",
)
_NEXT_DUE = "SELECT MIN(next_ask_at) FROM collects WHERE next_ask_at IS NOT NULL"
_WAKE = "UPDATE collects SET next_ask_at = ? WHERE next_ask_at IS NOT NULL"
_collect = attrgetter(*_COLLECT)
_mutable = attrgetter(*_MUTABLE)

_FACT = column_names(facts, "fact_seq", "order_id", "reference", "seen_at")
_ADD_FACT = insert_sql(
    facts,
    ("order_id", "reference", "seen_at", *_FACT),
    "ON CONFLICT (gateway, payment_id, status) DO NOTHING",
)
_FACTS_OF = select_sql(facts, ("reference", *_FACT), "WHERE order_id = ? ORDER BY fact_seq")
_fact = attrgetter(*_FACT)


class SqlTenders:
    """``ports.Tenders``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, order_id: str, tender: Tender) -> None:
        """Raises DomainError ``conflict`` for an unknown bill."""
        self._session.change(_ADD_TENDER, (order_id, *_tender(tender)))

    def of(self, order_id: str) -> Sequence[Tender]:
        """In the order in which they were added."""
        rows = self._session.rows(_TENDERS_OF, (order_id,))
        return tuple(Tender(TenderKind(row[0]), *row[1:]) for row in rows)


class SqlCollects:
    """``ports.Collects``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, collect: Collect) -> None:
        """Raises DomainError ``conflict`` for a reference or attempt used before."""
        self._session.change(_ADD_COLLECT, _collect(collect))

    def get(self, reference: str) -> Collect | None:
        """By our reference."""
        return _maybe(self._session.row(_GET_COLLECT, (reference,)))

    def by_gateway_id(self, gateway_id: str) -> Collect | None:
        """By the gateway's own id."""
        return _maybe(self._session.row(_BY_GATEWAY_ID, (gateway_id,)))

    def of(self, order_id: str) -> Sequence[Collect]:
        """In the order of their attempts."""
        return tuple(map(_collect_of, self._session.rows(_COLLECTS_OF, (order_id,))))

    def save(self, collect: Collect) -> None:
        """Write every mutable field. Raises DomainError ``conflict`` for an unknown reference."""
        values = (*_mutable(collect), collect.reference)
        if self._session.change(_SAVE_COLLECT, values) != 1:
            raise DomainError("conflict", f"no collect {collect.reference}")

    def due(self, now: int, limit: int) -> Sequence[Collect]:
        """QRs first, then the longest unasked."""
        return tuple(map(_collect_of, self._session.rows(_DUE, (now, limit))))

    def next_due(self) -> int | None:
        """When the next one becomes due, or None."""
        row = self._session.row(_NEXT_DUE)
        return None if row is None else row[0]

    def wake_all(self, now: int) -> None:
        """Every watched one is due now."""
        self._session.change(_WAKE, (now,))


class SqlFacts:
    """``ports.Facts``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, order_id: str, reference: str, fact: PaymentFact, at: int) -> bool:
        """True if it was new."""
        return self._session.change(_ADD_FACT, (order_id, reference, at, *_fact(fact))) == 1

    def of(self, order_id: str) -> Sequence[tuple[str, PaymentFact]]:
        """In the order of arrival."""
        rows = self._session.rows(_FACTS_OF, (order_id,))
        return tuple((row[0], _fact_of(row[1:])) for row in rows)


def _fact_of(row: Row) -> PaymentFact:
    gateway, payment_id, status, *rest = row
    return PaymentFact(gateway, payment_id, PaymentStatus(status), *rest)


def _maybe(row: Row | None) -> Collect | None:
    return None if row is None else _collect_of(row)


def _collect_of(row: Row) -> Collect:
    reference, order_id, attempt, kind, state, *rest = row
    return Collect(reference, order_id, attempt, CollectKind(kind), CollectState(state), *rest)
