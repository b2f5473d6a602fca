"""The error area of a page, and the green strip of a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets import icons

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.notices import Notice

STRIP_SECONDS = 4
STRIP_HEIGHT = 56


class Banner(QWidget):
    """One sentence that says what to do, with the icon and colour of its tone."""

    acknowledged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = "failed"
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._ok = QPushButton(say("ok"), self)
        self._ok.setAccessibleName(say("dismiss"))
        self._ok.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._ok.setMinimumSize(72, 40)
        self._ok.clicked.connect(self.acknowledged)
        row = QHBoxLayout(self)
        row.setContentsMargins(52, 10, 12, 10)
        row.setSpacing(12)
        row.addWidget(self._label, 1)
        row.addWidget(self._ok)
        self.hide()

    def show_notice(self, notice: Notice | None) -> None:
        """None hides it."""
        if notice is None:
            self.hide()
            return
        self._tone = notice.tone.value
        self._label.setText(notice.text)
        self._label.setProperty("tone", self._tone)
        self._label.setFont(theme.font(15, 600 if self._tone == "failed" else 400))
        self.setAccessibleName(notice.text)
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tone's ground, a bar at its edge, its icon."""
        colour, soft = theme.tone_colours(theme.current(), self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(soft))
        painter.drawRoundedRect(area, 8, 8)
        disc = QRectF(14, area.center().y() - 13, 26, 26)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(disc)
        icons.draw(
            painter, icons.TONE_ICONS[self._tone], disc.adjusted(6, 6, -6, -6), QColor(soft), 2.4
        )
        painter.end()


class PaidStrip(QWidget):
    """Full width, four seconds, takes neither focus nor clicks; payments follow one another.
    ``began``: it lies over everything now."""

    began = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._texts: list[str] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown now."""
        return self._texts[0] if self._texts else ""

    def show_paid(self, text: str) -> None:
        """Announce a payment; while one is announced, the next waits two seconds at most."""
        self._texts.append(text)
        if len(self._texts) == 1:
            self._begin()
        elif self._timer.remainingTime() > STRIP_SECONDS * 500:
            self._timer.start(STRIP_SECONDS * 500)

    def stretch(self, width: int) -> None:
        """The window was resized."""
        self.setGeometry(0, 0, width, STRIP_HEIGHT)

    def sizeHint(self) -> QSize:
        """The height of the top bar and a little."""
        return QSize(400, STRIP_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A tick and the words, in the middle."""
        t = theme.current()
        font = theme.font(24, 800)
        painter = QPainter(self)
        area = QRectF(self.rect())
        painter.fillRect(area, QColor(t.strip))
        metrics = QFontMetrics(font)
        room = round(area.width()) - 80
        text = metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, room)
        wide = metrics.horizontalAdvance(text)
        left = (area.width() - wide - 40) / 2
        icon = QRectF(left, area.center().y() - 13, 26, 26)
        icons.draw(painter, "check", icon, QColor(t.on_strip), 4)
        painter.setFont(font)
        painter.setPen(QColor(t.on_strip))
        words = area.adjusted(left + 40, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _begin(self) -> None:
        self.setAccessibleName(self.text)
        self._timer.start(STRIP_SECONDS * 1000)
        self.raise_()
        self.began.emit()
        self.show()
        self.update()

    def _next(self) -> None:
        self._texts.pop(0)
        if self._texts:
            self._begin()
        else:
            self.hide()
