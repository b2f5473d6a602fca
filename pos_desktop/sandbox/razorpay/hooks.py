"""Webhooks: the envelope, the signature over its raw bytes, and where it goes (1.8)."""

import json

from pos_desktop.sandbox.courier import Courier, Parcel
from pos_desktop.sandbox.settings import Features, Hook, Keys
from pos_desktop.sandbox.shapes import Json, signature, tail

SUBSCRIBED = frozenset(
    {
        "payment_link.paid",
        "payment_link.partially_paid",
        "payment_link.cancelled",
        "payment_link.expired",
        "qr_code.credited",
        "qr_code.closed",
        "payment.authorized",
        "payment.captured",
        "payment.failed",
        "order.paid",
        "refund.created",
        "refund.processed",
        "refund.failed",
    }
)


def envelope(account: str, event: str, entities: dict[str, Json], now: int) -> Json:
    """The body of a webhook; a snapshot of its entities."""
    return {
        "entity": "event",
        "account_id": account,
        "event": event,
        "contains": list(entities),
        "payload": {name: {"entity": entity} for name, entity in entities.items()},
        "created_at": now,
    }


def parcel(keys: Keys, hook: Hook, features: Features, event: str, body: Json) -> Parcel:
    """The delivery of one event, signed with the secret of *now*: later repeats keep it (1.8)."""
    raw = json.dumps(body, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Razorpay-Webhook/v1",
        "x-razorpay-event-id": tail(14),
    }
    if hook.secret:
        headers["X-Razorpay-Signature"] = signature(hook.secret, raw)

    def disable() -> None:
        hook.disabled = True

    return Parcel(
        target="webhooks",
        event=event,
        url=hook.url,
        body=raw,
        headers=headers,
        timeout=5.0,
        first_pause=features.retry_ms / 1000,
        gave_up=disable,
    )


class Announcer:
    """Sends every subscribed event of the register to the configured URL."""

    def __init__(self, courier: Courier, keys: Keys, hook: Hook, features: Features) -> None:
        self._courier = courier
        self._keys = keys
        self._hook = hook
        self._features = features

    def emit(self, event: str, entities: dict[str, Json], now: int) -> None:
        """Send one event, unless nobody listens (no URL, disabled, not subscribed)."""
        hook = self._hook
        wanted = hook.events or SUBSCRIBED
        if not hook.url or hook.disabled or event not in wanted:
            return
        body = envelope(self._keys.account_id, event, entities, now)
        self._courier.send(parcel(self._keys, hook, self._features, event, body))
