"""Razorpay: standard payment links and single-use UPI QR codes behind ``ports.Gateway``."""

import re
from collections.abc import Sequence

from pos_desktop.domain.options import GatewayOptions
from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    GatewayStatus,
    PaymentFact,
    RefundFact,
)
from pos_desktop.gateways import razorpay_wire as wire
from pos_desktop.gateways.razorpay_calls import RazorpayCalls
from pos_desktop.gateways.razorpay_links import MIN_SECONDS, RazorpayLinks
from pos_desktop.gateways.razorpay_listing import RazorpayListing
from pos_desktop.gateways.razorpay_money import RazorpayMoney
from pos_desktop.gateways.razorpay_qrs import MAX_SECONDS, RazorpayQrs
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

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MIN_AMOUNT = 100
_SPARE_S = 3600


class RazorpayGateway:
    """``ports.Gateway`` for one Razorpay account; safe to call from several threads."""

    name = wire.GATEWAY

    def __init__(self, http: HttpClient, options: GatewayOptions, clock: Clock) -> None:
        self._options = options
        self._calls = RazorpayCalls(http, clock)
        self._money = RazorpayMoney(self._calls)
        self._links = RazorpayLinks(self._calls, self._money)
        self._qrs = RazorpayQrs(self._calls, self._money)
        minutes = max(options.link_minutes, options.remote_link_minutes)
        self._listing = RazorpayListing(self._calls, minutes * 60 + _SPARE_S)
        self._showing = Showing(http, options.pay_hosts)
        self._qr_off = False
        self._payload_off = False

    def capabilities(self) -> Capabilities:
        """What the account can do: by the settings, and by its answers since the start."""
        return Capabilities(
            links=True,
            qr=self._options.qr_enabled and not self._qr_off,
            qr_payload=not self._payload_off,
            search_by_reference=True,
            max_qr_seconds=MAX_SECONDS,
            min_link_seconds=MIN_SECONDS,
        )

    def ping(self) -> None:
        """List one payment: proves key and network, and tells the server's time. What was learnt of
        the account is forgotten: it may have changed."""
        self._calls.ping()
        self._qr_off = False

    def create(self, intent: CollectIntent) -> CollectSeen:
        """Make it payable; see the port. A reference that was used already is looked up."""
        _check(intent)
        by_qr = intent.kind is CollectKind.QR
        made = self._create_qr(intent) if by_qr else self._links.create(intent)
        return self._first(made, intent)

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        """The object with our reference and its payments."""
        by_qr = intent.kind is CollectKind.QR
        seen = self._qrs.find(intent) if by_qr else self._links.find(intent)
        return None if seen is None else self._first(seen, intent)

    def fetch(self, collect: Collect) -> CollectSeen:
        """Its state and every payment that the gateway knows of it, in as few requests as tell it:
        an open QR and a link that nobody has opened take one, an opened link two."""
        gateway_id = _known_id(collect)
        kind = self._qrs if collect.kind is CollectKind.QR else self._links
        return self._later(kind.fetch(collect, gateway_id))

    def close(self, collect: Collect) -> CollectSeen:
        """Cancel or close, then look: what was paid or gone already answers as it stands. ``part``:
        a link with some of its money cannot be cancelled; it ends by itself, soon."""
        gateway_id = _known_id(collect)
        kind = self._qrs if collect.kind is CollectKind.QR else self._links
        try:
            return self._later(kind.close(collect, gateway_id))
        except GatewayError as error:
            if error.kind not in (GatewayErrorKind.STATE, GatewayErrorKind.VALIDATION):
                raise
        seen = kind.look(collect.reference, gateway_id)
        if seen.kind is CollectKind.LINK and seen.status is GatewayStatus.PART:
            seen = self._links.end_soon(seen, collect.reference)
        return self._later(seen)

    def capture(self, payment_id: str, amount: int) -> PaymentFact:
        """Take an authorised payment in full; one that was taken answers as it stands."""
        return self._money.capture(payment_id, amount)

    def refund(self, order: RefundOrder) -> RefundFact:
        """Give back; the key makes sure that it is done once."""
        return self._money.refund(order)

    def find_refund(self, order: RefundOrder) -> RefundFact | None:
        """How it stands; None proves that it does not exist."""
        return self._money.find_refund(order)

    def payments_between(self, start: int, end: int) -> Sequence[ListedPayment]:
        """Every payment of the account with whom it was for, oldest first."""
        return self._listing.between(start, end)

    def _create_qr(self, intent: CollectIntent) -> CollectSeen:
        if not self._options.qr_enabled:
            raise GatewayError(GatewayErrorKind.FEATURE_OFF, "QR codes are off in the settings.")
        try:
            seen = self._qrs.create(intent)
        except GatewayError as error:
            self._qr_off = self._qr_off or error.kind is GatewayErrorKind.FEATURE_OFF
            raise
        self._qr_off = False
        self._payload_off = seen.upi_payload is None
        return seen

    def _first(self, seen: CollectSeen, intent: CollectIntent) -> CollectSeen:
        self._listing.made(seen, intent)
        self._listing.saw(seen)
        return self._showing.first(seen)

    def _later(self, seen: CollectSeen) -> CollectSeen:
        self._listing.saw(seen)
        return self._showing.later(seen)


def _check(intent: CollectIntent) -> None:
    if not isinstance(intent.amount, int) or intent.amount < _MIN_AMOUNT:
        raise GatewayError(GatewayErrorKind.VALIDATION, "The amount must be at least Rs 1.00.")
    if not _REFERENCE.fullmatch(intent.reference):
        raise GatewayError(GatewayErrorKind.VALIDATION, "The reference has a bad form.")


def _known_id(collect: Collect) -> str:
    if collect.gateway_id is None:
        raise GatewayError(GatewayErrorKind.NOT_FOUND, "The gateway's id is not known yet.")
    return collect.gateway_id
