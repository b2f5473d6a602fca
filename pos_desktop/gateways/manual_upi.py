"""The shop's own UPI address as a gateway that cannot look: it draws a QR and knows nothing more.

Its money goes past every gateway, so no call here ever tells of a payment: a person does, with the
12-digit RRN (``services/tendering.py``). It needs no network: it works when the internet is down.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from pos_desktop.domain.collect import CURRENCY
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.payment import (
    OWN_UPI,
    Collect,
    CollectKind,
    CollectState,
    GatewayStatus,
    PaymentFact,
    RefundFact,
)
from pos_desktop.domain.upi import UpiPayment, upi_link
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

_CAPABILITIES = Capabilities(
    links=False,
    qr=True,
    qr_payload=True,
    search_by_reference=True,
    max_qr_seconds=24 * 3600,
    min_link_seconds=0,
    confirms=False,
    refunds=False,
    lists_payments=False,
)
_CLOSED_STATES = frozenset({CollectState.CLOSING, CollectState.CANCELLED, CollectState.REFUSED})


class OwnUpi:
    """``ports.Gateway`` without anybody behind it; the gateway's id is our reference."""

    name = OWN_UPI

    def __init__(self, options: OwnUpiOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        # Reference -> expiry of what this process has drawn; older ones the database knows.
        self._drawn: dict[str, int] = {}
        self._closed: set[str] = set()

    def capabilities(self) -> Capabilities:
        """A QR, and nothing that is asked of anybody."""
        return _CAPABILITIES

    def ping(self) -> None:
        """Raises GatewayError ``validation`` where the shop's address cannot be paid to."""
        self._payload("ping", 100)

    def create(self, intent: CollectIntent) -> CollectSeen:
        """The text of the QR. Raises GatewayError: ``feature_off`` for a link, ``validation`` for
        an address or an amount that no app would take."""
        if intent.kind is not CollectKind.QR:
            _off("links")
        payload = self._payload(intent.reference, intent.amount)
        expires_at = intent.created_at + intent.life * 1000
        self._drawn[intent.reference] = expires_at
        seen = self._seen(intent.reference, intent.amount, expires_at)
        return replace(seen, upi_payload=payload)

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        """What this process drew for the reference. None is no harm: a second drawing is alike."""
        return self.create(intent) if intent.reference in self._drawn else None

    def fetch(self, collect: Collect) -> CollectSeen:
        """Open until it is closed or its time is over; whether it was paid nobody here knows.

        It needs no setting: what is on a screen can be closed after the address was taken out.
        """
        reference = _own(collect)
        expires_at = collect.expires_at or self._drawn.get(reference)
        closed = collect.state in _CLOSED_STATES
        return self._seen(reference, collect.amount, expires_at, closed=closed)

    def close(self, collect: Collect) -> CollectSeen:
        """The screen shows it no more. A customer who has scanned it may still pay it."""
        self._closed.add(_own(collect))
        return self.fetch(collect)

    def capture(self, payment_id: str, amount: int) -> PaymentFact:
        """Raises GatewayError ``feature_off``."""
        _off("captures")

    def refund(self, order: RefundOrder) -> RefundFact:
        """Raises GatewayError ``feature_off``: the shop gives such money back by itself."""
        _off("refunds")

    def find_refund(self, order: RefundOrder) -> RefundFact | None:
        """None: no refund was ever made here."""
        return None

    def payments_between(self, start: int, end: int) -> Sequence[ListedPayment]:
        """Raises GatewayError ``feature_off``."""
        _off("lists")

    def _seen(
        self, reference: str, amount: int, expires_at: int | None, *, closed: bool = False
    ) -> CollectSeen:
        over = expires_at is not None and self._clock.now() >= expires_at
        status = GatewayStatus.EXPIRED if over else GatewayStatus.OPEN
        if closed or reference in self._closed:
            status = GatewayStatus.CANCELLED
        return CollectSeen(
            gateway_id=reference,
            kind=CollectKind.QR,
            status=status,
            amount=amount,
            currency=CURRENCY,
            reference=reference,
            expires_at=expires_at,
        )

    def _payload(self, reference: str, amount: int) -> str:
        shop = self._options
        payment = UpiPayment(shop.vpa, shop.payee, reference, amount)
        try:
            return upi_link(payment, mc=shop.category)
        except InputError as error:
            text = f"The shop's own UPI address cannot be used: {error.code}."
            raise GatewayError(GatewayErrorKind.VALIDATION, text) from error


def _own(collect: Collect) -> str:
    """Its reference; raises GatewayError ``not_found`` for an id that is not one of ours."""
    if collect.gateway_id != collect.reference:
        text = f"{collect.gateway_id} was never drawn here."
        raise GatewayError(GatewayErrorKind.NOT_FOUND, text)
    return collect.reference


def _off(what: str) -> NoReturn:
    text = f"The shop's own UPI address has no {what}."
    raise GatewayError(GatewayErrorKind.FEATURE_OFF, text)
