"""Stand-ins behind the window: no database, no network, no clock of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pos_desktop.domain.errors import DomainError, RaseedError
from pos_desktop.domain.options import CounterOptions, Options, Shop
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Channel, Item, Sale, SaleState, TaxClass
from pos_desktop.gui.presenters.ports import (
    Pictures,
    PracticeCustomer,
    Printing,
    Services,
    Trying,
)
from pos_desktop.services.order import Order
from pos_desktop.services.sweep_result import SweepResult
from pos_desktop.services.views import (
    DeskState,
    EditedBill,
    Lamp,
    LampState,
    PayableQr,
    PaymentStory,
    Tone,
    WaitingBill,
)
from pos_desktop.wire.v1 import BillLine, PageContent
from tests.support.money_fakes import Inbox, People, Refunds, Standing, Tendering
from tests.support.number_fakes import Numbers

T = TypeVar("T")

NOW = 1_795_410_720_000
"""23-11-2026, 10:42 in India."""

EXEMPT = TaxClass.EXEMPT
MILK = Item(1, "8901262010016", "Amul Taaza Toned Milk 1 L", 7200, mrp=7400, tax_class=EXEMPT)
BISCUITS = Item(2, "8901063142763", "Britannia Good Day Cashew 200 g", 4500, 4500, True, 50_000)
SALT = Item(3, "8904043901015", "Tata Salt 1 kg", 2800, mrp=2800, tax_class=EXEMPT)
TOMATO = Item(4, "L0001", "Tomato (loose)", 4300, unit="KGS", tax_class=EXEMPT)
PASTE = Item(5, "8901314010322", "Colgate MaxFresh Red 150 g", 11400, 12000, True, 50_000)
OIL = Item(6, "8906007280013", "Fortune Sunlite Oil 1 L pouch", 16500, 16800, True, 50_000)
SURF = Item(7, "8901030704123", "Surf Excel Easy Wash 1 kg", 13900, 13900, True, 180_000)

PICTURED = (
    (MILK, 2000),
    (BISCUITS, 1000),
    (SALT, 1000),
    (TOMATO, 1235),
    (PASTE, 2000),
    (OIL, 3000),
    (SURF, 1000),
)
"""The bill of the target picture."""

QUICK = (
    replace(TOMATO, name="Tomato"),
    Item(11, "L0002", "Onion", 3200, unit="KGS"),
    Item(12, "L0003", "Potato", 2800, unit="KGS"),
    Item(13, "L0004", "Banana", 6000, unit="DOZ"),
    Item(14, "L0005", "Bread", 5000),
    Item(15, "L0006", "Curd", 3500),
    Item(16, "L0007", "Egg", 700),
    Item(17, "L0008", "Bag", 500),
)


class Clock:
    """``ports.Clock`` that tests move."""

    def __init__(self, now: int = NOW) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    def monotonic(self) -> float:
        return self.time / 1000


class Inline:
    """A Runner without threads: runs at once, or when told (``held``)."""

    def __init__(self, *, held: bool = False) -> None:
        self.held = held
        self.lanes: list[str] = []
        self.waiting: list[Callable[[], None]] = []

    def run(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.lanes.append(lane)

        def go() -> None:
            try:
                result = work()
            except Exception as error:
                failed(error)
            else:
                done(result)

        if self.held:
            self.waiting.append(go)
        else:
            go()

    def go(self) -> None:
        """Run what waits, and what that begins."""
        while self.waiting:
            self.waiting.pop(0)()


class Catalogue:
    """A few items; ``quick`` gives the loose goods."""

    def __init__(self, items: Sequence[Item] = ()) -> None:
        self.items = tuple(items) or tuple(item for item, _ in PICTURED)
        self.finds = 0
        self.searches = 0

    def find(self, code: str) -> Item | None:
        self.finds += 1
        return next((item for item in self.items if item.barcode == code), None)

    def search(self, text: str, limit: int = 20) -> Sequence[Item]:
        self.searches += 1
        words = text.lower()
        return [item for item in self.items if words in item.name.lower()][:limit]

    def quick(self, limit: int = 8) -> Sequence[Item]:
        return QUICK[:limit]

    def count(self) -> int:
        return len(self.items)


@dataclass
class Checkout:
    """Remembers what was asked; ``refuse`` is raised by the next call. ``waiting``: what cash for a
    parked bill makes of it."""

    calls: list[tuple[str, object]] = field(default_factory=list)
    refuse: Exception | None = None
    waiting: Sale | None = None
    to_change: EditedBill | None = None
    is_free: bool = True

    def _sale(self, name: str, order: Order, *, issued: bool = False) -> Sale:
        self._note(name, order)
        number = f"P2A/2627/{len(self.calls):06d}" if issued else None
        return Sale(
            order_id=f"ORDER{len(self.calls):021d}",
            token_no=18 + len(self.calls),
            state=SaleState.ISSUED if issued else SaleState.AWAITING,
            counter="Counter 2",
            cashier=order.cashier,
            channel=Channel.WHATSAPP_LINK,
            bill=order.bill,
            due=order.bill.totals.payable,
            bill_hash="",
            link_token="",
            created_at=NOW,
            phone=order.phone,
            consent=order.consent,
            invoice_number=number,
        )

    def _note(self, name: str, what: object) -> None:
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        self.calls.append((name, what))

    def request(self, order: Order, *, remote: bool = False) -> Sale:
        return self._sale("request remote" if remote else "request", order)

    def screen_qr(self, order: Order) -> Sale:
        return self._sale("screen_qr", order)

    def cash(self, order: Order, tendered: int) -> Sale:
        if tendered < order.bill.totals.payable:
            raise DomainError("cash_too_little", due=order.bill.totals.payable)
        return self._sale(f"cash {tendered}", order, issued=True)

    def cash_for_waiting(
        self, order_id: str, tendered: int, by: str, *, risk: bool = False
    ) -> Sale:
        self._note("cash_at_risk" if risk else "cash_for_waiting", (order_id, tendered, by))
        if self.waiting is None:
            raise DomainError("not_waiting")
        return self.waiting

    def show_qr(self, order_id: str, by: str) -> None:
        self._note("show_qr", (order_id, by))

    def show_own_qr(self, order_id: str, by: str) -> None:
        self._note("show_own_qr", (order_id, by))

    def send_again(self, order_id: str, by: str) -> None:
        self._note("send_again", (order_id, by))

    def receipt_again(self, order_id: str, by: str) -> None:
        self._note("receipt_again", (order_id, by))

    def free(self, order_id: str, by: str) -> bool:
        self._note("free", (order_id, by))
        return self.is_free

    def hand_over(self, order_id: str, by: str) -> None:
        self._note("hand_over", (order_id, by))

    def hand_over_unpaid(self, order_id: str, approval: Approval) -> None:
        self._note("hand_over_unpaid", (order_id, approval))

    def abandon(self, order_id: str, reason: str, by: str) -> None:
        self._note("abandon", (order_id, reason, by))

    def edit(self, order_id: str, by: str) -> None:
        self._note("edit", (order_id, by))

    def edited(self, order_id: str) -> EditedBill | None:
        self._note("edited", order_id)
        return self.to_change

    def take_edited(self, order_id: str, draft: str | None = None) -> EditedBill | None:
        self._note("take_edited", (order_id, draft))
        taken, self.to_change = self.to_change, None
        return taken


@dataclass
class Desk:
    """Answers what the test put in."""

    now: DeskState = field(default_factory=lambda: DeskState((), 0, None, 0))
    qr: PayableQr | None = None
    reads: int = 0
    told: PaymentStory | None = None
    content: PageContent | None = None

    def state(self) -> DeskState:
        self.reads += 1
        return self.now

    def payable(self, order_id: str) -> PayableQr | None:
        return self.qr

    def history(self, order_id: str) -> PaymentStory | None:
        return self.told

    def document(self, order_id: str | None) -> PageContent:
        if self.content is None:
            raise RaseedError("nothing_to_print")
        return self.content


@dataclass
class Drafts:
    """A note in memory."""

    kept: str | None = None
    saves: list[str] = field(default_factory=list)
    refuse: Exception | None = None

    def save(self, text: str) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.kept = text
        self.saves.append(text)

    def load(self) -> str | None:
        return self.kept


@dataclass
class Paper:
    """A printer that remembers."""

    printed: list[tuple[PageContent, str]] = field(default_factory=list)
    refuse: Exception | None = None

    def print(self, content: PageContent, kind: str) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.printed.append((content, kind))

    def state(self) -> LampState:
        return LampState.OK


@dataclass
class Tones:
    """Remembers what was to be heard."""

    played: list[str] = field(default_factory=list)

    def play(self, tone: str) -> None:
        self.played.append(tone)


@dataclass
class PayingCustomer:
    """A practice customer that remembers what she did; ``refuse`` is raised by the next call."""

    did: list[tuple[str, str]] = field(default_factory=list)
    refuse: Exception | None = None

    def pay(self, order_id: str) -> None:
        self._do("pay", order_id)

    def fail(self, order_id: str) -> None:
        self._do("fail", order_id)

    def _do(self, what: str, order_id: str) -> None:
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        self.did.append((what, order_id))


@dataclass
class Sweep:
    """presenters.ports.Sweep: ``found`` is what the last look found."""

    found: SweepResult | None = None
    runs: int = 0

    def run_now(self) -> None:
        self.runs += 1

    def last(self) -> SweepResult | None:
        return self.found


@dataclass
class Played:
    """All stand-ins of one window, and ``services`` made of them."""

    options: Options = field(
        default_factory=lambda: Options(
            shop=Shop(name="Fresh Mart", address=("FC Road", "Pune 411004"), state="27"),
            counter=CounterOptions(label="Counter 2", number=2, cashier="Asha"),
        )
    )
    clock: Clock = field(default_factory=Clock)
    catalogue: Catalogue = field(default_factory=Catalogue)
    runner: Inline = field(default_factory=Inline)
    checkout: Checkout = field(default_factory=Checkout)
    desk: Desk = field(default_factory=Desk)
    drafts: Drafts = field(default_factory=Drafts)
    paper: Paper = field(default_factory=Paper)
    tones: Tones = field(default_factory=Tones)
    tendering: Tendering = field(default_factory=Tendering)
    people: People = field(default_factory=People)
    inbox: Inbox = field(default_factory=Inbox)
    refunds: Refunds = field(default_factory=Refunds)
    standing: Standing = field(default_factory=Standing)
    sweep: Sweep = field(default_factory=Sweep)
    numbers: Numbers = field(default_factory=Numbers)
    pictures: Pictures | None = None
    customer: PracticeCustomer | None = None
    trying: Trying | None = None
    problem: str = ""
    printing: Printing | None = None

    @property
    def services(self) -> Services:
        return Services(
            options=self.options,
            clock=self.clock,
            catalogue=self.catalogue,
            runner=self.runner,
            checkout=self.checkout,
            desk=self.desk,
            drafts=self.drafts,
            paper=self.paper,
            tones=self.tones,
            tendering=self.tendering,
            people=self.people,
            inbox=self.inbox,
            refunds=self.refunds,
            standing=self.standing,
            sweep=self.sweep,
            numbers=self.numbers,
            pictures=self.pictures,
            customer=self.customer,
            trying=self.trying,
            problem=self.problem,
            printing=self.printing,
        )


_MINUTE = 60_000
_PENDING = WaitingBill("", 0, 0, Tone.PENDING, "waiting_payment", 0)
_REQUESTED = replace(
    _PENDING, channel="whatsapp", message_purpose="payment_request", requests_left=2
)


def waiting_bills(now: int = NOW) -> tuple[WaitingBill, ...]:
    """The cards of the target picture and three more, in the order of their tokens."""
    late = replace(_PENDING, tone=Tone.FAILED, words="late_money", attention=True)
    paid = replace(
        _REQUESTED,
        tone=Tone.PAID,
        words="paid_give_goods",
        message_purpose="receipt",
        invoice_number="C2A/2627/000123",
        paid_at=now - 2_000,
    )
    qr = replace(_PENDING, words="qr_on_screen", can_show_qr=True)
    link = replace(_REQUESTED, can_show_qr=True)
    unsure = replace(link, words="not_confirmed_checking", message_reason="not on WhatsApp")
    asking = replace(_REQUESTED, words="asking_gateway")
    bank = replace(_PENDING, tone=Tone.INFO, words="bank_confirming")
    rows = (
        (late, 11, 32_000, 12 * _MINUTE, "5771", "", 0),
        (paid, 16, 56_000, 5 * _MINUTE, "0934", "delivered", 0),
        (link, 17, 1_249_50, 42_000, "3210", "read", 29),
        (qr, 18, 8_900, 70_000, None, "", 4),
        (asking, 19, 2_100_00, 2_000, "4455", "queued", 0),
        (unsure, 20, 1_23_456_00, 3 * _MINUTE, "7788", "failed", 27),
        (bank, 21, 4_500, 20_000, None, "", 0),
    )
    return tuple(
        replace(
            bill,
            order_id=f"A{token}",
            token_no=token,
            amount=amount,
            created_at=now - age,
            phone_last4=last4,
            message_words=words,
            expires_at=now + minutes * _MINUTE if minutes else None,
        )
        for bill, token, amount, age, last4, words, minutes in rows
    )


LAMPS = (
    Lamp("internet", LampState.OK),
    Lamp("gateway", LampState.OK),
    Lamp("messages", LampState.SLOW),
    Lamp("relay", LampState.OK),
    Lamp("printer", LampState.OK),
)

CONTENT = PageContent(
    kind="invoice",
    shop_name="Fresh Mart",
    shop_address=("FC Road, Pune 411004",),
    token_no="19",
    counter="Counter 2",
    title="TAX INVOICE",
    date="23-11-2026",
    time="10:42",
    number="C2A/2627/000124",
    lines=(
        BillLine(name="Amul <b>Taaza</b> Toned Milk 1 L", qty="2", price="72.00", amount="144.00"),
        BillLine(name="टमाटर (loose)", qty="1.235 kg", price="43.00", amount="53.11"),
    ),
    sums=(("Round-off", "−0.11"),),
    total="₹197.00",
    words="Rupees One Hundred Ninety-Seven Only",
)
