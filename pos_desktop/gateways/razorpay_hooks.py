"""Razorpay's webhooks: check the signature on the raw bytes, then read what the event is about.

An event is a hint (architecture 1.5): nothing here carries an amount, because the counter always
asks the gateway itself.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pos_desktop.domain.errors import InputError
from pos_desktop.gateways.razorpay_wire import GATEWAY, as_moment, as_object, as_text


@dataclass(frozen=True, slots=True)
class HookEvent:
    """What a gateway's event names (reference gateways 9); ``occurred_at`` in UTC milliseconds."""

    gateway: str
    event_id: str
    kind: str
    collect_id: str | None
    payment_id: str | None
    refund_id: str | None
    reference: str | None
    occurred_at: int | None
    raw_sha256: str


def verify_hook(secret: str, signature: str, raw: bytes) -> bool:
    """Whether ``signature`` is the lower-case hex HMAC-SHA256 of the raw body (1.8).

    An empty secret or signature is never right: without a secret Razorpay signs nothing.
    """
    if not secret or not signature:
        return False
    expected = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def verify_return(secret: str, parts: Sequence[str], signature: str) -> bool:
    """The signature of a customer's return: link id, reference, status, payment id (1.3)."""
    return verify_hook(secret, signature, "|".join(parts).encode())


def parse_hook(headers: Mapping[str, str], raw: bytes) -> HookEvent:
    """The event of a verified body. Raises InputError where it is no event at all.

    ``created_at`` may stand inside ``payload`` (seen on ``refund.speed_changed``); an event id that
    is missing is replaced by the hash of the body, so that a repeat is still recognised.
    """
    try:
        value = json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise InputError("hook_unreadable", "The event is not JSON.") from error
    body = as_object(value)
    kind = as_text(body.get("event"))
    if kind is None:
        raise InputError("hook_unreadable", "The event has no name.")
    payload = as_object(body.get("payload"))
    link, qr, payment, refund = (
        as_object(as_object(payload.get(name)).get("entity"))
        for name in ("payment_link", "qr_code", "payment", "refund")
    )
    digest = hashlib.sha256(raw).hexdigest()
    lowered = {name.lower(): value for name, value in headers.items()}
    moment = as_moment(body.get("created_at")) or as_moment(payload.get("created_at"))
    notes = as_object(qr.get("notes")) or as_object(payment.get("notes"))
    return HookEvent(
        gateway=GATEWAY,
        event_id=lowered.get("x-razorpay-event-id") or digest,
        kind=kind,
        collect_id=as_text(link.get("id")) or as_text(qr.get("id")),
        payment_id=as_text(payment.get("id")) or as_text(refund.get("payment_id")),
        refund_id=as_text(refund.get("id")),
        reference=as_text(link.get("reference_id")) or as_text(notes.get("intent")),
        occurred_at=moment,
        raw_sha256=digest,
    )
