"""The Cashfree adapter looks and closes: what it believes about money, and what it asks for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import responses

from pos_desktop.domain.payment import CollectState, GatewayStatus, PaymentStatus
from pos_desktop.gateways.cashfree import CashfreeGateway
from pos_desktop.gateways.spare import SpareLooks
from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.unit.gateways.cashfree_answers import (
    COLLECT,
    LINK_ID,
    LINK_ORDER,
    LINKS,
    ORDERS,
    PAY,
    QR_COLLECT,
    QR_ID,
    link,
    link_order,
    missing,
    order,
    payment,
    refund,
    refused,
    sent,
)

_K = GatewayErrorKind
LINK = f"{LINKS}/{LINK_ID}"
QR = f"{ORDERS}/{QR_ID}"


def asked(api: responses.RequestsMock) -> list[str]:
    """What was asked for, without the host."""
    return [str(call.request.url).split("/pg/")[1] for call in api.calls]


# -- orders ----------------------------------------------------------------------------------------


def test_an_active_order_is_asked_for_attempts_only_now_and_then(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    """ "Get payments" is limited to 100 a minute for all counters together (9)."""
    api.get(QR, json=order())
    api.get(f"{QR}/payments", json=[payment(payment_status="FAILED", is_captured=False)])
    looks = [cashfree.fetch(QR_COLLECT) for _ in range(10)]
    assert all(seen.status is GatewayStatus.OPEN for seen in looks)
    assert [len(seen.payments) for seen in looks] == [1] * 4 + [0] * 6
    assert len(asked(api)) == 14


def test_a_paid_order_tells_its_payments_at_once(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(QR, json=order(order_status="PAID"))
    api.get(f"{QR}/payments", json=[payment()])
    api.get(f"{QR}/refunds", json=[])
    for _ in range(6):
        seen = cashfree.fetch(QR_COLLECT)
        assert (seen.status, seen.provider_order_id) == (GatewayStatus.PAID, QR_ID)
        (fact,) = seen.payments
        assert (fact.payment_id, fact.amount, fact.rrn) == (PAY, 124950, "632712345678")
        assert (fact.method, fact.vpa) == ("upi", "as***@examplebank")
    one = [f"orders/{QR_ID}", f"orders/{QR_ID}/payments", f"orders/{QR_ID}/refunds"]
    assert asked(api) == one * 6


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("TERMINATION_REQUESTED", GatewayStatus.CLOSING),
        ("TERMINATED", GatewayStatus.CANCELLED),
        ("EXPIRED", GatewayStatus.EXPIRED),
        ("MOON", GatewayStatus.UNKNOWN),
        (7, GatewayStatus.UNKNOWN),
        (None, GatewayStatus.UNKNOWN),
    ],
)
def test_an_order_that_is_over_may_still_have_money(
    api: responses.RequestsMock, cashfree: CashfreeGateway, word: object, status: GatewayStatus
) -> None:
    api.get(QR, json=order(order_status=word))
    api.get(f"{QR}/payments", json=[payment(payment_status="PENDING", is_captured=False)])
    seen = cashfree.fetch(QR_COLLECT)
    assert (seen.status, [p.status for p in seen.payments]) == (status, [PaymentStatus.CREATED])
    api.replace(responses.GET, f"{QR}/payments", json=[payment()])
    api.get(f"{QR}/refunds", json=[])
    late = cashfree.fetch(QR_COLLECT)
    assert (late.status, late.payments[0].status) == (GatewayStatus.PAID, PaymentStatus.CAPTURED)


def test_money_that_cashfree_sent_back_by_itself(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    auto = refund(refund_status="SUCCESS", refund_amount=1249.5, refund_type="PAYMENT_AUTO_REFUND")
    api.get(QR, json=order(order_status="EXPIRED"))
    api.get(f"{QR}/payments", json=[payment()])
    api.get(f"{QR}/refunds", json=[{**auto, "cf_payment_id": None}])
    seen = cashfree.fetch(QR_COLLECT)
    (fact,) = seen.payments
    assert (fact.status, fact.amount_refunded) == (PaymentStatus.REFUNDED, 124950)
    assert (fact.error_reason, seen.status) == ("auto_refund", GatewayStatus.EXPIRED)


def test_what_goes_back_is_told_with_the_payment(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    done = refund(refund_status="SUCCESS")
    begun = refund(refund_status="PENDING", refund_amount=100)
    failed = refund(refund_status="CANCELLED", refund_amount=1000)
    api.get(QR, json=order(order_status="PAID"))
    api.get(f"{QR}/payments", json=[payment()])
    api.get(f"{QR}/refunds", json=[done, begun, failed, {**done, "cf_payment_id": 7}])
    for state in (CollectState.OPEN, CollectState.PAID, CollectState.CANCELLED):
        (fact,) = cashfree.fetch(replace(QR_COLLECT, state=state)).payments
        assert (fact.status, fact.amount_refunded) == (PaymentStatus.CAPTURED, 34950)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 429, "body": "slow down"},
        {"status": 502, "body": "<html>"},
        {"json": {"refunds": []}},
        {"json": [refund(refund_status="SUCCESS", refund_amount=1249.51)]},
        {"json": [refund(refund_amount=None)]},
    ],
)
def test_money_is_told_although_refunds_cannot_be_read(
    api: responses.RequestsMock, cashfree: CashfreeGateway, answer: dict[str, Any]
) -> None:
    """ "Get refund" is limited to 30 a minute: that must not hide a payment."""
    api.get(QR, json=order(order_status="PAID"))
    api.get(f"{QR}/payments", json=[payment()])
    api.get(f"{QR}/refunds", **answer)
    for state in (CollectState.OPEN, CollectState.EXPIRED):
        (fact,) = cashfree.fetch(replace(QR_COLLECT, state=state)).payments
        assert (fact.status, fact.amount_refunded) == (PaymentStatus.CAPTURED, 0)
    with pytest.raises(GatewayError) as caught:
        cashfree.fetch(replace(QR_COLLECT, state=CollectState.PAID))
    limited = caught.value.kind is _K.RATE_LIMITED
    assert limited or caught.value.kind is _K.UNAVAILABLE
    assert caught.value.narrow is limited


def test_after_a_refusal_refunds_are_not_looked_for_beside_the_money(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(QR, json=order(order_status="PAID"))
    api.get(f"{QR}/payments", json=[payment()])
    api.get(f"{QR}/refunds", status=429, headers={"x-ratelimit-retry": "20"})
    for _ in range(3):
        assert cashfree.fetch(QR_COLLECT).status is GatewayStatus.PAID
    assert asked(api).count(f"orders/{QR_ID}/refunds") == 1
    with pytest.raises(GatewayError):
        cashfree.fetch(replace(QR_COLLECT, state=CollectState.PAID))
    assert asked(api).count(f"orders/{QR_ID}/refunds") == 2


def test_what_is_paid_is_asked_for_refunds_first(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    """A refusal there costs nothing of what others need."""
    api.get(f"{QR}/refunds", status=429)
    api.get(f"{ORDERS}/{LINK_ORDER}/refunds", status=429)
    paid = replace(COLLECT, state=CollectState.PAID, provider_order_id=LINK_ORDER)
    for collect in (replace(QR_COLLECT, state=CollectState.PAID), paid):
        with pytest.raises(GatewayError) as caught:
            cashfree.fetch(collect)
        assert caught.value.narrow
    assert asked(api) == [f"orders/{QR_ID}/refunds", f"orders/{LINK_ORDER}/refunds"]


def test_a_paid_link_tells_what_went_back_of_it(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(LINK, json=link(link_status="PAID", link_amount_paid="1249.50"))
    listed_orders(api, [link_order(order_status="PAID")])
    api.get(f"{ORDERS}/{LINK_ORDER}/payments", json=[payment(LINK_ORDER)])
    api.get(f"{ORDERS}/{LINK_ORDER}/refunds", json=[refund(refund_status="SUCCESS")])
    for order_id in (LINK_ORDER, None):
        paid = replace(COLLECT, state=CollectState.PAID, provider_order_id=order_id)
        (fact,) = cashfree.fetch(paid).payments
        assert fact.amount_refunded == 24950
    assert asked(api).count(f"orders/{LINK_ORDER}/refunds") == 2


def test_two_payments_of_one_order_are_both_told(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    twice = [payment(), payment(cf_payment_id=9100456713, payment_amount="1249.50")]
    nobody = payment(cf_payment_id="9", payment_status="NOT_ATTEMPTED", payment_amount=None)
    api.get(QR, json=order(order_status="PAID"))
    api.get(f"{QR}/payments", json=[*twice, nobody])
    api.get(f"{QR}/refunds", json=[refund(cf_payment_id=None)])
    told = [(p.payment_id, p.amount) for p in cashfree.fetch(QR_COLLECT).payments]
    assert told == [(PAY, 124950), ("9100456713", 124950)]


def test_a_smaller_payment_does_not_make_it_paid_by_itself(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(QR, json=order(order_status="TERMINATION_REQUESTED"))
    api.get(f"{QR}/payments", json=[payment(payment_amount=1000)])
    api.get(f"{QR}/refunds", json=[])
    seen = cashfree.fetch(QR_COLLECT)
    assert (seen.status, seen.payments[0].amount) == (GatewayStatus.CLOSING, 100_000)


@pytest.mark.parametrize(
    "entity",
    [order("FM01-2627-000999-q1"), {**order(), "order_id": None}, order(order_amount="x"), {}, []],
)
def test_another_order_or_a_broken_one_is_no_answer(
    api: responses.RequestsMock, cashfree: CashfreeGateway, entity: object
) -> None:
    api.get(QR, json=entity)
    api.get(f"{QR}/payments", json=[])
    with pytest.raises(GatewayError) as caught:
        cashfree.fetch(QR_COLLECT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNAVAILABLE, False)
    api.assert_all_requests_are_fired = False


@pytest.mark.parametrize(
    "listed",
    [
        [payment("FM01-2627-000999-q1")],
        [{**payment(), "order_id": None}],
        [payment(cf_payment_id=None)],
        [payment(payment_amount="1,249.50")],
        [payment(payment_amount=None)],
        ["payment"],
        {"payments": []},
        None,
    ],
)
def test_payments_of_another_order_or_broken_ones_are_no_answer(
    api: responses.RequestsMock, cashfree: CashfreeGateway, listed: object
) -> None:
    api.get(QR, json=order(order_status="PAID"))
    api.get(f"{QR}/payments", json=listed)
    with pytest.raises(GatewayError) as caught:
        cashfree.fetch(QR_COLLECT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNAVAILABLE, False)


def test_terminate_sends_the_documented_body(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.patch(QR, json=order(order_status="TERMINATED"))
    api.get(f"{QR}/payments", json=[])
    seen = cashfree.close(QR_COLLECT)
    assert (seen.status, seen.close_reason) == (GatewayStatus.CANCELLED, "cancelled")
    assert sent(api, 0) == {"order_status": "TERMINATED"}


def test_termination_that_is_only_requested_is_closing(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.patch(QR, json=order(order_status="TERMINATION_REQUESTED"))
    api.get(f"{QR}/payments", json=[payment(payment_status="PENDING", is_captured=False)])
    seen = cashfree.close(QR_COLLECT)
    assert (seen.status, seen.close_reason) == (GatewayStatus.CLOSING, None)


@pytest.mark.parametrize("status", [400, 409, 422])
def test_payment_wins_over_termination(
    api: responses.RequestsMock, cashfree: CashfreeGateway, status: int
) -> None:
    api.patch(QR, json=refused("order is already paid"), status=status)
    api.get(QR, json=order(order_status="PAID"))
    api.get(f"{QR}/payments", json=[payment()])
    api.get(f"{QR}/refunds", json=[])
    assert cashfree.close(QR_COLLECT).status is GatewayStatus.PAID


def test_closing_what_is_not_there_or_in_doubt(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.patch(QR, json=missing(), status=404)
    with pytest.raises(GatewayError) as caught:
        cashfree.close(QR_COLLECT)
    assert caught.value.kind is _K.NOT_FOUND
    api.replace(responses.PATCH, QR, body="<html>", status=502)
    with pytest.raises(GatewayError) as caught:
        cashfree.close(QR_COLLECT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)
    api.replace(responses.PATCH, QR, json=order("FM01-2627-000999-q1"))
    with pytest.raises(GatewayError) as caught:
        cashfree.close(QR_COLLECT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.UNKNOWN_OUTCOME, True)


def test_without_an_id_nothing_is_asked(cashfree: CashfreeGateway) -> None:
    for call in (cashfree.fetch, cashfree.close):
        with pytest.raises(GatewayError) as caught:
            call(replace(COLLECT, gateway_id=None))
        assert caught.value.kind is _K.NOT_FOUND


# -- links -----------------------------------------------------------------------------------------


def listed_orders(api: responses.RequestsMock, orders: Sequence[Any]) -> None:
    api.get(f"{LINK}/orders", json=list(orders))


def test_an_active_link_is_one_request_but_for_the_spare_looks(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(LINK, json=link())
    listed_orders(api, [link_order()])
    failed = payment(LINK_ORDER, payment_status="USER_DROPPED", is_captured=False)
    api.get(f"{ORDERS}/{LINK_ORDER}/payments", json=[failed])
    looks = [cashfree.fetch(COLLECT) for _ in range(9)]
    assert all(seen.status is GatewayStatus.OPEN for seen in looks)
    assert [len(seen.payments) for seen in looks] == [1] * 4 + [0] * 5
    (fact,) = looks[0].payments
    assert (fact.status, fact.error_reason) == (PaymentStatus.FAILED, "user_dropped")
    assert asked(api)[1] == f"links/{LINK_ID}/orders?status=ALL"


def test_a_paid_link_tells_the_order_on_which_a_refund_hangs(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(LINK, json=link(link_status="PAID", link_amount_paid="1249.50"))
    tried = order("CFPay_k9_try", created_at="2026-11-23T10:16:00+05:30")
    listed_orders(api, [link_order(order_status="PAID", created_at="2026-11-23T10:20:00"), tried])
    api.get(f"{ORDERS}/{LINK_ORDER}/payments", json=[payment(LINK_ORDER)])
    api.get(f"{ORDERS}/{LINK_ORDER}/refunds", json=[])
    for _ in range(6):
        seen = cashfree.fetch(COLLECT)
        assert (seen.status, seen.provider_order_id) == (GatewayStatus.PAID, LINK_ORDER)
        assert [p.provider_order_id for p in seen.payments] == [LINK_ORDER]


def test_a_running_attempt_beside_a_paid_one_is_told_too(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(LINK, json=link(link_status="PAID"))
    newer = order("CFPay_k9_new", created_at="2026-11-23T10:21:00+05:30")
    listed_orders(api, [newer, link_order(order_status="PAID")])
    api.get(f"{ORDERS}/{LINK_ORDER}/payments", json=[payment(LINK_ORDER)])
    api.get(f"{ORDERS}/{LINK_ORDER}/refunds", json=[])
    pending = payment("CFPay_k9_new", cf_payment_id=2, payment_status="PENDING")
    api.get(f"{ORDERS}/CFPay_k9_new/payments", json=[pending])
    seen = cashfree.fetch(COLLECT)
    assert [p.status for p in seen.payments] == [PaymentStatus.CAPTURED, PaymentStatus.CREATED]
    assert seen.provider_order_id == LINK_ORDER


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PARTIALLY_PAID", GatewayStatus.PART),
        ("EXPIRED", GatewayStatus.EXPIRED),
        ("CANCELLED", GatewayStatus.CANCELLED),
        ("SLEEPING", GatewayStatus.UNKNOWN),
    ],
)
def test_late_and_part_money_of_a_link(
    api: responses.RequestsMock, cashfree: CashfreeGateway, word: str, status: GatewayStatus
) -> None:
    api.get(LINK, json=link(link_status=word))
    listed_orders(api, [link_order(order_status="PAID", order_amount=500)])
    api.get(f"{ORDERS}/{LINK_ORDER}/payments", json=[payment(LINK_ORDER, payment_amount=500)])
    api.get(f"{ORDERS}/{LINK_ORDER}/refunds", json=[])
    seen = cashfree.fetch(COLLECT)
    assert (seen.status, [p.amount for p in seen.payments]) == (status, [50_000])


def test_an_active_link_that_says_money_came_is_always_looked_into(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(LINK, json=link(link_amount_paid=1249.5))
    listed_orders(api, [link_order(order_status="PAID")])
    api.get(f"{ORDERS}/{LINK_ORDER}/payments", json=[payment(LINK_ORDER)])
    api.get(f"{ORDERS}/{LINK_ORDER}/refunds", json=[])
    assert {cashfree.fetch(COLLECT).status for _ in range(6)} == {GatewayStatus.PAID}


@pytest.mark.parametrize("orders", [[{"order_status": "PAID"}], "orders", [1], {"orders": []}])
def test_broken_orders_of_a_link_are_no_answer(
    api: responses.RequestsMock, cashfree: CashfreeGateway, orders: object
) -> None:
    api.get(LINK, json=link(link_status="PAID"))
    api.get(f"{LINK}/orders", json=orders)
    with pytest.raises(GatewayError) as caught:
        cashfree.fetch(COLLECT)
    assert caught.value.kind is _K.UNAVAILABLE


def test_a_look_does_not_hide_money_behind_a_bad_address(
    api: responses.RequestsMock, cashfree: CashfreeGateway
) -> None:
    api.get(LINK, json=link(link_status="PAID", link_url="https://evil.example/x"))
    listed_orders(api, [link_order(order_status="PAID")])
    api.get(f"{ORDERS}/{LINK_ORDER}/payments", json=[payment(LINK_ORDER)])
    api.get(f"{ORDERS}/{LINK_ORDER}/refunds", json=[])
    seen = cashfree.fetch(COLLECT)
    assert (seen.url, seen.status) == (None, GatewayStatus.PAID)


def test_close_link(api: responses.RequestsMock, cashfree: CashfreeGateway) -> None:
    api.post(f"{LINK}/cancel", json=link(link_status="CANCELLED"))
    listed_orders(api, [])
    seen = cashfree.close(COLLECT)
    assert (seen.status, seen.close_reason) == (GatewayStatus.CANCELLED, "cancelled")
    assert sent(api, 0) == {}


@pytest.mark.parametrize("status", [400, 409])
def test_payment_wins_over_cancel(
    api: responses.RequestsMock, cashfree: CashfreeGateway, status: int
) -> None:
    api.post(f"{LINK}/cancel", json=refused("link cannot be cancelled"), status=status)
    api.get(LINK, json=link(link_status="PAID"))
    listed_orders(api, [link_order(order_status="PAID")])
    api.get(f"{ORDERS}/{LINK_ORDER}/payments", json=[payment(LINK_ORDER)])
    api.get(f"{ORDERS}/{LINK_ORDER}/refunds", json=[])
    assert cashfree.close(COLLECT).status is GatewayStatus.PAID


# -- what it cannot do, and how often it looks -----------------------------------------------------


def test_what_cashfree_does_by_itself_or_not_at_all(cashfree: CashfreeGateway) -> None:
    with pytest.raises(GatewayError) as caught:
        cashfree.capture(PAY, 124950)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.STATE, False)
    with pytest.raises(GatewayError) as caught:
        cashfree.payments_between(0, 1)
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.FEATURE_OFF, False)


class Ticking:
    """A clock that the test moves."""

    seconds = 0.0

    def now(self) -> int:
        return 0

    def monotonic(self) -> float:
        return self.seconds


def test_spare_looks_come_back_one_in_fifteen_seconds() -> None:
    clock = Ticking()
    looks = SpareLooks(clock)
    assert [looks.take() for _ in range(6)] == [True] * 4 + [False] * 2
    clock.seconds = 14.9
    assert not looks.take()
    clock.seconds = 15.0
    assert looks.take()
    clock.seconds = 10_000.0
    assert [looks.take() for _ in range(6)] == [True] * 4 + [False] * 2


def test_spare_looks_rest_for_half_an_hour_after_a_refusal() -> None:
    clock = Ticking()
    looks = SpareLooks(clock)
    with pytest.raises(GatewayError), looks.heeding():
        raise GatewayError(_K.UNAVAILABLE)
    assert looks.take()
    with pytest.raises(GatewayError), looks.heeding():
        raise GatewayError(_K.RATE_LIMITED)
    clock.seconds = 1799.9
    assert not looks.take()
    clock.seconds = 1800.0
    assert [looks.take() for _ in range(2)] == [True, False]
