"""When links and QR codes end, with a clock turned by hand (reference gateways 1.3, 1.4)."""

import pytest

from pos_desktop.sandbox.razorpay import links, payments, qrs
from pos_desktop.sandbox.razorpay.refusals import Refusal
from tests.unit.sandbox.conftest import World

LINK = {"amount": 10_000, "reference_id": "a"}
QR = {"type": "upi_qr", "usage": "single_use", "fixed_amount": True, "payment_amount": 10_000}


def test_a_link_expires_once_at_its_second(world: World) -> None:
    link = links.create(world.register, {**LINK, "expire_by": world.now + 1200}, "live")
    world.now += 1199
    assert links.find(world.register, link.id, "live").status == "created"
    world.now += 1
    assert links.find(world.register, link.id, "live").status == "expired"
    assert link.expired_at == world.now
    links.expire_due(world.register)
    assert world.names() == ["payment_link.expired"]


def test_a_link_without_an_end_stays(world: World) -> None:
    link = links.create(world.register, LINK, "live")
    world.now += 10**9
    assert links.find(world.register, link.id, "live").status == "created"
    assert link.ask.expire_by == 0


def test_a_partly_paid_link_expires_too_and_keeps_its_money(world: World) -> None:
    body = {**LINK, "accept_partial": True, "expire_by": world.now + 1200}
    link = links.create(world.register, body, "live")
    payments.pay(world.register, link, payments.Attempt(amount=4000))
    world.now += 1200
    assert links.by_code(world.register, link.code) is link
    assert (link.status, link.amount_paid) == ("expired", 4000)
    with pytest.raises(payments.NotPayable):
        payments.pay(world.register, link, payments.Attempt())


def test_the_bounds_of_link_time_are_exact(world: World) -> None:
    with pytest.raises(Refusal):
        links.create(world.register, {**LINK, "expire_by": world.now + 899}, "live")
    assert links.create(world.register, {**LINK, "expire_by": world.now + 900}, "live")


def test_an_expired_reference_is_not_free_again(world: World) -> None:
    links.create(world.register, {**LINK, "expire_by": world.now + 900}, "live")
    world.now += 5000
    with pytest.raises(Refusal, match="reference ID already attempted"):
        links.create(world.register, LINK, "live")
    assert links.create(world.register, LINK, "test").mode == "test"


def test_a_qr_ends_silently_and_late(world: World) -> None:
    qr = qrs.create(world.register, {**QR, "close_by": world.now + 300}, "live")
    world.now += 300
    assert not qrs.payable(world.register, qr)
    assert qrs.find(world.register, qr.id, "live").status == "active"
    world.now += qrs.STATUS_LAG
    assert qrs.find(world.register, qr.id, "live").status == "closed"
    assert (qr.close_reason, qr.closed_at) == (None, qr.ask.close_by)
    assert world.names() == ["qr_code.created"]


def test_the_bounds_of_qr_time_are_exact(world: World) -> None:
    with pytest.raises(Refusal, match="2 minutes"):
        qrs.create(world.register, {**QR, "close_by": world.now + 119}, "live")
    assert qrs.create(world.register, {**QR, "close_by": world.now + 120}, "live")
    longest = qrs.create(world.register, {**QR, "close_by": world.now + 7201}, "live")
    assert longest.ask.close_by == world.now + 7200


def test_a_multiple_use_qr_takes_any_amount_again_and_again(world: World) -> None:
    body = {"type": "upi_qr", "usage": "multiple_use", "fixed_amount": False}
    qr = qrs.create(world.register, body, "live")
    for amount in (100, 250):
        payments.pay(world.register, qr, payments.Attempt(amount=amount))
    assert (qr.status, qr.count, qr.received) == ("active", 2, 350)
    with pytest.raises(payments.NotPayable, match="amount"):
        payments.pay(world.register, qr, payments.Attempt())


def test_late_money_on_a_closed_qr_is_captured(world: World) -> None:
    qr = qrs.create(world.register, QR, "live")
    qrs.close(world.register, qr)
    payment = payments.pay(world.register, qr, payments.Attempt(late=True))
    assert payment.captured
    assert (qr.status, qr.close_reason) == ("closed", "on_demand")
    assert world.names()[-1] == "qr_code.credited"


def test_authorised_late_then_captured_moves_no_closed_link(world: World) -> None:
    link = links.create(world.register, LINK, "live")
    links.cancel(world.register, link)
    payment = payments.authorise(world.register, link, payments.Attempt(late=True))
    payments.capture(world.register, payment, {"amount": 10_000})
    assert (link.status, link.amount_paid) == ("cancelled", 0)
    assert world.register.orders[link.order_id].status == "paid"
    assert world.names() == [
        "payment_link.cancelled",
        "payment.authorized",
        "payment.captured",
        "order.paid",
    ]


def test_an_authorised_payment_of_a_paid_order_cannot_be_captured(world: World) -> None:
    link = links.create(world.register, LINK, "live")
    waiting = payments.authorise(world.register, link, payments.Attempt())
    payments.pay(world.register, link, payments.Attempt())
    with pytest.raises(Refusal, match="order is already paid"):
        payments.capture(world.register, waiting, {"amount": 10_000})
