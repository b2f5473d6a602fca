"""Checkout: from a priced cart to a parked bill that waits for its money, or to a cash sale.

Every method runs in the db lane, commits first and acts on nothing outside: what must happen at the
gateway, at Exotel or at the relay is an outbox row of the same transaction.
"""

from collections.abc import Callable
from dataclasses import replace

from pos_desktop.domain.delivery import Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import OWN_UPI, CollectKind, CollectState
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.domain.wish import Wish, WishKind
from pos_desktop.ports import Clock, Store, UnitOfWork
from pos_desktop.services.approvals import given
from pos_desktop.services.drafts import NOTE
from pos_desktop.services.entries import open_entry
from pos_desktop.services.freeze import freeze
from pos_desktop.services.issuing import GIVEN, RISK, payable_still
from pos_desktop.services.messages import Outgoing, payable
from pos_desktop.services.opening import MOST_REQUESTS, Opener, may_request, requests_made
from pos_desktop.services.order import Order
from pos_desktop.services.outbox import Listener
from pos_desktop.services.posting import again, may_send, on_its_way
from pos_desktop.services.switching import Switching
from pos_desktop.services.views import EditedBill, PaidNews


class Checkout:
    """Takes payment for carts; one instance per counter.

    ``silent`` tells whether messages are switched off for the owner's reasons: then nothing is
    sent and the bill goes to the screen.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        listener: Listener,
        switching: Switching,
        outgoing: Outgoing,
        silent: Callable[[UnitOfWork], bool],
    ) -> None:
        self._listener = listener
        self._store = store
        self._clock = clock
        self._switching = switching
        self._opener: Opener = switching.opener
        self._outgoing = outgoing
        self._silent = silent

    def request(self, order: Order, *, remote: bool = False) -> Sale:
        """Freeze the bill and ask for payment by the shop's channel; the bill parks itself.

        Without a phone, or while no message can go, it is a QR on the screen (a link's QR where
        the account has no QR codes); for a number that wants none the dropped request says why.
        Raises DomainError ``nothing_to_pay``, and for a remote bill ``phone_needed`` or
        ``opted_out``.
        """
        if remote and (order.phone is None or order.consent is None):
            raise DomainError("phone_needed")
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._freeze(uow, order, now, remote=remote)
            refused = self._opener.refusals.refused(uow, sale.phone)
            if refused and remote:
                raise DomainError("opted_out")
            if sale.phone is None or refused or self._silent(uow):
                self._opener.open(uow, sale, self._opener.on_screen(uow), now)
                if refused:
                    self._opener.request_message(uow, sale, now)
            else:
                kind = self._opener.kind(uow, sale)
                self._opener.open(uow, sale, kind, now)
                self._opener.request_message(uow, sale, now)
            uow.commit()
        self._listener.changed()
        return sale

    def screen_qr(self, order: Order) -> Sale:
        """Freeze the bill and ask for a QR for the counter's screen; no request message."""
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._freeze(uow, order, now)
            self._opener.open(uow, sale, self._opener.on_screen(uow), now)
            uow.commit()
        self._listener.changed()
        return sale

    def cash(self, order: Order, tendered: int) -> Sale:
        """Freeze, take cash and issue at once; the goods are handed over. Returns it as issued.

        Raises DomainError ``cash_too_little`` or ``cash_limit``.
        """
        now = self._clock.now()
        with self._store.write() as uow:
            sale = freeze(uow, order, self._opener.options, now, self._opener.ids)
            news = self._switching.take_cash(uow, sale, tendered, order.cashier, now)
            uow.commit()
        self._listener.changed()
        return _issued(sale, news, now)

    def cash_for_waiting(
        self, order_id: str, tendered: int, by: str, *, risk: bool = False
    ) -> Sale:
        """Take cash for a parked bill. What is payable is asked to close and its answer awaited:
        the sale comes back issued where nothing was payable, else still awaiting with the cash as
        a wish that is carried out by itself (design payments 3). With ``risk`` nothing is waited
        for, and the books say who decided so: she may pay once more on her phone, which an entry of
        the inbox tells until nothing can be paid there any more.

        Raises DomainError ``not_waiting``, ``cash_too_little`` or ``cash_limit``.
        """
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._awaiting(uow, order_id)
            if risk:
                news: PaidNews | None = self._switching.take_cash(uow, sale, tendered, by, now)
                body = {"order_id": order_id, "tendered": tendered}
                uow.ledger.append("cash.risk_taken", by, now, body)
                if payable_still(uow, order_id):
                    open_entry(uow, order_id, RISK, sale.due, now, f"cash taken by {by}")
            else:
                wish = Wish(order_id, WishKind.CASH, now, by, tendered=tendered)
                news = self._switching.wish(uow, sale, wish)
            uow.commit()
        self._listener.changed()
        return sale if news is None else _issued(sale, news, now)

    def show_qr(self, order_id: str, by: str) -> None:
        """A UPI QR of the gateway for a waiting bill; a live link is closed first. One that is
        shown already stays. Raises ``not_waiting`` or ``qr_not_offered``."""
        self._switch(order_id, WishKind.QR, by)

    def show_own_qr(self, order_id: str, by: str) -> None:
        """The shop's own UPI QR for a waiting bill; what is live is closed first.

        Raises ``not_waiting`` or ``own_upi_off``.
        """
        self._switch(order_id, WishKind.OWN_QR, by)

    def send_again(self, order_id: str, by: str) -> None:
        """The request once more: the same link while it lives, a new one else; three in all.

        Raises ``not_waiting``, ``phone_needed``, ``channel_changed``, ``opted_out``,
        ``too_many_requests``, ``still_on_its_way``.
        """
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._awaiting(uow, order_id)
            may_send(uow, sale, self._opener.refusals)
            if not may_request(uow, sale):
                raise DomainError("too_many_requests", limit=MOST_REQUESTS)
            self._send_again(uow, sale, by, now)
            body = {"order_id": order_id, "number": requests_made(uow, order_id)}
            uow.ledger.append("request.again", by, now, body)
            uow.commit()
        self._listener.changed()

    def receipt_again(self, order_id: str, by: str) -> None:
        """The receipt of an issued bill once more, with the same link; three in all.

        Raises ``not_paid_yet``, ``phone_needed``, ``channel_changed``, ``opted_out``,
        ``still_on_its_way``, ``too_many_receipts``.
        """
        now = self._clock.now()
        with self._store.write() as uow:
            sale = _paid(uow, order_id)
            number = again(uow, self._opener.posting, sale, now)
            self._outgoing.advance(uow, sale, now)
            uow.ledger.append("receipt.again", by, now, {"order_id": order_id, "number": number})
            uow.commit()
        self._listener.changed()

    def free(self, order_id: str, by: str) -> bool:
        """Close what is payable so that other tenders may be taken; True when it is free now."""
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._awaiting(uow, order_id)
            wish = Wish(order_id, WishKind.SPLIT, now, by)
            self._switching.wish(uow, sale, wish)
            free = uow.wishes.get(order_id) is None
            uow.commit()
        self._listener.changed()
        return free

    def hand_over(self, order_id: str, by: str) -> None:
        """The goods of an issued bill were given; raises DomainError ``not_paid_yet``."""
        now = self._clock.now()
        with self._store.write() as uow:
            _paid(uow, order_id)
            uow.sales.hand_over(order_id, now, by)
            uow.commit()
        self._listener.changed()

    def hand_over_unpaid(self, order_id: str, approval: Approval) -> None:
        """The goods were given before the money came, as a manager decided: the bill stays on the
        panel and in the inbox until it is paid, and counts as handed over then. Raises DomainError
        ``not_waiting`` or ``approval_needed``."""
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._awaiting(uow, order_id)
            given(approval, now)
            body: dict[str, object] = {"order_id": order_id, "due": sale.due}
            uow.ledger.append("sale.handed_over_unpaid", approval.by, now, body)
            detail = f"handed over by {approval.by}"
            open_entry(uow, order_id, GIVEN, sale.due, now, detail)
            uow.commit()
        self._listener.changed()

    def abandon(self, order_id: str, reason: str, by: str) -> None:
        """Give up a waiting bill: at once, or when the gateway has closed what is payable.

        Raises ``not_waiting``, and ``money_received`` once there is money on it.
        """
        self._switch(order_id, WishKind.ABANDON, by, reason)

    def edit(self, order_id: str, by: str) -> None:
        """Give up a waiting bill so that its lines can be changed; see ``take_edited``."""
        self._switch(order_id, WishKind.EDIT, by, "edited")

    def edited(self, order_id: str) -> EditedBill | None:
        """The lines of a bill that was given up for editing; None if they were taken."""
        with self._store.read() as uow:
            return _edited(uow, order_id)

    def take_edited(self, order_id: str, draft: str | None = None) -> EditedBill | None:
        """The lines of a bill that was given up for editing, once; None if they were taken.

        ``draft`` is the bill on the screen with them: kept in the same transaction, so that a kill
        loses no line. None leaves the draft as it is.
        """
        with self._store.write() as uow:
            found = _edited(uow, order_id)
            if found is None:
                return None
            uow.wishes.drop(order_id)
            if draft is not None:
                uow.notes.put(NOTE, draft)
            uow.commit()
        self._listener.changed()
        return found

    def _freeze(self, uow: UnitOfWork, order: Order, now: int, *, remote: bool = False) -> Sale:
        sale = freeze(uow, order, self._opener.options, now, self._opener.ids, remote=remote)
        body = {"order_id": sale.order_id, "due": sale.due, "bill_hash": sale.bill_hash}
        uow.ledger.append("sale.requested", sale.cashier, now, body)
        return sale

    def _switch(self, order_id: str, kind: WishKind, by: str, reason: str = "") -> None:
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._awaiting(uow, order_id)
            if not _shown(uow, order_id, kind):
                wish = Wish(order_id, kind, now, by, reason=reason)
                self._switching.wish(uow, sale, wish)
            uow.commit()
        self._listener.changed()

    def _send_again(self, uow: UnitOfWork, sale: Sale, by: str, now: int) -> None:
        collect = payable(uow, sale.order_id)
        if collect is None or collect.gateway == OWN_UPI:
            wish = Wish(sale.order_id, WishKind.LINK, now, by)
            self._switching.wish(uow, sale, wish)
            return
        if on_its_way(uow, sale.order_id, Purpose.PAYMENT_REQUEST, now):
            raise DomainError("still_on_its_way")
        self._opener.request_message(uow, sale, now)
        self._outgoing.advance(uow, sale, now)

    def _awaiting(self, uow: UnitOfWork, order_id: str) -> Sale:
        sale = uow.sales.get(order_id)
        if sale is None or sale.state is not SaleState.AWAITING:
            raise DomainError("not_waiting")
        return sale


def _paid(uow: UnitOfWork, order_id: str) -> Sale:
    sale = uow.sales.get(order_id)
    if sale is None or sale.state is not SaleState.ISSUED:
        raise DomainError("not_paid_yet")
    return sale


def _edited(uow: UnitOfWork, order_id: str) -> EditedBill | None:
    wish, sale = uow.wishes.get(order_id), uow.sales.get(order_id)
    if sale is None or wish is None or wish.kind is not WishKind.EDIT:
        return None
    if sale.state is not SaleState.ABANDONED:
        return None
    return EditedBill(order_id, sale.bill.lines, sale.phone)


def _shown(uow: UnitOfWork, order_id: str, kind: WishKind) -> bool:
    """Whether the bill has just what is wished for: a QR that is asked for or open."""
    if kind not in (WishKind.QR, WishKind.OWN_QR):
        return False
    own = kind is WishKind.OWN_QR
    alive = (CollectState.REQUESTED, CollectState.UNKNOWN, CollectState.OPEN)
    return any(
        collect.kind is CollectKind.QR and (collect.gateway == OWN_UPI) is own
        for collect in uow.collects.of(order_id)
        if collect.state in alive
    )


def _issued(sale: Sale, news: PaidNews, now: int) -> Sale:
    number = news.invoice_number
    return replace(sale, state=SaleState.ISSUED, invoice_number=number, issued_at=now)
