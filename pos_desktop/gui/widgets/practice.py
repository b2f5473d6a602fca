"""The striped border of practice mode: nobody takes it for the real counter."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
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
        pen = painter.pen()
        pen.setColor(QColor(t.pending))
        pen.setWidthF(_STRIPE / 2)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        reach = self.height()
        for x in range(-reach, self.width() + reach, _STRIPE):
            painter.drawLine(x, reach, x + reach, 0)
        painter.end()
