"""Webhooks: signature vectors, documented events, tolerance."""

import hashlib
import hmac
import json

import pytest

from pos_desktop.domain.errors import InputError
from pos_desktop.gateways.razorpay_hooks import parse_hook, verify_hook, verify_return
from tests.support.wire_samples import WIRE, raw, vectors


def test_webhook_vector() -> None:
    vector = vectors()["razorpay_webhook"]
    body = vector["body"].encode()
    assert verify_hook(vector["secret"], vector["signature"], body)
    assert not verify_hook("other", vector["signature"], body)
    assert not verify_hook(vector["secret"], vector["signature"], body + b" ")
    assert not verify_hook(vector["secret"], vector["signature"].upper(), body)
    assert not verify_hook(vector["secret"], "é", body)
    assert not verify_hook(vector["secret"], "", body)


def test_an_empty_secret_accepts_nothing() -> None:
    signature = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    assert not verify_hook("", signature, b"{}")


def test_return_vector() -> None:
    vector = vectors()["razorpay_return"]
    parts = vector["body"].split("|")
    assert verify_return(vector["secret"], parts, vector["signature"])
    assert not verify_return(vector["secret"], parts[::-1], vector["signature"])


@pytest.mark.parametrize(
    ("name", "kind", "collect", "payment", "reference"),
    [
        (
            "payment_link_paid",
            "payment_link.paid",
            "plink_T1aB2cD3eF4gH5",
            "pay_T1kQ7mWx9ZbC2d",
            "FM01-2627-000123-1",
        ),
        (
            "payment_link_cancelled",
            "payment_link.cancelled",
            "plink_T1aB2cD3eF4gH5",
            None,
            "FM01-2627-000123-1",
        ),
        ("qr_code_credited", "qr_code.credited", "qr_T1rS5tUv6WxY7z", "pay_T1zX3cVb5NmL7k", None),
        ("payment_failed", "payment.failed", None, "pay_T1kQ7mWx9ZbC2d", None),
        ("refund_processed", "refund.processed", None, "pay_T1kQ7mWx9ZbC2d", None),
    ],
)
def test_documented_events(
    name: str, kind: str, collect: str | None, payment: str | None, reference: str | None
) -> None:
    event = parse_hook({"X-Razorpay-Event-Id": "ev_1"}, raw(f"razorpay/hook_{name}.json"))
    assert (event.event_id, event.kind) == ("ev_1", kind)
    assert (event.collect_id, event.payment_id, event.reference) == (collect, payment, reference)
    assert event.occurred_at is not None and event.occurred_at >= 1795409130_000


def test_every_hook_sample_is_read() -> None:
    names = sorted(path.name for path in (WIRE / "razorpay").glob("hook_*.json"))
    assert len(names) == 5
    assert all(parse_hook({}, raw(f"razorpay/{name}")).kind for name in names)


def test_refund_and_time_inside_the_payload() -> None:
    body = json.loads(raw("razorpay/hook_refund_processed.json"))
    body["payload"]["created_at"] = body.pop("created_at")
    event = parse_hook({}, json.dumps(body).encode())
    assert (event.refund_id, event.occurred_at) == ("rfnd_T2aBcDeFgH1j2K", 1795420060_000)
    assert event.event_id == event.raw_sha256


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event":5}', b"[" * 90_000, b"\xff"])
def test_what_is_no_event(body: bytes) -> None:
    with pytest.raises(InputError):
        parse_hook({}, body)


def test_unknown_event_with_odd_payload() -> None:
    event = parse_hook({}, b'{"event":"moon.rose","payload":{"payment":[],"qr_code":null}}')
    assert (event.kind, event.collect_id, event.occurred_at) == ("moon.rose", None, None)
