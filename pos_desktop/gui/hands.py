"""Hands for stories and demonstrations: real key events into the real window, and pictures."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

# As measured on keyboard-wedge scanners: a key each 1 to 10 ms (reference domain 4.2).
_SCANNER_MS = 2
# A quick typist: well above the threshold at which the filter sees a scanner.
_PERSON_MS = 70
_TURN_MS = 5


class TooLate(AssertionError):
    """What the story waited for did not happen; the text says what it was."""


class Hands:
    """Acts on whatever has the focus, as a person or a scanner would."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def scan(self, code: str) -> float:
        """Type ``code`` and Enter as a scanner does; seconds from Enter to the painted frame.

        The keys carry the times of a scanner, as those from a system do that was busy meanwhile:
        a slow computer must not make two codes of one.
        """
        at = time.monotonic_ns() // 1_000_000
        for character in code:
            self._key(Qt.Key(ord(character.upper())), character, at)
            at += _SCANNER_MS
        began = time.perf_counter()
        self._key(Qt.Key.Key_Return, "\r", at)
        self.turn()
        self._window.repaint()
        return time.perf_counter() - began

    def press(self, sequence: str) -> None:
        """One key or chord in Qt's portable text ("F9", "Ctrl+P", "Return")."""
        chord = QKeySequence(sequence)[0]  # type: ignore[index]  # missing in the stubs
        QTest.keyClick(self._target(), chord.key(), chord.keyboardModifiers())
        self.turn()

    def write(self, text: str) -> None:
        """Type at the speed of a person."""
        for character in text:
            QTest.keyClicks(self._target(), character, delay=_PERSON_MS)
            self.turn()

    def until(self, happened: Callable[[], bool], what: str, seconds: float = 15.0) -> float:
        """Let the program run until ``happened``; how long it took. Raises TooLate."""
        began = time.perf_counter()
        while not happened():
            if time.perf_counter() - began > seconds:
                raise TooLate(f"waited {seconds:g} s for: {what}")
            self.turn()
            time.sleep(_TURN_MS / 1000)
        return time.perf_counter() - began

    def pause(self, seconds: float) -> None:
        """Let the program run for a while."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.turn()
            time.sleep(_TURN_MS / 1000)

    def turn(self) -> None:
        """One turn of the event loop, posted events included."""
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        QCoreApplication.sendPostedEvents()

    def shot(self, file: Path) -> None:
        """A picture of the window as it is now."""
        self.turn()
        if not self._window.grab().save(str(file), "PNG"):
            raise OSError(f"{file.name} could not be written")

    def _key(self, key: Qt.Key, text: str, at: int) -> None:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
            event.setTimestamp(at)
            QCoreApplication.sendEvent(self._target(), event)

    def _target(self) -> QWidget:
        return QApplication.focusWidget() or self._window
