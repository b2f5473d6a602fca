"""Texts of painted rows: elided where they do not fit."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from pos_desktop.gui import theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Look = tuple[int, int, str]
"""Size in pixels, weight, colour."""


def put(
    painter: QPainter,
    area: QRectF,
    text: str,
    look: Look,
    align: Qt.AlignmentFlag = LEFT,
) -> float:
    """Draw ``text`` into ``area``; the width that it takes."""
    size, weight, colour = look
    font = theme.font(size, weight)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(area, align, shown)
    return float(metrics.horizontalAdvance(shown))


def width(text: str, size: int, weight: int = 400) -> float:
    """How wide ``text`` would be."""
    return float(QFontMetrics(theme.font(size, weight)).horizontalAdvance(text))
