"""The two ways to paper: the system's printer through Qt, a receipt printer through the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop import assets
from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.printer import PrinterKind, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pos_desktop.bootstrap.late import LateCounter, LatePaper
    from pos_desktop.domain.options import Options
    from pos_desktop.gui.printing import Printer
    from pos_desktop.ports.paper import ReceiptPrinter
    from pos_desktop.services.outbox import Action
    from pos_desktop.services.printing import PrintQuestion


class LatePrinting:
    """gui.presenters.ports.Printing in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def print(self, order_id: str | None, by: str) -> bool:
        return self._late.get().printing.print(order_id, by)

    def open_drawer(self, order_id: str) -> None:
        self._late.get().printing.open_drawer(order_id)

    def questions(self) -> Sequence[PrintQuestion]:
        return self._late.get().printing.questions()

    def answer(self, subject: str, by: str, *, printed: bool) -> None:
        self._late.get().printing.answer(subject, by, printed=printed)


def printing_of(options: Options, late: LateCounter) -> LatePrinting | None:
    """The queue as the window sees it; None where bills go to the system's printer."""
    return None if options.printer.kind is PrinterKind.SYSTEM else LatePrinting(late)


def receipt_printer(options: Options) -> ReceiptPrinter | None:
    """The receipt printer of the settings; None where bills go to the system's printer."""
    if options.printer.kind is PrinterKind.SYSTEM:
        return None
    from pos_desktop.host.receipt_printers import printer_of

    return printer_of(options.printer)


def paper_actions(options: Options, printer: ReceiptPrinter | None) -> dict[str, Action]:
    """What the outbox does at the receipt printer."""
    if printer is None:
        return {}
    from pos_desktop.documents.receipt import Receipts
    from pos_desktop.services.links import Links
    from pos_desktop.services.pages import PageWriter
    from pos_desktop.services.printing import DRAWER, PRINT, OpenDrawer, PrintReceipt

    maker = Receipts(assets.path("fonts"), columns_of(options.paper))
    return {
        PRINT: PrintReceipt(printer, maker, PageWriter(options), Links(options)),
        DRAWER: OpenDrawer(printer, maker),
    }


def lamp_probe(receipts: ReceiptPrinter | None, paper: LatePaper) -> Callable[[], None]:
    """What the printer's lamp asks; it raises Unavailable."""

    def system() -> None:
        from pos_desktop.services.views import LampState

        if paper.state() is not LampState.OK:
            raise Unavailable("printer_missing")

    return system if receipts is None else receipts.check


def system_printer(printouts: Path | None) -> Printer:
    """The system's printer, loaded when it is first needed; with a folder, PDF files there."""
    from pos_desktop.gui.printing import Printer

    return Printer(printouts)
