"""The cashier of a story: her verbs. She reads the window and presses what is printed on it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pos_desktop.gui.hands import TooLate
from pos_desktop.story.record import Broken, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pos_desktop.gui.eyes import Seen, SeenButton
    from pos_desktop.story.plays.goods import Goods
    from pos_desktop.story.window import Window

PIN = "274951"
MANAGER = "Meera"
_TURN_S = 0.005
_STEPS = 24
_SHEETS = 5
_KEYS = {"Enter": "Return"}


class Cashier:
    """``window`` may be changed when the counter was started anew."""

    def __init__(self, window: Window, out: Path, record: Record) -> None:
        self.window = window
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

    def see(self) -> Seen:
        """Look at the window."""
        return self.window.see()

    def choose(self, words: str) -> None:
        """Press the key that is printed on the button with these words, or walk there by Tab."""
        self.until(f"a button “{words}”", lambda: self._button(words) is not None)
        button = self._button(words)
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

    def offers(self, words: str) -> bool:
        """Whether there is a button with these words to press."""
        return self._button(words) is not None

    def offers_key(self, key: str) -> bool:
        """Whether a button stands there on which this key is printed."""
        return any(button.key == key for button in self.see().buttons)

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

    def reads(self, words: str, seconds: float = 15.0) -> float:
        """Wait until these words stand on the sheet, the page, a card or the notice."""
        return self.until(f"the words “{words}”", lambda: self.has(words), seconds)

    def has(self, words: str) -> bool:
        """Whether these words can be read now."""
        seen = self.see()
        cards = [text for card in seen.cards for text in (card.words, card.message)]
        return any(words in text for text in (*seen.texts, *cards, seen.notice, seen.strip))

    def main_button(self) -> str:
        """What F9 does now, as it is printed."""
        return next((b.words for b in self.see().buttons if b.key == "F9"), "")

    def card(self, order_id: str) -> str:
        """The words of this bill's card, or "" where it has none."""
        return next((c.words for c in self.see().cards if c.order_id == order_id), "")

    def until(self, what: str, happened: Callable[[], bool], seconds: float = 15.0) -> float:
        """Let the program run until it happened; how long it took. Raises TooLate."""
        began = time.perf_counter()
        while not happened():
            if time.perf_counter() - began > seconds:
                raise TooLate(f"waited {seconds:g} s for: {what}; seen: {self._told()}")
            self.window.turn()
            time.sleep(_TURN_S)
        return time.perf_counter() - began

    def pause(self, seconds: float) -> None:
        """Let the program run for a while."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.window.turn()
            time.sleep(_TURN_S)

    def shot(self, name: str) -> None:
        """The next picture of the story."""
        file = f"{len(self._record.screens) + 1:02d}-{name}.png"
        self.window.shot(self._out / file)
        self._record.screens.append(file)

    def lamp(self, name: str) -> str:
        """The words of a lamp."""
        return dict(self.see().lamps)[name]

    def _button(self, words: str) -> SeenButton | None:
        buttons = (button for button in self.see().buttons if button.enabled)
        return next((button for button in buttons if words in button.words), None)

    def _told(self) -> str:
        seen = self.see()
        words: Sequence[str] = [t for t in (seen.notice, seen.sheet, *seen.texts) if t]
        cards = [f"{card.title}: {card.words}" for card in seen.cards]
        return " | ".join((*words[:40], *cards))
