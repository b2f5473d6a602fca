"""Our Cashfree adapter at the practice server: what no other kind of gateway has."""

import pytest

from pos_desktop.domain.payment import CollectKind, GatewayStatus, PaymentStatus, RefundStatus
from pos_desktop.net.pictures import fetch_png
from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.contracts.cashfree_world import CashfreeWorld
from tests.contracts.gateway_case import Way
from tests.contracts.gateway_world import intent_of, refund_order
from tests.contracts.test_practice_cashfree import read_qr
from tests.support.practice import Practice

_K = GatewayErrorKind


@pytest.fixture
def qr(practice: Practice) -> Way:
    return Way(CashfreeWorld(practice), CollectKind.QR)


@pytest.fixture
def link(practice: Practice) -> Way:
    return Way(CashfreeWorld(practice), CollectKind.LINK)


def requests(practice: Practice) -> list[str]:
    return [f"{e['method']} {e['path']}" for e in practice.journal("cashfree")]


def test_the_picture_of_a_qr_asks_for_just_this_money(qr: Way) -> None:
    made = qr.open(100101).made
    assert made.image_url is not None
    assert fetch_png(made.image_url).startswith(b"\x89PNG")
    text = read_qr(made.image_url)
    assert text.startswith("upi://pay?") and "&am=1001.01&" in text


@pytest.mark.parametrize("fault", ["status_500", "status_502"])
def test_a_session_that_fails_once_is_made_with_a_new_key(
    qr: Way, practice: Practice, fault: str
) -> None:
    practice.fault("cashfree", fault, path="/sessions")
    opened = qr.open()
    assert opened.made.image_url is not None
    assert opened.look().payments == ()


@pytest.mark.parametrize("fault", ["hang_after_work", "refuse_after_work", "html", "refuse"])
def test_a_session_whose_answer_is_lost_is_found_with_its_order(
    qr: Way, practice: Practice, fault: str
) -> None:
    hasty = qr.world.gateway(patience=0.4)
    hasty.ping()
    asked = intent_of(CollectKind.QR)
    # The page of a proxy is no answer of Cashfree: it is met with a new key as well.
    practice.fault("cashfree", fault, path="/sessions", count=3)
    with pytest.raises(GatewayError) as caught:
        hasty.create(asked)
    assert caught.value.outcome_unknown
    practice.control.delete("/faults")
    found = hasty.find(asked)
    assert found is not None
    assert (found.status, found.image_url is not None) == (GatewayStatus.OPEN, True)
    attempts = [
        payment
        for payment in practice.state()["cashfree"]["payments"]
        if payment["order_id"] == asked.reference
    ]
    assert len(attempts) == 1, "one QR, however often its answer was lost"


def test_an_account_without_the_flag(qr: Way, practice: Practice) -> None:
    practice.features(qr=False)
    with pytest.raises(GatewayError) as caught:
        qr.open()
    assert (caught.value.kind, caught.value.outcome_unknown) == (_K.FEATURE_OFF, False)
    assert not qr.gateway.capabilities().qr
    practice.features(qr=True)
    assert qr.open().made.image_url is not None
    assert qr.gateway.capabilities().qr


def test_closing_while_the_customer_types_the_pin(qr: Way, practice: Practice) -> None:
    for ending, status in (("pay", GatewayStatus.PAID), ("fail", GatewayStatus.CANCELLED)):
        opened = qr.open()
        begun = practice.do("attempt", reference=opened.asked.reference)["payment_id"]
        assert opened.close().status is GatewayStatus.CLOSING
        seen = opened.look()
        assert seen.status is GatewayStatus.CLOSING
        assert [p.status for p in seen.payments] == [PaymentStatus.CREATED]
        practice.do(ending, reference=opened.asked.reference, payment_id=begun)
        assert opened.look().status is status


def test_late_money_that_goes_back_by_itself(qr: Way, link: Way, practice: Practice) -> None:
    practice.features(cashfree_auto_refund=True)
    for way in (qr, link):
        opened = way.open()
        way.world.expire(opened.made)
        payment_id = way.world.pay(opened.made, late=True)
        (fact,) = opened.look().payments
        assert (fact.payment_id, fact.status) == (payment_id, PaymentStatus.REFUNDED)
        assert (fact.amount_refunded, fact.error_reason) == (124950, "auto_refund")


def test_a_pre_authorisation_is_no_money(qr: Way, practice: Practice) -> None:
    opened = qr.open()
    payment_id = str(practice.do("authorise", reference=opened.asked.reference)["payment_id"])
    seen = opened.look()
    assert seen.status is GatewayStatus.OPEN
    assert [p.status for p in seen.payments] == [PaymentStatus.AUTHORISED]
    with pytest.raises(GatewayError) as caught:
        qr.gateway.capture(payment_id, 124950)
    assert caught.value.kind is _K.STATE


def test_a_link_paid_on_its_page(link: Way, practice: Practice) -> None:
    opened = link.open()
    assert opened.made.url is not None
    assert practice.control.post(opened.made.url + "/fail").status_code == 200
    assert opened.look().status is GatewayStatus.OPEN
    assert practice.control.post(opened.made.url + "/pay").status_code == 303
    seen = opened.look()
    assert seen.status is GatewayStatus.PAID
    captured = [p for p in seen.payments if p.status is PaymentStatus.CAPTURED]
    assert [p.provider_order_id for p in captured] == [seen.provider_order_id]


def test_two_payments_of_one_link_are_both_told(link: Way) -> None:
    opened = link.open()
    paid = {link.world.pay(opened.made), link.world.pay(opened.made, late=True)}
    seen = opened.look()
    assert {p.payment_id for p in seen.payments} == paid
    assert len({p.provider_order_id for p in seen.payments}) == 2
    second = next(p for p in seen.payments if p.provider_order_id != seen.provider_order_id)
    fact = link.gateway.refund(refund_order(second.payment_id, 124950, seen))
    assert fact.payment_id == second.payment_id


def test_an_idle_qr_costs_one_request_a_look(qr: Way, practice: Practice) -> None:
    opened = qr.open()
    for _ in range(4):
        opened.look()
    before = len(requests(practice))
    for _ in range(10):
        opened.look()
    asked = requests(practice)[before:]
    assert asked == [f"GET /pg/orders/{opened.asked.reference}"] * 10


def test_twenty_counters_stay_within_the_limits(practice: Practice) -> None:
    """Every counter watches one QR on its screen; the account allows 400 and 100 a minute."""
    world = CashfreeWorld(practice)
    counters = [Way(world, CollectKind.QR) for _ in range(20)]
    opened = [way.open() for way in counters]
    practice.features(cashfree_limits=True)
    for _ in range(5):
        for each in opened:
            each.look()
    for each in opened:
        world.pay(each.made)
    assert {each.look().status for each in opened} == {GatewayStatus.PAID}


def test_more_than_the_limit_waits_as_long_as_told(qr: Way, practice: Practice) -> None:
    opened = qr.open()
    payment_id = qr.world.pay(opened.made)
    order = refund_order(payment_id, 24950, opened.look())
    qr.gateway.refund(order)
    practice.features(cashfree_limits=True)
    for _ in range(30):
        qr.gateway.find_refund(order)
    with pytest.raises(GatewayError) as caught:
        qr.gateway.find_refund(order)
    assert caught.value.kind is _K.RATE_LIMITED
    assert caught.value.retry_after is not None and 40 <= caught.value.retry_after <= 60
    # The money itself is told all the same.
    seen = opened.look()
    assert [p.payment_id for p in seen.payments] == [payment_id]


def test_a_refund_on_hold_is_still_owed(qr: Way, practice: Practice) -> None:
    qr.world.refunds_end(RefundStatus.PENDING)
    opened = qr.open()
    payment_id = qr.world.pay(opened.made)
    order = refund_order(payment_id, 24950, opened.look())
    fact = qr.gateway.refund(order)
    practice.do(f"cashfree/refunds/{fact.refund_id}", status="on_hold")
    held = qr.gateway.find_refund(order)
    assert held is not None and held.status is RefundStatus.ON_HOLD
    assert held.reason == "Not enough balance to process the refund"
