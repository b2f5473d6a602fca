"""F11: other tenders and splits. Money is taken piece by piece until nothing is open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.sale import SaleState, TenderKind
from pos_desktop.gui.presenters.approval import PinPresenter, Question
from pos_desktop.gui.presenters.pay import PayPresenter
from pos_desktop.gui.presenters.qr import QrPresenter
from pos_desktop.gui.presenters.reach import Reach
from pos_desktop.gui.presenters.reason import ReasonPresenter, Wanted
from pos_desktop.gui.presenters.split_bill import Piece, SplitBill
from pos_desktop.gui.presenters.tenders import (
    SplitLook,
    SplitSheetState,
    Typed,
    given,
    retyped,
    sheet_state,
)
from pos_desktop.gui.texts import say
from pos_desktop.services.views import DeskState, Offered, WaitingBill

if TYPE_CHECKING:
    from pos_desktop.domain.people import Approval
    from pos_desktop.gui.presenters.notices import Notices
    from pos_desktop.gui.presenters.ports import Services

_TAKE_BACK = ("take_back_typed", "take_back_changed", "take_back_failed")


class SplitView(Protocol):
    """The sheet of tenders; ``blank`` empties its fields and gives the amount the keys."""

    def open_split(self, state: SplitSheetState) -> None: ...
    def show_split(self, state: SplitSheetState, *, blank: bool = False) -> None: ...
    def close_split(self) -> None: ...


class SplitPresenter:
    """A bill of the screen is parked by its first tender, not by opening the sheet."""

    def __init__(
        self,
        view: SplitView,
        pay: PayPresenter,
        qr: QrPresenter,
        pin: PinPresenter,
        reason: ReasonPresenter,
    ) -> None:
        self._view = view
        self._pay = pay
        self._services: Services = pay.services
        self._notices: Notices = pay.notices
        self._qr = qr
        self._pin = pin
        self._reason = reason
        self._bill = SplitBill(pay, self._refused)
        self._is_open = False
        self._typed = Typed()
        self._outage_until: int | None = None
        self._offers = Offered(qr=self._services.options.gateway.qr_enabled)
        self.reach = Reach()

    def on_key(self) -> None:
        """F11: the bill on the screen."""
        if self._pay.payable():
            self._bill.of_screen()
            self._open(TenderKind.CASH)

    def open_waiting(self, bill: WaitingBill, kind: str = TenderKind.CASH.value) -> None:
        """A parked bill, with this kind of tender chosen at first."""
        self._bill.of_panel(bill.order_id, has_phone=bill.phone_last4 is not None)
        self._bill.read(lambda: self._open(TenderKind(kind)))

    def on_desk(self, state: DeskState) -> None:
        """Money may have come, or something was closed."""
        self._outage_until = state.outage_until
        self._offers = state.offers
        self.reach.on_desk(state)
        if self._is_open and not self._bill.busy:
            self._bill.read(self._changed)

    def on_kind(self, kind: str) -> None:
        """Another kind of tender."""
        self._typed = Typed(TenderKind(kind))
        self._show(blank=True)

    def on_amount(self, text: str) -> None:
        """The amount changed."""
        self._typed = replace(self._typed, amount=text)
        self._show()

    def on_reference(self, text: str) -> None:
        """The UTR, slip or code changed."""
        self._typed = retyped(self._typed, text)
        self._show()

    def on_enter(self) -> None:
        """Take it, or close first what is payable at the gateway."""
        if not self._is_open or self._bill.busy:
            return
        if self._look().closes_first:
            self._bill.free(self._changed)
            return
        if given(self._typed, self._bill.open).problem:
            return
        if self._typed.kind is TenderKind.OWN_UPI and self._outage_until is None:
            self._ask_manager()
        else:
            self._take(None)

    def on_take_back(self, tender_id: int) -> None:
        """A tender of the list goes back to the customer."""
        state = self._bill.state
        tenders = state.by_hand if state is not None else ()
        tender = next((t for t in tenders if t.tender_id == tender_id), None)
        if tender is None:
            return
        note = f"{say(f'tender_{tender.kind.value}')} {format_rupees(tender.amount, sign=True)}"
        wanted = Wanted("take_back_title", note, "take_back_now", _TAKE_BACK)
        self._reason.ask(
            wanted, lambda reason: self._bill.take_back(tender_id, reason, self._changed)
        )

    def on_rest(self, code: str) -> None:
        """The rest by link, QR, or the shop's own QR; the bill then waits in the panel."""
        way, rest = code.removeprefix("rest_"), self._bill.open

        def asked() -> None:
            state = self._bill.state
            self._close()
            if state is None:
                return
            if way == "link":
                self._notices.tell_of(state.order_id, "requested", n=state.token_no)
            else:
                self._qr.open(state.order_id, state.token_no, rest)

        self._bill.rest(way, asked)

    def on_back(self) -> None:
        """Esc: what was taken stays on the bill, which waits in the panel."""
        state, was_open = self._bill.state, self._is_open
        self._close()
        if was_open and state is not None and state.open:
            left = {"n": state.token_no, "amount": state.open}
            self._notices.tell_of(state.order_id, "split_waits", **left)

    def _open(self, kind: TenderKind) -> None:
        self._typed, self._is_open = Typed(kind), True
        self._view.open_split(sheet_state(self._look()))

    def _close(self) -> None:
        self._is_open = False
        self._view.close_split()

    def _ask_manager(self, refused: Exception | None = None) -> None:
        """For the UTR that is typed, or for what was refused without her; Esc leaves all of it."""
        amount = given(self._typed, self._bill.open).amount
        code, words = "own_upi", "ask_own_upi"
        params: dict[str, object] = {"amount": amount, "end": self._typed.reference[-4:]}
        if isinstance(refused, RaseedError) and refused.code == "slip_used":
            code, words, params = "slip_used", "ask_slip_used", dict(refused.params)
        self._pin.ask(Question(code, say(words, **params), self._take))

    def _take(self, approval: Approval | None) -> None:
        amount = given(self._typed, self._bill.open).amount
        piece = Piece(self._typed.kind, amount, self._typed.reference)
        self._bill.add(piece, approval, self._taken)

    def _taken(self) -> None:
        state = self._bill.state
        if state is not None and state.give_back:
            self._notices.must_see("give_back", amount=state.give_back, n=state.token_no)
        self._typed = Typed(self._typed.kind)
        if state is not None and state.state is SaleState.AWAITING:
            self._show(blank=True)
            return
        self._close()
        if state is not None:
            code = "cash_done" if state.change else "split_done"
            told = {"n": state.token_no, "number": state.invoice_number or ""}
            self._notices.tell(code, change=state.change, **told)

    def _changed(self) -> None:
        """It was read again; a bill that is paid meanwhile needs no sheet."""
        state = self._bill.state
        if state is not None and state.state is not SaleState.AWAITING:
            self._close()
        else:
            self._show()

    def _refused(self, error: Exception) -> None:
        code = error.code if isinstance(error, RaseedError) else ""
        if code in ("approval_needed", "slip_used"):

            def known() -> None:
                # A bill of the screen is parked by now: what is open is read from there.
                self._changed()
                if self._is_open:
                    self._ask_manager(error)

            self._bill.read(known)
            return
        self._notices.failed(error)
        if self._bill.order_id is None:
            self._close()
        elif self._is_open:
            # What was typed stays; how the bill stands may be the reason.
            self._bill.read(self._changed)

    def _show(self, *, blank: bool = False) -> None:
        if self._is_open:
            self._view.show_split(sheet_state(self._look()), blank=blank)

    def _look(self) -> SplitLook:
        bill, options = self._bill, self._services.options
        # The rest is asked for here and now: nothing is promised that would have to wait.
        there = not self.reach.away
        return SplitLook(
            state=bill.state,
            due=bill.due,
            typed=self._typed,
            busy=bill.busy,
            own_upi=bool(options.own_upi.vpa),
            qr=there and self._offers.qr,
            link=there and bill.has_phone and self._offers.links,
            outage_until=self._outage_until,
            known=bill.has_phone,
        )
