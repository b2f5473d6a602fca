"""Reading Razorpay: every documented sample, every status word, and anything at all."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.payment import CollectKind, GatewayStatus, PaymentStatus
from pos_desktop.gateways import razorpay_errors, reading
from pos_desktop.gateways import razorpay_wire as wire
from pos_desktop.net.http import HttpAnswer
from pos_desktop.ports import CollectSeen, GatewayError, GatewayErrorKind
from tests.support.wire_samples import raw, sample
from tests.unit.gateways.conftest import NOW

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
LINK_KEYS = ("id", "status", "amount", "currency", "short_url", "expire_by", "order_id", "notes")
PAYMENT_KEYS = ("id", "payment_id", "status", "amount", "captured", "vpa", "acquirer_data")


def captured() -> dict[str, Any]:
    found: dict[str, Any] = sample("razorpay/payment_captured")
    return found


def test_captured_payment_sample() -> None:
    fact = wire.payment_fact(captured())
    assert (fact.payment_id, fact.status) == ("pay_T1kQ7mWx9ZbC2d", PaymentStatus.CAPTURED)
    assert (fact.amount, fact.currency, fact.amount_refunded) == (124950, "INR", 0)
    assert (fact.rrn, fact.vpa, fact.method) == ("632712345678", "as***@examplebank", "upi")
    assert (fact.created_at, fact.provider_order_id) == (1795409201_000, "order_T1jP6nVy8AcD3f")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "created", "captured": False}, PaymentStatus.CREATED),
        ({"status": "authorized", "captured": False}, PaymentStatus.AUTHORISED),
        ({"status": "failed", "captured": False}, PaymentStatus.FAILED),
        ({"status": "refunded"}, PaymentStatus.REFUNDED),
        ({"status": "captured", "captured": False}, PaymentStatus.UNKNOWN),
        ({"status": "captured", "captured": "true"}, PaymentStatus.UNKNOWN),
        ({"status": "mystery"}, PaymentStatus.UNKNOWN),
        ({"status": None}, PaymentStatus.UNKNOWN),
        ({"status": ["captured"]}, PaymentStatus.UNKNOWN),
    ],
)
def test_payment_status(changes: dict[str, object], status: PaymentStatus) -> None:
    assert wire.payment_fact({**captured(), **changes}).status is status


def test_short_payment_of_a_link_is_a_claim_not_a_capture() -> None:
    fact = wire.payment_fact(sample("razorpay/link_paid")["payments"][0])
    assert (fact.payment_id, fact.status) == ("pay_T1kQ7mWx9ZbC2d", PaymentStatus.UNKNOWN)


def test_paid_link_sample() -> None:
    seen = wire.link_seen(sample("razorpay/link_paid"), [wire.payment_fact(captured())])
    assert (seen.gateway_id, seen.kind) == ("plink_T1aB2cD3eF4gH5", CollectKind.LINK)
    assert (seen.status, seen.amount, seen.currency) == (GatewayStatus.PAID, 124950, "INR")
    assert seen.reference == "FM01-2627-000123-1"
    assert seen.url == "https://rzp.io/rzp/Ab3dE9k"
    assert seen.provider_order_id == "order_T1jP6nVy8AcD3f"
    assert seen.expires_at == 1795410930_000
    assert len(seen.payments) == 1


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("created", GatewayStatus.OPEN, None),
        ("partially_paid", GatewayStatus.PART, None),
        ("paid", GatewayStatus.PAID, None),
        ("cancelled", GatewayStatus.CANCELLED, "cancelled"),
        ("expired", GatewayStatus.EXPIRED, "expired"),
        ("mystery", GatewayStatus.UNKNOWN, None),
    ],
)
def test_link_status(word: str, status: GatewayStatus, reason: str | None) -> None:
    seen = wire.link_seen({**sample("razorpay/link_paid"), "status": word}, ())
    assert (seen.status, seen.close_reason) == (status, reason)


def test_fresh_link_without_order_and_with_zero_times() -> None:
    entity = sample("razorpay/link_paid")
    del entity["order_id"]
    entity |= {"status": "created", "payments": None, "expire_by": 0, "notes": [], "customer": []}
    seen = wire.link_seen(entity, ())
    assert (seen.status, seen.provider_order_id, seen.expires_at) == (
        GatewayStatus.OPEN,
        None,
        None,
    )


def test_money_on_a_closed_link_is_paid() -> None:
    entity = {**sample("razorpay/link_paid"), "status": "cancelled"}
    seen = wire.link_seen(entity, [wire.payment_fact(captured())])
    assert seen.status is GatewayStatus.PAID
    foreign = wire.payment_fact({**captured(), "currency": "USD"})
    assert wire.link_seen(entity, [foreign]).status is GatewayStatus.CANCELLED


def test_active_qr_sample() -> None:
    seen = wire.qr_seen(sample("razorpay/qr_active"), (), NOW)
    assert (seen.gateway_id, seen.status, seen.amount) == (
        "qr_T1rS5tUv6WxY7z",
        GatewayStatus.OPEN,
        124950,
    )
    assert seen.reference == "FM01-2627-000123-q1"
    assert seen.upi_payload is not None
    assert reading.upi_amount(seen.upi_payload) == 124950
    assert (seen.image_url, seen.expires_at) == ("https://rzp.io/i/Qk2mPz7", 1795409430_000)


@pytest.mark.parametrize(
    ("changes", "paid", "after", "status"),
    [
        ({}, False, 0, GatewayStatus.OPEN),
        ({"close_by": "1795409430"}, False, 301, GatewayStatus.EXPIRED),
        ({}, True, 301, GatewayStatus.PAID),
        ({"status": "closed", "close_reason": "paid"}, False, 0, GatewayStatus.PAID),
        ({"status": "closed", "close_reason": "on_demand"}, False, 999, GatewayStatus.CANCELLED),
        ({"status": "closed", "close_reason": "on_demand"}, True, 0, GatewayStatus.PAID),
        ({"status": "closed", "close_reason": None}, False, 301, GatewayStatus.EXPIRED),
        ({"status": "closed", "close_reason": "odd"}, False, 0, GatewayStatus.CANCELLED),
        ({"status": "mystery"}, False, 0, GatewayStatus.UNKNOWN),
        ({"notes": []}, False, 0, GatewayStatus.OPEN),
        ({"notes": None, "image_content": None}, False, 0, GatewayStatus.OPEN),
    ],
)
def test_qr_status(
    changes: dict[str, object], paid: bool, after: int, status: GatewayStatus
) -> None:
    payments = [wire.payment_fact(captured())] if paid else []
    entity = {**sample("razorpay/qr_active"), **changes}
    assert wire.qr_seen(entity, payments, NOW + after * 1000).status is status


@pytest.mark.parametrize("amount", [None, "124950", Decimal("1249.50"), True, -1, []])
def test_amounts_must_be_integer_paise(amount: object) -> None:
    for read in (
        lambda: wire.link_seen({**sample("razorpay/link_paid"), "amount": amount}, ()),
        lambda: wire.qr_seen({**sample("razorpay/qr_active"), "payment_amount": amount}, (), 0),
        lambda: wire.payment_fact({**captured(), "amount": amount}),
    ):
        with pytest.raises(GatewayError) as caught:
            read()
        assert caught.value.kind is GatewayErrorKind.UNAVAILABLE


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(LINK_KEYS, json_values)), st.integers())
def test_links_and_qrs_of_any_shape_are_read_or_refused(item: dict[str, object], now: int) -> None:
    reads: list[Callable[[], CollectSeen]] = [
        lambda: wire.link_seen(item, ()),
        lambda: wire.qr_seen(item, (), now),
    ]
    for read in reads:
        try:
            seen = read()
        except GatewayError as error:
            assert error.kind is GatewayErrorKind.UNAVAILABLE
        else:
            assert isinstance(seen.amount, int)


@given(st.text())
def test_unknown_words_never_raise(word: str) -> None:
    link = wire.link_seen({**sample("razorpay/link_paid"), "status": word}, ())
    qr = wire.qr_seen({**sample("razorpay/qr_active"), "status": word, "close_reason": word}, (), 0)
    fact = wire.payment_fact({**captured(), "status": word, "error_reason": word})
    assert {link.status, qr.status} <= set(GatewayStatus)
    assert fact.status in PaymentStatus


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(PAYMENT_KEYS, json_values)))
def test_payments_of_any_shape_are_read_or_refused(item: dict[str, object]) -> None:
    try:
        fact = wire.payment_fact(item)
    except GatewayError as error:
        assert error.kind is GatewayErrorKind.UNAVAILABLE
    else:
        assert fact.amount >= 0


def error(status: int, description: str) -> GatewayError:
    body = sample("razorpay/error")
    body["error"]["description"] = description
    return razorpay_errors.error_of(HttpAnswer(status, {}, json.dumps(body).encode()), write=True)


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (400, "The amount must be at least INR 1.00", GatewayErrorKind.VALIDATION),
        (400, "timestamp must be atleast 15 minutes in future", GatewayErrorKind.VALIDATION),
        (
            400,
            "payment link creation with reference ID already attempted",
            GatewayErrorKind.DUPLICATE,
        ),
        (
            400,
            "The requested URL was not found on the server.",
            GatewayErrorKind.FEATURE_OFF,
        ),
        (400, "cannot cancel or expire an expired link", GatewayErrorKind.STATE),
        (
            400,
            "cannot cancel or expire an already paid/partially paid link",
            GatewayErrorKind.STATE,
        ),
        (400, "The id provided does not exist", GatewayErrorKind.NOT_FOUND),
        (400, "Authentication failed", GatewayErrorKind.AUTH),
        (401, "The api key provided is invalid", GatewayErrorKind.AUTH),
        (403, "Access Denied", GatewayErrorKind.AUTH),
        (409, "Another request is running", GatewayErrorKind.STATE),
        (404, "nothing here", GatewayErrorKind.NOT_FOUND),
    ],
)
def test_error_kinds(status: int, text: str, kind: GatewayErrorKind) -> None:
    found = error(status, text)
    assert (found.kind, found.http_status, found.outcome_unknown) == (kind, status, False)
    assert found.text == text


def test_old_style_error_and_long_text() -> None:
    answer = HttpAnswer(400, {}, raw("razorpay/error_link_old_style.json"))
    assert razorpay_errors.error_of(answer, write=False).kind is GatewayErrorKind.NOT_FOUND
    assert len(error(400, "x\n" * 5000).text) <= 200


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"error":{"code":"SERVER_ERROR","description":"We are facing some trouble"}}'),
        (502, b"<html>Bad gateway</html>"),
        (503, b""),
        (504, b"{}"),
        (302, b""),
        (400, b"<html>captive portal</html>"),
        (400, b'{"error":[]}'),
        (200, b"<html>login</html>"),
        (200, b"[]"),
        (200, b'"paid"'),
    ],
)
def test_no_answer_leaves_a_write_unknown(status: int, body: bytes) -> None:
    answer = HttpAnswer(status, {}, body)
    with pytest.raises(GatewayError) as caught:
        razorpay_errors.entity(answer, write=True)
    assert caught.value.kind is GatewayErrorKind.UNKNOWN_OUTCOME
    assert caught.value.outcome_unknown
    with pytest.raises(GatewayError) as caught:
        razorpay_errors.entity(answer, write=False)
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE
    assert not caught.value.outcome_unknown


def test_rate_limit_and_bad_key_need_no_body() -> None:
    slow = razorpay_errors.error_of(HttpAnswer(429, {"Retry-After": "7"}, b"<html>"), write=True)
    assert (slow.kind, slow.retry_after, slow.outcome_unknown) == (
        GatewayErrorKind.RATE_LIMITED,
        7.0,
        False,
    )
    assert (
        razorpay_errors.error_of(HttpAnswer(401, {}, b""), write=True).kind is GatewayErrorKind.AUTH
    )


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://rzp.io/rzp/x", True),
        ("https://rzp.io:443/i/x", True),
        ("http://rzp.io/i/x", False),
        ("https://rzp.io.evil.example/i/x", False),
        ("https://evil.example/rzp.io", False),
        ("https://rzp.io@evil.example/", False),
        ("https://user@rzp.io/", False),
        ("https://rzp.io:8443/", False),
        ("https://rzp.io:port/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_only_known_hosts(url: str, allowed: bool) -> None:
    assert reading.url_allowed(url, ("rzp.io",)) is allowed


@pytest.mark.parametrize(
    ("payload", "paise"),
    [
        ("upi://pay?pa=a@b&am=1249.50", 124950),
        ("upi://pay?pa=a@b&am=7", 700),
        ("upi://pay?pa=a@b&am=7.5", 750),
        ("upi://pay?pa=a@b", None),
        ("upi://pay?pa=a@b&am=1&am=2", None),
        ("upi://pay?pa=a@b&am=1e99", None),
        ("upi://[pay?am=1.00", None),
    ],
)
def test_upi_amount(payload: str, paise: int | None) -> None:
    assert reading.upi_amount(payload) == paise


@pytest.mark.parametrize(
    ("value", "moment"),
    [(5, 5000), ("5", 5000), (0, None), (None, None), (True, None), ("soon", None), (10**12, None)],
)
def test_moments(value: object, moment: int | None) -> None:
    assert wire.as_moment(value) == moment
