"""The Cashfree adapter gives back: once for each key, and it says how each refund stands."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.payment import RefundStatus
from pos_desktop.domain.refund import excess_key, return_key, wire_key
from pos_desktop.gateways.cashfree import CashfreeGateway
from pos_desktop.gateways.cashfree_wire import refund_id
from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.unit.gateways.cashfree_answers import (
    ORDERS,
    PAY,
    QR_ID,
    REFUND,
    headers,
    missing,
    payment,
    refund,
    refused,
    sent,
)

_K = GatewayErrorKind
REFUNDS = f"{ORDERS}/{QR_ID}/refunds"
PAYMENT = f"{ORDERS}/{QR_ID}/payments/{PAY}"
ONE = f"{REFUNDS}/retx9100456712x1"
AGAIN = replace(REFUND, keys=(*REFUND.keys, "ret-9100456712-1-2"))
SECOND = f"{REFUNDS}/retx9100456712x1x2"


def paid(api: responses.RequestsMock, **changes: object) -> None:
    """The payment is asked first: a refund names only its order."""
    api.get(PAYMENT, json={**payment(), **changes})


def test_a_refund_sends_the_documented_body(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    paid(api)
    api.post(REFUNDS, json=refund())
    fact = cashfree.refund(REFUND)
    assert (fact.gateway, fact.refund_id, fact.payment_id) == ("cashfree", "3100987", PAY)
    assert (fact.key, fact.status) == ("ret-9100456712-1", RefundStatus.PENDING)
    assert (fact.amount, fact.currency, fact.bank_ref) == (24950, "INR", None)
    assert fact.created_at == 1795498200_000
    assert sent(api) == {
        "refund_amount": Decimal("249.50"),
        "refund_id": "retx9100456712x1",
        "refund_note": "Returned item",
        "refund_speed": "STANDARD",
    }
    # The refund's own id makes a repeat harmless; a key could keep a 500 for ever.
    assert "x-idempotency-key" not in headers(api)


@pytest.mark.parametrize(("note", "shown"), [("", "Refund"), ("ok", "Refund"), ("x" * 150, None)])
def test_notes_are_three_to_a_hundred_signs(
    api: responses.RequestsMock, cashfree: CashfreeGateway, note: str, shown: str | None
) -> None:
    paid(api)
    api.post(REFUNDS, json=refund())
    cashfree.refund(replace(REFUND, note=note))
    assert sent(api)["refund_note"] == (shown or "x" * 100)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("SUCCESS", RefundStatus.PROCESSED),
        ("PENDING", RefundStatus.PENDING),
        ("ONHOLD", RefundStatus.ON_HOLD),
        ("CANCELLED", RefundStatus.FAILED),
        ("FAILED", RefundStatus.FAILED),
        ("MOON", RefundStatus.UNKNOWN),
        (None, RefundStatus.UNKNOWN),
        (3, RefundStatus.UNKNOWN),
    ],
)
def test_every_word_for_a_refund(
    api: responses.RequestsMock, cashfree: CashfreeGateway, word: object, status: RefundStatus
) -> None:
    entity = refund(refund_status=word, refund_arn=632799990001, cf_refund_id=3100987)
    api.get(ONE, json=entity)
    fact = cashfree.find_refund(REFUND)
    assert fact is not None
    assert (fact.status, fact.bank_ref, fact.refund_id) == (status, "632799990001", "3100987")
    told = status in (RefundStatus.FAILED, RefundStatus.ON_HOLD)
    assert fact.reason == ("In progress" if told else None)


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refusal_is_checked_against_what_the_key_did_before(
    api: responses.RequestsMock, cashfree: CashfreeGateway, status: int
) -> None:
    paid(api)
    api.post(REFUNDS, json=refused("refund already exists"), status=status)
    api.get(ONE, json=refund(refund_status="SUCCESS"))
    assert cashfree.refund(REFUND).status is RefundStatus.PROCESSED


@pytest.mark.parametrize(
    ("status", "kind"), [(400, _K.VALIDATION), (409, _K.DUPLICATE), (422, _K.VALIDATION)]
)
def test_a_refusal_of_what_never_was_stays_one(
    api: responses.RequestsMock, cashfree: CashfreeGateway, status: int, kind: _K
) -> None:
    paid(api)
    api.post(REFUNDS, json=refused("refund amount exceeds"), status=status)
    api.get(ONE, json=missing("refund"), status=404)
    with pytest.raises(GatewayError) as caught:
        cashfree.refund(REFUND)
    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, False)
    assert caught.value.text == "refund amount exceeds"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "<html>"),
        (502, '{"message":"m","code":"bank_processing_failure","type":"api_error"}'),
        (200, "<html>"),
        (200, "[]"),
        (200, '{"refund_id":"another"}'),
    ],
)
def test_a_refund_in_doubt(
    api: responses.RequestsMock, cashfree: CashfreeGateway, status: int, body: str
) -> None:
    paid(api)
    api.post(REFUNDS, body=body, status=status)
    with pytest.raises(GatewayError) as caught:
        cashfree.refund(REFUND)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"refund_id": "retx9100456712x2"},
        {"refund_id": None},
        {"cf_refund_id": None},
        {"cf_payment_id": None},
        {"refund_amount": None},
    ],
)
def test_another_refund_or_a_broken_one_is_no_answer(
    api: responses.RequestsMock, cashfree: CashfreeGateway, changes: dict[str, object]
) -> None:
    paid(api)
    api.post(REFUNDS, json=refund(**changes))
    with pytest.raises(GatewayError) as caught:
        cashfree.refund(REFUND)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)
    api.get(ONE, json=refund(**changes))
    with pytest.raises(GatewayError) as caught:
        cashfree.find_refund(REFUND)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNAVAILABLE, False)


def test_another_amount_given_back_is_in_doubt_and_found_as_it_is(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    paid(api)
    api.post(REFUNDS, json=refund(refund_amount=249.51))
    with pytest.raises(GatewayError) as caught:
        cashfree.refund(REFUND)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)
    api.get(ONE, json=refund(refund_amount=249.51))
    found = cashfree.find_refund(REFUND)
    assert found is not None and found.amount == 24951


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"payment_status": "FAILED", "is_captured": False}, _K.STATE),
        ({"payment_status": "PENDING"}, _K.STATE),
        ({"is_captured": False}, _K.STATE),
        ({"cf_payment_id": "9"}, _K.UNAVAILABLE),
        ({"order_id": "other"}, _K.UNAVAILABLE),
    ],
)
def test_what_was_not_paid_there_takes_nothing_back(
    api: responses.RequestsMock,
    cashfree: CashfreeGateway,
    changes: dict[str, object],
    kind: GatewayErrorKind,
) -> None:
    paid(api, **changes)
    with pytest.raises(GatewayError) as caught:
        cashfree.refund(REFUND)
    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, False)


def test_a_payment_that_is_not_there_is_not_refunded(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(PAYMENT, json=missing("payment"), status=404)
    with pytest.raises(GatewayError) as caught:
        cashfree.refund(REFUND)
    assert caught.value.kind is _K.NOT_FOUND


def test_nothing_is_found_only_where_the_gateway_says_so(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(ONE, json=missing("refund"), status=404)
    assert cashfree.find_refund(REFUND) is None
    api.replace(responses.GET, ONE, body="<html>", status=404)
    with pytest.raises(GatewayError) as caught:
        cashfree.find_refund(REFUND)
    assert caught.value.kind is _K.UNAVAILABLE


def test_the_key_of_this_attempt_is_asked_first(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(SECOND, json=refund(refund_id="retx9100456712x1x2", cf_refund_id="2"))
    fact = cashfree.find_refund(AGAIN)
    assert fact is not None and (fact.refund_id, fact.key) == ("2", "ret-9100456712-1-2")


def test_an_elder_that_paid_after_all_counts(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    newest = refund(refund_id="retx9100456712x1x2", refund_status="CANCELLED")
    api.get(SECOND, json=newest)
    api.get(ONE, json=refund(refund_status="SUCCESS"))
    fact = cashfree.find_refund(AGAIN)
    assert fact is not None and (fact.status, fact.key) == (
        RefundStatus.PROCESSED,
        "ret-9100456712-1",
    )
    api.replace(responses.GET, ONE, json=refund(refund_status="FAILED"))
    failed = cashfree.find_refund(AGAIN)
    assert failed is not None and failed.key == "ret-9100456712-1-2"


def test_an_elder_that_failed_says_nothing_about_this_attempt(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(SECOND, json=missing("refund"), status=404)
    api.get(ONE, json=refund(refund_status="CANCELLED"))
    assert cashfree.find_refund(AGAIN) is None


def test_what_can_never_be_a_refund_does_not_leave(cashfree: CashfreeGateway) -> None:
    for order in (replace(REFUND, amount=99), replace(REFUND, provider_order_id=None)):
        with pytest.raises(GatewayError) as caught:
            cashfree.refund(order)
        assert (caught.value.kind, caught.value.outcome_unknown) == (_K.VALIDATION, False)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("dup-9100456712", "dupx9100456712"),
        ("ret-9100456712-1", "retx9100456712x1"),
        ("ret-9100456712-1-2", "retx9100456712x1x2"),
    ],
)
def test_our_keys_stay_readable(key: str, shown: str) -> None:
    assert refund_id(key) == shown


@given(st.lists(st.text(alphabet="ret-dup0129xA_", min_size=1, max_size=60), unique=True))
def test_two_keys_never_become_one(keys: list[str]) -> None:
    made = [refund_id(key) for key in keys]
    assert len(set(made)) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9]{3,40}", one) for one in made)


def test_returns_and_their_second_tries_do_not_meet() -> None:
    second_try = wire_key(return_key("9100456712", 1), 2)
    assert refund_id(second_try) != refund_id(return_key("9100456712", 12))
    assert refund_id(excess_key("12")) != refund_id(excess_key("1-2"))
