"""The Cashfree adapter makes things payable: what it sends, what it refuses, what is in doubt."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
import responses

from pos_desktop.domain.options import GatewayOptions
from pos_desktop.domain.payment import CollectKind, GatewayStatus
from pos_desktop.gateways.cashfree import CashfreeGateway
from pos_desktop.gateways.cashfree_calls import headers_of
from pos_desktop.net.http import HttpClient
from pos_desktop.ports import Gateway, GatewayError, GatewayErrorKind
from tests.support.scripted_server import answer, scripted
from tests.support.wire_samples import sample
from tests.unit.gateways.cashfree_answers import (
    INTENT,
    LINK_ID,
    LINKS,
    ORDERS,
    PING,
    PNG,
    QR_ID,
    QR_INTENT,
    SESSION,
    SESSIONS,
    drawn,
    headers,
    link,
    missing,
    order,
    payment,
    raw_sent,
    refused,
    sent,
    timed,
)
from tests.unit.gateways.conftest import DATE, SetClock

_K = GatewayErrorKind
PAYMENTS = f"{ORDERS}/{QR_ID}/payments"


def test_it_is_a_gateway(cashfree: CashfreeGateway) -> None:
    port: Gateway = cashfree
    can = port.capabilities()
    assert (port.name, can.links, can.qr, can.qr_payload) == ("cashfree", True, True, False)
    assert (can.search_by_reference, can.lists_payments) == (True, False)
    assert (can.confirms, can.refunds, can.min_link_seconds) == (True, True, 1200)


def test_no_qr_is_offered_without_the_flag_on_the_account() -> None:
    options = GatewayOptions(name="cashfree", qr_enabled=False)
    http = HttpClient("https://api.cashfree.com/pg")
    assert not CashfreeGateway(http, options, SetClock()).capabilities().qr


def test_create_link_sends_the_documented_body(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    timed(api)
    api.post(LINKS, json=link())
    seen = cashfree.create(INTENT)
    assert (seen.gateway_id, seen.reference) == (LINK_ID, LINK_ID)
    assert (seen.kind, seen.status, seen.amount) == (CollectKind.LINK, GatewayStatus.OPEN, 124950)
    assert (seen.url, seen.payments) == (
        "https://payments.cashfree.com/links/k9x2m4p7q1zz",
        (),
    )
    # Its own QR leads to the same page: the address is enough.
    assert seen.image_url is None
    body = sent(api)
    assert set(body) == set(sample("cashfree/link_create_request"))
    assert body == {
        "link_id": LINK_ID,
        "link_amount": Decimal("1249.50"),
        "link_currency": "INR",
        "link_purpose": "Fresh Mart token 12",
        "customer_details": {"customer_phone": "9812345670"},
        "link_partial_payments": False,
        # The server's clock (90 s ahead of ours, half a second for the header) decides.
        "link_expiry_time": "2026-11-23T10:45:30+05:30",
        "link_notify": {"send_sms": False, "send_email": False},
        "link_auto_reminders": False,
        "link_notes": {"bill": "01JD8Q6W7X", "counter": "C2", "intent": LINK_ID},
        "link_meta": {
            "upi_intent": False,
            "return_url": "https://relay.example.in/p/FM01/return",
        },
    }
    assert b'"link_amount":1249.50,' in raw_sent(api)


def test_every_call_names_itself_and_the_version(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    timed(api)
    api.post(LINKS, json=link())
    cashfree.create(INTENT)
    first, second = headers(api, 0), headers(api, 1)
    for call in (first, second):
        assert (call["x-client-id"], call["x-client-secret"]) == ("CF_ID", "cfsk_secret")
        assert call["x-api-version"] == "2025-01-01"
        assert len(call["x-request-id"]) == 32
    assert first["x-request-id"] != second["x-request-id"]
    # Our own id already makes a repeat harmless; a key could keep a 500 for ever.
    assert "x-idempotency-key" not in second
    assert "authorization" not in second


def test_customers_that_cashfree_could_not_write_to(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    timed(api)
    api.post(LINKS, json=link())
    for phone in (None, "+14155550123", ""):
        long = "https://relay.example.in/" + "x" * 250
        cashfree.create(replace(INTENT, customer_phone=phone, return_url=long, life=60))
        body = sent(api)
        assert body["customer_details"] == {"customer_phone": "9999999999"}
        assert body["link_meta"] == {"upi_intent": False}
        assert body["link_expiry_time"] == "2026-11-23T10:35:30+05:30"
    cashfree.create(replace(INTENT, return_url=None, description=""))
    assert sent(api)["link_meta"] == {"upi_intent": False}
    assert sent(api)["link_purpose"] == LINK_ID


def test_create_qr_makes_an_order_and_draws_it(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    timed(api)
    api.post(ORDERS, json=order())
    api.post(SESSIONS, json=drawn())
    seen = cashfree.create(QR_INTENT)
    assert (seen.gateway_id, seen.reference, seen.provider_order_id) == (QR_ID, QR_ID, QR_ID)
    assert (seen.kind, seen.status, seen.amount) == (CollectKind.QR, GatewayStatus.OPEN, 124950)
    assert (seen.image_url, seen.upi_payload, seen.url) == (PNG, None, None)
    assert sent(api, 1) == {
        "order_id": QR_ID,
        "order_amount": Decimal("1249.50"),
        "order_currency": "INR",
        "customer_details": {"customer_id": "CUST9812345670", "customer_phone": "9812345670"},
        "order_meta": {"payment_methods": "upi"},
        # An order lives longer than a QR on a screen; the tag says when ours is over.
        "order_expiry_time": "2026-11-23T10:31:30+05:30",
        "order_note": "Fresh Mart token 12",
        "order_tags": {
            "bill": "01JD8Q6W7X",
            "counter": "C2",
            "intent": QR_ID,
            "until": "1795409430",
        },
    }
    asked = {**sample("cashfree/order_pay_qr_request"), "payment_session_id": SESSION}
    assert sent(api, 2) == asked
    assert "x-idempotency-key" not in headers(api, 1)
    assert headers(api, 2)["x-idempotency-key"] == f"{QR_ID}-qr-1"


def test_a_qr_ends_when_we_asked_on_our_own_clock(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    """Our clock is 90 s behind: a QR of 5 minutes has 5 minutes left on our screen too."""
    timed(api)
    api.post(ORDERS, json=order())
    api.post(SESSIONS, json=drawn())
    seen = cashfree.create(QR_INTENT)
    assert seen.expires_at is not None
    assert abs(seen.expires_at - SetClock().now() - 300_000) <= 1_000


def test_a_long_qr_and_a_short_note(api: responses.RequestsMock, cashfree: CashfreeGateway) -> None:
    timed(api)
    api.post(ORDERS, json=order())
    api.post(SESSIONS, json=drawn())
    cashfree.create(replace(QR_INTENT, life=999_999, description="T1"))
    body = sent(api, 1)
    assert body["order_expiry_time"] == "2026-11-24T10:15:30+05:30"
    assert body["order_note"] == QR_ID


@pytest.mark.parametrize("kind", list(CollectKind))
def test_a_used_reference_is_found_instead(
    api: responses.RequestsMock, cashfree: CashfreeGateway, kind: CollectKind
) -> None:
    timed(api)
    taken = refused("already exists", code="order_already_exists")
    if kind is CollectKind.QR:
        api.post(ORDERS, json=taken, status=409)
        api.get(f"{ORDERS}/{QR_ID}", json=order())
        api.get(PAYMENTS, json=[])
        api.post(SESSIONS, json=drawn())
        assert cashfree.create(QR_INTENT).image_url == PNG
    else:
        api.post(LINKS, json=taken, status=409)
        api.get(f"{LINKS}/{LINK_ID}", json=link())
        api.get(f"{LINKS}/{LINK_ID}/orders", json=[])
        assert cashfree.create(INTENT).url is not None


def test_a_used_reference_that_cannot_be_found_stays_an_error(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    timed(api)
    api.post(LINKS, json=refused(), status=409)
    api.get(f"{LINKS}/{LINK_ID}", json=missing("link"), status=404)
    with pytest.raises(GatewayError) as caught:
        cashfree.create(INTENT)
    assert caught.value.kind is _K.DUPLICATE


@pytest.mark.parametrize("amount", [0, 99, -5])
def test_amounts_below_one_rupee_never_leave(cashfree: CashfreeGateway, amount: int) -> None:
    with pytest.raises(GatewayError) as caught:
        cashfree.create(replace(INTENT, amount=amount))
    assert caught.value.kind is _K.VALIDATION


@pytest.mark.parametrize("reference", ["", "ab", "a b", "x" * 46, "ü" * 5, "a/b/c"])
def test_bad_references_never_leave(cashfree: CashfreeGateway, reference: str) -> None:
    with pytest.raises(GatewayError) as caught:
        cashfree.create(replace(INTENT, reference=reference))
    assert caught.value.kind is _K.VALIDATION


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "https://payments-test.cashfree.com/links/x", "javascript:1"]
)
def test_links_of_other_hosts_are_refused(
    api: responses.RequestsMock, cashfree: CashfreeGateway, url: str
) -> None:
    timed(api)
    api.post(LINKS, json=link(link_url=url))
    with pytest.raises(GatewayError) as caught:
        cashfree.create(INTENT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.VALIDATION, False)


def test_links_of_the_sandbox_stay_in_the_sandbox(api: responses.RequestsMock) -> None:
    base = "https://sandbox.cashfree.com/pg"
    http = HttpClient(base, headers=headers_of("TEST1", "s"), now=SetClock().now)
    gateway = CashfreeGateway(http, GatewayOptions(name="cashfree", pay_hosts=()), SetClock())
    api.get(f"{base}/orders/ping", json=missing(), status=404, headers={"Date": DATE})
    url = "https://payments-test.cashfree.com/links/x"
    api.post(f"{base}/links", json=link(link_url=url))
    assert gateway.create(INTENT).url == url
    api.get(f"{base}/links/{LINK_ID}", json=link())
    api.get(f"{base}/links/{LINK_ID}/orders", json=[])
    with pytest.raises(GatewayError):
        gateway.find(INTENT)


# -- QR sessions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, refused("S2S is not enabled")),
        (404, missing()),
        (403, refused("not allowed")),
        (200, drawn(None)),
        (200, drawn("upi://pay?pa=x")),
        (200, drawn("data:image/png;base64,AAAA")),
        (200, {"data": []}),
        (200, {}),
    ],
)
def test_an_account_that_draws_no_qr(
    api: responses.RequestsMock, cashfree: CashfreeGateway, status: int, body: object
) -> None:
    timed(api)
    api.post(ORDERS, json=order())
    api.post(SESSIONS, json=body, status=status)
    with pytest.raises(GatewayError) as caught:
        cashfree.create(QR_INTENT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.FEATURE_OFF, False)
    assert not cashfree.capabilities().qr
    api.replace(responses.POST, SESSIONS, json=drawn())
    assert cashfree.create(QR_INTENT).image_url == PNG
    assert cashfree.capabilities().qr


def test_a_ping_forgets_that_no_qr_was_drawn(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    timed(api)
    api.post(ORDERS, json=order())
    api.post(SESSIONS, json={}, status=400)
    with pytest.raises(GatewayError):
        cashfree.create(QR_INTENT)
    cashfree.ping()
    assert cashfree.capabilities().qr


def test_a_wrong_key_is_not_a_missing_feature(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    timed(api)
    api.post(ORDERS, json=order())
    api.post(SESSIONS, json=sample("cashfree/error"), status=401)
    with pytest.raises(GatewayError) as caught:
        cashfree.create(QR_INTENT)
    assert caught.value.kind is _K.AUTH
    assert cashfree.capabilities().qr


def test_a_key_that_keeps_a_server_error_is_left_behind(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    """First it is asked whether an attempt came of it: only then a new key (2.1)."""
    timed(api)
    api.post(ORDERS, json=order())
    api.post(SESSIONS, json=refused(kind="api_error"), status=500)
    api.get(PAYMENTS, json=[payment(payment_status="FAILED", is_captured=False)])
    api.post(SESSIONS, json=drawn())
    assert cashfree.create(QR_INTENT).image_url == PNG
    keys = [headers(api, n).get("x-idempotency-key") for n in range(len(api.calls))]
    assert keys == [None, None, f"{QR_ID}-qr-1", None, f"{QR_ID}-qr-2"]


@pytest.mark.parametrize("status", ["PENDING", "NOT_ATTEMPTED"])
def test_no_second_qr_while_the_first_may_be_alive(
    api: responses.RequestsMock, cashfree: CashfreeGateway, status: str
) -> None:
    timed(api)
    api.post(ORDERS, json=order())
    api.post(SESSIONS, json=refused(kind="api_error"), status=502)
    api.get(PAYMENTS, json=[payment(payment_status=status)])
    with pytest.raises(GatewayError) as caught:
        cashfree.create(QR_INTENT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


def test_three_keys_and_no_more(api: responses.RequestsMock, cashfree: CashfreeGateway) -> None:
    timed(api)
    api.post(ORDERS, json=order())
    for _ in range(3):
        api.post(SESSIONS, json=refused(kind="api_error"), status=500)
    api.get(PAYMENTS, json=[])
    with pytest.raises(GatewayError) as caught:
        cashfree.create(QR_INTENT)
    assert caught.value.outcome_unknown
    assert len([call for call in api.calls if call.request.url == SESSIONS]) == 3


def test_a_key_of_another_session_is_left_behind(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(f"{ORDERS}/{QR_ID}", json=order(payment_session_id="session_new"))
    api.get(PAYMENTS, json=[])
    api.post(SESSIONS, json=refused(kind="idempotency_error"), status=422)
    api.post(SESSIONS, json=drawn())
    found = cashfree.find(QR_INTENT)
    assert found is not None and found.image_url == PNG


def test_a_session_that_may_be_repeated_keeps_its_key(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    """The order stands already; the caller hears what the session heard."""
    timed(api)
    api.post(ORDERS, json=order())
    api.post(SESSIONS, status=429, headers={"x-ratelimit-retry": "7"}, body="slow")
    with pytest.raises(GatewayError) as caught:
        cashfree.create(QR_INTENT)
    assert (caught.value.kind, caught.value.retry_after) == (_K.RATE_LIMITED, 7.0)
    assert not caught.value.outcome_unknown


def test_a_lost_picture_is_found_again_under_the_same_key(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(f"{ORDERS}/{QR_ID}", json=order())
    api.get(PAYMENTS, json=[])
    api.post(SESSIONS, json=drawn())
    found = cashfree.find(QR_INTENT)
    assert found is not None and found.image_url == PNG
    assert headers(api)["x-idempotency-key"] == f"{QR_ID}-qr-1"


def test_what_is_over_is_found_without_a_picture(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(f"{ORDERS}/{QR_ID}", json=order(order_status="PAID"))
    api.get(PAYMENTS, json=[payment()])
    api.get(f"{ORDERS}/{QR_ID}/refunds", json=[])
    found = cashfree.find(QR_INTENT)
    assert found is not None
    assert (found.status, found.image_url) == (GatewayStatus.PAID, None)


@pytest.mark.parametrize("kind", list(CollectKind))
def test_nothing_is_there(
    api: responses.RequestsMock, cashfree: CashfreeGateway, kind: CollectKind
) -> None:
    intent = QR_INTENT if kind is CollectKind.QR else INTENT
    path = f"{ORDERS}/{QR_ID}" if kind is CollectKind.QR else f"{LINKS}/{LINK_ID}"
    api.get(path, json=missing(), status=404)
    assert cashfree.find(intent) is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, "<html>not found</html>", _K.UNAVAILABLE),
        (404, "{}", _K.UNAVAILABLE),
        (404, json.dumps(refused("bad URL, please check API documentation")), _K.VALIDATION),
        (400, json.dumps(refused()), _K.VALIDATION),
        (500, json.dumps(missing()), _K.UNAVAILABLE),
    ],
)
def test_what_is_no_proof_of_absence(
    api: responses.RequestsMock, cashfree: CashfreeGateway, status: int, body: str, kind: _K
) -> None:
    """ "Not there" lets a second payable thing be made: only the documented answer says so."""
    api.get(f"{LINKS}/{LINK_ID}", body=body, status=status)
    with pytest.raises(GatewayError) as caught:
        cashfree.find(INTENT)
    assert caught.value.kind is kind


# -- keys, lines, doubts ---------------------------------------------------------------------------


def test_ping(api: responses.RequestsMock, cashfree: CashfreeGateway) -> None:
    timed(api)
    cashfree.ping()
    api.get(PING, json=sample("cashfree/error"), status=401)
    with pytest.raises(GatewayError) as caught:
        cashfree.ping()
    assert (caught.value.kind, caught.value.text) == (_K.AUTH, "authentication Failed")


def test_ping_finds_a_wrong_address(api: responses.RequestsMock, cashfree: CashfreeGateway) -> None:
    api.get(PING, json=refused("bad URL, please check API documentation"), status=404)
    with pytest.raises(GatewayError) as caught:
        cashfree.ping()
    assert caught.value.kind is _K.VALIDATION


@pytest.mark.parametrize(
    "body",
    [
        link(link_id="FM01-2627-000999-1"),
        link(link_id=None),
        link(link_amount="much"),
        link(link_amount=None),
        link(link_amount=1249.505),
        [],
        "link",
        {},
    ],
)
def test_a_created_link_of_the_wrong_shape_is_in_doubt(
    api: responses.RequestsMock, cashfree: CashfreeGateway, body: object
) -> None:
    timed(api)
    api.post(LINKS, json=body)
    with pytest.raises(GatewayError) as caught:
        cashfree.create(INTENT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


def test_a_link_without_address_is_of_no_use(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    timed(api)
    api.post(LINKS, json=link(link_url=None))
    with pytest.raises(GatewayError) as caught:
        cashfree.create(INTENT)
    assert caught.value.kind is _K.VALIDATION


@pytest.mark.parametrize(
    "body", [order("FM01-2627-000999-q1"), order(order_amount=[]), order(payment_session_id=None)]
)
def test_a_created_order_of_the_wrong_shape_is_in_doubt(
    api: responses.RequestsMock, cashfree: CashfreeGateway, body: object
) -> None:
    timed(api)
    api.post(ORDERS, json=body)
    with pytest.raises(GatewayError) as caught:
        cashfree.create(QR_INTENT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


def test_other_money_than_rupees_is_told_as_it_is(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    timed(api)
    api.post(LINKS, json=link(link_currency="USD"))
    assert cashfree.create(INTENT).currency == "USD"


@pytest.mark.parametrize("kind", list(CollectKind))
@pytest.mark.parametrize("status", [500, 502, 503, 302])
def test_a_server_error_on_create_is_in_doubt(
    api: responses.RequestsMock, cashfree: CashfreeGateway, kind: CollectKind, status: int
) -> None:
    timed(api)
    by_qr = kind is CollectKind.QR
    api.post(ORDERS if by_qr else LINKS, body="<html>", status=status)
    with pytest.raises(GatewayError) as caught:
        cashfree.create(QR_INTENT if by_qr else INTENT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


def test_no_connection_was_not_done() -> None:
    date = answer(json.dumps(missing()).encode(), "404 Not Found", f"Date: {DATE}\r\n")
    with scripted(date) as server:
        http = HttpClient(server.url, timeouts=(1, 5), now=SetClock().now)
        gateway = CashfreeGateway(http, GatewayOptions(name="cashfree"), SetClock())
        gateway.ping()
    with pytest.raises(GatewayError) as caught:
        gateway.create(INTENT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNAVAILABLE, False)
