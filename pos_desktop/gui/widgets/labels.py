"""Labels that never clip: one elides, one shrinks its figures."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.widgets.buttons import cap_width, draw_cap


class ElidedLabel(QLabel):
    """Plain text that ends in an ellipsis where there is no room; the tool tip has it whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Keep the whole text as tool tip."""
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        area = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(self.alignment() | Qt.TextFlag.TextSingleLine), text)
        painter.end()


class AmountLabel(QWidget):
    """The biggest figures of a page, right-aligned; they shrink rather than clip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._size = 54
        self._align = Qt.AlignmentFlag.AlignRight
        self._tone = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_look(self, size: int, align: Qt.AlignmentFlag) -> None:
        """Largest size in pixels, and the side."""
        self._size, self._align = size, align
        self.updateGeometry()

    def show_text(self, text: str, tone: str = "") -> None:
        """The amount; ``tone`` colours it."""
        if (text, tone) != (self._text, self._tone):
            self._text, self._tone = text, tone
            self.setAccessibleName(text)
            self.update()

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text

    def sizeHint(self) -> QSize:
        """High enough for the largest size."""
        return QSize(120, round(self._size * 1.16))

    def minimumSizeHint(self) -> QSize:
        """Narrower makes the figures smaller."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Figures as large as fit."""
        font = theme.font(self._size, 800)
        wide = QFontMetrics(font).horizontalAdvance(self._text)
        if wide > self.width() > 0:
            font.setPixelSize(max(14, self._size * self.width() // wide))
        t = theme.current()
        painter = QPainter(self)
        painter.setFont(font)
        painter.setPen(QColor(theme.tone_colours(t, self._tone)[0] if self._tone else t.ink))
        painter.drawText(
            QRectF(self.rect()), self._align | Qt.AlignmentFlag.AlignVCenter, self._text
        )
        painter.end()


class FactRow(QWidget):
    """Small facts in one line, label muted and value strong; all shrink together to fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        """(label, value) from left to right."""
        if facts != self._facts:
            self._facts = facts
            self.setAccessibleName(", ".join(f"{label} {value}".strip() for label, value in facts))
            self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(200, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        """First at the left edge, last at the right one, the rest between."""
        size = 14
        widths = self._widths(size)
        while sum(widths) + 12 * (len(widths) - 1) > self.width() and size > 10:
            size -= 1
            widths = self._widths(size)
        t = theme.current()
        gap = (self.width() - sum(widths)) / max(1, len(widths) - 1)
        painter = QPainter(self)
        left = 0.0
        for (label, value), wide in zip(self._facts, widths, strict=True):
            area = QRectF(left, 0, wide, self.height())
            painter.setFont(theme.font(size))
            painter.setPen(QColor(t.muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, label)
            painter.setFont(theme.font(size, 600))
            painter.setPen(QColor(t.ink))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area, right, value)
            left += wide + gap
        painter.end()

    def _widths(self, size: int) -> list[float]:
        plain, strong = QFontMetrics(theme.font(size)), QFontMetrics(theme.font(size, 600))
        return [
            plain.horizontalAdvance(label)
            + (6.0 + strong.horizontalAdvance(value) if value else 0.0)
            for label, value in self._facts
        ]


class KeyCap(QWidget):
    """A key printed beside what it does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_key(self, key: str) -> None:
        """The key as in ``gui.keys``."""
        self._key = key
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the key."""
        return QSize(round(cap_width(self._key)), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cap."""
        t = theme.current()
        painter = QPainter(self)
        draw_cap(painter, QRectF(self.rect()), self._key, QColor(t.muted), QColor(t.line))
        painter.end()
