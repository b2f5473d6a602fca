"""Verification of money: what came, what counts for a bill, what went back."""

from dataclasses import replace
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as dbapi

from pos_desktop.domain.payment import PaymentFact, PaymentStatus, RefundFact, RefundStatus
from pos_desktop.domain.refund import Refund, RefundState
from pos_desktop.domain.sale import Tender, TenderKind
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.uow import WriteUnit
from pos_desktop.storage.verify import VerifyResult, verify_database
from tests.unit.storage.samples import FY, NOW, SERIES, order_id, sale

RRN = "412345678901"
ASSERTED = Tender(TenderKind.OWN_UPI, 10_000, NOW, "Asha", reference=RRN, approved_by="Meera")
GOOD = VerifyResult(True, 3, None, "")


def _issue(unit: WriteUnit, n: int, *, before: tuple[Tender, ...] = ()) -> None:
    """Issue bill ``n`` by what stands, as the services write it; ``before`` was taken back."""
    made = sale(n)
    unit.sales.add(made)
    for wrong in before:
        taken = unit.tenders.add(order_id(n), wrong)
        unit.tenders.take_back(taken.tender_id, NOW, "Meera", "typed wrong")
    unit.tenders.add(order_id(n), replace(ASSERTED, reference=f"{n}{RRN[1:]}"))
    unit.tenders.add(order_id(n), Tender(TenderKind.CASH, made.due - 10_000, NOW, "Asha"))
    number = f"{SERIES}/{FY}/{unit.numbers.take(SERIES, FY):06d}"
    unit.sales.issue(order_id(n), number, NOW, "asserted")
    body = {
        "order_id": order_id(n), "number": number, "bill_hash": made.bill_hash,
        "tenders": [
            {"kind": t.kind.value, "amount": t.amount, "reference": t.reference}
            for t in unit.tenders.of(order_id(n))
        ],
    }  # fmt: skip
    unit.ledger.append("sale.issued", "Asha", NOW, body)


@pytest.fixture
def closed(path: Path) -> Path:
    """Three bills: one plain, one with a tender taken back before its issue, one whose assertion
    the bank replaced after it; a payment given back in two refunds, another asked in vain."""
    with SqliteStore(path).open() as store, store.write() as unit:
        _issue(unit, 1)
        # The very same tender typed again, and all in one millisecond.
        _issue(unit, 2, before=(replace(ASSERTED, reference=f"2{RRN[1:]}"),))
        _issue(unit, 3)
        asserted = unit.tenders.of(order_id(3))[0]
        unit.tenders.take_back(asserted.tender_id, NOW, "gateway", "bank's own fact")
        bank = Tender(TenderKind.GATEWAY_QR, 10_000, NOW, "gateway", reference="pay_1")
        unit.tenders.add(order_id(3), bank)
        fact = PaymentFact("razorpay", "pay_1", PaymentStatus.CAPTURED, 10_000, "INR", NOW)
        unit.facts.add(order_id(3), "", fact, NOW)
        unit.facts.add(order_id(3), "", replace(fact, amount_refunded=6_000), NOW)
        refund = Refund(
            "ret-pay_1-1", order_id(3), "razorpay", "pay_1", 6_000, "return", RefundState.DONE,
            NOW, "Asha", "Meera",
        )  # fmt: skip
        unit.refunds.add(refund)
        unit.refunds.add(replace(refund, key="ret-pay_1-2", amount=4_000, state=RefundState.ASKED))
        failed = RefundState.FAILED
        unit.refunds.add(replace(refund, key="ret-pay_1-3", amount=10_000, state=failed))
        back = RefundFact("razorpay", "r1", "pay_1", RefundStatus.PENDING, 6_000, "INR", NOW)
        unit.refunds.add_fact(order_id(3), back, NOW)
        unit.refunds.add_fact(order_id(3), replace(back, status=RefundStatus.PROCESSED), NOW)
        # Another counter's payment, given back from the dashboard.
        foreign = replace(back, refund_id="r9", payment_id="pay_9", status=RefundStatus.PROCESSED)
        unit.refunds.add_fact("", foreign, NOW)
        unit.commit()
    return path


def _tamper(path: Path, *statements: str) -> None:
    """What a person with a SQLite tool does: no trigger is an obstacle, all stand again after."""
    raw = dbapi.connect(str(path), isolation_level=None)
    wanted = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
    triggers = raw.execute(wanted).fetchall()
    for name, _ in triggers:
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        raw.execute(statement)
    for _, trigger in triggers:
        raw.execute(trigger)
    raw.close()


def test_good_books(closed: Path) -> None:
    assert verify_database(closed) == GOOD


_REFUND_FACT = (
    "INSERT INTO refund_facts (order_id, seen_at, gateway, refund_id, payment_id, status, amount, "
    "currency, created_at) VALUES ('', 1, 'razorpay', 'r2', 'pay_1', 'processed', {}, 'INR', 1)"
)


@pytest.mark.parametrize(
    ("statement", "seq", "words"),
    [
        ("UPDATE tenders SET amount = 1 WHERE kind = 'gateway_qr'", 3,
         "C2A/2627/000003 has tenders of 101 paise, 10100 are due"),
        ("INSERT INTO tender_reversals SELECT MAX(tender_id), 1, 'x', 'x', 1 FROM tenders "
         "WHERE kind = 'cash'", 3, "has tenders of 10000 paise"),
        ("UPDATE tender_reversals SET after_issue = 0 WHERE after_issue = 1", 3,
         "C2A/2627/000003 was paid otherwise by the ledger"),
        ("DELETE FROM tender_reversals WHERE after_issue = 0", 2, "was paid otherwise"),
        ("UPDATE refunds SET amount = 4001 WHERE key = 'ret-pay_1-2'", None,
         "the refunds give back 10001 paise of payment pay_1, which brought 10000"),
        ("UPDATE refunds SET state = 'pending' WHERE key = 'ret-pay_1-3'", None,
         "the refunds give back 20000 paise"),
        ("UPDATE refunds SET payment_id = 'pay_7' WHERE key = 'ret-pay_1-1'", None,
         "the refunds give back 6000 paise of payment pay_7, which brought 0"),
        ("UPDATE refunds SET state = 'odd' WHERE key = 'ret-pay_1-1'", None,
         "a refund holds a word that is not ours: 'odd'"),
        ("UPDATE facts SET status = 'odd' WHERE amount_refunded = 0", None,
         "a statement holds a word that is not ours: 'odd'"),
        ("UPDATE refund_facts SET status = 'odd' WHERE status = 'pending'", None,
         "a statement about a refund holds a word that is not ours: 'odd'"),
        ("UPDATE facts SET amount_refunded = 10001 WHERE amount_refunded > 0", None,
         "the gateway gave back 10001 paise of payment pay_1, which brought 10000"),
        (_REFUND_FACT.format(4001), None,
         "the gateway's refunds gave back 10001 paise of payment pay_1, which brought 10000"),
        ("DELETE FROM tenders WHERE tender_id IN "
         "(SELECT tender_id FROM tender_reversals WHERE after_issue = 0)", None,
         "a row of tender_reversals belongs to no row of tenders"),
    ],
)  # fmt: skip
def test_money_that_is_wrong_is_found(
    closed: Path, statement: str, seq: int | None, words: str
) -> None:
    _tamper(closed, statement)
    result = verify_database(closed)
    assert words in result.problem
    assert (result.ok, result.first_broken) == (False, seq)


def test_a_refund_up_to_what_came_is_right(closed: Path) -> None:
    _tamper(closed, _REFUND_FACT.format(4000))
    assert verify_database(closed) == GOOD


def _waiting(path: Path) -> None:
    """A fourth bill, that waits: its one assertion was taken back, another stands."""
    with SqliteStore(path).open() as store, store.write() as unit:
        unit.sales.add(sale(4))
        made = unit.tenders.add(order_id(4), ASSERTED)
        unit.tenders.take_back(made.tender_id, NOW, "Meera", "typed wrong")
        unit.tenders.add(order_id(4), ASSERTED)
        unit.commit()


def test_a_take_back_after_an_issue_that_never_was(closed: Path) -> None:
    _waiting(closed)
    assert verify_database(closed) == GOOD
    _tamper(closed, "UPDATE tender_reversals SET after_issue = 1")
    # The first one that is told: the second bill was issued without the tender.
    assert "000002 was paid otherwise" in verify_database(closed).problem
    _tamper(closed, "UPDATE tender_reversals SET after_issue = 0 WHERE tender_id = 3")
    assert f"bill {order_id(4)} was taken back after" in verify_database(closed).problem


def test_an_upi_reference_that_counts_twice(closed: Path) -> None:
    _waiting(closed)
    _tamper(closed, "DELETE FROM tender_reversals WHERE tender_id > 7")
    problem = verify_database(closed).problem
    assert problem == f"UPI reference {RRN} counts for more than one tender"
