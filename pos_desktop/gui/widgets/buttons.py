"""Buttons that print their key: the cashier learns the keys by looking."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets import icons

_CAP_FONT = 12
_SMALLEST = 12


def cap_width(key: str) -> float:
    """How much room a printed key takes."""
    return QFontMetrics(theme.font(_CAP_FONT, 600)).horizontalAdvance(key) + 14.0


def draw_cap(painter: QPainter, area: QRectF, key: str, ink: QColor, edge: QColor) -> None:
    """A key as on a keyboard."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(edge)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(ink)
    painter.setFont(theme.font(_CAP_FONT, 600))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, key)


class KeyButton(QPushButton):
    """A button with its words and its key; the ground comes from the style sheet.

    ``setProperty("strong", True)`` before it is shown makes it the one strong action of the page.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self._key = ""
        self._size = 15
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_words(self, words: str, key: str = "", *, size: int = 15) -> None:
        """What is printed on it; the accessible name follows. Free where nothing changes."""
        if (words, key, size) == (self._words, self._key, self._size):
            return
        self._words, self._key, self._size = words, key, size
        spoken = f"{words}, {say('key_cap', key=key)}" if key else words
        self.setAccessibleName(spoken)
        self.updateGeometry()
        self.update()

    @property
    def words(self) -> str:
        """What is printed on it."""
        return self._words

    @property
    def key(self) -> str:
        """The key that is printed on it, or ""."""
        return self._key

    def sizeHint(self) -> QSize:
        """Room for words and key."""
        return QSize(self._room(self._size) + 12, 48)

    def minimumSizeHint(self) -> QSize:
        """The words shrink to this size before they are cut."""
        return QSize(self._room(_SMALLEST), 40)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it like the space bar, except where that would do harm."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif not self.property("danger") and self.isEnabled():
            self.click()

    def _room(self, size: int) -> int:
        metrics = QFontMetrics(theme.font(size, 600))
        cap = cap_width(self._key) + 10 if self._key else 0
        return int(metrics.horizontalAdvance(self._words) + cap + 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style draws the button, we draw what stands on it."""
        super().paintEvent(event)
        painter = QPainter(self)
        ink, soft, edge = self._inks()
        font = theme.font(self._size, 600)
        cap = cap_width(self._key) if self._key else 0.0
        gap = 10.0 if self._key else 0.0
        room = self.width() - 20 - cap - gap
        metrics = QFontMetrics(font)
        while metrics.horizontalAdvance(self._words) > room and font.pixelSize() > _SMALLEST:
            font.setPixelSize(font.pixelSize() - 1)
            metrics = QFontMetrics(font)
        words = metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, int(room))
        wide = metrics.horizontalAdvance(words)
        left = (self.width() - wide - gap - cap) / 2
        painter.setFont(font)
        painter.setPen(ink)
        area = QRectF(left, 0, wide + 1, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)
        if self._key:
            box = QRectF(left + wide + gap, (self.height() - 20) / 2, cap, 20)
            draw_cap(painter, box, self._key, soft, edge)
        painter.end()

    def _inks(self) -> tuple[QColor, QColor, QColor]:
        """Colours of words, key and the key's edge."""
        t = theme.current()
        if not self.isEnabled():
            return QColor(t.muted), QColor(t.muted), QColor(t.line)
        if self.property("strong"):
            edge = QColor(t.on_primary)
            edge.setAlphaF(0.6)
            return QColor(t.on_primary), QColor(t.on_primary), edge
        if self.property("danger"):
            return QColor(t.failed), QColor(t.failed), QColor(t.failed)
        return QColor(t.ink), QColor(t.muted), QColor(t.line)


class StackedButton(KeyButton):
    """A narrow button: its key stands under its words."""

    def sizeHint(self) -> QSize:
        """As wide as the wider of both."""
        wide = QFontMetrics(theme.font(14, 600)).horizontalAdvance(self._words)
        return QSize(int(max(wide, cap_width(self._key))) + 14, 50)

    def minimumSizeHint(self) -> QSize:
        """Never narrower."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words over the key."""
        QPushButton.paintEvent(self, event)
        painter = QPainter(self)
        ink, soft, edge = self._inks()
        middle = self.height() / 2
        painter.setFont(theme.font(14, 600))
        painter.setPen(ink)
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(0, middle - 22, self.width(), 20), centre, self._words)
        cap = cap_width(self._key) - 4
        box = QRectF((self.width() - cap) / 2, middle + 1, cap, 18)
        draw_cap(painter, box, self._key, soft, edge)
        painter.end()


class IconButton(QPushButton):
    """A square button with one drawn icon; ``words`` are for screen readers and the tool tip."""

    def __init__(self, icon: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setProperty("square", True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style's button with the icon in its middle."""
        super().paintEvent(event)
        painter = QPainter(self)
        side = 16.0
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        icons.draw(painter, self._icon, box, QColor(theme.current().ink), 2.2)
        painter.end()


class QuickKey(QPushButton):
    """Two lines: name and price."""

    def __init__(self, name: str, price: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._price = price
        self.setProperty("quick", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(say("quick_name", name=name, price=price))
        self.setToolTip(name)

    def sizeHint(self) -> QSize:
        """A comfortable target."""
        return QSize(92, 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style's button with both lines."""
        super().paintEvent(event)
        painter = QPainter(self)
        t = theme.current()
        middle = self.height() / 2
        font = theme.font(14, 600)
        name = QFontMetrics(font).elidedText(
            self._name, Qt.TextElideMode.ElideRight, self.width() - 12
        )
        painter.setFont(font)
        painter.setPen(QColor(t.ink))
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(0, middle - 21, self.width(), 22), centre, name)
        painter.setFont(theme.font(12))
        painter.setPen(QColor(t.muted))
        painter.drawText(QRectF(0, middle, self.width(), 18), centre, self._price)
        painter.end()
