"""F11: the sheet of tenders. What is open is the biggest thing on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.forms.ui_split import Ui_Split
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.buttons import KeyButton
from pos_desktop.gui.widgets.form import dress, fill, set_tone
from pos_desktop.gui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.choices import Choice
    from pos_desktop.gui.presenters.tenders import SplitSheetState

_ENTER = "Enter"
_PAD_WIDTH, _LEFT_WIDTH = 216, 300
_RIGHT = Qt.AlignmentFlag.AlignRight


class SplitSheet(Sheet):
    """Implements ``SplitView``. ``rest`` and ``kind`` carry codes, ``take_back`` a tender."""

    kind = Signal(str)
    amount = Signal(str)
    reference = Signal(str)
    entered = Signal()
    rest = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Split(), self.body)
        dress(self, form.titleLabel, form.closeButton, say("split_title"))
        self.take_back = form.takenList.take_back
        self._kinds: dict[str, KeyButton] = {}
        self._chips: list[QPushButton] = []
        self._rest: list[QPushButton] = []
        self._shown_chips: tuple[tuple[str, str], ...] = ()
        self._shown_rest: tuple[Choice, ...] = ()
        self._dress_sums()
        self._dress_fields()
        self.set_width(984)

    def open_split(self, state: SplitSheetState) -> None:
        """Show it with empty fields."""
        self._show_kinds(state)
        self.show_split(state, blank=True)
        self.open()

    def show_split(self, state: SplitSheetState, *, blank: bool = False) -> None:
        """Sums, what was taken, fields, and what Enter does."""
        form = self.form
        form.titleLabel.setText(state.title)
        form.dueAmount.show_text(state.due)
        form.receivedAmount.show_text(state.received)
        form.openAmount.show_text(state.open)
        form.takenList.show_taken(state.taken)
        self._show_rest(state.rest)
        for code, button in self._kinds.items():
            button.setChecked(code == state.kind)
        self._show_fields(state, blank=blank)
        form.hintLabel.setText(state.hint)
        set_tone(form.hintLabel, "failed" if state.bad else "muted")
        form.takeButton.show_words(state.button, _ENTER, size=17)
        form.takeButton.setEnabled(state.ready)
        self.refit()
        if blank:
            self.first_field().setFocus(Qt.FocusReason.OtherFocusReason)

    def close_split(self) -> None:
        """Hide it."""
        self.close_sheet()

    def first_field(self) -> QWidget:
        """The reference where there is one (the amount is mostly all that is open), else the
        amount, or the button where nothing can be typed."""
        form = self.form
        if not form.fieldBox.isVisibleTo(self):
            return form.takeButton
        proves = form.referenceField.isVisibleTo(self)
        return form.referenceField if proves else form.amountField

    def kinds(self) -> dict[str, KeyButton]:
        """The buttons of the kinds, by code."""
        return dict(self._kinds)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The pad types into the field that has, or had, the keys."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QLineEdit):
            amount = watched is self.form.amountField
            self.form.numberPad.serve(watched, point=amount)
        return super().eventFilter(watched, event)

    def _dress_sums(self) -> None:
        form = self.form
        form.dueLabel.setText(say("split_due"))
        form.receivedLabel.setText(say("split_received"))
        form.openLabel.setText(say("split_open"))
        form.openLabel.setFont(theme.font(16, 600))
        form.leftColumn.setFixedWidth(_LEFT_WIDTH)
        form.takenLabel.setText(say("split_taken"))
        form.restLabel.setText(say("split_rest"))
        for label in (form.dueLabel, form.receivedLabel, form.takenLabel, form.restLabel):
            set_tone(label, "muted")
        form.dueAmount.set_look(20, _RIGHT)
        form.receivedAmount.set_look(20, _RIGHT)
        form.openAmount.set_look(44, _RIGHT)

    def _dress_fields(self) -> None:
        form = self.form
        form.amountField.setAccessibleName(say("split_amount_name"))
        for field in (form.amountField, form.referenceField):
            field.setProperty("big", True)
            field.setMinimumHeight(56)
            field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
            field.returnPressed.connect(self.entered)
            field.installEventFilter(self)
        form.amountField.setMaxLength(16)
        form.amountField.textChanged.connect(self.amount)
        form.referenceField.textChanged.connect(self.reference)
        form.referenceField.setAccessibleName(say("split_reference_name"))
        for label in (form.amountCaption, form.referenceCaption):
            set_tone(label, "muted")
        form.changeLabel.setFont(theme.font(15, 600))
        form.changeAmount.set_look(40, _RIGHT)
        form.hintLabel.setMinimumHeight(44)
        form.numberPad.serve(form.amountField, point=True)
        form.numberPad.setFixedWidth(_PAD_WIDTH)
        form.ownQrButton.setMinimumHeight(52)
        form.ownQrButton.clicked.connect(self._on_own_qr)
        form.takeButton.setProperty("strong", True)
        form.takeButton.setMinimumHeight(60)
        form.takeButton.clicked.connect(self.entered)

    def _show_fields(self, state: SplitSheetState, *, blank: bool) -> None:
        form = self.form
        form.fieldBox.setVisible(state.fields)
        form.numberPad.setVisible(state.fields)
        form.ownQrButton.setVisible(bool(state.own_qr))
        form.ownQrButton.show_words(state.own_qr)
        form.amountCaption.setText(state.amount_label)
        form.amountField.setPlaceholderText(state.proposed)
        for widget in (form.referenceCaption, form.referenceField):
            widget.setVisible(bool(state.reference_label))
        form.referenceCaption.setText(state.reference_label)
        name = state.reference_label or say("split_reference_name")
        form.referenceField.setAccessibleName(name)
        if blank:
            _set_text(form.amountField, "")
        if form.referenceField.text() != state.reference:
            _set_text(form.referenceField, state.reference)
        form.changeCard.setVisible(bool(state.change_label))
        form.changeLabel.setText(state.change_label)
        form.changeAmount.show_text(state.change)
        self._show_chips(state.chips)

    def _show_kinds(self, state: SplitSheetState) -> None:
        if tuple(code for code, _ in state.kinds) == tuple(self._kinds):
            return
        for old in self._kinds.values():
            old.setParent(None)
            old.deleteLater()
        self._kinds = {}
        grid = self.form.kindBox.layout()
        for at, (code, words) in enumerate(state.kinds):
            button = KeyButton(self.form.kindBox)
            key = f"Alt+{at + 1}"
            button.show_words(words, key)
            self.shortcut(key, button)
            button.setCheckable(True)
            button.setProperty("kind", code)
            button.setMinimumHeight(48)
            button.clicked.connect(self._on_kind)
            self._kinds[code] = button
            if isinstance(grid, QGridLayout):
                grid.setColumnStretch(at % 2, 1)
                alone = at % 2 == 0 and at == len(state.kinds) - 1
                grid.addWidget(button, at // 2, at % 2, 1, 2 if alone else 1)

    def _show_chips(self, chips: tuple[tuple[str, str], ...]) -> None:
        self.form.chipRow.setVisible(bool(chips))
        if chips == self._shown_chips:
            return
        self._shown_chips = chips
        self._chips = self._replaced(self._chips, self.form.chipRow, len(chips))
        for chip, (words, amount) in zip(self._chips, chips, strict=True):
            chip.setText(words)
            chip.setAccessibleName(f"{say('cash_tendered')} {amount}")
            chip.setProperty("amount", amount)
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            chip.clicked.connect(self._on_chip)

    def _show_rest(self, rest: tuple[Choice, ...]) -> None:
        self.form.restLabel.setVisible(bool(rest))
        self.form.restBox.setVisible(bool(rest))
        if rest == self._shown_rest:
            return
        self._shown_rest = rest
        self._rest = self._replaced(self._rest, self.form.restBox, len(rest))
        for button, choice in zip(self._rest, rest, strict=True):
            button.setText(choice.text)
            button.setProperty("rest", choice.code)
            button.setAutoDefault(True)
            button.clicked.connect(self._on_rest)

    def _replaced(self, old: list[QPushButton], box: QWidget, count: int) -> list[QPushButton]:
        for button in old:
            button.setParent(None)
            button.deleteLater()
        made = [QPushButton(box) for _ in range(count)]
        row = box.layout()
        for button in made:
            button.setMinimumHeight(48)
            button.setProperty("tight", True)
            if row is not None:
                row.addWidget(button)
        return made

    def _on_kind(self) -> None:
        self.kind.emit(str(self.sender().property("kind")))

    def _on_chip(self) -> None:
        self.form.amountField.setText(str(self.sender().property("amount")))
        self.form.amountField.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_own_qr(self) -> None:
        self.rest.emit("rest_own")

    def _on_rest(self) -> None:
        self.rest.emit(str(self.sender().property("rest")))


def _set_text(field: QLineEdit, text: str) -> None:
    field.blockSignals(True)
    field.setText(text)
    field.blockSignals(False)
