"""A number that is typed for its own sake: the right one of a waiting bill, one to be erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.phone import group_phone, normalise_phone
from pos_desktop.gui.presenters.approval import PinPresenter, Question
from pos_desktop.gui.presenters.cards import card, wants_none
from pos_desktop.gui.presenters.choices import Choice, ChoicePresenter, MenuState
from pos_desktop.gui.presenters.customer import (
    DIGITS,
    CustomerPresenter,
    PhoneState,
    PhoneView,
    agreed_now,
    figures_of,
    grouped,
    typing_hint,
)
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.waiting import WaitingPresenter
from pos_desktop.gui.presenters.wording import masked
from pos_desktop.gui.texts import CONSENT_VERSION, say

if TYPE_CHECKING:
    from pos_desktop.domain.people import Approval
    from pos_desktop.services.forgetting import Forgotten
    from pos_desktop.services.views import WaitingBill


@dataclass(frozen=True, slots=True)
class Asked:
    """What a number is typed for: sentences for the sheet, and what follows. ``twice``: only a
    number that was typed twice is taken. ``none``: words for going on without one, or "".
    """

    title: str
    about: str
    what: str
    use: str
    take: Callable[[str | None], None]
    none: str = ""
    twice: bool = False


class NumberPresenter:
    """The sheet of one number; ``take`` gets it as E.164, or None."""

    def __init__(self, sheet: PhoneView) -> None:
        self._sheet = sheet
        self._asked: Asked | None = None
        self._typed = self._first = ""

    def ask(self, asked: Asked) -> None:
        """Open the sheet, empty."""
        self._asked, self._typed, self._first = asked, "", ""
        self._sheet.open_phone(self._state(asked))

    def on_typed(self, text: str) -> None:
        """The field changed."""
        self._typed = figures_of(text)
        if self._asked is not None:
            self._sheet.show_phone(self._state(self._asked))

    def on_enter(self) -> None:
        """Take it, or have it typed once more."""
        asked = self._asked
        if asked is None:
            return
        try:
            phone = normalise_phone(self._typed)
        except InputError as error:
            self._sheet.show_phone(self._state(asked, say(error.code, **error.params)))
            return
        if asked.twice and phone != self._first:
            problem = say("number_differs") if self._first else ""
            self._first, self._typed = ("" if self._first else phone), ""
            self._sheet.show_phone(self._state(asked, problem))
            return
        self.on_back()
        asked.take(phone)

    def on_none(self) -> None:
        """Go on without a number, where that is offered."""
        asked = self._asked
        if asked is not None and asked.none:
            self.on_back()
            asked.take(None)

    def on_back(self) -> None:
        """Esc: nothing is done."""
        self._asked, self._typed, self._first = None, "", ""
        self._sheet.close_phone()

    def _state(self, asked: Asked, problem: str = "") -> PhoneState:
        hint, bad = typing_hint(self._typed)
        if self._first and not self._typed:
            hint = say("number_again")
        once_more = asked.twice and not self._first
        return PhoneState(
            shown=grouped(self._typed),
            hint=problem or hint,
            bad=bool(problem) or bad,
            ready=len(self._typed) == DIGITS,
            enter=say("number_next") if once_more else asked.use,
            none=asked.none,
            consent=asked.what,
            version=asked.about,
            title=asked.title,
            enter_none=False,
        )


@dataclass(frozen=True, slots=True)
class NumberDoors:
    """The sheets that lead here or that an act needs."""

    choices: ChoicePresenter
    pin: PinPresenter
    sheet: NumberPresenter


class NumberActs:
    """No messages, another number, none at all; services check again."""

    def __init__(
        self,
        services: Services,
        notices: Notices,
        doors: NumberDoors,
        customer: CustomerPresenter,
        waiting: WaitingPresenter,
    ) -> None:
        self._services = services
        self._notices = notices
        self._doors = doors
        self._customer = customer
        self._waiting = waiting

    def open(self, bill: WaitingBill) -> None:
        """What can be done about the number of a bill that waits for money."""

        def chosen(code: str) -> None:
            if code == "menu_correct":
                self.correct(bill)
            elif code == "menu_refuse":
                self.refuse(bill)

        codes = ["menu_correct", *silencing(bill), "menu_back"]
        shown = card(bill, self._services.clock.now())
        choices = tuple(Choice(code, say(code)) for code in codes)
        note = say("number_ask")
        state = MenuState(shown.title, shown.amount, shown.words, shown.tone, note, choices)
        self._doors.choices.open(state, chosen)

    def on_key(self) -> None:
        """One key: no messages for the number that is typed, marked or on the bill."""
        bill = self._waiting.bill(self._doors.choices.subject) or self._waiting.marked
        if self._customer.typing:
            self._customer.on_refuse()
        elif bill is not None and bill.phone_last4:
            self._doors.choices.on_back()
            self.refuse(bill)
        elif bill is None and self._customer.phone:
            self._customer.refuse()
        else:
            self._notices.error("no_number_here")

    def refuse(self, bill: WaitingBill) -> None:
        """No messages for the number of this bill."""
        work = self._services.numbers.refuse_for
        self._run(lambda: work(bill.order_id, self._by), lambda: self._tell(bill, "silent_token"))

    def correct(self, bill: WaitingBill) -> None:
        """Another number, typed twice; the person is kept in the books."""
        options = self._services.options
        what = say("number_what", last4=masked(bill.phone_last4))
        question = say(f"consent_{options.message_channel}")

        def take(phone: str | None) -> None:
            agreed = agreed_now(options, self._services.clock) if phone else None
            work = self._services.numbers.correct
            code = "number_corrected" if phone else "number_taken"
            self._run(
                lambda: work(bill.order_id, phone, agreed, self._by),
                lambda: self._tell(bill, code),
            )

        asked = Asked(
            title=say("number_title", n=bill.token_no),
            about=say("consent_ask", version=CONSENT_VERSION),
            what=f"{question}\n\n{what}",
            use=say("number_correct"),
            none="" if bill.remote else say("number_none"),
            take=take,
            twice=True,
        )
        self._doors.sheet.ask(asked)

    def forget(self) -> None:
        """Erase a number; a manager decides."""

        def told(found: Forgotten) -> None:
            code = "forgotten" if found.bills or found.messages else "forgotten_none"
            self._notices.tell(code, bills=found.bills, messages=found.messages)

        def take(phone: str | None) -> None:
            if phone is None:
                return
            work = self._services.numbers.forget

            def decided(approval: Approval) -> None:
                run = self._services.runner.run
                run("db", lambda: work(phone, approval), told, self._notices.failed)

            words = say("ask_forget", phone=group_phone(phone))
            self._doors.pin.ask(Question("forget_number", words, decided))

        title, about = say("forget_title"), say("forget_about")
        use = say("forget_next")
        self._doors.sheet.ask(Asked(title, about, say("forget_what"), use, take))

    @property
    def _by(self) -> str:
        return self._services.options.counter.cashier

    def _tell(self, bill: WaitingBill, code: str) -> None:
        self._notices.tell_of(bill.order_id, code, n=bill.token_no)

    def _run(self, work: Callable[[], None], done: Callable[[], None]) -> None:
        run = self._services.runner.run
        run("db", work, lambda _: done(), self._notices.failed)


def silencing(bill: WaitingBill) -> list[str]:
    """The choice that ends messages, where they have not ended already."""
    return [] if wants_none(bill) or not bill.phone_last4 else ["menu_refuse"]
