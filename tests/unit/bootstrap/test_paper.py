"""One bill all the way: settings, queue, bytes, socket, paper; and what the lamp says meanwhile."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.bootstrap.late import LatePaper
from pos_desktop.bootstrap.paper import (
    LatePrinting,
    lamp_probe,
    paper_actions,
    printing_of,
    receipt_printer,
    system_printer,
)
from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.options import Options
from pos_desktop.domain.printer import PaperSize, PrinterKind, PrinterOptions
from pos_desktop.services.outbox import Outbox
from pos_desktop.services.printing import Printing
from tests.support.paper_roll import read
from tests.support.rig import options
from tests.support.socket_printer import Manner, SocketPrinter
from tests.support.till import Till


class Counter:
    """A till whose settings name a network printer at this port; ``printing`` is its queue."""

    def __init__(self, till: Till, port: int) -> None:
        self.till = till
        self.options = with_printer(till.options, port)
        self.printer = receipt_printer(self.options)
        actions = paper_actions(self.options, self.printer)
        self.outbox = Outbox(till.store, till.lanes, till.clock, till.ids, actions, till.heard)
        self.printing = Printing(till.store, till.clock, till.heard)
        self.lamp = lamp_probe(self.printer, LatePaper(lambda: system_printer(None)))

    def get(self) -> "Counter":
        return self

    def sold(self) -> str:
        return self.till.checkout.cash(self.till.order(None), 30_000).order_id

    def turn(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.till.clock.pass_seconds(1)
            self.outbox.step(self.till.clock.now())
            self.till.lanes.drain()


def with_printer(shop: Options, port: int) -> Options:
    printer = PrinterOptions(PrinterKind.NETWORK, f"127.0.0.1:{port}", drawer=True)
    return replace(shop, printer=printer, paper=PaperSize.NARROW)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path)
    yield made
    made.store.close()
    assert made.told() == []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        name: tuple[str, int] = server.getsockname()
    return name[1]


def test_a_bill_goes_from_the_settings_to_the_paper(till: Till) -> None:
    with SocketPrinter() as played:
        counter = Counter(till, played.port)
        counter.lamp()
        order_id = counter.sold()
        # As the window asks: through what opens late.
        late = LatePrinting(counter)  # type: ignore[arg-type]  # the part of a LateCounter it needs
        late.open_drawer(order_id)
        assert late.print(None, "Asha") is False
        counter.turn(2)
        assert late.questions() == []
        counter.lamp()
    rolls = [read(job) for job in played.jobs]
    assert sorted(roll.pulses for roll in rolls) == [0, 1]
    (roll,) = (roll for roll in rolls if roll.cuts)
    assert any(text.startswith(str(till.sale(order_id).invoice_number)) for text in roll.texts)
    assert max(len(text) for text in roll.texts) == 32


def test_a_printer_that_is_off_prints_when_it_is_on_and_the_lamp_says_so(till: Till) -> None:
    port = free_port()
    counter = Counter(till, port)
    counter.sold()
    counter.printing.print(None, "Asha")
    counter.turn(3)
    with pytest.raises(Unavailable) as off:
        counter.lamp()
    assert off.value.code == "printer_off"
    assert counter.printing.questions() == []
    with SocketPrinter(port=port) as played:
        counter.turn(20)
        counter.lamp()
    assert [read(job).cuts for job in played.jobs] == [1]


def test_one_that_dies_in_the_middle_is_asked_about_and_then_says_duplicate(till: Till) -> None:
    with SocketPrinter(Manner(most=200)) as played:
        counter = Counter(till, played.port)
        counter.sold()
        counter.printing.print(None, "Asha")
        counter.turn(40)
        (asked,) = counter.printing.questions()
        assert asked.why == "print_doubt"
        played.manner.most = None
        late = LatePrinting(counter)  # type: ignore[arg-type]  # as above
        late.answer(asked.subject, "Asha", printed=False)
        counter.turn(2)
    half, whole = played.jobs
    assert len(half) < len(whole)
    assert "DUPLICATE" in " ".join(read(whole).texts)


def test_the_system_printer_needs_no_queue(tmp_path: Path) -> None:
    shop = options()
    assert (receipt_printer(shop), paper_actions(shop, None)) == (None, {})
    assert printing_of(shop, None) is None  # type: ignore[arg-type]  # not looked at
    assert printing_of(with_printer(shop, 9100), None) is not None  # type: ignore[arg-type]  # not looked at
    lamp_probe(None, LatePaper(lambda: system_printer(tmp_path / "printouts")))()
    file = tmp_path / "file"
    file.write_text("no folder", encoding="ascii")
    with pytest.raises(Unavailable, match="printer_missing"):
        lamp_probe(None, LatePaper(lambda: system_printer(file)))()
