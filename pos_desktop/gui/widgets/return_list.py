"""The lines of a sold bill while it is chosen what of them comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from pos_desktop.gui import theme
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.row_list import PAD, RowList, mark
from pos_desktop.gui.widgets.text_row import RIGHT, put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from pos_desktop.gui.presenters.returns import ReturnRow

_HEIGHT, _HEAD = 52, 30
_HEADS = ("item", "sold", "left", "now", "amount")
_WIDTHS = (90, 120, 110, 110)


class ReturnList(RowList["ReturnRow"]):
    """It never takes the keys: the field of the quantity has them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_Lines(), parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(say("return_rows"))


class _Lines:
    """Name, then four columns of figures; the first row carries their heads."""

    def height(self, rows: Sequence[ReturnRow], at: int) -> int:
        """A row, and the heads."""
        return _HEIGHT + (_HEAD if at == 0 else 0)

    def spoken(self, row: ReturnRow) -> str:
        """The whole line."""
        return ", ".join(t for t in (row.name, row.sold, row.left, row.chosen, row.amount) if t)

    def paint(
        self, painter: QPainter, area: QRect, rows: Sequence[ReturnRow], at: int, *, marked: bool
    ) -> None:
        """One row."""
        line, t = rows[at], theme.current()
        if at == 0:
            heads = [
                say(f"return_col_{name}") for name in ("item", "sold", "left", "now", "amount")
            ]
            top = QRect(area.left(), area.top(), area.width(), _HEAD)
            self._columns(painter, top, heads, [(13, 600, t.muted)] * 5)
            area = area.adjusted(0, _HEAD, 0, 0)
        if marked:
            mark(painter, area)
        ink = t.muted if line.empty else t.ink
        texts = [line.name, line.sold, line.left, line.chosen or "–", line.amount]
        chosen = (16, 600, t.primary) if line.chosen else (16, 400, t.muted)
        looks = [(16, 600 if marked else 400, ink), (16, 400, t.muted), (16, 400, ink)]
        self._columns(painter, area, texts, [*looks, chosen, (16, 600, t.ink)])

    def _columns(
        self,
        painter: QPainter,
        area: QRect,
        texts: list[str],
        looks: list[tuple[int, int, str]],
    ) -> None:
        right = float(area.right() - PAD)
        for text, look, wide in list(zip(texts[1:], looks[1:], _WIDTHS, strict=True))[::-1]:
            put(painter, QRectF(right - wide, area.top(), wide, area.height()), text, look, RIGHT)
            right -= wide
        left = area.left() + PAD
        put(painter, QRectF(left, area.top(), right - left, area.height()), texts[0], looks[0])
