"""A small rounded label with icon, word and colour: lamps and states."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.widgets import icons


class Pill(QWidget):
    """Shows ``text`` in the colours of a tone; announces itself by its accessible name."""

    def __init__(self, parent: QWidget | None = None, *, size: int = 13) -> None:
        super().__init__(parent)
        self._text = ""
        self._tone = "parked"
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, text: str, tone: str, spoken: str = "") -> None:
        """Change word and colour; nothing happens where both stay."""
        if (text, tone) == (self._text, self._tone):
            return
        self._text, self._tone = text, tone
        self.setAccessibleName(spoken or text)
        self.updateGeometry()
        self.update()

    def set_size(self, size: int) -> None:
        """Size of the word in pixels."""
        self._size = size
        self.updateGeometry()

    @property
    def text(self) -> str:
        """The word that is shown."""
        return self._text

    def sizeHint(self) -> QSize:
        """As wide as icon and word."""
        metrics = QFontMetrics(theme.font(self._size, 600))
        icon = self._size - 1
        return QSize(
            metrics.horizontalAdvance(self._text) + icon + self._size * 2, self._size * 2 - 1
        )

    def minimumSizeHint(self) -> QSize:
        """Never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, icon, word."""
        colour, soft = theme.tone_colours(theme.current(), self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(soft))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        side = self._size - 1.0
        left = self._size * 0.75
        box = QRectF(left, (area.height() - side) / 2, side, side)
        icons.draw(painter, icons.TONE_ICONS[self._tone], box, QColor(colour), self._size / 6.5)
        painter.setPen(QColor(colour))
        painter.setFont(theme.font(self._size, 600))
        words = area.adjusted(left + side + self._size * 0.35, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._text)
        painter.end()
