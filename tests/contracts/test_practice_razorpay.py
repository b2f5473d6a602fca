"""The practice Razorpay answers as documented (reference gateways 1.1 to 1.7, 1.11)."""

import io
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest
import zxingcpp
from PIL import Image

from tests.contracts.practice_case import (
    assert_same_shape,
    get,
    link_body,
    new_link,
    new_qr,
    open_page,
    qr_body,
    reference,
    without_none,
)
from tests.support.practice import Json, Practice
from tests.support.wire_samples import sample

LINKS = "/v1/payment_links"
QRS = "/v1/payments/qr_codes"


def refused(answer: httpx.Response, text: str, status: int = 400) -> Json:
    assert answer.status_code == status, answer.text
    error: Json = answer.json()["error"]
    assert error["description"] == text
    assert error["code"] == "BAD_REQUEST_ERROR"
    return error


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
    refused(practice.razorpay.post(LINKS, json=again), text)
    practice.razorpay.post(f"{LINKS}/{link['id']}/cancel").raise_for_status()
    error = refused(practice.razorpay.post(f"{LINKS}/", json=again), text)
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
    refused(practice.razorpay.post(LINKS, json=asked), text)
    found = get(practice, LINKS, reference_id=asked["reference_id"])
    assert found == {"payment_links": []}


def test_link_time_is_at_least_fifteen_minutes(practice: Practice) -> None:
    soon = link_body(expire_by=int(time.time()) + 880)
    text = "timestamp must be atleast 15 minutes in future"
    refused(practice.razorpay.post(LINKS, json=soon), text)
    assert new_link(practice, expire_by=int(time.time()) + 920)["status"] == "created"


def test_upi_links_need_live_mode(practice: Practice) -> None:
    auth = (practice.line["test_key_id"], practice.line["key_secret"])
    asked = link_body(upi_link=True)
    refused(
        practice.razorpay.post(LINKS, json=asked, auth=auth),
        "UPI Payment Links is not supported in Test Mode. "
        "Please experience the product in Live Mode.",
    )
    assert new_link(practice, upi_link="true")["upi_link"] is True


def test_test_and_live_objects_do_not_meet(practice: Practice) -> None:
    auth = (practice.line["test_key_id"], practice.line["key_secret"])
    link = practice.razorpay.post(LINKS, json=link_body(), auth=auth).json()
    refused(practice.razorpay.get(f"{LINKS}/{link['id']}"), "The id provided does not exist")
    qr = practice.razorpay.post(QRS, json=qr_body(), auth=auth).json()
    unpaid = practice.control.post("/pay", json={"collect_id": qr["id"]})
    assert unpaid.status_code == 409


def test_cancel_follows_the_state(practice: Practice) -> None:
    link = new_link(practice)
    cancelled = practice.razorpay.post(f"{LINKS}/{link['id']}/cancel", json={}).json()
    assert cancelled["status"] == "cancelled"
    assert cancelled["cancelled_at"] > 0
    refused(
        practice.razorpay.post(f"{LINKS}/{link['id']}/cancel"),
        "cannot cancel or expire an expired link",
    )
    paid = new_link(practice)
    practice.pay(paid["id"])
    refused(
        practice.razorpay.post(f"{LINKS}/{paid['id']}/cancel"),
        "cannot cancel or expire an already paid/partially paid link",
    )


def test_partial_payments_add_up(practice: Practice) -> None:
    link = new_link(practice, accept_partial=True)
    practice.pay(link["id"], amount=24950)
    part = get(practice, f"{LINKS}/{link['id']}")
    assert (part["status"], part["amount_paid"]) == ("partially_paid", 24950)
    refused(
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
    refused(
        practice.razorpay.patch(path, json={"amount": 5}), "amount is not allowed to be updated"
    )
    taken = {"reference_id": new_link(practice)["reference_id"]}
    refused(
        practice.razorpay.patch(path, json=taken),
        "payment link creation with reference ID already attempted",
    )
    practice.pay(link["id"])
    refused(
        practice.razorpay.patch(path, json={"notes": {}}),
        "update can only be made in created or partially paid state",
    )


def test_unknown_ids_and_addresses(practice: Practice) -> None:
    refused(
        practice.razorpay.get(f"{LINKS}/plink_T1aB2cD3eF4gH5"), "The id provided does not exist"
    )
    refused(practice.razorpay.get(f"{LINKS}/plink_x"), "invalid input [id] = [plink_x]")
    refused(practice.razorpay.get("/v1/nothing"), "The requested URL was not found on the server.")
    refused(practice.razorpay.put(LINKS), "The requested URL was not found on the server.")
    for path in ("orders/order_x", "payments/pay_x", "refunds/rfnd_x", "payments/qr_codes/qr_x"):
        refused(practice.razorpay.get(f"/v1/{path}"), "The id provided does not exist")


def test_notify_answers_and_knows_two_media(practice: Practice) -> None:
    link = new_link(practice)
    done = practice.razorpay.post(f"{LINKS}/{link['id']}/notify_by/sms")
    assert done.json() == sample("razorpay/notify_by_answer")
    refused(
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
    refused(answer, text, 401)


def test_the_secret_is_checked_and_can_rotate(practice: Practice) -> None:
    old = practice.line["key_secret"]
    practice.do("keys", key_secret="another")
    try:
        refused(practice.razorpay.get(LINKS), "Authentication failed", 401)
    finally:
        practice.do("keys", key_secret=old)
    assert practice.razorpay.get(LINKS).status_code == 200


def test_answers_carry_the_servers_time(practice: Practice) -> None:
    answer = practice.razorpay.get(LINKS)
    at = parsedate_to_datetime(answer.headers["date"]).timestamp()
    assert abs(at - time.time()) < 5


def test_broken_json_is_refused(practice: Practice) -> None:
    refused(practice.razorpay.post(LINKS, content=b"{"), "The request body is not valid JSON.")
    refused(practice.razorpay.post(LINKS, content=b"[]"), "The request body must be a JSON object.")


def test_a_qr_has_the_documented_shape(practice: Practice) -> None:
    practice.features(merchant="Fresh Mart")
    qr = new_qr(practice)
    assert_same_shape(sample("razorpay/qr_active"), qr)
    assert qr["image_content"] == (
        "upi://pay?pa=freshmart.rzp@examplebank&pn=FreshMart"
        f"&tr=RZP{qr['id'][3:]}qrv2&tn=PaymenttoFreshMart&cu=INR&mc=5411&am=1249.50"
    )
    assert get(practice, f"{QRS}/{qr['id']}") == qr


def test_the_qr_picture_can_be_scanned(practice: Practice) -> None:
    qr = new_qr(practice)
    redirect = practice.control.get(qr["image_url"])
    assert redirect.status_code == 302
    picture = practice.control.get(qr["image_url"], follow_redirects=True)
    assert picture.headers["content-type"] == "image/png"
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert [code.text for code in read] == [qr["image_content"]]


def test_image_content_can_be_off(practice: Practice) -> None:
    practice.features(image_content=False)
    qr = new_qr(practice)
    assert set(sample("razorpay/qr_active")) - set(qr) == {"image_content"}


def test_the_qr_product_can_be_off(practice: Practice) -> None:
    qr = new_qr(practice)
    practice.features(qr=False)
    text = "The requested URL was not found on the server."
    for path in ("", f"/{qr['id']}", f"/{qr['id']}/payments"):
        refused(practice.razorpay.get(QRS + path), text)
    refused(practice.razorpay.post(QRS, json=qr_body()), text)
    refused(practice.razorpay.post(f"{QRS}/{qr['id']}/close"), text)


def test_close_by_is_clipped_to_two_hours(practice: Practice) -> None:
    now = int(time.time())
    assert 7190 <= new_qr(practice, close_by=None)["close_by"] - now <= 7210
    assert 7190 <= new_qr(practice, close_by=now + 90_000)["close_by"] - now <= 7210
    assert new_qr(practice, close_by=now + 600)["close_by"] == now + 600


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"payment_amount": 0}, "The payment amount must be at least 1."),
        ({"payment_amount": "5"}, "The payment amount must be an integer."),
        ({"close_by": 1}, "1 must be between 946684800 and 4765046400"),
        ({"close_by": 946_684_800}, "close_by should be at least 2 minutes after current time"),
        ({"type": "aadhaar"}, "The selected type is invalid."),
        ({"usage": "sometimes"}, "The selected usage is invalid."),
        ({"fixed_amount": False}, "fixed_amount should be true for single_use QR codes"),
        ({"usage": "multiple_use"}, "close_by should not be sent for multiple_use QR codes"),
        ({"reference_id": "x"}, "reference_id is not required and should not be sent"),
        ({"amount": 1, "upi": 2}, "amount, upi are not required and should not be sent"),
    ],
)
def test_bad_qrs_are_refused(practice: Practice, changes: Json, text: str) -> None:
    refused(practice.razorpay.post(QRS, json=qr_body(**changes)), text)


def test_closing_a_qr(practice: Practice) -> None:
    qr = new_qr(practice)
    closed = practice.razorpay.post(f"{QRS}/{qr['id']}/close").json()
    assert (closed["status"], closed["close_reason"]) == ("closed", "on_demand")
    refused(practice.razorpay.post(f"{QRS}/{qr['id']}/close"), "The QR code is already closed.")
    assert practice.control.post("/pay", json={"collect_id": qr["id"]}).status_code == 409


def test_a_paid_qr_lists_its_payment(practice: Practice) -> None:
    qr = new_qr(practice)
    payment_id = practice.pay(qr["notes"]["intent"], rrn="632712345679")
    found = get(practice, f"{QRS}/{qr['id']}/payments")
    assert (found["entity"], found["count"]) == ("collection", 1)
    payment = found["items"][0]
    assert_same_shape(sample("razorpay/payment_captured"), payment)
    assert payment["id"] == payment_id
    assert (payment["description"], payment["order_id"]) == ("QRv2 Payment", None)
    assert payment["acquirer_data"] == {"rrn": "632712345679"}
    after = get(practice, f"{QRS}/{qr['id']}")
    assert (after["status"], after["close_reason"]) == ("closed", "paid")
    assert (after["payments_count_received"], after["payments_amount_received"]) == (1, 124950)
    by_payment = get(practice, QRS, payment_id=payment_id)
    assert [item["id"] for item in by_payment["items"]] == [qr["id"]]


def test_only_qr_notes_can_change(practice: Practice) -> None:
    qr = new_qr(practice)
    path = f"{QRS}/{qr['id']}"
    assert practice.razorpay.patch(path, json={"notes": {}}).json()["notes"] == []
    refused(
        practice.razorpay.patch(path, json={"payment_amount": 5}),
        "payment_amount is not required and should not be sent",
    )


def test_a_fetched_payment_has_the_documented_shape(practice: Practice) -> None:
    link = new_link(practice)
    payment_id = practice.pay(link["id"])
    payment = get(practice, f"/v1/payments/{payment_id}")
    assert_same_shape(sample("razorpay/payment_captured"), payment)
    assert payment["description"] == "#" + link["id"].removeprefix("plink_")
    assert payment["contact"] == "+919812345670"
    assert payment["notes"] == []


def test_attempts_show_only_through_the_order(practice: Practice) -> None:
    link = new_link(practice)
    failed = practice.do("fail", collect_id=link["id"], reason="insufficient_funds")
    fetched = get(practice, f"{LINKS}/{link['id']}")
    assert (fetched["status"], fetched["payments"]) == ("created", [])
    order = get(practice, f"/v1/orders/{fetched['order_id']}")
    assert (order["status"], order["attempts"]) == ("attempted", 1)
    tries = get(practice, f"/v1/orders/{fetched['order_id']}/payments")["items"]
    assert [(t["id"], t["status"], t["error_reason"]) for t in tries] == [
        (failed["payment_id"], "failed", "insufficient_funds")
    ]
    again = practice.pay(link["id"], payment_id=failed["payment_id"])
    assert again == failed["payment_id"]
    assert get(practice, f"/v1/payments/{again}")["status"] == "captured"


def test_capture_rules(practice: Practice) -> None:
    link = new_link(practice)
    payment = practice.do("authorise", collect_id=link["id"])["payment_id"]
    assert get(practice, f"{LINKS}/{link['id']}")["status"] == "created"
    path = f"/v1/payments/{payment}/capture"
    refused(practice.razorpay.post(path, json={"amount": "1"}), "The amount must be an integer")
    refused(
        practice.razorpay.post(path, json={"amount": 100}),
        "Capture amount must be equal to the amount authorized.",
    )
    done = practice.razorpay.post(path, json={"amount": 124950, "currency": "INR"}).json()
    assert (done["status"], done["captured"]) == ("captured", True)
    assert get(practice, f"{LINKS}/{link['id']}")["status"] == "paid"
    refused(
        practice.razorpay.post(path, json={"amount": 124950}),
        "This payment has already been captured",
    )


def test_money_after_cancel_shows_at_the_order_only(practice: Practice) -> None:
    link = new_link(practice)
    open_page(practice, link)
    practice.razorpay.post(f"{LINKS}/{link['id']}/cancel").raise_for_status()
    assert practice.control.post("/pay", json={"collect_id": link["id"]}).status_code == 409
    late = practice.pay(link["id"], late=True)
    fetched = get(practice, f"{LINKS}/{link['id']}")
    assert (fetched["status"], fetched["payments"]) == ("cancelled", [])
    tries = get(practice, f"/v1/orders/{fetched['order_id']}/payments")["items"]
    assert [(t["id"], t["status"]) for t in tries] == [(late, "captured")]
    found = get(practice, LINKS, payment_id=late)["payment_links"]
    assert [x["id"] for x in found] == [link["id"]]


def test_a_second_payment_of_an_order_goes_back_at_once(practice: Practice) -> None:
    link = new_link(practice)
    practice.pay(link["id"])
    second = practice.pay(link["id"], late=True)
    payment = get(practice, f"/v1/payments/{second}")
    assert (payment["status"], payment["captured"]) == ("refunded", False)
    assert (payment["refund_status"], payment["amount_refunded"]) == ("full", 124950)
    refunds = get(practice, f"/v1/payments/{second}/refunds")["items"]
    assert [r["status"] for r in refunds] == ["processed"]


def test_payments_are_listed_newest_first_and_paged(practice: Practice) -> None:
    made = [practice.pay(new_link(practice)["id"]) for _ in range(3)]
    found = get(practice, "/v1/payments", count=2)
    assert [item["id"] for item in found["items"]] == made[:0:-1]
    rest = get(practice, "/v1/payments", count=1, skip=2)
    assert [item["id"] for item in rest["items"]] == made[:1]
    assert get(practice, "/v1/payments", to=1)["items"] == []
    refused(
        practice.razorpay.get("/v1/payments", params={"count": 101}),
        "The count may not be greater than 100.",
    )


def test_expired_links_and_qrs(practice: Practice) -> None:
    link, qr = new_link(practice), new_qr(practice)
    practice.do("expire", collect_id=link["id"])
    practice.do("expire", collect_id=qr["id"])
    fetched = get(practice, f"{LINKS}/{link['id']}")
    assert fetched["status"] == "expired"
    assert fetched["expired_at"] > 0
    assert get(practice, f"{QRS}/{qr['id']}")["status"] == "active"  # it may lag
    assert practice.control.post("/pay", json={"collect_id": qr["id"]}).status_code == 409


def test_refunds_have_the_documented_shape(practice: Practice) -> None:
    payment = practice.pay(new_link(practice)["id"])
    body = {"amount": 24950, "speed": "optimum", "receipt": "FM01-CN-000017"}
    path = f"/v1/payments/{payment}/refund"
    refund = practice.razorpay.post(path, json=body).json()
    assert_same_shape(sample("razorpay/refund_pending"), refund)
    assert (refund["status"], refund["acquirer_data"]) == ("pending", {"arn": None})
    assert get(practice, f"/v1/payments/{payment}")["refund_status"] == "partial"
    refused(
        practice.razorpay.post(path, json={"amount": 124950}),
        "The refund amount provided is greater than amount captured.",
    )
    refused(
        practice.razorpay.post(path, json={"why": "x"}),
        "why is not required and should not be sent",
    )


def test_refund_keys_make_one_refund(practice: Practice) -> None:
    payment = practice.pay(new_link(practice)["id"])
    path, key = f"/v1/payments/{payment}/refund", {"X-Refund-Idempotency": f"dup-{payment}"}
    first = practice.razorpay.post(path, json={"amount": 500}, headers=key).json()
    second = practice.razorpay.post(path, json={"amount": 500}, headers=key).json()
    assert first["id"] == second["id"]
    refused(
        practice.razorpay.post(path, json={"amount": 600}, headers=key),
        "Different request with the same idempotency key has already been processed.",
    )
    short = {"X-Refund-Idempotency": "short"}
    assert practice.razorpay.post(path, json={}, headers=short).status_code == 400
    assert len(get(practice, f"/v1/payments/{payment}/refunds")["items"]) == 1
