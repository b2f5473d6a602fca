"""Taking payment for the bill on the screen: request, QR, cash. The bill then parks itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.money import format_rupees, parse_rupees
from pos_desktop.domain.sale import Sale
from pos_desktop.gui.presenters.customer import CustomerPresenter
from pos_desktop.gui.presenters.drawer import open_drawer
from pos_desktop.gui.presenters.entry import EntryPresenter
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.qr import QrPresenter
from pos_desktop.gui.presenters.tenders import chips
from pos_desktop.gui.texts import say
from pos_desktop.services.order import Order


@dataclass(frozen=True, slots=True)
class CashState:
    """The cash sheet: chips are (words, text for the field)."""

    title: str
    due: str
    chips: tuple[tuple[str, str], ...]
    label: str
    change: str
    enough: bool
    problem: str = ""
    warning: str = ""
    button: str = ""


class CashView(Protocol):
    """The cash sheet."""

    def open_cash(self, state: CashState) -> None: ...
    def show_cash(self, state: CashState) -> None: ...
    def close_cash(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Owed:
    """What the open cash sheet is for: the bill on the screen, or a parked one. ``risk``: its link
    is not closed yet, so she may pay once more on her phone. ``known``: its customer has a phone,
    by which her cash of the day is added up."""

    due: int
    order_id: str | None = None
    token_no: int = 0
    risk: bool = False
    known: bool = False


class CashPresenter:
    """Counts change for any bill; ``take`` gets the tendered paise once they suffice."""

    def __init__(self, view: CashView) -> None:
        self._view = view
        self._owed: Owed | None = None
        self._take: Callable[[int], None] | None = None
        self._tendered = 0

    def ask(self, owed: Owed, take: Callable[[int], None]) -> None:
        """Open the sheet with the exact amount proposed."""
        self._owed, self._take, self._tendered = owed, take, owed.due
        self._view.open_cash(self._state(owed))

    def on_typed(self, text: str) -> None:
        """The field changed: the change follows at once. The empty field means exact."""
        owed = self._owed
        if owed is None:
            return
        problem = ""
        if text.strip():
            try:
                self._tendered = parse_rupees(text)
            except InputError as error:
                self._tendered = 0
                problem = say(error.code, **error.params)
        else:
            self._tendered = owed.due
        self._view.show_cash(self._state(owed, problem))

    def on_enter(self) -> None:
        """Take the cash if it is enough; otherwise the sheet stays."""
        owed, take = self._owed, self._take
        if owed is None or take is None or not self._state(owed).enough:
            return
        self.on_back()
        take(self._tendered)

    def on_back(self) -> None:
        """Esc: nothing was taken."""
        self._owed = self._take = None
        self._view.close_cash()

    def _state(self, owed: Owed, problem: str = "") -> CashState:
        # With the first cash, not with the window: the start needs none of it.
        from pos_desktop.services.cash import CASH_LIMIT, cash_notice

        change = self._tendered - owed.due
        if owed.due >= CASH_LIMIT:
            problem = say("cash_limit", limit=CASH_LIMIT)
        enough = change >= 0 and not problem
        warning = "cash_risk" if owed.risk else cash_notice(owed.due, known=owed.known)
        title = say("cash_title_token", n=owed.token_no) if owed.order_id else say("cash_title")
        return CashState(
            title=title,
            due=format_rupees(owed.due, sign=True),
            chips=chips(owed.due),
            label=say("cash_change" if enough else "cash_missing"),
            change="–" if problem else format_rupees(abs(change), sign=True),
            enough=enough,
            problem=problem,
            warning=say(warning, limit=CASH_LIMIT) if warning else "",
            button=say("cash_take_risk" if owed.risk else "cash_take"),
        )


class PayPresenter:
    """F9, F10 and F12: one transaction in the db lane, then the next customer."""

    def __init__(
        self,
        services: Services,
        entry: EntryPresenter,
        customer: CustomerPresenter,
        qr: QrPresenter,
        cash: CashPresenter,
        notices: Notices,
    ) -> None:
        self.services = services
        self.notices = notices
        self._entry = entry
        self._sale = entry.sale
        self._customer = customer
        self._qr = qr
        self._cash = cash

    @property
    def due(self) -> int:
        """What the bill on the screen asks for, in paise."""
        return self._sale.bill.totals.payable

    @property
    def has_phone(self) -> bool:
        """Whether its customer can be sent something."""
        return self._sale.draft.customer.phone is not None

    def on_request(self) -> None:
        """F9: by the shop's channel; without a number the phone sheet opens first."""
        self._ask_phone(self._request, self.on_qr)

    def on_remote(self) -> None:
        """A phone order: the link lives for a day and the goods go out by delivery."""
        self._ask_phone(self._request_remote, None)

    def on_qr(self) -> None:
        """F12: a UPI QR on the counter's screen, no message needed."""
        checkout = self.services.checkout
        self._agreed(lambda: self.freeze(checkout.screen_qr, self._show_qr))

    def on_cash(self) -> None:
        """F10: count the change, then issue at once."""
        self._agreed(lambda: self._cash.ask(Owed(self.due, known=self.has_phone), self._take_cash))

    def _agreed(self, then: Callable[[], None]) -> None:
        """A number that was taken over from a changed bill is asked about again, or forgotten."""
        if not self.payable():
            return
        customer = self._sale.draft.customer
        if customer.phone is not None and customer.consent is None:
            self._customer.ask(then, then)
        else:
            then()

    def _ask_phone(self, then: Callable[[], None], without: Callable[[], None] | None) -> None:
        """Go on at once where the customer has agreed to messages about this bill."""
        if not self.payable():
            return
        if self._sale.draft.customer.consent is None:
            self._customer.ask(then, without)
        else:
            then()

    def _request(self) -> None:
        if self.payable():
            self.freeze(self.services.checkout.request, self._parked)

    def _request_remote(self) -> None:
        if self.payable():
            work = self.services.checkout.request
            self.freeze(lambda order: work(order, remote=True), self._parked)

    def _take_cash(self, tendered: int) -> None:
        if not self.payable():
            return
        due = self.due

        def told(sale: Sale) -> None:
            open_drawer(self.services, sale.order_id)
            self.notices.tell(
                "cash_done",
                change=tendered - due,
                n=sale.token_no,
                number=sale.invoice_number or "",
            )

        self.freeze(lambda order: self.services.checkout.cash(order, tendered), told)

    def payable(self) -> bool:
        """Whether the bill on the screen asks for money now; else a sentence says why not."""
        if self._sale.frozen:
            self.notices.error("busy")
            return False
        if self.due <= 0:
            self.notices.error("nothing_to_pay")
            return False
        return True

    def freeze(
        self,
        work: Callable[[Order], Sale],
        then: Callable[[Sale], None],
        not_done: Callable[[], None] | None = None,
    ) -> None:
        """Have ``work`` park or issue the bill on the screen; the next one begins. A refusal keeps
        it as it is."""
        customer = self._sale.draft.customer
        order = Order(
            bill=self._sale.bill,
            phone=customer.phone,
            consent=customer.consent,
            cashier=self.services.options.counter.cashier,
            left=self._sale.let_go(),
        )
        self._entry.hold()

        def done(sale: Sale) -> None:
            self.notices.settle()
            self._sale.renew()
            self._customer.show()
            then(sale)
            self._entry.release()

        def failed(error: Exception) -> None:
            self._sale.changed()
            self.notices.failed(error)
            self._entry.release()
            if not_done is not None:
                not_done()

        self.services.runner.run("db", lambda: work(order), done, failed)

    def _parked(self, sale: Sale) -> None:
        practice = self.services.customer is not None
        code = "requested_practice" if practice else "requested"
        self.notices.tell_of(sale.order_id, code, n=sale.token_no)

    def _show_qr(self, sale: Sale) -> None:
        self._qr.open(sale.order_id, sale.token_no, sale.due)
