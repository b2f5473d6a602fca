"""The scanner as a keyboard: an application-wide filter that sees keys before any widget.

Keys are held for at most 60 ms. A burst at the rhythm of a scanner becomes ``scanned``; everything
else is handed on untouched and in order. So a scan never lands in a phone, quantity or cash field.
"""

import sys
import time

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent

from pos_desktop.domain.text import ascii_digits
from pos_desktop.gui.bursts import Burst, Rhythm, Verdict

_ENDS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
_CHORDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_GROUP_SEPARATOR = "\x1d"

# The places of keys on any keyboard (PC scan codes), with what a scanner means by them: it types as
# a US keyboard, whatever layout or Caps Lock the computer applies to it (reference domain 4.2).
_ROWS = ((2, "1234567890"), (16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm"), (71, "789"))
_PLACES: dict[int, str] = {
    first + i: character for first, row in _ROWS for i, character in enumerate(row)
}
_PLACES.update({75: "4", 76: "5", 77: "6", 79: "1", 80: "2", 81: "3", 82: "0"})


class ScannerFilter(QObject):
    """Installed on the application; ``scanned`` carries the code as the scanner meant it."""

    scanned = Signal(str)

    def __init__(self, rhythm: Rhythm | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._burst = Burst(rhythm or Rhythm())
        self._held: list[tuple[QObject, QKeyEvent]] = []
        self._down: set[int] = set()
        self._replaying = False
        self._offset = _scan_code_offset()
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setTimerType(Qt.TimerType.PreciseTimer)
        self._silence.setInterval(self._burst.rhythm.silence)
        self._silence.timeout.connect(self._on_silence)

    def install(self) -> None:
        """Begin to see the keys of the whole program."""
        app = QCoreApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """True where the event is held back or was part of a scan."""
        if event.type() not in _KEYS or self._replaying or not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.KeyRelease:
            return self._on_release(watched, event)
        return self._on_press(watched, event)

    def _on_press(self, watched: QObject, event: QKeyEvent) -> bool:
        at = event.timestamp() or time.monotonic_ns() // 1_000_000
        if self._burst.late(at):
            self._on_silence()
        if event.key() in _ENDS and not event.modifiers() & _CHORDS:
            return self._on_end(event)
        character = self._character(event)
        if not character or event.isAutoRepeat():
            self._replay()
            return False
        self._burst.add(character, at)
        self._held.append((watched, _copy(event)))
        self._silence.start()
        return True

    def _on_end(self, event: QKeyEvent) -> bool:
        if self._burst.judge() is Verdict.SCAN:
            self._down.add(event.key())
            self._scan()
            return True
        self._replay()
        return False

    def _on_release(self, watched: QObject, event: QKeyEvent) -> bool:
        """A release follows its press: held, swallowed with a scan, or handed on."""
        if any(
            press.type() == QEvent.Type.KeyPress and press.key() == event.key()
            for _, press in self._held
        ):
            self._held.append((watched, _copy(event)))
            return True
        if event.key() in self._down:
            self._down.discard(event.key())
            return True
        return False

    def _on_silence(self) -> None:
        if self._burst.judge() is Verdict.SCAN:
            self._scan()
        else:
            self._replay()

    def _scan(self) -> None:
        self._silence.stop()
        pressed = {e.key() for _, e in self._held if e.type() == QEvent.Type.KeyPress}
        released = {e.key() for _, e in self._held if e.type() == QEvent.Type.KeyRelease}
        # Keys that are still down will be released later: those releases belong to the scan too.
        self._down |= pressed - released
        self._held.clear()
        self.scanned.emit(self._burst.take())

    def _replay(self) -> None:
        self._silence.stop()
        self._burst.take()
        held, self._held = self._held, []
        self._replaying = True
        try:
            for watched, event in held:
                target = watched if shiboken6.isValid(watched) else QGuiApplication.focusWindow()
                if target is not None:
                    QCoreApplication.sendEvent(target, event)
        finally:
            self._replaying = False

    def _character(self, event: QKeyEvent) -> str:
        """What a scanner means by this key; "" where it cannot be part of a code."""
        chord = event.modifiers() & _CHORDS
        if chord:
            inside = bool(self._held) and event.key() == Qt.Key.Key_BracketRight
            return _GROUP_SEPARATOR if inside else ""
        place = event.nativeScanCode() - self._offset
        letter = _PLACES.get(place, "") if event.nativeScanCode() else ""
        keypad = bool(event.modifiers() & Qt.KeyboardModifier.KeypadModifier)
        if letter and (place < 71 or keypad):
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if letter.isalpha():
                return letter.upper() if shifted else letter
            if not shifted:
                return letter
        text = ascii_digits(event.text())
        return text if len(text) == 1 and text.isprintable() else ""


def _scan_code_offset() -> int:
    """How much the platform adds to PC scan codes: X11 and Wayland 8, Windows nothing."""
    if sys.platform == "win32":
        return 0
    return 8


def _copy(event: QKeyEvent) -> QKeyEvent:
    made = QKeyEvent(
        event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )
    made.setTimestamp(event.timestamp())
    return made
