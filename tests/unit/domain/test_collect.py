"""The collect machine, every pair of it, and what a bill has received."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.collect import (
    BY_REASON,
    QUIET,
    TRANSITIONS,
    Event,
    SettlementFlag,
    Step,
    collect_received,
    in_hand,
    money_event,
    next_state,
    settle,
    shares,
    unapplied,
)
from pos_desktop.domain.payment import CollectState, PaymentFact, PaymentStatus
from pos_desktop.domain.sale import Tender, TenderKind

EVERY_PAIR = list(product(CollectState, Event))
LOUD = [event for event in Event if event not in QUIET]
ENDED = {CollectState.PAID, CollectState.EXPIRED, CollectState.CANCELLED, CollectState.REFUSED}

# The table of design payments 2, typed again on purpose: a slip in one of them shows.
TABLE = """
requested | open | refused | unknown | - | paid | closing | - | unknown
unknown | open | refused | unknown | requested | paid | closing | by reason | unknown
open | - | - | - | - | paid | closing | by reason | expired
closing | closing | cancelled | closing | cancelled | paid | closing | cancelled | closing
expired | - | - | - | - | paid | - | - | -
cancelled | - | - | - | - | paid | - | - | -
refused | - | - | - | - | paid | - | - | -
paid | - | - | - | - | paid | - | - | -
"""


def told(state: CollectState, event: Event) -> str:
    """A cell of the table as the code has it."""
    if (state, event) in BY_REASON:
        return "by reason"
    step = next_state(state, event)
    return "-" if step.mismatch else step.state.value


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_every_cell_is_the_designed_one(row: str) -> None:
    state, *cells = [cell.strip() for cell in row.split("|")]
    assert [told(CollectState(state), event) for event in LOUD] == cells


def test_the_design_says_the_same(reference: Path) -> None:
    design = reference / "design" / "payments.md"
    if not design.is_file():
        pytest.skip("the given folder has no design")
    seen = set()
    for line in design.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        states = [state for state in CollectState if state.value in cells[0].split(", ")]
        if len(cells) == 1 + len(LOUD):
            for state in states:
                found = [told(state, event) for event in LOUD]
                assert found == [cell.split(" (")[0] for cell in cells[1:]]
                seen.add(state)
    assert seen == set(CollectState)


@pytest.mark.parametrize(("state", "event"), EVERY_PAIR)
def test_the_machine_is_total_and_says_when_it_is_surprised(
    state: CollectState, event: Event
) -> None:
    step = next_state(state, event)
    known = (state, event) in TRANSITIONS or event in QUIET
    assert step.mismatch is not known
    if step.mismatch or event in QUIET:
        assert step.state is state


@pytest.mark.parametrize("state", CollectState)
def test_no_capture_is_ever_dropped(state: CollectState) -> None:
    assert next_state(state, Event.CAPTURED) == Step(CollectState.PAID)


@pytest.mark.parametrize(("event", "reason"), list(product(Event, [None, "expiry", "on_demand"])))
def test_paid_is_left_by_nothing(event: Event, reason: str | None) -> None:
    assert next_state(CollectState.PAID, event, reason=reason).state is CollectState.PAID


@pytest.mark.parametrize(("state", "event"), list(product(sorted(ENDED), Event)))
def test_what_ended_can_only_become_paid(state: CollectState, event: Event) -> None:
    assert next_state(state, event).state in {state, CollectState.PAID}


def test_the_machine_only_goes_forward() -> None:
    """The one way back is the retry of a request that never arrived."""
    rank = {
        CollectState.REQUESTED: 0,
        CollectState.UNKNOWN: 1,
        CollectState.OPEN: 2,
        CollectState.CLOSING: 3,
        CollectState.REFUSED: 4,
        CollectState.EXPIRED: 4,
        CollectState.CANCELLED: 4,
        CollectState.PAID: 5,
    }
    back = {pair for pair, new in TRANSITIONS.items() if rank[new] < rank[pair[0]]}
    assert back == {(CollectState.UNKNOWN, Event.NOT_FOUND)}


@pytest.mark.parametrize("state", [CollectState.UNKNOWN, CollectState.OPEN])
@pytest.mark.parametrize(
    ("reason", "new"),
    [
        ("expiry", CollectState.EXPIRED),
        ("expired", CollectState.EXPIRED),
        ("on_demand", CollectState.CANCELLED),
        (None, CollectState.CANCELLED),
    ],
)
def test_the_reason_decides_how_a_collect_ended(
    state: CollectState, reason: str | None, new: CollectState
) -> None:
    assert next_state(state, Event.CLOSED_UNPAID, reason=reason) == Step(new)


def test_the_reason_changes_nothing_elsewhere() -> None:
    closing = next_state(CollectState.CLOSING, Event.CLOSED_UNPAID, reason="expiry")
    assert closing == Step(CollectState.CANCELLED)
    timed = next_state(CollectState.OPEN, Event.CANCEL_ASKED, reason="expiry")
    assert timed == Step(CollectState.CLOSING)


@given(st.lists(st.sampled_from(Event)), st.sampled_from(CollectState), st.booleans())
def test_after_a_capture_it_is_paid_for_good(
    events: list[Event], state: CollectState, expiry: bool
) -> None:
    captured = False
    for event in events:
        captured = captured or event is Event.CAPTURED
        state = next_state(state, event, reason="expiry" if expiry else None).state
    assert not captured or state is CollectState.PAID


def fact(
    payment: str = "pay_1",
    amount: int = 100_000,
    status: PaymentStatus = PaymentStatus.CAPTURED,
    at: int = 1000,
    currency: str = "INR",
) -> PaymentFact:
    return PaymentFact("razorpay", payment, status, amount, currency, at)


def cash(amount: int, at: int = 1000) -> Tender:
    return Tender(TenderKind.CASH, amount, at, "Asha")


def flags(*names: str) -> frozenset[SettlementFlag]:
    return frozenset(SettlementFlag(name) for name in names)


def test_nothing_received_leaves_everything_open() -> None:
    settlement = settle(100_000, [], [])
    assert (settlement.received, settlement.open, settlement.excess) == (0, 100_000, 0)
    assert settlement.flags == flags()
    assert not settlement.settled


def test_a_full_capture_settles() -> None:
    settlement = settle(100_000, [("r1", fact())], [])
    assert (settlement.received, settlement.open, settlement.excess) == (100_000, 0, 0)
    assert settlement.settled
    assert settlement.flags == flags()


@pytest.mark.parametrize("status", [
    PaymentStatus.CREATED, PaymentStatus.AUTHORISED, PaymentStatus.FAILED, PaymentStatus.UNKNOWN,
])  # fmt: skip
def test_only_a_capture_counts(status: PaymentStatus) -> None:
    assert settle(100_000, [("r1", fact(status=status))], []).received == 0


@pytest.mark.parametrize(
    ("amount", "open_", "excess", "expected"),
    [(99_999, 1, 0, flags("part")), (100_001, 0, 1, flags("over"))],
)
def test_one_paisa_matters(
    amount: int, open_: int, excess: int, expected: frozenset[SettlementFlag]
) -> None:
    settlement = settle(100_000, [("r1", fact(amount=amount))], [])
    assert (settlement.open, settlement.excess, settlement.flags) == (open_, excess, expected)


def test_the_same_payment_told_again_adds_nothing() -> None:
    facts = [("r1", fact(status=PaymentStatus.AUTHORISED)), ("r1", fact()), ("r2", fact())]
    assert settle(100_000, facts, []) == settle(100_000, facts[1:2], [])


def test_two_captures_are_a_duplicate_and_the_second_is_late() -> None:
    facts = [("r1", fact()), ("r2", fact("pay_2", at=2000))]
    settlement = settle(100_000, facts, [])
    assert (settlement.received, settlement.excess) == (200_000, 100_000)
    assert settlement.flags == flags("duplicate", "late")
    together = settle(100_000, [("r1", fact()), ("r2", fact("pay_2"))], [])
    assert together.flags == flags("duplicate")


def test_two_parts_that_overshoot_are_over_not_duplicate() -> None:
    facts = [("r1", fact(amount=60_000)), ("r2", fact("pay_2", 60_000, at=2000))]
    assert settle(100_000, facts, []).flags == flags("over")


def test_two_parts_that_fit_settle_without_a_flag() -> None:
    facts = [("r1", fact(amount=60_000)), ("r2", fact("pay_2", 40_000, at=2000))]
    settlement = settle(100_000, facts, [])
    assert settlement.settled
    assert settlement.flags == flags()


def test_cash_counts_and_gateway_tenders_do_not_count_twice() -> None:
    gateway = Tender(TenderKind.GATEWAY_QR, 60_000, 1000, "razorpay", reference="pay_1")
    settlement = settle(100_000, [("r1", fact(amount=60_000))], [gateway, cash(40_000)])
    assert (settlement.received, settlement.open, settlement.flags) == (100_000, 0, flags())


def test_a_payment_attached_from_another_bill_counts_by_its_tender() -> None:
    attached = Tender(TenderKind.GATEWAY_QR, 60_000, 1000, "razorpay", reference="pay_9")
    settlement = settle(100_000, [("r1", fact(amount=40_000))], [attached])
    assert (settlement.received, settlement.open, settlement.flags) == (100_000, 0, flags())


def test_money_after_cash_closed_the_bill_is_late_and_duplicate() -> None:
    settlement = settle(100_000, [("r1", fact(at=2000))], [cash(100_000)])
    assert settlement.flags == flags("duplicate", "late")
    assert settlement.excess == 100_000


def test_money_for_an_abandoned_bill_is_late() -> None:
    settlement = settle(0, [("r1", fact())], [])
    assert settlement.flags == flags("late", "over")
    assert (settlement.open, settlement.excess) == (0, 100_000)


def test_money_after_its_collect_closed_is_late() -> None:
    facts = [("r1", fact(at=2000))]
    assert settle(100_000, facts, [], {"r1": 1500}).flags == flags("late")
    assert settle(100_000, facts, [], {"r1": 2000, "r2": 1}).flags == flags()


def test_another_currency_is_a_mismatch_and_not_counted() -> None:
    settlement = settle(100_000, [("r1", fact(currency="USD"))], [])
    assert (settlement.received, settlement.flags) == (0, flags("mismatch"))


def test_one_payment_with_two_amounts_counts_the_smaller() -> None:
    settlement = settle(100_000, [("r1", fact()), ("r1", fact(amount=90_000))], [])
    assert settlement.received == 90_000
    assert settlement.flags == flags("mismatch", "part")


def test_no_more_goes_back_of_a_payment_than_counts() -> None:
    facts = [
        ("r1", fact(amount=90_000)),
        ("r1", fact(amount=100_000, status=PaymentStatus.REFUNDED)),
    ]
    settlement = settle(100_000, facts, [])
    assert (settlement.received, settlement.refunded, settlement.open) == (90_000, 90_000, 100_000)


def test_refunds_give_back_what_was_too_much() -> None:
    twice = [("r1", fact()), ("r2", fact("pay_2"))]
    refunded = [*twice, ("r2", fact("pay_2", status=PaymentStatus.REFUNDED))]
    settlement = settle(100_000, refunded, [])
    assert (settlement.received, settlement.refunded) == (200_000, 100_000)
    assert (settlement.open, settlement.excess, settlement.flags) == (0, 0, flags())
    part = [("r1", fact()), ("r2", replace(fact("pay_2"), amount_refunded=40_000))]
    assert settle(100_000, part, []).excess == 60_000


def test_a_part_that_was_given_back_leaves_all_open() -> None:
    facts = [("r1", fact(amount=60_000, status=PaymentStatus.REFUNDED))]
    settlement = settle(100_000, facts, [])
    assert (settlement.received, settlement.refunded, settlement.open) == (60_000, 60_000, 100_000)
    assert settlement.flags == flags()


FACTS = st.lists(
    st.tuples(
        st.sampled_from(["r1", "r2"]),
        st.builds(
            fact,
            st.sampled_from(["pay_1", "pay_2", "pay_3"]),
            st.integers(1, 2000),
            st.sampled_from(PaymentStatus),
            st.integers(0, 50),
            st.sampled_from(["INR", "INR", "INR", "USD"]),
        ),
    ),
    max_size=8,
)
TENDERS = st.lists(st.builds(cash, st.integers(1, 2000), st.integers(0, 50)), max_size=3)


@given(st.integers(0, 3000), FACTS, TENDERS, st.data())
def test_settling_is_arithmetic_that_no_order_changes(
    due: int, facts: list[tuple[str, PaymentFact]], tenders: list[Tender], data: st.DataObject
) -> None:
    settlement = settle(due, facts, tenders)
    net = settlement.received - settlement.refunded
    assert settlement.open - settlement.excess == due - net
    assert min(settlement.open, settlement.excess) == 0
    assert (SettlementFlag.PART in settlement.flags) == (0 < settlement.open < due)
    surplus = {SettlementFlag.OVER, SettlementFlag.DUPLICATE} & settlement.flags
    assert len(surplus) == (1 if settlement.excess else 0)
    shuffled = data.draw(st.permutations(facts))
    assert settle(due, shuffled, data.draw(st.permutations(tenders))) == settlement
    again = settle(due, [*facts, *facts], tenders)
    assert again == settlement


@given(FACTS, st.integers(1, 3000))
def test_a_collect_is_captured_when_its_own_money_reaches_it(
    facts: list[tuple[str, PaymentFact]], amount: int
) -> None:
    received = collect_received("r1", facts)
    others = [(ref, one) for ref, one in facts if ref != "r1"]
    assert collect_received("r1", others) == 0
    expected = Event.CAPTURED if received >= amount else Event.PART_CAPTURED
    assert money_event("r1", amount, facts) is (expected if received else None)


def test_a_bare_refund_makes_no_collect_paid() -> None:
    facts = [("r1", fact(status=PaymentStatus.REFUNDED))]
    assert money_event("r1", 100_000, facts) is None
    assert money_event("r1", 100_000, [*facts, ("r1", fact())]) is Event.CAPTURED
    assert money_event("r1", 100_000, [("r1", fact(amount=1))]) is Event.PART_CAPTURED


def own_upi(rrn: str, amount: int) -> Tender:
    return Tender(TenderKind.OWN_UPI, amount, 500, "Asha", reference=rrn, approved_by="Meera")


def test_a_word_about_an_rrn_counts_until_the_bank_says_it_too() -> None:
    word = own_upi("632712345678", 100_000)
    assert settle(100_000, [], [word]).settled
    told = [("r1", replace(fact(), rrn="632712345678"))]
    both = settle(100_000, told, [word])
    assert (both.received, both.excess, both.flags) == (100_000, 0, flags())
    assert in_hand(told, [word]) == []
    assert unapplied(told, [word]) == []
    other = [("r1", replace(fact(), rrn="632700000000"))]
    assert settle(100_000, other, [word]).excess == 100_000
    assert [(left.amount, left.whole) for left in unapplied(other, [word])] == [(100_000, True)]
    dollars = [(reference, replace(payment, currency="USD")) for reference, payment in told]
    assert [left.whole for left in unapplied(dollars, [word])] == [True]


@pytest.mark.parametrize("kind", [TenderKind.CARD, TenderKind.STORE_CREDIT, TenderKind.CASH])
def test_what_a_person_took_counts(kind: TenderKind) -> None:
    taken = Tender(kind, 60_000, 1000, "Asha", reference="SLIP1")
    settlement = settle(100_000, [("r1", fact(amount=40_000))], [taken])
    assert (settlement.open, settlement.received, settlement.flags) == (0, 100_000, flags())


def test_a_capture_beyond_its_tender_is_left_over() -> None:
    counted = Tender(TenderKind.GATEWAY_LINK, 70_000, 1000, "razorpay", reference="pay_1")
    (left,) = unapplied([("r1", fact())], [counted, cash(30_000)])
    assert (left.amount, left.whole, left.payment.payment_id) == (30_000, False, "pay_1")
    given = [("r1", fact()), ("r1", replace(fact(), amount_refunded=30_000))]
    assert unapplied(given, [counted, cash(30_000)]) == []


def test_the_books_take_in_each_payment_once_and_never_beyond_the_due() -> None:
    facts = [
        ("r1", fact(amount=60_000)),
        ("r1", replace(fact(amount=60_000), amount_refunded=10_000)),
        ("r2", fact("pay_2", 70_000)),
        ("r3", fact("pay_3", 1, currency="USD")),
        ("r4", fact("pay_4", 5)),
    ]
    taken = [
        (ref, payment.payment_id, amount) for ref, payment, amount in shares(100_000, facts, [])
    ]
    assert taken == [("r1", "pay_1", 50_000), ("r2", "pay_2", 50_000)]
    known = Tender(TenderKind.GATEWAY_LINK, 50_000, 1000, "razorpay", reference="pay_1")
    assert [p.payment_id for _, p, _ in shares(100_000, facts, [known])] == ["pay_2"]


def test_a_word_about_part_of_a_capture_leaves_the_rest_to_the_books() -> None:
    """The cashier typed the RRN of the whole payment for a part of the bill (seed 140)."""
    word = own_upi("632712345678", 40_000)
    told = [("r1", replace(fact(), rrn="632712345678"))]
    assert settle(100_000, told, [word]).settled
    ((_, payment, amount),) = shares(100_000, told, [word])
    assert (payment.payment_id, amount) == ("pay_1", 60_000)


@given(st.integers(1, 3000), FACTS, TENDERS)
def test_every_rupee_captured_is_on_the_bill_or_left_over(
    due: int, facts: list[tuple[str, PaymentFact]], tenders: list[Tender]
) -> None:
    taken = shares(due, facts, tenders)
    assert sum(amount for *_, amount in taken) <= max(0, due - sum(t.amount for t in tenders))
    written = [
        Tender(TenderKind.GATEWAY_QR, amount, 1, "razorpay", reference=payment.payment_id)
        for _, payment, amount in taken
    ]
    left = {one.payment.payment_id: one.amount for one in unapplied(facts, [*tenders, *written])}
    booked = {tender.reference: tender.amount for tender in written}
    first = {f.payment_id: f for _, f in reversed(facts) if f.status is PaymentStatus.CAPTURED}
    for payment_id, payment in first.items():
        told = [f for _, f in facts if f.payment_id == payment_id]
        back = max(f.amount_refunded or (f.amount if f.status is PaymentStatus.REFUNDED else 0)
                   for f in told)  # fmt: skip
        rest = payment.amount - back - booked.get(payment_id, 0)
        assert left.get(payment_id, 0) == max(0, rest)
