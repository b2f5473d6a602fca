"""The window of the counter: built from what the composition root hands in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from pos_desktop import assets
from pos_desktop.gui import theme
from pos_desktop.gui.presenters.wording import clock
from pos_desktop.gui.texts import say
from pos_desktop.gui.views.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QWindow

    from pos_desktop.gui.bursts import Rhythm
    from pos_desktop.gui.events import Events
    from pos_desktop.gui.presenters.cast import Presenters
    from pos_desktop.gui.presenters.ports import Services
    from pos_desktop.gui.scanner import ScannerFilter
    from pos_desktop.gui.tasks import TaskRunner
    from pos_desktop.gui.wiring import Wiring
    from pos_desktop.ports import QrMatrix


@dataclass(frozen=True, slots=True)
class Deps:
    """What ``build_window`` needs beside a running QApplication (see ``application``)."""

    services: Services
    events: Events
    qr_matrix: QrMatrix
    rhythm: Rhythm | None = None


_AT_LATEST_MS = 1_000
_KEYS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease})
_TOUCHES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})


def application() -> QApplication:
    """The one QApplication, dressed in nothing yet; made on first use."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    QCoreApplication.setApplicationName("raseed")
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    return QApplication(sys.argv[:1])


def dress(name: str) -> None:
    """Fonts and colours of the program; ``name`` is the theme of the settings."""
    app = application()
    theme.load_fonts()
    theme.apply(app, theme.tokens_for(name))


class Counter:
    """A window with everything behind it. Keep it as long as the window lives.

    Only what the first paint shows is built at once. The presenters come with the first turn after
    it, or earlier where somebody asks for them or touches the window; keys wait for them.
    """

    def __init__(self, deps: Deps) -> None:
        options = self._options = deps.services.options
        self._deps = deps
        self._begun = False
        self._opening: _Opening | None = None
        shop = f"{options.shop.name} · {options.counter.label}"
        self.window = MainWindow(deps.qr_matrix, shop, practice=options.practice)
        self.window.counter = self
        self._show_first()

    @cached_property
    def scanner(self) -> ScannerFilter:
        """Sees the keys of the whole program from now on."""
        from pos_desktop.gui.scanner import ScannerFilter

        made = ScannerFilter(self._deps.rhythm, self.window)
        made.install()
        return made

    @cached_property
    def wiring(self) -> Wiring:
        """The presenters and their connections."""
        from pos_desktop.gui.wiring import Wiring

        return Wiring(self.window, self._deps.services, self._deps.events, self.scanner)

    @property
    def presenters(self) -> Presenters:
        """Everything that acts behind the window."""
        return self.wiring.presenters

    def start(self) -> None:
        """Show the window with the scan field focused; once it is painted, begin."""
        self.window.painted.connect(self.begin)
        self.window.show()
        self.window.focus_entry()
        surface = self.window.windowHandle()
        if surface is not None:
            self._opening = _Opening(surface, self.window.painted.emit, self.begin)
        # A window that nobody can see yet (minimised, another desktop) begins all the same.
        QTimer.singleShot(_AT_LATEST_MS, self.window, self.begin)

    def begin(self) -> None:
        """Read the desk and the draft; harmless to repeat."""
        if not self._begun:
            self._begun = True
            from PySide6.QtGui import QIcon

            application().setWindowIcon(QIcon(str(assets.path("icons/raseed.svg"))))
            self.wiring.start()
            if self._opening is not None:
                self._opening.hand_on()

    def _show_first(self) -> None:
        options = self._options
        sms = options.message_channel == "sms"
        page = self.window.sale_page
        words = say("request_sms" if sms else "request_whatsapp")
        page.show_first(words, qr=options.gateway.qr_enabled)
        counter = options.counter
        place = {"counter": counter.label, "cashier": counter.cashier}
        shop = say("shop_line", shop=options.shop.name, **place)
        now = clock(self._deps.services.clock.now())
        self.window.top_bar.show_first(shop, now, practice=options.practice)


class _Opening(QObject):
    """Watches the window's surface until the counter has begun: for the first paint and the first
    touch. Keys wait, with the moments at which they came, or a scan would fall apart."""

    def __init__(
        self, surface: QWindow, painted: Callable[[], None], begin: Callable[[], None]
    ) -> None:
        super().__init__(surface)
        self._surface = surface
        self._painted = painted
        self._begin = begin
        self._exposed = False
        self._keys: list[QEvent] = []
        surface.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Holds back keys only."""
        kind = event.type()
        if kind in _KEYS:
            self._keys.append(event.clone())
            return True
        if kind == QEvent.Type.Expose and not self._exposed:
            self._exposed = True
            # Painted when this event has been handled, so: in the turn after it.
            QTimer.singleShot(0, self, self._painted)
        elif kind in _TOUCHES:
            # What is touched finds its presenter.
            self._begin()
        return False

    def hand_on(self) -> None:
        """The counter has begun: what was typed or scanned arrives now."""
        self._surface.removeEventFilter(self)
        while self._keys:
            QCoreApplication.sendEvent(self._surface, self._keys.pop(0))


def build_counter(deps: Deps) -> Counter:
    """The window and what is behind it, connected and ready for ``start``."""
    dress(deps.services.options.theme)
    return Counter(deps)


def build_window(deps: Deps) -> MainWindow:
    """Only the window of ``build_counter``; ``window.start()`` shows it."""
    return build_counter(deps).window


def run(deps: Deps, runner: TaskRunner) -> int:
    """Show the window and serve it until it is closed; the exit code of the program."""
    from pos_desktop.gui import crash

    window = build_window(deps)
    crash.install(runner.post, lambda code: calm_dialog(window, code))
    crash.Collector(window)
    QTimer.singleShot(0, window.start)
    code = application().exec()
    runner.close()
    return code


def calm_dialog(window: MainWindow, code: str) -> None:
    """Say that the bill is safe; never blocks, and one is enough."""
    from PySide6.QtWidgets import QMessageBox

    if any(box.isVisible() for box in window.findChildren(QMessageBox)):
        return
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Information)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(say("app_name"))
    box.setText(say("safe_title"))
    box.setInformativeText(say("safe_text", code=code))
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def last_words(sentence: str, seconds: int) -> None:
    """Say why the program does not open, until it was seen and for ``seconds`` at most."""
    from PySide6.QtWidgets import QMessageBox

    application()
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Information)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(say("app_name"))
    box.setText(sentence)
    QTimer.singleShot(seconds * 1000, box.accept)
    box.exec()
