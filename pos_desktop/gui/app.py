"""The window of the counter: built from what the composition root hands in."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from pos_desktop import assets
from pos_desktop.gui import crash, theme
from pos_desktop.gui.bursts import Rhythm
from pos_desktop.gui.events import Events
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.scanner import ScannerFilter
from pos_desktop.gui.tasks import TaskRunner
from pos_desktop.gui.texts import say
from pos_desktop.gui.views.main_window import MainWindow
from pos_desktop.gui.wiring import Wiring

if TYPE_CHECKING:
    from pos_desktop.ports import QrMatrix


@dataclass(frozen=True, slots=True)
class Deps:
    """What ``build_window`` needs beside a running QApplication (see ``application``)."""

    services: Services
    events: Events
    qr_matrix: QrMatrix
    rhythm: Rhythm = field(default_factory=Rhythm)


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
    """Fonts, colours and icon of the program; ``name`` is the theme of the settings."""
    app = application()
    theme.load_fonts()
    theme.apply(app, theme.tokens_for(name))
    app.setWindowIcon(QIcon(str(assets.path("icons/raseed.svg"))))


class Counter:
    """A window with everything behind it. Keep it as long as the window lives."""

    def __init__(self, deps: Deps) -> None:
        options = deps.services.options
        shop = f"{options.shop.name} · {options.counter.label}"
        self.window = MainWindow(deps.qr_matrix, shop, practice=options.practice)
        self.scanner = ScannerFilter(deps.rhythm, self.window)
        self.wiring = Wiring(self.window, deps.services, deps.events, self.scanner)
        self.presenters = self.wiring.presenters
        self.scanner.install()
        self.window.counter = self

    def start(self) -> None:
        """Show the window with the scan field focused; then read the desk and the draft."""
        self.window.show()
        self.wiring.start()


def build_counter(deps: Deps) -> Counter:
    """The window and what is behind it, connected and ready for ``start``."""
    dress(deps.services.options.theme)
    return Counter(deps)


def build_window(deps: Deps) -> MainWindow:
    """Only the window of ``build_counter``; ``window.start()`` shows it."""
    return build_counter(deps).window


def run(deps: Deps, runner: TaskRunner) -> int:
    """Show the window and serve it until it is closed; the exit code of the program."""
    window = build_window(deps)
    crash.install(runner.post, lambda code: calm_dialog(window, code))
    crash.Collector(window)
    QTimer.singleShot(0, window.start)
    code = application().exec()
    runner.close()
    return code


def calm_dialog(window: MainWindow, code: str) -> None:
    """Say that the bill is safe; never blocks, and one is enough."""
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
