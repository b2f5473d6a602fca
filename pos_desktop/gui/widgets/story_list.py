"""What happened to the money of a bill, one line each: when, what, how much, who said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView

from pos_desktop.gui import theme
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets import icons
from pos_desktop.gui.widgets.row_list import PAD, RowList
from pos_desktop.gui.widgets.text_row import RIGHT, put, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from pos_desktop.gui.presenters.story import LineOf

_HEIGHT = 48
_TIME, _AMOUNT = 118, 120
_SCROLLS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -8,
    Qt.Key.Key_PageDown: 8,
}


class StoryList(RowList["LineOf"]):
    """Nothing is marked; the arrow keys scroll."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_Lines(), parent)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setAccessibleName(say("story_name"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by rows."""
        rows = _SCROLLS.get(Qt.Key(event.key()))
        if rows is None:
            event.ignore()
        else:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + rows * _HEIGHT)


class _Lines:
    """Time, icon, what; right: who said so and its reference, then the amount."""

    def height(self, rows: Sequence[LineOf], at: int) -> int:
        """All alike."""
        return _HEIGHT

    def spoken(self, row: LineOf) -> str:
        """The whole line."""
        return ", ".join(t for t in (row.at, row.what, row.amount, row.who, row.reference) if t)

    def paint(
        self, painter: QPainter, area: QRect, rows: Sequence[LineOf], at: int, *, marked: bool
    ) -> None:
        """One line."""
        line, t = rows[at], theme.current()
        colour, _ = theme.tone_colours(t, line.tone)
        inner = QRectF(area).adjusted(PAD, 0, -PAD, 0)
        put(painter, inner, line.at, (13, 400, t.muted))
        icon = QRectF(inner.left() + _TIME, inner.center().y() - 7, 14, 14)
        icons.draw(painter, icons.TONE_ICONS[line.tone], icon, QColor(colour), 2)
        put(painter, inner, line.amount, (15, 600, t.ink), RIGHT)
        source = " · ".join(part for part in (line.who, line.reference) if part)
        room = inner.adjusted(_TIME + 22, 0, -_AMOUNT, 0)
        said = min(width(source, 13) + 2, room.width() * 0.5)
        put(painter, room.adjusted(room.width() - said, 0, 0, 0), source, (13, 400, t.muted), RIGHT)
        put(painter, room.adjusted(0, 0, -said - 12, 0), line.what, (15, 600, t.ink))
