"""Everything about bills that are not on the screen: one read, frozen values, codes for words."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_desktop.domain.collect import Settlement, settle
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import Collect, CollectKind, CollectState, PaymentStatus
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.domain.wish import WishKind
from pos_desktop.ports import Clock, ParkedBill, Store, UnitOfWork
from pos_desktop.services.captures import money_of
from pos_desktop.services.channel import in_force
from pos_desktop.services.history import history
from pos_desktop.services.pages import PageWriter
from pos_desktop.services.parked import money_words, newest, waiting_bill
from pos_desktop.services.people import outage_until
from pos_desktop.services.publishing import bill_of
from pos_desktop.services.refund_book import still_owed
from pos_desktop.services.standing import Standing
from pos_desktop.services.syncing import Syncing
from pos_desktop.services.views import DeskState, PayableQr, PaymentStory
from pos_desktop.wire import v1

_MONEY = frozenset({PaymentStatus.CAPTURED, PaymentStatus.REFUNDED})


@dataclass(frozen=True, slots=True)
class Desk:
    """Read side of the counter; each method blocks on SQLite and belongs to a lane."""

    store: Store
    clock: Clock
    writer: PageWriter
    syncing: Syncing
    standing: Standing

    def state(self) -> DeskState:
        """The waiting panel, what needs a person, and what is still on its way to the relay.

        The number of statements does not depend on how many bills wait for all of their money.
        """
        now = self.clock.now()
        with self.store.read() as uow:
            parked = uow.panel.bills()
            bills = [waiting_bill(bill, _settlement(uow, bill), now) for bill in parked]
            rows, oldest = uow.outbox.unsent()
            entries, first = self.syncing.unsent()
            ages = [at for at in (oldest, first) if at is not None]
            bills.sort(key=lambda bill: (not bill.attention, bill.created_at))
            return DeskState(
                waiting=tuple(bills),
                unsent=rows + entries,
                oldest_unsent_at=min(ages, default=None),
                attention=sum(bill.attention for bill in bills),
                inbox=len(uow.flags.open()),
                owed=len(still_owed(uow)),
                longest_unasked_at=uow.collects.longest_unasked(now),
                services_off=self.standing.off(uow),
                edits=_edits(uow, parked),
                outage_until=outage_until(uow, now),
                offers=self.standing.offers.shown(uow),
                channel=in_force(uow),
                trouble=self.syncing.trouble(),
            )

    def payable(self, order_id: str) -> PayableQr | None:
        """What the QR screen shows for this sale now; None if there is no such sale."""
        now = self.clock.now()
        with self.store.read() as uow:
            sale = uow.sales.get(order_id)
            if sale is None:
                return None
            bill = _parked(uow, sale)
            return _payable(bill, money_words(bill, _settlement(uow, bill), now))

    def history(self, order_id: str) -> PaymentStory | None:
        """Everything about the money of one bill in the order of time; None if it is unknown."""
        with self.store.read() as uow:
            return history(uow, order_id, self.clock.now())

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


def _settlement(uow: UnitOfWork, bill: ParkedBill) -> Settlement:
    """What the bill has received. Only where it has some of its money and waits for more it is
    asked what of that was promised back or counts for another bill."""
    told = {fact.status for _, fact in bill.facts}
    if not bill.tenders and not told & _MONEY:
        return Settlement(0, 0, bill.due, 0)
    part = bill.state is SaleState.AWAITING and PaymentStatus.CAPTURED in told
    facts = money_of(uow, bill.order_id) if part else bill.facts
    return settle(bill.due, facts, bill.tenders)


def _edits(uow: UnitOfWork, parked: Sequence[ParkedBill]) -> tuple[str, ...]:
    """Bills that were given up for editing, and whose lines nobody has taken yet."""
    closing = {bill.order_id for bill in parked if bill.state is SaleState.AWAITING}
    wishes = (wish for wish in uow.wishes.all() if wish.kind is WishKind.EDIT)
    return tuple(wish.order_id for wish in wishes if wish.order_id not in closing)


def _parked(uow: UnitOfWork, sale: Sale) -> ParkedBill:
    """One bill as the panel would show it."""
    order_id = sale.order_id
    return ParkedBill(
        order_id=order_id,
        token_no=sale.token_no,
        state=sale.state,
        channel=sale.channel,
        due=sale.due,
        created_at=sale.created_at,
        phone=sale.phone,
        invoice_number=sale.invoice_number,
        issued_at=sale.issued_at,
        remote=sale.remote,
        collects=tuple(uow.collects.of(order_id)),
        facts=tuple(uow.facts.of(order_id)),
        messages=tuple(uow.messages.of(order_id)),
        tenders=tuple(uow.tenders.of(order_id)),
        flags=tuple(uow.flags.of(order_id)),
        wish=uow.wishes.get(order_id),
        handed_over=sale.handed_over_at is not None,
    )


def _payable(bill: ParkedBill, words: str) -> PayableQr:
    collect = newest(bill)
    shown = collect if collect is not None and collect.state is CollectState.OPEN else None
    return PayableQr(
        order_id=bill.order_id,
        token_no=bill.token_no,
        amount=shown.amount if shown is not None else bill.due,
        kind=collect.kind if collect is not None else CollectKind.QR,
        payload=_payload(shown),
        image_url=shown.image_url if shown is not None else None,
        expires_at=shown.expires_at if shown is not None else None,
        words=words,
        paid=bill.state is SaleState.ISSUED,
    )


def _payload(collect: Collect | None) -> str | None:
    if collect is None:
        return None
    return collect.upi_payload if collect.kind is CollectKind.QR else collect.url
