"""Checkout: from a priced cart to a parked bill that waits for its money, or to a cash sale.

Every method runs in the db lane, commits first and acts on nothing outside: what must happen at the
gateway, at Exotel or at the relay is an outbox row of the same transaction.
"""

from dataclasses import replace

from pos_desktop.domain.delivery import Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import Options
from pos_desktop.domain.payment import Collect, CollectKind, CollectState
from pos_desktop.domain.sale import Channel, Sale, SaleState, Tender, TenderKind
from pos_desktop.ports import Clock, Ids, Store, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.freeze import freeze
from pos_desktop.services.issuing import PAYABLE, Issuer, abandon, new_message
from pos_desktop.services.order import Order
from pos_desktop.services.outbox import Listener

# Nobody may receive this much in cash for one bill (Income-tax Act 2025 s.186; domain 6).
CASH_LIMIT = 2_00_000_00


class Checkout:
    """Takes payment for carts; one instance per counter."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, options: Options, listener: Listener
    ) -> None:
        self._listener = listener
        self._store = store
        self._clock = clock
        self._ids = ids
        self._options = options
        self._issuer = Issuer(options, ids)

    def request(self, order: Order) -> Sale:
        """Freeze the bill and ask for payment by the shop's channel; the bill parks itself.

        Without a phone it is a QR on the screen. Raises DomainError ``nothing_to_pay``.
        """
        if order.phone is None:
            return self.screen_qr(order)
        now = self._clock.now()
        with self._store.write() as uow:
            sale = freeze(uow, order, self._options, now, self._ids)
            self._open_collect(uow, sale, self._kind(sale.due), now)
            message = new_message(self._options, self._ids, sale, Purpose.PAYMENT_REQUEST, now)
            uow.messages.add(message)
            self._note(uow, "sale.requested", sale, now)
            uow.commit()
        self._listener.changed()
        return sale

    def screen_qr(self, order: Order) -> Sale:
        """Freeze the bill and ask for a UPI QR for the counter's screen; no request message."""
        now = self._clock.now()
        with self._store.write() as uow:
            sale = freeze(uow, order, self._options, now, self._ids)
            self._open_collect(uow, sale, CollectKind.QR, now)
            self._note(uow, "sale.requested", sale, now)
            uow.commit()
        self._listener.changed()
        return sale

    def cash(self, order: Order, tendered: int) -> Sale:
        """Freeze, take cash and issue at once; the goods are handed over. Returns it as issued.

        Raises DomainError ``cash_too_little`` or ``cash_limit``.
        """
        now = self._clock.now()
        with self._store.write() as uow:
            sale = freeze(uow, order, self._options, now, self._ids)
            issued = self._take_cash(uow, sale, tendered, order.cashier, now)
            uow.commit()
        self._listener.changed()
        return issued

    def cash_for_waiting(self, order_id: str, tendered: int, by: str) -> Sale:
        """Take cash for a parked bill. Its payable objects are asked to close and stay watched:
        money that still arrives is flagged, never lost (design payments 3 and 7).

        Raises DomainError ``not_waiting``, ``cash_too_little`` or ``cash_limit``.
        """
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._awaiting(uow, order_id)
            issued = self._take_cash(uow, sale, tendered, by, now)
            uow.commit()
        self._listener.changed()
        return issued

    def show_qr(self, order_id: str) -> None:
        """Make sure that a waiting bill has something payable to show; raises ``not_waiting``."""
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._awaiting(uow, order_id)
            collects = uow.collects.of(order_id)
            if not any(c.state in PAYABLE | {CollectState.CLOSING} for c in collects):
                self._open_collect(uow, sale, CollectKind.QR, now)
            uow.commit()
        self._listener.changed()

    def hand_over(self, order_id: str, by: str) -> None:
        """The goods of an issued bill were given; raises DomainError ``not_paid_yet``."""
        now = self._clock.now()
        with self._store.write() as uow:
            sale = uow.sales.get(order_id)
            if sale is None or sale.state is not SaleState.ISSUED:
                raise DomainError("not_paid_yet")
            uow.sales.hand_over(order_id, now, by)
            uow.commit()
        self._listener.changed()

    def abandon(self, order_id: str, reason: str, by: str) -> None:
        """Give up a waiting bill; refused with ``not_waiting`` once money has arrived."""
        now = self._clock.now()
        with self._store.write() as uow:
            sale = self._awaiting(uow, order_id)
            if any(fact.status.value == "captured" for _, fact in uow.facts.of(order_id)):
                raise DomainError("not_waiting")
            abandon(uow, sale, now)
            body = {"order_id": order_id, "due": sale.due, "reason": reason}
            uow.ledger.append("sale.abandoned", by, now, body)
            uow.commit()
        self._listener.changed()

    def _kind(self, due: int) -> CollectKind:
        """A QR picture is paid through share-and-pay, which has a cap (gateways 4.3)."""
        gateway = self._options.gateway
        if self._options.channel is not Channel.WHATSAPP_QR:
            return CollectKind.LINK
        within = due <= gateway.share_and_pay_cap or gateway.verified_merchant
        return CollectKind.QR if within else CollectKind.LINK

    def _open_collect(self, uow: UnitOfWork, sale: Sale, kind: CollectKind, now: int) -> None:
        attempt = len(uow.collects.of(sale.order_id)) + 1
        reference = f"{sale.order_id}-{attempt}"
        uow.collects.add(
            Collect(
                reference=reference,
                order_id=sale.order_id,
                attempt=attempt,
                kind=kind,
                state=CollectState.REQUESTED,
                gateway=self._options.gateway.name,
                amount=sale.due,
                created_at=now,
            )
        )
        uow.outbox.put(effects.COLLECT_CREATE, reference, sale.order_id, now)

    def _take_cash(self, uow: UnitOfWork, sale: Sale, tendered: int, by: str, now: int) -> Sale:
        if sale.due >= CASH_LIMIT:
            raise DomainError("cash_limit", limit=CASH_LIMIT)
        if tendered < sale.due:
            raise DomainError("cash_too_little", due=sale.due, tendered=tendered)
        change = tendered - sale.due
        tender = Tender(TenderKind.CASH, sale.due, now, by, tendered=tendered, change=change)
        uow.tenders.add(sale.order_id, tender)
        news = self._issuer.issue(uow, sale, now, "cash")
        uow.sales.hand_over(sale.order_id, now, by)
        number = news.invoice_number
        return replace(sale, state=SaleState.ISSUED, invoice_number=number, issued_at=now)

    def _awaiting(self, uow: UnitOfWork, order_id: str) -> Sale:
        sale = uow.sales.get(order_id)
        if sale is None or sale.state is not SaleState.AWAITING:
            raise DomainError("not_waiting")
        return sale

    def _note(self, uow: UnitOfWork, kind: str, sale: Sale, now: int) -> None:
        body = {"order_id": sale.order_id, "due": sale.due, "bill_hash": sale.bill_hash}
        uow.ledger.append(kind, sale.cashier, now, body)
