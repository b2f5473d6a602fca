"""A dialog that lives inside the window: it never blocks, never gets lost behind another window,
and scanning goes on as its owner decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from pos_desktop.gui import theme
from pos_desktop.gui.widgets.banner import STRIP_HEIGHT, Banner

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.notices import Notice

_MARGIN = 20
_UNDER_STRIP = STRIP_HEIGHT + 8
_FOOT = 12


class Sheet(QWidget):
    """Covers the page with a veil and shows ``body`` on a card in its middle.

    Esc emits ``dismissed``; Tab stays inside. ``takes_scans``: a scan goes to the bill as ever.
    ``on_top``: it lies over another sheet, which stays open under it.
    """

    dismissed = Signal()
    opened = Signal()
    closed = Signal()

    takes_scans = False
    on_top = False

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = parent
        self.card = QFrame(self)
        self.card.setObjectName("sheetCard")
        self._column = QVBoxLayout(self.card)
        self._column.setContentsMargins(0, 0, 0, 12)
        self._column.setSpacing(0)
        self.body = QWidget(self.card)
        self.banner = Banner(self.card)
        self.banner.setContentsMargins(12, 0, 12, 0)
        self._column.addWidget(self.body, 1)
        self._column.addWidget(self.banner)
        self._wide = 560
        self._high = 0
        parent.installEventFilter(self)
        self.card.installEventFilter(self)
        self.hide()

    @property
    def page(self) -> QWidget:
        """What the sheet covers."""
        return self._page

    def set_width(self, width: int) -> None:
        """How wide the card may become."""
        self._wide = width

    def set_height(self, height: int) -> None:
        """How high the card becomes at least, as far as the window allows."""
        self._high = height

    def open(self) -> None:
        """Show the sheet and give it the keys. Returns at once."""
        self.banner.show_notice(None)
        self.show()
        self.raise_()
        self._fit()
        self.first_field().setFocus(Qt.FocusReason.PopupFocusReason)
        self.opened.emit()

    def close_sheet(self) -> None:
        """Hide it; the owner gives the focus back."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def first_field(self) -> QWidget:
        """What gets the keys first."""
        return self

    def take_keys(self) -> None:
        """The sheet over this one is gone: the keys come back."""
        self.first_field().setFocus(Qt.FocusReason.PopupFocusReason)

    def show_notice(self, notice: Notice | None) -> None:
        """The window's message while this sheet is open."""
        self.banner.show_notice(notice)
        self.refit()

    def refit(self) -> None:
        """What stands on the card changed: it grows or shrinks with it."""
        if self.isVisible():
            self._fit()

    def shortcut(self, key: str, button: QPushButton) -> None:
        """Have ``key`` press the button while this sheet has the keys, as long as both live.

        Not the button's own shortcut: that one waits until it has looked pressed for a while, and
        works for the sheet under this one too.
        """
        made = QShortcut(QKeySequence(key), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(button.click)
        button.destroyed.connect(made.deleteLater)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the page, and of what stands on the card."""
        page_resized = watched is self._page and event.type() == QEvent.Type.Resize
        card_changed = watched is self.card and event.type() == QEvent.Type.LayoutRequest
        if (page_resized or card_changed) and self.isVisible():
            self._fit()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is one step back."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Clicks beside the card reach nothing."""
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round inside the sheet."""
        stops = [
            child
            for child in self.body.findChildren(QWidget)
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus
            and child.isVisible()
            and child.isEnabled()
        ]
        if not stops:
            return True
        now = self.focusWidget()
        at = stops.index(now) if now in stops else -1
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """The veil."""
        veil = QColor(theme.current().scrim)
        veil.setAlphaF(0.45)
        painter = QPainter(self)
        painter.fillRect(self.rect(), veil)
        painter.end()

    def _fit(self) -> None:
        self.setGeometry(self._page.rect())
        # A payment may be announced at any moment; it must not cover what is being read.
        room = self._page.rect().adjusted(_MARGIN, _UNDER_STRIP, -_MARGIN, -_FOOT)
        self.card.ensurePolished()
        wide = min(self._wide, room.width())
        layout = self.card.layout()
        if layout is not None:
            layout.activate()
            high = layout.totalHeightForWidth(wide) if layout.hasHeightForWidth() else -1
            high = max(high, self.card.sizeHint().height())
        else:
            high = self.card.sizeHint().height()
        area = QRect(0, 0, wide, min(max(high, self._high), room.height()))
        area.moveCenter(self._page.rect().center())
        area.moveTop(max(room.top(), min(area.top(), room.bottom() + 1 - area.height())))
        self.card.setGeometry(area)
