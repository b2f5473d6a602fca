"""The practice Razorpay's QR codes are as documented (reference gateways 1.4, 1.11)."""

import io
import time

import pytest
import zxingcpp
from PIL import Image

from tests.contracts.practice_case import (
    assert_refused,
    assert_same_shape,
    get,
    new_qr,
    qr_body,
)
from tests.support.practice import Json, Practice
from tests.support.wire_samples import sample

LINKS = "/v1/payment_links"
QRS = "/v1/payments/qr_codes"


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
        assert_refused(practice.razorpay.get(QRS + path), text)
    assert_refused(practice.razorpay.post(QRS, json=qr_body()), text)
    assert_refused(practice.razorpay.post(f"{QRS}/{qr['id']}/close"), text)


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
    assert_refused(practice.razorpay.post(QRS, json=qr_body(**changes)), text)


def test_closing_a_qr(practice: Practice) -> None:
    qr = new_qr(practice)
    closed = practice.razorpay.post(f"{QRS}/{qr['id']}/close").json()
    assert (closed["status"], closed["close_reason"]) == ("closed", "on_demand")
    assert_refused(
        practice.razorpay.post(f"{QRS}/{qr['id']}/close"), "The QR code is already closed."
    )
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
    assert_refused(
        practice.razorpay.patch(path, json={"payment_amount": 5}),
        "payment_amount is not required and should not be sent",
    )
