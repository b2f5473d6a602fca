"""A sheet of choices: what can be done now, each a button with its key."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

_FIRST = "Enter"
_KEYS = "1234567890-="
"""The upper row of the keyboard."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One button; ``danger`` never has the focus at first, so Enter cannot hit it. ``key`` is
    printed on it: one of the window's own where there is one, else a figure of the sheet."""

    code: str
    text: str
    danger: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class MenuState:
    """The sheet: who, how much, how it stands, and what can be done. Empty words have no place.
    ``columns``: so many buttons stand side by side under the first one, where there are many.
    ``note_stays``: it is about what was just done, not about how the bill stands."""

    title: str
    amount: str
    words: str
    tone: str
    note: str
    choices: tuple[Choice, ...]
    columns: int = 2
    note_stays: bool = False


class MenuView(Protocol):
    """The sheet of choices."""

    def open_menu(self, state: MenuState) -> None: ...
    def show_menu(self, state: MenuState) -> None:
        """Words, amount and note; the buttons stay where fingers expect them."""
        ...

    def close_menu(self) -> None: ...


class ChoicePresenter:
    """Shows one sheet at a time; ``take`` gets the code of the button, after the sheet is gone."""

    def __init__(self, view: MenuView) -> None:
        self._view = view
        self._state: MenuState | None = None
        self._take: Callable[[str], None] | None = None
        self.subject = ""

    def open(self, state: MenuState, take: Callable[[str], None], subject: str = "") -> None:
        """Show it; ``subject`` is the order id of the bill that it is about."""
        state = replace(state, choices=with_keys(state.choices))
        self._state, self._take, self.subject = state, take, subject
        self._view.open_menu(state)

    def offers(self, code: str) -> bool:
        """Whether the sheet is open with this button."""
        choices = self._state.choices if self._state is not None else ()
        return any(choice.code == code for choice in choices)

    def update(self, words: str, tone: str, note: str) -> None:
        """How the bill stands changed while somebody looks at it."""
        if self._state is None:
            return
        kept = self._state.note if self._state.note_stays else note
        state = replace(self._state, words=words, tone=tone, note=kept)
        if state != self._state:
            self._state = state
            self._view.show_menu(state)

    def on_choice(self, code: str) -> None:
        """A button was pressed; one press is one choice."""
        take = self._take
        self.on_back()
        if take is not None:
            take(code)

    def on_back(self) -> None:
        """Esc: nothing is done."""
        self._state = self._take = None
        self.subject = ""
        self._view.close_menu()


def with_keys(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """The first is Enter unless it does harm; the others are figures from 2 on, 0 the tenth, then
    what stands beside it."""
    made = []
    for at, choice in enumerate(choices, 1):
        key = choice.key
        if not key and at == 1 and not choice.danger:
            key = _FIRST
        elif not key and at <= len(_KEYS):
            key = _KEYS[at - 1]
        made.append(replace(choice, key=key))
    return tuple(made)
