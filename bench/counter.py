"""The real window over a real database, with nothing on the far side of gateway and relay."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication

from bench.quiet import OPTIONS, NoPrinter, Quiet, checkout
from pos_desktop.bootstrap.counter import Counter as WiredCounter
from pos_desktop.bootstrap.late import LateCounter
from pos_desktop.bootstrap.late_money import (
    LateInbox,
    LatePeople,
    LateRefunds,
    LateStanding,
    LateSweep,
    LateTendering,
)
from pos_desktop.bootstrap.late_numbers import LateNumbers
from pos_desktop.domain.errors import Unavailable
from pos_desktop.gui.app import Counter, Deps, application, build_counter
from pos_desktop.gui.events import Events
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.tasks import TaskRunner
from pos_desktop.host.clock import SystemClock
from pos_desktop.ports import QrMatrix
from pos_desktop.services.drafts import Drafts
from pos_desktop.storage.catalogue import SqliteCatalogue
from pos_desktop.storage.store import SqliteStore


def _nothing_behind() -> WiredCounter:
    raise Unavailable("not_measured")


_NOBODY = LateCounter(_nothing_behind)


@dataclass
class OpenCounter:
    """A window that was built and shown; ``close`` ends everything behind it."""

    counter: Counter
    runner: TaskRunner
    store: SqliteStore
    catalogue: SqliteCatalogue

    @classmethod
    def on(cls, database: Path) -> "OpenCounter":
        """Open the database, build the window, show it."""
        store = SqliteStore(database).open()
        catalogue = SqliteCatalogue(database)
        runner = TaskRunner()
        quiet = Quiet()
        services = Services(
            options=OPTIONS,
            clock=SystemClock(),
            catalogue=catalogue,
            runner=runner,
            checkout=checkout(store),
            desk=quiet,
            drafts=_FreshDrafts(store),
            paper=NoPrinter(),
            tones=quiet,
            tendering=LateTendering(_NOBODY),
            people=LatePeople(_NOBODY),
            inbox=LateInbox(_NOBODY),
            refunds=LateRefunds(_NOBODY),
            standing=LateStanding(_NOBODY),
            sweep=LateSweep(_NOBODY),
            numbers=LateNumbers(_NOBODY),
        )
        counter = build_counter(Deps(services, Events(), _qr_matrix()))
        counter.start()
        counter.begin()
        turn()
        return cls(counter, runner, store, catalogue)

    def scan(self, code: str) -> None:
        """What the scanner's filter says, through to the painted frame."""
        self.counter.scanner.scanned.emit(code)
        turn()

    def lines(self) -> int:
        """How many lines stand on the bill."""
        return len(self.counter.presenters.sale.draft.cart)

    def take_off(self) -> None:
        """Remove the last line again, painted."""
        sale = self.counter.presenters.sale
        sale.on_select(self.lines() - 1)
        sale.on_remove()
        turn()

    def close(self) -> None:
        """Window first, then lanes, then the database."""
        application().removeEventFilter(self.counter.scanner)
        self.counter.window.close()
        self.counter.window.deleteLater()
        turn()
        self.runner.close()
        self.catalogue.close()
        self.store.close()


class _FreshDrafts(Drafts):
    """Keeps the bill as ever; what the row before left behind is not brought back."""

    def load(self) -> None:
        """Nothing."""


def turn() -> None:
    """One turn of the event loop, painting included."""
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
    QCoreApplication.sendPostedEvents()


def _qr_matrix() -> QrMatrix:
    # Imported when a QR is first shown, as the composition root does.
    def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
        from pos_desktop.documents.qr import qr_matrix

        return qr_matrix(text)

    return matrix
