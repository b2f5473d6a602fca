"""The cashier of a story: her verbs. She reads the window and presses what is printed on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.story.onlooker import Onlooker
from pos_desktop.story.record import Broken, Record

if TYPE_CHECKING:
    from pathlib import Path

    from pos_desktop.story.plays.goods import Goods
    from pos_desktop.story.window import Window

PIN = "274951"
MANAGER = "Meera"
_STEPS = 24
_SHEETS = 5
_KEYS = {"Enter": "Return"}


class Cashier(Onlooker):
    """Her pictures go to ``out``."""

    def __init__(self, window: Window, out: Path, record: Record) -> None:
        super().__init__(window)
        self._out = out
        self._record = record

    def scan(self, goods: Goods, shot: str = "") -> None:
        """Scan ``goods``; a typed quantity comes before its code."""
        for code, quantity in goods:
            if quantity:
                self.write(quantity)
            self._record.scan_seconds.append(self.window.scan(code))
        lines = len({code for code, _ in goods})
        self.until(f"{lines} lines on the bill", lambda: self.see().lines == lines)
        if shot:
            self.shot(shot)

    def phone(self, number: str, shot: str = "") -> None:
        """F3, the number, Enter."""
        self.press("F3")
        self.write(number)
        if shot:
            self.shot(shot)
        self.press("Return")
        self.pause(0.1)

    def press(self, *sequences: str) -> None:
        """Keys or chords in Qt's portable text."""
        for sequence in sequences:
            self.window.press(sequence)

    def write(self, text: str) -> None:
        """Type at the speed of a person."""
        self.window.write(text)

    def choose(self, words: str) -> None:
        """Press the key that is printed on the button with these words, or walk there by Tab."""
        self.until(f"a button “{words}”", lambda: self.button(words) is not None)
        button = self.button(words)
        if button is None:
            raise Broken(f"the button “{words}” went away")
        if button.key:
            self.press(_KEYS.get(button.key, button.key))
            return
        self.go_to(words)
        self.press("Space")

    def go_to(self, name: str) -> None:
        """Tab, until what has this name has the keys."""
        for _ in range(_STEPS):
            if name in self.see().focus:
                return
            self.press("Tab")
        raise Broken(f"Tab does not lead to “{name}”")

    def open_bill(self, token: int) -> None:
        """F5, the token number, Enter: what can be done with this waiting bill."""
        self.press("F5")
        self.write(str(token))
        self.press("Return")
        self.until(f"the sheet of token {token}", lambda: self.see().sheet != "")

    def leave(self) -> None:
        """Esc, until no sheet is open."""
        for _ in range(_SHEETS):
            if self.see().sheet == "":
                return
            self.press("Esc")
        raise Broken(f"Esc does not lead out of {self.see().sheet}")

    def approve(self, shot: str = "") -> None:
        """The manager types her PIN; the first time she sets it up, as the sheet asks."""
        self.until("the PIN is asked for", lambda: "Pin" in self.see().sheet)
        if "First" in self.see().sheet:
            self.write(MANAGER)
            self.press("Tab")
            self.write(PIN)
            self.press("Tab")
        self.write(PIN)
        if shot:
            self.shot(shot)
        self.press("Return")
        self.until("the PIN is taken", lambda: "Pin" not in self.see().sheet)

    def shot(self, name: str) -> None:
        """The next picture of the story."""
        file = f"{len(self._record.screens) + 1:02d}-{name}.png"
        self.window.shot(self._out / file)
        self._record.screens.append(file)
