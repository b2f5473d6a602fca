"""Why something is done: one of a few usual reasons, or a person's own words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.gui.texts import say

LONGEST = 120
"""Characters of a reason that are kept."""


@dataclass(frozen=True, slots=True)
class ReasonState:
    """The sheet of a reason: ``usual`` are sentences that a tap puts into the field."""

    title: str
    note: str
    usual: tuple[str, ...]
    button: str
    ready: bool
    danger: bool


class ReasonView(Protocol):
    """The sheet of a reason."""

    def open_reason(self, state: ReasonState) -> None: ...
    def show_reason(self, state: ReasonState) -> None: ...
    def close_reason(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be explained: codes of sentences; ``danger``: Enter alone never does it."""

    title: str
    note: str
    button: str
    usual: tuple[str, ...] = ()
    danger: bool = False


class ReasonPresenter:
    """``take`` gets the reason once there is one."""

    def __init__(self, view: ReasonView) -> None:
        self._view = view
        self._wanted: Wanted | None = None
        self._take: Callable[[str], None] | None = None
        self._text = ""

    def ask(self, wanted: Wanted, take: Callable[[str], None]) -> None:
        """Open the sheet, empty."""
        self._wanted, self._take, self._text = wanted, take, ""
        self._view.open_reason(self._state(wanted))

    def on_typed(self, text: str) -> None:
        """The field changed."""
        if self._wanted is not None:
            self._text = " ".join(text.split())[:LONGEST]
            self._view.show_reason(self._state(self._wanted))

    def on_enter(self) -> None:
        """Take it; without a reason the sheet stays."""
        take, text = self._take, self._text
        if take is not None and text:
            self.on_back()
            take(text)

    def on_back(self) -> None:
        """Esc: nothing is done."""
        self._wanted = self._take = None
        self._view.close_reason()

    def _state(self, wanted: Wanted) -> ReasonState:
        return ReasonState(
            title=say(wanted.title),
            note=wanted.note,
            usual=tuple(say(code) for code in wanted.usual),
            button=say(wanted.button),
            ready=bool(self._text),
            danger=wanted.danger,
        )
