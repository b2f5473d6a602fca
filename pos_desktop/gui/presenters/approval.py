"""The manager's PIN for one decision: asked, counted, locked; set up where nobody has one yet.

What is typed stays in the presenter until it is checked and is never shown, stored or logged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.people import pin_weakness
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.wording import countdown
from pos_desktop.gui.texts import knows, say

if TYPE_CHECKING:
    from pos_desktop.domain.people import Approval

_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class PinState:
    """The PIN sheet: what is decided, how the last try ended. ``blank`` empties the field;
    ``typing``: a PIN may be typed now."""

    what: str
    hint: str
    bad: bool
    ready: bool
    typing: bool
    blank: bool = False


@dataclass(frozen=True, slots=True)
class FirstPinState:
    """The sheet on which the first manager gets her PIN."""

    hint: str
    bad: bool
    ready: bool


class PinView(Protocol):
    """Both sheets; only one of them is open."""

    def open_pin(self, state: PinState) -> None: ...
    def show_pin(self, state: PinState) -> None: ...
    def close_pin(self) -> None: ...
    def open_first_pin(self, state: FirstPinState) -> None: ...
    def show_first_pin(self, state: FirstPinState) -> None: ...
    def close_first_pin(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What a manager says yes to: a code for the books, a sentence for her, and what follows."""

    code: str
    words: str
    then: Callable[[Approval], None]


class PinPresenter:
    """One question at a time; a new one replaces one that was left open."""

    def __init__(self, view: PinView, services: Services, notices: Notices) -> None:
        self._view = view
        self._services = services
        self._notices = notices
        self._question: Question | None = None
        self._pin = ""
        self._busy = False
        self._locked_until: int | None = None
        self._problem = ""
        self._first = ("", "", "")

    def ask(self, question: Question) -> None:
        """Ask for the PIN, or let the first manager choose one."""
        self._question = question
        self._forget()

        def known(there: bool) -> None:
            if self._question is not question:
                return
            if there:
                self._view.open_pin(self._state(blank=True))
            else:
                self._view.open_first_pin(self._first_state())

        self._services.runner.run(
            "db", self._services.people.has_manager, known, self._notices.failed
        )

    def on_typed(self, text: str) -> None:
        """Another figure of the PIN."""
        self._pin = text
        if text:
            self._problem = ""
        self._show()

    def on_enter(self) -> None:
        """Check it; while one is being checked or everything is locked, nothing happens."""
        if self._question is not None and self._pin and not self._busy and not self._locked():
            self._check(self._question, self._pin)

    def on_first(self, name: str, pin: str, again: str) -> None:
        """The three fields of the first PIN changed."""
        self._first = (name.strip(), pin, again)
        self._problem = ""
        self._view.show_first_pin(self._first_state())

    def on_first_enter(self) -> None:
        """Set it up, then decide with it."""
        question, (name, pin, _) = self._question, self._first
        if question is None or self._busy or not self._first_state().ready:
            return
        self._busy = True

        def done(_: None) -> None:
            self._busy = False
            if self._question is question:
                self._view.close_first_pin()
                self._notices.tell("pin_set_up", name=name)
                self._check(question, pin)

        def failed(error: Exception) -> None:
            self._busy = False
            self._problem = self._sentence(error)
            self._view.show_first_pin(self._first_state())

        self._services.runner.run(
            "db", lambda: self._services.people.set_up(name, pin), done, failed
        )

    def on_tick(self) -> None:
        """A second went by: the lock counts down."""
        if self._question is not None and self._locked_until is not None:
            if not self._locked():
                self._locked_until = None
            self._show()

    def on_back(self) -> None:
        """Esc: nobody decided anything."""
        self._question = None
        self._forget()
        self._view.close_pin()
        self._view.close_first_pin()

    def _check(self, question: Question, pin: str) -> None:
        self._busy = True
        self._show()

        def done(approval: Approval) -> None:
            self._busy = False
            if self._question is question:
                self.on_back()
                question.then(approval)

        def failed(error: Exception) -> None:
            self._busy = False
            if self._question is question:
                self._refused(error)

        self._services.runner.run(
            "db", lambda: self._services.people.approve(pin, question.code), done, failed
        )

    def _refused(self, error: Exception) -> None:
        self._pin = ""
        code = getattr(error, "code", "")
        if code == "no_manager":
            self._view.close_pin()
            self._view.open_first_pin(self._first_state())
            return
        self._services.tones.play("error")
        if isinstance(error, RaseedError) and code == "pin_locked":
            seconds = error.params.get("seconds")
            wait = seconds if isinstance(seconds, int) else 60
            self._locked_until = self._services.clock.now() + wait * 1000
        else:
            self._problem = self._sentence(error)
        self._view.show_pin(self._state(blank=True))

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, RaseedError) and knows(error.code):
            if error.code == "pin_wrong" and error.params.get("tries_left") == 1:
                return say("pin_wrong_one")
            return say(error.code, **error.params)
        self._notices.failed(error)
        return say("unexpected", code=getattr(error, "code", type(error).__name__))

    def _locked(self) -> bool:
        return self._locked_until is not None and self._services.clock.now() < self._locked_until

    def _show(self) -> None:
        if self._question is not None:
            self._view.show_pin(self._state())

    def _state(self, *, blank: bool = False) -> PinState:
        hint, bad = self._problem, bool(self._problem)
        if self._locked():
            left = countdown(self._services.clock.now(), self._locked_until)
            hint, bad = say("pin_locked_left", time=left), True
        elif self._busy:
            hint = say("pin_checking")
        typing = not self._busy and not self._locked()
        words = self._question.words if self._question is not None else ""
        return PinState(words, hint, bad, bool(self._pin) and typing, typing, blank)

    def _first_state(self) -> FirstPinState:
        name, pin, again = self._first
        if self._problem:
            return FirstPinState(self._problem, bad=True, ready=True)
        weak = pin_weakness(pin) if pin else None
        if weak is not None and (len(pin) >= _SHORTEST or weak == "pin_not_digits"):
            return FirstPinState(say(weak), bad=True, ready=False)
        if again and not pin.startswith(again):
            return FirstPinState(say("pin_not_same"), bad=True, ready=False)
        ready = bool(name) and weak is None and bool(pin) and pin == again
        return FirstPinState(say("first_pin_hint"), bad=False, ready=ready and not self._busy)

    def _forget(self) -> None:
        self._pin = self._problem = ""
        self._first = ("", "", "")
