"""What only Razorpay has, at its practice server: its switches, quirks and what looks cost."""

import threading
import time
from dataclasses import replace

import pytest

from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    GatewayStatus,
    PaymentStatus,
    RefundStatus,
)
from pos_desktop.net.http import wall_clock
from pos_desktop.ports import Gateway, GatewayError, GatewayErrorKind
from tests.contracts.gateway_case import Opened, Way
from tests.contracts.gateway_world import collect_of, intent_of, refund_order
from tests.contracts.razorpay_world import RazorpayWorld
from tests.support.practice import Practice, wait_for


@pytest.fixture
def world(practice: Practice) -> RazorpayWorld:
    return RazorpayWorld(practice)


def opened(world: RazorpayWorld, kind: CollectKind) -> Opened:
    return Way(world, kind).open()


def known(one: Opened) -> Collect:
    """As our database keeps it: with the expiry that the gateway told."""
    return replace(
        collect_of("razorpay", one.asked, one.made), expires_at=one.made.expires_at, asks=1
    )


def cost(world: RazorpayWorld, gateway: Gateway, collect: Collect) -> tuple[int, GatewayStatus]:
    before = world.requests()
    status = gateway.fetch(collect).status
    return world.requests() - before, status


# -- what cannot be closed -------------------------------------------------------------------------


def test_a_link_that_is_paid_in_part_ends_soon(world: RazorpayWorld) -> None:
    """Somebody allowed parts at the dashboard; Razorpay cancels no such link."""
    one = opened(world, CollectKind.LINK)
    address = f"/v1/payment_links/{one.made.gateway_id}"
    much_later = int(time.time()) + 24 * 3600
    allowed = {"accept_partial": True, "expire_by": much_later}
    assert world.practice.razorpay.patch(address, json=allowed).status_code == 200
    world.pay(one.made, amount=10000)
    for _ in range(2):
        seen = one.way.gateway.close(known(one))
        assert (seen.status, seen.expires_at is not None) == (GatewayStatus.PART, True)
        assert (seen.expires_at or 0) / 1000 < time.time() + 17 * 60
        assert [payment.amount for payment in seen.payments] == [10000]


# -- what a look costs -----------------------------------------------------------------------------


def test_looks_at_a_qr(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.QR)
    gateway = one.way.gateway
    assert cost(world, gateway, known(one)) == (1, GatewayStatus.OPEN)
    world.pay(one.made)
    assert cost(world, gateway, known(one)) == (3, GatewayStatus.PAID)


def test_looks_at_a_link(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.LINK)
    gateway = one.way.gateway
    assert cost(world, gateway, known(one)) == (1, GatewayStatus.OPEN)
    assert one.made.url is not None
    world.practice.control.get(one.made.url)
    assert cost(world, gateway, known(one)) == (2, GatewayStatus.OPEN)
    world.fail(one.made)
    assert cost(world, gateway, known(one)) == (2, GatewayStatus.OPEN)
    world.pay(one.made)
    assert cost(world, gateway, known(one)) == (3, GatewayStatus.PAID)


def test_attempts_on_an_open_link_are_looked_for_only_now_and_then(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.LINK)
    gateway = one.way.gateway
    world.practice.control.get(one.made.url or "")
    costs = [cost(world, gateway, known(one))[0] for _ in range(6)]
    assert costs == [2, 2, 2, 2, 1, 1]
    world.fail(one.made)
    assert gateway.fetch(known(one)).payments == ()
    world.pay(one.made)
    assert cost(world, gateway, known(one)) == (2, GatewayStatus.PAID)
    assert [p.status for p in gateway.fetch(known(one)).payments] == [PaymentStatus.CAPTURED]


def test_a_qr_that_somebody_else_closed_is_noticed_within_a_dozen_looks(
    world: RazorpayWorld,
) -> None:
    one = opened(world, CollectKind.QR)
    world.practice.razorpay.post(f"/v1/payments/qr_codes/{one.made.gateway_id}/close")
    looks = [one.way.gateway.fetch(replace(known(one), asks=n)).status for n in range(12)]
    assert looks == [GatewayStatus.OPEN] * 11 + [GatewayStatus.CANCELLED]


# -- the account -----------------------------------------------------------------------------------


def test_the_same_reference_gives_the_same_link(world: RazorpayWorld) -> None:
    gateway, asked = world.gateway(), intent_of(CollectKind.LINK)
    assert gateway.create(asked).gateway_id == gateway.create(asked).gateway_id


def test_a_qr_is_found_among_many(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.QR)
    for _ in range(105):
        one.way.open()
    found = world.gateway().find(one.asked)
    assert found is not None and found.gateway_id == one.made.gateway_id


def test_switches_of_the_account(world: RazorpayWorld) -> None:
    gateway = world.gateway()
    assert gateway.create(intent_of(CollectKind.QR)).upi_payload is not None
    assert gateway.capabilities().qr_payload
    world.practice.features(image_content=False)
    seen = gateway.create(intent_of(CollectKind.QR))
    assert seen.upi_payload is None and seen.image_url is not None
    assert not gateway.capabilities().qr_payload
    world.practice.features(qr=False)
    with pytest.raises(GatewayError) as caught:
        gateway.create(intent_of(CollectKind.QR))
    assert caught.value.kind is GatewayErrorKind.FEATURE_OFF
    assert not gateway.capabilities().qr


def test_a_key_that_was_rotated_is_refused(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.LINK)
    secret = world.practice.line["key_secret"]
    world.practice.do("keys", key_secret="another")
    try:
        with pytest.raises(GatewayError) as caught:
            one.look()
    finally:
        world.practice.do("keys", key_secret=secret)
    assert caught.value.kind is GatewayErrorKind.AUTH
    assert one.look().status is GatewayStatus.OPEN


def test_the_account_is_limited_for_all_its_counters(world: RazorpayWorld) -> None:
    counters = [world.gateway() for _ in range(3)]
    world.practice.do("limit", server="razorpay", per_minute=5)
    told = []
    for number in range(9):
        try:
            counters[number % 3].ping()
            told.append("well")
        except GatewayError as error:
            told.append(error.kind.value)
    assert told == ["well"] * 5 + ["rate_limited"] * 4


def test_a_login_page_of_some_network_is_no_answer(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.LINK)
    world.practice.fault("razorpay", "login_page")
    with pytest.raises(GatewayError) as caught:
        one.look()
    assert (caught.value.kind, caught.value.outcome_unknown) == (
        GatewayErrorKind.UNAVAILABLE,
        False,
    )
    world.practice.fault("razorpay", "login_page")
    asked = intent_of(CollectKind.LINK)
    with pytest.raises(GatewayError) as caught:
        one.way.gateway.create(asked)
    assert caught.value.outcome_unknown
    assert one.way.gateway.find(asked) is None


def test_a_stale_look_tells_old_news_and_the_next_one_the_truth(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.LINK)
    assert one.look().status is GatewayStatus.OPEN
    world.pay(one.made)
    world.practice.fault("razorpay", "stale", path=one.made.gateway_id)
    assert one.look().status is GatewayStatus.OPEN
    assert one.look().status is GatewayStatus.PAID


# -- money -----------------------------------------------------------------------------------------


def test_a_customer_who_types_the_pin_shows_as_an_attempt(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.LINK)
    world.practice.do("attempt", collect_id=one.made.gateway_id)
    seen = one.look()
    assert (seen.status, [p.status for p in seen.payments]) == (
        GatewayStatus.OPEN,
        [PaymentStatus.CREATED],
    )


def test_no_answer_of_the_bank_is_a_failed_attempt(world: RazorpayWorld) -> None:
    world.practice.features(attempt_s=1)
    one = opened(world, CollectKind.LINK)
    world.practice.do("attempt", collect_id=one.made.gateway_id)
    # A link that is open is asked for its attempts only now and then: not in a hurry.
    time.sleep(2.5)
    seen = one.look()
    assert [p.status for p in seen.payments] == [PaymentStatus.FAILED]
    assert seen.payments[0].error_reason == "payment_timed_out"
    assert seen.status is GatewayStatus.OPEN


def test_a_late_authorisation_is_told_and_can_be_taken(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.LINK)
    world.practice.do("expire", collect_id=one.made.gateway_id)
    late = world.practice.do("authorise", collect_id=one.made.gateway_id, late=True)
    seen = one.look()
    assert seen.status is GatewayStatus.EXPIRED
    assert [p.status for p in seen.payments] == [PaymentStatus.AUTHORISED]
    fact = one.way.gateway.capture(late["payment_id"], 124950)
    assert fact.status is PaymentStatus.CAPTURED
    assert one.look().status is GatewayStatus.PAID


def test_money_that_the_gateway_gives_back_by_itself(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.LINK)
    first = world.pay(one.made)
    second = world.pay(one.made, late=True)
    seen = one.look()
    told = {p.payment_id: (p.status, p.amount_refunded, p.error_reason) for p in seen.payments}
    assert told == {
        first: (PaymentStatus.CAPTURED, 0, None),
        second: (PaymentStatus.REFUNDED, 124950, "auto_refund"),
    }


def test_what_was_taken_and_given_back_in_full(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.QR)
    payment_id = world.pay(one.made)
    one.way.gateway.refund(refund_order(payment_id, 124950, one.made))
    (fact,) = one.look().payments
    assert (fact.status, fact.amount_refunded, fact.error_reason) == (
        PaymentStatus.REFUNDED,
        124950,
        None,
    )


def test_a_refund_whose_first_request_still_runs_is_doubt(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.QR)
    order = refund_order(world.pay(one.made), 24950, one.made)
    world.practice.features(refund_pause_ms=1200)
    hasty = world.gateway(patience=0.3)
    with pytest.raises(GatewayError) as caught:
        hasty.refund(order)
    assert (caught.value.kind, caught.value.outcome_unknown) == (GatewayErrorKind.TIMEOUT, True)
    with pytest.raises(GatewayError) as caught:
        hasty.refund(order)
    assert (caught.value.http_status, caught.value.outcome_unknown) == (409, True)
    assert hasty.find_refund(order) is None
    wait_for(lambda: hasty.find_refund(order) is not None)
    found = hasty.find_refund(order)
    assert found is not None and found.amount == 24950
    assert sum(p.amount_refunded for p in one.look().payments) == 24950


def test_many_hands_on_one_key_give_back_once(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.QR)
    order = refund_order(world.pay(one.made), 24950, one.made)
    told: list[str] = []

    def press() -> None:
        told.append(world.gateway().refund(order).refund_id)

    hands = [threading.Thread(target=press) for _ in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(told) == 6 and len(set(told)) == 1
    assert sum(p.amount_refunded for p in one.look().payments) == 24950


def test_old_money_is_not_given_back_by_the_bank(world: RazorpayWorld) -> None:
    one = opened(world, CollectKind.QR)
    old = world.practice.pay(one.made.gateway_id, age_s=200 * 86_400)
    with pytest.raises(GatewayError) as caught:
        one.way.gateway.refund(refund_order(old, 24950, one.made))
    assert caught.value.kind is GatewayErrorKind.STATE
    assert "6 months" in caught.value.text


def test_the_banks_reference_comes_after_the_refund_is_processed(world: RazorpayWorld) -> None:
    world.practice.features(refund_ms=0, refund_ref_ms=700)
    one = opened(world, CollectKind.QR)
    order = refund_order(world.pay(one.made), 24950, one.made)
    gateway = one.way.gateway
    gateway.refund(order)
    seen: list[tuple[RefundStatus, bool]] = []

    def numbered() -> bool:
        fact = gateway.find_refund(order)
        assert fact is not None
        seen.append((fact.status, fact.bank_ref is not None))
        return fact.bank_ref is not None

    wait_for(numbered)
    assert (RefundStatus.PROCESSED, False) in seen
    assert seen[-1] == (RefundStatus.PROCESSED, True)


# -- the account's list ----------------------------------------------------------------------------


@pytest.mark.parametrize("with_notes", [False, True])
def test_every_payment_finds_its_counter(world: RazorpayWorld, with_notes: bool) -> None:
    """Thirty payments of three counters: each is told once, with the reference it was made for."""
    world.practice.features(qr_notes_on_payments=with_notes)
    # Nothing else lies in its time, by the server's clock either, which is told to the second.
    time.sleep(2.1)
    begin, maker = wall_clock(), world.gateway()
    paid = {}
    for number in range(30):
        kind = CollectKind.QR if number % 2 else CollectKind.LINK
        asked = replace(intent_of(kind), counter=f"Counter {number % 3}")
        payment_id = world.pay(maker.create(asked))
        paid[payment_id] = (asked.reference, asked.counter)
    reader, before = world.gateway(), world.requests()
    window = begin, wall_clock() + 1000
    listed = reader.payments_between(*window)
    told = {each.fact.payment_id: (each.reference, each.counter) for each in listed}
    assert told == paid
    # One page of payments, one of links, and each QR whose payment says nothing of it.
    assert world.requests() - before == (2 if with_notes else 17)
    reader.payments_between(*window)
    assert world.requests() - before == (3 if with_notes else 18)


def test_a_hundred_and_more_payments_are_all_told(world: RazorpayWorld) -> None:
    one, now = opened(world, CollectKind.QR), time.time_ns() // 1_000_000
    made = [
        world.practice.do("stray", amount=100 + n, method="card", age_s=4 * 86_400 - n)
        for n in range(130)
    ]
    start = now - 4 * 86_400_000 - 5000
    listed = one.way.gateway.payments_between(start, start + 200_000)
    ids = [each.fact.payment_id for each in listed]
    assert ids == [each["payment_id"] for each in made]
    assert [each.fact.amount for each in listed] == [100 + n for n in range(130)]
