"""Webhooks of the practice Cashfree: envelopes, signature, three repeats (gateways 2.5)."""

import base64
import hashlib
import hmac
import time
from datetime import datetime

import msgspec

from pos_desktop.sandbox.courier import Courier, Parcel
from pos_desktop.sandbox.settings import Features, Hook, Keys
from pos_desktop.sandbox.shapes import IST, Json, is_local_url, tail

_JSON = msgspec.json.Encoder(decimal_format="number")
_LINK_EVENT = "PAYMENT_LINK_EVENT"
_KEYED_SINCE = "2025-01-01"
# Two, ten and thirty minutes, in units of the switch ``retry_ms``; then nothing (2.5).
_REPEATS = (1, 5, 15)


def signed(secret: str, timestamp: str, raw: bytes) -> str:
    """Base64 of HMAC-SHA256 over the timestamp's text and, without any sign between, the body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + raw, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def envelope(event: str, data: Json, now: int) -> Json:
    """The body of a webhook. A link's event is of an older form with a version of its own."""
    at = datetime.fromtimestamp(now, IST).isoformat()
    if event == _LINK_EVENT:
        return {"data": data, "type": event, "version": 1, "event_time": at}
    return {"data": data, "event_time": at, "type": event}


class CashfreeAnnouncer:
    """Sends every subscribed event to the dashboard's URL and to the object's own."""

    def __init__(self, courier: Courier, keys: Keys, hook: Hook, features: Features) -> None:
        self._courier = courier
        self._keys = keys
        self._hook = hook
        self._features = features

    def emit(self, event: str, data: Json, notify_url: str) -> None:
        """Send one event; nothing where nobody listens or practice may not speak to them."""
        hook = self._hook
        wanted = not hook.events or event in hook.events
        urls = [hook.url] if hook.url and not hook.disabled and wanted else []
        if notify_url and is_local_url(notify_url):
            urls.append(notify_url)
        raw = _JSON.encode(envelope(event, data, int(time.time())))
        for url in urls:
            self._courier.send(self._parcel(event, url, raw))

    def _parcel(self, event: str, url: str, raw: bytes) -> Parcel:
        timestamp = str(time.time_ns() // 1_000_000)
        version = self._features.cashfree_hooks
        headers = {
            "Content-Type": "application/json",
            "x-webhook-version": version,
            "x-webhook-timestamp": timestamp,
            "x-webhook-signature": signed(self._keys.cashfree_secret, timestamp, raw),
        }
        if event != _LINK_EVENT and version >= _KEYED_SINCE:
            headers["x-idempotency-key"] = tail(40)
        unit = self._features.retry_ms / 1000
        return Parcel(
            target="webhooks",
            event=event,
            url=url,
            body=raw,
            headers=headers,
            timeout=5.0,
            first_pause=unit,
            pauses=tuple(unit * times for times in _REPEATS),
            taken=lambda status: status == 200,
            numbered="x-webhook-attempt",
            signature="x-webhook-signature",
        )
