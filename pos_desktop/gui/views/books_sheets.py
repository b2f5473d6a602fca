"""The inbox with the money that is owed, and the payment detail of a bill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.forms.ui_inbox import Ui_Inbox
from pos_desktop.gui.forms.ui_story import Ui_Story
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.form import dress, fill, set_tone
from pos_desktop.gui.widgets.labels import AmountLabel
from pos_desktop.gui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.inbox import InboxState
    from pos_desktop.gui.presenters.story import StoryState

_HIGH = 760
"""As high as a usual window allows: the list takes what is left, and the buttons stay near it."""


class InboxSheet(Sheet):
    """Implements ``InboxView``: the list has the keys, Enter is the recommended action."""

    moved = Signal(int)
    clicked_row = Signal(int)
    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Inbox(), self.body)
        dress(self, form.titleLabel, form.closeButton, say("inbox_title"))
        form.summaryLabel.setFont(theme.font(15, 600))
        set_tone(form.summaryLabel, "muted")
        form.statePill.set_size(15)
        form.amountLabel.set_look(34, Qt.AlignmentFlag.AlignRight)
        form.sentenceLabel.setFont(theme.font(17, 600))
        form.entryList.moved.connect(self.moved)
        form.entryList.clicked_row.connect(self.clicked_row)
        form.entryList.entered.connect(self._on_enter)
        form.choiceBox.chosen.connect(self.chosen)
        for label in (form.factLabel, form.noteLabel):
            set_tone(label, "muted")
        self.set_width(1000)
        self.set_height(_HIGH)

    def open_inbox(self, state: InboxState) -> None:
        """Show it."""
        self.show_inbox(state)
        self.open()

    def show_inbox(self, state: InboxState) -> None:
        """Rows, and the marked one beside them."""
        form, detail = self.form, state.detail
        # With nothing in it, the one sentence says as much.
        form.summaryLabel.setText(state.summary if state.rows else "")
        form.entryList.setVisible(bool(state.rows))
        self.set_height(_HIGH if state.rows else 0)
        form.entryList.show_rows(state.rows, state.selected)
        form.statePill.setVisible(detail is not None)
        if detail is None:
            form.amountLabel.show_text("")
            form.sentenceLabel.setText(state.empty)
            form.factLabel.setText("")
            form.noteLabel.setText("")
            form.choiceBox.show_choices(())
            self.refit()
            return
        form.statePill.show_state(detail.title, detail.tone)
        form.amountLabel.show_text(detail.amount)
        form.sentenceLabel.setText(detail.sentence)
        form.factLabel.setText("\n".join(f"{label}: {value}" for label, value in detail.facts))
        form.noteLabel.setText(detail.note)
        form.noteLabel.setVisible(bool(detail.note))
        had = self.focusWidget() in form.choiceBox.buttons
        form.choiceBox.show_choices(detail.choices)
        if had and self.focusWidget() not in form.choiceBox.buttons:
            form.entryList.setFocus(Qt.FocusReason.OtherFocusReason)
        self.refit()

    def close_inbox(self) -> None:
        """Hide it."""
        self.close_sheet()

    def first_field(self) -> QWidget:
        """The list; with nothing in it, Close."""
        shown = self.form.entryList.isVisibleTo(self)
        return self.form.entryList if shown else self.form.closeButton

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Figures press the buttons on which they are printed."""
        if not self.form.choiceBox.press_key(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list has as much width as the window leaves."""
        if event.type() == QEvent.Type.Resize:
            narrow = self.page.width() < 1200
            self.form.entryList.setFixedWidth(360 if narrow else 420)
        return super().eventFilter(watched, event)

    def _on_enter(self) -> None:
        first = self.form.choiceBox.harmless()
        if first is not None and first.isEnabled():
            first.click()


class StorySheet(Sheet):
    """Implements ``StoryView``. It lies over the inbox, which stays where it is."""

    on_top = True
    takes_scans = True

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Story(), self.body)
        dress(self, form.titleLabel, form.closeButton, "")
        self._sums: list[tuple[QLabel, AmountLabel]] = []
        self._boxes: list[QWidget] = []
        self.set_width(960)
        self.set_height(_HIGH)

    def open_story(self, state: StoryState) -> None:
        """Show it."""
        self.show_story(state)
        self.open()
        self.form.storyList.scrollToBottom()

    def show_story(self, state: StoryState) -> None:
        """Sums, what is wrong, and every line."""
        form = self.form
        form.titleLabel.setText(f"{state.title} · {state.number}")
        self._show_sums(state.sums)
        nothing = say("story_nothing") if not state.lines else ""
        form.flagLabel.setText(" · ".join(state.flags) or nothing)
        form.flagLabel.setVisible(bool(state.flags or nothing))
        set_tone(form.flagLabel, "failed" if state.flags else "muted")
        form.storyList.show_rows(state.lines)
        self.refit()

    def close_story(self) -> None:
        """Hide it."""
        self.close_sheet()

    def first_field(self) -> QWidget:
        """The list: the arrow keys scroll it."""
        return self.form.storyList

    def _show_sums(self, sums: tuple[tuple[str, str], ...]) -> None:
        if len(sums) != len(self._sums):
            self._make_sums(len(sums))
        for (label, amount), (words, paise) in zip(self._sums, sums, strict=True):
            label.setText(words)
            amount.show_text(paise)

    def _make_sums(self, count: int) -> None:
        for box in self._boxes:
            box.setParent(None)
            box.deleteLater()
        self._sums, self._boxes = [], []
        row = self.form.sumRow.layout()
        for _ in range(count):
            box = QWidget(self.form.sumRow)
            column = QVBoxLayout(box)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            label, amount = QLabel(box), AmountLabel(box)
            label.setTextFormat(Qt.TextFormat.PlainText)
            set_tone(label, "muted")
            amount.set_look(24, Qt.AlignmentFlag.AlignLeft)
            column.addWidget(label)
            column.addWidget(amount)
            self._sums.append((label, amount))
            self._boxes.append(box)
            if row is not None:
                row.addWidget(box)
