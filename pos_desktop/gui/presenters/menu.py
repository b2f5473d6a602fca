"""What can be done with one waiting bill: the sheet behind its card."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.sale import Sale
from pos_desktop.gui.presenters import practice
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.pay import CashPresenter, Owed
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.printing import PrintPresenter
from pos_desktop.gui.presenters.qr import QrPresenter
from pos_desktop.gui.presenters.waiting import WaitingPresenter, card
from pos_desktop.gui.texts import say
from pos_desktop.services.views import WaitingBill

REASONS = ("abandon_left", "abandon_wrong", "abandon_other")


@dataclass(frozen=True, slots=True)
class Choice:
    """One button; ``danger`` never has the focus at first, so Enter cannot hit it."""

    code: str
    text: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class MenuState:
    """The sheet: who, how much, how it stands, and what can be done."""

    title: str
    amount: str
    words: str
    tone: str
    note: str
    choices: tuple[Choice, ...]


class MenuView(Protocol):
    """The sheet of choices."""

    def open_menu(self, state: MenuState) -> None: ...
    def close_menu(self) -> None: ...


class MenuPresenter:
    """Opened by Enter or a tap on a card."""

    def __init__(
        self,
        view: MenuView,
        services: Services,
        waiting: WaitingPresenter,
        qr: QrPresenter,
        cash: CashPresenter,
        paper: PrintPresenter,
    ) -> None:
        self._view = view
        self._services = services
        self._waiting = waiting
        self._notices: Notices = paper.notices
        self._qr = qr
        self._cash = cash
        self._paper = paper
        self._order = ""

    def open(self, order_id: str) -> None:
        """Show what can be done with this bill now."""
        bill = self._waiting.bill(order_id)
        if bill is not None:
            self._order = order_id
            practised = practice.payable(self._services, bill.words)
            self._view.open_menu(self._state(bill, _choices(bill, practised=practised)))

    def on_choice(self, code: str) -> None:
        """A button was pressed. The bill may have changed since: services check again."""
        bill = self._waiting.bill(self._order)
        if code == "menu_abandon" and bill is not None:
            self._view.open_menu(self._state(bill, _reasons(), say("abandon_title")))
            return
        self._view.close_menu()
        if bill is None:
            self._notices.error("not_waiting")
            return
        actions: dict[str, Callable[[], None]] = {
            "menu_qr": lambda: self._show_qr(bill),
            "menu_new_qr": lambda: self._ask_again(bill),
            "menu_cash": lambda: self._cash.ask(
                Owed(bill.amount, bill.order_id, bill.token_no),
                lambda tendered: self._take_cash(bill, tendered),
            ),
            "menu_print": lambda: self._paper.print(bill.order_id),
            "menu_hand_over": lambda: self._hand_over(bill),
        }
        if code in REASONS:
            self._abandon(bill, code)
        elif code in practice.CHOICES:
            practice.act(self._services, self._notices, bill.order_id, code)
        elif code in actions:
            actions[code]()

    def on_back(self) -> None:
        """Esc: nothing happens to the bill."""
        self._view.close_menu()

    def _state(self, bill: WaitingBill, choices: tuple[Choice, ...], note: str = "") -> MenuState:
        shown = card(bill, self._services.clock.now())
        details = " · ".join(text for text in (shown.message, shown.age, shown.aside) if text)
        return MenuState(
            title=shown.title,
            amount=shown.amount,
            words=shown.words,
            tone=shown.tone,
            note=note or details,
            choices=choices,
        )

    def _ask_again(self, bill: WaitingBill) -> None:
        self._run(
            lambda: self._services.checkout.show_qr(bill.order_id, self._by),
            lambda _: self._show_qr(bill),
        )

    def _show_qr(self, bill: WaitingBill) -> None:
        self._qr.open(bill.order_id, bill.token_no, bill.amount)

    def _take_cash(self, bill: WaitingBill, tendered: int) -> None:
        def told(sale: Sale) -> None:
            self._notices.tell(
                "cash_done",
                change=tendered - bill.amount,
                n=bill.token_no,
                number=sale.invoice_number or "",
            )

        self._services.runner.run(
            "db",
            lambda: self._services.checkout.cash_for_waiting(bill.order_id, tendered, self._by),
            told,
            self._notices.failed,
        )

    def _hand_over(self, bill: WaitingBill) -> None:
        self._run(
            lambda: self._services.checkout.hand_over(bill.order_id, self._by),
            lambda _: self._notices.tell_of(bill.order_id, "handed_over", n=bill.token_no),
        )

    def _abandon(self, bill: WaitingBill, reason: str) -> None:
        self._run(
            lambda: self._services.checkout.abandon(
                bill.order_id, reason.removeprefix("abandon_"), self._by
            ),
            lambda _: self._notices.tell_of(
                bill.order_id,
                "abandoned",
                n=bill.token_no,
                amount=format_rupees(bill.amount, sign=True),
            ),
        )

    def _run(self, work: Callable[[], None], done: Callable[[None], None]) -> None:
        self._services.runner.run("db", work, done, self._notices.failed)

    @property
    def _by(self) -> str:
        return self._services.options.counter.cashier


def _choices(bill: WaitingBill, *, practised: bool) -> tuple[Choice, ...]:
    codes: list[str] = []
    if bill.paid_at is not None:
        codes = ["menu_hand_over", "menu_print"]
    else:
        codes = ["menu_qr" if bill.can_show_qr else "menu_new_qr", "menu_cash"]
        codes += practice.CHOICES if practised else ()
    choices = [Choice(code, say(code)) for code in codes]
    if bill.paid_at is None:
        choices.append(Choice("menu_abandon", say("menu_abandon"), danger=True))
    return tuple(choices)


def _reasons() -> tuple[Choice, ...]:
    keep = Choice("abandon_keep", say("abandon_keep"))
    return (keep, *(Choice(code, say(code), danger=True) for code in REASONS))
