"""All payments of the account and whom each was for (reference gateways 1.6; design payments 4).

A payment itself says little: ``#`` and the id of its link, or that it was a QR. Our reference and
the counter stand in the notes of that link or QR, so they are looked up, each once.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pos_desktop.domain.payment import PaymentStatus
from pos_desktop.gateways import razorpay_wire as wire
from pos_desktop.gateways.razorpay_calls import RazorpayCalls, TooLong
from pos_desktop.gateways.reading import as_list, as_object, as_text
from pos_desktop.net.urls import with_query
from pos_desktop.ports import (
    CollectIntent,
    CollectSeen,
    GatewayError,
    GatewayErrorKind,
    ListedPayment,
)

_PAGES = 200
_LOOKUPS = 25
_KEPT = 50_000
# So few links are asked one by one; for more the list of links is read, a hundred at a time.
_FEW = 3
_LINK_PAGES = 20
_LINKS = "/v1/payment_links"
_QRS = "/v1/payments/qr_codes"
_MONEY = frozenset({PaymentStatus.CAPTURED, PaymentStatus.REFUNDED, PaymentStatus.AUTHORISED})


@dataclass(frozen=True, slots=True)
class Origin:
    """What a payment was for; all None for money that is not for a link or QR of ours."""

    gateway_id: str | None = None
    reference: str | None = None
    counter: str | None = None
    device: str | None = None


class RazorpayListing:
    """``payments_between``. What was looked up once is kept: the next sweep asks less."""

    def __init__(self, calls: RazorpayCalls, link_life: int) -> None:
        """``link_life``: seconds for which a link of this shop may be paid at most."""
        self._calls = calls
        self._link_life = link_life
        self._lock = threading.Lock()
        self._collects: dict[str, Origin] = {}
        self._payments: dict[str, Origin] = {}

    def made(self, seen: CollectSeen, intent: CollectIntent) -> None:
        """A link or QR of this counter: nobody has to be asked whose it is."""
        origin = Origin(seen.gateway_id, intent.reference, intent.counter, intent.device or None)
        self._keep(self._collects, seen.gateway_id, origin)

    def saw(self, seen: CollectSeen) -> None:
        """Payments of a collect whose origin is known have the same."""
        origin = self._collects.get(seen.gateway_id)
        for fact in seen.payments if origin is not None else ():
            self._keep(self._payments, fact.payment_id, origin or Origin())

    def between(self, start: int, end: int) -> Sequence[ListedPayment]:
        """Oldest first. ``start`` and ``end`` in UTC ms by our clock or the server's, which may
        differ: what lies in either time is listed.

        Raises ``state`` where too many must be looked up at once; what was learnt is kept, so that
        asking again goes on from there.
        """
        skew = self._calls.skew
        first = min(start, start + skew) // 1000
        last = -(-max(end, end + skew) // 1000)
        items = self._listed(first, last)
        self._learn_links(items, {"from": first - self._link_life, "to": last})
        self._learn_rest(items)
        listed = [self._told(item) for item in items]
        return sorted(listed, key=lambda each: (each.fact.created_at, each.fact.payment_id))

    def _listed(self, first: int, last: int) -> list[Mapping[str, object]]:
        """Each payment once: while pages are read, new payments push the old ones on."""
        found: dict[str, Mapping[str, object]] = {}
        for page in self._calls.pages("/v1/payments", {"from": first, "to": last}, most=_PAGES):
            for item in page:
                found.setdefault(wire.payment_fact(item).payment_id, item)
        return list(found.values())

    def _learn_links(self, items: Sequence[Mapping[str, object]], time: Mapping[str, int]) -> None:
        """Read the list of links where that takes fewer requests than asking for each.

        Where it was read to its end, an order that is not in it and names no link was for none.
        """
        wanted = [item for item in items if self._is_unknown(item) and _by_order(item)]
        if len(wanted) <= _FEW:
            return
        try:
            pages = self._calls.pages(_LINKS, time, name="payment_links", most=_LINK_PAGES)
            for page in pages:
                for link in page:
                    self._learn(link)
                wanted = [item for item in wanted if self._is_unknown(item)]
                if not wanted:
                    return
        except TooLong:
            return  # what is left is asked one by one
        for item in wanted:
            if _link_of(item) is None:
                self._keep(self._payments, wire.payment_fact(item).payment_id, Origin())

    def _learn_rest(self, items: Sequence[Mapping[str, object]]) -> None:
        strangers = [item for item in items if self._is_unknown(item)]
        for item in strangers[:_LOOKUPS]:
            self._keep(self._payments, wire.payment_fact(item).payment_id, self._asked(item))
        if any(self._is_unknown(item) for item in strangers):
            # Nothing is wrong with the gateway, and to name nobody would be a false alarm.
            text = "More payments must be looked up than may be asked for at once."
            raise GatewayError(GatewayErrorKind.STATE, text)

    def _told(self, item: Mapping[str, object]) -> ListedPayment:
        origin = self._origin(item) or Origin(_link_of(item))
        fact = wire.payment_fact(item)
        return ListedPayment(
            fact, origin.gateway_id, origin.reference, origin.counter, origin.device
        )

    def _is_unknown(self, item: Mapping[str, object]) -> bool:
        return wire.payment_fact(item).status in _MONEY and self._origin(item) is None

    def _origin(self, item: Mapping[str, object]) -> Origin | None:
        """Whom it was for, as far as it says so itself or was learnt before."""
        link = _link_of(item)
        known = self._payments.get(wire.payment_fact(item).payment_id)
        for name in (link, as_text(item.get("order_id"))):
            known = known or self._collects.get(name or "")
        if known is None and wire.own_reference(item) is not None:
            return _read(item, link, None)
        if known is None and not _by_order(item) and item.get("method") != "upi":
            return Origin()  # neither a link nor a QR can be paid so
        return known

    def _asked(self, item: Mapping[str, object]) -> Origin:
        """The link or QR that a payment was for, asked by the payment's id."""
        query = {"payment_id": wire.payment_fact(item).payment_id}
        if _by_order(item):
            answer = self._calls.get(with_query(_LINKS, query))
            found = as_list(answer.get("payment_links"))
        else:
            found = self._asked_qr(query)
        return self._learn(found[0]) if found else Origin(_link_of(item))

    def _asked_qr(self, query: Mapping[str, str]) -> list[dict[str, object]]:
        try:
            return as_list(self._calls.get(with_query(_QRS, query)).get("items"))
        except GatewayError as error:
            if error.kind is not GatewayErrorKind.FEATURE_OFF:
                raise
            return []  # an account without QRs has no payments for them

    def _learn(self, item: Mapping[str, object]) -> Origin:
        collect_id = as_text(item.get("id"))
        origin = _read(item, collect_id, as_text(item.get("reference_id")))
        for name in (collect_id, as_text(item.get("order_id"))):
            if name is not None:
                self._keep(self._collects, name, origin)
        return origin

    def _keep(self, kept: dict[str, Origin], key: str, origin: Origin) -> None:
        with self._lock:
            kept[key] = origin
            if len(kept) > _KEPT:
                del kept[next(iter(kept))]


def _link_of(item: Mapping[str, object]) -> str | None:
    """The link that a payment's description names (1.6)."""
    text = as_text(item.get("description")) or ""
    return f"plink_{text[1:]}" if text.startswith("#") and text[1:].isalnum() else None


def _by_order(item: Mapping[str, object]) -> bool:
    """Whether it may be for a link: these have an order, payments of QR codes have none."""
    return _link_of(item) is not None or as_text(item.get("order_id")) is not None


def _read(item: Mapping[str, object], gateway_id: str | None, reference: str | None) -> Origin:
    notes = as_object(item.get("notes"))
    counter, device = as_text(notes.get("counter")), as_text(notes.get("device"))
    return Origin(gateway_id, reference or wire.own_reference(item), counter, device)
