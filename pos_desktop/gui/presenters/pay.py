"""Taking payment for the bill on the screen: request, QR, cash. The bill then parks itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.money import format_rupees, parse_rupees
from pos_desktop.domain.sale import Sale
from pos_desktop.gui.presenters.customer import CustomerPresenter
from pos_desktop.gui.presenters.entry import EntryPresenter
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.qr import QrPresenter
from pos_desktop.gui.texts import say
from pos_desktop.services.order import Order

NOTES = (50_00, 100_00, 500_00, 2000_00)
"""What customers pay with: the next whole multiple of each is offered as a chip."""

_CHIPS = 4


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


class CashView(Protocol):
    """The cash sheet."""

    def open_cash(self, state: CashState) -> None: ...
    def show_cash(self, state: CashState) -> None: ...
    def close_cash(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Owed:
    """What the open cash sheet is for: the bill on the screen, or a parked one."""

    due: int
    order_id: str | None = None
    token_no: int = 0


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
        if owed is None or take is None or self._tendered < owed.due:
            return
        self.on_back()
        take(self._tendered)

    def on_back(self) -> None:
        """Esc: nothing was taken."""
        self._owed = self._take = None
        self._view.close_cash()

    def _state(self, owed: Owed, problem: str = "") -> CashState:
        change = self._tendered - owed.due
        enough = change >= 0 and not problem
        title = say("cash_title_token", n=owed.token_no) if owed.order_id else say("cash_title")
        return CashState(
            title=title,
            due=format_rupees(owed.due, sign=True),
            chips=chips(owed.due),
            label=say("cash_change" if enough else "cash_missing"),
            change="–" if problem else format_rupees(abs(change), sign=True),
            enough=enough,
            problem=problem,
        )


def chips(due: int) -> tuple[tuple[str, str], ...]:
    """Likely tenders: exact, then what the customer's notes make of it, ascending."""
    likely = sorted({-(-due // note) * note for note in NOTES} - {due})[:_CHIPS]
    amounts = [(say("cash_exact"), format_rupees(due))]
    return tuple(amounts + [(format_rupees(a).removesuffix(".00"),) * 2 for a in likely])


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
        self._services = services
        self._entry = entry
        self._sale = entry.sale
        self._customer = customer
        self._qr = qr
        self._cash = cash
        self._notices = notices

    def on_request(self) -> None:
        """F9: by the shop's channel; without a number the phone sheet opens first."""
        if not self._payable():
            return
        if self._sale.draft.customer.phone is None:
            self._customer.ask(self._request, self.on_qr)
        else:
            self._request()

    def on_qr(self) -> None:
        """F12: a UPI QR on the counter's screen, no message needed."""
        if self._payable():
            self._commit(self._services.checkout.screen_qr, self._show_qr)

    def on_cash(self) -> None:
        """F10: count the change, then issue at once."""
        if self._payable():
            self._cash.ask(Owed(self._sale.bill.totals.payable), self._take_cash)

    def _request(self) -> None:
        if self._payable():
            self._commit(self._services.checkout.request, self._parked)

    def _take_cash(self, tendered: int) -> None:
        if not self._payable():
            return
        due = self._sale.bill.totals.payable

        def told(sale: Sale) -> None:
            self._notices.tell(
                "cash_done",
                change=tendered - due,
                n=sale.token_no,
                number=sale.invoice_number or "",
            )

        self._commit(lambda order: self._services.checkout.cash(order, tendered), told)

    def _payable(self) -> bool:
        if self._sale.frozen:
            self._notices.error("busy")
            return False
        if self._sale.bill.totals.payable <= 0:
            self._notices.error("nothing_to_pay")
            return False
        return True

    def _commit(self, work: Callable[[Order], Sale], then: Callable[[Sale], None]) -> None:
        customer = self._sale.draft.customer
        order = Order(
            bill=self._sale.bill,
            phone=customer.phone,
            consent=customer.consent,
            cashier=self._services.options.counter.cashier,
            left=self._sale.let_go(),
        )
        self._entry.hold()

        def done(sale: Sale) -> None:
            self._notices.settle()
            self._sale.renew()
            self._customer.show()
            then(sale)
            self._entry.release()

        def failed(error: Exception) -> None:
            self._sale.changed()
            self._notices.failed(error)
            self._entry.release()

        self._services.runner.run("db", lambda: work(order), done, failed)

    def _parked(self, sale: Sale) -> None:
        practice = self._services.customer is not None
        code = "requested_practice" if practice else "requested"
        self._notices.tell_of(sale.order_id, code, n=sale.token_no)

    def _show_qr(self, sale: Sale) -> None:
        self._qr.open(sale.order_id, sale.token_no, sale.due)
