"""What verification says about money: tenders, the gateways' statements, and what goes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from pos_desktop.domain.payment import PaymentStatus, RefundStatus
from pos_desktop.domain.refund import RefundState
from pos_desktop.storage.session import Row, Session

_TENDERS = (
    "SELECT kind, amount, reference, after_issue, tendered, change FROM tenders "
    "LEFT JOIN tender_reversals USING (tender_id) WHERE order_id = ? ORDER BY tender_id"
)
_WORDS: tuple[tuple[str, str, type[StrEnum]], ...] = (
    ("statement", "SELECT DISTINCT status FROM facts", PaymentStatus),
    ("statement about a refund", "SELECT DISTINCT status FROM refund_facts", RefundStatus),
    ("refund", "SELECT DISTINCT state FROM refunds", RefundState),
)
_BROUGHT = (
    "(SELECT COALESCE(MAX(f.amount), 0) FROM facts AS f WHERE f.gateway = r.gateway "
    "AND f.payment_id = r.payment_id AND f.status IN ('captured', 'refunded'))"
)
# A refund that failed gave nothing back; it is owed again under the same row.
_ASKED = (
    f"SELECT payment_id, SUM(amount), {_BROUGHT} AS brought FROM refunds AS r "  # noqa: S608 - constants
    "WHERE state <> 'failed' GROUP BY gateway, payment_id HAVING SUM(amount) > brought LIMIT 1"
)
# One refund is told several times. What nobody told us to have come is another counter's matter.
_GIVEN_BACK = (
    f"SELECT payment_id, SUM(amount), {_BROUGHT} AS brought FROM ("  # noqa: S608 - constants
    "SELECT gateway, payment_id, MAX(amount) AS amount FROM refund_facts "
    "WHERE status = 'processed' GROUP BY gateway, payment_id, refund_id) AS r "
    "GROUP BY gateway, payment_id HAVING SUM(amount) > brought AND brought > 0 LIMIT 1"
)
_TOLD_BACK = (
    "SELECT payment_id, amount_refunded, amount FROM facts WHERE amount_refunded > amount LIMIT 1"
)
_TWICE = (
    "SELECT reference FROM tenders WHERE kind = 'own_upi' AND NOT EXISTS "
    "(SELECT 1 FROM tender_reversals AS r WHERE r.tender_id = tenders.tender_id) "
    "GROUP BY reference HAVING COUNT(*) > 1 LIMIT 1"
)
_NEVER_ISSUED = (
    "SELECT order_id FROM tender_reversals JOIN tenders USING (tender_id) "
    "JOIN sales USING (order_id) WHERE after_issue = 1 AND state <> 'issued' LIMIT 1"
)


class Broken(Exception):
    """The first thing that is wrong; ``seq`` is the ledger entry that it concerns."""

    def __init__(self, problem: str, seq: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.seq = seq


@contextmanager
def kinds_of(what: str, seq: int | None = None) -> Iterator[None]:
    """A flipped bit may turn a number into text or nothing, which no sum or hash can be made of."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise Broken(f"{what} holds a value of a wrong kind", seq) from error


class Tenders:
    """How one issued bill was paid."""

    def __init__(self, session: Session, order_id: str) -> None:
        self._rows = session.rows(_TENDERS, (order_id,))

    def at_issue(self, first: int) -> list[dict[str, object]]:
        """The ``first`` ones that stood when it was issued, as the ledger names them.

        Money that came later (a flag, a refund) adds tenders; those of the issue stay first. One
        that was taken back before the issue was not counted by it.
        """
        stood = [row for row in self._rows if row[3] in (None, 1)][:first]
        return [{"kind": row[0], "amount": row[1], "reference": row[2]} for row in stood]

    def standing(self) -> int:
        """Paise of all that was not taken back."""
        return sum(row[1] for row in self._rows if row[3] is None)

    def change_fits(self) -> bool:
        """Whether what was handed over is the amount and the change, where anything was."""
        return all(
            handed - change == amount
            for _, amount, _, _, handed, change in self._rows
            if handed or change
        )


def check_money(session: Session) -> None:
    """Raises Broken with the first thing that is wrong."""
    for what, sql, kind in _WORDS:
        for (word,) in session.rows(sql):
            if word not in list(kind):
                raise Broken(f"a {what} holds a word that is not ours: {word!r}")
    if row := session.row(_TOLD_BACK):
        raise Broken(_more("the gateway gave back", row))
    if row := session.row(_ASKED):
        raise Broken(_more("the refunds give back", row))
    if row := session.row(_GIVEN_BACK):
        raise Broken(_more("the gateway's refunds gave back", row))
    if row := session.row(_TWICE):
        raise Broken(f"UPI reference {row[0]} counts for more than one tender")
    if row := session.row(_NEVER_ISSUED):
        raise Broken(f"a tender of bill {row[0]} was taken back after an issue that never was")


def _more(who: str, row: Row) -> str:
    payment_id, back, brought = row
    return f"{who} {back} paise of payment {payment_id}, which brought {brought}"
