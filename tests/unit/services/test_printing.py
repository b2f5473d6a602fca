"""The queue of the receipt printer: nothing lost, nothing twice by itself, nothing in the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop import assets
from pos_desktop.documents.receipt import Receipts
from pos_desktop.domain.errors import DomainError, InputError, Unavailable
from pos_desktop.domain.sale import Channel, SaleState
from pos_desktop.ports import OutboxState
from pos_desktop.ports.paper import HalfPrinted
from pos_desktop.services.links import Links
from pos_desktop.services.outbox import Action, Outbox
from pos_desktop.services.pages import PageWriter
from pos_desktop.services.printing import (
    DRAWER,
    FRESH_MS,
    PRINT,
    OpenDrawer,
    Printing,
    PrintReceipt,
)
from tests.support.paper_roll import Roll, read
from tests.support.till import Till
from tests.unit.services.conftest import opened

OFF = Unavailable("printer_off")
HALF = HalfPrinted("print_doubt")


class PlayedPrinter:
    """Prints, or raises what ``trouble`` says for its next jobs."""

    def __init__(self) -> None:
        self.trouble: list[Exception] = []
        self.tries = 0
        self.rolls: list[Roll] = []

    def send(self, job: bytes) -> None:
        self.tries += 1
        if self.trouble:
            raise self.trouble.pop(0)
        self.rolls.append(read(job))

    def check(self) -> None:
        if self.trouble:
            raise self.trouble[0]


class Room:
    """A till with a receipt printer beside it."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.printer = PlayedPrinter()
        self.wire()

    def wire(self) -> None:
        till = self.till
        maker = Receipts(assets.path("fonts"), 48)
        writer, links = PageWriter(till.options), Links(till.options)
        actions: dict[str, Action] = {
            PRINT: PrintReceipt(self.printer, maker, writer, links),
            DRAWER: OpenDrawer(self.printer, maker),
        }
        self.outbox = Outbox(till.store, till.lanes, till.clock, till.ids, actions, till.heard)
        self.printing = Printing(till.store, till.clock, till.heard)

    def turn(self, seconds: int = 0) -> None:
        for _ in range(max(1, seconds)):
            self.till.clock.pass_seconds(min(1, seconds))
            self.outbox.step(self.till.clock.now())
            self.till.lanes.drain()

    def begin(self) -> None:
        """Up to the moment in which the printer has been given the job and nobody has noted it."""
        before = self.printer.tries
        self.outbox.step(self.till.clock.now())
        while self.printer.tries == before:
            assert self.till.lanes.step()

    def kill(self) -> None:
        """The program dies; the next one finds the file as it is."""
        self.till.store.close()
        self.till.start()
        self.wire()
        self.outbox.recover()

    def sold(self) -> str:
        sale = self.till.checkout.cash(self.till.order(None), 30_000)
        return sale.order_id

    def states(self, kind: str = PRINT) -> list[tuple[str, str | None]]:
        with self.till.store.read() as uow:
            found = [uow.outbox.find(kind, subject) for subject in self.subjects(kind)]
        return [(f.state.value, f.last_error) for f in found if f is not None]

    def subjects(self, kind: str) -> list[str]:
        order_id = self.till.desk.document().order_ref
        if kind == DRAWER:
            return [order_id]
        return [f"{order_id}:{revision}:{copy}" for revision in (1, 2) for copy in range(1, 9)]

    def ledger(self, kind: str) -> list[tuple[str, dict[str, object]]]:
        with self.till.store.read() as uow:
            entries = uow.ledger.after(0, 999)
        return [(entry.actor, dict(entry.body)) for entry in entries if entry.kind == kind]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    for till in opened(tmp_path, Channel.WHATSAPP_LINK):
        yield Room(till)


def marked(roll: Roll) -> bool:
    return any("DUPLICATE" in text for text in roll.texts)


def test_the_last_bill_is_printed_with_its_link(room: Room) -> None:
    order_id = room.sold()
    assert room.printing.print(None, "Asha") is False
    assert room.printer.rolls == []
    room.turn()
    (roll,) = room.printer.rolls
    sale = room.till.sale(order_id)
    assert any(text.startswith(str(sale.invoice_number)) for text in roll.texts)
    assert "Scan to see this bill" in [text.strip() for text in roll.texts]
    assert len(roll.pictures) == 1
    assert not marked(roll)
    assert room.states() == [("done", None)]
    assert room.ledger("receipt.reprinted") == []


def test_nothing_is_printed_before_there_is_a_bill(room: Room) -> None:
    with pytest.raises(DomainError, match="nothing_to_print"):
        room.printing.print(None, "Asha")
    with pytest.raises(DomainError, match="nothing_to_print"):
        room.printing.print("no-such-bill", "Asha")


def test_every_further_print_says_duplicate_and_is_recorded(room: Room) -> None:
    order_id = room.sold()
    for expected in (False, True, True):
        assert room.printing.print(order_id, "Asha") is expected
        room.turn()
    assert list(map(marked, room.printer.rolls)) == [False, True, True]
    assert room.ledger("receipt.reprinted") == [
        ("Asha", {"order_id": order_id, "copy": 2}),
        ("Asha", {"order_id": order_id, "copy": 3}),
    ]


def test_an_unpaid_bill_has_its_own_first_print(room: Room) -> None:
    till = room.till
    sale = till.checkout.request(till.order(None))
    assert room.printing.print(sale.order_id, "Asha") is False
    room.turn()
    # No page was published of a bill without a number to send it to.
    assert room.printer.rolls[0].pictures == []
    till.checkout.cash_for_waiting(sale.order_id, 30_000, "Asha", risk=True)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert room.printing.print(sale.order_id, "Asha") is False
    room.turn()
    assert [marked(roll) for roll in room.printer.rolls] == [False, False]
    till.settle_down()


def test_a_bill_that_is_paid_while_it_waits_for_the_printer_is_not_printed(room: Room) -> None:
    till = room.till
    sale = till.checkout.request(till.order(None))
    room.printing.print(sale.order_id, "Asha")
    till.checkout.cash_for_waiting(sale.order_id, 30_000, "Asha", risk=True)
    room.turn()
    assert room.printer.rolls == []
    assert room.states() == [("dropped", "bill_settled")]
    assert room.printing.questions() == []
    till.settle_down()


def test_a_printer_that_is_off_is_tried_again_and_blocks_nothing(room: Room) -> None:
    room.printer.trouble = [OFF, Unavailable("printer_no_paper"), OFF]
    room.sold()
    room.printing.print(None, "Asha")
    room.turn()
    assert room.states() == [("queued", "printer_off")]
    second = room.sold()
    assert room.till.sale(second).state is SaleState.ISSUED
    with room.till.store.read() as uow:
        pages, _ = uow.outbox.unsent()
    assert pages == 2
    room.turn(20)
    assert room.printer.tries == 4
    assert [marked(roll) for roll in room.printer.rolls] == [False]


def test_pressed_again_and_again_while_it_is_off_it_prints_once(room: Room) -> None:
    room.printer.trouble = [OFF]
    room.sold()
    room.printing.print(None, "Asha")
    room.turn()
    assert room.printing.print(None, "Asha") is False
    assert room.printing.print(None, "Asha") is False
    room.turn(60)
    assert [marked(roll) for roll in room.printer.rolls] == [False]
    assert room.states() == [("dropped", "asked_again")] * 2 + [("done", None)]


def test_while_it_prints_it_is_not_asked_for_again(room: Room) -> None:
    room.sold()
    room.printing.print(None, "Asha")
    room.begin()
    with pytest.raises(DomainError, match="print_running"):
        room.printing.print(None, "Asha")
    room.till.lanes.drain()
    assert room.printing.print(None, "Asha") is True


def test_what_is_too_old_is_not_printed_in_the_morning(room: Room) -> None:
    room.printer.trouble = [OFF] * 99
    order_id = room.sold()
    room.printing.print(None, "Asha")
    room.turn()
    room.till.clock.pass_seconds(12 * 3600)
    room.printer.trouble = []
    room.turn()
    assert room.printer.rolls == []
    (asked,) = room.printing.questions()
    assert (asked.order_id, asked.why) == (order_id, "print_too_old")
    assert asked.bill == room.till.sale(order_id).invoice_number
    # It was never on paper, so it is the first print and no duplicate.
    room.printing.answer(asked.subject, "Asha", printed=False)
    room.turn()
    assert [marked(roll) for roll in room.printer.rolls] == [False]
    assert room.printing.questions() == []
    assert room.ledger("receipt.answered") == []


def test_the_age_ends_with_the_limit(room: Room) -> None:
    room.sold()
    room.printing.print(None, "Asha")
    room.till.clock.pass_seconds(FRESH_MS // 1000)
    room.turn()
    assert len(room.printer.rolls) == 1


@pytest.mark.parametrize("printed", [True, False])
def test_a_printer_that_dies_in_the_middle_is_asked_about(room: Room, printed: bool) -> None:
    room.printer.trouble = [HALF]
    order_id = room.sold()
    room.printing.print(None, "Asha")
    room.turn(60)
    assert room.printer.tries == 1
    (asked,) = room.printing.questions()
    assert asked.why == "print_doubt"
    room.printing.answer(asked.subject, "Asha", printed=printed)
    room.printing.answer(asked.subject, "Asha", printed=False)
    room.turn()
    assert list(map(marked, room.printer.rolls)) == ([] if printed else [True])
    assert room.ledger("receipt.answered") == [("Asha", {"order_id": order_id, "printed": printed})]
    assert len(room.ledger("receipt.reprinted")) == (0 if printed else 1)
    assert room.printing.print(None, "Asha") is True


def test_after_a_crash_it_asks_and_prints_nothing_by_itself(room: Room) -> None:
    room.sold()
    room.printing.print(None, "Asha")
    room.begin()
    room.kill()
    room.turn(60)
    assert len(room.printer.rolls) == 1
    (asked,) = room.printing.questions()
    assert asked.why == "print_doubt"
    # Ctrl+P is an answer as well.
    assert room.printing.print(None, "Asha") is True
    assert room.printing.questions() == []
    room.turn()
    assert list(map(marked, room.printer.rolls)) == [False, True]


def test_what_waits_outlives_a_crash(room: Room) -> None:
    room.printer.trouble = [OFF]
    room.sold()
    room.printing.print(None, "Asha")
    room.turn()
    room.kill()
    room.turn(5)
    assert [marked(roll) for roll in room.printer.rolls] == [False]
    assert room.printing.questions() == []


def test_what_cannot_be_made_is_said(room: Room) -> None:
    room.printer.trouble = [InputError("not_ascii")]
    room.sold()
    room.printing.print(None, "Asha")
    room.turn(60)
    assert room.states() == [("dropped", "print_failed")]
    assert [asked.why for asked in room.printing.questions()] == ["print_failed"]
    assert room.printing.print(None, "Asha") is False


def test_an_error_that_a_printer_must_not_raise_is_a_doubt(room: Room) -> None:
    room.printer.trouble = [KeyError("bug")]
    room.sold()
    room.printing.print(None, "Asha")
    room.turn()
    assert room.till.told() == ["'bug'"]
    assert [asked.why for asked in room.printing.questions()] == ["print_doubt"]


def test_questions_of_other_bills_stay(room: Room) -> None:
    room.printer.trouble = [HALF, HALF]
    first, second = room.sold(), ""
    room.printing.print(first, "Asha")
    room.turn()
    second = room.sold()
    room.printing.print(second, "Asha")
    room.turn()
    assert [asked.order_id for asked in room.printing.questions()] == [first, second]
    room.printing.answer(room.printing.questions()[0].subject, "Asha", printed=True)
    assert [asked.order_id for asked in room.printing.questions()] == [second]


def test_the_drawer_opens_once_for_a_bill(room: Room) -> None:
    order_id = room.sold()
    room.printing.open_drawer(order_id)
    room.printing.open_drawer(order_id)
    room.turn(5)
    (roll,) = room.printer.rolls
    assert (roll.pulses, roll.cuts, roll.parts) == (1, 0, [])


@pytest.mark.parametrize(
    ("wait", "trouble"), [(0, [OFF]), (0, [KeyError("bug")]), (16, []), (-1, [])]
)
def test_a_drawer_never_opens_later_by_itself(
    room: Room, wait: int, trouble: list[Exception]
) -> None:
    room.printer.trouble = list(trouble)
    room.printing.open_drawer(room.sold())
    room.till.clock.pass_seconds(wait)
    room.turn()
    room.till.clock.pass_seconds(1)
    room.turn(60)
    assert room.printer.rolls == []
    assert room.states(DRAWER)[0][0] == OutboxState.DROPPED.value
    room.till.told()


def test_after_a_crash_the_drawer_stays_shut(room: Room) -> None:
    room.printing.open_drawer(room.sold())
    room.begin()
    room.kill()
    room.turn(5)
    assert room.printer.tries == 1
    assert room.states(DRAWER) == [("dropped", "stopped_while_opening")]


def test_a_bill_that_is_not_there_is_dropped(room: Room) -> None:
    with room.till.store.write() as uow:
        uow.outbox.put(PRINT, "gone:2:1", "gone", room.till.clock.now())
        uow.commit()
    room.turn()
    assert (room.printer.tries, room.printing.questions()) == (0, [])
