"""Reading Cashfree's wire format: the documented samples, and everything that may come instead."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.payment import GatewayStatus, PaymentFact, PaymentStatus
from pos_desktop.gateways import cashfree_wire as wire
from pos_desktop.gateways.cashfree_errors import entity, error_of, listing
from pos_desktop.net.http import HttpAnswer
from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.support.wire_samples import raw, sample
from tests.unit.gateways import cashfree_answers as answers
from tests.unit.gateways.cashfree_answers import LINK_ID, QR_ID

_K = GatewayErrorKind


def exact(value: object) -> Any:
    """As the adapter reads it: decimals, no floats."""
    return json.loads(json.dumps(value), parse_float=Decimal)


def link() -> dict[str, Any]:
    return dict(exact(answers.link()))


def order() -> dict[str, Any]:
    return dict(exact(answers.order()))


def payment(order_id: str = QR_ID) -> dict[str, Any]:
    return dict(exact(answers.payment(order_id)))


def said(status: int, body: object = None, **headers: str) -> HttpAnswer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(status, headers, text)


def error(kind: str, message: str = "no") -> dict[str, str]:
    return {"message": message, "code": "request_failed", "type": kind}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, error("invalid_request_error"), _K.VALIDATION),
        (405, error("invalid_request_error"), _K.VALIDATION),
        (401, error("authentication_error"), _K.AUTH),
        (401, b"<html>", _K.AUTH),
        (400, error("authentication_error"), _K.AUTH),
        (403, error("invalid_request_error"), _K.AUTH),
        (404, error("invalid_request_error"), _K.NOT_FOUND),
        (409, error("invalid_request_error"), _K.DUPLICATE),
        (422, error("idempotency_error"), _K.STATE),
        (422, error("invalid_request_error"), _K.VALIDATION),
        (429, error("rate_limit_error"), _K.RATE_LIMITED),
        (429, b"<html>", _K.RATE_LIMITED),
        (400, error("rate_limit_error"), _K.RATE_LIMITED),
    ],
)
def test_refusals_by_status_and_type(status: int, body: object, kind: _K) -> None:
    for write in (False, True):
        told = error_of(said(status, body), write=write)
        assert (told.kind, told.outcome_unknown, told.http_status) == (kind, False, status)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, error("api_error")),
        (502, error("api_error")),
        (503, b""),
        (400, error("api_error")),
        (400, b"<html>captive portal</html>"),
        (404, {"error": "no such page"}),
        (409, {"type": 7}),
        (302, b""),
        (100, b""),
    ],
)
def test_what_is_no_answer_leaves_a_write_in_doubt(status: int, body: object) -> None:
    reading, writing = (error_of(said(status, body), write=write) for write in (False, True))
    assert (reading.kind, reading.outcome_unknown) == (_K.UNAVAILABLE, False)
    assert (writing.kind, writing.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-retry": "17"}, 17.0),
        ({"x-ratelimit-retry": "0"}, 0.0),
        ({"x-ratelimit-retry": "9999"}, 300.0),
        ({"x-ratelimit-retry": "soon"}, 60.0),
        ({"x-ratelimit-retry": "-5"}, 60.0),
        ({}, 60.0),
    ],
)
def test_how_long_to_wait_after_429(headers: dict[str, str], seconds: float) -> None:
    told = error_of(said(429, error("rate_limit_error"), **headers), write=True)
    assert told.retry_after == seconds


def test_the_documented_error() -> None:
    told = error_of(HttpAnswer(401, {}, raw("cashfree/error.json")), write=True)
    assert (told.kind, told.text) == (_K.AUTH, "authentication Failed")


def test_a_long_text_is_cut_and_kept_on_one_line() -> None:
    told = error_of(said(400, error("invalid_request_error", "a\nb " * 500)), write=False)
    assert told.text.startswith("a b a b") and len(told.text) == 200


@pytest.mark.parametrize("body", [b"", b"<html>", b"NaN", b"[" * 90_000, b"\xff", b'"x"', b"1"])
def test_what_is_neither_object_nor_list(body: bytes) -> None:
    with pytest.raises(GatewayError) as caught:
        entity(said(200, body), write=True)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)
    with pytest.raises(GatewayError) as caught:
        listing(said(200, body))
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNAVAILABLE, False)


def fact(**changes: object) -> PaymentFact:
    return wire.payment_fact({**payment(), **changes}, QR_ID)


def test_the_documented_payment() -> None:
    one = wire.payment_fact(exact(sample("cashfree/order_payments"))[0], QR_ID)
    assert (one.gateway, one.payment_id, one.provider_order_id) == ("cashfree", "9100456712", QR_ID)
    assert (one.status, one.amount, one.currency) == (PaymentStatus.CAPTURED, 124950, "INR")
    assert one.created_at == 1795409182_000
    assert (one.method, one.rrn, one.vpa) == ("upi", "632712345678", "as***@examplebank")
    assert (one.error_reason, one.amount_refunded) == (None, 0)


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("NOT_ATTEMPTED", PaymentStatus.CREATED, None),
        ("PENDING", PaymentStatus.CREATED, None),
        ("FAILED", PaymentStatus.FAILED, "failed"),
        ("USER_DROPPED", PaymentStatus.FAILED, "user_dropped"),
        ("CANCELLED", PaymentStatus.FAILED, "cancelled"),
        ("VOID", PaymentStatus.FAILED, "void"),
        ("FLAGGED", PaymentStatus.UNKNOWN, None),
        ("success", PaymentStatus.UNKNOWN, None),
        ("", PaymentStatus.UNKNOWN, None),
        (None, PaymentStatus.UNKNOWN, None),
        (["SUCCESS"], PaymentStatus.UNKNOWN, None),
    ],
)
def test_every_word_for_a_payment(word: object, status: PaymentStatus, reason: str | None) -> None:
    one = fact(payment_status=word)
    assert (one.status, one.error_reason) == (status, reason)


@pytest.mark.parametrize(
    ("captured", "status"),
    [
        (True, PaymentStatus.CAPTURED),
        (False, PaymentStatus.AUTHORISED),
        (None, PaymentStatus.UNKNOWN),
        ("true", PaymentStatus.UNKNOWN),
        (1, PaymentStatus.UNKNOWN),
        (0, PaymentStatus.UNKNOWN),
    ],
)
def test_success_counts_only_when_it_is_captured(captured: object, status: PaymentStatus) -> None:
    assert fact(is_captured=captured).status is status


def test_ids_and_amounts_as_number_or_text() -> None:
    one = fact(cf_payment_id=9100456712, payment_amount="1249.5", bank_reference=632712345678)
    assert (one.payment_id, one.amount, one.rrn) == ("9100456712", 124950, "632712345678")


@pytest.mark.parametrize(
    ("group", "method"),
    [
        ("credit_card", "card"),
        ("debit_card", "card"),
        ("prepaid_card", "card"),
        ("net_banking", "netbanking"),
        ("wallet", "wallet"),
        ("moon", "moon"),
        (None, ""),
    ],
)
def test_only_upi_has_an_upi_reference(group: object, method: str) -> None:
    one = fact(payment_group=group, payment_method={"card": {"card_number": "XXXX1111"}})
    assert (one.method, one.rrn, one.vpa) == (method, None, None)


def test_why_it_failed() -> None:
    details = sample("cashfree/hook_error_details")
    assert fact(payment_status="FAILED", error_details=details).error_reason == "auth_declined"
    details["error_reason"] = None
    told = fact(payment_status="FAILED", error_details=details)
    assert told.error_reason == "TRANSACTION_DECLINED"


@pytest.mark.parametrize(
    ("changes", "moment"),
    [
        ({}, 1795409182_000),
        ({"payment_completion_time": None}, 1795409165_000),
        (
            {"payment_completion_time": "later", "payment_time": "2026-11-23T10:16:05"},
            1795409165_000,
        ),
        ({"payment_completion_time": None, "payment_time": 0}, 0),
    ],
)
def test_when_it_was_paid(changes: dict[str, object], moment: int) -> None:
    assert fact(**changes).created_at == moment


def test_other_money_is_told_as_it_is() -> None:
    one = fact(payment_currency="USD")
    assert (one.currency, one.status) == ("USD", PaymentStatus.CAPTURED)
    dollars = wire.order_seen(order(), [one])
    assert dollars.status is GatewayStatus.OPEN
    assert fact(payment_currency=None).currency == ""


def test_the_documented_link() -> None:
    seen = wire.link_seen(exact(sample("cashfree/link_active")), ())
    assert (seen.gateway_id, seen.reference, seen.status) == (LINK_ID, LINK_ID, GatewayStatus.OPEN)
    assert (seen.amount, seen.currency, seen.expires_at) == (124950, "INR", 1795410930_000)
    assert (seen.provider_order_id, seen.image_url) == (None, None)


def test_a_link_as_webhooks_show_it_is_read_alike() -> None:
    seen = wire.link_seen(sample("cashfree/hook_link_paid")["data"], ())
    assert (seen.status, seen.amount, seen.expires_at) == (
        GatewayStatus.PAID,
        124950,
        1795410930_000,
    )


@pytest.mark.parametrize(
    ("tags", "moment"),
    [
        ({"until": "1795409430"}, 1795409430_000),
        ({"until": 1795409430}, 1795410090_000),
        ({"until": "soon"}, 1795410090_000),
        ({"until": "9" * 40}, 1795410090_000),
        (None, 1795410090_000),
        ([], 1795410090_000),
    ],
)
def test_the_end_of_an_order(tags: object, moment: int) -> None:
    assert wire.order_seen({**order(), "order_tags": tags}, ()).expires_at == moment


def test_what_captured_the_money_names_the_order() -> None:
    paid = wire.payment_fact(payment("A"), "A")
    tried = wire.payment_fact({**payment("B"), "cf_payment_id": 2, "payment_status": "FAILED"}, "B")
    assert wire.link_seen(link(), [paid, tried]).provider_order_id == "A"
    assert wire.link_seen(link(), [tried]).provider_order_id == "B"


def test_a_picture_too_large_is_none() -> None:
    answer = sample("cashfree/order_pay_qr_answer")
    assert wire.qr_picture(answer) == "data:image/png;base64,iVBORw0KGgo="
    answer["data"]["payload"]["qrcode"] = "data:image/png;base64,iVBORw0K" + "Ggoo" * 60_000
    assert wire.qr_picture(answer) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
_PAYMENT_KEYS = sorted(sample("cashfree/order_payments")[0])
_LINK_KEYS = sorted(sample("cashfree/link_active"))


@given(st.dictionaries(st.sampled_from(_PAYMENT_KEYS), _JSON), st.sampled_from([QR_ID, "other"]))
def test_any_payment_is_read_or_refused(changes: dict[str, object], order_id: str) -> None:
    try:
        one = wire.payment_fact({**payment(), **changes}, order_id)
    except GatewayError as refusal:
        assert refusal.kind is _K.UNAVAILABLE
    else:
        assert type(one.amount) is int and one.amount >= 0


@given(st.dictionaries(st.sampled_from(_LINK_KEYS), _JSON))
def test_any_link_and_order_is_read_or_refused(changes: dict[str, object]) -> None:
    renamed = {key.replace("link", "order"): value for key, value in changes.items()}
    for read, item in (
        (wire.link_seen, {**link(), **changes}),
        (wire.order_seen, {**order(), **renamed}),
    ):
        try:
            seen = read(item, ())
        except GatewayError as refusal:
            assert refusal.kind is _K.UNAVAILABLE
        else:
            assert type(seen.amount) is int and seen.gateway_id
