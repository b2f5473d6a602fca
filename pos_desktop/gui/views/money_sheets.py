"""The sheets around a decision: the manager's PIN, her first PIN, a reason. And all of money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.forms.ui_first_pin import Ui_FirstPin
from pos_desktop.gui.forms.ui_pin import Ui_Pin
from pos_desktop.gui.forms.ui_reason import Ui_Reason
from pos_desktop.gui.texts import say
from pos_desktop.gui.views.books_sheets import InboxSheet, StorySheet
from pos_desktop.gui.views.refund_sheet import RefundSheet
from pos_desktop.gui.views.split_sheet import SplitSheet
from pos_desktop.gui.widgets.buttons import KeyButton
from pos_desktop.gui.widgets.form import dress, fill, set_tone
from pos_desktop.gui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.approval import FirstPinState, PinState
    from pos_desktop.gui.presenters.reason import ReasonState

_ENTER = "Enter"
_LONGEST_PIN, _LONGEST_NAME, _LONGEST_REASON = 12, 40, 120
_PAD_WIDTH = 236


class PinSheet(Sheet):
    """Figures stay hidden. A scan never lands here: the scanner's filter takes it before."""

    typed = Signal(str)
    entered = Signal()
    on_top = True

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Pin(), self.body)
        dress(self, form.titleLabel, form.closeButton, say("pin_title"))
        form.whatLabel.setFont(theme.font(17, 600))
        form.whatLabel.setMinimumHeight(48)
        form.pinField.setAccessibleName(say("pin_name"))
        _hide_figures(form.pinField)
        form.pinField.setProperty("big", True)
        form.pinField.setMinimumHeight(64)
        form.pinField.textChanged.connect(self.typed)
        form.pinField.returnPressed.connect(self.entered)
        form.hintLabel.setMinimumHeight(48)
        form.numberPad.serve(form.pinField, point=False)
        form.numberPad.setFixedWidth(_PAD_WIDTH)
        form.okButton.setProperty("strong", True)
        form.okButton.setMinimumHeight(60)
        form.okButton.show_words(say("pin_ok"), _ENTER, size=17)
        form.okButton.clicked.connect(self.entered)
        self.set_width(720)

    def show_pin(self, state: PinState) -> None:
        """What is decided, and how the last try ended."""
        form = self.form
        if state.blank:
            _empty(form.pinField)
        form.whatLabel.setText(state.what)
        form.hintLabel.setText(state.hint)
        set_tone(form.hintLabel, "failed" if state.bad else "muted")
        form.pinField.setReadOnly(not state.typing)
        form.numberPad.setEnabled(state.typing)
        form.okButton.setEnabled(state.ready)
        self.refit()

    def first_field(self) -> QWidget:
        """The PIN."""
        return self.form.pinField


class FirstPinSheet(Sheet):
    """Name and PIN twice; ``typed`` carries all three."""

    typed = Signal(str, str, str)
    entered = Signal()
    on_top = True

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_FirstPin(), self.body)
        dress(self, form.titleLabel, form.closeButton, say("first_pin_title"))
        form.whatLabel.setText(say("first_pin_what"))
        form.whatLabel.setMinimumHeight(44)
        for label, field, code in (
            (form.nameLabel, form.nameField, "first_pin_name"),
            (form.pinLabel, form.pinField, "first_pin_pin"),
            (form.againLabel, form.againField, "first_pin_again"),
        ):
            label.setText(say(code))
            label.setBuddy(field)
            set_tone(label, "muted")
            field.setAccessibleName(say(code))
            field.setMinimumHeight(52)
            field.textChanged.connect(self._on_typed)
            field.returnPressed.connect(self._on_enter)
        form.nameField.setMaxLength(_LONGEST_NAME)
        form.nameField.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        for field in (form.pinField, form.againField):
            _hide_figures(field)
        form.hintLabel.setMinimumHeight(44)
        form.okButton.setProperty("strong", True)
        form.okButton.setMinimumHeight(60)
        form.okButton.show_words(say("first_pin_ok"), _ENTER, size=17)
        form.okButton.clicked.connect(self.entered)
        self.set_width(620)

    def open_first(self, state: FirstPinState) -> None:
        """Show it empty."""
        for field in (self.form.nameField, self.form.pinField, self.form.againField):
            _empty(field)
        self.show_first(state)
        self.open()

    def show_first(self, state: FirstPinState) -> None:
        """What is still wrong."""
        self.form.hintLabel.setText(state.hint)
        set_tone(self.form.hintLabel, "failed" if state.bad else "muted")
        self.form.okButton.setEnabled(state.ready)
        self.refit()

    def first_field(self) -> QWidget:
        """Her name."""
        return self.form.nameField

    def _on_typed(self) -> None:
        form = self.form
        self.typed.emit(form.nameField.text(), form.pinField.text(), form.againField.text())

    def _on_enter(self) -> None:
        """Enter goes to the next empty field, then sets up."""
        form = self.form
        fields: list[QLineEdit] = [form.nameField, form.pinField, form.againField]
        empty = next((field for field in fields if not field.text()), None)
        if empty is not None:
            empty.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.entered.emit()


class ReasonSheet(Sheet):
    """Implements ``ReasonView``: a tap on a usual reason takes it at once."""

    typed = Signal(str)
    entered = Signal()
    on_top = True

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Reason(), self.body)
        dress(self, form.titleLabel, form.closeButton, "")
        form.reasonField.setAccessibleName(say("reason_name"))
        form.reasonField.setPlaceholderText(say("reason_placeholder"))
        form.reasonField.setMinimumHeight(56)
        form.reasonField.setMaxLength(_LONGEST_REASON)
        form.reasonField.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        form.reasonField.textChanged.connect(self.typed)
        form.reasonField.returnPressed.connect(self._on_enter)
        form.okButton.setMinimumHeight(60)
        form.okButton.clicked.connect(self.entered)
        self._usual: list[KeyButton] = []
        self._danger = False
        self.set_width(560)

    def open_reason(self, state: ReasonState) -> None:
        """Show it empty."""
        form = self.form
        _empty(form.reasonField)
        self._danger = state.danger
        form.titleLabel.setText(state.title)
        form.noteLabel.setText(state.note)
        form.noteLabel.setVisible(bool(state.note))
        form.okButton.setProperty("danger", state.danger)
        form.okButton.setProperty("strong", not state.danger)
        form.okButton.style().unpolish(form.okButton)
        form.okButton.style().polish(form.okButton)
        form.okButton.show_words(state.button, "" if state.danger else _ENTER, size=17)
        self._show_usual(state.usual)
        self.show_reason(state)
        self.open()

    def show_reason(self, state: ReasonState) -> None:
        """Whether there is a reason."""
        self.form.okButton.setEnabled(state.ready)
        self.refit()

    def close_reason(self) -> None:
        """Hide it."""
        self.close_sheet()

    def first_field(self) -> QWidget:
        """The reason."""
        return self.form.reasonField

    def usual(self) -> list[KeyButton]:
        """The reasons that a tap, or their key, takes."""
        return list(self._usual)

    def _show_usual(self, usual: tuple[str, ...]) -> None:
        self.form.usualBox.setVisible(bool(usual))
        if usual == tuple(button.words for button in self._usual):
            return
        column = self.form.usualBox.layout()
        for button in self._usual:
            button.setParent(None)
            button.deleteLater()
        self._usual = []
        for at, words in enumerate(usual, 1):
            button = KeyButton(self.form.usualBox)
            # Figures belong to the field, where they may be part of a reason.
            key = f"Alt+{at}"
            button.show_words(words, key)
            self.shortcut(key, button)
            button.setMinimumHeight(48)
            button.clicked.connect(self._on_usual)
            self._usual.append(button)
            if column is not None:
                column.addWidget(button)

    def _on_usual(self) -> None:
        button = self.sender()
        if isinstance(button, KeyButton):
            self.form.reasonField.setText(button.words)
            self.entered.emit()

    def _on_enter(self) -> None:
        if not self._danger:
            self.entered.emit()
        elif self.form.reasonField.text().strip():
            self.form.okButton.setFocus(Qt.FocusReason.TabFocusReason)


class MoneySheets:
    """All of them, hidden over ``stage``. Implements ``PinView``."""

    def __init__(self, stage: QWidget) -> None:
        self.split = SplitSheet(stage)
        self.inbox = InboxSheet(stage)
        self.refund = RefundSheet(stage)
        self.story = StorySheet(stage)
        self.reason = ReasonSheet(stage)
        self.pin = PinSheet(stage)
        self.first_pin = FirstPinSheet(stage)

    @property
    def every(self) -> tuple[Sheet, ...]:
        """All of them."""
        below = (self.split, self.inbox, self.refund, self.story)
        return (*below, self.reason, self.pin, self.first_pin)

    def open_pin(self, state: PinState) -> None:
        """Ask for the PIN."""
        self.pin.show_pin(state)
        self.pin.open()

    def show_pin(self, state: PinState) -> None:
        """How it goes."""
        self.pin.show_pin(state)

    def close_pin(self) -> None:
        """Decided, or not."""
        _empty(self.pin.form.pinField)
        self.pin.close_sheet()

    def open_first_pin(self, state: FirstPinState) -> None:
        """Let the first manager choose one."""
        self.first_pin.open_first(state)

    def show_first_pin(self, state: FirstPinState) -> None:
        """What is still wrong."""
        self.first_pin.show_first(state)

    def close_first_pin(self) -> None:
        """Set up, or not."""
        for field in (self.first_pin.form.pinField, self.first_pin.form.againField):
            _empty(field)
        self.first_pin.close_sheet()


def _hide_figures(field: QLineEdit) -> None:
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(_LONGEST_PIN)
    field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
    hints = Qt.InputMethodHint
    hidden = hints.ImhHiddenText | hints.ImhSensitiveData | hints.ImhNoPredictiveText
    field.setInputMethodHints(hints.ImhDigitsOnly | hidden)


def _empty(field: QLineEdit) -> None:
    """Without telling anybody; undo brings nothing back."""
    field.blockSignals(True)
    field.clear()
    field.blockSignals(False)
