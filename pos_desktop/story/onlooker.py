"""Whoever stands before the window: reads it, waits, and tells what was seen if it was in vain."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pos_desktop.gui.hands import TooLate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pos_desktop.gui.eyes import Seen, SeenButton
    from pos_desktop.story.window import Window

_TURN_S = 0.005


class Onlooker:
    """``window`` may be changed when the counter was started anew."""

    def __init__(self, window: Window) -> None:
        self.window = window

    def see(self) -> Seen:
        """Look at the window."""
        return self.window.see()

    def reads(self, words: str, seconds: float = 15.0) -> float:
        """Wait until these words stand on the sheet, the page, a card or the notice."""
        return self.until(f"the words “{words}”", lambda: self.has(words), seconds)

    def has(self, words: str) -> bool:
        """Whether these words can be read now."""
        seen = self.see()
        cards = [text for card in seen.cards for text in (card.words, card.message)]
        return any(words in text for text in (*seen.texts, *cards, seen.notice, seen.strip))

    def card(self, order_id: str) -> str:
        """The words of this bill's card, or "" where it has none."""
        return next((c.words for c in self.see().cards if c.order_id == order_id), "")

    def lamp(self, name: str) -> str:
        """The words of a lamp."""
        return dict(self.see().lamps)[name]

    def main_button(self) -> str:
        """What F9 does now, as it is printed."""
        return next((b.words for b in self.see().buttons if b.key == "F9"), "")

    def offers(self, words: str) -> bool:
        """Whether there is a button with these words to press."""
        return self.button(words) is not None

    def offers_key(self, key: str) -> bool:
        """Whether a button stands there on which this key is printed."""
        return any(button.key == key for button in self.see().buttons)

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

    def button(self, words: str) -> SeenButton | None:
        buttons = (button for button in self.see().buttons if button.enabled)
        return next((button for button in buttons if words in button.words), None)

    def _told(self) -> str:
        seen = self.see()
        words: Sequence[str] = [t for t in (seen.notice, seen.sheet, *seen.texts) if t]
        cards = [f"{card.title}: {card.words}" for card in seen.cards]
        return " | ".join((*words[:40], *cards))
