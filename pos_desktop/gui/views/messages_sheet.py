"""Messages to customers: each registered text, and a test of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.forms.ui_messages import Ui_Messages
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.form import dress, fill, set_tone
from pos_desktop.gui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.messages import MessagesState, TextShown
    from pos_desktop.ports import QrMatrix

_ENTER = "Enter"
_HIGH = 1000
_PICTURE = 148
_LONGEST_PHONE = 20
_SAMPLE = "Raseed"
"""What the pictured code says: nothing that could be paid."""


class MessagesSheet(Sheet):
    """Implements ``MessagesView``: the list has the keys, Tab leads to the phone."""

    moved = Signal(int)
    clicked_row = Signal(int)
    typed = Signal(str)
    entered = Signal()
    channel = Signal()

    def __init__(self, parent: QWidget, matrix: QrMatrix) -> None:
        super().__init__(parent)
        self._matrix = matrix
        form = self.form = fill(Ui_Messages(), self.body)
        dress(self, form.titleLabel, form.closeButton, say("messages_title"))
        form.channelLabel.setFont(theme.font(15, 600))
        form.channelButton.show_words(say("channel_change"), size=15)
        form.channelButton.clicked.connect(self.channel)
        form.statePill.set_size(15)
        form.stateLabel.setFont(theme.font(17, 600))
        form.headLabel.setFont(theme.font(16, 600))
        form.bodyLabel.setFont(theme.font(16))
        form.pictureCanvas.setFixedSize(_PICTURE, _PICTURE)
        form.templateList.setAccessibleName(say("messages_name"))
        form.templateList.moved.connect(self.moved)
        form.templateList.clicked_row.connect(self.clicked_row)
        form.templateList.entered.connect(self._to_phone)
        form.phoneLabel.setText(say("try_phone"))
        form.phoneLabel.setFont(theme.font(15, 600))
        form.phoneField.setAccessibleName(say("try_phone"))
        form.phoneField.setMinimumHeight(52)
        form.phoneField.setMaxLength(_LONGEST_PHONE)
        form.phoneField.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        form.phoneField.textChanged.connect(self.typed)
        form.phoneField.returnPressed.connect(self.entered)
        form.sendButton.setProperty("strong", True)
        form.sendButton.setMinimumHeight(52)
        form.sendButton.show_words(say("try_send"), _ENTER, size=16)
        form.sendButton.clicked.connect(self.entered)
        form.hintLabel.setMinimumHeight(44)
        for label in (form.channelLabel, form.linkLabel, form.factLabel):
            set_tone(label, "muted")
        self.set_width(1000)
        self.set_height(_HIGH)

    def open_messages(self, state: MessagesState) -> None:
        """Show it."""
        self.show_messages(state)
        self.open()

    def show_messages(self, state: MessagesState) -> None:
        """The list, the marked text beside it, and how the test goes."""
        form = self.form
        form.channelLabel.setText(state.channel)
        form.templateList.show_rows(state.rows, state.selected)
        form.detailColumn.setVisible(state.detail is not None)
        if state.detail is not None:
            self._show_text(state.detail)
        form.sendButton.setEnabled(state.ready)
        form.hintLabel.setText(state.hint)
        set_tone(form.hintLabel, state.tone)
        self.refit()

    def close_messages(self) -> None:
        """Hide it."""
        self.close_sheet()

    def first_field(self) -> QWidget:
        """The list."""
        return self.form.templateList

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list has as much width as the window leaves."""
        if event.type() == QEvent.Type.Resize:
            narrow = self.page.width() < 1200
            self.form.templateList.setFixedWidth(320 if narrow else 360)
        return super().eventFilter(watched, event)

    def _show_text(self, text: TextShown) -> None:
        form = self.form
        form.statePill.show_state(text.title, text.tone)
        form.stateLabel.setText(text.state)
        form.pictureCanvas.setVisible(text.pictured)
        if text.pictured:
            form.pictureCanvas.show_modules(self._matrix(_SAMPLE), say("head_image"))
        for label, words in (
            (form.headLabel, text.head),
            (form.bodyLabel, text.body),
            (form.linkLabel, text.link),
            (form.factLabel, text.facts),
        ):
            label.setText(words)
            label.setVisible(bool(words))

    def _to_phone(self) -> None:
        self.form.phoneField.setFocus(Qt.FocusReason.OtherFocusReason)
