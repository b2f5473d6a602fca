"""What gateways say about money that came; it only grows."""

from collections.abc import Sequence
from operator import attrgetter

from pos_desktop.domain.payment import PaymentFact, PaymentStatus
from pos_desktop.storage.session import Row, Session, Values
from pos_desktop.storage.tables import column_names, facts, insert_sql, select_sql

FACT_NAMES = column_names(facts, "fact_seq", "order_id", "reference", "seen_at")
_ADD = insert_sql(
    facts,
    ("order_id", "reference", "seen_at", *FACT_NAMES),
    "ON CONFLICT (gateway, payment_id, status, amount_refunded) DO NOTHING",
)
_OF = select_sql(facts, ("reference", *FACT_NAMES), "WHERE order_id = ? ORDER BY fact_seq")
_TOLD = select_sql(
    facts, ("seen_at", "reference", *FACT_NAMES), "WHERE order_id = ? ORDER BY fact_seq"
)
_OF_PAYMENT = select_sql(
    facts, ("order_id", *FACT_NAMES), "WHERE gateway = ? AND payment_id = ? ORDER BY fact_seq"
)
# A capture is told again when some of it was refunded: the last statement stands for the payment,
# or whoever adds captures up would count it twice.
_LATEST = (
    "NOT EXISTS (SELECT 1 FROM facts AS later WHERE later.gateway = facts.gateway "
    "AND later.payment_id = facts.payment_id AND later.status = 'captured' "
    "AND later.fact_seq > facts.fact_seq)"
)
_BY_RRN = select_sql(
    facts,
    ("order_id", *FACT_NAMES),
    f"WHERE rrn = ? AND status = 'captured' AND {_LATEST} ORDER BY fact_seq",
)
_GONE_BACK = "SELECT 1 FROM facts WHERE rrn = ? AND status = 'refunded' LIMIT 1"
_CAPTURED = select_sql(
    facts,
    ("order_id", *FACT_NAMES),
    f"WHERE status = 'captured' AND created_at BETWEEN ? AND ? AND {_LATEST} "
    "ORDER BY created_at, fact_seq",
)
_fields = attrgetter(*FACT_NAMES)


class SqlFacts:
    """``ports.Facts``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, order_id: str, reference: str, fact: PaymentFact, at: int) -> bool:
        """True if it was new."""
        return self._session.change(_ADD, (order_id, reference, at, *_fields(fact))) == 1

    def of(self, order_id: str) -> Sequence[tuple[str, PaymentFact]]:
        """In the order of arrival."""
        return self._pairs(_OF, (order_id,))

    def told(self, order_id: str) -> Sequence[tuple[int, str, PaymentFact]]:
        """With the moment at which each was seen."""
        rows = self._session.rows(_TOLD, (order_id,))
        return tuple((row[0], row[1], fact_of(row[2:])) for row in rows)

    def of_payment(self, gateway: str, payment_id: str) -> Sequence[tuple[str, PaymentFact]]:
        """Everything said about one payment, in the order of arrival."""
        return self._pairs(_OF_PAYMENT, (gateway, payment_id))

    def by_rrn(self, rrn: str) -> Sequence[tuple[str, PaymentFact]]:
        """Each captured payment once, as it was told last."""
        return self._pairs(_BY_RRN, (rrn,))

    def gone_back(self, rrn: str) -> bool:
        """Whether one was refunded in full, even if it was never told as captured."""
        return self._session.row(_GONE_BACK, (rrn,)) is not None

    def captured_between(self, start: int, end: int) -> Sequence[tuple[str, PaymentFact]]:
        """Each captured payment once, as it was told last; in the order of the gateway's dates."""
        return self._pairs(_CAPTURED, (start, end))

    def _pairs(self, sql: str, values: Values) -> Sequence[tuple[str, PaymentFact]]:
        return tuple((row[0], fact_of(row[1:])) for row in self._session.rows(sql, values))


def fact_of(row: Row) -> PaymentFact:
    """A fact from its columns in the order of ``FACT_NAMES``."""
    gateway, payment_id, status, *rest = row
    return PaymentFact(gateway, payment_id, PaymentStatus(status), *rest)
