"""The list of the inbox: what happened, whose it is, how much, since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from pos_desktop.gui import theme
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets import icons
from pos_desktop.gui.widgets.row_list import PAD, RowList, mark
from pos_desktop.gui.widgets.text_row import RIGHT, put, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from pos_desktop.gui.presenters.entries import Row

_HEIGHT, _HEAD = 60, 28


class EntryList(RowList["Row"]):
    """It has the keys of its sheet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_Entries(), parent)
        self.setAccessibleName(say("inbox_name"))


class _Entries:
    """The first row of a section stands under its heading."""

    def height(self, rows: Sequence[Row], at: int) -> int:
        """A row, and its heading where it has one."""
        return _HEIGHT + (_HEAD if _heads(rows, at) else 0)

    def spoken(self, row: Row) -> str:
        """The whole row."""
        return ", ".join(t for t in (row.what, row.whose, row.amount, row.age) if t)

    def paint(
        self, painter: QPainter, area: QRect, rows: Sequence[Row], at: int, *, marked: bool
    ) -> None:
        """Two lines with the icon of the tone before them."""
        entry, t = rows[at], theme.current()
        if _heads(rows, at):
            head = QRectF(area.left() + PAD, area.top(), area.width() - PAD, _HEAD)
            put(painter, head, entry.section, (13, 600, t.muted))
            area = area.adjusted(0, _HEAD, 0, 0)
        if marked:
            mark(painter, area)
        colour, _ = theme.tone_colours(t, entry.tone)
        icon = QRectF(area.left() + PAD, area.top() + 13, 15, 15)
        icons.draw(painter, icons.TONE_ICONS[entry.tone], icon, QColor(colour), 2)
        room = area.width() - 2 * PAD
        upper = QRectF(area.left() + PAD, area.top() + 8, room, 24)
        lower = QRectF(area.left() + PAD + 23, area.top() + 32, room - 23, 20)
        amount = width(entry.amount, 15, 600)
        put(painter, upper, entry.amount, (15, 600, t.ink), RIGHT)
        put(painter, upper.adjusted(23, 0, -amount - 10, 0), entry.what, (15, 600, colour))
        aged = width(entry.age, 13)
        put(painter, lower, entry.age, (13, 400, t.muted), RIGHT)
        put(painter, lower.adjusted(0, 0, -aged - 10, 0), entry.whose, (13, 400, t.muted))


def _heads(rows: Sequence[Row], at: int) -> bool:
    return at == 0 or rows[at].section != rows[at - 1].section
