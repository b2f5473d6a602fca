"""Cards of the waiting bills and the strip that holds as many as there is room for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets import icons
from pos_desktop.gui.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.cards import Card
    from pos_desktop.gui.presenters.waiting import StripState

CARD_LEAST, CARD_MOST = 240, 300
GAP = 10
_MORE = 84
_BESIDE, _LEFT_EDGE, _RIGHT_EDGE = 18, 18, 12
"""Where the words begin (beside their icon), and the edges of a card."""
WORDS_BESIDE = _BESIDE + _LEFT_EDGE + _RIGHT_EDGE
"""So much narrower than the card are its words."""
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_Home: -999, Qt.Key.Key_End: 999}
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class BillCard(QWidget):
    """One waiting bill, painted whole; a click opens what can be done with it."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: Card | None = None
        self._marked = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    @property
    def card(self) -> Card | None:
        """What is painted."""
        return self._card

    def show_card(self, card: Card, *, marked: bool) -> None:
        """Paint this bill; cheap where nothing changed."""
        if card == self._card and marked == self._marked:
            return
        self._card, self._marked = card, marked
        self.setAccessibleName(card.name)
        told = (card.words, card.age, card.detail, card.aside)
        self.setToolTip("\n".join(text for text in told if text))
        self.update()

    def sizeHint(self) -> QSize:
        """The size of a card."""
        return QSize(CARD_LEAST, 94)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        if self._card is not None and self.rect().contains(event.position().toPoint()):
            self.pressed.emit(self._card.order_id)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Edge in the colour of the state, then three lines; long words take two of four."""
        card = self._card
        if card is None:
            return
        t = theme.current()
        colour, soft = theme.tone_colours(t, card.tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, QColor(colour), QColor(soft if card.filled else t.surface))
        inner = QRectF(self.rect()).adjusted(_LEFT_EDGE, 8, -_RIGHT_EDGE, -8)
        told = wrapped(card.words, 13, int(inner.width()) - _BESIDE)
        line = inner.height() / (2 + len(told))
        rows = [
            QRectF(inner.left(), inner.top() + at * line, inner.width(), line)
            for at in range(2 + len(told))
        ]
        ink, muted = QColor(t.ink), QColor(t.muted)
        # "Token 20 · no phone" and a lakh share a line only at a smaller size.
        size = 16 if len(card.title) + len(card.amount) < 27 else 14
        self._row(painter, rows[0], (card.title, size, 600, ink), (card.amount, 14, 600, ink))
        icon = QRectF(rows[1].left(), rows[1].center().y() - 6.5, 13, 13)
        icons.draw(painter, icons.TONE_ICONS[card.tone], icon, QColor(colour), 1.9)
        for at, text in enumerate(told):
            age = card.age if at == 0 else ""
            area = rows[1 + at].adjusted(_BESIDE, 0, 0, 0)
            self._row(painter, area, (text, 13, 600, QColor(colour)), (age, 13, 400, muted))
        weight, tint = (600, QColor(t.failed)) if card.loud else (400, muted)
        self._row(painter, rows[-1], (card.message, 13, weight, tint), (card.aside, 13, 400, muted))
        painter.end()

    def _ground(self, painter: QPainter, colour: QColor, fill: QColor) -> None:
        t = theme.current()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(area, 8, 8)
        painter.fillPath(shape, fill)
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(QRectF(area.left(), area.top(), 6, area.height()), colour)
        painter.restore()
        painter.setPen(
            QPen(QColor(t.primary if self._marked else t.line), 2.5 if self._marked else 1)
        )
        painter.drawPath(shape)

    def _row(
        self,
        painter: QPainter,
        area: QRectF,
        left: tuple[str, int, int, QColor],
        right: tuple[str, int, int, QColor],
    ) -> None:
        """A text at each end. Both or the left one: how the bill stands is worth more than since
        when, and the tool tip has everything."""
        text, size, weight, colour = left
        font = theme.font(size, weight)
        metrics = QFontMetrics(font)
        room = int(area.width())
        painter.setFont(font)
        painter.setPen(colour)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(area, _LEFT | _MIDDLE, shown)
        taken = metrics.horizontalAdvance(shown) + 8
        text, size, weight, colour = right
        font = theme.font(size, weight)
        if taken + QFontMetrics(font).horizontalAdvance(text) <= room:
            painter.setFont(font)
            painter.setPen(colour)
            painter.drawText(area, _RIGHT | _MIDDLE, text)


@lru_cache(maxsize=256)
def wrapped(text: str, size: int, room: int) -> tuple[str, ...]:
    """``text`` (semibold) in one line or two of ``room`` pixels, broken between words."""
    metrics = QFontMetrics(theme.font(size, 600))

    def fits(line: str) -> bool:
        # As it is painted: by a pixel more strictly than the advance of its letters.
        return metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) == line

    if fits(text):
        return (text,)
    words = text.split(" ")
    first = words.pop(0)
    while words and fits(f"{first} {words[0]}"):
        first = f"{first} {words.pop(0)}"
    return (first, " ".join(words)) if words else (first,)


class BillStrip(QWidget):
    """The row of cards. It takes the keys with F5: arrows, pages, Enter, Esc, a token number."""

    opened = Signal(str)
    moved = Signal(int)
    paged = Signal(int)
    digit = Signal(str)
    left = Signal()
    escaped = Signal()
    more = Signal()
    room = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: list[BillCard] = []
        self._selected = -1
        self._count = 4
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(say("waiting_bills"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP)
        self._empty = ElidedLabel(self)
        self._empty.setObjectName("hint")
        self._more = QPushButton(self)
        self._more.setProperty("dashed", True)
        self._more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._more.setFixedWidth(_MORE)
        self._more.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._more.clicked.connect(self.more)
        self._more.hide()
        self._row.addWidget(self._empty, 1)
        self._row.addWidget(self._more)
        self._row.addStretch()

    @property
    def capacity(self) -> int:
        """How many cards there is room for."""
        return self._count

    def show_strip(self, state: StripState) -> None:
        """Paint the cards of ``state``; widgets are reused."""
        while len(self._cards) < len(state.cards):
            card = BillCard(self)
            card.pressed.connect(self.opened)
            self._cards.append(card)
            self._row.insertWidget(len(self._cards) - 1, card)
            self._fit()
        self._selected = state.selected
        for at, widget in enumerate(self._cards):
            widget.setVisible(at < len(state.cards))
            if at < len(state.cards):
                widget.show_card(state.cards[at], marked=at == state.selected)
        self._empty.setVisible(bool(state.empty))
        self._empty.setText(state.empty)
        self._more.setVisible(state.more > 0)
        self._more.setText(say("waiting_more", n=state.more))
        self._more.setAccessibleName(say("waiting_more", n=state.more))

    def _fit(self) -> None:
        """Cards share the width evenly; the "+N more" button keeps its place."""
        room = self.width() - _MORE
        self._count = max(1, room // (CARD_LEAST + GAP))
        wide = max(CARD_LEAST, min(CARD_MOST, room // self._count - GAP))
        for card in self._cards:
            card.setFixedWidth(wide)

    def cards(self) -> list[BillCard]:
        """The visible cards."""
        return [card for card in self._cards if card.isVisibleTo(self)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell how many cards there is room for, the "+N more" button included."""
        super().resizeEvent(event)
        self._fit()
        self.room.emit(self._count)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Enter, Esc."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.moved.emit(_STEPS[key])
        elif key in _PAGES:
            self.paged.emit(_PAGES[key])
        elif event.text().isdecimal():
            self.digit.emit(event.text())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            card = self._cards[self._selected].card if self._selected >= 0 else None
            if card is not None:
                self.opened.emit(card.order_id)
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The mark belongs to the keys."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()
