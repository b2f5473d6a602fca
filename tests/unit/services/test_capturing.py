"""What the bank has authorised and the account has not captured is captured by us (6.6)."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.payment import CollectState, PaymentFact, PaymentStatus, RefundFact
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.domain.wish import Wish, WishKind
from pos_desktop.ports import GatewayError, GatewayErrorKind, RefundOrder
from pos_desktop.services import effects
from tests.support.money_till import UNAVAILABLE, MoneyTill
from tests.support.till import Till

DUE = 23700
_AUTHORISED = PaymentStatus.AUTHORISED


def authorised(till: Till, amount: int = DUE) -> tuple[Sale, str, PaymentFact]:
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = f"{sale.order_id}-1"
    fact = PaymentFact(
        "razorpay", "pay_9", PaymentStatus.AUTHORISED, amount, "INR", till.clock.now(), "upi"
    )
    till.gateway.add(reference, fact)
    till.run(6)
    return sale, reference, fact


def captures(till: Till) -> list[str]:
    return [call for call in till.gateway.calls if call.startswith("capture")]


def test_an_account_that_captures_by_itself_is_given_the_time(till: Till) -> None:
    sale, _, _ = authorised(till)
    assert till.bill(sale.order_id).words == "bank_confirming"
    assert captures(till) == []
    till.run(10)
    assert captures(till) == ["capture pay_9"]
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.collect(sale.order_id).state is CollectState.PAID
    assert till.flags() == ()


def test_what_was_captured_meanwhile_is_not_captured_again(till: Till) -> None:
    sale, reference, fact = authorised(till)
    till.gateway.add(reference, replace(fact, status=PaymentStatus.CAPTURED))
    till.run(20)
    assert captures(till) == []
    assert till.sale(sale.order_id).state is SaleState.ISSUED


@pytest.mark.parametrize("amount", [DUE - 1, DUE + 1])
def test_another_amount_than_the_open_one_goes_back_by_itself(till: Till, amount: int) -> None:
    sale, _, _ = authorised(till, amount)
    till.run(20)
    assert captures(till) == []
    assert till.sale(sale.order_id).state is SaleState.AWAITING


def test_a_bill_that_needs_it_no_more_leaves_it(till: Till) -> None:
    sale, _, _ = authorised(till)
    till.checkout.cash_for_waiting(sale.order_id, DUE, "Asha", risk=True)
    till.run(20)
    assert captures(till) == []
    assert till.desk.state().unsent == 0


def test_a_part_that_came_meanwhile_leaves_too_little_open(till: Till) -> None:
    sale, reference, fact = authorised(till)
    part = replace(fact, payment_id="pay_8", status=PaymentStatus.CAPTURED, amount=100)
    till.gateway.add(reference, part)
    till.run(20)
    assert captures(till) == []
    assert [flag.kind for flag in till.flags()] == ["part"]
    assert till.sale(sale.order_id).state is SaleState.AWAITING


def two_authorised(till: Till) -> Sale:
    """Told in one answer, so that both would be due in the same moment."""
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference, now = f"{sale.order_id}-1", till.clock.now()
    for payment_id in ("pay_9", "pay_10"):
        fact = PaymentFact("razorpay", payment_id, _AUTHORISED, DUE, "INR", now, "upi")
        till.gateway.add(reference, fact)
    return sale


def test_of_two_authorised_payments_only_one_is_taken(till: Till) -> None:
    sale = two_authorised(till)
    till.run(30)
    assert captures(till) == ["capture pay_9"]
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.flags() == ()


def test_the_second_has_its_turn_when_the_first_cannot_be_taken(till: Till) -> None:
    sale = two_authorised(till)
    taken = till.gateway.capture

    def refuse(payment_id: str, amount: int) -> PaymentFact:
        if payment_id == "pay_9":
            raise GatewayError(GatewayErrorKind.STATE, "timed out")
        return taken(payment_id, amount)

    till.gateway.capture = refuse  # type: ignore[method-assign]  # the refusal that is played
    till.run(40)
    assert captures(till) == ["capture pay_10"]
    assert till.sale(sale.order_id).state is SaleState.ISSUED


def test_a_promised_part_leaves_all_of_the_bill_open_to_a_capture(money: MoneyTill) -> None:
    sale = money.checkout.request(money.order())
    money.settle_down()
    reference = f"{sale.order_id}-1"
    part = PaymentFact(
        "razorpay", "pay_8", PaymentStatus.CAPTURED, 5000, "INR", money.clock.now(), "upi"
    )
    money.gateway.add(reference, part)
    money.run(6)

    def refuse(order: RefundOrder) -> RefundFact:
        raise UNAVAILABLE

    money.gateway.refund = refuse  # type: ignore[method-assign]  # the bad line that is played
    money.decide(money.entry("part"), "refund")
    money.gateway.add(reference, replace(part, payment_id="pay_9", status=_AUTHORISED, amount=DUE))
    money.run(30)
    assert [c for c in money.gateway.calls if c.startswith("capture")] == ["capture pay_9"]
    assert money.sale(sale.order_id).state is SaleState.ISSUED


def test_a_capture_carries_out_what_waited_for_it(till: Till) -> None:
    """It paid its own collect, but a tender was taken back since: the rest is wished for."""
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = f"{sale.order_id}-1"
    with till.store.write() as uow:
        collect = uow.collects.get(reference)
        assert collect is not None
        uow.collects.save(replace(collect, state=CollectState.CLOSING))
        uow.wishes.put(Wish(sale.order_id, WishKind.QR, till.clock.now(), "Asha"))
        half = PaymentFact(
            "razorpay", "pay_9", PaymentStatus.CAPTURED, DUE, "INR", till.clock.now(), "upi",
            amount_refunded=DUE - 100,
        )  # fmt: skip
        assert till.payments.learn(uow, reference, half, till.clock.now(), "poll") is None
        assert uow.wishes.get(sale.order_id) is None
        uow.commit()
    assert till.collect(sale.order_id).state is CollectState.PAID
    assert till.collect(sale.order_id, 2).amount == DUE - 100


def test_a_refused_capture_is_final_and_a_doubt_is_repeated(till: Till) -> None:
    sale, _, _ = authorised(till)
    till.gateway.trouble.extend(
        [GatewayError(GatewayErrorKind.TIMEOUT, outcome_unknown=True), Unavailable("net_odd")]
    )
    till.run(25)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert len(captures(till)) >= 2


def test_a_capture_that_is_not_possible_any_more_is_left(till: Till) -> None:
    sale, _, _ = authorised(till)
    till.run(3.5)
    till.gateway.trouble.clear()

    def refuse(payment_id: str, amount: int) -> PaymentFact:
        raise GatewayError(GatewayErrorKind.STATE, "timed out")

    till.gateway.capture = refuse  # type: ignore[method-assign]  # the refusal that is played
    till.run(12)
    assert till.desk.state().unsent == 0
    assert till.sale(sale.order_id).state is SaleState.AWAITING


def test_a_kill_in_the_capture_repeats_it(till: Till) -> None:
    sale, _, _ = authorised(till)
    till.clock.pass_seconds(12)
    till.outbox.step(till.clock.now())
    till.lanes.step()
    till.restart()
    till.run(8)
    assert till.sale(sale.order_id).state is SaleState.ISSUED


def test_a_capture_for_nobody_is_dropped(till: Till) -> None:
    sale, _, _ = authorised(till)
    with till.store.write() as uow:
        subject = effects.capture_subject("nobody", "pay_9")
        uow.outbox.put(effects.PAYMENT_CAPTURE, subject, sale.order_id, till.clock.now())
        assert till.payments.learn(uow, "nobody", PaymentFact(
            "razorpay", "pay_9", PaymentStatus.CAPTURED, DUE, "INR", 1
        ), 1, "poll") is None  # fmt: skip
        uow.commit()
    till.settle_down()
    assert captures(till) == []


def test_what_failed_after_all_is_not_captured(till: Till) -> None:
    sale, reference, fact = authorised(till)
    till.gateway.add(reference, replace(fact, status=PaymentStatus.FAILED))
    till.run(20)
    assert captures(till) == []
    assert till.desk.state().unsent == 0
    assert till.bill(sale.order_id).words == "last_attempt_failed"


def test_the_same_news_twice_is_no_news(till: Till) -> None:
    sale, reference, fact = authorised(till)
    captured = replace(fact, status=PaymentStatus.CAPTURED)
    for _ in range(2):
        with till.store.write() as uow:
            till.payments.learn(uow, reference, captured, till.clock.now(), "poll")
            uow.commit()
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.flags() == ()


def test_one_payment_told_with_two_amounts_is_looked_at(till: Till) -> None:
    sale, reference, fact = authorised(till)
    part = replace(fact, status=PaymentStatus.CAPTURED, amount=100)
    torn = replace(part, status=PaymentStatus.REFUNDED, amount=90, amount_refunded=90)
    for told in (part, torn):
        with till.store.write() as uow:
            till.payments.learn(uow, reference, told, till.clock.now(), "poll")
            uow.commit()
    assert ("mismatch", sale.due, "one payment, two amounts") in [
        (flag.kind, flag.amount, flag.detail) for flag in till.flags()
    ]
