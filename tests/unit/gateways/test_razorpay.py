"""The Razorpay adapter makes things payable: what it sends, what it refuses, what is in doubt."""

import json
import time
from dataclasses import replace

import pytest
import responses
from responses import matchers

from pos_desktop.domain.options import GatewayOptions
from pos_desktop.domain.payment import GatewayStatus
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.net.http import HttpClient
from pos_desktop.ports import Gateway, GatewayError, GatewayErrorKind
from tests.support.scripted_server import Script, answer, scripted
from tests.support.wire_samples import raw, sample
from tests.unit.gateways.answers import (
    COLLECT,
    INTENT,
    LINK_ID,
    LINKS,
    PING,
    QR_INTENT,
    QRS,
    bad,
    fresh_link,
    qr,
    sent,
    timed,
)
from tests.unit.gateways.conftest import DATE, NOW, SetClock


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


def test_a_picture_of_another_host_is_not_needed_where_the_code_is_known(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(QRS, json=qr(image_url="https://cdn.example/poster.png"))
    seen = gateway.create(QR_INTENT)
    assert seen.image_url is None
    assert seen.upi_payload is not None
    blind = qr(image_url="https://cdn.example/poster.png")
    del blind["image_content"]
    api.post(QRS, json=blind)
    with pytest.raises(GatewayError) as caught:
        gateway.create(QR_INTENT)
    assert caught.value.kind is GatewayErrorKind.VALIDATION


def test_qr_feature_off(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    timed(api)
    api.post(QRS, json=bad("The requested URL was not found on the server."), status=400)
    with pytest.raises(GatewayError) as caught:
        gateway.create(QR_INTENT)
    assert caught.value.kind is GatewayErrorKind.FEATURE_OFF
    assert not gateway.capabilities().qr


def test_a_ping_forgets_that_a_feature_was_off(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(QRS, json=bad("The requested URL was not found on the server."), status=400)
    with pytest.raises(GatewayError):
        gateway.create(QR_INTENT)
    gateway.ping()
    assert gateway.capabilities().qr


def test_qrs_that_the_settings_switch_off_are_never_asked_for() -> None:
    clock = SetClock()
    off = GatewayOptions(qr_enabled=False)
    gateway = RazorpayGateway(HttpClient("https://127.0.0.1:9", now=clock.now), off, clock)
    assert not gateway.capabilities().qr
    with pytest.raises(GatewayError) as caught:
        gateway.create(QR_INTENT)
    assert caught.value.kind is GatewayErrorKind.FEATURE_OFF


def test_a_qr_feature_that_is_back_is_offered_again(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(QRS, json=bad("The requested URL was not found on the server."), status=400)
    with pytest.raises(GatewayError):
        gateway.create(QR_INTENT)
    api.replace(responses.POST, QRS, json=qr())
    gateway.create(QR_INTENT)
    assert gateway.capabilities().qr


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
    date = answer(b"{}", headers=f"Date: {DATE}\r\nConnection: close\r\n")
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
    date = answer(b"{}", headers=f"Date: {DATE}\r\nConnection: close\r\n")
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
    assert (can.confirms, can.refunds, can.lists_payments) == (True, True, True)


def test_the_error_sample_is_a_validation(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(LINKS, body=raw("razorpay/error.json"), status=400)
    with pytest.raises(GatewayError) as caught:
        gateway.create(INTENT)
    assert caught.value.kind is GatewayErrorKind.VALIDATION
    assert caught.value.text == "The amount must be at least INR 1.00"


def test_a_used_reference_that_cannot_be_found_stays_an_error(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    text = "payment link creation with reference ID already attempted"
    api.post(LINKS, json=bad(text), status=400)
    api.get(LINKS, json={"payment_links": None})
    with pytest.raises(GatewayError) as caught:
        gateway.create(INTENT)
    assert caught.value.kind is GatewayErrorKind.DUPLICATE


def test_expiry_is_told_on_our_clock_although_the_servers_decides(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    """Our clock is 90 s behind: a link of 30 minutes has 30 minutes left on our screen too."""
    timed(api)
    server_expiry = NOW // 1000 + 1800
    api.post(LINKS, json=fresh_link() | {"expire_by": server_expiry})
    seen = gateway.create(INTENT)
    assert seen.expires_at is not None
    left = seen.expires_at - SetClock().now()
    assert abs(left - 1_800_000) <= 1_000
