"""The practice Razorpay's money is as documented (reference gateways 1.5 to 1.7, 1.11)."""

from tests.contracts.practice_case import (
    assert_refused,
    assert_same_shape,
    get,
    new_link,
    new_qr,
    open_page,
)
from tests.support.practice import Practice
from tests.support.wire_samples import sample

LINKS = "/v1/payment_links"
QRS = "/v1/payments/qr_codes"


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
    assert_refused(
        practice.razorpay.post(path, json={"amount": "1"}), "The amount must be an integer"
    )
    assert_refused(
        practice.razorpay.post(path, json={"amount": 100}),
        "Capture amount must be equal to the amount authorized.",
    )
    done = practice.razorpay.post(path, json={"amount": 124950, "currency": "INR"}).json()
    assert (done["status"], done["captured"]) == ("captured", True)
    assert get(practice, f"{LINKS}/{link['id']}")["status"] == "paid"
    assert_refused(
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
    assert_refused(
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
    assert_refused(
        practice.razorpay.post(path, json={"amount": 124950}),
        "The refund amount provided is greater than amount captured.",
    )
    assert_refused(
        practice.razorpay.post(path, json={"why": "x"}),
        "why is not required and should not be sent",
    )


def test_refund_keys_make_one_refund(practice: Practice) -> None:
    payment = practice.pay(new_link(practice)["id"])
    path, key = f"/v1/payments/{payment}/refund", {"X-Refund-Idempotency": f"dup-{payment}"}
    first = practice.razorpay.post(path, json={"amount": 500}, headers=key).json()
    second = practice.razorpay.post(path, json={"amount": 500}, headers=key).json()
    assert first["id"] == second["id"]
    assert_refused(
        practice.razorpay.post(path, json={"amount": 600}, headers=key),
        "Different request with the same idempotency key has already been processed.",
    )
    short = {"X-Refund-Idempotency": "short"}
    assert practice.razorpay.post(path, json={}, headers=short).status_code == 400
    assert len(get(practice, f"/v1/payments/{payment}/refunds")["items"]) == 1
