"""The practice Cashfree's keys, limits, faults and webhooks (reference gateways 2.1 and 2.5)."""

import base64
import hashlib
import hmac
from typing import Any

import pytest

from pos_desktop.sandbox.cashfree.hooks import signed
from pos_desktop.sandbox.cashfree.limits import CallLimits, kind_of
from tests.contracts.cashfree_case import (
    ask,
    assert_refused,
    done,
    link_body,
    new_link,
    new_order,
    new_session,
    order_body,
    payments_of,
    refund_body,
)
from tests.contracts.practice_case import assert_same_shape, reference
from tests.support.practice import Heard, Listener, Practice, wait_for
from tests.support.wire_samples import sample, vectors

_PAID = "PAYMENT_SUCCESS_WEBHOOK"
_LINK = "PAYMENT_LINK_EVENT"


# -- idempotency -----------------------------------------------------------------------------------


def test_the_same_key_answers_the_same(practice: Practice) -> None:
    order = new_order(practice)
    key = {"x-idempotency-key": reference()}
    first = new_session(practice, order, headers=key)
    assert new_session(practice, order, headers=key) == first
    assert len(payments_of(practice, order["order_id"])) == 1
    assert new_session(practice, order)["cf_payment_id"] != first["cf_payment_id"]
    assert practice.journal("cashfree")[-3]["note"] == "replayed"


def test_a_key_with_another_body_is_422(practice: Practice) -> None:
    key = {"x-idempotency-key": reference()}
    body = order_body()
    made = done(ask(practice, "POST", "/orders", json=body, headers=key))
    # Replayed, not refused: without the key this order would exist already.
    assert done(ask(practice, "POST", "/orders", json=body, headers=key)) == made
    other = ask(practice, "POST", "/orders", json=order_body(), headers=key)
    assert_refused(other, 422, "idempotency_error")
    elsewhere = ask(practice, "POST", "/links", json=body, headers=key)
    assert_refused(elsewhere, 422, "idempotency_error")


def test_a_500_is_kept_under_its_key(practice: Practice) -> None:
    key = {"x-idempotency-key": reference()}
    body = order_body()
    practice.fault("cashfree", "status_500")
    for _ in range(3):
        answer = ask(practice, "POST", "/orders", json=body, headers=key)
        assert_refused(answer, 500, "api_error")
    assert ask(practice, "GET", f"/orders/{body['order_id']}").status_code == 404
    done(ask(practice, "POST", "/orders", json=body, headers={"x-idempotency-key": reference()}))


def test_refusals_are_kept_too_but_not_those_at_the_door(practice: Practice) -> None:
    key = {"x-idempotency-key": reference()}
    bad = order_body(order_amount=0)
    for _ in range(2):
        assert_refused(
            ask(practice, "POST", "/orders", json=bad, headers=key), 400, "invalid_request_error"
        )
    limited = {"x-idempotency-key": reference()}
    body = order_body()
    practice.fault("cashfree", "status_429", retry_after=7)
    answer = ask(practice, "POST", "/orders", json=body, headers=limited)
    assert_refused(answer, 429, "rate_limit_error")
    assert answer.headers["x-ratelimit-retry"] == "7"
    done(ask(practice, "POST", "/orders", json=body, headers=limited))


def test_a_lost_answer_is_kept(practice: Practice) -> None:
    order = new_order(practice)
    key = {"x-idempotency-key": reference()}
    practice.fault("cashfree", "refuse_after_work", method="POST")
    with pytest.raises(Exception, match="disconnected"):
        new_session(practice, order, headers=key)
    (attempt,) = payments_of(practice, order["order_id"])
    assert new_session(practice, order, headers=key)["cf_payment_id"] == attempt["cf_payment_id"]


# -- limits and faults -----------------------------------------------------------------------------


def test_limits_by_kind_of_call(practice: Practice) -> None:
    practice.features(cashfree_limits=True)
    order_id = new_order(practice)["order_id"]
    answer = ask(practice, "GET", f"/orders/{order_id}")
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-type"]) == (
        "400",
        "app_id",
    )
    assert answer.headers["x-ratelimit-remaining"] == "399"
    for left in range(29, -1, -1):
        answer = ask(practice, "GET", f"/orders/{order_id}/refunds")
        assert answer.headers["x-ratelimit-remaining"] == str(left)
    refused = ask(practice, "GET", f"/orders/{order_id}/refunds/x")
    assert_refused(refused, 429, "rate_limit_error")
    assert 50 <= int(refused.headers["x-ratelimit-retry"]) <= 60
    assert ask(practice, "GET", f"/orders/{order_id}/payments").status_code == 200
    assert "x-ratelimit-limit" not in ask(practice, "GET", "/links/x").headers
    practice.features(cashfree_limits=False)
    assert ask(practice, "GET", f"/orders/{order_id}/refunds").status_code == 200


def test_the_window_of_a_limit_slides() -> None:
    now = [0.0]
    limits = CallLimits(lambda: now[0])
    rooms = [limits.take("GET", "/orders/x/refunds") for _ in range(31)]
    assert [room.retry for room in rooms if room] == [None] * 30 + [60]
    now[0] = 59.5
    last = limits.take("GET", "/orders/y/refunds/z")
    assert last is not None and last.retry == 1
    now[0] = 60.0
    again = limits.take("GET", "/orders/y/refunds/z")
    assert again is not None and (again.retry, again.left) == (None, 29)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/orders", "POST orders"),
        ("GET", "/orders/x", "GET orders"),
        ("PATCH", "/orders/x", "PATCH orders"),
        ("POST", "/orders/sessions", "POST sessions"),
        ("GET", "/orders/x/payments", "GET payments"),
        ("GET", "/orders/x/payments/1", "GET payment"),
        ("POST", "/orders/x/refunds", "POST refunds"),
        ("GET", "/orders/x/refunds/1", "GET refunds"),
        ("GET", "/links/x", "GET links"),
    ],
)
def test_kinds_of_calls(method: str, path: str, kind: str) -> None:
    assert kind_of(method, path) == kind


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        ("status_401", 401, "authentication_error"),
        ("status_409", 409, "invalid_request_error"),
        ("status_429", 429, "rate_limit_error"),
        ("status_500", 500, "api_error"),
        ("status_502", 502, "api_error"),
    ],
)
def test_faults_speak_cashfree(practice: Practice, kind: str, status: int, word: str) -> None:
    practice.fault("cashfree", kind)
    assert_refused(ask(practice, "GET", "/orders/x"), status, word)


def test_an_account_limited_as_a_whole(practice: Practice) -> None:
    practice.do("limit", server="cashfree", per_minute=2)
    answers = [ask(practice, "GET", "/orders/x").status_code for _ in range(3)]
    assert answers == [404, 404, 429]


def test_a_fault_may_meet_several_methods(practice: Practice) -> None:
    order_id = new_order(practice)["order_id"]
    practice.fault("cashfree", "status_500", method="POST,PATCH")
    assert ask(practice, "GET", f"/orders/{order_id}").status_code == 200
    asked = {"order_status": "TERMINATED"}
    assert ask(practice, "PATCH", f"/orders/{order_id}", json=asked).status_code == 500


# -- webhooks --------------------------------------------------------------------------------------


def listen(practice: Practice, hearing: Listener, **more: object) -> None:
    practice.webhook(hearing.url + "/hook/cashfree/FM01", gateway="cashfree", **more)


def is_signed(practice: Practice, heard: Heard) -> bool:
    timestamp = heard.headers["x-webhook-timestamp"]
    secret = str(practice.line["cashfree_secret"]).encode()
    digest = hmac.new(secret, timestamp.encode() + heard.body, hashlib.sha256).digest()
    return heard.headers["x-webhook-signature"] == base64.b64encode(digest).decode()


def test_the_published_vector() -> None:
    vector = vectors()["cashfree_webhook"]
    assert (
        signed(vector["secret"], vector["timestamp"], vector["body"].encode())
        == (vector["signature"])
    )


def test_a_paid_qr_is_told_with_numbers(practice: Practice, hearing: Listener) -> None:
    listen(practice, hearing)
    order = new_order(practice)
    new_session(practice, order)
    payment_id = practice.pay(order["order_id"])
    (heard,) = hearing.wait(1)
    assert heard.path == "/hook/cashfree/FM01"
    expected = sample("cashfree/hook_payment_success")
    told = heard.json
    expected["data"]["payment_gateway_details"] |= dict.fromkeys(
        ("gateway_order_id", "gateway_payment_id")
    )
    assert_same_shape(expected, told)
    assert (told["type"], told["data"]["payment"]["cf_payment_id"]) == (_PAID, payment_id)
    assert b'"payment_amount":1249.50' in heard.body
    assert is_signed(practice, heard)
    assert (heard.headers["x-webhook-version"], heard.headers["x-webhook-attempt"]) == (
        "2025-01-01",
        "1",
    )
    assert len(heard.headers["x-idempotency-key"]) == 40


def test_a_paid_link_is_told_twice_the_link_itself_with_text(
    practice: Practice, hearing: Listener
) -> None:
    listen(practice, hearing)
    link = new_link(practice, link_notes={"bill": "FM01-2627-000123"})
    practice.pay(link["link_id"])
    payment, event = hearing.wait(2)
    assert payment.json["type"] == _PAID
    expected, told = sample("cashfree/hook_link_paid"), event.json
    del expected["data"]["link_meta"]["notify_url"]
    expected["data"]["link_meta"] = told["data"]["link_meta"]
    assert_same_shape(expected, told)
    data = told["data"]
    assert (data["link_amount"], data["link_amount_paid"]) == ("1249.50", "1249.50")
    assert type(data["cf_link_id"]) is int
    assert data["order"]["order_id"] == payment.json["data"]["order"]["order_id"]
    assert "+" not in data["link_expiry_time"]
    assert is_signed(practice, event)
    assert "x-idempotency-key" not in event.headers


def test_what_happens_to_a_link_is_one_kind_of_event(practice: Practice, hearing: Listener) -> None:
    listen(practice, hearing, events=[_LINK])
    gone, old = new_link(practice), new_link(practice)
    part = new_link(practice, link_partial_payments=True)
    done(ask(practice, "POST", f"/links/{gone['link_id']}/cancel"))
    practice.do("expire", reference=old["link_id"])
    practice.pay(part["link_id"], amount=50_000)
    told = [heard.json["data"]["link_status"] for heard in hearing.wait(3)]
    assert told == ["CANCELLED", "EXPIRED", "PARTIALLY_PAID"]
    assert "order" not in hearing.heard[0].json["data"]


def test_a_failed_attempt_is_told_with_its_reason(practice: Practice, hearing: Listener) -> None:
    listen(practice, hearing)
    order = new_order(practice)
    practice.do("fail", reference=order["order_id"], reason="auth_declined")
    (heard,) = hearing.wait(1)
    assert heard.json["type"] == "PAYMENT_FAILED_WEBHOOK"
    assert_same_shape(sample("cashfree/hook_error_details"), heard.json["data"]["error_details"])
    assert heard.json["data"]["error_details"]["error_reason"] == "auth_declined"


def test_older_versions_send_the_id_as_number_and_no_key(
    practice: Practice, hearing: Listener
) -> None:
    practice.features(cashfree_hooks="2022-09-01")
    listen(practice, hearing)
    order = new_order(practice)
    payment_id = practice.pay(order["order_id"])
    (heard,) = hearing.wait(1)
    assert heard.json["data"]["payment"]["cf_payment_id"] == int(payment_id)
    assert heard.headers["x-webhook-version"] == "2022-09-01"
    assert "x-idempotency-key" not in heard.headers


def test_refunds_and_what_goes_back_by_itself_are_told(
    practice: Practice, hearing: Listener
) -> None:
    practice.features(refund_ms=0, cashfree_auto_refund=True)
    order = new_order(practice)
    practice.pay(order["order_id"])
    listen(practice, hearing, events=["REFUND_STATUS_WEBHOOK", "AUTO_REFUND_STATUS_WEBHOOK"])
    made = done(ask(practice, "POST", f"/orders/{order['order_id']}/refunds", json=refund_body()))
    (heard,) = hearing.wait(1)
    refund = heard.json["data"]["refund"]
    assert (refund["refund_status"], refund["entity"]) == ("SUCCESS", "Refund")
    assert refund["cf_refund_id"] == int(made["cf_refund_id"])
    late = new_order(practice)
    practice.do("expire", reference=late["order_id"])
    practice.pay(late["order_id"], late=True)
    auto = hearing.wait(2)[1].json["data"]["auto_refund"]
    assert "order_id" not in auto and auto["refund_amount"] == 1249.5


def test_three_repeats_and_then_nothing(practice: Practice, hearing: Listener) -> None:
    practice.features(retry_ms=20)
    listen(practice, hearing)
    hearing.statuses = [500, 302, 204, 404]
    practice.pay(new_order(practice)["order_id"])
    heard = hearing.wait(4)
    assert [one.headers["x-webhook-attempt"] for one in heard] == ["1", "2", "3", "4"]
    assert len({one.headers["x-idempotency-key"] for one in heard}) == 1
    assert len({one.body for one in heard}) == 1
    practice.pay(new_order(practice)["order_id"])
    assert hearing.wait(5)[4].headers["x-webhook-attempt"] == "1"


def test_a_forged_signature_comes_before_the_right_one(
    practice: Practice, hearing: Listener
) -> None:
    practice.features(retry_ms=20)
    listen(practice, hearing)
    practice.fault("webhooks", "wrong_signature", event=_PAID)
    hearing.statuses = [401]
    practice.pay(new_order(practice)["order_id"])
    first, second = hearing.wait(2)
    assert not is_signed(practice, first)
    assert is_signed(practice, second)


def test_an_objects_own_address_hears_too(practice: Practice, hearing: Listener) -> None:
    order = new_order(practice, order_meta={"notify_url": hearing.url + "/own"})
    practice.pay(order["order_id"])
    link = link_body()
    link["link_meta"]["notify_url"] = hearing.url + "/own"
    done(ask(practice, "POST", "/links", json=link))
    practice.do("expire", reference=link["link_id"])
    assert [heard.path for heard in hearing.wait(2)] == ["/own", "/own"]
    abroad = new_order(practice, order_meta={"notify_url": "https://relay.example.in/hook"})
    practice.pay(abroad["order_id"])
    assert practice.sent_to("https://relay.example.in") == []


def test_the_two_gateways_have_hooks_of_their_own(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url + "/razorpay", secret="whsec_x")
    listen(practice, hearing)
    state: Any = practice.state()
    assert state["webhook"]["url"].endswith("/razorpay")
    assert state["cashfree"]["webhook"]["url"].endswith("/hook/cashfree/FM01")
    practice.pay(new_order(practice)["order_id"])
    wait_for(lambda: len(hearing.heard) == 1)
    assert hearing.heard[0].path == "/hook/cashfree/FM01"
    bad = practice.control.post("/webhook", json={"gateway": "cashfree", "url": "https://x.in/"})
    assert bad.status_code == 400
