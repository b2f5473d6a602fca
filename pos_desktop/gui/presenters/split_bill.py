"""The bill behind the sheet of tenders: on the screen until its first tender, parked from then on.

One thing at a time: while something is asked of the services, a second press does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pos_desktop.domain.sale import TenderKind
from pos_desktop.gui.presenters.pay import PayPresenter

if TYPE_CHECKING:
    from pos_desktop.domain.people import Approval
    from pos_desktop.domain.sale import Sale
    from pos_desktop.services.tendering import SplitState


@dataclass(frozen=True, slots=True)
class Piece:
    """One tender as it is about to be taken; ``amount`` in paise, of cash all that was given."""

    kind: TenderKind
    amount: int
    reference: str


class SplitBill:
    """``refused`` gets what a service refused; a bill that cannot be read has no ``order_id``."""

    def __init__(self, pay: PayPresenter, refused: Callable[[Exception], None]) -> None:
        self._pay = pay
        self._services = pay.services
        self._refused = refused
        self.order_id: str | None = None
        self.state: SplitState | None = None
        self.has_phone = False
        self.busy = False

    @property
    def due(self) -> int:
        """What the bill asks for, in paise."""
        return self.state.due if self.state is not None else self._pay.due

    @property
    def open(self) -> int:
        """What of it is still to pay, in paise."""
        return self.state.open if self.state is not None else self._pay.due

    def of_screen(self) -> None:
        """The bill that is being made."""
        self.order_id, self.state = None, None
        self.has_phone = self._pay.has_phone

    def of_panel(self, order_id: str, *, has_phone: bool) -> None:
        """A parked bill; ``read`` tells how it stands."""
        self.order_id, self.state, self.has_phone = order_id, None, has_phone

    def read(self, then: Callable[[], None]) -> None:
        """How it stands now; nothing where it is not parked yet."""
        order = self.order_id
        if order is None:
            return

        def done(state: SplitState) -> None:
            if self.order_id == order:
                self.state = state
                then()

        def lost(error: Exception) -> None:
            if self.order_id == order:
                self.order_id = None
                self._refused(error)

        work = self._services.tendering.state
        self._services.runner.run("db", lambda: work(order), done, lost)

    def add(self, piece: Piece, approval: Approval | None, then: Callable[[], None]) -> None:
        """Take a tender; the bill of the screen is parked by it."""
        # With the first tender, not with the window: the start needs none of it.
        from pos_desktop.services.tendering import TenderOrder

        def parked(order_id: str) -> None:
            order = TenderOrder(
                order_id=order_id,
                kind=piece.kind,
                amount=piece.amount,
                by=self._by,
                tendered=piece.amount if piece.kind is TenderKind.CASH else 0,
                reference=piece.reference,
                approval=approval,
            )
            self._ask(lambda: self._services.tendering.add(order), then)

        self._parked(parked)

    def take_back(self, tender_id: int, reason: str, then: Callable[[], None]) -> None:
        """Give a tender back."""
        work = self._services.tendering.take_back
        self._ask(lambda: work(tender_id, self._by, reason), then)

    def free(self, then: Callable[[], None]) -> None:
        """Have everything closed that is payable at a gateway."""
        order = self.order_id
        if order is None:
            return

        def work() -> SplitState:
            self._services.checkout.free(order, self._by)
            return self._services.tendering.state(order)

        self._ask(work, then)

    def rest(self, way: str, then: Callable[[], None]) -> None:
        """Ask for what is open by ``qr``, ``own`` (the shop's own QR) or ``link``."""
        checkout = self._services.checkout
        ask = {"qr": checkout.show_qr, "own": checkout.show_own_qr, "link": checkout.send_again}

        def parked(order_id: str) -> None:
            def work() -> SplitState:
                ask[way](order_id, self._by)
                return self._services.tendering.state(order_id)

            self._ask(work, then)

        self._parked(parked)

    @property
    def _by(self) -> str:
        return self._services.options.counter.cashier

    def _parked(self, then: Callable[[str], None]) -> None:
        if self.busy:
            return
        if self.order_id is not None:
            then(self.order_id)
            return
        self.busy = True

        def begun(sale: Sale) -> None:
            self.busy = False
            self.order_id = sale.order_id
            then(sale.order_id)

        def failed() -> None:
            self.busy = False

        self._pay.freeze(self._services.tendering.begin, begun, failed)

    def _ask(self, work: Callable[[], SplitState], then: Callable[[], None]) -> None:
        if self.busy:
            return
        self.busy = True

        def done(state: SplitState) -> None:
            self.busy = False
            if self.order_id == state.order_id:
                self.state = state
                then()

        def failed(error: Exception) -> None:
            self.busy = False
            self._refused(error)

        self._services.runner.run("db", work, done, failed)
