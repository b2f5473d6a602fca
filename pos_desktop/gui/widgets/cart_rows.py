"""Paints whole rows of the cart from the line's texts: one call per row instead of one per cell.

A cell-wise delegate costs six times the calls between C++ and Python (reference performance 5).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from pos_desktop.gui import theme
from pos_desktop.gui.models.cart import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pos_desktop.gui.presenters.lines import LineView

PAD = 14
ROW = 48
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_WRAP = _LEFT | int(Qt.TextFlag.TextWordWrap)


@lru_cache(maxsize=64)
def _colour(value: str) -> QColor:
    return QColor(value)


class RowPainter:
    """``reserved`` is the room that the row buttons take in the item cell of the marked row;
    ``covers_mrp``: they stand on its MRP too. ``painted`` counts rows (tests)."""

    def __init__(self) -> None:
        self.reserved = 0
        self.covers_mrp = False
        self.painted = 0
        self._fonts = {weight: theme.font(16, weight) for weight in (400, 600)}
        self._metrics = {weight: QFontMetrics(font) for weight, font in self._fonts.items()}
        self._small = theme.font(12, 600)
        self._small_metrics = QFontMetrics(self._small)
        self._unit = theme.font(13)
        self._unit_metrics = QFontMetrics(self._unit)

    def paint(
        self,
        painter: QPainter,
        cells: Sequence[QRect],
        line: LineView,
        number: int,
        *,
        marked: bool,
    ) -> None:
        """One row; ``cells`` are the places of its columns."""
        self.painted += 1
        t = theme.current()
        first, last = cells[0], cells[-1]
        row = QRect(first.left(), first.top(), last.right() - first.left() + 1, first.height())
        if marked:
            painter.fillRect(row, _colour(t.selected))
            painter.fillRect(row.left(), row.top(), 4, row.height(), _colour(t.primary))
        painter.fillRect(row.left(), row.bottom(), row.width(), 1, _colour(t.line))
        weight = 600 if marked else 400
        painter.setFont(self._fonts[weight])
        painter.setPen(_colour(t.muted))
        painter.drawText(first.adjusted(PAD, 0, 0, 0), _LEFT, str(number))
        if line.mrp and not (marked and self.covers_mrp):
            painter.drawText(cells[Column.MRP].adjusted(0, 0, -PAD, 0), _RIGHT, line.mrp)
        painter.setPen(_colour(t.ink))
        painter.drawText(cells[Column.QTY].adjusted(0, 0, -PAD, 0), _RIGHT, line.qty)
        painter.drawText(last.adjusted(0, 0, -PAD, 0), _RIGHT, line.amount)
        self._price(painter, cells[Column.PRICE], line)
        self._item(painter, cells[Column.ITEM], line, self.reserved if marked else 0)

    def name_width(self, line: LineView, room: int) -> int:
        """Where the name and its chip end when they have ``room``; the row buttons stand there."""
        wide = self._metrics[600].horizontalAdvance(line.name)
        chip = self._chip_width(line)
        return min(room, wide + (chip + 10 if chip and wide + chip + 10 <= room else 0))

    def _item(self, painter: QPainter, area: QRect, line: LineView, reserved: int) -> None:
        room = area.width() - PAD - 8 - reserved
        wide = painter.fontMetrics().horizontalAdvance(line.name)
        chip = self._chip_width(line)
        if wide > room:
            self._two_lines(painter, QRect(area.left() + PAD, area.top(), room, ROW), line.name)
            return
        painter.drawText(area.adjusted(PAD, 0, 0, 0), _LEFT, line.name)
        if chip and wide + chip + 10 <= room:
            left = area.left() + PAD + wide + 10
            self._chip(painter, QRectF(left, area.center().y() - 9.5, chip, 20), line)

    def _two_lines(self, painter: QPainter, area: QRect, name: str) -> None:
        """A long name wraps in smaller letters; what two lines cannot hold ends in an ellipsis."""
        font = theme.font(14, painter.font().weight())
        metrics = QFontMetrics(font)
        while len(name) > 1 and metrics.boundingRect(area, _WRAP, name).height() > area.height():
            name = name[:-2].rstrip(" …") + "…"
        painter.setFont(font)
        painter.drawText(area, _WRAP, name)

    def _chip(self, painter: QPainter, box: QRectF, line: LineView) -> None:
        colour, soft = theme.tone_colours(theme.current(), line.chip_tone)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_colour(soft))
        painter.drawRoundedRect(box, 5, 5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(_colour(colour))
        painter.setFont(self._small)
        painter.drawText(box, _CENTRE, line.chip)

    def _chip_width(self, line: LineView) -> int:
        return self._small_metrics.horizontalAdvance(line.chip) + 14 if line.chip else 0

    def _price(self, painter: QPainter, area: QRect, line: LineView) -> None:
        box = area.adjusted(0, 0, -PAD, 0)
        if line.price_unit:
            t, figures = theme.current(), painter.font()
            painter.setFont(self._unit)
            painter.setPen(_colour(t.muted))
            painter.drawText(box, _RIGHT, line.price_unit)
            box.adjust(0, 0, -self._unit_metrics.horizontalAdvance(line.price_unit) - 3, 0)
            painter.setFont(figures)
            painter.setPen(_colour(t.ink))
        painter.drawText(box, _RIGHT, line.price)
