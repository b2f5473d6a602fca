"""Razorpay: standard payment links and single-use UPI QR codes (reference gateways 1.3 and 1.4).

A link is found again by ``reference_id``, a QR by ``notes.intent`` in the list of recent ones.
Money counts only when the payment itself, asked by its id, says that it is captured.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pos_desktop.domain.options import GatewayOptions
from pos_desktop.domain.payment import Collect, CollectKind, PaymentFact
from pos_desktop.gateways import razorpay_wire as wire
from pos_desktop.net.http import GarbledAnswer, HttpAnswer, HttpClient, NotWritten, OutcomeUnknown
from pos_desktop.net.urls import is_loopback, segment, with_query
from pos_desktop.ports import (
    Capabilities,
    Clock,
    CollectIntent,
    CollectSeen,
    GatewayError,
    GatewayErrorKind,
)

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MIN_AMOUNT = 100
_MIN_LINK_SECONDS = 20 * 60  # the gateway refuses less than 15 minutes; a margin for slow clocks
_MAX_LINK_SECONDS = 180 * 24 * 3600
_MIN_QR_SECONDS = 2 * 60
_MAX_QR_SECONDS = 2 * 3600
_QR_PAGE = 20
_QR_PAGES = 25
_MAX_PAYMENTS = 100


class RazorpayGateway:
    """``ports.Gateway`` for one Razorpay account; safe to call from several threads."""

    name = wire.GATEWAY

    def __init__(self, http: HttpClient, options: GatewayOptions, clock: Clock) -> None:
        self._http = http
        self._options = options
        self._clock = clock
        self._qr_off = False
        self._payload_off = False

    def capabilities(self) -> Capabilities:
        """What the account can do, as far as its answers have shown since the start."""
        return Capabilities(
            links=True,
            qr=not self._qr_off,
            qr_payload=not self._payload_off,
            search_by_reference=True,
            max_qr_seconds=_MAX_QR_SECONDS,
            min_link_seconds=_MIN_LINK_SECONDS,
        )

    def ping(self) -> None:
        """List one payment: proves key and network, and tells the server's time."""
        self._get("/v1/payments?count=1")

    def create(self, intent: CollectIntent) -> CollectSeen:
        """Make it payable; see the port. A reference that was used already is looked up."""
        _check(intent)
        if not self._http.skew_known:
            # Expiry is reckoned by the server's clock; a wrong PC clock must not refuse the sale.
            self.ping()
        try:
            if intent.kind is CollectKind.QR:
                seen = self._create_qr(intent)
            else:
                # A new link has no payment and no order yet: nothing more to ask.
                item = self._post("/v1/payment_links", self._link_body(intent))
                seen = wire.link_seen(item, ())
        except GatewayError as error:
            if error.kind is not GatewayErrorKind.DUPLICATE:
                raise
            found = self.find(intent)
            if found is None:
                raise
            return found
        return self._checked(seen)

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        """The object with our reference; its payments are asked too, the list has none."""
        if intent.kind is CollectKind.QR:
            item = self._find_qr(intent)
            return None if item is None else self._checked(self._qr(item))
        query = {"reference_id": intent.reference}
        answer = self._get(with_query("/v1/payment_links", query))
        for item in wire.as_list(answer.get("payment_links")):
            link_id = wire.as_text(item.get("id"))
            if item.get("reference_id") == intent.reference and link_id is not None:
                return self._checked(self._link(self._get(_link_path(link_id))))
        return None

    def fetch(self, collect: Collect) -> CollectSeen:
        """Its state and every payment that the gateway knows of it."""
        gateway_id = _known_id(collect)
        if collect.kind is CollectKind.QR:
            return self._as_shown(self._qr(self._get(_qr_path(gateway_id))))
        return self._as_shown(self._link(self._get(_link_path(gateway_id))))

    def close(self, collect: Collect) -> CollectSeen:
        """Cancel or close, then look: what was paid or gone already answers as it stands."""
        gateway_id = _known_id(collect)
        by_qr = collect.kind is CollectKind.QR
        path = f"{_qr_path(gateway_id)}/close" if by_qr else f"{_link_path(gateway_id)}/cancel"
        try:
            item = self._post(path, {})
        except GatewayError as error:
            if error.kind in (GatewayErrorKind.STATE, GatewayErrorKind.VALIDATION):
                return self.fetch(collect)
            raise
        return self._as_shown(self._qr(item) if by_qr else self._link(item))

    # -- links ---------------------------------------------------------------------------------

    def _link_body(self, intent: CollectIntent) -> dict[str, object]:
        life = min(max(intent.life, _MIN_LINK_SECONDS), _MAX_LINK_SECONDS)
        body: dict[str, object] = {
            "amount": intent.amount,
            "currency": "INR",
            "accept_partial": False,
            "expire_by": self._server_now() // 1000 + life,
            "reference_id": intent.reference,
            "description": intent.description[:2048],
            # The shop sends its messages itself: the gateway sends none and reminds nobody.
            "notify": {"sms": False, "email": False},
            "reminder_enable": False,
            "notes": _notes(intent),
        }
        if intent.customer_phone is not None:
            body["customer"] = {"contact": intent.customer_phone}
        if intent.return_url is not None:
            body["callback_url"] = intent.return_url
            body["callback_method"] = "get"
        return body

    def _link(self, item: Mapping[str, object]) -> CollectSeen:
        """A link entity with its captures confirmed and the attempts of its order."""
        order_id = wire.as_text(item.get("order_id"))
        listed = [
            {**payment, "currency": payment.get("currency") or item.get("currency")}
            for payment in wire.as_list(item.get("payments"))
        ]
        if order_id is not None:
            answer = self._get(f"/v1/orders/{segment(order_id)}/payments")
            listed += wire.as_list(answer.get("items"))
        return wire.link_seen(item, self._confirmed(listed))

    # -- QR codes ------------------------------------------------------------------------------

    def _create_qr(self, intent: CollectIntent) -> CollectSeen:
        life = min(max(intent.life, _MIN_QR_SECONDS), _MAX_QR_SECONDS)
        body: dict[str, object] = {
            "type": "upi_qr",
            "name": intent.counter[:40] or "counter",
            "usage": "single_use",
            "fixed_amount": True,
            "payment_amount": intent.amount,
            "description": intent.description[:255],
            "close_by": self._server_now() // 1000 + life,
            "notes": _notes(intent),
        }
        try:
            item = self._post("/v1/payments/qr_codes", body)
        except GatewayError as error:
            self._qr_off = self._qr_off or error.kind is GatewayErrorKind.FEATURE_OFF
            raise
        seen = wire.qr_seen(item, (), self._server_now())
        self._qr_off = False
        self._payload_off = seen.upi_payload is None
        return seen

    def _find_qr(self, intent: CollectIntent) -> Mapping[str, object] | None:
        since = (intent.created_at + self._http.clock_skew_ms) // 1000 - 120
        for page in range(_QR_PAGES):
            query = {"count": _QR_PAGE, "from": since, "skip": page * _QR_PAGE}
            answer = self._get(with_query("/v1/payments/qr_codes", query))
            items = wire.as_list(answer.get("items"))
            for item in items:
                if wire.as_object(item.get("notes")).get("intent") == intent.reference:
                    return item
            if len(items) < _QR_PAGE:
                return None
        # "Not there" would let a second live QR be made; better to stay in doubt and ask again.
        raise GatewayError(GatewayErrorKind.UNAVAILABLE, "Too many QR codes to search.")

    def _qr(self, item: Mapping[str, object]) -> CollectSeen:
        qr_id = wire.as_text(item.get("id"))
        if qr_id is None:
            raise wire.unexpected("the QR has no id")
        answer = self._get(f"{_qr_path(qr_id)}/payments?count={_MAX_PAYMENTS}")
        payments = self._confirmed(wire.as_list(answer.get("items")))
        return wire.qr_seen(item, payments, self._server_now())

    # -- payments ------------------------------------------------------------------------------

    def _confirmed(self, listed: Sequence[Mapping[str, object]]) -> tuple[PaymentFact, ...]:
        """Each payment once; what claims to be captured is asked by its own id."""
        latest: dict[str, PaymentFact] = {}
        claims: set[str] = set()
        for item in listed:
            fact = wire.payment_fact(item)
            latest[fact.payment_id] = fact
            if item.get("status") == "captured":
                claims.add(fact.payment_id)
        for payment_id in sorted(claims):
            answer = wire.payment_fact(self._get(f"/v1/payments/{segment(payment_id)}"))
            if answer.payment_id != payment_id:
                raise wire.unexpected("another payment was answered")
            latest[payment_id] = answer
        return tuple(latest.values())

    # -- addresses -----------------------------------------------------------------------------

    def _allowed(self, url: str | None) -> bool:
        if url is None or wire.url_allowed(url, self._options.pay_hosts):
            return True
        return self._http.is_loopback and is_loopback(url)

    def _checked(self, seen: CollectSeen) -> CollectSeen:
        """Refuse to show a link of another host, or a QR that asks for another amount."""
        if seen.kind is CollectKind.LINK and seen.url is None:
            raise wire.unexpected("the link has no address")
        shown = self._as_shown(seen)
        # The picture of a QR that we can draw ourselves is not needed.
        needed = shown.image_url if seen.upi_payload is None else seen.image_url
        if shown.url != seen.url or needed != seen.image_url:
            raise GatewayError(
                GatewayErrorKind.VALIDATION, "The gateway's link leads to a host that is not known."
            )
        if seen.upi_payload is not None and wire.upi_amount(seen.upi_payload) != seen.amount:
            raise wire.unexpected("the QR asks for another amount")
        return shown

    def _as_shown(self, seen: CollectSeen) -> CollectSeen:
        """Later looks must not hide money behind a bad address: the address alone is dropped.

        Its expiry is told on this computer's clock: the server's decides, ours only counts down
        to the same moment (design payments 4).
        """
        expires = seen.expires_at
        return replace(
            seen,
            expires_at=None if expires is None else expires - self._http.clock_skew_ms,
            url=seen.url if self._allowed(seen.url) else None,
            image_url=seen.image_url if self._allowed(seen.image_url) else None,
        )

    # -- calls ---------------------------------------------------------------------------------

    def _server_now(self) -> int:
        return self._clock.now() + self._http.clock_skew_ms

    def _get(self, path: str) -> dict[str, object]:
        return wire.entity(self._call("GET", path, None), write=False)

    def _post(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        return wire.entity(self._call("POST", path, body), write=True)

    def _call(self, method: str, path: str, body: Mapping[str, object] | None) -> HttpAnswer:
        write = method == "POST"
        try:
            return self._http.request(method, path, json=body)
        except NotWritten as error:
            raise GatewayError(GatewayErrorKind.UNAVAILABLE, str(error)) from error
        except GarbledAnswer as error:
            raise wire.unreadable(error.status or 0, write) from error
        except OutcomeUnknown as error:
            timed_out = error.code == "net_timeout"
            kind = GatewayErrorKind.TIMEOUT if timed_out else GatewayErrorKind.UNAVAILABLE
            kind = GatewayErrorKind.UNKNOWN_OUTCOME if write and not timed_out else kind
            raise GatewayError(kind, str(error), outcome_unknown=write) from error


def _check(intent: CollectIntent) -> None:
    if not isinstance(intent.amount, int) or intent.amount < _MIN_AMOUNT:
        raise GatewayError(GatewayErrorKind.VALIDATION, "The amount must be at least Rs 1.00.")
    if not _REFERENCE.fullmatch(intent.reference):
        raise GatewayError(GatewayErrorKind.VALIDATION, "The reference has a bad form.")


def _notes(intent: CollectIntent) -> dict[str, str]:
    pairs = {"bill": intent.order_id, "counter": intent.counter, "intent": intent.reference}
    return {key: value[:255] for key, value in pairs.items()}


def _known_id(collect: Collect) -> str:
    if collect.gateway_id is None:
        raise GatewayError(GatewayErrorKind.NOT_FOUND, "The gateway's id is not known yet.")
    return collect.gateway_id


def _link_path(link_id: str) -> str:
    return f"/v1/payment_links/{segment(link_id)}"


def _qr_path(qr_id: str) -> str:
    return f"/v1/payments/qr_codes/{segment(qr_id)}"
