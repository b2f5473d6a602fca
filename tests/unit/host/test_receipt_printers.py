"""Receipt printers as they behave in shops: off, out of paper, pulled out in the middle, silent."""

import os
import socket
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from pos_desktop.domain.errors import InputError, Unavailable
from pos_desktop.domain.printer import PrinterKind, PrinterOptions
from pos_desktop.host.receipt_lines import DeviceLine, NetworkLine, Patience, Talk
from pos_desktop.host.receipt_printers import LinePrinter, printer_of
from pos_desktop.host.receipt_spooler import Spooler
from pos_desktop.ports.paper import HalfPrinted
from tests.support.socket_printer import Manner, SocketPrinter

SHORT = Patience(answer=0.3, stall=0.3, end=0.3, mute=0.1)
JOB = b"Fresh Mart\n" * 40
LONG = b"Fresh Mart\n" * 400_000


@contextmanager
def network(manner: Manner) -> Iterator[tuple[SocketPrinter, LinePrinter]]:
    with SocketPrinter(manner) as played:
        yield played, LinePrinter(partial(NetworkLine, "127.0.0.1", played.port), SHORT)


def refused(printer: LinePrinter | Spooler, job: bytes = JOB) -> str:
    """The code of what is certainly not on paper."""
    with pytest.raises(Unavailable) as error:
        printer.send(job)
    return error.value.code


@pytest.mark.parametrize(
    "manner",
    [
        Manner(),
        Manner(end=0x03),  # the paper is nearly at its end
        Manner(paper=0x1E),
        Manner(noise=b"\x12\xff"),  # answers that nobody asked for
        Manner(state=None, paper=None, end=None),  # a cheap one that never answers
    ],
)
def test_a_printer_that_is_there_prints(manner: Manner) -> None:
    with network(manner) as (played, printer):
        printer.check()
        printer.send(JOB)
        printer.send(b"the next one\n")
    assert played.jobs == [JOB, b"the next one\n"]


@pytest.mark.parametrize(
    ("manner", "code"),
    [
        (Manner(paper=0x72), "printer_no_paper"),
        (Manner(state=0x1A, paper=0x72), "printer_no_paper"),
        (Manner(state=0x1A), "printer_not_ready"),
        (Manner(state=0x1A, paper=None), "printer_not_ready"),
    ],
)
def test_one_that_cannot_print_is_given_nothing(manner: Manner, code: str) -> None:
    with network(manner) as (played, printer):
        assert refused(printer) == code
        with pytest.raises(Unavailable, match=code):
            printer.check()
    assert played.jobs == []


def test_one_that_is_off_is_said() -> None:
    with network(Manner()) as (_, printer):
        printer.send(JOB)
    assert refused(printer) == "printer_off"
    with pytest.raises(Unavailable, match="refused"):
        printer.check()


@pytest.mark.parametrize(
    ("manner", "job"),
    [
        (Manner(most=100), JOB),  # its power goes; the system had taken all of the job
        (Manner(most=100), LONG),
        (Manner(most=100, then="stall"), LONG),
        (Manner(most=100, then="stall"), JOB),
        (Manner(state=None, paper=None, most=100, then="stall"), LONG),
        (Manner(end=None), JOB),
        (Manner(end=0x0C), JOB),  # the paper ended before the bill did
    ],
)
def test_what_may_be_on_paper_is_a_doubt(manner: Manner, job: bytes) -> None:
    began = time.monotonic()
    with network(manner) as (_, printer), pytest.raises(HalfPrinted) as error:
        # A patience that does not grow with the size of the job.
        printer.send(job[:400_000] if manner.then == "die" else job)
    assert error.value.code == "print_doubt"
    assert time.monotonic() - began < 30


def test_one_that_dies_before_the_job_has_printed_nothing() -> None:
    with network(Manner()) as (played, printer):
        printer.check()
        manner = played.manner
        manner.state = manner.paper = manner.end = None
        # It used to answer: silence is no sign that it prints.
        assert refused(printer) == "printer_not_ready"
    assert played.jobs == []


def test_one_that_hangs_up_at_once_is_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        printer = LinePrinter(partial(NetworkLine, *server.getsockname()), SHORT)

        def hang_up() -> None:
            server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        assert refused(printer) == "printer_off"
        thread.join(5)


def test_one_job_at_a_time_and_the_lamp_does_not_wait() -> None:
    with network(Manner(end=None)) as (played, printer):
        codes: list[str] = []

        def print_slowly() -> None:
            with pytest.raises(HalfPrinted) as error:
                printer.send(JOB)
            codes.append(error.value.code)

        slow = threading.Thread(target=print_slowly)
        slow.start()
        while not printer._busy.locked():
            time.sleep(0.001)
        assert refused(printer) == "printer_busy"
        printer.check()
        slow.join(5)
    assert (codes, played.jobs) == (["print_doubt"], [JOB])


def test_the_lamp_tells_what_was_known_before_the_job() -> None:
    with network(Manner(paper=0x72)) as (_, printer):
        assert refused(printer) == "printer_no_paper"
        with printer._busy, pytest.raises(Unavailable, match="printer_no_paper"):
            printer.check()


class PairLine(NetworkLine):
    """A line without a network; ``far`` is the printer's end."""

    def __init__(self) -> None:
        self._socket, self.far = socket.socketpair()
        self._socket.setblocking(False)


@pytest.fixture
def pair() -> Iterator[PairLine]:
    line = PairLine()
    yield line
    line.close()
    line.far.close()


def test_one_that_goes_away_while_it_is_asked_is_off(pair: PairLine) -> None:
    pair.far.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionResetError, match="went away"):
        Talk(pair, SHORT).ready()


def test_what_nobody_asked_for_is_passed_over(pair: PairLine) -> None:
    pair.far.sendall(b"\xff")
    later = threading.Timer(0.1, lambda: pair.far.sendall(b"\x12\x12"))
    later.start()
    assert Talk(pair, SHORT).ready()
    later.join()


def test_one_that_takes_not_a_byte_has_printed_nothing(pair: PairLine) -> None:
    with suppress(BlockingIOError):
        while True:
            pair.send(b"\0" * 65_536)
    with pytest.raises(TimeoutError, match="takes no more"):
        Talk(pair, SHORT).give(JOB, answers=True)


@contextmanager
def device(answers: bytes) -> Iterator[tuple[Path, list[bytes]]]:
    """A terminal that stands for a printer at a USB port; it answers the first question."""
    ours, theirs = os.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    heard: list[bytes] = []
    asked = {b"\x10\x04\x01": answers[:1], b"\x10\x04\x04": answers[1:2], b"\x1dr\x01": answers[2:]}

    def serve() -> None:
        while True:
            try:
                part = os.read(ours, 1024)
            except OSError:
                return
            heard.append(part)
            for question, answer in asked.items():
                if question in part:
                    os.write(ours, answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Path(os.ttyname(theirs)), heard
    finally:
        # The last one to leave ends the read on the other side.
        os.close(theirs)
        thread.join(5)
        os.close(ours)


def test_a_printer_at_a_usb_port_prints() -> None:
    with device(b"\x12\x12\x00") as (file, heard):
        printer = LinePrinter(partial(DeviceLine, file), SHORT)
        printer.check()
        printer.send(JOB)
    assert JOB in b"".join(heard)


def test_a_printer_at_a_usb_port_without_paper_is_given_nothing() -> None:
    with device(b"\x12\x72\x00") as (file, heard):
        assert refused(LinePrinter(partial(DeviceLine, file), SHORT)) == "printer_no_paper"
    assert b"Fresh" not in b"".join(heard)


def test_a_device_that_is_not_there_is_off_and_nothing_is_made(tmp_path: Path) -> None:
    file = tmp_path / "lp0"
    assert refused(LinePrinter(partial(DeviceLine, file), SHORT)) == "printer_off"
    assert not file.exists()


def test_the_settings_name_the_printer(tmp_path: Path) -> None:
    assert printer_of(PrinterOptions()) is None
    with SocketPrinter() as played:
        made = printer_of(PrinterOptions(PrinterKind.NETWORK, f"127.0.0.1:{played.port}"))
        assert made is not None
        made.send(JOB)
    assert played.jobs == [JOB]
    nowhere = printer_of(PrinterOptions(PrinterKind.DEVICE, str(tmp_path / "lp0")))
    assert isinstance(nowhere, LinePrinter)
    assert refused(nowhere) == "printer_off"
    assert isinstance(printer_of(PrinterOptions(PrinterKind.SPOOLER, "till")), Spooler)
    with pytest.raises(InputError, match=r"192\.168\.1\.50"):
        printer_of(PrinterOptions(PrinterKind.NETWORK, "-"))
