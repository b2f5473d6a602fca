"""The few icons of the window, drawn as lines: crisp at every scale and in every theme's colour."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

_ROUND = Qt.PenCapStyle.RoundCap
_JOIN = Qt.PenJoinStyle.RoundJoin


def _check(path: QPainterPath) -> None:
    path.moveTo(0.18, 0.55)
    path.lineTo(0.42, 0.78)
    path.lineTo(0.84, 0.24)


def _alert(path: QPainterPath) -> None:
    path.moveTo(0.5, 0.14)
    path.lineTo(0.5, 0.60)
    path.addEllipse(QPointF(0.5, 0.85), 0.03, 0.03)


def _clock(path: QPainterPath) -> None:
    path.addEllipse(QPointF(0.5, 0.5), 0.38, 0.38)
    path.moveTo(0.5, 0.28)
    path.lineTo(0.5, 0.52)
    path.lineTo(0.68, 0.60)


def _cross(path: QPainterPath) -> None:
    path.moveTo(0.24, 0.24)
    path.lineTo(0.76, 0.76)
    path.moveTo(0.76, 0.24)
    path.lineTo(0.24, 0.76)


def _minus(path: QPainterPath) -> None:
    path.moveTo(0.2, 0.5)
    path.lineTo(0.8, 0.5)


def _plus(path: QPainterPath) -> None:
    _minus(path)
    path.moveTo(0.5, 0.2)
    path.lineTo(0.5, 0.8)


def _dots(path: QPainterPath) -> None:
    for x in (0.2, 0.5, 0.8):
        path.addEllipse(QPointF(x, 0.5), 0.04, 0.04)


def _info(path: QPainterPath) -> None:
    path.addEllipse(QPointF(0.5, 0.17), 0.03, 0.03)
    path.moveTo(0.5, 0.42)
    path.lineTo(0.5, 0.86)


def _scan(path: QPainterPath) -> None:
    for x, top in ((0.16, 0.2), (0.34, 0.3), (0.5, 0.3), (0.66, 0.3), (0.84, 0.2)):
        path.moveTo(x, top)
        path.lineTo(x, 1 - top)


def _back(path: QPainterPath) -> None:
    path.moveTo(0.08, 0.5)
    path.lineTo(0.32, 0.2)
    path.lineTo(0.92, 0.2)
    path.lineTo(0.92, 0.8)
    path.lineTo(0.32, 0.8)
    path.closeSubpath()
    path.moveTo(0.48, 0.38)
    path.lineTo(0.72, 0.62)
    path.moveTo(0.72, 0.38)
    path.lineTo(0.48, 0.62)


_SHAPES: dict[str, Callable[[QPainterPath], None]] = {
    "check": _check,
    "alert": _alert,
    "clock": _clock,
    "cross": _cross,
    "minus": _minus,
    "plus": _plus,
    "dots": _dots,
    "info": _info,
    "scan": _scan,
    "back": _back,
}

TONE_ICONS = {
    "paid": "check",
    "pending": "clock",
    "failed": "alert",
    "info": "info",
    "parked": "dots",
}
"""The icon that goes with each ``services.views.Tone``: a state is never only a colour."""


def draw(painter: QPainter, name: str, area: QRectF, colour: QColor, width: float = 2.0) -> None:
    """Draw ``name`` into the square ``area``."""
    path = QPainterPath()
    _SHAPES[name](path)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width(), area.height())
    pen = QPen(colour, width / area.width(), Qt.PenStyle.SolidLine, _ROUND, _JOIN)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()
