"""Windows with stand-ins behind them, and real key events."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pos_desktop.documents.qr import qr_matrix
from pos_desktop.gui.app import Counter, Deps, build_counter
from pos_desktop.gui.events import Events
from tests.support.window_fakes import Played


def _key(character: str) -> Qt.Key:
    """The key of a lower-case letter, a digit or a sign: Qt numbers them like Latin-1."""
    return Qt.Key(ord(character.upper()))


class Bench:
    """One shown window and what stands behind it."""

    def __init__(self, played: Played) -> None:
        self.played = played
        self.events = Events()
        self.counter: Counter = build_counter(Deps(played.services, self.events, qr_matrix))
        self.window = self.counter.window
        self.presenters = self.counter.presenters

    def scan(self, code: str, *, target: QWidget | None = None, end: bool = True) -> None:
        """Keys as fast as they come, to whatever has the focus."""
        for character in code:
            QTest.keyClick(target or self.focus, _key(character))
        if end:
            QTest.keyClick(target or self.focus, Qt.Key.Key_Return)

    def person(self, text: str, *, gap: int = 70) -> None:
        """Keys at human speed."""
        for character in text:
            QTest.keyClick(self.focus, _key(character))
            QTest.qWait(gap)
        # A busy computer hands the last key on later than after the scanner's silence.
        QTest.qWait(gap)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        """One key."""
        QTest.keyClick(self.focus, key, modifier or Qt.KeyboardModifier.NoModifier)
        QCoreApplication.processEvents()

    def has_keys(self, widget: QWidget) -> bool:
        """Whether ``widget`` has the focus now."""
        return QApplication.focusWidget() is widget

    def shows(self, sheet: QWidget | None) -> bool:
        """Whether ``sheet`` (None: no sheet) is the one on top."""
        return self.window.open_sheet is sheet

    @property
    def focus(self) -> QWidget:
        """What has the keys."""
        return QApplication.focusWidget() or self.window

    @property
    def said(self) -> str:
        """The sentence of the error area of the page, or ""."""
        banner = self.window.sale_page.form.banner
        return banner.accessibleName() if banner.isVisibleTo(self.window) else ""

    def close(self) -> None:
        """Take it away."""
        app = QCoreApplication.instance()
        if app is not None:
            app.removeEventFilter(self.counter.scanner)
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents()


@pytest.fixture
def build(qtbot: QtBot) -> Iterator[Callable[[Played], Bench]]:
    """Makes shown windows and takes them away."""
    made: list[Bench] = []

    def make(played: Played) -> Bench:
        bench = Bench(played)
        made.append(bench)
        bench.counter.start()
        with qtbot.waitActive(bench.window):
            pass
        bench.window.activateWindow()
        QCoreApplication.processEvents()
        return bench

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(build: Callable[[Played], Bench]) -> Bench:
    """A window of the light theme."""
    return build(Played())


@pytest.fixture
def practice(build: Callable[[Played], Bench]) -> Bench:
    """A window in practice mode."""
    played = Played()
    played.options = replace(played.options, practice=True)
    return build(played)
