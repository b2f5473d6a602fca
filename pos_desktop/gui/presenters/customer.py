"""The customer's phone: typed only if the customer agrees, never needed for a sale (domain 3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import Options
from pos_desktop.domain.phone import group_phone, last4, normalise_phone
from pos_desktop.domain.sale import Consent
from pos_desktop.domain.text import ascii_digits
from pos_desktop.gui.presenters.draft import Customer
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.sale import SalePresenter
from pos_desktop.gui.presenters.wording import masked
from pos_desktop.gui.texts import CONSENT_VERSION, say
from pos_desktop.services.views import DeskState

if TYPE_CHECKING:
    from pos_desktop.ports import Clock


DIGITS = 10


@dataclass(frozen=True, slots=True)
class CustomerState:
    """The customer's card."""

    phone: str
    note: str
    known: bool
    warning: str = ""


@dataclass(frozen=True, slots=True)
class PhoneState:
    """The phone sheet while somebody types: figures as grouped, and what Enter will do."""

    shown: str
    hint: str
    bad: bool
    ready: bool
    enter: str
    none: str
    consent: str
    version: str
    title: str = ""
    enter_none: bool = True
    """Enter on the empty field goes on without a number."""
    refuse: str = ""
    """Words of the button that ends messages to this number, or begins them again; "" for none."""


class CustomerView(Protocol):
    """The customer's card."""

    def show_customer(self, state: CustomerState) -> None: ...


class PhoneView(Protocol):
    """The sheet with the phone field."""

    def open_phone(self, state: PhoneState) -> None: ...
    def show_phone(self, state: PhoneState) -> None: ...
    def close_phone(self) -> None: ...


class CustomerPresenter:
    """Fills the card, and asks for the number where a payment needs one."""

    def __init__(
        self,
        card: CustomerView,
        sheet: PhoneView,
        sale: SalePresenter,
        services: Services,
        notices: Notices,
    ) -> None:
        self._card = card
        self._sheet = sheet
        self._sale = sale
        self._services = services
        self._notices = notices
        self._options = services.options
        self._waiting: dict[str, str] = {}
        self._typed = ""
        # The number that is known to want no messages.
        self._silent = ""
        self.typing = False
        self._then: Callable[[], None] | None = None
        self._without: Callable[[], None] | None = None

    def on_key(self) -> None:
        """F3: type or change the number; nothing else follows."""
        self.ask(None, None)

    def ask(self, then: Callable[[], None] | None, without: Callable[[], None] | None) -> None:
        """Open the sheet. Enter with a number goes on with ``then``, else with ``without``."""
        self._then, self._without = then, without
        phone = self._sale.draft.customer.phone
        # A number without a consent was taken over from a bill that was changed: Enter asks again.
        self._typed = phone[-DIGITS:] if phone else ""
        self.typing = True
        self._sheet.open_phone(self._state())
        self._look()

    def on_typed(self, text: str) -> None:
        """The field changed; anything but figures is dropped, a country code is understood."""
        self._typed = figures_of(text)
        self._sheet.show_phone(self._state())
        self._look()

    def on_refuse(self) -> None:
        """One key: no messages for the number in the field; again: the customer asks for them.

        A number that wants none is not needed: the bill goes on without it.
        """
        phone, numbers = number_of(self._typed), self._services.numbers
        if phone is None:
            self._sheet.show_phone(self._state(say("no_number_here")))
        elif phone == self._silent:
            self._run(lambda: numbers.agree(phone, self._by), lambda: self._looked(phone, False))
        else:
            self._run(lambda: numbers.refuse(phone, self._by), self._refused)

    def refuse(self) -> None:
        """The same for the number on the bill, without the sheet."""
        phone, numbers = self.phone, self._services.numbers
        if phone is not None:
            self._then = self._without = None
            self._run(lambda: numbers.refuse(phone, self._by), self._refused)

    @property
    def phone(self) -> str | None:
        """The number on the bill."""
        return self._sale.draft.customer.phone

    def on_enter(self) -> None:
        """Enter, or the button: take the number, or go on without one."""
        if not self._typed or number_of(self._typed) == self._silent:
            self.on_none()
            return
        try:
            phone = normalise_phone(self._typed)
        except InputError as error:
            self._sheet.show_phone(self._state(say(error.code, **error.params)))
            return
        consent = agreed_now(self._options, self._services.clock)
        self._finish(Customer(phone, consent), self._then)

    def on_none(self) -> None:
        """ "No phone": one key, never a question."""
        self._finish(Customer(), self._without)

    def on_back(self) -> None:
        """Esc: nothing changes."""
        self._then = self._without = None
        self.typing = False
        self._sheet.close_phone()

    def on_desk(self, state: DeskState) -> None:
        """Bills that wait under the same number are named on the card."""
        if state.channel is not None:
            self._options = replace(self._options, channel=state.channel)
        self._waiting = {
            bill.phone_last4: say("also_waiting", amount=bill.amount, n=bill.token_no)
            for bill in state.waiting
            if bill.phone_last4 and bill.paid_at is None
        }
        self.show()

    def show(self) -> None:
        """Paint the card; harmless to repeat."""
        phone = self._sale.draft.customer.phone
        if phone is None:
            none = say("customer_none")
            self._card.show_customer(CustomerState(none, say("customer_none_hint"), known=False))
            return
        agreed = self._sale.draft.customer.consent is not None
        channel = self._options.message_channel
        note = say(f"customer_agreed_{channel}" if agreed else "customer_ask_again")
        warning = self._waiting.get(last4(phone), "")
        self._card.show_customer(CustomerState(group_phone(phone), note, True, warning))

    def _finish(self, customer: Customer, follow: Callable[[], None] | None) -> None:
        self._then = self._without = None
        self.typing = False
        self._sale.draft.customer = customer
        self._sheet.close_phone()
        self._sale.changed()
        self.show()
        if follow is not None:
            follow()

    @property
    def _by(self) -> str:
        return self._options.counter.cashier

    def _look(self) -> None:
        """Ask whether the number in the field wants no messages."""
        phone, numbers = number_of(self._typed), self._services.numbers
        if phone is not None:
            self._services.runner.run(
                "db",
                lambda: numbers.refused(phone),
                lambda out: self._looked(phone, out),
                self._notices.failed,
            )

    def _looked(self, phone: str, out: bool) -> None:
        silent = phone if out else ""
        if self.typing and phone == number_of(self._typed) and silent != self._silent:
            self._silent = silent
            self._sheet.show_phone(self._state())

    def _refused(self) -> None:
        self._notices.tell("silent_from_now")
        self.on_none()

    def _run(self, work: Callable[[], None], done: Callable[[], None]) -> None:
        run = self._services.runner.run
        run("db", work, lambda _: done(), self._notices.failed)

    def _state(self, error: str = "") -> PhoneState:
        number = number_of(self._typed)
        silent = number is not None and number == self._silent
        hint, bad = typing_hint(self._typed)
        if silent:
            hint, bad = say("phone_silent"), True
        enter, none = _way_on(self._then is not None, self._without is not None, silent)
        refuse = "phone_agree" if silent else "phone_refuse"
        return PhoneState(
            shown=grouped(self._typed),
            hint=error or hint,
            bad=bool(error) or bad,
            ready=len(self._typed) == DIGITS,
            enter=say(enter),
            none=say(none),
            consent=say(f"consent_{self._options.message_channel}"),
            version=say("consent_ask", version=CONSENT_VERSION),
            title=say("phone_title"),
            refuse=say(refuse) if number is not None else "",
        )


def _way_on(then: bool, without: bool, silent: bool) -> tuple[str, str]:
    """Codes of what Enter and going on without a number do: ``then`` and ``without`` tell whether
    something follows, ``silent`` that the number wants no messages."""
    if silent:
        enter = "no_messages" if without else "phone_silent_enter"
    else:
        enter = "phone_request" if then else "phone_use"
    if without:
        return enter, "phone_none"
    return enter, "phone_not_now" if then else "phone_forget"


def number_of(figures: str) -> str | None:
    """The number in the field as E.164; None while it is none."""
    try:
        return normalise_phone(figures)
    except InputError:
        return None


def agreed_now(options: Options, clock: Clock) -> Consent:
    """What the customer has just agreed to, asked in the words of ``CONSENT_VERSION``."""
    return Consent(
        purpose="payment_link_and_receipt",
        asked_by=options.counter.cashier,
        at=clock.now(),
        text_version=CONSENT_VERSION,
    )


def figures_of(text: str) -> str:
    """The figures of a number as it is typed or pasted; a country code is understood."""
    figures = "".join(c for c in ascii_digits(text) if c.isdigit())
    for prefix in ("0091", "091", "91", "0"):
        if figures.startswith(prefix) and len(figures) == len(prefix) + DIGITS:
            figures = figures.removeprefix(prefix)
            break
    return figures[: DIGITS + 4]


def typing_hint(figures: str) -> tuple[str, bool]:
    """What the figures lack, or their end to be read back; and whether something is wrong."""
    missing = DIGITS - len(figures)
    if not figures:
        return "", False
    if missing > 0:
        return say("phone_more_one") if missing == 1 else say("phone_more", n=missing), False
    if missing == 0:
        return say("phone_readback", last4=masked(figures[-4:])), False
    return say("phone_too_long", digits=len(figures)), True


def grouped(figures: str) -> str:
    """Figures as they are typed: 98765 43210."""
    return f"{figures[:5]} {figures[5:]}" if len(figures) > 5 else figures
