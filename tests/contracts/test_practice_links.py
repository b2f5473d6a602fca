"""The practice Razorpay's links, keys and errors are as documented (gateways 1.1 to 1.3)."""

import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.contracts.practice_case import (
    assert_refused,
    assert_same_shape,
    get,
    link_body,
    new_link,
    open_page,
    qr_body,
    reference,
    without_none,
)
from tests.support.practice import Json, Practice
from tests.support.wire_samples import sample

LINKS = "/v1/payment_links"
QRS = "/v1/payments/qr_codes"


def test_a_paid_link_has_the_documented_shape(practice: Practice) -> None:
    link = new_link(practice)
    payment = practice.pay(link["id"])
    fetched = get(practice, f"{LINKS}/{link['id']}")
    assert_same_shape(sample("razorpay/link_paid"), fetched)
    assert fetched["status"] == "paid"
    assert fetched["amount_paid"] == 124950
    assert [p["payment_id"] for p in fetched["payments"]] == [payment]


def test_documented_requests_and_errors(practice: Practice) -> None:
    now = int(time.time())
    link = {
        **sample("razorpay/link_create_request"),
        "reference_id": reference(),
        "expire_by": now + 1800,
    }
    made = practice.razorpay.post(LINKS, json=link)
    assert made.status_code == 200, made.text
    qr = {**sample("razorpay/qr_create_request"), "close_by": now + 300}
    assert practice.razorpay.post(QRS, json=qr).status_code == 200
    low = practice.razorpay.post(LINKS, json={**link, "amount": 1})
    assert low.json() == sample("razorpay/error")
    payment = practice.do("authorise", collect_id=made.json()["id"])["payment_id"]
    asked = sample("razorpay/capture_request")
    assert practice.razorpay.post(f"/v1/payments/{payment}/capture", json=asked).status_code == 200


def test_a_new_link_has_null_payments_and_no_order(practice: Practice) -> None:
    link = new_link(practice, notes=None, customer=None)
    assert link["payments"] is None
    assert link["notes"] is None
    assert link["customer"] == []
    assert link["reminders"] == []
    assert "order_id" not in link
    assert "entity" not in link
    assert (link["expired_at"], link["cancelled_at"]) == (0, 0)
    assert get(practice, f"{LINKS}/{link['id']}")["payments"] == []


def test_opening_the_page_gives_the_link_its_order(practice: Practice) -> None:
    link = new_link(practice)
    open_page(practice, link)
    order_id = get(practice, f"{LINKS}/{link['id']}")["order_id"]
    assert order_id.startswith("order_")
    order = get(practice, f"/v1/orders/{order_id}")
    assert_same_shape(sample("razorpay/order_attempted"), order)
    assert (order["status"], order["receipt"]) == ("created", link["reference_id"])


def test_reminders_are_on_unless_switched_off(practice: Practice) -> None:
    link = new_link(practice, reminder_enable=None)
    assert link["reminder_enable"] is True
    assert link["reminders"] == {"status": "in_progress"}


def test_the_list_never_shows_payments(practice: Practice) -> None:
    link = new_link(practice)
    payment = practice.pay(link["id"])
    for query in ({"reference_id": link["reference_id"]}, {"payment_id": payment}):
        found = get(practice, LINKS, **query)
        assert set(found) == {"payment_links"}
        assert [(x["id"], x["status"], x["payments"]) for x in found["payment_links"]] == [
            (link["id"], "paid", [])
        ]
    assert get(practice, LINKS, reference_id="nobody") == {"payment_links": []}


def test_a_reference_is_taken_for_good(practice: Practice) -> None:
    link = new_link(practice)
    again = link_body(reference_id=link["reference_id"])
    text = "payment link creation with reference ID already attempted"
    assert_refused(practice.razorpay.post(LINKS, json=again), text)
    practice.razorpay.post(f"{LINKS}/{link['id']}/cancel").raise_for_status()
    error = assert_refused(practice.razorpay.post(f"{LINKS}/", json=again), text)
    assert set(error) == set(sample("razorpay/error_link_old_style")["error"])
    assert error["metadata"] == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"amount": 99}, "The amount must be at least INR 1.00"),
        ({"amount": 1249.5}, "The amount must be an integer."),
        ({"amount": "124950"}, "The amount must be an integer."),
        ({"amount": None}, "The amount field is required."),
        ({"expire_by": 1}, "timestamp must be atleast 15 minutes in future"),
        ({"expire_by": 4_000_000_000}, "timestamp must be within 6 months"),
        (
            {"upi_link": "true", "accept_partial": True},
            "partial payment not supported in upi link",
        ),
        (
            {"upi_link": True, "currency": "USD"},
            "upi is currently supported only in indian currency",
        ),
        ({"reference_id": "x" * 41}, "The reference_id may not be greater than 40 characters."),
        ({"description": "x" * 2049}, "The description may not be greater than 2048 characters."),
        ({"notes": {"a": "x" * 256}}, "a in notes may not be greater than 255 characters."),
        (
            {"notes": {str(n): "x" for n in range(16)}},
            "The notes may not have more than 15 items.",
        ),
        (
            {"callback_method": "post"},
            "callback_method must be get when callback_url is sent",
        ),
        ({"accept_partial": "yes"}, "The accept_partial field must be true or false."),
        ({"customer": {"contact": 98}}, "The customer must be an object of strings."),
        ({"first_min_partial_amount": 100}, "first_min_partial_amount needs accept_partial"),
        ({"notify": [1]}, "The notify must be an object."),
    ],
)
def test_bad_links_are_refused(practice: Practice, changes: Json, text: str) -> None:
    asked = without_none({**link_body(), **changes})
    assert_refused(practice.razorpay.post(LINKS, json=asked), text)
    found = get(practice, LINKS, reference_id=asked["reference_id"])
    assert found == {"payment_links": []}


def test_link_time_is_at_least_fifteen_minutes(practice: Practice) -> None:
    soon = link_body(expire_by=int(time.time()) + 880)
    text = "timestamp must be atleast 15 minutes in future"
    assert_refused(practice.razorpay.post(LINKS, json=soon), text)
    assert new_link(practice, expire_by=int(time.time()) + 920)["status"] == "created"


def test_upi_links_need_live_mode(practice: Practice) -> None:
    auth = (practice.line["test_key_id"], practice.line["key_secret"])
    asked = link_body(upi_link=True)
    assert_refused(
        practice.razorpay.post(LINKS, json=asked, auth=auth),
        "UPI Payment Links is not supported in Test Mode. "
        "Please experience the product in Live Mode.",
    )
    assert new_link(practice, upi_link="true")["upi_link"] is True


def test_test_and_live_objects_do_not_meet(practice: Practice) -> None:
    auth = (practice.line["test_key_id"], practice.line["key_secret"])
    link = practice.razorpay.post(LINKS, json=link_body(), auth=auth).json()
    assert_refused(practice.razorpay.get(f"{LINKS}/{link['id']}"), "The id provided does not exist")
    qr = practice.razorpay.post(QRS, json=qr_body(), auth=auth).json()
    unpaid = practice.control.post("/pay", json={"collect_id": qr["id"]})
    assert unpaid.status_code == 409


def test_cancel_follows_the_state(practice: Practice) -> None:
    link = new_link(practice)
    cancelled = practice.razorpay.post(f"{LINKS}/{link['id']}/cancel", json={}).json()
    assert cancelled["status"] == "cancelled"
    assert cancelled["cancelled_at"] > 0
    assert_refused(
        practice.razorpay.post(f"{LINKS}/{link['id']}/cancel"),
        "cannot cancel or expire an expired link",
    )
    paid = new_link(practice)
    practice.pay(paid["id"])
    assert_refused(
        practice.razorpay.post(f"{LINKS}/{paid['id']}/cancel"),
        "cannot cancel or expire an already paid/partially paid link",
    )


def test_partial_payments_add_up(practice: Practice) -> None:
    link = new_link(practice, accept_partial=True)
    practice.pay(link["id"], amount=24950)
    part = get(practice, f"{LINKS}/{link['id']}")
    assert (part["status"], part["amount_paid"]) == ("partially_paid", 24950)
    assert_refused(
        practice.razorpay.post(f"{LINKS}/{link['id']}/cancel"),
        "cannot cancel or expire an already paid/partially paid link",
    )
    practice.pay(link["id"])
    paid = get(practice, f"{LINKS}/{link['id']}")
    assert (paid["status"], [p["amount"] for p in paid["payments"]]) == ("paid", [24950, 100000])


def test_patch_changes_all_but_the_amount(practice: Practice) -> None:
    link = new_link(practice)
    path, later = f"{LINKS}/{link['id']}", int(time.time()) + 3600
    new = reference()
    body = {"expire_by": later, "reference_id": new, "notes": {"a": "b"}, "reminder_enable": True}
    changed = practice.razorpay.patch(path, json=body).json()
    assert (changed["expire_by"], changed["reference_id"]) == (later, new)
    assert changed["notes"] == {"a": "b"}
    assert_refused(
        practice.razorpay.patch(path, json={"amount": 5}), "amount is not allowed to be updated"
    )
    taken = {"reference_id": new_link(practice)["reference_id"]}
    assert_refused(
        practice.razorpay.patch(path, json=taken),
        "payment link creation with reference ID already attempted",
    )
    practice.pay(link["id"])
    assert_refused(
        practice.razorpay.patch(path, json={"notes": {}}),
        "update can only be made in created or partially paid state",
    )


def test_unknown_ids_and_addresses(practice: Practice) -> None:
    assert_refused(
        practice.razorpay.get(f"{LINKS}/plink_T1aB2cD3eF4gH5"), "The id provided does not exist"
    )
    assert_refused(practice.razorpay.get(f"{LINKS}/plink_x"), "invalid input [id] = [plink_x]")
    assert_refused(
        practice.razorpay.get("/v1/nothing"), "The requested URL was not found on the server."
    )
    assert_refused(practice.razorpay.put(LINKS), "The requested URL was not found on the server.")
    for path in ("orders/order_x", "payments/pay_x", "refunds/rfnd_x", "payments/qr_codes/qr_x"):
        assert_refused(practice.razorpay.get(f"/v1/{path}"), "The id provided does not exist")


def test_notify_answers_and_knows_two_media(practice: Practice) -> None:
    link = new_link(practice)
    done = practice.razorpay.post(f"{LINKS}/{link['id']}/notify_by/sms")
    assert done.json() == sample("razorpay/notify_by_answer")
    assert_refused(
        practice.razorpay.post(f"{LINKS}/{link['id']}/notify_by/pigeon"),
        "not a valid notification medium",
    )


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("", "Authentication failed"),
        ("basic eDp5", "Authentication failed"),
        ("Basic !!", "Authentication failed"),
        ("Basic eDp5", "The api key provided is invalid"),
    ],
)
def test_a_wrong_key_is_401(practice: Practice, header: str, text: str) -> None:
    answer = httpx.get(practice.line["razorpay"] + LINKS, headers={"Authorization": header})
    assert_refused(answer, text, 401)


def test_the_secret_is_checked_and_can_rotate(practice: Practice) -> None:
    old = practice.line["key_secret"]
    practice.do("keys", key_secret="another")
    try:
        assert_refused(practice.razorpay.get(LINKS), "Authentication failed", 401)
    finally:
        practice.do("keys", key_secret=old)
    assert practice.razorpay.get(LINKS).status_code == 200


def test_answers_carry_the_servers_time(practice: Practice) -> None:
    answer = practice.razorpay.get(LINKS)
    at = parsedate_to_datetime(answer.headers["date"]).timestamp()
    assert abs(at - time.time()) < 5


def test_broken_json_is_refused(practice: Practice) -> None:
    assert_refused(
        practice.razorpay.post(LINKS, content=b"{"), "The request body is not valid JSON."
    )
    assert_refused(
        practice.razorpay.post(LINKS, content=b"[]"), "The request body must be a JSON object."
    )
