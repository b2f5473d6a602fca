"""The strip under the top bar while a service is off: what to do, whom to call, test again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.keys import Command, cap
from pos_desktop.gui.widgets import icons
from pos_desktop.gui.widgets.buttons import KeyButton
from pos_desktop.gui.widgets.form import set_tone
from pos_desktop.gui.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.standing import OffState

HEIGHT = 64
_ICON = 28.0


class OffStrip(QFrame):
    """It stays until the service works again; scanning goes on."""

    tested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offStrip")
        self.setFixedHeight(HEIGHT)
        self.now, self.manager = ElidedLabel(self), ElidedLabel(self)
        self.now.setFont(theme.font(16, 600))
        set_tone(self.now, "failed")
        set_tone(self.manager, "muted")
        self.button = KeyButton(self)
        self.button.setMinimumHeight(48)
        self.button.clicked.connect(self.tested)
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        words.addWidget(self.now)
        words.addWidget(self.manager)
        words.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(64, 6, 20, 6)
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addWidget(self.button)

    def show_off(self, state: OffState) -> None:
        """Both sentences and the button."""
        self.now.setText(state.now)
        self.manager.setText(state.manager)
        self.setAccessibleName(f"{state.now} {state.manager}")
        self.button.show_words(state.button, cap(Command.TEST))
        self.button.setEnabled(not state.testing)
        self.button.setVisible(bool(state.button))

    def labels(self) -> tuple[QLabel, QLabel]:
        """What to do now; whom the manager calls."""
        return self.now, self.manager

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style's ground, and the icon of what went wrong."""
        super().paintEvent(event)
        colour, soft = theme.tone_colours(theme.current(), "failed")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        disc = QRectF(22, (self.height() - _ICON) / 2, _ICON, _ICON)
        painter.drawEllipse(disc)
        icons.draw(painter, "alert", disc.adjusted(7, 7, -7, -7), QColor(soft), 2.6)
        painter.end()
