"""Opening something payable for a bill: the collect, its effect, and the request message."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_desktop.domain.collect import settle
from pos_desktop.domain.delivery import Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import Options
from pos_desktop.domain.payment import OWN_UPI, Collect, CollectKind, CollectState
from pos_desktop.domain.sale import Channel, Sale
from pos_desktop.ports import Capabilities, Ids, UnitOfWork
from pos_desktop.services.captures import money_of
from pos_desktop.services.consent import UNTOLD, Refusals
from pos_desktop.services.entering import entered
from pos_desktop.services.posting import Posting

# A request goes out at most so often for one bill, whoever presses (reliability (d)).
MOST_REQUESTS = 3


@dataclass(frozen=True, slots=True)
class Opener:
    """Knows the shop; every method is part of the caller's transaction.

    ``offers``: what the account of new bills can do now. Without ``qr_payload`` no QR can be drawn
    for a message; only the screen can show the gateway's own picture.
    """

    options: Options
    ids: Ids
    offers: Callable[[UnitOfWork], Capabilities]
    refusals: Refusals = UNTOLD

    @property
    def posting(self) -> Posting:
        """Where its messages come into being."""
        return Posting(self.ids, self.refusals)

    def open(self, uow: UnitOfWork, sale: Sale, kind: CollectKind, now: int) -> None:
        """Ask the shop's gateway for what is still open, in the way that ``kind`` or ``on_screen``
        told; the call itself is an outbox row. Raises DomainError ``nothing_to_pay``."""
        self._add(uow, sale, kind, self.options.gateway.name, now)

    def open_own(self, uow: UnitOfWork, sale: Sale, now: int) -> None:
        """Show the shop's own UPI QR. Raises DomainError ``own_upi_off`` where there is none."""
        if not self.options.own_upi.vpa:
            raise DomainError("own_upi_off")
        self._add(uow, sale, CollectKind.QR, OWN_UPI, now)

    def request_message(self, uow: UnitOfWork, sale: Sale, now: int) -> None:
        """A request to the customer that waits for what it needs; nothing without a phone, and
        dropped at once where the number wants none.

        Raises DomainError ``too_many_requests`` after three to one number.
        """
        if sale.phone is None:
            return
        attempt = requests_made(uow, sale.order_id) + 1
        if not may_request(uow, sale):
            raise DomainError("too_many_requests", limit=MOST_REQUESTS)
        self.posting.post(uow, sale, Purpose.PAYMENT_REQUEST, now, attempt)

    def open_anew(self, uow: UnitOfWork, sale: Sale, now: int) -> None:
        """The number was corrected: ask once more, by the bill's own channel; on the screen where
        nothing may be sent. Raises DomainError ``nothing_to_pay``."""
        if sale.phone is None or self.refusals.refused(uow, sale.phone):
            kind = self.on_screen(uow)
        else:
            kind = self.kind(uow, sale)
        self.open(uow, sale, kind, now)
        if may_request(uow, sale):
            self.request_message(uow, sale, now)

    def on_screen(self, uow: UnitOfWork) -> CollectKind:
        """What a customer at the counter scans: a link's QR where the account has no QR codes."""
        return CollectKind.QR if self.offers(uow).qr else CollectKind.LINK

    def kind(self, uow: UnitOfWork, sale: Sale) -> CollectKind:
        """A QR picture is paid through share-and-pay, which has a cap (gateways 4.3); who is not
        in the shop gets a link, which lives longer."""
        gateway, can = self.options.gateway, self.offers(uow)
        wanted = sale.channel is Channel.WHATSAPP_QR and can.qr and can.qr_payload
        if sale.remote or not wanted:
            return CollectKind.LINK
        within = sale.due <= gateway.share_and_pay_cap or gateway.verified_merchant
        return CollectKind.QR if within else CollectKind.LINK

    def _add(self, uow: UnitOfWork, sale: Sale, kind: CollectKind, gateway: str, now: int) -> None:
        facts, tenders = money_of(uow, sale.order_id), uow.tenders.of(sale.order_id)
        settlement = settle(sale.due, facts, tenders)
        if settlement.open == 0:
            raise DomainError("nothing_to_pay")
        attempt = len(uow.collects.of(sale.order_id)) + 1
        reference = f"{sale.order_id}-{attempt}"
        collect = Collect(
            reference=reference,
            order_id=sale.order_id,
            attempt=attempt,
            kind=kind,
            state=CollectState.REQUESTED,
            gateway=gateway,
            amount=settlement.open,
            created_at=now,
        )
        uow.collects.add(entered(uow, collect, now))


def may_request(uow: UnitOfWork, sale: Sale) -> bool:
    """Whether one more may go to the bill's number. Another number is another customer: what went
    to a wrong one is not held against her."""
    mine = [m for m in uow.messages.of(sale.order_id) if m.to == sale.phone]
    return sum(m.purpose is Purpose.PAYMENT_REQUEST for m in mine) < MOST_REQUESTS


def requests_made(uow: UnitOfWork, order_id: str) -> int:
    """How many payment requests were made for this bill, sent or not."""
    messages = uow.messages.of(order_id)
    return sum(message.purpose is Purpose.PAYMENT_REQUEST for message in messages)
