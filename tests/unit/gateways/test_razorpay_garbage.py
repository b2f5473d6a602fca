"""Answers that no gateway should give: each has one clear result, and never a wrong amount."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import responses

from pos_desktop.domain.payment import CollectState, GatewayStatus, PaymentStatus
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.unit.gateways.answers import (
    COLLECT,
    INTENT,
    LINK_ID,
    LINKS,
    ORDER,
    PAY,
    QR_COLLECT,
    QR_ID,
    QR_INTENT,
    QRS,
    fresh_link,
    items,
    link,
    payment,
    qr,
    timed,
)
from tests.unit.gateways.conftest import BASE

_K = GatewayErrorKind
Json = dict[str, Any]
LINK = f"{LINKS}/{LINK_ID}"
ATTEMPTS = f"{BASE}/v1/orders/{ORDER}/payments"
PAYMENT = f"{BASE}/v1/payments/{PAY}"
QR = f"{QRS}/{QR_ID}"
PAID = f"{QR}/payments"


def fails(call: Callable[[], object]) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        call()
    return caught.value


def without(entity: Json, *names: str) -> Json:
    return {name: value for name, value in entity.items() if name not in names}


BAD_AMOUNTS = ["124950", "1249.50", 1249.5, 124950.0, -124950, True, None, [], {"paise": 124950}]


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_amounts_that_are_no_paise(
    api: responses.RequestsMock, gateway: RazorpayGateway, amount: object
) -> None:
    api.get(LINK, json=link(amount=amount))
    api.get(ATTEMPTS, json=items())
    api.get(PAYMENT, json=payment())
    api.get(PAID, json=items())
    api.get(QR, json=qr(payment_amount=amount))
    for collect in (COLLECT, QR_COLLECT):
        error = fails(lambda collect=collect: gateway.fetch(collect))  # type: ignore[misc] # bound now
        assert (error.kind, error.outcome_unknown) == (_K.UNAVAILABLE, False)


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_payments_whose_amount_is_no_paise(
    api: responses.RequestsMock, gateway: RazorpayGateway, amount: object
) -> None:
    api.get(LINK, json=link(payments=[], status="created"))
    api.get(ATTEMPTS, json=items(payment(amount=amount)))
    assert fails(lambda: gateway.fetch(COLLECT)).kind is _K.UNAVAILABLE


@pytest.mark.parametrize("refunded", ["100", 1.5, -1, 124951, True])
def test_refunded_amounts_that_cannot_be(
    api: responses.RequestsMock, gateway: RazorpayGateway, refunded: object
) -> None:
    api.get(LINK, json=link(payments=[], status="created"))
    api.get(ATTEMPTS, json=items(payment(amount_refunded=refunded)))
    assert fails(lambda: gateway.fetch(COLLECT)).kind is _K.UNAVAILABLE


@pytest.mark.parametrize("currency", ["USD", "inr", "", None, 356])
def test_other_money_is_told_as_such_and_never_pays(
    api: responses.RequestsMock, gateway: RazorpayGateway, currency: object
) -> None:
    api.get(LINK, json=link(status="created", payments=[]))
    api.get(ATTEMPTS, json=items(payment(currency=currency)))
    api.get(PAYMENT, json=payment(currency=currency))
    seen = gateway.fetch(COLLECT)
    assert seen.status is GatewayStatus.OPEN
    (fact,) = seen.payments
    assert (fact.status, fact.amount) == (PaymentStatus.CAPTURED, 124950)
    assert fact.currency != "INR"


@pytest.mark.parametrize("currency", ["USD", None, 5])
def test_a_link_in_other_money_is_told_as_such(
    api: responses.RequestsMock, gateway: RazorpayGateway, currency: object
) -> None:
    timed(api)
    api.post(LINKS, json=fresh_link(currency=currency))
    assert gateway.create(INTENT).currency != "INR"


STRANGERS: list[tuple[str, Json]] = [
    ("another id", {"id": "plink_Stranger0000001"}),
    ("no id", {"id": None}),
    ("another reference", {"reference_id": "FM02-2627-000999-1"}),
    ("a reference of another kind", {"reference_id": 5}),
    ("a payment of another link", {"payments": [{**link()["payments"][0], "plink_id": "plink_X"}]}),
]


@pytest.mark.parametrize("changes", [each for _, each in STRANGERS], ids=[n for n, _ in STRANGERS])
def test_links_of_somebody_else(
    api: responses.RequestsMock, gateway: RazorpayGateway, changes: Json
) -> None:
    api.get(LINK, json=link(**changes))
    assert fails(lambda: gateway.fetch(COLLECT)).kind is _K.UNAVAILABLE


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": "order_Stranger000001"},
        {"notes": {"intent": "FM02-2627-000999-1"}},
        {"notes": {"intent": "FM02-2627-000999-1", "counter": "C2"}, "status": "failed"},
    ],
)
def test_payments_of_somebody_else_on_our_link(
    api: responses.RequestsMock, gateway: RazorpayGateway, changes: Json
) -> None:
    api.get(LINK, json=link(status="created", payments=[]))
    api.get(ATTEMPTS, json=items(payment(**changes)))
    assert fails(lambda: gateway.fetch(COLLECT)).kind is _K.UNAVAILABLE


@pytest.mark.parametrize(
    "changes", [{"id": "qr_Stranger000001"}, {"notes": {"intent": "FM02-2627-000999-q1"}}]
)
def test_qrs_of_somebody_else(
    api: responses.RequestsMock, gateway: RazorpayGateway, changes: Json
) -> None:
    api.get(PAID, json=items())
    api.get(QR, json=qr(**changes))
    assert fails(lambda: gateway.fetch(QR_COLLECT)).kind is _K.UNAVAILABLE


def test_a_payment_of_somebody_else_on_our_qr(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    strange = payment(order_id=None, notes={"intent": "FM02-2627-000999-q1"})
    api.get(PAID, json=items(strange))
    api.get(QR, json=qr())
    assert fails(lambda: gateway.fetch(QR_COLLECT)).kind is _K.UNAVAILABLE


@pytest.mark.parametrize("kind", [INTENT, QR_INTENT])
def test_another_object_than_was_asked_for_is_doubt(
    api: responses.RequestsMock, gateway: RazorpayGateway, kind: object
) -> None:
    timed(api)
    intent = INTENT if kind is INTENT else QR_INTENT
    if intent is INTENT:
        api.post(LINKS, json=fresh_link(reference_id="FM02-2627-000999-1"))
    else:
        api.post(QRS, json=qr(notes={"intent": "FM02-2627-000999-q1"}))
    error = fails(lambda: gateway.create(intent))
    assert (error.kind, error.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


@pytest.mark.parametrize("name", ["id", "amount"])
def test_a_new_link_without_what_matters_is_doubt(
    api: responses.RequestsMock, gateway: RazorpayGateway, name: str
) -> None:
    timed(api)
    api.post(LINKS, json=without(fresh_link(), name))
    error = fails(lambda: gateway.create(INTENT))
    assert (error.kind, error.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


def test_missing_and_nested_fields_that_do_not_matter(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    junk = {"a": [{"b": [[[{"c": None}]]]}] * 3}
    kept = {"id": LINK_ID, "amount": 124950, "status": "created", "reference_id": INTENT.reference}
    api.get(LINK, json={**kept, "notes": junk, "customer": [junk], "reminders": junk, "x": junk})
    seen = gateway.fetch(COLLECT)
    assert (seen.status, seen.amount, seen.currency) == (GatewayStatus.OPEN, 124950, "")
    assert (seen.url, seen.expires_at, seen.provider_order_id) == (None, None, None)


def test_a_payment_with_nothing_but_money(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    bare = {"id": PAY, "amount": 124950, "status": "captured", "captured": True, "currency": "INR"}
    odd = {**bare, "vpa": 5, "acquirer_data": [[]], "created_at": "noon", "method": {"upi": 1}}
    api.get(LINK, json=link(status="created", payments=None))
    api.get(ATTEMPTS, json=items(odd))
    api.get(PAYMENT, json=odd)
    (fact,) = gateway.fetch(COLLECT).payments
    assert (fact.amount, fact.status, fact.currency) == (124950, PaymentStatus.CAPTURED, "INR")
    assert (fact.vpa, fact.rrn, fact.created_at, fact.method) == (None, None, 0, "")


@pytest.mark.parametrize("listed", ["none", 5, {"0": {}}, [[]], [None], ["pay_1"]])
def test_lists_that_are_none(
    api: responses.RequestsMock, gateway: RazorpayGateway, listed: object
) -> None:
    api.get(LINK, json=link(status="created", payments=listed))
    api.get(PAID, json={"entity": "collection", "items": listed})
    assert fails(lambda: gateway.fetch(COLLECT)).kind is _K.UNAVAILABLE
    assert fails(lambda: gateway.fetch(QR_COLLECT)).kind is _K.UNAVAILABLE


@pytest.mark.parametrize("status", [200, 400, 404])
def test_html_is_never_an_answer(
    api: responses.RequestsMock, gateway: RazorpayGateway, status: int
) -> None:
    timed(api)
    page = "<html><body>Please log in to the network</body></html>"
    api.get(LINK, body=page, status=status)
    api.get(PAID, body=page, status=status)
    api.post(f"{LINK}/cancel", body=page, status=status)
    api.post(LINKS, body=page, status=status)
    assert not fails(lambda: gateway.fetch(COLLECT)).outcome_unknown
    assert not fails(lambda: gateway.fetch(QR_COLLECT)).outcome_unknown
    assert fails(lambda: gateway.close(COLLECT)).outcome_unknown
    assert fails(lambda: gateway.create(INTENT)).outcome_unknown


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "authorized", "captured": False}, PaymentStatus.AUTHORISED),
        ({"status": "created", "captured": False}, PaymentStatus.CREATED),
        ({"status": "hypercaptured"}, PaymentStatus.UNKNOWN),
        ({"status": {"word": "captured"}}, PaymentStatus.UNKNOWN),
    ],
)
def test_nothing_but_a_capture_pays(
    api: responses.RequestsMock, gateway: RazorpayGateway, changes: Json, status: PaymentStatus
) -> None:
    api.get(LINK, json=link(status="created", payments=[]))
    api.get(ATTEMPTS, json=items(payment(**changes)))
    seen = gateway.fetch(COLLECT)
    assert (seen.status, seen.payments[0].status) == (GatewayStatus.OPEN, status)


def test_money_that_the_gateway_gave_back_by_itself(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    back = payment(status="refunded", captured=False, amount_refunded=124950, refund_status="full")
    api.get(LINK, json=link(status="expired", payments=[]))
    api.get(ATTEMPTS, json=items(back))
    seen = gateway.fetch(replace(COLLECT, state=CollectState.EXPIRED))
    assert seen.status is GatewayStatus.EXPIRED
    (fact,) = seen.payments
    assert (fact.status, fact.amount_refunded) == (PaymentStatus.REFUNDED, 124950)
    assert fact.error_reason == "auto_refund"


def test_money_that_was_captured_and_given_back_is_another_thing(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    back = payment(status="refunded", captured=True, amount_refunded=124950, refund_status="full")
    api.get(LINK, json=link())
    api.get(ATTEMPTS, json=items(back))
    api.get(PAYMENT, json=back)
    (fact,) = gateway.fetch(COLLECT).payments
    assert (fact.status, fact.error_reason) == (PaymentStatus.REFUNDED, None)


def test_a_part_given_back_leaves_the_capture(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    part = payment(amount_refunded=24950, refund_status="partial")
    api.get(LINK, json=link())
    api.get(ATTEMPTS, json=items(part))
    api.get(PAYMENT, json=part)
    seen = gateway.fetch(COLLECT)
    (fact,) = seen.payments
    assert (fact.status, fact.amount_refunded) == (PaymentStatus.CAPTURED, 24950)
    assert seen.status is GatewayStatus.PAID
