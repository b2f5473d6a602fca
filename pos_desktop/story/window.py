"""The counter's window as the cashier of a story has it, in this process or in one of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pos_desktop.bootstrap.window import Till, open_till, practice_setup
from pos_desktop.gui.eyes import Seen, see
from pos_desktop.gui.hands import Hands
from pos_desktop.story.alarm import Alarm
from pos_desktop.story.clock import StoryClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from pos_desktop.bootstrap.practice import Wanted


class Window(Protocol):
    """Real keys into a real window, and what can be read on it."""

    def scan(self, code: str) -> float:
        """A scanner's burst; seconds from its Enter to the painted frame."""
        ...

    def press(self, sequence: str) -> None: ...
    def write(self, text: str) -> None: ...
    def shot(self, file: Path) -> None: ...
    def see(self) -> Seen: ...
    def ready(self) -> bool:
        """Whether the counter behind it is open."""
        ...

    def turn(self) -> None:
        """Let the program run for a moment. Raises SystemExit once all is to end."""
        ...

    def end(self) -> None:
        """Close it in order; harmless twice."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a counter stands: its folder, the file of the practice servers, its settings, and its
    clock where it lives in this process."""

    data: Path
    endpoints: Path
    wanted: Wanted
    clock: StoryClock = field(default_factory=StoryClock)


class HereWindow:
    """``Window`` in this process; ``check`` raises SystemExit once all is to end."""

    def __init__(self, place: Place, check: Callable[[], None]) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        self._check = check
        self._alarm = Alarm()
        setup = practice_setup(place.data, place.endpoints, place.wanted)
        self._till: Till | None = open_till(replace(setup, clock=place.clock))
        self._late = self._till.late
        self._window = self._till.window.window
        self._hands = Hands(self._window)
        self._till.window.start()

    def scan(self, code: str) -> float:
        return self._hands.scan(code)

    def press(self, sequence: str) -> None:
        self._hands.press(sequence)

    def write(self, text: str) -> None:
        self._hands.write(text)

    def shot(self, file: Path) -> None:
        self._hands.shot(file)

    def see(self) -> Seen:
        return see(self._window)

    def ready(self) -> bool:
        return self._late.ready

    def turn(self) -> None:
        # An exception inside a slot of Qt would be lost: only here somebody hears it.
        self._check()
        self._hands.turn()
        self._alarm.check()

    def end(self) -> None:
        till, self._till = self._till, None
        if till is not None:
            till.shut()
            self._window.close()
            self._alarm.end()
