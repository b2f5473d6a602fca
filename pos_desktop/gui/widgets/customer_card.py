"""The customer's card: number, what was agreed, and the key that changes it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.keys import Command, cap
from pos_desktop.gui.presenters.customer import CustomerState
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.buttons import cap_width, draw_cap

_PAD = 16.0


class CustomerCard(QPushButton):
    """A button: a tap opens the phone sheet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = CustomerState(say("customer_none"), say("customer_none_hint"), known=False)
        self.setProperty("card", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def state(self) -> CustomerState:
        """What is shown."""
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
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        t, state = theme.current(), self._state
        upper = QRectF(_PAD, 10, self.width() - 2 * _PAD, 20)
        lower = QRectF(_PAD, 32, self.width() - 2 * _PAD, 26)
        word = self._text(painter, upper, say("customer"), (13, 600, t.muted))
        key = cap(Command.PHONE)
        box = QRectF(upper.left() + word + 6, upper.top(), cap_width(key), 20)
        draw_cap(painter, box, key, QColor(t.muted), QColor(t.line))
        strong = (19, 600, t.ink) if state.known else (16, 600, t.muted)
        phone = self._text(painter, lower, state.phone, strong)
        beside = lower.adjusted(phone + 14, 0, 0, 0)
        self._text(painter, beside, state.note, (13, 400, t.muted), right=True)
        over = upper.adjusted(word + cap_width(key) + 16, 0, 0, 0)
        self._text(painter, over, state.warning, (12, 600, t.pending), right=True)
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
