"""Ctrl+P: the last bill, or the marked one, on paper. Paper is optional and never in the way.

With a receipt printer the bill is queued; where nobody can tell what became of it, a person is
asked (``services/printing.py``). Otherwise it goes to the system's printer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.errors import RaseedError
from pos_desktop.gui.presenters.choices import Choice, MenuState
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pos_desktop.gui.presenters.choices import ChoicePresenter
    from pos_desktop.services.printing import PrintQuestion
    from pos_desktop.services.views import DeskState
    from pos_desktop.wire.v1 import PageContent

_DOUBT = "print_doubt"
_ASKS = {
    _DOUBT: ("print_ask_doubt", "print_is_there", "print_is_not_there"),
    "print_too_old": ("print_ask_too_old", "print_not_needed", "print_now"),
    "print_failed": ("print_ask_failed", "print_not_needed", "print_now"),
}
_DONE = frozenset({"print_is_there", "print_not_needed"})


class PrintPresenter:
    """Reads and queues in the db lane; the system's printer works in the doc lane."""

    def __init__(self, services: Services, notices: Notices, kind: str = "80mm") -> None:
        self._services = services
        self._kind = kind
        self.notices = notices
        self.choices: ChoicePresenter | None = None
        self._asked: Sequence[PrintQuestion] = ()

    def on_desk(self, state: DeskState) -> None:
        """Something changed: perhaps a bill came to nothing at the printer."""
        printing = self._services.printing
        if printing is not None:
            self._services.runner.run("db", printing.questions, self._on_questions, self._failed)

    def print(self, order_id: str | None) -> None:
        """Print one bill; None is the last one issued, or the one that is asked about."""
        if self._services.printing is None:
            self._print_by_system(order_id)
            return
        about = [ask for ask in self._asked if order_id in (None, ask.order_id)]
        if about and self.choices is not None:
            self._ask(about[0], self.choices)
        else:
            self._queue(order_id)

    def _queue(self, order_id: str | None) -> None:
        printing, by = self._services.printing, self._by

        def queued(duplicate: bool) -> None:
            self.notices.tell("print_duplicate" if duplicate else "print_queued")

        if printing is not None:
            work = printing.print
            self._services.runner.run("db", lambda: work(order_id, by), queued, self._failed)

    def _ask(self, ask: PrintQuestion, choices: ChoicePresenter) -> None:
        title, done, again = _ASKS[ask.why]
        note = say("print_ask_note") if ask.why == _DOUBT else ""
        buttons = tuple(Choice(code, say(code)) for code in (done, again))
        state = MenuState(say(title, bill=ask.bill), "", "", "", note, buttons, columns=1)
        choices.open(state, lambda code: self._answered(ask, printed=code in _DONE))

    def _answered(self, ask: PrintQuestion, *, printed: bool) -> None:
        printing, by = self._services.printing, self._by

        def told(_: None) -> None:
            self.notices.settle()
            if not printed:
                self.notices.tell("print_duplicate" if ask.why == _DOUBT else "print_queued")

        if printing is not None:
            work = printing.answer
            self._services.runner.run(
                "db", lambda: work(ask.subject, by, printed=printed), told, self._failed
            )

    def _on_questions(self, found: Sequence[PrintQuestion]) -> None:
        before = {ask.subject for ask in self._asked}
        self._asked = found
        new = [ask for ask in found if ask.subject not in before]
        if new:
            self.notices.error(new[-1].why, bill=new[-1].bill)

    def _print_by_system(self, order_id: str | None) -> None:
        def read(content: PageContent) -> None:
            self._services.runner.run(
                "doc",
                lambda: self._services.paper.print(content, self._kind),
                lambda _: self.notices.tell("printed"),
                self._failed,
            )

        self._services.runner.run(
            "db", lambda: self._services.desk.document(order_id), read, self._failed
        )

    @property
    def _by(self) -> str:
        return self._services.options.counter.cashier

    def _failed(self, error: Exception) -> None:
        known = isinstance(error, RaseedError)
        self.notices.failed(error if known else RaseedError("print_failed", str(error)))
