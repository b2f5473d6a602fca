"""Goods that come back: find the bill, choose what is returned, a manager says yes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.people import Approval
from pos_desktop.gui.presenters.approval import PinPresenter, Question
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.reason import ReasonPresenter, Wanted
from pos_desktop.gui.presenters.returns import Basket, ReturnRow
from pos_desktop.gui.texts import say
from pos_desktop.services.views import MoneyOwed, RefundOffer, ReturnOrder

REASONS = ("return_damaged", "return_wrong", "return_mind", "return_price")


@dataclass(frozen=True, slots=True)
class RefundState:
    """The sheet. ``finding``: the number of a bill is asked first, with ``hint`` under it."""

    title: str
    finding: bool
    rows: tuple[ReturnRow, ...]
    selected: int
    quantity: str
    amount: str
    allowed: str
    hint: str
    bad: bool
    ready: bool


class RefundView(Protocol):
    """The sheet of goods that come back."""

    def open_refund(self, state: RefundState) -> None: ...
    def show_refund(self, state: RefundState) -> None: ...
    def close_refund(self) -> None: ...


class RefundPresenter:
    """One bill at a time. Nothing is asked of the bank before a manager's PIN."""

    def __init__(
        self,
        view: RefundView,
        services: Services,
        notices: Notices,
        pin: PinPresenter,
        reason: ReasonPresenter,
    ) -> None:
        self._view = view
        self._services = services
        self._notices = notices
        self._pin = pin
        self._reason = reason
        self._is_open = False
        self._busy = False
        self._basket: Basket | None = None
        self._typed = ""
        self._last = ""
        self._problem = ""

    def on_key(self, order_id: str | None) -> None:
        """Ctrl+T: begin with this bill, or ask for a number; Enter at once takes the last bill."""
        self._is_open, self._basket, self._typed, self._problem = True, None, "", ""
        self._view.open_refund(self._state())
        if order_id is None:
            self._propose()
        else:
            self._read(order_id)

    def on_other(self) -> None:
        """Another bill than the one that is shown."""
        self.on_key(None)

    def on_number(self, text: str) -> None:
        """The number of a bill is being typed."""
        self._typed, self._problem = text.strip(), ""
        self._show()

    def on_quantity(self, text: str) -> None:
        """How much of the marked line comes back."""
        self._change(lambda basket: basket.type(text))

    def on_step(self, steps: int) -> None:
        """One more or one less of it."""
        self._change(lambda basket: basket.step(steps))

    def on_all(self) -> None:
        """Everything that is left comes back."""
        self._change(lambda basket: basket.everything())

    def on_move(self, rows: int) -> None:
        """Up and down."""
        self._change(lambda basket: basket.select(basket.selected + rows))

    def on_select(self, row: int) -> None:
        """A line was clicked."""
        self._change(lambda basket: basket.select(row))

    def on_enter(self) -> None:
        """Find the bill; or go on to the reason and the PIN."""
        basket = self._basket
        if basket is None:
            self._find()
        elif self._state().ready:
            note = say("return_sum", amount=basket.amount, number=basket.offer.invoice_number)
            wanted = Wanted("return_why", note, "return_go_on", REASONS)
            self._reason.ask(wanted, lambda reason: self._approve(basket, reason))

    def on_back(self) -> None:
        """Esc: nothing is given back."""
        self._is_open = False
        self._basket = None
        self._view.close_refund()

    def _change(self, act: Callable[[Basket], None]) -> None:
        if self._basket is not None and not self._busy:
            act(self._basket)
            self._show()

    def _propose(self) -> None:
        """The number of the bill that was issued last, where there is one."""
        desk = self._services.desk

        def last() -> str:
            return desk.document(None).number or ""

        def known(number: str) -> None:
            self._last = number
            self._show()

        def none(_: Exception) -> None:
            # Nothing was issued yet: there is nothing to propose.
            self._last = ""

        self._services.runner.run("db", last, known, none)

    def _find(self) -> None:
        text = self._typed or self._last
        if not text or self._busy:
            return
        self._busy = True

        def found(order_id: str | None) -> None:
            self._busy = False
            if order_id is not None:
                self._read(order_id)
                return
            self._problem = say("return_not_found", number=text)
            self._show()

        work = self._services.refunds.find
        self._services.runner.run("db", lambda: work(text), found, self._failed)

    def _read(self, order_id: str) -> None:
        self._busy = True

        def done(offer: RefundOffer) -> None:
            self._busy = False
            if self._is_open:
                self._basket = Basket(offer)
                self._show()

        work = self._services.refunds.offer
        self._services.runner.run("db", lambda: work(order_id), done, self._failed)

    def _approve(self, basket: Basket, reason: str) -> None:
        words = say("ask_return", amount=basket.amount, number=basket.offer.invoice_number)

        def give_back(approval: Approval) -> None:
            self._give_back(basket, reason, approval)

        self._pin.ask(Question("refund", words, give_back))

    def _give_back(self, basket: Basket, reason: str, approval: Approval) -> None:
        by = self._services.options.counter.cashier
        order = ReturnOrder(basket.offer.order_id, basket.lines, reason, by, approval)
        self._busy = True

        def done(owed: Sequence[MoneyOwed]) -> None:
            self._busy = False
            self.on_back()
            self._notices.tell("return_asked", amount=sum(money.amount for money in owed))

        work = self._services.refunds.give_back
        self._services.runner.run("db", lambda: work(order), done, self._failed)

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self._show()
        self._notices.failed(error)

    def _show(self) -> None:
        if self._is_open:
            self._view.show_refund(self._state())

    def _state(self) -> RefundState:
        basket = self._basket
        if basket is None:
            usual = say("return_find_last", number=self._last) if self._last else ""
            hint = self._problem or usual or say("return_find_hint")
            ready = bool(self._typed or self._last) and not self._busy
            title = say("return_title")
            bad = bool(self._problem)
            return RefundState(title, True, (), -1, "", "", "", hint, bad, ready)
        amount, refusal = basket.amount if basket.lines else 0, basket.refusal()
        return RefundState(
            title=say("return_of", number=basket.offer.invoice_number),
            finding=False,
            rows=basket.rows(),
            selected=basket.selected if basket.offer.lines else -1,
            quantity=basket.quantity,
            amount=format_rupees(amount, sign=True),
            allowed=say("return_allowed", amount=basket.offer.payable),
            hint=refusal or say("return_hint"),
            bad=bool(refusal),
            ready=amount > 0 and not refusal and not self._busy,
        )
