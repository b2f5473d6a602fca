"""The customer's phone: typed only if the customer agrees, never needed for a sale (domain 3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import Options
from pos_desktop.domain.phone import group_phone, last4, normalise_phone
from pos_desktop.domain.sale import Consent
from pos_desktop.domain.text import ascii_digits
from pos_desktop.gui.presenters.draft import Customer
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
        options: Options,
        clock: Clock,
    ) -> None:
        self._card = card
        self._sheet = sheet
        self._sale = sale
        self._options = options
        self._clock = clock
        self._waiting: dict[str, str] = {}
        self._typed = ""
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
        self._sheet.open_phone(self._state())

    def on_typed(self, text: str) -> None:
        """The field changed; anything but figures is dropped, a country code is understood."""
        figures = "".join(c for c in ascii_digits(text) if c.isdigit())
        for prefix in ("0091", "091", "91", "0"):
            if figures.startswith(prefix) and len(figures) == len(prefix) + DIGITS:
                figures = figures.removeprefix(prefix)
                break
        self._typed = figures[: DIGITS + 4]
        self._sheet.show_phone(self._state())

    def on_enter(self) -> None:
        """Enter, or the button: take the number, or go on without one."""
        if not self._typed:
            self.on_none()
            return
        try:
            phone = normalise_phone(self._typed)
        except InputError as error:
            self._sheet.show_phone(self._state(say(error.code, **error.params)))
            return
        consent = Consent(
            purpose="payment_link_and_receipt",
            asked_by=self._options.counter.cashier,
            at=self._clock.now(),
            text_version=CONSENT_VERSION,
        )
        self._finish(Customer(phone, consent), self._then)

    def on_none(self) -> None:
        """ "No phone": one key, never a question."""
        self._finish(Customer(), self._without)

    def on_back(self) -> None:
        """Esc: nothing changes."""
        self._then = self._without = None
        self._sheet.close_phone()

    def on_desk(self, state: DeskState) -> None:
        """Bills that wait under the same number are named on the card."""
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
        self._sale.draft.customer = customer
        self._sheet.close_phone()
        self._sale.changed()
        self.show()
        if follow is not None:
            follow()

    def _none_words(self) -> str:
        if self._without is not None:
            return "phone_none"
        return "phone_forget" if self._then is None else "phone_not_now"

    def _state(self, error: str = "") -> PhoneState:
        missing = DIGITS - len(self._typed)
        hint, bad = error, bool(error)
        if not error and self._typed:
            if missing > 0:
                hint = say("phone_more_one") if missing == 1 else say("phone_more", n=missing)
            elif missing == 0:
                hint = say("phone_readback", last4=masked(self._typed[-4:]))
            else:
                hint, bad = say("phone_too_long", digits=len(self._typed)), True
        return PhoneState(
            shown=grouped(self._typed),
            hint=hint,
            bad=bad,
            ready=missing == 0,
            enter=say("phone_use" if self._then is None else "phone_request"),
            none=say(self._none_words()),
            consent=say(f"consent_{self._options.message_channel}"),
            version=say("consent_ask", version=CONSENT_VERSION),
        )


def grouped(figures: str) -> str:
    """Figures as they are typed: 98765 43210."""
    return f"{figures[:5]} {figures[5:]}" if len(figures) > 5 else figures
