"""The Razorpay adapter against documented answers: what it sends, what it believes."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
import responses
from responses import matchers

from pos_desktop.domain.options import GatewayOptions
from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    CollectState,
    GatewayStatus,
    PaymentStatus,
)
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.net.http import HttpClient
from pos_desktop.ports import CollectIntent, Gateway, GatewayError, GatewayErrorKind
from tests.support.scripted_server import Script, answer, scripted
from tests.support.wire_samples import raw, sample
from tests.unit.gateways.conftest import BASE, DATE, NOW, SetClock

LINKS = f"{BASE}/v1/payment_links"
QRS = f"{BASE}/v1/payments/qr_codes"
PING = f"{BASE}/v1/payments"
LINK_ID = "plink_T1aB2cD3eF4gH5"
QR_ID = "qr_T1rS5tUv6WxY7z"
PAY = "pay_T1kQ7mWx9ZbC2d"
ORDER = "order_T1jP6nVy8AcD3f"

INTENT = CollectIntent(
    reference="FM01-2627-000123-1",
    order_id="01JD8Q6W7X",
    kind=CollectKind.LINK,
    amount=124950,
    life=1800,
    created_at=NOW - 90_000,
    description="Fresh Mart token 12",
    counter="C2",
    customer_phone="+919812345670",
    return_url="https://relay.example.in/p/FM01/return",
)
QR_INTENT = replace(INTENT, kind=CollectKind.QR, reference="FM01-2627-000123-q1", life=300)
COLLECT = Collect(
    reference=INTENT.reference,
    order_id=INTENT.order_id,
    attempt=1,
    kind=CollectKind.LINK,
    state=CollectState.OPEN,
    gateway="razorpay",
    amount=124950,
    created_at=NOW,
    gateway_id=LINK_ID,
)
QR_COLLECT = replace(COLLECT, kind=CollectKind.QR, gateway_id=QR_ID)


def link(**changes: object) -> dict[str, Any]:
    return {**sample("razorpay/link_paid"), **changes}


def fresh_link(**changes: object) -> dict[str, Any]:
    entity = link(status="created", payments=None, amount_paid=0, **changes)
    del entity["order_id"]
    return entity


def qr(**changes: object) -> dict[str, Any]:
    return {**sample("razorpay/qr_active"), **changes}


def payment(**changes: object) -> dict[str, Any]:
    return {**sample("razorpay/payment_captured"), **changes}


def items(*entities: object) -> dict[str, object]:
    return {"entity": "collection", "count": len(entities), "items": list(entities)}


def bad(description: str) -> dict[str, object]:
    return {"error": {**sample("razorpay/error")["error"], "description": description}}


def timed(api: responses.RequestsMock) -> None:
    """The first call tells the server's time."""
    api.get(PING, json=items(), headers={"Date": DATE})


def sent(api: responses.RequestsMock) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(api.calls[-1].request.body or b"{}")
    return body


def test_create_link_sends_the_documented_body(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(LINKS, json=fresh_link())
    seen = gateway.create(INTENT)
    assert (seen.gateway_id, seen.status) == (LINK_ID, GatewayStatus.OPEN)
    assert (seen.url, seen.payments) == ("https://rzp.io/rzp/Ab3dE9k", ())
    body = sent(api)
    assert set(body) <= set(sample("razorpay/link_create_request"))
    assert body | {"notes": {}} == {
        "amount": 124950,
        "currency": "INR",
        "accept_partial": False,
        # The server's clock (90 s ahead of ours, half a second for the header) decides.
        "expire_by": NOW // 1000 + 1800,
        "reference_id": INTENT.reference,
        "description": "Fresh Mart token 12",
        "customer": {"contact": "+919812345670"},
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "notes": {},
        "callback_url": "https://relay.example.in/p/FM01/return",
        "callback_method": "get",
    }
    assert body["notes"]["intent"] == INTENT.reference
    authorization = api.calls[-1].request.headers["Authorization"]
    assert authorization.startswith("Basic ")


def test_create_link_without_customer_and_never_shorter_than_twenty_minutes(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(LINKS, json=fresh_link())
    gateway.create(replace(INTENT, customer_phone=None, return_url=None, life=60))
    body = sent(api)
    assert {"customer", "callback_url", "callback_method"}.isdisjoint(body)
    assert body["expire_by"] == NOW // 1000 + 1200


def test_create_qr_sends_the_documented_body(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(QRS, json=qr())
    seen = gateway.create(QR_INTENT)
    assert seen.upi_payload is not None and seen.upi_payload.startswith("upi://pay?")
    body = sent(api)
    # Unknown fields are refused by this endpoint.
    assert set(body) == set(sample("razorpay/qr_create_request"))
    assert (body["usage"], body["fixed_amount"], body["type"]) == ("single_use", True, "upi_qr")
    assert (body["payment_amount"], body["close_by"]) == (124950, NOW // 1000 + 300)
    assert body["notes"]["intent"] == QR_INTENT.reference
    assert gateway.capabilities().qr_payload


@pytest.mark.parametrize(("life", "seconds"), [(5, 120), (300, 300), (99_999, 7200)])
def test_qr_life_is_kept_in_bounds(
    api: responses.RequestsMock, gateway: RazorpayGateway, life: int, seconds: int
) -> None:
    timed(api)
    api.post(QRS, json=qr())
    gateway.create(replace(QR_INTENT, life=life))
    assert sent(api)["close_by"] == NOW // 1000 + seconds


def test_qr_without_payload_shows_the_picture(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    entity = qr(notes=[], close_reason=None)
    del entity["image_content"], entity["closed_at"]
    api.post(QRS, json=entity)
    seen = gateway.create(QR_INTENT)
    assert (seen.upi_payload, seen.image_url) == (None, "https://rzp.io/i/Qk2mPz7")
    assert not gateway.capabilities().qr_payload


def test_qr_feature_off(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    timed(api)
    api.post(QRS, json=bad("The requested URL was not found on the server."), status=400)
    with pytest.raises(GatewayError) as caught:
        gateway.create(QR_INTENT)
    assert caught.value.kind is GatewayErrorKind.FEATURE_OFF
    assert not gateway.capabilities().qr


@pytest.mark.parametrize("amount", [0, 99, -5])
def test_amounts_below_one_rupee_never_leave(gateway: RazorpayGateway, amount: int) -> None:
    with pytest.raises(GatewayError) as caught:
        gateway.create(replace(INTENT, amount=amount))
    assert caught.value.kind is GatewayErrorKind.VALIDATION


@pytest.mark.parametrize("reference", ["", "a b", "x" * 41, "ü"])
def test_bad_references_never_leave(gateway: RazorpayGateway, reference: str) -> None:
    with pytest.raises(GatewayError) as caught:
        gateway.create(replace(INTENT, reference=reference))
    assert caught.value.kind is GatewayErrorKind.VALIDATION


@pytest.mark.parametrize("url", ["https://evil.example/rzp", "http://rzp.io/x", None])
def test_links_of_other_hosts_are_refused(
    api: responses.RequestsMock, gateway: RazorpayGateway, url: str | None
) -> None:
    timed(api)
    api.post(LINKS, json=fresh_link(short_url=url))
    with pytest.raises(GatewayError) as caught:
        gateway.create(INTENT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (GatewayErrorKind.VALIDATION, False)


def test_qr_for_another_amount_is_refused(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(QRS, json=qr(image_content="upi://pay?pa=x@y&am=124950.00"))
    with pytest.raises(GatewayError) as caught:
        gateway.create(QR_INTENT)
    assert caught.value.kind is GatewayErrorKind.VALIDATION


def test_used_reference_is_found_instead(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    text = "payment link creation with reference ID already attempted"
    api.post(LINKS, json=bad(text), status=400)
    query = matchers.query_param_matcher({"reference_id": INTENT.reference})
    api.get(LINKS, json={"payment_links": [fresh_link()]}, match=[query])
    api.get(f"{LINKS}/{LINK_ID}", json=fresh_link())
    assert gateway.create(INTENT).gateway_id == LINK_ID


def test_find_link_asks_the_link_itself_because_the_list_hides_payments(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    stranger = fresh_link(id="plink_Other", reference_id="FM01-2627-000123-12")
    api.get(LINKS, json={"payment_links": [stranger, link(payments=[])]})
    api.get(f"{LINKS}/{LINK_ID}", json=link())
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment())
    seen = gateway.find(INTENT)
    assert seen is not None
    assert (seen.status, [p.payment_id for p in seen.payments]) == (GatewayStatus.PAID, [PAY])


def test_find_link_nothing(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.get(LINKS, json={"payment_links": []})
    assert gateway.find(INTENT) is None


def test_find_qr_matches_the_note_across_pages(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    others = [qr(id=f"qr_{n}", notes=[] if n % 2 else {"intent": "other"}) for n in range(20)]
    since = {"count": "20", "from": str(NOW // 1000 - 90 - 120)}
    first = matchers.query_param_matcher({**since, "skip": "0"})
    second = matchers.query_param_matcher({**since, "skip": "20"})
    api.get(QRS, json=items(*others), match=[first])
    api.get(QRS, json=items(qr()), match=[second])
    api.get(f"{QRS}/{QR_ID}/payments", json=items())
    seen = gateway.find(QR_INTENT)
    assert seen is not None
    assert (seen.gateway_id, seen.reference) == (QR_ID, QR_INTENT.reference)


def test_find_qr_nothing(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.get(QRS, json=items(qr(notes=None)))
    assert gateway.find(QR_INTENT) is None


def test_find_qr_never_says_no_while_there_is_more_to_search(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(QRS, json=items(*[qr(notes=[]) for _ in range(20)]))
    with pytest.raises(GatewayError) as caught:
        gateway.find(QR_INTENT)
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE


def test_fetch_open_link_never_opened(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=fresh_link(notes=[], reminders=[], customer=[]))
    seen = gateway.fetch(COLLECT)
    assert (seen.status, seen.payments, len(api.calls)) == (GatewayStatus.OPEN, (), 1)


def test_fetch_shows_attempts_of_the_order(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    failed = sample("razorpay/hook_payment_failed")["payload"]["payment"]["entity"]
    api.get(f"{LINKS}/{LINK_ID}", json=link(status="created", payments=[]))
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(failed))
    seen = gateway.fetch(COLLECT)
    assert seen.status is GatewayStatus.OPEN
    assert [(p.status, p.error_reason) for p in seen.payments] == [
        (PaymentStatus.FAILED, "payment_cancelled")
    ]


def test_captures_are_believed_only_from_the_payment_itself(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=link(status="created"))
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment(status="authorized", captured=False))
    seen = gateway.fetch(COLLECT)
    assert seen.status is GatewayStatus.OPEN
    assert [p.status for p in seen.payments] == [PaymentStatus.AUTHORISED]


def test_another_payments_answer_is_refused(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    entity = link()
    del entity["order_id"]
    api.get(f"{LINKS}/{LINK_ID}", json=entity)
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment(id="pay_Other"))
    with pytest.raises(GatewayError) as caught:
        gateway.fetch(COLLECT)
    assert caught.value.kind is GatewayErrorKind.VALIDATION


def test_late_money_on_an_expired_link(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=link(status="expired", payments=[]))
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment())
    seen = gateway.fetch(COLLECT)
    assert (seen.status, seen.close_reason) == (GatewayStatus.PAID, "expired")


def test_fetch_does_not_hide_money_behind_a_bad_address(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    entity = fresh_link(short_url="https://evil.example/")
    api.get(f"{LINKS}/{LINK_ID}", json=entity)
    assert gateway.fetch(COLLECT).url is None


def test_fetch_qr_with_payment(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    credited = sample("razorpay/hook_qr_code_credited")["payload"]["payment"]["entity"]
    api.get(f"{QRS}/{QR_ID}", json=qr())
    api.get(f"{QRS}/{QR_ID}/payments", json=items(credited))
    api.get(f"{BASE}/v1/payments/{credited['id']}", json=credited)
    seen = gateway.fetch(QR_COLLECT)
    assert seen.status is GatewayStatus.PAID
    assert [(p.rrn, p.provider_order_id) for p in seen.payments] == [("632712345679", None)]


def test_close_link(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.post(f"{LINKS}/{LINK_ID}/cancel", json=fresh_link() | {"status": "cancelled"})
    seen = gateway.close(COLLECT)
    assert (seen.status, seen.close_reason) == (GatewayStatus.CANCELLED, "cancelled")


@pytest.mark.parametrize(
    "text",
    [
        "cannot cancel or expire an already paid/partially paid link",
        "cannot cancel or expire an expired link",
        "some new wording",
    ],
)
def test_payment_wins_over_close(
    api: responses.RequestsMock, gateway: RazorpayGateway, text: str
) -> None:
    api.post(f"{LINKS}/{LINK_ID}/cancel", json=bad(text), status=400)
    api.get(f"{LINKS}/{LINK_ID}", json=link())
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment())
    assert gateway.close(COLLECT).status is GatewayStatus.PAID


def test_close_qr_that_was_paid_meanwhile(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.post(f"{QRS}/{QR_ID}/close", json=qr(status="closed", close_reason="on_demand"))
    api.get(f"{QRS}/{QR_ID}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment())
    assert gateway.close(QR_COLLECT).status is GatewayStatus.PAID


def test_close_without_the_gateways_id(gateway: RazorpayGateway) -> None:
    for call in (gateway.close, gateway.fetch):
        with pytest.raises(GatewayError) as caught:
            call(replace(COLLECT, gateway_id=None))
        assert caught.value.kind is GatewayErrorKind.NOT_FOUND


def test_ids_cannot_climb_out_of_the_path(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/..%2Forders%3Fx", json=fresh_link())
    gateway.fetch(replace(COLLECT, gateway_id="../orders?x"))
    assert api.calls[0].request.url == f"{LINKS}/..%2Forders%3Fx"


def test_ping_and_bad_key(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.get(PING, json=bad("Authentication failed"), status=401)
    with pytest.raises(GatewayError) as caught:
        gateway.ping()
    assert caught.value.kind is GatewayErrorKind.AUTH


def test_rate_limit_on_create_was_not_done(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(LINKS, status=429, headers={"Retry-After": "3"}, body="<html>slow down</html>")
    with pytest.raises(GatewayError) as caught:
        gateway.create(INTENT)
    assert (caught.value.kind, caught.value.retry_after) == (GatewayErrorKind.RATE_LIMITED, 3.0)
    assert not caught.value.outcome_unknown


def at(url: str, read_timeout: float = 5.0) -> RazorpayGateway:
    clock = SetClock()
    http = HttpClient(url, timeouts=(1, read_timeout), now=clock.now)
    return RazorpayGateway(http, GatewayOptions(base_url=url), clock)


def hang(peer: object, _request: bytes) -> None:
    time.sleep(0.5)


def test_no_connection_was_not_done() -> None:
    with scripted(answer(b"{}")) as server:
        gateway = at(server.url)
        gateway.ping()
    with pytest.raises(GatewayError) as caught:
        gateway.create(INTENT)
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (hang, GatewayErrorKind.TIMEOUT),
        (lambda peer, _request: peer.close(), GatewayErrorKind.UNKNOWN_OUTCOME),
        (answer(b"<html>", "502 Bad Gateway"), GatewayErrorKind.UNKNOWN_OUTCOME),
        (answer(b"<html>login</html>"), GatewayErrorKind.UNKNOWN_OUTCOME),
        (answer(b"x" * 400_000), GatewayErrorKind.UNKNOWN_OUTCOME),
        (
            answer(b"", "302 Found", "Location: http://10.0.0.1/\r\n"),
            GatewayErrorKind.UNKNOWN_OUTCOME,
        ),
    ],
)
def test_create_in_doubt(script: Script, kind: GatewayErrorKind) -> None:
    date = answer(b"{}", headers=f"Date: {DATE}\r\n")
    with scripted(date, script) as server:
        gateway = at(server.url, 0.2)
        with pytest.raises(GatewayError) as caught:
            gateway.create(INTENT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, True)
    assert len(server.requests) == 2


def test_reading_in_doubt_is_only_unavailable() -> None:
    with scripted(answer(b"<html>")) as server, pytest.raises(GatewayError) as caught:
        at(server.url).fetch(COLLECT)
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE
    assert not caught.value.outcome_unknown


def test_loopback_links_are_allowed_only_in_practice() -> None:
    entity = fresh_link(short_url="http://127.0.0.1:8099/i/x")
    date = answer(b"{}", headers=f"Date: {DATE}\r\n")
    with scripted(date, answer(json.dumps(entity).encode())) as server:
        assert at(server.url).create(INTENT).url == "http://127.0.0.1:8099/i/x"


def test_loopback_links_are_refused_from_the_real_gateway(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(LINKS, json=fresh_link(short_url="http://127.0.0.1:8099/i/x"))
    with pytest.raises(GatewayError):
        gateway.create(INTENT)


def test_it_is_a_gateway(gateway: RazorpayGateway) -> None:
    port: Gateway = gateway
    can = port.capabilities()
    assert (port.name, can.links, can.qr, can.search_by_reference) == ("razorpay", True, True, True)
    assert (can.max_qr_seconds, can.min_link_seconds) == (7200, 1200)


def test_the_error_sample_is_a_validation(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(LINKS, body=raw("razorpay/error.json"), status=400)
    with pytest.raises(GatewayError) as caught:
        gateway.create(INTENT)
    assert caught.value.kind is GatewayErrorKind.VALIDATION
    assert caught.value.text == "The amount must be at least INR 1.00"
