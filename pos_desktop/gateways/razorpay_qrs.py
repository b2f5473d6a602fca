"""Razorpay's single-use UPI QR codes (reference gateways 1.4), found again by ``notes.intent``."""

from collections.abc import Mapping

from pos_desktop.domain.payment import Collect, CollectKind, CollectState, GatewayStatus
from pos_desktop.gateways import razorpay_wire as wire
from pos_desktop.gateways.razorpay_calls import PAGE, RazorpayCalls, qr_path
from pos_desktop.gateways.razorpay_money import RazorpayMoney
from pos_desktop.gateways.reading import as_list, as_text, check_owner, unexpected, written
from pos_desktop.ports import CollectIntent, CollectSeen

MAX_SECONDS = 2 * 3600
_MIN_SECONDS = 2 * 60
_QRS = "/v1/payments/qr_codes"
_PAGES = 5
_MARGIN_S = 120
# Every so many looks the QR itself is asked too: somebody may close it at the dashboard.
_WHOLE_LOOK = 12


class RazorpayQrs:
    """Make, find, look, close."""

    def __init__(self, calls: RazorpayCalls, money: RazorpayMoney) -> None:
        self._calls = calls
        self._money = money

    def create(self, intent: CollectIntent) -> CollectSeen:
        """Make it payable. Raises GatewayError ``feature_off`` where the account has no QRs."""
        life = min(max(intent.life, _MIN_SECONDS), MAX_SECONDS)
        now = self._calls.server_now()
        body: dict[str, object] = {
            "type": "upi_qr",
            "name": intent.counter[:40] or "counter",
            "usage": "single_use",
            "fixed_amount": True,
            "payment_amount": intent.amount,
            "description": intent.description[:255],
            "close_by": now // 1000 + life,
            "notes": wire.notes(intent),
        }
        item = self._calls.post(_QRS, body)
        with written():
            return wire.qr_seen(_ours(item, intent.reference), (), now)

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        """The recent QR with our note. Raises GatewayError while there is more to search: "not
        there" would let a second live QR be made."""
        since = (intent.created_at + self._calls.skew) // 1000 - _MARGIN_S
        for page in self._calls.pages(_QRS, {"from": since}, most=_PAGES):
            for item in page:
                qr_id = as_text(item.get("id"))
                if wire.own_reference(item) == intent.reference and qr_id is not None:
                    check_owner(item.get("notes"), intent)
                    return self._seen(item, qr_id, intent.reference, self._paid(qr_id))
        return None

    def fetch(self, collect: Collect, qr_id: str) -> CollectSeen:
        """One request while nobody has paid and its time runs; else the QR itself is asked too."""
        listed = self._paid(qr_id)
        if not listed and self._plainly_open(collect):
            return CollectSeen(
                gateway_id=qr_id,
                kind=CollectKind.QR,
                status=GatewayStatus.OPEN,
                amount=collect.amount,
                currency="INR",
                reference=collect.reference,
            )
        return self._seen(self._calls.get(qr_path(qr_id)), qr_id, collect.reference, listed)

    def close(self, collect: Collect, qr_id: str) -> CollectSeen:
        """Close, then look for money. Raises GatewayError where it is closed already."""
        item = self._calls.post(f"{qr_path(qr_id)}/close", {})
        with written():
            return self._seen(item, qr_id, collect.reference, self._paid(qr_id))

    def look(self, reference: str, qr_id: str) -> CollectSeen:
        """The QR and its payments, whatever we believe of it."""
        item = self._calls.get(qr_path(qr_id))
        return self._seen(item, qr_id, reference, self._paid(qr_id))

    def _plainly_open(self, collect: Collect) -> bool:
        in_time = collect.expires_at is not None and self._calls.now < collect.expires_at
        whole = collect.asks % _WHOLE_LOOK == _WHOLE_LOOK - 1
        return collect.state is CollectState.OPEN and in_time and not whole

    def _paid(self, qr_id: str) -> list[dict[str, object]]:
        answer = self._calls.get(f"{qr_path(qr_id)}/payments?count={PAGE}")
        return as_list(answer.get("items"))

    def _seen(
        self,
        item: Mapping[str, object],
        qr_id: str,
        reference: str,
        listed: list[dict[str, object]],
    ) -> CollectSeen:
        if _ours(item, reference).get("id") != qr_id:
            raise unexpected("another QR was answered")
        payments = self._money.confirmed(listed, reference)
        return wire.qr_seen(item, payments, self._calls.now + self._calls.skew)


def _ours(item: Mapping[str, object], reference: str) -> Mapping[str, object]:
    if wire.own_reference(item) not in (None, reference):
        raise unexpected("a QR with another reference was answered")
    return item
