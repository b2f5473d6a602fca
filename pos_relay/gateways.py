"""How each gateway signs its webhooks, names its events, and what a hint keeps of them. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pos_desktop.wire import v1
from pos_relay import hints

RAZORPAY = "razorpay"
CASHFREE = "cashfree"


@dataclass(frozen=True, slots=True)
class HookForm:
    """``signed(headers, body, secret)``: whether the signature fits the raw bytes. ``event_id``:
    the header that is the same on a repeat. ``read(event, event_id, at)`` makes the hint.
    ``pay_hosts``: where its customers pay."""

    signed: Callable[[Mapping[str, str], bytes, bytes], bool]
    event_id: str
    read: Callable[[Mapping[str, object], str, int], v1.FeedEvent]
    pay_hosts: tuple[str, ...]


def _by_razorpay(headers: Mapping[str, str], body: bytes, secret: bytes) -> bool:
    """Hex HMAC-SHA256 of the raw body (reference gateways 1.8)."""
    good = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return _same(good, headers.get("x-razorpay-signature", ""))


def _by_cashfree(headers: Mapping[str, str], body: bytes, secret: bytes) -> bool:
    """Base64 HMAC-SHA256 of timestamp and raw body, with nothing between (2.5).

    The age of the timestamp is not judged: repeats come half an hour later.
    """
    stamp = headers.get("x-webhook-timestamp", "")
    digest = hmac.new(secret, stamp.encode() + body, hashlib.sha256).digest()
    return _same(base64.b64encode(digest).decode("ascii"), headers.get("x-webhook-signature", ""))


def _same(good: str, shown: str) -> bool:
    return hmac.compare_digest(good.encode(), shown.encode())


FORMS: Mapping[str, HookForm] = {
    RAZORPAY: HookForm(_by_razorpay, "x-razorpay-event-id", hints.of_razorpay, ("rzp.io",)),
    CASHFREE: HookForm(
        _by_cashfree, "x-idempotency-key", hints.of_cashfree, ("payments.cashfree.com",)
    ),
}
