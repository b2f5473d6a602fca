"""The words of bills whose way to pay is changing, and of those that have some of their money."""

from dataclasses import replace

import pytest

from pos_desktop.domain.collect import settle
from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.payment import (
    OWN_UPI,
    Collect,
    CollectKind,
    CollectState,
    PaymentFact,
    PaymentStatus,
)
from pos_desktop.domain.sale import Channel, SaleState, Tender, TenderKind
from pos_desktop.domain.wish import WISH_LIFE_MS, Wish, WishKind
from pos_desktop.ports import Flag, ParkedBill
from pos_desktop.services.parked import waiting_bill
from pos_desktop.services.views import Tone, WaitingBill

NOW = 1_795_409_130_000
DUE = 23_700
State = CollectState
LINK = Collect(
    "B-1", "B", 1, CollectKind.LINK, State.OPEN, "razorpay", DUE, NOW, "plink_1", url="https://u"
)
BILL = ParkedBill(
    order_id="B",
    token_no=7,
    state=SaleState.AWAITING,
    channel=Channel.WHATSAPP_LINK,
    due=DUE,
    created_at=NOW,
    phone="+919876543210",
    invoice_number=None,
    issued_at=None,
    remote=False,
    collects=(LINK,),
    facts=(),
    messages=(),
    tenders=(),
    flags=(),
    wish=None,
)
PAID = PaymentFact("razorpay", "pay_1", PaymentStatus.CAPTURED, DUE, "INR", NOW, rrn="632712345678")
CASH = Tender(TenderKind.CASH, 5_000, NOW, "Asha")


def shown(bill: ParkedBill, now: int = NOW) -> WaitingBill:
    return waiting_bill(bill, settle(bill.due, bill.facts, bill.tenders), now)


def with_link(state: CollectState, **changes: object) -> ParkedBill:
    return replace(BILL, collects=(replace(LINK, state=state, **changes),))  # type: ignore[arg-type]  # fields by name


def bill_wish(kind: WishKind) -> Wish:
    return Wish("B", kind, NOW, "Asha", tendered=DUE)


def wishing(kind: WishKind, state: CollectState = State.CLOSING) -> ParkedBill:
    return replace(with_link(state), wish=bill_wish(kind))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (WishKind.CASH, "closing_for_cash"),
        (WishKind.QR, "closing_for_qr"),
        (WishKind.OWN_QR, "closing_for_qr"),
        (WishKind.LINK, "closing_for_link"),
        (WishKind.EDIT, "closing_to_edit"),
        (WishKind.ABANDON, "closing_to_abandon"),
        (WishKind.SPLIT, "closing_checking"),
    ],
)
def test_what_the_closing_is_for(kind: WishKind, words: str) -> None:
    bill = shown(wishing(kind))
    assert (bill.words, bill.tone, bill.attention) == (words, Tone.PENDING, False)


def test_every_wish_has_its_words() -> None:
    assert all(shown(wishing(kind)).words for kind in WishKind)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (WishKind.CASH, "closing_for_cash"),
        (WishKind.QR, "closing_checking"),
        (WishKind.ABANDON, "closing_to_abandon"),
    ],
)
def test_a_wish_that_has_grown_old(kind: WishKind, words: str) -> None:
    assert shown(wishing(kind), NOW + WISH_LIFE_MS + 1).words == words


def test_cash_that_nobody_took_is_asked_for_again() -> None:
    bill = shown(wishing(WishKind.CASH, State.CANCELLED), NOW + WISH_LIFE_MS + 1)
    assert (bill.words, bill.tone, bill.attention) == ("closed_take_cash", Tone.FAILED, True)
    gone = with_link(State.CANCELLED, reason="wish_qr", next_ask_at=NOW)
    assert shown(replace(gone, wish=bill_wish(WishKind.QR))).words == "closed_watching"


def test_a_wish_on_a_bill_that_is_settled_says_nothing() -> None:
    bill = replace(wishing(WishKind.EDIT), state=SaleState.ABANDONED)
    assert shown(bill).words == "closing_checking"
    assert shown(bill).requests_left == 0


WATCHED = {"next_ask_at": NOW + 5_000}
"""The fields of a collect that is asked about for five days."""


@pytest.mark.parametrize(
    ("state", "reason", "error", "words"),
    [
        (State.REQUESTED, None, None, "asking_gateway"),
        (State.REQUESTED, None, "unavailable", "gateway_unreachable"),
        (State.REQUESTED, None, "timeout", "gateway_unreachable"),
        (State.REQUESTED, None, "rate_limited", "gateway_busy"),
        (State.REQUESTED, None, "auth", "gateway_refuses_key"),
        (State.UNKNOWN, None, None, "asking_gateway"),
        (State.UNKNOWN, None, "auth", "asking_gateway"),
        (State.OPEN, None, None, "waiting_payment"),
        (State.OPEN, None, "timeout", "not_confirmed_checking"),
        (State.CLOSING, "wish_qr", None, "closing_checking"),
        (State.CLOSING, "wish_qr", "gateway_unavailable", "closing_unanswered"),
        (State.CANCELLED, "wish_split", None, "no_request"),
        (State.CANCELLED, "split", None, "no_request"),
        (State.CANCELLED, "cancelled", None, "closed_by_gateway"),
        (State.CANCELLED, "amount_mismatch", None, "amount_wrong"),
        (State.CANCELLED, "expiry", None, "link_expired"),
        (State.CANCELLED, "wish_qr", None, "closed_watching"),
        (State.CANCELLED, "wish_cash", "timeout", "closed_watching"),
        (State.EXPIRED, "expiry", None, "link_expired"),
        (State.EXPIRED, None, None, "link_expired"),
        (State.PAID, None, None, "not_confirmed_checking"),
        (State.REFUSED, "feature_off", None, "refused_by_gateway"),
        (State.REFUSED, "already attempted", "duplicate", "reference_taken"),
    ],
)
def test_how_the_way_to_pay_stands(
    state: CollectState, reason: str | None, error: str | None, words: str
) -> None:
    bill = with_link(state, reason=reason, last_error=error, **WATCHED)
    assert shown(bill).words == words
    assert shown(bill).way == "link"


def test_every_state_has_its_words() -> None:
    assert all(shown(with_link(state)).words for state in State)


def test_late_money_is_promised_only_while_somebody_asks() -> None:
    over = with_link(State.CANCELLED, reason="wish_qr")
    never_made = with_link(State.CANCELLED, reason="wish_qr", gateway_id=None)
    own = with_link(State.CANCELLED, reason="wish_qr", gateway=OWN_UPI, **WATCHED)
    assert shown(over).words == "link_expired"
    assert shown(never_made).words == "no_request"
    assert shown(own).words == "no_request"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.CANCELLED, "part_paid"),
        (State.PAID, "part_paid"),
        (State.OPEN, "waiting_payment"),
        (State.CLOSING, "closing_checking"),
        (State.REFUSED, "refused_by_gateway"),
    ],
)
def test_some_of_it_in_cash(state: CollectState, words: str) -> None:
    bill = shown(replace(with_link(state), tenders=(CASH,)))
    assert (bill.words, bill.received, bill.open_amount) == (words, 5_000, DUE - 5_000)


def test_without_any_request() -> None:
    bare = replace(BILL, collects=())
    assert shown(bare).words == "no_request"
    assert not shown(bare).attention
    assert shown(replace(bare, tenders=(CASH,))).words == "part_paid"
    gone = replace(PAID, status=PaymentStatus.REFUNDED, amount_refunded=DUE)
    back = shown(replace(bare, facts=(("B-1", PAID), ("B-1", gone))))
    assert (back.words, back.received, back.open_amount) == ("no_request", 0, DUE)


def test_the_shops_own_qr_is_never_said_to_be_watched() -> None:
    own = with_link(State.OPEN, gateway=OWN_UPI, kind=CollectKind.QR, last_error="auth")
    assert shown(own).words == "own_upi_waiting"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ((), "waiting_payment"),
        ((PaymentStatus.CREATED,), "waiting_payment"),
        ((PaymentStatus.FAILED,), "last_attempt_failed"),
        ((PaymentStatus.FAILED, PaymentStatus.AUTHORISED), "bank_confirming"),
        ((PaymentStatus.CAPTURED, PaymentStatus.FAILED), "part_paid"),
    ],
)
def test_what_the_gateway_told_of_an_open_link(told: tuple[PaymentStatus, ...], words: str) -> None:
    facts = tuple(("B-1", replace(PAID, status=status, amount=100)) for status in told)
    of_another = ("B-0", replace(PAID, payment_id="pay_0", status=PaymentStatus.FAILED))
    assert shown(replace(BILL, facts=(of_another, *facts))).words == words


def test_flags_need_a_person_and_late_money_says_so() -> None:
    late, over = (Flag(n, "B", kind, 1, NOW, "open", "pay_1", "refund") for n, kind in
                  enumerate(("late", "over")))  # fmt: skip
    solved = replace(late, state="closed")
    issued = replace(BILL, state=SaleState.ISSUED, issued_at=NOW, tenders=(CASH,))
    assert shown(replace(issued, flags=(solved,))).words == "paid_give_goods"
    bill = shown(replace(issued, flags=(over, late)))
    assert (bill.words, bill.flags, bill.attention) == ("paid_give_goods", ("late", "over"), True)
    gone = replace(issued, handed_over=True)
    assert shown(replace(gone, flags=(over, late))).words == "late_money"
    unsure = replace(late, kind="unknown_outcome")
    assert shown(replace(gone, flags=(unsure,))).words == "goods_given"
    unsure = replace(late, kind="unknown_outcome")
    bill = shown(replace(issued, flags=(unsure,)))
    assert (bill.words, bill.tone, bill.attention) == ("paid_give_goods", Tone.PAID, True)
    waiting = shown(replace(BILL, flags=(late,)))
    assert (waiting.words, waiting.attention) == ("waiting_payment", True)


def test_an_issued_bill_has_nothing_open_and_names_its_reference() -> None:
    tender = Tender(TenderKind.GATEWAY_LINK, DUE, NOW, "razorpay", reference="pay_1")
    issued = replace(BILL, state=SaleState.ISSUED, issued_at=NOW, tenders=(tender,))
    bill = shown(replace(issued, facts=(("B-1", PAID),)))
    assert (bill.upi_reference, bill.open_amount, bill.received) == ("632712345678", 0, DUE)
    other = replace(PAID, payment_id="pay_2")
    assert shown(replace(issued, facts=(("B-1", other),))).upi_reference == ""
    asserted = Tender(TenderKind.OWN_UPI, DUE, NOW, "Asha", reference="632799999999")
    assert shown(replace(issued, tenders=(asserted,))).upi_reference == "632799999999"


def message(attempt: int, purpose: Purpose = Purpose.PAYMENT_REQUEST) -> Message:
    state = MessageState.READ
    return Message(f"m{attempt}", "B", purpose, attempt, "whatsapp", "+919876543210", state, NOW)


def test_three_requests_and_no_more() -> None:
    left = [
        shown(replace(BILL, messages=tuple(map(message, range(1, made + 1))))).requests_left
        for made in range(5)
    ]
    assert left == [3, 2, 1, 0, 0]
    receipt = replace(BILL, messages=(message(1, Purpose.RECEIPT),))
    assert shown(receipt).requests_left == 3
    assert shown(replace(BILL, phone=None)).requests_left == 0
    assert shown(replace(BILL, remote=True)).remote


@pytest.mark.parametrize(
    ("state", "message_state", "age", "attention"),
    [
        (State.OPEN, MessageState.FAILED, 0, True),
        (State.OPEN, MessageState.FAILED, -1, False),
        (State.OPEN, MessageState.READ, 0, False),
        (State.REQUESTED, MessageState.FAILED, 0, False),
    ],
)
def test_who_got_no_message_has_to_be_shown_a_qr(
    state: State, message_state: MessageState, age: int, attention: bool
) -> None:
    """A message of what was payable before says nothing about the QR of now."""
    sent = replace(message(1), state=message_state, created_at=NOW + age)
    bill = replace(with_link(state), messages=(sent,))
    assert shown(bill).attention is attention
    issued = replace(bill, state=SaleState.ISSUED, issued_at=NOW, tenders=(CASH,))
    assert not shown(issued).attention


@pytest.mark.parametrize(
    ("state", "given"), [("open", True), ("closed", True), ("", False), ("issued", True)]
)
def test_whether_the_goods_have_left(state: str, given: bool) -> None:
    left = Flag(1, "B", "handed_over_unpaid", DUE, NOW, state, "by Meera", "accept")
    bill = replace(BILL, flags=(left,) if state in ("open", "closed") else ())
    if state == "issued":
        bill = replace(BILL, state=SaleState.ISSUED, issued_at=NOW, handed_over=True)
    assert shown(bill).given is given
