"""The contract of ``ports.Gateway``: what goes wrong on the way, and what is said of it."""

import pytest

from pos_desktop.domain.payment import GatewayStatus, PaymentStatus
from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.contracts.gateway_case import Way
from tests.contracts.gateway_world import Fault, collect_of, intent_of

_K = GatewayErrorKind
READING = [
    (Fault.RATE_LIMITED, _K.RATE_LIMITED),
    (Fault.BROKEN, _K.UNAVAILABLE),
    (Fault.HTML, _K.UNAVAILABLE),
    (Fault.HANG, _K.TIMEOUT),
]
WRITING = [
    (Fault.RATE_LIMITED, _K.RATE_LIMITED, False),
    (Fault.BROKEN, _K.UNKNOWN_OUTCOME, True),
    (Fault.HTML, _K.UNKNOWN_OUTCOME, True),
    (Fault.HANG, _K.TIMEOUT, True),
    (Fault.DROPPED, _K.UNKNOWN_OUTCOME, True),
]


@pytest.mark.parametrize(("fault", "kind"), READING)
def test_a_look_that_fails_leaves_no_doubt(way: Way, fault: Fault, kind: _K) -> None:
    opened = way.open()
    way.world.pay(opened.made)
    hasty = way.world.gateway(patience=0.4)
    way.world.arm(fault)
    collect = collect_of(way.world.name, opened.asked, opened.made)
    with pytest.raises(GatewayError) as caught:
        hasty.fetch(collect)
    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, False)
    assert hasty.fetch(collect).status is GatewayStatus.PAID


def test_a_read_whose_connection_broke_is_made_again(way: Way) -> None:
    opened = way.open()
    way.world.arm(Fault.DROPPED)
    assert opened.look().status is GatewayStatus.OPEN


@pytest.mark.parametrize(("fault", "kind", "doubt"), WRITING)
def test_a_create_that_fails_says_whether_it_may_have_acted(
    way: Way, fault: Fault, kind: _K, doubt: bool
) -> None:
    hasty = way.world.gateway(patience=0.4)
    hasty.ping()
    asked = intent_of(way.kind)
    way.world.arm(fault, writing=True)
    with pytest.raises(GatewayError) as caught:
        hasty.create(asked)
    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, doubt)
    assert hasty.find(asked) is None
    assert hasty.create(asked).status is GatewayStatus.OPEN


@pytest.mark.parametrize(("fault", "kind", "doubt"), WRITING)
def test_a_close_that_fails_leaves_it_payable(
    way: Way, fault: Fault, kind: _K, doubt: bool
) -> None:
    opened = way.open()
    hasty = way.world.gateway(patience=0.4)
    collect = collect_of(way.world.name, opened.asked, opened.made)
    way.world.arm(fault, writing=True)
    with pytest.raises(GatewayError) as caught:
        hasty.close(collect)
    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, doubt)
    way.world.pay(opened.made)
    captured = [p for p in opened.look().payments if p.status is PaymentStatus.CAPTURED]
    assert [p.amount for p in captured] == [124950]


def test_many_faults_in_a_row_leave_the_money_as_it_is(way: Way) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    way.world.arm(Fault.BROKEN, count=3)
    for _ in range(3):
        with pytest.raises(GatewayError):
            opened.look()
    assert [p.payment_id for p in opened.look().payments] == [payment_id]
