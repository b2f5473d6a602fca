"""Cashfree: payment links, and UPI QR codes by an order and its payment session (gateways 2).

Everything is found again by our own reference: it is the id of the link or order there, so a call
whose answer was lost is cleared up by one GET.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_desktop.domain.options import GatewayOptions
from pos_desktop.domain.payment import Collect, CollectKind, CollectState, PaymentFact, RefundFact
from pos_desktop.gateways import cashfree_asks as asks
from pos_desktop.gateways import cashfree_wire as wire
from pos_desktop.gateways.cashfree_calls import CashfreeCalls
from pos_desktop.gateways.cashfree_links import CashfreeLinks
from pos_desktop.gateways.cashfree_money import CashfreeMoney
from pos_desktop.gateways.cashfree_qrs import CashfreeQrs
from pos_desktop.gateways.showing import Showing
from pos_desktop.net.http import HttpClient
from pos_desktop.ports import (
    Capabilities,
    Clock,
    CollectIntent,
    CollectSeen,
    GatewayError,
    GatewayErrorKind,
    ListedPayment,
    RefundOrder,
)

BASE_URL = "https://api.cashfree.com/pg"
PAY_HOST = "payments.cashfree.com"
_TEST_BASE_URL = "https://sandbox.cashfree.com/pg"
_TEST_PAY_HOST = "payments-test.cashfree.com"

_CANNOT_CLOSE = frozenset(
    {GatewayErrorKind.STATE, GatewayErrorKind.VALIDATION, GatewayErrorKind.DUPLICATE}
)


class CashfreeGateway:
    """``ports.Gateway`` for one Cashfree account; safe to call from several threads.

    ``http`` must carry the headers of ``cashfree_calls.headers_of``.
    """

    name = wire.GATEWAY

    def __init__(self, http: HttpClient, options: GatewayOptions, clock: Clock) -> None:
        test = http.base_url == _TEST_BASE_URL
        host = _TEST_PAY_HOST if test else PAY_HOST
        self._options = options
        self._showing = Showing(http, (*options.pay_hosts, host))
        self._calls = CashfreeCalls(http, clock)
        self._money = CashfreeMoney(self._calls)
        self._links = CashfreeLinks(self._calls, self._money)
        self._qrs = CashfreeQrs(self._calls, self._money)

    def capabilities(self) -> Capabilities:
        """What the account can do, as far as settings and its answers have shown."""
        return Capabilities(
            links=True,
            qr=self._options.qr_enabled and not self._qrs.off,
            qr_payload=False,
            search_by_reference=True,
            max_qr_seconds=asks.MAX_QR_S,
            min_link_seconds=asks.MIN_LINK_S,
            lists_payments=False,
        )

    def ping(self) -> None:
        """Proves key, address and network, and tells the server's time. What was learnt of the
        account is forgotten: it may have changed."""
        self._calls.ping()
        self._qrs.forget()

    def create(self, intent: CollectIntent) -> CollectSeen:
        """Make it payable; see the port. A reference that was used already is looked up."""
        asks.check(intent)
        by_qr = intent.kind is CollectKind.QR
        try:
            seen = self._qrs.create(intent) if by_qr else self._links.create(intent)
        except GatewayError as error:
            if error.kind is not GatewayErrorKind.DUPLICATE:
                raise
            found = self.find(intent)
            if found is None:
                raise
            return found
        return self._first(seen)

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        """The object with our reference, with its QR where there is one to show."""
        by_qr = intent.kind is CollectKind.QR
        found = (self._qrs if by_qr else self._links).find(intent)
        return None if found is None else self._first(found)

    def fetch(self, collect: Collect) -> CollectSeen:
        """Its state and every payment; of an active one a few times a minute its attempts too."""
        gateway_id, settled = _known_id(collect), collect.state is CollectState.PAID
        if collect.kind is CollectKind.QR:
            return self._showing.later(self._qrs.look(gateway_id, settled=settled))
        if settled:
            paid = self._links.look_back(gateway_id, collect.provider_order_id)
            return self._showing.later(paid)
        return self._showing.later(self._links.look(gateway_id))

    def close(self, collect: Collect) -> CollectSeen:
        """Cancel or terminate, then look: what was paid or gone already answers as it stands.

        ``closing``: an attempt is running; it may still be paid, or is cancelled when that ends.
        """
        gateway_id, by_qr = _known_id(collect), collect.kind is CollectKind.QR
        try:
            seen = self._qrs.close(gateway_id) if by_qr else self._links.close(gateway_id)
        except GatewayError as error:
            if error.kind in _CANNOT_CLOSE:
                return self.fetch(collect)
            raise
        return self._showing.later(seen)

    def capture(self, payment_id: str, amount: int) -> PaymentFact:
        """Raises GatewayError ``state``: Cashfree captures by itself; a pre-authorisation, which
        we never ask for, is captured by its order and in the dashboard."""
        text = "Cashfree takes authorised money by itself or gives it back."
        raise GatewayError(GatewayErrorKind.STATE, text)

    def refund(self, order: RefundOrder) -> RefundFact:
        """Give back; the key is the refund's id there, so the same key gives back once."""
        return self._money.refund(order)

    def find_refund(self, order: RefundOrder) -> RefundFact | None:
        """How it stands; None proves that none exists."""
        return self._money.find_refund(order)

    def payments_between(self, start: int, end: int) -> Sequence[ListedPayment]:
        """Raises GatewayError ``feature_off``: Cashfree lists payments of an order only."""
        text = "Cashfree has no list of all payments."
        raise GatewayError(GatewayErrorKind.FEATURE_OFF, text)

    def _first(self, seen: CollectSeen) -> CollectSeen:
        """What is about to be shown. The picture came with the answer itself: it leads nowhere."""
        shown = self._showing.first(replace(seen, image_url=None))
        return replace(shown, image_url=seen.image_url)


def _known_id(collect: Collect) -> str:
    if collect.gateway_id is None:
        raise GatewayError(GatewayErrorKind.NOT_FOUND, "The gateway's id is not known yet.")
    return collect.gateway_id
