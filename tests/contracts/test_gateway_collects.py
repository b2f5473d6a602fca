"""The contract of ``ports.Gateway``: what is payable, from its making to its end."""

from dataclasses import replace

import pytest

from pos_desktop.domain.payment import GatewayStatus, PaymentStatus
from pos_desktop.net.http import wall_clock
from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.contracts.gateway_case import Way
from tests.contracts.gateway_world import Fault, World, collect_of, intent_of
from tests.support.practice import wait_for

MONEY = (PaymentStatus.CAPTURED,)


def test_what_is_made_is_open_in_paise_and_rupees(way: Way) -> None:
    opened = way.open(100101)
    made = opened.made
    assert (made.kind, made.status) == (way.kind, GatewayStatus.OPEN)
    assert (made.amount, made.currency, made.payments) == (100101, "INR", ())
    assert made.url or made.upi_payload or made.image_url
    assert made.expires_at is not None
    life = opened.asked.life * 1000
    assert abs(made.expires_at - wall_clock() - life) < 15_000
    looked = opened.look()
    assert (looked.gateway_id, looked.status) == (made.gateway_id, GatewayStatus.OPEN)
    assert (looked.amount, looked.currency, looked.payments) == (100101, "INR", ())


def test_it_is_found_by_our_reference_alone(way: Way) -> None:
    opened = way.open()
    found = way.gateway.find(opened.asked)
    assert found is not None
    assert (found.gateway_id, found.amount) == (opened.made.gateway_id, 124950)
    assert way.gateway.find(intent_of(way.kind)) is None


def test_a_paid_one_tells_the_capture_in_paise(way: Way) -> None:
    opened = way.open(100101)
    payment_id = way.world.pay(opened.made)
    seen = opened.look()
    assert seen.status is GatewayStatus.PAID
    (fact,) = seen.payments
    assert (fact.gateway, fact.payment_id) == (way.world.name, payment_id)
    assert (fact.status, fact.amount, fact.currency) == (PaymentStatus.CAPTURED, 100101, "INR")
    assert (fact.amount_refunded, len(fact.rrn or "")) == (0, 12)
    assert abs(fact.created_at - wall_clock()) < 15_000
    found = way.gateway.find(opened.asked)
    assert found is not None and found.status is GatewayStatus.PAID
    assert [p.payment_id for p in found.payments] == [payment_id]


def test_asking_twice_tells_the_same(way: Way) -> None:
    opened = way.open()
    way.world.pay(opened.made)
    first, second = opened.look(), opened.look()
    assert (first.status, first.payments) == (second.status, second.payments)


@pytest.mark.parametrize("amount", [124949, 124951, 100])
def test_another_amount_is_told_as_it_is(way: Way, amount: int) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made, amount=amount)
    seen = opened.look()
    told = [(p.payment_id, p.amount) for p in seen.payments if p.status in MONEY]
    assert (seen.amount, told) == (124950, [(payment_id, amount)])


def test_a_failed_attempt_leaves_it_open_and_may_succeed_later(way: Way) -> None:
    opened = way.open()
    failed = way.world.fail(opened.made)
    seen = opened.look()
    assert seen.status is GatewayStatus.OPEN
    assert all(p.status is PaymentStatus.FAILED for p in seen.payments)
    way.world.pay(opened.made, attempt=failed)
    after = opened.look()
    assert after.status is GatewayStatus.PAID
    assert [p.amount for p in after.payments if p.status in MONEY] == [124950]


def test_closing_twice_is_closing_once(way: Way) -> None:
    opened = way.open()
    assert opened.close().status is GatewayStatus.CANCELLED
    assert opened.close().status is GatewayStatus.CANCELLED
    assert opened.look().status is GatewayStatus.CANCELLED


def test_payment_wins_over_close(way: Way) -> None:
    opened = way.open()
    payment_id = way.world.pay(opened.made)
    seen = opened.close()
    assert seen.status is GatewayStatus.PAID
    assert [p.payment_id for p in seen.payments if p.status in MONEY] == [payment_id]


def test_late_money_on_a_closed_one_is_told(way: Way) -> None:
    opened = way.open()
    opened.close()
    payment_id = way.world.pay(opened.made, late=True)
    seen = opened.look()
    assert [(p.payment_id, p.amount) for p in seen.payments if p.status in MONEY] == [
        (payment_id, 124950)
    ]


def test_its_end_is_told(way: Way) -> None:
    opened = way.open()
    way.world.expire(opened.made)
    wait_for(lambda: opened.look().status is GatewayStatus.EXPIRED, seconds=5)


def test_an_id_that_the_gateway_does_not_know(way: Way) -> None:
    opened = way.open()
    strange = opened.made.gateway_id[:-4] + "ZZZZ"
    asked = intent_of(way.kind)
    collect = collect_of(way.world.name, asked, opened.made)
    for call in (way.gateway.fetch, way.gateway.close):
        with pytest.raises(GatewayError) as caught:
            call(replace(collect, gateway_id=strange))
        assert caught.value.kind is GatewayErrorKind.NOT_FOUND
        assert not caught.value.outcome_unknown


@pytest.mark.parametrize("fault", [Fault.HANG_AFTER_WORK, Fault.DROPPED_AFTER_WORK])
def test_work_done_without_an_answer_is_found(way: Way, fault: Fault) -> None:
    hasty = way.world.gateway(patience=0.5)
    hasty.ping()
    asked = intent_of(way.kind)
    way.world.arm(fault, writing=True)
    with pytest.raises(GatewayError) as caught:
        hasty.create(asked)
    assert caught.value.outcome_unknown
    found = hasty.find(asked)
    assert found is not None
    assert (found.amount, found.status) == (124950, GatewayStatus.OPEN)


@pytest.mark.parametrize("fault", [Fault.HANG_AFTER_WORK, Fault.DROPPED_AFTER_WORK])
def test_a_close_without_an_answer_is_repeated(way: Way, fault: Fault) -> None:
    opened = way.open()
    hasty = way.world.gateway(patience=0.5)
    way.world.arm(fault, writing=True)
    collect = collect_of(way.world.name, opened.asked, opened.made)
    with pytest.raises(GatewayError) as caught:
        hasty.close(collect)
    assert caught.value.outcome_unknown
    assert hasty.close(collect).status is GatewayStatus.CANCELLED


def test_a_key_that_the_gateway_refuses(world: World) -> None:
    stranger = world.gateway(known=False)
    with pytest.raises(GatewayError) as caught:
        stranger.ping()
    assert caught.value.kind is GatewayErrorKind.AUTH
    world.gateway().ping()


def test_the_reference_of_another_counter_is_not_ours(way: Way) -> None:
    """A cloned disk makes the same reference: its link is neither shown nor counted here."""
    theirs = replace(intent_of(way.kind), device="till-1")
    way.gateway.create(theirs)
    assert way.gateway.find(theirs) is not None
    ours = replace(theirs, device="till-2")
    with pytest.raises(GatewayError) as refused:
        way.gateway.find(ours)
    assert refused.value.kind is GatewayErrorKind.DUPLICATE
