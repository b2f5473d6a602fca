"""The tenders that were taken for a bill, each with the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.buttons import KeyButton
from pos_desktop.gui.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pos_desktop.gui.presenters.tenders import TakenRow


class TakenList(QScrollArea):
    """``take_back`` carries the number of a tender. A bill has a handful of them, so each is a
    small widget."""

    take_back = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[TakenRow, ...] | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(64)

    def show_taken(self, rows: Sequence[TakenRow]) -> None:
        """Replace them where they differ."""
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        inside = QWidget()
        inside.setObjectName("takenRows")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(4)
        if not rows:
            hint = QLabel(say("split_nothing"), inside)
            hint.setTextFormat(Qt.TextFormat.PlainText)
            hint.setObjectName("hint")
            column.addWidget(hint)
        for row in rows:
            column.addWidget(self._made(row, inside))
        column.addStretch()
        self.setWidget(inside)

    def _made(self, row: TakenRow, parent: QWidget) -> QWidget:
        box = QFrame(parent)
        box.setObjectName("takenRow")
        grid = QGridLayout(box)
        grid.setContentsMargins(12, 2, 2, 2)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        what, note, amount = QLabel(row.what, box), ElidedLabel(box), QLabel(row.amount, box)
        note.setText(row.note)
        note.setObjectName("hint")
        for label in (what, note, amount):
            label.setTextFormat(Qt.TextFormat.PlainText)
        what.setFont(theme.font(15, 600))
        amount.setFont(theme.font(15, 600))
        grid.addWidget(what, 0, 0)
        grid.addWidget(amount, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(note, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        if row.tender_id:
            back = KeyButton(box)
            back.show_words(say("take_back"), size=14)
            back.setMinimumHeight(48)
            back.setProperty("tender", row.tender_id)
            back.clicked.connect(self._on_back)
            grid.addWidget(back, 0, 2, 2, 1)
        return box

    def _on_back(self) -> None:
        self.take_back.emit(int(self.sender().property("tender")))
