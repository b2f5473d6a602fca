"""Everything about bills that are not on the screen: one read, frozen values, codes for words."""

from dataclasses import dataclass

from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import Collect, CollectKind, CollectState, PaymentStatus
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.ports import Clock, Store, UnitOfWork
from pos_desktop.services.issuing import shown_digits
from pos_desktop.services.messages import upi_reference
from pos_desktop.services.pages import PageWriter
from pos_desktop.services.publishing import bill_of
from pos_desktop.services.standing import Standing
from pos_desktop.services.syncing import Syncing
from pos_desktop.services.views import DeskState, PayableQr, Tone, WaitingBill
from pos_desktop.wire import v1

# A message that needs our page or picture and has waited so long says why (design relay 3).
_WAITS_MS = 3000
# A request that the gateway has not answered for so long is told to the cashier.
_SLOW_MS = 6000
_TONES = {
    "paid_give_goods": Tone.PAID,
    "last_attempt_failed": Tone.PENDING,
    "gateway_unreachable": Tone.FAILED,
    "refused_by_gateway": Tone.FAILED,
    "link_expired": Tone.FAILED,
    "late_money": Tone.FAILED,
}
_ATTENTION = frozenset({"gateway_unreachable", "refused_by_gateway", "link_expired", "late_money"})
# Flags of money that came although nothing was to pay any more.
_LATE = frozenset({"late", "duplicate", "over"})
_GONE = frozenset({CollectState.EXPIRED, CollectState.CANCELLED, CollectState.REFUSED})
_SHOWABLE = frozenset({CollectState.OPEN})


@dataclass(frozen=True, slots=True)
class Desk:
    """Read side of the counter; each method blocks on SQLite and belongs to a lane."""

    store: Store
    clock: Clock
    writer: PageWriter
    syncing: Syncing
    standing: Standing

    def state(self) -> DeskState:
        """The waiting panel and what is still on its way to the relay."""
        now = self.clock.now()
        with self.store.read() as uow:
            bills = [_waiting(uow, sale, now) for sale in uow.sales.waiting()]
            rows, oldest = uow.outbox.unsent()
            shown = {bill.order_id for bill in bills}
            # Money on a bill that left the panel brings its card back: nobody may miss it.
            flagged = dict.fromkeys(flag.order_id for flag in uow.flags.open())
            gone = [uow.sales.get(order_id) for order_id in flagged if order_id not in shown]
            bills += [_waiting(uow, sale, now) for sale in gone if sale is not None]
        entries, first = self.syncing.unsent()
        ages = [at for at in (oldest, first) if at is not None]
        bills.sort(key=lambda bill: (not bill.attention, bill.created_at))
        attention = sum(bill.attention for bill in bills)
        return DeskState(tuple(bills), rows + entries, min(ages, default=None), attention)

    def payable(self, order_id: str) -> PayableQr | None:
        """What the QR screen shows for this sale now; None if there is no such sale."""
        now = self.clock.now()
        with self.store.read() as uow:
            sale = uow.sales.get(order_id)
            if sale is None:
                return None
            collect = _newest(uow, order_id)
            words = _words(uow, sale, collect, now)
        return _payable(sale, collect, words)

    def document(self, order_id: str | None = None) -> v1.PageContent:
        """The printable content of this sale, or of the last issued one.

        Raises DomainError ``nothing_to_print`` where there is none.
        """
        with self.store.read() as uow:
            sale = uow.sales.last_issued() if order_id is None else uow.sales.get(order_id)
            bill = bill_of(uow, sale.order_id) if sale is not None else None
        if bill is None:
            raise DomainError("nothing_to_print")
        return self.writer.content(bill)


def _payable(sale: Sale, collect: Collect | None, words: str) -> PayableQr:
    showable = collect is not None and collect.state in _SHOWABLE
    payload = image = expires = None
    kind = collect.kind if collect is not None else CollectKind.QR
    if collect is not None and showable:
        payload = collect.upi_payload if kind is CollectKind.QR else collect.url
        image, expires = collect.image_url, collect.expires_at
    return PayableQr(
        order_id=sale.order_id,
        token_no=sale.token_no,
        amount=sale.due,
        kind=kind,
        payload=payload,
        image_url=image,
        expires_at=expires,
        words=words,
        paid=sale.state is SaleState.ISSUED,
    )


def _newest(uow: UnitOfWork, order_id: str) -> Collect | None:
    collects = uow.collects.of(order_id)
    return collects[-1] if collects else None


def _waiting(uow: UnitOfWork, sale: Sale, now: int) -> WaitingBill:
    collect = _newest(uow, sale.order_id)
    words = _words(uow, sale, collect, now)
    message = _message(uow, sale)
    flags = {flag.kind for flag in uow.flags.of(sale.order_id) if flag.state == "open"}
    if sale.state is not SaleState.AWAITING and flags & _LATE:
        words = "late_money"
    return WaitingBill(
        order_id=sale.order_id,
        token_no=sale.token_no,
        amount=sale.due,
        tone=_TONES.get(words, Tone.PENDING),
        words=words,
        created_at=sale.created_at,
        phone_last4=shown_digits(sale.phone),
        channel=message.channel if message else "",
        message_purpose=message.purpose.value if message else "",
        message_words=_message_words(message, collect, now) if message else "",
        message_reason=(message.reason or "") if message else "",
        expires_at=collect.expires_at if collect and collect.state in _SHOWABLE else None,
        invoice_number=sale.invoice_number,
        paid_at=sale.issued_at,
        upi_reference=upi_reference(uow, sale.order_id) if sale.issued_at else "",
        can_show_qr=collect is not None and collect.state in _SHOWABLE,
        attention=words in _ATTENTION or bool(flags),
    )


def _message(uow: UnitOfWork, sale: Sale) -> Message | None:
    """The message that matters now: the request while unpaid, the receipt afterwards."""
    wanted = Purpose.RECEIPT if sale.state is SaleState.ISSUED else Purpose.PAYMENT_REQUEST
    found = [m for m in uow.messages.of(sale.order_id) if m.purpose is wanted]
    return found[-1] if found else None


def _message_words(message: Message, collect: Collect | None, now: int) -> str:
    if message.state is MessageState.WAITING:
        request = message.purpose is Purpose.PAYMENT_REQUEST
        if request and collect is not None and collect.state in _GONE:
            # It waits for nothing; a new QR or link would take it along.
            return ""
        asking = request and (collect is None or collect.state is not CollectState.OPEN)
        waited = now - message.created_at > _WAITS_MS
        return "waits_for_relay" if waited and not asking else "queued"
    return message.state.value


def _words(uow: UnitOfWork, sale: Sale, collect: Collect | None, now: int) -> str:
    """The one sentence about money on this bill (design payments 8)."""
    if sale.state is SaleState.ISSUED:
        return "paid_give_goods"
    if collect is None:
        return "asking_gateway"
    match collect.state:
        case CollectState.REQUESTED | CollectState.UNKNOWN:
            return _asking_words(collect, now)
        case CollectState.OPEN:
            return _open_words(uow, sale, collect)
        case CollectState.CLOSING:
            return "closing_checking"
        case CollectState.REFUSED:
            return "refused_by_gateway"
        case CollectState.PAID:
            return "not_confirmed_checking"
        case _:
            return "link_expired"


def _asking_words(collect: Collect, now: int) -> str:
    unreachable = collect.last_error is not None and collect.state is CollectState.REQUESTED
    if unreachable:
        return "gateway_unreachable"
    slow = now - collect.created_at > _SLOW_MS
    return "not_confirmed_checking" if slow else "asking_gateway"


def _open_words(uow: UnitOfWork, sale: Sale, collect: Collect) -> str:
    facts = [f for ref, f in uow.facts.of(sale.order_id) if ref == collect.reference]
    if facts:
        last = facts[-1].status
        if any(fact.status is PaymentStatus.CAPTURED for fact in facts):
            # Some money came and not enough: a person decides (the bill asks for attention).
            return "not_confirmed_checking"
        if last is PaymentStatus.FAILED:
            return "last_attempt_failed"
        if last is PaymentStatus.AUTHORISED:
            return "bank_confirming"
    if collect.last_error is not None:
        return "not_confirmed_checking"
    by_screen = sale.phone is None and collect.kind is CollectKind.QR
    return "qr_on_screen" if by_screen else "waiting_payment"
