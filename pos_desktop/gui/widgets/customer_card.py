"""The customer's card: number, what was agreed, and the key that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.keys import Command, cap
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.buttons import cap_width, draw_cap

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.customer import CustomerState

_PAD = 16.0


class CustomerCard(QPushButton):
    """A button: a tap opens the phone sheet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: CustomerState | None = None
        self.setProperty("card", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def state(self) -> CustomerState | None:
        """What is shown; None, before anything was told, looks like no customer."""
        return self._state

    def show_customer(self, state: CustomerState) -> None:
        """Number and notes of this bill's customer."""
        self._state = state
        parts = (say("customer"), state.phone, state.note, state.warning)
        self.setAccessibleName(", ".join(part for part in parts if part))
        self.setToolTip(state.warning)
        self.update()

    def sizeHint(self) -> QSize:
        """Two lines."""
        return QSize(300, 68)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Left: word, key and number; right: what was agreed, and a warning over it."""
        super().paintEvent(event)
        painter = QPainter(self)
        t, state = theme.current(), self._state
        known, warning = (state.known, state.warning) if state else (False, "")
        phone = state.phone if state else say("customer_none")
        note = state.note if state else say("customer_none_hint")
        upper = QRectF(_PAD, 10, self.width() - 2 * _PAD, 20)
        lower = QRectF(_PAD, 32, self.width() - 2 * _PAD, 26)
        word = self._text(painter, upper, say("customer"), (13, 600, t.muted))
        key = cap(Command.PHONE)
        box = QRectF(upper.left() + word + 6, upper.top(), cap_width(key), 20)
        draw_cap(painter, box, key, QColor(t.muted), QColor(t.line))
        strong = (19, 600, t.ink) if known else (16, 600, t.muted)
        wide = self._text(painter, lower, phone, strong)
        beside = lower.adjusted(wide + 14, 0, 0, 0)
        self._text(painter, beside, note, (13, 400, t.muted), right=True)
        over = upper.adjusted(word + cap_width(key) + 16, 0, 0, 0)
        self._text(painter, over, warning, (12, 600, t.pending), right=True)
        painter.end()

    def _text(
        self,
        painter: QPainter,
        area: QRectF,
        text: str,
        look: tuple[int, int, str],
        *,
        right: bool = False,
    ) -> float:
        """Draw ``text`` (size, weight, colour); returns its width."""
        size, weight, colour = look
        font = theme.font(size, weight)
        metrics = QFontMetrics(font)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, text)
        return float(metrics.horizontalAdvance(text))
