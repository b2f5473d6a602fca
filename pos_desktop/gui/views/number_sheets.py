"""The sheets with a number in the middle: phone, quantity, cash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.forms.ui_cash import Ui_Cash
from pos_desktop.gui.forms.ui_phone import Ui_Phone
from pos_desktop.gui.forms.ui_quantity import Ui_Quantity
from pos_desktop.gui.keys import Command, cap
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.buttons import KeyButton
from pos_desktop.gui.widgets.form import fill, set_tone
from pos_desktop.gui.widgets.pad import NumberPad
from pos_desktop.gui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.customer import PhoneState
    from pos_desktop.gui.presenters.pay import CashState
    from pos_desktop.gui.presenters.quantity import QuantityState

_ENTER = "Enter"
_ESC = "Esc"
_PAD_WIDTH = 236


class NumberSheet(Sheet):
    """What the three have in common: a title, a big field, a pad, a strong button."""

    typed = Signal(str)
    entered = Signal()

    def _dress(self, title: QLabel, close: KeyButton, field: QLineEdit, pad: NumberPad) -> None:
        for label in self.body.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)
        title.setFont(theme.font(20, 600))
        close.show_words(say("close"), _ESC)
        close.clicked.connect(self.dismissed)
        field.setProperty("big", True)
        field.setMinimumHeight(64)
        field.textChanged.connect(self.typed)
        field.returnPressed.connect(self.entered)
        field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        pad.setFixedWidth(_PAD_WIDTH)
        self._field = field
        self.set_width(760)

    def first_field(self) -> QWidget:
        """The number."""
        return self._field

    def _strong(self, button: KeyButton) -> None:
        button.setProperty("strong", True)
        button.setMinimumHeight(60)
        button.clicked.connect(self.entered)


class PhoneSheet(NumberSheet):
    """Implements ``PhoneView``. A scan while it is open belongs to the bill, not to the field."""

    none = Signal()
    refused = Signal()
    takes_scans = True

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Phone(), self.body)
        self._dress(form.titleLabel, form.closeButton, form.phoneField, form.numberPad)
        form.phoneField.setAccessibleName(say("phone_name"))
        form.phoneField.setPlaceholderText(say("phone_placeholder"))
        form.phoneField.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        form.hintLabel.setMinimumHeight(24)
        form.consentLabel.setMinimumHeight(66)
        form.numberPad.serve(form.phoneField, point=False)
        self._strong(form.useButton)
        form.noneButton.setMinimumHeight(48)
        form.noneButton.clicked.connect(self.none)
        form.refuseButton.setMinimumHeight(48)
        form.refuseButton.clicked.connect(self.refused)

    def open_phone(self, state: PhoneState) -> None:
        """Show it."""
        self.show_phone(state)
        self.open()

    def show_phone(self, state: PhoneState) -> None:
        """Figures grouped, and what Enter will do."""
        form = self.form
        form.titleLabel.setText(state.title)
        if form.phoneField.text() != state.shown:
            form.phoneField.blockSignals(True)
            form.phoneField.setText(state.shown)
            form.phoneField.blockSignals(False)
        form.hintLabel.setText(state.hint)
        set_tone(form.hintLabel, "failed" if state.bad else "muted")
        form.consentTitle.setText(state.version)
        form.consentLabel.setText(state.consent)
        form.useButton.setVisible(bool(state.shown))
        form.useButton.setEnabled(state.ready)
        form.useButton.show_words(state.enter if state.shown else "", _ENTER, size=17)
        form.noneButton.setVisible(bool(state.none))
        form.noneButton.show_words(
            state.none, _ENTER if state.enter_none and not state.shown else ""
        )
        form.refuseButton.setVisible(bool(state.refuse))
        form.refuseButton.show_words(state.refuse, cap(Command.REFUSE))
        self.refit()

    def close_phone(self) -> None:
        """Hide it."""
        self.close_sheet()


class QuantitySheet(NumberSheet):
    """Implements ``QuantityView``."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Quantity(), self.body)
        self._dress(form.titleLabel, form.closeButton, form.qtyField, form.numberPad)
        form.titleLabel.setText(say("qty_title"))
        form.itemLabel.setFont(theme.font(18, 600))
        form.unitLabel.setFont(theme.font(22, 600))
        form.problemLabel.setMinimumHeight(44)
        self._strong(form.setButton)
        self.set_width(640)

    def open_quantity(self, state: QuantityState) -> None:
        """Show it with its proposal marked, so that typing replaces it."""
        form = self.form
        form.qtyField.blockSignals(True)
        form.qtyField.setText(state.proposed)
        form.qtyField.blockSignals(False)
        form.qtyField.setAccessibleName(state.name)
        form.numberPad.serve(form.qtyField, point=state.decimals)
        self.show_quantity(state)
        self.open()
        form.qtyField.selectAll()

    def show_quantity(self, state: QuantityState) -> None:
        """Price and what is wrong."""
        form = self.form
        form.itemLabel.setText(state.item)
        form.priceLabel.setText(state.price)
        form.unitLabel.setText(state.unit)
        form.unitLabel.setVisible(bool(state.unit))
        form.problemLabel.setText(state.problem)
        set_tone(form.problemLabel, "failed")
        form.setButton.show_words(state.button, _ENTER, size=17)
        form.setButton.setEnabled(state.ready)
        self.refit()

    def close_quantity(self) -> None:
        """Hide it."""
        self.close_sheet()


class CashSheet(NumberSheet):
    """Implements ``CashView``: the change is the biggest thing on it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Cash(), self.body)
        self._dress(form.titleLabel, form.closeButton, form.cashField, form.numberPad)
        form.cashField.setAccessibleName(say("cash_name"))
        form.dueLabel.setText(say("to_pay"))
        form.dueAmount.set_look(28, Qt.AlignmentFlag.AlignRight)
        form.tenderedLabel.setText(say("cash_tendered"))
        form.changeAmount.set_look(60, Qt.AlignmentFlag.AlignRight)
        form.changeLabel.setFont(theme.font(16, 600))
        form.problemLabel.hide()
        form.warningLabel.hide()
        set_tone(form.warningLabel, "failed")
        form.numberPad.serve(form.cashField, point=True)
        self._strong(form.takeButton)
        self._chips: list[QPushButton] = []
        self.set_width(820)

    def open_cash(self, state: CashState) -> None:
        """Show it empty: Enter at once means exact."""
        form = self.form
        form.cashField.blockSignals(True)
        form.cashField.clear()
        form.cashField.blockSignals(False)
        form.cashField.setPlaceholderText(state.chips[0][1])
        self._show_chips(state.chips)
        self.show_cash(state)
        self.open()

    def show_cash(self, state: CashState) -> None:
        """Change, or what is missing."""
        form = self.form
        form.titleLabel.setText(state.title)
        form.dueAmount.show_text(state.due)
        form.changeLabel.setText(state.label)
        form.changeAmount.show_text(state.change, "" if state.enough else "failed")
        form.problemLabel.setText(state.problem)
        form.problemLabel.setVisible(bool(state.problem))
        set_tone(form.problemLabel, "failed")
        form.warningLabel.setText(state.warning)
        form.warningLabel.setVisible(bool(state.warning))
        form.takeButton.show_words(state.button, _ENTER, size=17)
        form.takeButton.setEnabled(state.enough)
        self.refit()

    def close_cash(self) -> None:
        """Hide it."""
        self.close_sheet()

    def _show_chips(self, chips: tuple[tuple[str, str], ...]) -> None:
        row = self.form.chipRow.layout()
        for chip in self._chips:
            chip.deleteLater()
        self._chips = []
        for words, amount in chips:
            chip = QPushButton(words, self.form.chipRow)
            chip.setAccessibleName(f"{say('cash_tendered')} {amount}")
            chip.setProperty("amount", amount)
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            chip.setMinimumHeight(48)
            chip.clicked.connect(self._on_chip)
            self._chips.append(chip)
            if row is not None:
                row.addWidget(chip)

    def _on_chip(self) -> None:
        self.form.cashField.setText(str(self.sender().property("amount")))
        self.form.cashField.setFocus(Qt.FocusReason.OtherFocusReason)
