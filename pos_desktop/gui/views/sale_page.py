"""The page of a sale: it shows states and passes on what was pressed; it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from pos_desktop.domain.money import format_rupees
from pos_desktop.gui.forms.ui_sale_page import Ui_SalePage
from pos_desktop.gui.keys import Command, cap
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.form import fill

if TYPE_CHECKING:
    from pos_desktop.domain.sale import Item
    from pos_desktop.gui.presenters.customer import CustomerState
    from pos_desktop.gui.presenters.notices import Notice
    from pos_desktop.gui.presenters.sale import CartState
    from pos_desktop.gui.presenters.standing import Main
    from pos_desktop.gui.widgets.matches import Matches

_SIDE_WIDE, _SIDE_NARROW, _SIDE_LARGE = 392, 328, 456
_LOW = 500
"""A page that is lower closes its ranks, so that a row of quick keys stays."""


class SalePage(QWidget):
    """Implements ``CartView``, ``EntryView`` and ``CustomerView``."""

    command = Signal(object)
    entered = Signal(str, object)
    typed = Signal(str)
    quick = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = fill(Ui_SalePage(), self)
        self._matches: Matches | None = None
        self._qr_now = True
        self._dress()
        self._connect()

    @property
    def scan_text(self) -> str:
        """What stands in the scan field."""
        return self.form.scanField.text()

    @property
    def matches(self) -> Matches:
        """The popup under the scan field; built when first asked for, after the first paint."""
        if self._matches is None:
            from pos_desktop.gui.widgets.matches import Matches

            self._matches = Matches(self)
            self._matches.picked.connect(self._on_picked)
        return self._matches

    def show_cart(self, state: CartState) -> None:
        """Lines, totals, and which buttons make sense."""
        form = self.form
        form.cartTable.show_cart(state)
        form.totalLabel.show_text(state.total)
        form.piecesRow.show_facts(((say("to_pay"), ""), (state.pieces, "")))
        form.factRow.show_facts(_facts(state.gst, state.round_off, state.saved))
        for button in (form.requestButton, form.cashButton, form.splitButton):
            button.setEnabled(state.can_pay)
        form.qrButton.setEnabled(state.can_pay and self._qr_now)
        parked = not state.lines and state.parked > 0
        words = say("unpark", n=state.parked) if parked else say("park")
        form.parkButton.show_words(words, cap(Command.PARK))
        form.parkButton.setEnabled(bool(state.lines) or parked)

    def show_first(self, words: str, *, qr: bool) -> None:
        """What the first paint shows: an empty bill, and on the main button the shop's way to
        send; ``qr``: the shop has payment QR codes."""
        form, nothing = self.form, format_rupees(0)
        form.requestButton.show_words(words, cap(Command.REQUEST), size=20)
        form.qrButton.setVisible(qr)
        grid = form.tenderGrid.layout()
        if isinstance(grid, QGridLayout):
            # Without it the row is the cash button's alone.
            grid.addWidget(form.cashButton, 0, 0, 1, 1 if qr else 2)
        form.totalLabel.show_text(format_rupees(0, sign=True))
        form.factRow.show_facts(_facts(nothing, nothing, nothing))
        pays = (form.requestButton, form.cashButton, form.qrButton, form.splitButton)
        for button in (*pays, form.parkButton):
            button.setEnabled(False)

    def show_main(self, main: Main) -> None:
        """What F9 does now."""
        form = self.form
        form.requestButton.show_words(main.words, cap(Command.REQUEST), size=20)
        self._qr_now = main.qr
        form.qrButton.setEnabled(form.requestButton.isEnabled() and main.qr)

    def show_customer(self, state: CustomerState) -> None:
        """The customer's card."""
        self.form.customerCard.show_customer(state)

    def show_quick(self, items: Sequence[Item]) -> None:
        """The quick keys."""
        self.form.quickKeys.show_items(items)

    def show_notice(self, notice: Notice | None) -> None:
        """The error area; a message that blocks scanning reddens the scan field."""
        self.form.bannerBox.setVisible(notice is not None)
        self.form.banner.show_notice(notice)
        self.form.scanField.set_alarmed(notice is not None and notice.blocking)

    def show_matches(self, items: Sequence[Item], text: str, *, mark: bool) -> None:
        """The popup under the scan field."""
        self._place_matches(self.matches)
        self.matches.show_items(items, text, mark=mark)

    def clear_entry(self) -> None:
        """The code or name was used."""
        self.form.scanField.clear()
        if self._matches is not None:
            self._matches.hide()

    def focus_entry(self) -> None:
        """The scan field gets the keys back."""
        self.form.scanField.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Three widths of the right column, two densities; the popup follows its field."""
        super().resizeEvent(event)
        wide = self.width()
        side = _SIDE_NARROW if wide < 1200 else _SIDE_WIDE if wide < 1700 else _SIDE_LARGE
        self.form.sideColumn.setFixedWidth(side)
        _close_ranks(self.form, low=self.height() < _LOW)
        if self._matches is not None:
            self._place_matches(self._matches)

    def _place_matches(self, matches: Matches) -> None:
        field = self.form.scanField
        corner = field.mapTo(self, QPoint(0, field.height() + 4))
        matches.setGeometry(QRect(corner.x(), corner.y(), field.width(), matches.height()))

    def _dress(self) -> None:
        form = self.form
        form.scanField.setPlaceholderText(say("scan_placeholder"))
        form.scanField.setAccessibleName(say("scan_name"))
        form.scanField.setMinimumHeight(44)
        form.findCap.show_key(cap(Command.FIND))
        form.piecesRow.show_facts(((say("to_pay"), ""), ("", "")))
        for label in self.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)
        form.bannerBox.hide()
        form.requestButton.setProperty("strong", True)
        form.requestButton.setMinimumHeight(72)
        form.cashButton.show_words(say("cash"), cap(Command.CASH))
        form.qrButton.show_words(say("qr_on_screen"), cap(Command.QR))
        form.parkButton.show_words(say("park"), cap(Command.PARK))
        form.splitButton.show_words(say("split"), cap(Command.SPLIT))
        form.moreButton.show_words(say("more"), cap(Command.MENU))
        pays = (form.cashButton, form.qrButton, form.splitButton)
        for button in (*pays, form.parkButton, form.moreButton):
            button.setMinimumHeight(50)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        grid = form.tenderGrid.layout()
        if isinstance(grid, QGridLayout):
            grid.setColumnStretch(0, 1)
            grid.setColumnStretch(1, 1)
        form.moreButton.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        form.parkRow.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        form.customerCard.setFixedHeight(68)

    def _connect(self) -> None:
        form = self.form
        form.scanField.returnPressed.connect(self._on_return)
        form.scanField.textEdited.connect(self.typed)
        form.scanField.command.connect(self.command)
        form.quickKeys.picked.connect(self._on_quick)
        rows = form.cartTable.row_buttons
        self._commands: dict[QObject, Command] = {
            rows.less: Command.LESS,
            rows.more: Command.MORE,
            rows.remove: Command.REMOVE,
            form.requestButton: Command.REQUEST,
            form.cashButton: Command.CASH,
            form.qrButton: Command.QR,
            form.parkButton: Command.PARK,
            form.splitButton: Command.SPLIT,
            form.moreButton: Command.MENU,
            form.customerCard: Command.PHONE,
        }
        for button in self._commands:
            if isinstance(button, QPushButton):
                button.clicked.connect(self._on_pressed)

    def _on_pressed(self) -> None:
        self.command.emit(self._commands[self.sender()])

    def _on_picked(self, item: Item) -> None:
        self.entered.emit(self.scan_text, item)

    def _on_return(self) -> None:
        self.entered.emit(self.scan_text, self.matches.marked())

    def _on_quick(self, item: Item) -> None:
        self.quick.emit(item, self.scan_text)
        self.focus_entry()


def _facts(gst: str, round_off: str, saved: str) -> tuple[tuple[str, str], ...]:
    return (say("gst_label"), gst), (say("round_off"), round_off), (say("saved"), saved)


def _close_ranks(form: Ui_SalePage, *, low: bool) -> None:
    form.totalLabel.set_look(48 if low else 54, Qt.AlignmentFlag.AlignRight)
    form.requestButton.setMinimumHeight(64 if low else 72)
    column = form.sideColumn.layout()
    if column is not None:
        column.setSpacing(8 if low else 11)
