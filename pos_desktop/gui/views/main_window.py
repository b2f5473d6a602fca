"""The window: it swaps pages, holds the sheets, and turns keys into commands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent

from pos_desktop.gui.forms.ui_main_window import Ui_MainWindow
from pos_desktop.gui.keys import KEYS, Command
from pos_desktop.gui.texts import say
from pos_desktop.gui.views.sale_page import SalePage
from pos_desktop.gui.views.sheet_window import SheetWindow
from pos_desktop.gui.views.top_bar import StandingBar, TopBar, WaitingBar
from pos_desktop.gui.widgets.banner import PaidStrip
from pos_desktop.gui.widgets.form import fill
from pos_desktop.gui.widgets.practice import BORDER, PracticeFrame

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.notices import Notice
    from pos_desktop.ports import QrMatrix


class Behind(Protocol):
    """What lives as long as the window (``gui.app.Counter``)."""

    def start(self) -> None: ...


class MainWindow(SheetWindow):
    """``command`` carries a ``gui.keys.Command``; ``closing`` is emitted once, before it closes;
    ``painted`` in the first turn after the first paint, before anything else is loaded."""

    command = Signal(object)
    closing = Signal()
    painted = Signal()

    def __init__(self, matrix: QrMatrix, shop: str, *, practice: bool) -> None:
        super().__init__(matrix, shop)
        self.form = fill(Ui_MainWindow(), self)
        self._notice: Notice | None = None
        self._closed = False
        self.counter: Behind | None = None
        self.setWindowTitle(say("app_name"))
        self.sale_page = SalePage(self)
        self.form.pages.addWidget(self.sale_page)
        stage = self.form.stage
        self.paid_strip = PaidStrip(stage)
        self.frame = PracticeFrame(stage)
        self.paid_strip.began.connect(self.frame.raise_)
        self.top_bar = TopBar(self.form, self.frame)
        self.waiting_bar = WaitingBar(self.form, self.paid_strip)
        self.standing_bar = StandingBar(self.form, partial(self._on_key, Command.TEST))
        self.form.inboxButton.clicked.connect(partial(self._on_key, Command.INBOX))
        self._add_keys()
        layout = stage.layout()
        if practice and layout is not None:
            layout.setContentsMargins(BORDER, BORDER, BORDER, BORDER)
        self.setMinimumSize(1000, 680)
        self.resize(1366, 768)

    def show_notice(self, notice: Notice | None) -> None:
        """Implements ``NoticeView``: one place at a time, the open sheet or the page."""
        self._notice = notice
        sheet = self.open_sheet
        if sheet is not None:
            sheet.show_notice(notice)
        self.sale_page.show_notice(notice)

    def start(self) -> None:
        """Show the window and begin; call it once, from the event loop."""
        if self.counter is not None:
            self.counter.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Strip, border and top bar follow."""
        super().resizeEvent(event)
        self.top_bar.fit()
        self.paid_strip.stretch(self.width())
        self.frame.stretch(self.rect())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell the composition root, so that lanes are drained."""
        if not self._closed:
            self._closed = True
            self.closing.emit()
        super().closeEvent(event)

    def _add_keys(self) -> None:
        for key in KEYS:
            if key.window:
                action = QAction(say(f"key_{key.command.value}"), self)
                action.setShortcut(QKeySequence(key.sequence))
                action.setAutoRepeat(False)
                action.triggered.connect(partial(self._on_key, key.command))
                self.addAction(action)

    def _on_key(self, command: object, _checked: bool = False) -> None:
        self.command.emit(command)
