"""The contract of ``ports.Gateway``: money taken, given back, and listed."""

from dataclasses import replace

import pytest

from pos_desktop.domain.payment import PaymentStatus, RefundFact, RefundStatus
from pos_desktop.net.http import wall_clock
from pos_desktop.ports import GatewayError, GatewayErrorKind, RefundOrder
from tests.contracts.gateway_case import Opened, Way
from tests.contracts.gateway_world import COUNTER, Fault, refund_order
from tests.support.practice import wait_for

REFUSED = (GatewayErrorKind.STATE, GatewayErrorKind.VALIDATION)
LOST = [Fault.HANG_AFTER_WORK, Fault.DROPPED_AFTER_WORK]
NOT_DONE = [Fault.HANG, Fault.DROPPED, Fault.HTML, Fault.BROKEN]
BEGUN = (RefundStatus.PENDING, RefundStatus.PROCESSED)


def authorised(opened: Opened) -> str:
    payment_id = opened.way.world.authorise(opened.made)
    if payment_id is None:
        pytest.skip(f"{opened.way.world.name} captures by itself")
    return payment_id


def given_back(opened: Opened, payment_id: str) -> int:
    """Paise that the gateway says went back of this payment."""
    facts = [fact for fact in opened.look().payments if fact.payment_id == payment_id]
    return facts[0].amount_refunded


def order_for(opened: Opened, payment_id: str, amount: int, *keys: str) -> RefundOrder:
    return refund_order(payment_id, amount, opened.look(), keys)


# -- capture ---------------------------------------------------------------------------------------


def test_authorised_money_is_told_and_can_be_taken(way: Way) -> None:
    opened = way.open()
    payment_id = authorised(opened)
    assert [p.status for p in opened.look().payments] == [PaymentStatus.AUTHORISED]
    taken = way.gateway.capture(payment_id, 124950)
    assert (taken.payment_id, taken.status) == (payment_id, PaymentStatus.CAPTURED)
    assert (taken.amount, taken.currency) == (124950, "INR")
    assert way.gateway.capture(payment_id, 124950) == taken
    assert [p.status for p in opened.look().payments] == [PaymentStatus.CAPTURED]


def test_another_amount_is_never_taken(way: Way) -> None:
    opened = way.open()
    payment_id = authorised(opened)
    with pytest.raises(GatewayError) as caught:
        way.gateway.capture(payment_id, 124951)
    assert caught.value.kind in REFUSED
    assert not caught.value.outcome_unknown
    assert [p.status for p in opened.look().payments] == [PaymentStatus.AUTHORISED]


@pytest.mark.parametrize("fault", LOST)
def test_a_capture_without_an_answer_is_asked_again(way: Way, fault: Fault) -> None:
    opened = way.open()
    payment_id = authorised(opened)
    hasty = way.world.gateway(patience=0.4)
    way.world.arm(fault, writing=True)
    with pytest.raises(GatewayError) as caught:
        hasty.capture(payment_id, 124950)
    assert caught.value.outcome_unknown
    assert hasty.capture(payment_id, 124950).status is PaymentStatus.CAPTURED


def test_what_failed_cannot_be_taken(way: Way) -> None:
    opened = way.open()
    failed = way.world.fail(opened.made)
    with pytest.raises(GatewayError) as caught:
        way.gateway.capture(failed, 124950)
    assert caught.value.kind in REFUSED


# -- refunds ---------------------------------------------------------------------------------------


def test_the_same_key_gives_back_once(way: Way) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    order = order_for(opened, payment_id, 24950)
    fact = way.gateway.refund(order)
    assert (fact.gateway, fact.payment_id, fact.key) == (way.world.name, payment_id, order.key)
    assert (fact.amount, fact.currency) == (24950, "INR")
    assert fact.status in BEGUN
    assert abs(fact.created_at - wall_clock()) < 15_000
    again = way.gateway.refund(order)
    assert (again.refund_id, again.amount) == (fact.refund_id, 24950)
    assert given_back(opened, payment_id) == 24950


def test_parts_add_up_and_never_exceed_what_was_paid(way: Way) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    first = way.gateway.refund(order_for(opened, payment_id, 24950))
    second = way.gateway.refund(order_for(opened, payment_id, 50000))
    assert first.refund_id != second.refund_id
    assert given_back(opened, payment_id) == 74950
    too_much = order_for(opened, payment_id, 50001)
    with pytest.raises(GatewayError) as caught:
        way.gateway.refund(too_much)
    assert caught.value.kind in REFUSED
    assert caught.value.text
    assert way.gateway.find_refund(too_much) is None
    way.gateway.refund(order_for(opened, payment_id, 50000))
    assert given_back(opened, payment_id) == 124950
    with pytest.raises(GatewayError) as caught:
        way.gateway.refund(order_for(opened, payment_id, 100))
    assert caught.value.kind in REFUSED


@pytest.mark.parametrize("fault", LOST)
def test_a_refund_without_an_answer_is_found(way: Way, fault: Fault) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    order = order_for(opened, payment_id, 24950)
    hasty = way.world.gateway(patience=0.4)
    way.world.arm(fault, writing=True)
    with pytest.raises(GatewayError) as caught:
        hasty.refund(order)
    assert caught.value.outcome_unknown
    found = hasty.find_refund(order)
    assert found is not None
    assert (found.key, found.amount) == (order.key, 24950)
    assert hasty.refund(order).refund_id == found.refund_id
    assert given_back(opened, payment_id) == 24950


@pytest.mark.parametrize("fault", NOT_DONE)
def test_a_refund_that_never_arrived_is_proved_absent(way: Way, fault: Fault) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    order = order_for(opened, payment_id, 24950)
    hasty = way.world.gateway(patience=0.4)
    way.world.arm(fault, writing=True)
    with pytest.raises(GatewayError) as caught:
        hasty.refund(order)
    assert caught.value.outcome_unknown
    assert hasty.find_refund(order) is None
    assert hasty.refund(order).amount == 24950
    assert given_back(opened, payment_id) == 24950


def test_a_key_with_another_amount_gives_nothing_more_back(way: Way) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    order = order_for(opened, payment_id, 24950)
    first = way.gateway.refund(order)
    try:
        other = way.gateway.refund(replace(order, amount=30000))
    except GatewayError as error:
        assert error.kind in REFUSED
    else:
        assert (other.refund_id, other.amount) == (first.refund_id, 24950)
    assert given_back(opened, payment_id) == 24950


def ended(way: Way, order: RefundOrder, status: RefundStatus) -> RefundFact:
    seen: list[RefundFact] = []

    def there() -> bool:
        fact = way.gateway.find_refund(order)
        seen.extend([fact] if fact is not None else [])
        return fact is not None and fact.status is status

    wait_for(there, seconds=5)
    return seen[-1]


def test_a_pending_refund_is_processed_and_gets_its_bank_reference(way: Way) -> None:
    way.world.refunds_end(RefundStatus.PENDING)
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    order = order_for(opened, payment_id, 24950)
    fact = way.gateway.refund(order)
    assert (fact.status, fact.bank_ref) == (RefundStatus.PENDING, None)
    way.world.end_refund(fact.refund_id, RefundStatus.PROCESSED)
    done = ended(way, order, RefundStatus.PROCESSED)
    assert (done.refund_id, done.amount, done.key) == (fact.refund_id, 24950, order.key)
    wait_for(lambda: ended(way, order, RefundStatus.PROCESSED).bank_ref is not None, seconds=5)


def test_a_failed_refund_is_tried_again_with_a_new_key(way: Way) -> None:
    way.world.refunds_end(RefundStatus.PENDING)
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    first = order_for(opened, payment_id, 24950)
    fact = way.gateway.refund(first)
    way.world.end_refund(fact.refund_id, RefundStatus.FAILED)
    assert ended(way, first, RefundStatus.FAILED).refund_id == fact.refund_id
    second = replace(first, keys=(*first.keys, f"{first.key}-2"), refund_id=fact.refund_id)
    assert way.gateway.find_refund(second) is None
    again = way.gateway.refund(second)
    assert (again.key, again.refund_id != fact.refund_id) == (second.key, True)
    found = way.gateway.find_refund(second)
    assert found is not None and found.refund_id == again.refund_id


def test_no_balance_is_a_refusal_with_words(way: Way) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    way.world.no_balance()
    order = order_for(opened, payment_id, 24950)
    with pytest.raises(GatewayError) as caught:
        way.gateway.refund(order)
    assert caught.value.kind in REFUSED
    assert "balance" in caught.value.text.lower()
    assert way.gateway.find_refund(order) is None


def test_what_was_never_paid_cannot_go_back(way: Way) -> None:
    opened = way.open()
    way.world.pay(opened.made)
    strange = refund_order("pay_T1kQ7mWx9ZbC2d", 100, opened.look())
    with pytest.raises(GatewayError) as caught:
        way.gateway.refund(strange)
    assert caught.value.kind in (GatewayErrorKind.NOT_FOUND, *REFUSED)
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("amount", [0, 99, -100])
def test_less_than_a_rupee_never_leaves(way: Way, amount: int) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    before = way.world.requests()
    with pytest.raises(GatewayError) as caught:
        way.gateway.refund(refund_order(payment_id, amount, opened.made))
    assert caught.value.kind is GatewayErrorKind.VALIDATION
    assert way.world.requests() == before


# -- the account's list ----------------------------------------------------------------------------


def has_a_list(way: Way) -> None:
    """Where the account has no list, that is said, and nothing else is tested here."""
    if way.gateway.capabilities().lists_payments:
        return
    before = way.world.requests()
    with pytest.raises(GatewayError) as caught:
        way.gateway.payments_between(0, wall_clock())
    assert caught.value.kind is GatewayErrorKind.FEATURE_OFF
    assert way.world.requests() == before
    pytest.skip(f"{way.world.name} lists no payments")


def test_all_money_of_the_account_is_listed_oldest_first(way: Way) -> None:
    has_a_list(way)
    begin = wall_clock() - 1000
    opened = [way.open(amount) for amount in (10100, 10200, 10300, 10400, 10500)]
    paid = [way.world.pay(each.made) for each in opened]
    stray = way.world.stray(7700)
    stranger = way.world.gateway()  # it has made none of them: it must ask whose they are
    listed = stranger.payments_between(begin, wall_clock() + 1000)
    moments = [each.fact.created_at for each in listed]
    assert moments == sorted(moments)
    by_id = {each.fact.payment_id: each for each in listed}
    assert len(by_id) == len(listed)
    for payment_id, each in zip(paid, opened, strict=True):
        told = by_id[payment_id]
        assert (told.fact.amount, told.fact.status) == (each.asked.amount, PaymentStatus.CAPTURED)
        assert (told.gateway_id, told.reference) == (each.made.gateway_id, each.asked.reference)
        assert told.counter == COUNTER
    nobody = by_id[stray]
    assert (nobody.fact.amount, nobody.fact.currency) == (7700, "INR")
    assert (nobody.gateway_id, nobody.reference, nobody.counter) == (None, None, None)


def test_the_list_keeps_to_its_time(way: Way) -> None:
    has_a_list(way)
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    moment = opened.look().payments[0].created_at
    for start, end, there in (
        (moment - 5000, moment + 5000, True),
        (moment, moment, True),
        (moment - 60_000, moment - 5000, False),
        (moment + 5000, moment + 60_000, False),
    ):
        listed = [each.fact.payment_id for each in way.gateway.payments_between(start, end)]
        assert (payment_id in listed) is there


def test_a_list_that_fails_says_nothing(way: Way) -> None:
    has_a_list(way)
    hasty = way.world.gateway(patience=0.4)
    now = wall_clock()
    for fault, kind in (
        (Fault.HTML, GatewayErrorKind.UNAVAILABLE),
        (Fault.HANG, GatewayErrorKind.TIMEOUT),
        (Fault.RATE_LIMITED, GatewayErrorKind.RATE_LIMITED),
    ):
        way.world.arm(fault)
        with pytest.raises(GatewayError) as caught:
            hasty.payments_between(now - 1000, now)
        assert (caught.value.kind, caught.value.outcome_unknown) == (kind, False)
