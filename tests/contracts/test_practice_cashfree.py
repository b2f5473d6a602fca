"""The practice Cashfree speaks the documented wire: links, orders, sessions, payments, refunds."""

import base64

import pytest
import zxingcpp

from tests.contracts.cashfree_case import (
    ask,
    assert_refused,
    done,
    later,
    link_body,
    new_link,
    new_order,
    new_session,
    order_body,
    payments_of,
    refund_body,
)
from tests.contracts.practice_case import assert_same_shape, reference
from tests.support.practice import Practice, wait_for
from tests.support.wire_samples import sample

_BAD = "invalid_request_error"


def read_qr(uri: str) -> str:
    """What a phone reads in a data URI."""
    from io import BytesIO

    from PIL import Image

    png = base64.b64decode(uri.removeprefix("data:image/png;base64,"), validate=True)
    return str(zxingcpp.read_barcodes(Image.open(BytesIO(png)))[0].text)


# -- links -----------------------------------------------------------------------------------------


def test_a_link_has_the_documented_shape(practice: Practice) -> None:
    made = new_link(practice)
    expected = sample("cashfree/link_active")
    del expected["link_meta"]["notify_url"]
    expected["link_amount_paid"] = 0.5  # two decimals make it a float here
    assert_same_shape(expected, made)
    assert (made["link_status"], made["link_amount"], made["link_amount_paid"]) == (
        "ACTIVE",
        1249.5,
        0,
    )
    assert read_qr(made["link_qrcode"]) == made["link_url"]
    raw = ask(practice, "GET", f"/links/{made['link_id']}").text
    assert '"link_amount":1249.50' in raw


def test_a_paid_link_and_its_orders(practice: Practice) -> None:
    made = new_link(practice)
    path = f"/links/{made['link_id']}"
    practice.do("fail", reference=made["link_id"])
    assert done(ask(practice, "GET", f"{path}/orders")) == []
    practice.pay(made["link_id"])
    paid = done(ask(practice, "GET", path))
    assert (paid["link_status"], paid["link_amount_paid"]) == ("PAID", 1249.5)
    (only_paid,) = done(ask(practice, "GET", f"{path}/orders"))
    every = done(ask(practice, "GET", f"{path}/orders", params={"status": "ALL"}))
    assert [order["order_status"] for order in every] == ["PAID", "ACTIVE"]
    assert only_paid["order_id"].startswith("CFPay_")
    assert only_paid["order_tags"] == {"cf_link_id": made["cf_link_id"]}
    assert [p["payment_status"] for p in payments_of(practice, every[1]["order_id"])] == ["FAILED"]
    assert_refused(ask(practice, "GET", f"{path}/orders?status=NONE"), 400, _BAD)


@pytest.mark.parametrize(
    "changes",
    [
        {"link_id": None},
        {"link_id": "a b"},
        {"link_id": "x" * 51},
        {"link_amount": "1249.50"},
        {"link_amount": 0.5},
        {"link_amount": 10.005},
        {"link_currency": "USD"},
        {"link_purpose": None},
        {"link_purpose": "x" * 501},
        {"customer_details": None},
        {"customer_details": {"customer_phone": "98"}},
        {"link_expiry_time": later(-60)},
        {"link_expiry_time": "soon"},
        {"link_expiry_time": later(40 * 86_400)},
        {"link_notes": {str(n): "x" for n in range(6)}},
        {"link_notes": {"bill": 7}},
        {"link_notify": {"send_sms": "no"}},
        {"link_notify": "none"},
        {"link_partial_payments": "false"},
        {"link_meta": {"return_url": "https://x.example/" + "x" * 250}},
        {"link_meta": "none"},
    ],
)
def test_links_that_cashfree_would_not_take(practice: Practice, changes: dict[str, object]) -> None:
    assert_refused(ask(practice, "POST", "/links", json=link_body(**changes)), 400, _BAD)


def test_a_link_id_is_taken_for_good(practice: Practice) -> None:
    made = new_link(practice)
    done(ask(practice, "POST", f"/links/{made['link_id']}/cancel", json={}))
    again = ask(practice, "POST", "/links", json=link_body(link_id=made["link_id"]))
    assert_refused(again, 409, _BAD)


def test_cancel_is_for_active_links_only(practice: Practice) -> None:
    made = new_link(practice)
    path = f"/links/{made['link_id']}/cancel"
    assert done(ask(practice, "POST", path))["link_status"] == "CANCELLED"
    assert_refused(ask(practice, "POST", path), 400, _BAD)
    paid = new_link(practice)
    practice.pay(paid["link_id"])
    assert_refused(ask(practice, "POST", f"/links/{paid['link_id']}/cancel"), 400, _BAD)


def test_part_and_late_money_of_a_link(practice: Practice) -> None:
    made = new_link(practice, link_partial_payments=True, link_minimum_partial_amount=100)
    practice.pay(made["link_id"], amount=50_000)
    part = done(ask(practice, "GET", f"/links/{made['link_id']}"))
    assert (part["link_status"], part["link_amount_paid"]) == ("PARTIALLY_PAID", 500)
    practice.do("expire", reference=made["link_id"])
    assert practice.control.post("/pay", json={"reference": made["link_id"]}).status_code == 409
    practice.pay(made["link_id"], late=True)
    after = done(ask(practice, "GET", f"/links/{made['link_id']}"))
    assert (after["link_status"], after["link_amount_paid"]) == ("EXPIRED", 500)
    orders = done(ask(practice, "GET", f"/links/{made['link_id']}/orders"))
    assert [order["order_amount"] for order in orders] == [749.5, 1249.5]


def test_a_link_expires_by_itself(practice: Practice) -> None:
    made = new_link(practice, link_expiry_time=later(2))
    path = f"/links/{made['link_id']}"
    wait_for(lambda: done(ask(practice, "GET", path))["link_status"] == "EXPIRED", seconds=6)


def test_the_pay_page_works_without_script(practice: Practice) -> None:
    made = new_link(practice, link_purpose="<b>Bill</b>")
    page = practice.control.get(made["link_url"])
    assert "Rs 1,249.50" in page.text and "&lt;b&gt;Bill" in page.text
    assert "<script" not in page.text and "PRACTICE" in page.text
    assert "Again" in practice.control.post(made["link_url"] + "/fail").text
    paid = practice.control.post(made["link_url"] + "/pay")
    assert (paid.status_code, paid.headers["location"]) == (
        303,
        "https://relay.example.in/p/FM01/return",
    )
    assert "paid" in practice.control.get(made["link_url"]).text
    assert practice.control.post(made["link_url"] + "/pay").status_code == 409
    plain = new_link(practice, link_meta={})
    assert "Paid Rs 1,249.50" in practice.control.post(plain["link_url"] + "/pay").text
    nobody = practice.origin + "/cashfree-links/nobody"
    assert practice.control.get(nobody).status_code == 404
    assert practice.control.post(nobody + "/pay").status_code == 404


# -- orders and sessions ---------------------------------------------------------------------------


def test_a_session_draws_the_qr_of_an_order(practice: Practice) -> None:
    order = new_order(practice)
    assert (order["order_status"], order["order_tags"]) == ("ACTIVE", {"bill": "FM01-2627-000123"})
    assert order["payment_session_id"].startswith("session_")
    answer = new_session(practice, order)
    assert_same_shape(sample("cashfree/order_pay_qr_answer"), answer)
    text = read_qr(answer["data"]["payload"]["qrcode"])
    assert text.startswith("upi://pay?") and "&am=1249.50&" in text
    assert f"tr={answer['cf_payment_id']}" in text
    (attempt,) = payments_of(practice, order["order_id"])
    assert (attempt["payment_status"], attempt["is_captured"]) == ("NOT_ATTEMPTED", False)
    link = new_session(practice, order, "link")
    assert link["data"]["payload"]["default"].startswith("upi://pay?")


def test_a_paid_order_has_the_documented_payment(practice: Practice) -> None:
    order = new_order(practice)
    drawn = new_session(practice, order)
    paid = practice.pay(order["order_id"], rrn="632712345678")
    assert paid == drawn["cf_payment_id"]
    listed = payments_of(practice, order["order_id"])
    assert_same_shape(sample("cashfree/order_payments"), listed)
    (payment,) = listed
    assert (payment["payment_status"], payment["is_captured"]) == ("SUCCESS", True)
    assert (payment["payment_amount"], payment["bank_reference"]) == (1249.5, "632712345678")
    assert done(ask(practice, "GET", f"/orders/{order['order_id']}"))["order_status"] == "PAID"
    assert done(ask(practice, "GET", f"/orders/{order['order_id']}/payments/{paid}")) == payment
    strange = f"/orders/{order['order_id']}/payments/1"
    assert_refused(ask(practice, "GET", strange), 404, _BAD)


def test_the_customer_may_pay_another_amount_with_a_fee(practice: Practice) -> None:
    order = new_order(practice)
    practice.do("pay", reference=order["order_id"], fee=1250)
    (payment,) = payments_of(practice, order["order_id"])
    assert (payment["order_amount"], payment["payment_amount"]) == (1249.5, 1262.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": "ab"},
        {"order_id": "x" * 46},
        {"order_id": None},
        {"order_amount": 0},
        {"order_amount": None},
        {"order_currency": None},
        {"customer_details": {"customer_id": "a-b", "customer_phone": "9812345670"}},
        {"customer_details": {"customer_phone": "9812345670"}},
        {"order_expiry_time": later(300)},
        {"order_note": "ab"},
        {"order_tags": {str(n): "x" for n in range(11)}},
        {"order_meta": 7},
    ],
)
def test_orders_that_cashfree_would_not_take(
    practice: Practice, changes: dict[str, object]
) -> None:
    assert_refused(ask(practice, "POST", "/orders", json=order_body(**changes)), 400, _BAD)


def test_an_order_id_is_taken_for_good(practice: Practice) -> None:
    order = new_order(practice)
    again = ask(practice, "POST", "/orders", json=order_body(order_id=order["order_id"]))
    assert assert_refused(again, 409, _BAD)["code"] == "order_already_exists"


def test_sessions_that_cannot_be(practice: Practice) -> None:
    order = new_order(practice)
    session = {"payment_session_id": order["payment_session_id"]}
    upi = {"payment_method": {"upi": {"channel": "qrcode"}}}
    for body in (upi, {**upi, "payment_session_id": "session_x"}, session):
        assert_refused(ask(practice, "POST", "/orders/sessions", json=body), 400, _BAD)
    methods: tuple[object, ...] = ({"card": {}}, {"upi": {"channel": "collect"}}, "upi")
    for method in methods:
        body = {**session, "payment_method": method}
        assert_refused(ask(practice, "POST", "/orders/sessions", json=body), 400, _BAD)
    practice.features(qr=False)
    body = {**session, **upi}
    refused = ask(practice, "POST", "/orders/sessions", json=body)
    assert "S2S" in assert_refused(refused, 400, _BAD)["message"]
    practice.features(qr=True)
    practice.do("expire", reference=order["order_id"])
    assert_refused(ask(practice, "POST", "/orders/sessions", json=body), 400, _BAD)


def terminate(practice: Practice, order_id: str) -> str:
    body = sample("cashfree/order_terminate_request")
    return str(done(ask(practice, "PATCH", f"/orders/{order_id}", json=body))["order_status"])


def test_an_order_nobody_is_paying_ends_at_once(practice: Practice) -> None:
    order_id = new_order(practice)["order_id"]
    assert terminate(practice, order_id) == "TERMINATED"
    again = ask(practice, "PATCH", f"/orders/{order_id}", json={"order_status": "TERMINATED"})
    assert_refused(again, 400, _BAD)
    other = new_order(practice)["order_id"]
    strange = ask(practice, "PATCH", f"/orders/{other}", json={"order_status": "PAID"})
    assert_refused(strange, 400, _BAD)


@pytest.mark.parametrize(
    ("ending", "status"),
    [("SUCCESS", "PAID"), ("FAILED", "TERMINATED"), ("USER_DROPPED", "TERMINATED")],
)
def test_an_attempt_that_is_running_is_waited_for(
    practice: Practice, ending: str, status: str
) -> None:
    order = new_order(practice)
    drawn = new_session(practice, order)
    simulate = sample("cashfree/simulate_request") | {"entity_id": drawn["cf_payment_id"]}

    def end(word: str) -> None:
        asked = {**simulate, "entity_simulation": {"payment_status": word}}
        done(ask(practice, "POST", "/simulate", json=asked))

    end("PENDING")
    assert terminate(practice, order["order_id"]) == "TERMINATION_REQUESTED"
    assert terminate(practice, order["order_id"]) == "TERMINATION_REQUESTED"
    end(ending)
    found = done(ask(practice, "GET", f"/orders/{order['order_id']}"))
    assert found["order_status"] == status
    if ending == "SUCCESS":
        asked = {**simulate, "entity_simulation": {"payment_status": "FAILED"}}
        assert_refused(ask(practice, "POST", "/simulate", json=asked), 400, _BAD)


def test_what_cannot_be_simulated(practice: Practice) -> None:
    drawn = new_session(practice, new_order(practice))
    simulate = sample("cashfree/simulate_request")
    assert_refused(ask(practice, "POST", "/simulate", json=simulate), 404, _BAD)
    simulate |= {"entity_id": drawn["cf_payment_id"], "entity_simulation": {}}
    assert_refused(ask(practice, "POST", "/simulate", json=simulate), 400, _BAD)


def test_an_attempt_without_an_answer_fails_in_the_end(practice: Practice) -> None:
    order = new_order(practice)
    practice.features(attempt_s=1)
    begun = practice.do("attempt", reference=order["order_id"])
    assert begun["status"] == "PENDING"
    wait_for(
        lambda: payments_of(practice, order["order_id"])[0]["payment_status"] == "FAILED", seconds=6
    )
    assert done(ask(practice, "GET", f"/orders/{order['order_id']}"))["order_status"] == "ACTIVE"


def test_an_authorisation_took_no_money(practice: Practice) -> None:
    order = new_order(practice)
    practice.do("authorise", reference=order["order_id"])
    (payment,) = payments_of(practice, order["order_id"])
    assert (payment["payment_status"], payment["is_captured"]) == ("SUCCESS", False)
    assert done(ask(practice, "GET", f"/orders/{order['order_id']}"))["order_status"] == "ACTIVE"


def test_an_attempt_is_ended_once(practice: Practice) -> None:
    order = new_order(practice)
    failed = practice.do("fail", reference=order["order_id"])["payment_id"]
    assert practice.pay(order["order_id"], payment_id=failed) == failed
    for payment_id in (failed, "1"):
        body = {"reference": order["order_id"], "payment_id": payment_id}
        assert practice.control.post("/pay", json=body).status_code == 409


# -- refunds ---------------------------------------------------------------------------------------


def paid_order(practice: Practice, **how: object) -> str:
    order_id = str(new_order(practice)["order_id"])
    practice.do("pay", reference=order_id, **how)
    return order_id


def test_a_refund_is_accepted_and_ends_later(practice: Practice) -> None:
    practice.features(refund_ms=50, refund_ref_ms=50)
    order_id = paid_order(practice)
    body = refund_body()
    made = done(ask(practice, "POST", f"/orders/{order_id}/refunds", json=body))
    assert_same_shape(sample("cashfree/refund_pending"), made)
    assert (made["refund_status"], made["refund_amount"]) == ("PENDING", 249.5)
    path = f"/orders/{order_id}/refunds/{body['refund_id']}"
    wait_for(lambda: done(ask(practice, "GET", path))["refund_arn"] is not None)
    ended = done(ask(practice, "GET", path))
    assert ended["refund_status"] == "SUCCESS" and ended["processed_at"]
    assert done(ask(practice, "GET", f"/orders/{order_id}/refunds")) == [ended]
    again = ask(practice, "POST", f"/orders/{order_id}/refunds", json=body)
    assert_refused(again, 409, _BAD)
    assert_refused(ask(practice, "GET", f"/orders/{order_id}/refunds/none"), 404, _BAD)


@pytest.mark.parametrize(
    "changes",
    [
        {"refund_id": "a-b-c"},
        {"refund_id": "ab"},
        {"refund_id": "x" * 41},
        {"refund_amount": 1249.51},
        {"refund_amount": 0.5},
        {"refund_amount": None},
        {"refund_note": "ab"},
        {"refund_speed": "OPTIMUM"},
    ],
)
def test_refunds_that_cashfree_would_not_take(
    practice: Practice, changes: dict[str, object]
) -> None:
    order_id = paid_order(practice)
    answer = ask(practice, "POST", f"/orders/{order_id}/refunds", json=refund_body(**changes))
    assert_refused(answer, 400, _BAD)


def test_refunds_of_nothing_of_old_money_and_without_balance(practice: Practice) -> None:
    unpaid = new_order(practice)["order_id"]
    old = paid_order(practice, age_s=200 * 86_400)
    whole = paid_order(practice)
    done(ask(practice, "POST", f"/orders/{whole}/refunds", json=refund_body(refund_amount=1249.5)))
    for order_id in (unpaid, old, whole):
        answer = ask(practice, "POST", f"/orders/{order_id}/refunds", json=refund_body())
        assert_refused(answer, 400, _BAD)
    poor = paid_order(practice)
    practice.features(refunds="low_balance")
    answer = ask(practice, "POST", f"/orders/{poor}/refunds", json=refund_body())
    assert "balance" in assert_refused(answer, 400, _BAD)["message"]
    assert_refused(ask(practice, "POST", "/orders/none/refunds", json=refund_body()), 404, _BAD)


def test_a_refund_that_was_given_up_may_still_be_paid(practice: Practice) -> None:
    practice.features(refunds="pending", refund_ms=0)
    order_id = paid_order(practice)
    body = refund_body()
    made = done(ask(practice, "POST", f"/orders/{order_id}/refunds", json=body))
    path = f"/orders/{order_id}/refunds/{body['refund_id']}"
    for status, word in (("on_hold", "ONHOLD"), ("failed", "CANCELLED"), ("processed", "SUCCESS")):
        practice.do(f"cashfree/refunds/{made['cf_refund_id']}", status=status)
        assert done(ask(practice, "GET", path))["refund_status"] == word
    post = practice.control.post
    again = post(f"/cashfree/refunds/{made['cf_refund_id']}", json={"status": "failed"})
    assert again.status_code == 409
    assert post("/cashfree/refunds/1", json={"status": "failed"}).status_code == 404
    other = done(
        ask(practice, "POST", f"/orders/{order_id}/refunds", json=refund_body(refund_amount=1))
    )
    bad = post(f"/cashfree/refunds/{other['cf_refund_id']}", json={"status": "moon"})
    assert bad.status_code == 400


def test_late_money_may_go_back_by_itself(practice: Practice) -> None:
    practice.features(cashfree_auto_refund=True)
    order_id = new_order(practice)["order_id"]
    practice.do("expire", reference=order_id)
    payment_id = practice.pay(order_id, late=True)
    (refund,) = done(ask(practice, "GET", f"/orders/{order_id}/refunds"))
    assert (refund["refund_type"], refund["refund_status"]) == ("PAYMENT_AUTO_REFUND", "SUCCESS")
    assert (refund["cf_payment_id"], refund["refund_amount"]) == (payment_id, 1249.5)


# -- keys, headers, state --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"x-client-id": "other"},
        {"x-client-secret": "wrong"},
        {"x-client-id": ""},
    ],
)
def test_a_wrong_key_is_401(practice: Practice, headers: dict[str, str]) -> None:
    answer = ask(practice, "GET", "/orders/x", headers=headers)
    assert answer.json() == sample("cashfree/error")
    assert answer.status_code == 401


def test_the_version_must_be_named_and_comes_back(practice: Practice) -> None:
    for version in ("", "latest"):
        answer = ask(practice, "GET", "/orders/x", headers={"x-api-version": version})
        assert_refused(answer, 400, _BAD)
    order = new_order(practice)
    answer = ask(practice, "GET", f"/orders/{order['order_id']}", headers={"x-request-id": "our-1"})
    assert (answer.headers["x-request-id"], answer.headers["x-api-version"]) == (
        "our-1",
        "2025-01-01",
    )


def test_wrong_addresses_and_bodies(practice: Practice) -> None:
    for method, path in (("GET", "/nothing"), ("DELETE", "/orders/x"), ("GET", "/links")):
        body = assert_refused(ask(practice, method, path), 404, _BAD)
        assert body["message"].startswith("bad URL")
    for content in (b"{", b"[]", b"\xff"):
        assert_refused(ask(practice, "POST", "/links", content=content), 400, _BAD)
    for path in ("/links/none", "/orders/none", "/orders/none/payments", "/links/none/orders"):
        assert_refused(ask(practice, "GET", path), 404, _BAD)


def test_the_tester_sees_everything(practice: Practice) -> None:
    link = new_link(practice)
    order_id = paid_order(practice)
    done(ask(practice, "POST", f"/orders/{order_id}/refunds", json=refund_body()))
    seen = practice.state()["cashfree"]
    assert link["link_id"] in {one["link_id"] for one in seen["links"]}
    assert order_id in {one["order_id"] for one in seen["orders"]}
    assert order_id in {one["order_id"] for one in seen["payments"]}
    assert order_id in {one["order_id"] for one in seen["refunds"]}


def test_a_reference_that_is_nowhere(practice: Practice) -> None:
    answer = practice.control.post("/pay", json={"reference": reference()})
    assert answer.status_code == 404


def test_keys_can_be_rotated(practice: Practice) -> None:
    old = practice.line["cashfree_secret"]
    practice.do("keys", cashfree_secret="cfsk_new")
    try:
        assert ask(practice, "GET", "/orders/x").status_code == 401
        new = {"x-client-secret": "cfsk_new"}
        assert ask(practice, "GET", "/orders/x", headers=new).status_code == 404
    finally:
        practice.do("keys", cashfree_secret=old)
