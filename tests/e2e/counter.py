"""A counter whose keys a test presses: ``python -m tests.e2e.counter PRACTICE_FILE DATA CHANNEL``.

The real program in a process of its own: its window, lanes, loop and database. Only the hands are
not a person's: one JSON command a line comes on standard input, one JSON answer goes out.
"""

import json
import os
import sys
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QLabel

from pos_desktop.bootstrap.practice import Wanted
from pos_desktop.bootstrap.window import Till, alone, open_till, practice_setup, serve
from pos_desktop.domain.sale import Channel
from pos_desktop.gui.hands import Hands
from pos_desktop.gui.widgets.pill import Pill
from pos_desktop.services.views import DeskState
from pos_desktop.settings.logs import start_logging, stop_logging

Json = dict[str, Any]
_TURN_MS = 10


class Turns(QObject):
    """The longest time for which the thread of the window served nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._last = time.perf_counter()
        self.longest = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TURN_MS)
        self._timer.timeout.connect(self.count)
        self._timer.start()

    def count(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last - _TURN_MS / 1000)
        self._last = now

    def take(self) -> float:
        """The longest since this was asked last, in seconds."""
        self.count()
        longest, self.longest = self.longest, 0.0
        return longest


class Remote(QObject):
    """Reads commands when the loop has time for them, and answers each."""

    def __init__(self, till: Till) -> None:
        super().__init__()
        self._till = till
        self._window = till.window.window
        self._hands = Hands(self._window)
        self._turns = Turns()
        self._buffer = b""
        self._desk: DeskState | None = None
        self._bell = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._bell.activated.connect(self._on_input)

    def _on_input(self) -> None:
        piece = os.read(sys.stdin.fileno(), 65_536)
        if not piece:
            # The test is gone.
            self._window.close()
            return
        self._bell.setEnabled(False)
        *lines, self._buffer = (self._buffer + piece).split(b"\n")
        for line in lines:
            os.write(1, json.dumps(self._answer(json.loads(line))).encode() + b"\n")
        self._bell.setEnabled(True)

    def _answer(self, command: Json) -> Json:
        try:
            return getattr(self, f"do_{command.pop('do')}")(**command) or {}
        except Exception:
            # The test that asked fails with it.
            return {"error": traceback.format_exc()}

    def do_scan(self, codes: list[str]) -> Json:
        return {"seconds": [self._hands.scan(code) for code in codes]}

    def do_press(self, keys: list[str]) -> None:
        for key in keys:
            self._hands.press(key)

    def do_write(self, text: str) -> None:
        self._hands.write(text)

    def do_shot(self, file: str) -> None:
        self._hands.shot(Path(file))

    def do_quit(self) -> None:
        self._window.close()

    def do_look(self) -> Json:
        """What a person sees now."""
        window, page = self._window, self._window.sale_page
        sheet = window.open_sheet
        cards = [widget.card for widget in window.form.billStrip.cards()]
        return {
            "ready": self._till.late.ready,
            "lamps": {name: pill.text for name, pill in window.top_bar.lamps.items()},
            "cards": [asdict(card) for card in cards if card is not None],
            "total": page.form.totalLabel.text,
            "lines": page.form.cartTable.model().rowCount(),
            "notice": page.form.banner.accessibleName() if page.form.banner.isVisible() else "",
            "strip": window.paid_strip.text,
            "sheet": type(sheet).__name__ if sheet is not None else "",
            "words": [label.text() for label in sheet.findChildren(QLabel) if label.isVisible()]
            if sheet is not None
            else [],
            "pills": [pill.text for pill in sheet.findChildren(Pill) if pill.isVisible()]
            if sheet is not None
            else [],
            "focus": self._focus(),
            "longest_turn": self._turns.take(),
        }

    def do_desk(self) -> Json:
        """The waiting panel's state, read as the window reads it (in the db lane)."""
        self._desk = None
        runner, desk = self._till.runner, self._till.late.wait().desk
        runner.run("db", desk.state, self._on_desk, self._on_failure)
        self._hands.until(lambda: self._desk is not None, "the desk's state")
        return asdict(self._desk) if self._desk is not None else {}

    def _on_desk(self, state: DeskState) -> None:
        self._desk = state

    def _on_failure(self, error: Exception) -> None:
        raise error

    def _focus(self) -> str:
        widget = self._window.focusWidget()
        return "" if widget is None else str(widget.property("choice") or widget.objectName())


def main(endpoints: str, data: str, channel: str) -> int:
    """As ``raseed --practice ENDPOINTS --data DATA``, in the channel of the test."""
    setup = practice_setup(Path(data), Path(endpoints), Wanted(Channel(channel)))
    output = start_logging(setup.folders.logs)
    try:
        with alone(setup):
            till = open_till(setup)
            remote = Remote(till)
            code = serve(till)
            del remote
            return code
    finally:
        stop_logging(output)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
