"""Ctrl+P with a receipt printer: queued, asked about, and never in the way of a sale."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.printer import PrinterKind, PrinterOptions
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.gui.texts import knows
from pos_desktop.services.order import Order
from pos_desktop.services.printing import PrintQuestion
from pos_desktop.services.views import DeskState
from tests.support.window_fakes import NOW, Played, waiting_bills
from tests.unit.presenters.screen import Room

DESK = DeskState((), 0, None, 0)
DOUBT = PrintQuestion("A16:2:1", "A16", "C2A/2627/000124", "print_doubt", NOW)
OLD = replace(DOUBT, subject="A17:2:1", order_id="A17", bill="17", why="print_too_old")


@dataclass
class PlayedPrinting:
    """Remembers what was asked of the queue; ``refuse`` is raised by the next print."""

    did: list[tuple[object, ...]] = field(default_factory=list)
    asks: Sequence[PrintQuestion] = ()
    duplicate: bool = False
    refuse: Exception | None = None

    def print(self, order_id: str | None, by: str) -> bool:
        if self.refuse is not None:
            raise self.refuse
        self.did.append(("print", order_id, by))
        return self.duplicate

    def open_drawer(self, order_id: str) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.did.append(("drawer", order_id))

    def questions(self) -> Sequence[PrintQuestion]:
        return self.asks

    def answer(self, subject: str, by: str, *, printed: bool) -> None:
        self.did.append(("answer", subject, by, printed))
        self.asks = [ask for ask in self.asks if ask.subject != subject]


class Shop:
    """A window with a receipt printer behind it."""

    def __init__(self, *, drawer: bool = True) -> None:
        printer = PrinterOptions(PrinterKind.NETWORK, "192.168.1.50", drawer)
        self.queue = PlayedPrinting()
        played = Played(printing=self.queue)
        played.options = replace(played.options, printer=printer)
        self.room = Room(played)

    def hears(self, *asks: PrintQuestion) -> None:
        self.queue.asks = asks
        self.room.paper.on_desk(DESK)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_bill_is_queued_in_the_db_lane(shop: Shop) -> None:
    shop.room.paper.print(None)
    assert shop.room.said == "print_queued"
    shop.queue.duplicate = True
    shop.room.paper.print("A16")
    assert shop.room.said == "print_duplicate"
    assert shop.queue.did == [("print", None, "Asha"), ("print", "A16", "Asha")]
    assert (set(shop.room.played.runner.lanes), shop.room.played.paper.printed) == ({"db"}, [])


def test_what_is_refused_is_said(shop: Shop) -> None:
    for error, code in (
        (DomainError("nothing_to_print"), "nothing_to_print"),
        (DomainError("print_running"), "print_running"),
        (OSError("disk"), "print_failed"),
    ):
        shop.queue.refuse = error
        shop.room.paper.print(None)
        assert shop.room.said == code


@pytest.mark.parametrize(
    ("code", "printed", "said"),
    [("print_is_there", True, ""), ("print_is_not_there", False, "print_duplicate")],
)
def test_after_a_doubt_ctrl_p_asks(shop: Shop, code: str, printed: bool, said: str) -> None:
    shop.hears(DOUBT)
    assert shop.room.said == "print_doubt"
    assert "C2A/2627/000124" in (shop.room.page.notice or pytest.fail("nothing said")).text
    shop.room.paper.print(None)
    menu = shop.room.sheets.menu
    assert menu is not None
    assert "C2A/2627/000124" in menu.title
    assert "DUPLICATE" in menu.note
    assert shop.room.codes == ["print_is_there", "print_is_not_there"]
    shop.room.choose(code)
    assert shop.queue.did == [("answer", "A16:2:1", "Asha", printed)]
    assert shop.room.said == said


@pytest.mark.parametrize("why", ["print_too_old", "print_failed"])
@pytest.mark.parametrize(
    ("code", "printed", "said"),
    [("print_now", False, "print_queued"), ("print_not_needed", True, "")],
)
def test_what_was_not_printed_is_offered(
    shop: Shop, why: str, code: str, printed: bool, said: str
) -> None:
    shop.hears(replace(OLD, why=why))
    shop.room.paper.print("A17")
    assert shop.room.sheets.menu is not None
    assert shop.room.sheets.menu.note == ""
    shop.room.choose(code)
    assert shop.queue.did == [("answer", "A17:2:1", "Asha", printed)]
    assert shop.room.said == said


def test_another_bill_is_printed_without_a_question(shop: Shop) -> None:
    shop.hears(DOUBT)
    shop.room.paper.print("A99")
    assert shop.queue.did == [("print", "A99", "Asha")]
    assert shop.room.sheets.menu is None


def test_the_same_question_is_told_once(shop: Shop) -> None:
    shop.hears(DOUBT)
    shop.room.notices.acknowledge()
    shop.hears(DOUBT)
    assert shop.room.said == ""
    shop.hears(DOUBT, OLD)
    assert shop.room.said == "print_too_old"


def test_every_sentence_is_known() -> None:
    for code in (
        "print_doubt",
        "print_too_old",
        "print_failed",
        "print_running",
        "printer_missing",
    ):
        assert knows(code), code


def sold(room: Room, order_id: str = "A17") -> Sale:
    """An issued bill as the checkout gives it back."""
    room.entry.on_enter("8901262010016", None)
    taken = room.played.checkout
    bill = taken.cash(Order(room.sale.bill, None, None, "Asha"), 99_999)
    return replace(bill, order_id=order_id)


def cash_for_a_waiting_bill(room: Room, sale: Sale) -> None:
    room.played.checkout.waiting = sale
    room.waiting.on_desk(DeskState(waiting_bills(), 0, None, 0))
    room.menu.open("A17")
    room.choose("menu_cash")
    room.cash.on_enter()


def test_cash_for_a_waiting_bill_opens_the_drawer(shop: Shop) -> None:
    cash_for_a_waiting_bill(shop.room, sold(shop.room))
    assert shop.queue.did == [("drawer", "A17")]
    assert shop.room.said == "cash_done"


def test_cash_for_the_bill_on_the_screen_opens_it_too(shop: Shop) -> None:
    room = shop.room
    room.entry.on_enter("8901262010016", None)
    room.pay.on_cash()
    room.cash.on_enter()
    assert [what for what, _ in shop.queue.did] == ["drawer"]
    assert str(shop.queue.did[0][1]).startswith("ORDER")
    assert room.said == "cash_done"


def test_while_a_link_is_being_closed_no_cash_is_taken_and_it_stays_shut(shop: Shop) -> None:
    waiting = replace(sold(shop.room), state=SaleState.AWAITING)
    cash_for_a_waiting_bill(shop.room, waiting)
    assert shop.queue.did == []


def test_a_drawer_that_cannot_be_asked_for_hides_no_change(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.queue.refuse = OSError("disk")
    cash_for_a_waiting_bill(shop.room, sold(shop.room))
    assert shop.room.said == "cash_done"
    assert "the drawer could not be asked for" in caplog.text


def test_without_a_drawer_nothing_opens() -> None:
    shop = Shop(drawer=False)
    cash_for_a_waiting_bill(shop.room, sold(shop.room))
    assert shop.queue.did == []
    plain = Room()
    plain.paper.on_desk(DESK)
    cash_for_a_waiting_bill(plain, sold(plain))
    assert plain.said == "cash_done"
