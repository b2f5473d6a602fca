"""The striped border of practice mode: nobody takes it for the real counter."""

from PySide6.QtCore import QLine, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from pos_desktop.gui import theme

BORDER = 6
_STRIPE = 12


class PracticeFrame(QWidget):
    """Lies over the window's edge; clicks go through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def stretch(self, area: QRect) -> None:
        """Cover the edge of ``area`` and nothing else."""
        self.setGeometry(area)
        inner = self.rect().adjusted(BORDER, BORDER, -BORDER, -BORDER)
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inner)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Slanting stripes in two tones."""
        t = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(t.pending_soft))
        pen = QPen(QColor(t.pending), _STRIPE / 2)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines(self._stripes())
        painter.end()

    def _stripes(self) -> list[QLine]:
        """Pieces along the edges, where alone something shows; each stripe is x + y = n * 12."""
        wide, high, reach = self.width(), self.height(), 2 * BORDER
        middles = [(c - y, y) for y in (0, high) for c in _steps(y, y + wide)]
        middles += [(x, c - x) for x in (0, wide) for c in _steps(x, x + high)]
        return [QLine(x - reach, y + reach, x + reach, y - reach) for x, y in middles]


def _steps(first: int, last: int) -> range:
    return range(first - first % _STRIPE, last + _STRIPE, _STRIPE)
