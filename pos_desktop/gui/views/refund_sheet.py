"""Ctrl+T: goods come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.forms.ui_refund import Ui_Refund
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.form import dress, fill, set_tone
from pos_desktop.gui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.refund import RefundState

_ENTER = "Enter"
_LISTED = 320


class RefundSheet(Sheet):
    """Implements ``RefundView``: first the number of the bill, then its lines."""

    number = Signal(str)
    quantity = Signal(str)
    moved = Signal(int)
    stepped = Signal(int)
    clicked_row = Signal(int)
    everything = Signal()
    other = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Refund(), self.body)
        dress(self, form.titleLabel, form.closeButton, say("return_title"))
        self._finding = True
        form.otherButton.show_words(say("return_other"))
        form.otherButton.clicked.connect(self.other)
        form.numberLabel.setText(say("return_number"))
        form.numberField.setAccessibleName(say("return_number_name"))
        form.numberField.setProperty("big", True)
        form.numberField.setMinimumHeight(64)
        form.numberField.setMaxLength(16)
        form.numberField.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        form.numberField.textChanged.connect(self.number)
        form.numberField.returnPressed.connect(self.entered)
        form.returnList.clicked_row.connect(self.clicked_row)
        form.returnList.setMinimumHeight(_LISTED)
        self._dress_quantity()
        form.okButton.setProperty("strong", True)
        form.okButton.setMinimumHeight(60)
        form.okButton.clicked.connect(self.entered)
        form.hintLabel.setMinimumHeight(24)
        for label in (form.numberLabel, form.allowedLabel):
            set_tone(label, "muted")
        self.set_width(900)

    def open_refund(self, state: RefundState) -> None:
        """Show it."""
        self.form.numberField.blockSignals(True)
        self.form.numberField.clear()
        self.form.numberField.blockSignals(False)
        self.show_refund(state)
        self.open()

    def show_refund(self, state: RefundState) -> None:
        """The field of the number, or lines with what comes back of them."""
        form = self.form
        turned = state.finding != self._finding
        self._finding = state.finding
        form.titleLabel.setText(state.title)
        form.findBox.setVisible(state.finding)
        for part in (form.otherButton, form.returnList, form.quantityRow, form.allowedLabel):
            part.setVisible(not state.finding)
        form.returnList.show_rows(state.rows, state.selected)
        field = form.quantityField
        if field.text() != state.quantity:
            field.blockSignals(True)
            field.setText(state.quantity)
            field.blockSignals(False)
        form.sumAmount.show_text(state.amount)
        form.allowedLabel.setText(state.allowed)
        form.hintLabel.setText(state.hint)
        set_tone(form.hintLabel, "failed" if state.bad else "muted")
        words = say("return_find" if state.finding else "return_ok")
        form.okButton.show_words(words, _ENTER, size=17)
        form.okButton.setEnabled(state.ready)
        self.refit()
        if turned:
            self.first_field().setFocus(Qt.FocusReason.OtherFocusReason)

    def close_refund(self) -> None:
        """Hide it."""
        self.close_sheet()

    def first_field(self) -> QWidget:
        """The number, or how much comes back."""
        return self.form.numberField if self._finding else self.form.quantityField

    def _dress_quantity(self) -> None:
        form = self.form
        form.quantityLabel.setText(say("return_quantity"))
        form.lessButton.show_words("–")
        form.lessButton.setAccessibleName(say("return_less"))
        form.moreButton.show_words("+")
        form.moreButton.setAccessibleName(say("return_more"))
        for button, steps in ((form.lessButton, -1), (form.moreButton, 1)):
            button.setFixedSize(56, 52)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setProperty("steps", steps)
            button.clicked.connect(self._on_step)
        form.allButton.show_words(say("return_all"))
        form.allButton.setMinimumHeight(52)
        form.allButton.clicked.connect(self.everything)
        form.quantityField.setAccessibleName(say("return_quantity"))
        form.quantityField.setFixedWidth(120)
        form.quantityField.setMinimumHeight(52)
        form.quantityField.textEdited.connect(self.quantity)
        form.quantityField.returnPressed.connect(self.entered)
        form.quantityField.moved.connect(self.moved)
        form.quantityField.stepped.connect(self.stepped)
        form.sumLabel.setText(say("return_sum_label"))
        form.sumLabel.setFont(theme.font(16, 600))
        form.sumAmount.set_look(34, Qt.AlignmentFlag.AlignRight)
        form.sumAmount.setFixedWidth(190)

    def _on_step(self) -> None:
        self.stepped.emit(int(self.sender().property("steps")))
