"""The "More" sheet: everything that is needed now and then, and has no place on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.gui.keys import Command, cap
from pos_desktop.gui.presenters.approval import PinPresenter, Question
from pos_desktop.gui.presenters.choices import Choice, ChoicePresenter, MenuState
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.reconciled import reconciled_words
from pos_desktop.gui.presenters.wording import clock
from pos_desktop.gui.texts import say
from pos_desktop.services.views import DeskState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pos_desktop.domain.people import Approval
    from pos_desktop.gui.presenters.ports import Services
    from pos_desktop.services.sweep_result import SweepResult

_COMMANDS = (
    Command.PRINT,
    Command.RETURN,
    Command.REMOTE,
    Command.INBOX,
    Command.GOODS,
    Command.HELP,
)
# As many as fit the lowest window, one under the other.
_ONE_COLUMN = 9


class MorePresenter:
    """``commands`` are those of the window; the outage window is its own."""

    def __init__(
        self,
        choices: ChoicePresenter,
        services: Services,
        pin: PinPresenter,
        notices: Notices,
    ) -> None:
        self._choices = choices
        self._services = services
        self._pin = pin
        self._notices = notices
        self._desk = DeskState((), 0, None, 0)
        self._swept = say("swept_reading")
        self.commands: Mapping[Command, Callable[[], None]] = {}
        self.messages: Callable[[], None] = lambda: None
        self.forget: Callable[[], None] = lambda: None

    def on_desk(self, state: DeskState) -> None:
        """Whether services are off and an outage window is open."""
        self._desk = state

    def on_key(self) -> None:
        """Ctrl+M, or the button."""
        codes = list(_COMMANDS)
        if self._desk.testable:
            codes.insert(0, Command.TEST)
        choices = [Choice(code.value, say(f"more_{code.value}"), key=cap(code)) for code in codes]
        choices.append(Choice("reconcile", say("more_reconcile")))
        if self._services.trying is not None:
            choices.append(Choice("messages", say("more_messages")))
        choices.append(Choice("forget", say("more_forget")))
        if self._services.options.own_upi.vpa:
            open_now = self._desk.outage_until is not None
            code = "more_outage_again" if open_now else "more_outage"
            choices.append(Choice("outage", say(code)))
        # What was told the last time holds the place, so that no button moves under a finger.
        columns = 1 if len(choices) <= _ONE_COLUMN else 2
        state = MenuState(say("more"), "", "", "", self._swept, tuple(choices), columns=columns)
        self._choices.open(state, self._on_choice)
        services = self._services
        services.runner.run("db", services.sweep.last, self._on_swept, self._notices.failed)

    def _on_swept(self, result: SweepResult | None) -> None:
        self._swept = reconciled_words(result)
        if self._choices.offers("reconcile"):
            self._choices.update("", "", self._swept)

    def _on_choice(self, code: str) -> None:
        if code == "reconcile":
            services, tell = self._services, self._notices.tell
            run = services.sweep.run_now
            services.runner.run("db", run, lambda _: tell("reconcile_begun"), self._notices.failed)
        elif code == "messages":
            self.messages()
        elif code == "forget":
            self.forget()
        elif code == "outage":
            self._pin.ask(Question("open_outage", say("ask_outage"), self._open_outage))
        else:
            self.commands[Command(code)]()

    def _open_outage(self, approval: Approval) -> None:
        def done(until: int) -> None:
            self._notices.tell("outage_open", time=clock(until))

        self._services.runner.run(
            "db",
            lambda: self._services.people.open_outage(approval),
            done,
            self._notices.failed,
        )
