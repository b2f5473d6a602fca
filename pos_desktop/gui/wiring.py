"""Joins the window, its presenters and the application's events. The only place that knows all."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, QTimer

from pos_desktop.domain.sale import Item
from pos_desktop.gui.events import Events
from pos_desktop.gui.keys import Command
from pos_desktop.gui.money_wiring import MoneyWiring
from pos_desktop.gui.presenters.cast import presenters_for
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.scanner import ScannerFilter
from pos_desktop.gui.views.main_window import MainWindow
from pos_desktop.services.views import Lamp, PaidNews

_QUEUED = Qt.ConnectionType.QueuedConnection
_QUICK_KEYS = 16


class Wiring(QObject):
    """Lives as long as the window. Events from other threads arrive by queued connections."""

    def __init__(
        self, window: MainWindow, services: Services, events: Events, scanner: ScannerFilter
    ) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self.presenters = presenters_for(window, services)
        events.changed.connect(self.on_changed, _QUEUED)
        events.paid.connect(self.on_paid, _QUEUED)
        events.lamps.connect(self.on_lamps, _QUEUED)
        scanner.scanned.connect(self.on_scan)
        window.command.connect(self.on_command)
        self._connect_page()
        self._connect_sheets()
        self._money = MoneyWiring(window, self.presenters)
        events.locked.connect(self._money.on_locked, _QUEUED)
        self._commands = {**self._table(), **self._money.table()}
        self.presenters.money.more.commands = self._commands
        self._seconds = QTimer(self)
        self._seconds.setInterval(1000)
        self._seconds.timeout.connect(self.on_tick)

    def start(self) -> None:
        """After the first paint: show what stands, read the desk, bring the draft back."""
        p, services = self.presenters, self._services
        # The strip was measured before anybody listened.
        p.waiting.on_room(self._window.form.billStrip.capacity)
        p.sale.show()
        p.customer.show()
        p.status.show()
        p.money.standing.show()
        self._window.focus_entry()
        self._seconds.start()
        p.desk.on_changed()
        services.runner.run("db", self._quick_goods, self._on_quick_goods, p.notices.failed)
        services.runner.run("db", services.drafts.load, self._on_draft, p.notices.failed)

    def on_command(self, command: Command) -> None:
        """A key or a button. A key of the window closes the sheet that is open first."""
        if self._window.open_sheet is not None and not _beside(self._window, command):
            only_help = self._window.dismiss_sheets()
            if command is Command.HELP and only_help:
                return
        self._commands[command]()

    def on_scan(self, code: str) -> None:
        """A scan goes to the bill whatever has the focus, or is refused with tone and sentence."""
        sheet = self._window.open_sheet
        if sheet is not None and not sheet.takes_scans:
            self.presenters.notices.error("scan_refused")
            return
        self.presenters.entry.on_scan(code, self._window.sale_page.scan_text)

    def on_changed(self) -> None:
        """Some bill changed."""
        self.presenters.desk.on_changed()
        self.presenters.qr.reload()
        self.presenters.money.story.reload()

    def on_paid(self, news: PaidNews) -> None:
        """A bill was issued."""
        self.presenters.notices.on_paid(news.order_id)
        self.presenters.waiting.on_paid(news)
        self.presenters.qr.on_paid(news)

    def on_lamps(self, lamps: tuple[Lamp, ...]) -> None:
        """Some lamps changed."""
        self.presenters.status.on_lamps(lamps)
        self.presenters.offer.on_lamps(lamps)
        self.presenters.menu.reach.on_lamps(lamps)
        self.presenters.money.split.reach.on_lamps(lamps)

    def on_tick(self) -> None:
        """A second went by."""
        self.presenters.notices.on_tick()
        self.presenters.desk.on_tick()
        self.presenters.waiting.on_tick()
        self.presenters.status.on_tick()
        self.presenters.qr.on_tick()
        self.presenters.money.pin.on_tick()
        self.presenters.money.inbox.on_tick()
        self.presenters.money.messages.on_tick()

    def on_back(self) -> None:
        """Esc in the scan field: one step back, never a bill lost."""
        page = self._window.sale_page
        if page.scan_text or page.matches.isVisible():
            page.clear_entry()
        else:
            self.presenters.notices.acknowledge()

    def on_print(self) -> None:
        """The marked bill, or the last one."""
        marked = self.presenters.waiting.marked
        self.presenters.paper.print(marked.order_id if marked is not None else None)

    def _quick_goods(self) -> Sequence[Item]:
        return self._services.catalogue.quick(_QUICK_KEYS)

    def _on_quick_goods(self, items: Sequence[Item]) -> None:
        self._window.sale_page.show_quick(items)

    def _on_draft(self, text: str | None) -> None:
        self.presenters.sale.restore(text)
        self.presenters.money.edits.start()
        self.presenters.customer.show()
        # Last, so that no news of the draft hides it.
        if self._services.problem:
            self.presenters.notices.error("settings_kept", problem=self._services.problem)

    def _on_entered(self, text: str, picked: Item | None) -> None:
        self.presenters.entry.on_enter(text, picked)

    def _on_arrow(self, rows: int) -> None:
        """Up and down mark a match while names are offered, else a line."""
        if self._window.sale_page.matches.isVisible():
            self._window.sale_page.matches.move_mark(rows)
        else:
            self.presenters.sale.on_move(rows)

    def _on_park(self) -> None:
        """Each bill has its own customer: the card changes with it."""
        self.presenters.sale.on_park()
        self.presenters.customer.show()

    def _on_card(self, order_id: str) -> None:
        self.presenters.waiting.on_mark(order_id)
        self.presenters.menu.open(order_id)

    def _connect_page(self) -> None:
        page, p = self._window.sale_page, self.presenters
        page.command.connect(self.on_command)
        page.entered.connect(self._on_entered)
        page.typed.connect(p.entry.on_text)
        page.quick.connect(p.entry.on_quick)
        page.form.cartTable.row_clicked.connect(p.sale.on_select)
        page.form.banner.acknowledged.connect(p.notices.acknowledge)
        strip = self._window.form.billStrip
        strip.opened.connect(self._on_card)
        strip.moved.connect(p.waiting.on_move)
        strip.paged.connect(p.waiting.on_page)
        strip.digit.connect(p.waiting.on_digit)
        strip.left.connect(p.waiting.on_leave)
        strip.escaped.connect(self._window.focus_entry)
        strip.more.connect(p.waiting.on_more)
        strip.room.connect(p.waiting.on_room)

    def _connect_sheets(self) -> None:
        window, p = self._window, self.presenters
        for sheet, presenter in (
            (window.phone_sheet, p.customer),
            (window.number_sheet, p.money.number),
            (window.quantity_sheet, p.quantity),
            (window.cash_sheet, p.cash),
        ):
            sheet.typed.connect(presenter.on_typed)
            sheet.entered.connect(presenter.on_enter)
            sheet.dismissed.connect(presenter.on_back)
        window.phone_sheet.none.connect(p.customer.on_none)
        window.phone_sheet.refused.connect(p.customer.on_refuse)
        window.number_sheet.none.connect(p.money.number.on_none)
        window.qr_sheet.dismissed.connect(p.qr.on_back)
        window.qr_sheet.practised.connect(p.qr.on_practice)
        window.menu_sheet.dismissed.connect(p.money.choices.on_back)
        window.menu_sheet.chosen.connect(p.money.choices.on_choice)
        window.help_sheet.dismissed.connect(window.help_sheet.close_sheet)

    def _table(self) -> dict[Command, Callable[[], None]]:
        p, window = self.presenters, self._window
        return {
            Command.HELP: window.help_sheet.open,
            Command.FIND: window.focus_entry,
            Command.PHONE: p.customer.on_key,
            Command.PARK: self._on_park,
            Command.WAITING: p.waiting.on_key,
            Command.QUANTITY: p.sale.on_quantity_key,
            Command.CASH: p.pay.on_cash,
            Command.QR: p.pay.on_qr,
            Command.PRINT: self.on_print,
            Command.BACK: self.on_back,
            Command.REFUSE: p.money.numbers.on_key,
            Command.REMOVE: p.sale.on_remove,
            Command.MORE: lambda: p.sale.on_step(1),
            Command.LESS: lambda: p.sale.on_step(-1),
            Command.UP: lambda: self._on_arrow(-1),
            Command.DOWN: lambda: self._on_arrow(1),
        }


def _beside(window: MainWindow, command: Command) -> bool:
    """Whether the key belongs to the sheet that is open, or leaves it alone."""
    own = (window.phone_sheet, window.menu_sheet)
    refuses = command is Command.REFUSE and window.open_sheet in own
    return refuses or command is Command.PRINT
