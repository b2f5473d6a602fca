"""The Razorpay adapter takes and gives back: what it sends, and what it makes of each answer."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import responses
from responses import matchers

from pos_desktop.domain.payment import PaymentStatus, RefundStatus
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.ports import GatewayError, GatewayErrorKind, RefundOrder
from tests.support.wire_samples import sample
from tests.unit.gateways.answers import PAY, bad, items, payment, sent
from tests.unit.gateways.conftest import BASE

_K = GatewayErrorKind
PAYMENT = f"{BASE}/v1/payments/{PAY}"
CAPTURE = f"{PAYMENT}/capture"
REFUND = f"{PAYMENT}/refund"
REFUNDS = f"{PAYMENT}/refunds"
RFND = "rfnd_T2aBcDeFgH1j2K"
KEY = "ret-pay_T1kQ7mWx9ZbC2d-1"
ORDER = RefundOrder((KEY,), PAY, 24950, "bread returned")
NEXT = replace(ORDER, keys=(KEY, f"{KEY}-2"))


def refund(**changes: object) -> dict[str, Any]:
    return {**sample("razorpay/refund_pending"), "receipt": KEY, **changes}


def fails(call: Callable[[], object]) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        call()
    return caught.value


# -- capture ---------------------------------------------------------------------------------------


def test_capture_sends_the_documented_body(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.post(CAPTURE, json=payment())
    fact = gateway.capture(PAY, 124950)
    assert sent(api) == sample("razorpay/capture_request")
    assert (fact.payment_id, fact.status, fact.amount) == (PAY, PaymentStatus.CAPTURED, 124950)


@pytest.mark.parametrize(
    "status", [{}, {"status": "refunded", "amount_refunded": 124950, "refund_status": "full"}]
)
def test_what_is_taken_already_answers_as_it_stands(
    api: responses.RequestsMock, gateway: RazorpayGateway, status: dict[str, object]
) -> None:
    api.post(CAPTURE, json=bad("This payment has already been captured"), status=400)
    api.get(PAYMENT, json=payment(**status))
    taken = gateway.capture(PAY, 124950).status
    assert taken in (PaymentStatus.CAPTURED, PaymentStatus.REFUNDED)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Capture amount must be equal to the amount authorized.", _K.VALIDATION),
        (
            "Your payment has been declined as the order is already paid. "
            "Please initiate the payment with a new order.",
            _K.STATE,
        ),
    ],
)
def test_what_cannot_be_taken_says_why(
    api: responses.RequestsMock, gateway: RazorpayGateway, text: str, kind: _K
) -> None:
    api.post(CAPTURE, json=bad(text), status=400)
    api.get(PAYMENT, json=payment(status="authorized", captured=False))
    error = fails(lambda: gateway.capture(PAY, 124950))
    assert (error.kind, error.text, error.outcome_unknown) == (kind, text, False)


@pytest.mark.parametrize(
    "answer", [{"id": "pay_Other"}, {"amount": "124950"}, {"amount": None}, {"id": 5}]
)
def test_a_strange_answer_to_a_capture_is_doubt(
    api: responses.RequestsMock, gateway: RazorpayGateway, answer: dict[str, object]
) -> None:
    api.post(CAPTURE, json=payment(**answer))
    error = fails(lambda: gateway.capture(PAY, 124950))
    assert (error.kind, error.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


# -- refund ----------------------------------------------------------------------------------------


def test_refund_sends_the_documented_body_and_header(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.post(REFUND, json=refund())
    fact = gateway.refund(ORDER)
    assert api.calls[-1].request.headers["X-Refund-Idempotency"] == KEY
    assert sent(api) == {
        "amount": 24950,
        "speed": "normal",
        "notes": {"key": KEY, "reason": "bread returned"},
        "receipt": KEY,
    }
    assert (fact.refund_id, fact.payment_id, fact.key) == (RFND, PAY, KEY)
    assert (fact.amount, fact.currency, fact.status) == (24950, "INR", RefundStatus.PENDING)
    assert (fact.bank_ref, fact.created_at) == (None, 1795420000_000)


def test_the_same_order_is_the_same_request_to_the_byte(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    """The gateway refuses a key that comes with another body."""
    api.post(REFUND, json=refund())
    bodies = set()
    for _ in range(2):
        gateway.refund(replace(ORDER))
        bodies.add(api.calls[-1].request.body)
    assert len(bodies) == 1


def test_notes_are_never_longer_than_the_gateway_takes(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.post(REFUND, json=refund())
    gateway.refund(replace(ORDER, note="x" * 3000))
    assert len(sent(api)["notes"]["reason"]) == 255


@pytest.mark.parametrize(
    ("order", "word"),
    [
        (replace(ORDER, amount=99), "Rs 1"),
        (replace(ORDER, keys=("short",)), "key"),
        (replace(ORDER, keys=("with spaces in it",)), "key"),
        (replace(ORDER, keys=("x" * 41,)), "key"),
    ],
)
def test_bad_refunds_never_leave(gateway: RazorpayGateway, order: RefundOrder, word: str) -> None:
    error = fails(lambda: gateway.refund(order))
    assert (error.kind, word in error.text) == (_K.VALIDATION, True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The payment has been fully refunded already.", _K.STATE),
        ("The refund amount provided is greater than amount captured.", _K.VALIDATION),
        (
            "Refund is not supported by the bank because the payment is more than 6 months old",
            _K.STATE,
        ),
        (
            "Different request with the same idempotency key has already been processed.",
            _K.STATE,
        ),
        ("Your account does not have enough balance to carry out the refund operation.", _K.STATE),
        ("The payment status should be captured for action to be taken", _K.STATE),
    ],
)
def test_refusals_are_told_in_the_gateways_words(
    api: responses.RequestsMock, gateway: RazorpayGateway, text: str, kind: _K
) -> None:
    api.post(REFUND, json=bad(text), status=400)
    api.get(REFUNDS, json=items())
    error = fails(lambda: gateway.refund(ORDER))
    assert (error.kind, error.text, error.outcome_unknown) == (kind, text, False)


def test_refunded_already_by_this_key_is_no_refusal(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.post(REFUND, json=bad("The payment has been fully refunded already."), status=400)
    api.get(REFUNDS, json=items(refund(status="processed")))
    fact = gateway.refund(ORDER)
    assert (fact.refund_id, fact.status) == (RFND, RefundStatus.PROCESSED)


def test_a_first_request_that_still_runs_is_doubt(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    text = "Request failed because another request is in progress with the same idempotency key"
    api.post(REFUND, json=bad(text), status=409)
    error = fails(lambda: gateway.refund(ORDER))
    assert (error.kind, error.http_status) == (_K.UNKNOWN_OUTCOME, 409)
    assert error.outcome_unknown


@pytest.mark.parametrize(
    "answer",
    [
        {"payment_id": "pay_Other"},
        {"payment_id": None},
        {"id": None},
        {"amount": "24950"},
        {"amount": 249.5},
        {"amount": None},
        {"amount": {"paise": 24950}},
    ],
)
def test_a_strange_answer_to_a_refund_is_doubt(
    api: responses.RequestsMock, gateway: RazorpayGateway, answer: dict[str, object]
) -> None:
    api.post(REFUND, json=refund(**answer))
    error = fails(lambda: gateway.refund(ORDER))
    assert (error.kind, error.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("pending", RefundStatus.PENDING),
        ("processed", RefundStatus.PROCESSED),
        ("failed", RefundStatus.FAILED),
        ("moonlit", RefundStatus.UNKNOWN),
        (None, RefundStatus.UNKNOWN),
        (["processed"], RefundStatus.UNKNOWN),
    ],
)
def test_words_of_a_refund(
    api: responses.RequestsMock, gateway: RazorpayGateway, word: object, status: RefundStatus
) -> None:
    api.post(REFUND, json=refund(status=word))
    assert gateway.refund(ORDER).status is status


@pytest.mark.parametrize(
    ("bank", "number"),
    [
        ({"rrn": "632799990001"}, "632799990001"),
        ({"arn": 10000000000000}, "10000000000000"),
        ({"arn": None}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_banks_reference(
    api: responses.RequestsMock, gateway: RazorpayGateway, bank: object, number: str | None
) -> None:
    api.post(REFUND, json=refund(acquirer_data=bank))
    assert gateway.refund(ORDER).bank_ref == number


# -- find ------------------------------------------------------------------------------------------


def test_none_is_said_only_after_the_last_page(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    strangers = [refund(id=f"rfnd_{n}", receipt=None) for n in range(100)]
    first = matchers.query_param_matcher({"count": "100", "skip": "0"})
    second = matchers.query_param_matcher({"count": "100", "skip": "100"})
    api.get(REFUNDS, json=items(*strangers), match=[first])
    api.get(REFUNDS, json=items(refund()), match=[second])
    found = gateway.find_refund(ORDER)
    assert found is not None and found.refund_id == RFND


def test_none_is_not_said_of_an_endless_list(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(REFUNDS, json=items(*[refund(id=f"rfnd_{n}", receipt=None) for n in range(100)]))
    assert fails(lambda: gateway.find_refund(ORDER)).kind is _K.UNAVAILABLE
    assert len(api.calls) == 10


@pytest.mark.parametrize(
    ("order", "listed", "found"),
    [
        (ORDER, [], None),
        (ORDER, [refund(receipt="somebody's")], None),
        (ORDER, [refund(receipt=None)], None),
        (ORDER, [refund(receipt=None, notes={"key": KEY})], RefundStatus.PENDING),
        (replace(ORDER, refund_id=RFND), [refund(receipt=None)], RefundStatus.PENDING),
        (ORDER, [refund(status="failed")], RefundStatus.FAILED),
        # Only what failed under an elder key is over.
        (NEXT, [refund(status="failed")], None),
        (replace(NEXT, refund_id=RFND), [refund(status="failed")], None),
        (NEXT, [refund(status="processed")], RefundStatus.PROCESSED),
        (NEXT, [refund(status="pending")], RefundStatus.PENDING),
        (
            NEXT,
            [refund(status="failed", receipt=f"{KEY}-2"), refund(status="processed")],
            RefundStatus.PROCESSED,
        ),
    ],
)
def test_find_refund(
    api: responses.RequestsMock,
    gateway: RazorpayGateway,
    order: RefundOrder,
    listed: list[object],
    found: RefundStatus | None,
) -> None:
    api.get(REFUNDS, json=items(*listed))
    fact = gateway.find_refund(order)
    assert (fact and fact.status) == found


@pytest.mark.parametrize(
    "listed",
    [
        [refund(payment_id="pay_Other")],
        [refund(amount="24950")],
        [refund(id=None)],
        ["rfnd"],
        {"items": []},
    ],
)
def test_a_strange_list_proves_nothing(
    api: responses.RequestsMock, gateway: RazorpayGateway, listed: object
) -> None:
    api.get(REFUNDS, json={"entity": "collection", "items": listed})
    error = fails(lambda: gateway.find_refund(ORDER))
    assert (error.kind, error.outcome_unknown) == (_K.UNAVAILABLE, False)


@pytest.mark.parametrize("body", [b"<html>log in</html>", b"[]", b'"refund"', b"", b"{" * 5000])
def test_a_page_with_status_200_is_no_answer(
    api: responses.RequestsMock, gateway: RazorpayGateway, body: bytes
) -> None:
    api.get(REFUNDS, body=body)
    api.post(REFUND, body=body)
    api.post(CAPTURE, body=body)
    assert not fails(lambda: gateway.find_refund(ORDER)).outcome_unknown
    assert fails(lambda: gateway.refund(ORDER)).outcome_unknown
    assert fails(lambda: gateway.capture(PAY, 124950)).outcome_unknown


def test_unknown_payment(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    text = json.dumps(bad("The id provided does not exist"))
    api.get(REFUNDS, body=text, status=400)
    assert fails(lambda: gateway.find_refund(ORDER)).kind is _K.NOT_FOUND
