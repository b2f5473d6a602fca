"""A person's word about an RRN: on whose authority it counts, and how often (design payments 5)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.payment import OWN_UPI, CollectState, PaymentFact, PaymentStatus
from pos_desktop.domain.refund import Refund, RefundState
from pos_desktop.domain.sale import SaleState
from pos_desktop.services.people import OUTAGE_MS
from tests.support.rig import START
from tests.support.tender_counter import (
    CASH,
    DUE,
    OWN,
    RRN,
    UNREACHABLE,
    YES,
    Counter,
)
from tests.support.till import MILK, OIL


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path, CN17=10_000)
    yield made
    made.till.store.close()
    assert made.till.told() == []


def test_a_part_that_rests_on_a_word_makes_all_of_it_asserted(counter: Counter) -> None:
    sale = counter.begin()
    counter.take(sale, OWN, 5_000)
    counter.pay_rest(sale)
    assert counter.till.sale(sale.order_id).confirmed_by == "asserted"


def test_a_live_link_closes_when_a_word_is_taken_for_it(counter: Counter) -> None:
    """The gateway cannot be reached and she shows the RRN: nothing could be closed first."""
    sale = counter.till.checkout.request(counter.till.order())
    counter.till.settle_down()
    counter.till.gateway.trouble.extend([UNREACHABLE] * 3)
    assert counter.take(sale, OWN, DUE).state is SaleState.ISSUED
    assert counter.till.collect(sale.order_id).state is CollectState.CLOSING
    counter.till.run(120)
    assert counter.till.collect(sale.order_id).state is CollectState.CANCELLED


def test_cash_that_was_counted_goes_back_when_a_word_settles_the_bill(counter: Counter) -> None:
    sale = counter.till.checkout.request(counter.till.order())
    counter.till.settle_down()
    counter.till.gateway.trouble.extend([UNREACHABLE] * 3)
    counter.till.checkout.cash_for_waiting(sale.order_id, 25_000, "Asha")
    state = counter.take(sale, OWN, DUE)
    assert (state.state, state.give_back) == (SaleState.ISSUED, 25_000)
    counter.till.run(120)
    assert counter.tenders(sale) == [(OWN, DUE)], "the wish for cash is forgotten"


def test_a_remote_bill_is_not_handed_over_here(counter: Counter) -> None:
    sale = counter.till.checkout.request(counter.till.order(), remote=True)
    counter.till.settle_down()
    assert counter.take(sale, OWN, DUE).state is SaleState.ISSUED
    assert counter.till.sale(sale.order_id).handed_over_at is None


def test_a_word_needs_the_shops_address_and_a_manager(counter: Counter) -> None:
    sale = counter.begin()
    assert counter.refused(sale, OWN, DUE) == "approval_needed"
    counter.till.options = replace(counter.till.options, own_upi=OwnUpiOptions())
    counter.till.connect()
    counter.connect()
    with pytest.raises(DomainError, match="own_upi_off"):
        counter.take(sale, OWN, DUE)


def test_in_an_outage_small_words_need_no_pin_each(counter: Counter) -> None:
    counter.people.open_outage(YES)
    counter.till.restart()
    counter.connect()
    sale = counter.begin()
    assert counter.refused(sale, OWN, 20_001) == "approval_needed"
    state = counter.take(sale, OWN, 15_000, approval=None)
    assert state.tenders[0].approved_by == ""
    assert counter.refused(sale, OWN, 5_001, "632712345679") == "approval_needed"
    assert counter.take(sale, OWN, 5_000, "632712345679", approval=None).open == 3_700
    assert counter.take(sale, OWN, 3_700, "632712345680").state is SaleState.ISSUED
    other = counter.begin()
    counter.till.clock.pass_seconds(OUTAGE_MS // 1000)
    assert counter.refused(other, OWN, 100, "632712345681") == "approval_needed"


def test_what_was_said_without_a_pin_stays_listed(counter: Counter) -> None:
    counter.people.open_outage(YES)
    sale = counter.begin()
    counter.take(sale, OWN, 15_000, approval=None)
    counter.take(sale, CASH, 8_700)
    (flag,) = counter.till.flags()
    assert (flag.kind, flag.order_id, flag.amount) == (
        "asserted_unconfirmed",
        sale.order_id,
        15_000,
    )
    assert flag.detail == RRN


def test_a_word_taken_back_is_listed_no_more(counter: Counter) -> None:
    counter.people.open_outage(YES)
    sale = counter.begin()
    state = counter.take(sale, OWN, 15_000, approval=None)
    counter.take(sale, OWN, 5_000, "632712345679", approval=None)
    counter.tendering.take_back(state.tenders[0].tender_id, "Asha", "wrong RRN")
    assert [flag.detail for flag in counter.till.flags()] == ["632712345679"]
    (closed,) = counter.ledger("flag.closed")
    assert closed.body["how"] == "taken back"


def test_a_yes_is_for_now(counter: Counter) -> None:
    sale = counter.begin()
    counter.till.clock.pass_seconds(11 * 60)
    with pytest.raises(DomainError, match="approval_needed"):
        counter.take(sale, OWN, DUE)


def test_an_rrn_pays_once(counter: Counter) -> None:
    first, second = counter.begin(), counter.begin()
    counter.take(first, OWN, 10_000)
    for sale in (first, second):
        with pytest.raises(DomainError, match="rrn_used"):
            counter.take(sale, OWN, 10_000)
    (tender,) = counter.tendering.state(first.order_id).tenders
    counter.tendering.take_back(tender.tender_id, "Asha", "wrong bill")
    assert counter.take(second, OWN, 10_000).open == DUE - 10_000


def test_a_captured_payment_is_no_word(counter: Counter) -> None:
    """The RRN of a payment that the gateway has already told: on its bill it counts, on another
    it would be counted twice."""
    sale, other = counter.till.checkout.request(counter.till.order()), counter.begin()
    counter.till.settle_down()
    fact = counter.till.gateway.pay(f"{sale.order_id}-1", 10_000)
    counter.till.run(6)
    for bill in (sale, other):
        with pytest.raises(DomainError, match="rrn_used"):
            counter.take(bill, OWN, 10_000, fact.rrn or "")


@pytest.mark.parametrize("goes_back", [PaymentStatus.CAPTURED, PaymentStatus.REFUNDED])
def test_money_that_goes_back_is_no_word(counter: Counter, goes_back: PaymentStatus) -> None:
    """A payment that named nobody: its RRN pays while all of it is here, not when it is returned,
    nor when its return is only asked for."""
    stray = PaymentFact("razorpay", "pay_9", PaymentStatus.CAPTURED, DUE, "INR", START, rrn=RRN)
    sale = counter.begin()
    with counter.till.store.write() as uow:
        uow.facts.add("", "", stray, START)
        if goes_back is PaymentStatus.REFUNDED:
            uow.facts.add("", "", replace(stray, amount_refunded=DUE), START)
        else:
            asked = Refund(
                "dup-pay_9", "", "razorpay", "pay_9", DUE, "unmatched", RefundState.ASKED, START,
                "Asha", "Meera",
            )  # fmt: skip
            uow.refunds.add(asked)
        uow.commit()
    with pytest.raises(DomainError, match="rrn_used"):
        counter.take(sale, OWN, DUE)


def test_money_that_was_gone_before_it_was_heard_of_is_no_word(counter: Counter) -> None:
    """The list of the account told of it when all of it had gone back already."""
    gone = PaymentFact("razorpay", "pay_9", PaymentStatus.REFUNDED, DUE, "INR", START, rrn=RRN)
    sale = counter.begin()
    with counter.till.store.write() as uow:
        uow.facts.add("", "", replace(gone, amount_refunded=DUE), START)
        uow.commit()
    with pytest.raises(DomainError, match="rrn_used"):
        counter.take(sale, OWN, DUE)


def test_the_bank_confirms_a_word(counter: Counter) -> None:
    """The asserted part is replaced by the gateway's capture with the same RRN, not added to it."""
    sale = counter.till.checkout.request(counter.till.order())
    counter.till.settle_down()
    counter.take(sale, OWN, DUE, "632700000001")
    counter.till.gateway.pay(f"{sale.order_id}-1")
    counter.till.run(30)
    state = counter.tendering.state(sale.order_id)
    assert (state.received, state.open) == (DUE, 0)
    assert counter.tenders(sale) == [(OWN, DUE)]
    assert counter.till.flags() == ()


def test_money_that_names_nobody_may_be_what_was_meant(counter: Counter) -> None:
    fact = PaymentFact(
        "razorpay", "pay_9", PaymentStatus.CAPTURED, DUE, "INR", START, method="upi", rrn=RRN
    )
    with counter.till.store.write() as uow:
        uow.facts.add("", "", fact, START)
        uow.commit()
    sale = counter.begin()
    assert counter.take(sale, OWN, DUE).state is SaleState.ISSUED


def mismatches(counter: Counter) -> list[tuple[str, int, str]]:
    flags = counter.till.flags()
    return [(f.order_id, f.amount, f.detail) for f in flags if f.kind == "mismatch"]


def test_a_bank_that_says_less_is_looked_into(counter: Counter) -> None:
    sale = counter.till.checkout.request(counter.till.order())
    counter.till.settle_down()
    counter.take(sale, OWN, DUE, "632700000001")
    counter.till.gateway.pay(f"{sale.order_id}-1", 100)
    counter.till.run(30)
    less = (sale.order_id, DUE - 100, "the bank says less 632700000001")
    assert mismatches(counter) == [less]


def test_the_rrn_of_somebody_elses_payment_is_found_out(counter: Counter) -> None:
    """She showed the RRN of a payment for another bill before the gateway had told of it."""
    other = counter.till.checkout.request(counter.till.order())
    counter.till.settle_down()
    sale = counter.begin()
    counter.take(sale, OWN, DUE, "632700000001")
    counter.till.gateway.pay(f"{other.order_id}-1")
    counter.till.run(30)
    assert mismatches(counter) == [(sale.order_id, DUE, "paid for another bill 632700000001")]
    assert counter.till.sale(other.order_id).state is SaleState.ISSUED


@pytest.mark.parametrize(
    ("status", "currency", "amount", "doubted"),
    [
        (PaymentStatus.CAPTURED, "INR", DUE - 1, True),
        (PaymentStatus.CAPTURED, "INR", DUE, False),
        (PaymentStatus.CAPTURED, "USD", 1, False),
        (PaymentStatus.FAILED, "INR", 1, False),
    ],
)
def test_what_was_known_before_the_word(
    counter: Counter, status: PaymentStatus, currency: str, amount: int, doubted: bool
) -> None:
    fact = PaymentFact("razorpay", "pay_9", status, amount, currency, START, rrn=RRN)
    with counter.till.store.write() as uow:
        uow.facts.add("", "", fact, START)
        uow.commit()
    sale = counter.begin()
    counter.take(sale, OWN, DUE)
    assert bool(mismatches(counter)) == doubted


def test_the_own_qr_stays_until_its_rrn_is_typed(counter: Counter) -> None:
    sale = counter.begin()
    counter.till.checkout.show_own_qr(sale.order_id, "Asha")
    counter.till.settle_down()
    assert counter.till.collect(sale.order_id).gateway == OWN_UPI
    assert counter.tendering.state(sale.order_id).collect_words == "own_upi_waiting"
    assert counter.take(sale, OWN, DUE).state is SaleState.ISSUED
    counter.till.settle_down()
    assert counter.till.collect(sale.order_id).state is CollectState.CANCELLED
    assert MILK.price + OIL.price == DUE


def test_a_word_that_the_bank_has_confirmed_is_not_taken_back(counter: Counter) -> None:
    """It is a gateway's money by now: given back as cash it would be on no bill at all."""
    sale = counter.begin()
    state = counter.take(sale, OWN, 5_000)
    said = PaymentFact("razorpay", "pay_7", PaymentStatus.CAPTURED, 5_000, "INR", START, rrn=RRN)
    with counter.till.store.write() as uow:
        uow.facts.add("", "", said, START)
        uow.commit()
    with pytest.raises(DomainError, match="not_by_hand"):
        counter.tendering.take_back(state.tenders[0].tender_id, "Asha", "wants it back")
