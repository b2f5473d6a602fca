"""Views of money as services would give them: for pictures and for tests of the window."""

from dataclasses import replace

from pos_desktop.domain.sale import SaleState, Tender, TenderKind
from pos_desktop.services.tendering import SplitState
from pos_desktop.services.views import (
    DeskState,
    HistoryLine,
    InboxEntry,
    MoneyOwed,
    PaymentStory,
    RefundableLine,
    RefundOffer,
    ServiceOff,
    Tone,
    WaitingBill,
)
from tests.support.window_fakes import NOW, waiting_bills

MINUTE = 60_000
CASH = Tender(TenderKind.CASH, 50_000, NOW - 40_000, "Asha", tendered=50_000, change=0, tender_id=1)
OWN = Tender(
    TenderKind.OWN_UPI,
    20_000,
    NOW - 20_000,
    "Asha",
    reference="432187654321",
    approved_by="Meera",
    tender_id=2,
)
SPLIT = SplitState(
    order_id="A17",
    token_no=17,
    state=SaleState.AWAITING,
    due=1_249_50,
    received=70_000,
    open=549_50,
    tenders=(CASH, OWN),
)
FRESH = replace(SPLIT, received=0, open=1_249_50, tenders=())
PAID = replace(
    SPLIT,
    state=SaleState.ISSUED,
    received=1_249_50,
    open=0,
    change=50_50,
    invoice_number="C2A/2627/000124",
)

LATE = InboxEntry(
    flag_id=1,
    kind="late",
    order_id="A11",
    amount=32_000,
    at=NOW - 12 * MINUTE,
    detail="pay_LATE0001",
    actions=("refund", "attach"),
    manager=frozenset({"refund", "attach"}),
    token_no=11,
    payment_id="pay_LATE0001",
    rrn="432187650001",
    attach_to=(("A17", 17, 32_000), ("A21", 21, 32_000)),
)
PART = InboxEntry(
    flag_id=2,
    kind="part",
    order_id="A20",
    amount=5_000_00,
    at=NOW - 4 * MINUTE,
    detail="pay_PART0002",
    actions=("collect_rest", "refund"),
    manager=frozenset({"refund"}),
    token_no=20,
    payment_id="pay_PART0002",
)
UNSURE = InboxEntry(
    flag_id=3,
    kind="unknown_outcome",
    order_id="A16",
    amount=56_000,
    at=NOW - 25 * MINUTE,
    detail="ret-pay_0003-1",
    actions=("check_again",),
    manager=frozenset(),
    token_no=16,
    invoice_number="C2A/2627/000123",
)
ASSERTED = InboxEntry(
    flag_id=4,
    kind="asserted_unconfirmed",
    order_id="A08",
    amount=89_900,
    at=NOW - 3 * 24 * 60 * MINUTE,
    detail="own_upi 432187654399",
    actions=("accept",),
    manager=frozenset({"accept"}),
    token_no=8,
    invoice_number="C2A/2627/000098",
    rrn="432187654399",
)
ENTRIES = (LATE, PART, UNSURE, ASSERTED)
OWED = (
    MoneyOwed(
        "ret-pay_1-1", "A09", 13_900, "pending", NOW - 50 * MINUTE, "Damaged", "pay_1",
        "C2A/2627/000101", token_no=9,
    ),
    MoneyOwed(
        "dup-pay_2", "A10", 24_500, "failed", NOW - 26 * 60 * MINUTE, "duplicate", "pay_2",
        "C2A/2627/000102", "Your refund could not be made by the bank", 10,
    ),
)  # fmt: skip

OFFER = RefundOffer(
    order_id="A09",
    invoice_number="C2A/2627/000101",
    lines=(
        RefundableLine(1, "Amul Taaza Toned Milk 1 L", 2000, 2000, 14_400, total=14_400),
        RefundableLine(2, "Tomato (loose)", 1235, 1235, 5_311, unit="KGS", total=5_311),
        RefundableLine(3, "Fortune Sunlite Oil 1 L pouch", 3000, 1000, 16_500, total=49_500),
        RefundableLine(4, "Surf Excel Easy Wash 1 kg", 1000, 0, 0, total=13_900),
    ),
    payable=36_200,
    rest=36_200,
)

STORY = PaymentStory(
    order_id="A11",
    token_no=11,
    state="issued",
    due=32_000,
    received=64_000,
    refunded=0,
    open_amount=0,
    excess=32_000,
    flags=("duplicate",),
    lines=(
        HistoryLine(NOW - 900_000, "requested", "machine", 32_000, "01JA11-1", "link"),
        HistoryLine(NOW - 890_000, "attempt_failed", "razorpay", 32_000, "pay_A1", "insufficient"),
        HistoryLine(NOW - 700_000, "closed", "razorpay", 32_000, "01JA11-1", "cancelled"),
        HistoryLine(NOW - 695_000, "cash", "Asha", 32_000, "", "change 18000"),
        HistoryLine(NOW - 695_000, "issued", "Asha", 32_000, "C2A/2627/000099", "cash"),
        HistoryLine(NOW - 694_000, "handed_over", "Asha"),
        HistoryLine(NOW - 600_000, "captured", "razorpay", 32_000, "pay_A2", "RRN 432187650001"),
        HistoryLine(NOW - 600_000, "flag_raised", "machine", 32_000, "pay_A2", "duplicate"),
        HistoryLine(NOW - 60_000, "refund_asked", "Meera", 32_000, "pay_A2", "duplicate"),
    ),
    invoice_number="C2A/2627/000099",
)

GATEWAY_OFF = ServiceOff("gateway", "auth", NOW - 5 * MINUTE)
MESSAGES_OFF = ServiceOff("messages", "credit", NOW - 5 * MINUTE)


def desk(**changes: object) -> DeskState:
    """The pictured waiting bills, and what the test wants of the rest."""
    return replace(DeskState(waiting_bills(), 0, None, 1), **changes)  # type: ignore[arg-type]  # checked by the dataclass at run time


def worded(words: str, **changes: object) -> WaitingBill:
    """Token 17 in another state."""
    bill = next(bill for bill in waiting_bills() if bill.order_id == "A17")
    made = replace(bill, words=words, open_amount=bill.amount, can_show_qr=False)
    return replace(made, **changes)  # type: ignore[arg-type]  # checked by the dataclass at run time


def many_bills(count: int) -> tuple[WaitingBill, ...]:
    """So many bills, in every state."""
    words = ("waiting_payment", "last_attempt_failed", "not_confirmed_checking", "part_paid")
    bills = []
    for number in range(count):
        word = words[number % len(words)]
        bill = worded(
            word,
            order_id=f"M{number:04d}",
            token_no=100 + number,
            amount=10_000 + number,
            created_at=NOW - 1000 * number,
            tone=Tone.PENDING,
            received=5_000 if word == "part_paid" else 0,
            open_amount=5_000 + number,
            attention=number % 17 == 0,
        )
        bills.append(bill)
    return tuple(bills)
