"""Razorpay's standard payment links (reference gateways 1.3), found again by ``reference_id``."""

from collections.abc import Mapping

from pos_desktop.domain.payment import Collect
from pos_desktop.gateways import razorpay_wire as wire
from pos_desktop.gateways.razorpay_calls import RazorpayCalls, link_path
from pos_desktop.gateways.razorpay_money import RazorpayMoney
from pos_desktop.gateways.reading import as_list, as_text, check_owner, unexpected, written
from pos_desktop.net.urls import segment, with_query
from pos_desktop.ports import CollectIntent, CollectSeen, GatewayError, GatewayErrorKind

MIN_SECONDS = 20 * 60  # the gateway refuses less than 15 minutes; a margin for slow clocks
_SOONEST_S = 16 * 60  # the same without so much of a margin: it may only end later than asked for
_REFUSED = frozenset({GatewayErrorKind.STATE, GatewayErrorKind.VALIDATION})
_MAX_SECONDS = 180 * 24 * 3600
_TELLS = frozenset({"created", "paid"})


class RazorpayLinks:
    """Make, find, look, cancel. ``calls.looks`` are spent on what only informs."""

    def __init__(self, calls: RazorpayCalls, money: RazorpayMoney) -> None:
        self._calls = calls
        self._money = money
        # Paid ones whose payments could not be asked, because the account was asked too much.
        self._unconfirmed: dict[str, dict[str, object]] = {}

    def create(self, intent: CollectIntent) -> CollectSeen:
        """Make it payable; a reference that was used already is looked up."""
        try:
            item = self._calls.post("/v1/payment_links", self._body(intent))
        except GatewayError as error:
            found = self.find(intent) if error.kind is GatewayErrorKind.DUPLICATE else None
            if found is None:
                raise
            return found
        with written():
            # A new link has no payment and no order yet: nothing more to ask.
            return wire.link_seen(_ours(item, intent.reference), ())

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        """The link with our reference; it is asked itself, because the list shows no payments."""
        query = {"reference_id": intent.reference}
        answer = self._calls.get(with_query("/v1/payment_links", query))
        for item in as_list(answer.get("payment_links")):
            link_id = as_text(item.get("id"))
            if item.get("reference_id") == intent.reference and link_id is not None:
                check_owner(item.get("notes"), intent)
                return self.look(intent.reference, link_id)
        return None

    def fetch(self, collect: Collect, link_id: str) -> CollectSeen:
        """The link and, once the customer has opened it, now and then the attempts of its order."""
        return self.look(collect.reference, link_id)

    def close(self, collect: Collect, link_id: str) -> CollectSeen:
        """Cancel, then look for money. Raises GatewayError where it cannot be cancelled."""
        item = self._calls.post(f"{link_path(link_id)}/cancel", {})
        with written():
            return self._seen(item, link_id, collect.reference)

    def end_soon(self, seen: CollectSeen, reference: str) -> CollectSeen:
        """One that is paid in part is never cancelled (gateways 1.3): it is told to end as soon as
        the gateway allows. Unchanged where it ends by then anyway, or may not be changed."""
        soonest = self._calls.server_now() // 1000 + _SOONEST_S
        if seen.expires_at is not None and seen.expires_at <= soonest * 1000:
            return seen
        try:
            item = self._calls.patch(link_path(seen.gateway_id), {"expire_by": soonest})
        except GatewayError as error:
            if error.kind not in _REFUSED:
                raise
            # It ends at its own time then; whoever asked to close it asks again.
            return seen
        with written():
            return self._seen(item, seen.gateway_id, reference)

    def look(self, reference: str, link_id: str) -> CollectSeen:
        """The link and its payments. "Paid" is for good: on a slow account, where the look broke
        off after that, the next one goes on from there."""
        item = self._unconfirmed.pop(link_id, None) or self._calls.get(link_path(link_id))
        try:
            return self._seen(item, link_id, reference)
        except GatewayError as error:
            if error.kind is GatewayErrorKind.RATE_LIMITED and item.get("status") == "paid":
                self._unconfirmed[link_id] = item
            raise

    def _seen(self, item: Mapping[str, object], link_id: str, reference: str) -> CollectSeen:
        """A link entity with its captures confirmed and the attempts of its order."""
        if _ours(item, reference).get("id") != link_id:
            raise unexpected("another link was answered")
        listed = [
            {**payment, "currency": payment.get("currency") or item.get("currency")}
            for payment in as_list(item.get("payments"))
        ]
        if any(payment.get("plink_id") not in (None, link_id) for payment in listed):
            raise unexpected("a payment of another link was answered")
        order_id = as_text(item.get("order_id"))
        if order_id is not None and (_over_unpaid(item) or self._calls.looks.take()):
            listed += self._attempts(order_id)
        return wire.link_seen(item, self._money.confirmed(listed, reference))

    def _attempts(self, order_id: str) -> list[dict[str, object]]:
        answer = self._calls.get(f"/v1/orders/{segment(order_id)}/payments")
        items = as_list(answer.get("items"))
        if any(item.get("order_id") not in (None, order_id) for item in items):
            raise unexpected("a payment of another order was answered")
        return items

    def _body(self, intent: CollectIntent) -> dict[str, object]:
        life = min(max(intent.life, MIN_SECONDS), _MAX_SECONDS)
        body: dict[str, object] = {
            "amount": intent.amount,
            "currency": "INR",
            "accept_partial": False,
            "expire_by": self._calls.server_now() // 1000 + life,
            "reference_id": intent.reference,
            "description": intent.description[:2048],
            # The shop sends its messages itself: the gateway sends none and reminds nobody.
            "notify": {"sms": False, "email": False},
            "reminder_enable": False,
            "notes": wire.notes(intent),
        }
        if intent.customer_phone is not None:
            body["customer"] = {"contact": intent.customer_phone}
        if intent.return_url is not None:
            body["callback_url"] = intent.return_url
            body["callback_method"] = "get"
        return body


def _over_unpaid(item: Mapping[str, object]) -> bool:
    """Whether only its order may still tell of money: the link itself lists captures while it is
    open or paid; of late ones nothing is said (gateways 6)."""
    return item.get("status") not in _TELLS


def _ours(item: Mapping[str, object], reference: str) -> Mapping[str, object]:
    if item.get("reference_id") not in (None, "", reference):
        raise unexpected("a link with another reference was answered")
    return item
