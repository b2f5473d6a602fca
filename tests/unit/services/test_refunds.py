"""Money that goes back from the counter: what may be asked, and that it is asked once."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import PaymentStatus, RefundStatus
from pos_desktop.domain.people import Approval
from pos_desktop.domain.refund import RefundState
from pos_desktop.domain.sale import Sale
from pos_desktop.ports import Capabilities, Gateways
from pos_desktop.services.captures import Capture, capture, captures_of, money_of
from pos_desktop.services.refunds import Excess
from pos_desktop.services.views import ReturnOrder
from tests.support.money_till import DUE, REFUSED, MoneyTill

MILK_LINE, OIL_LINE = 1, 2


def refusal(money: MoneyTill, sale: Sale, *lines: tuple[int, int]) -> str:
    with pytest.raises(DomainError) as refused:
        money.back(sale, *lines)
    return refused.value.code


def test_what_may_go_back_of_a_bill(money: MoneyTill) -> None:
    sale, _ = money.sold()
    offer = money.refunds.offer(sale.order_id)
    assert (offer.invoice_number, offer.payable) == ("P2A/2627/000001", DUE)
    assert [(line.name, line.left, line.left_amount) for line in offer.lines] == [
        ("Milk", 1000, 7200), ("Oil", 1000, 16500),
    ]  # fmt: skip
    money.back(sale, (MILK_LINE, 333))
    offer = money.refunds.offer(sale.order_id)
    assert (offer.lines[0].left, offer.lines[0].left_amount, offer.payable) == (667, 4802, 21302)
    assert (offer.lines[0].unit, offer.lines[0].total, offer.lines[0].sold) == ("PCS", 7200, 1000)
    assert offer.rest == offer.payable


def test_a_bill_that_waits_has_nothing_to_give_back(money: MoneyTill) -> None:
    sale, _ = money.waiting()
    for order_id in (sale.order_id, "nothing"):
        with pytest.raises(DomainError, match="not_issued"):
            money.refunds.offer(order_id)
    assert refusal(money, sale, (MILK_LINE, 1000)) == "not_issued"


def test_found_by_its_number_or_the_last_digits(money: MoneyTill) -> None:
    sale, _ = money.sold()
    for text in ("P2A/2627/000001", " p2a/2627/000001", "1", "0001", "627/000001"):
        assert money.refunds.find(text) == sale.order_id
    assert [money.refunds.find(text) for text in ("", " ", "2", "P2A", "27/1")] == [None] * 5


def test_the_whole_number_wins_over_newer_ones_that_end_alike(money: MoneyTill) -> None:
    with money.store.write() as uow:
        for _ in range(9):
            uow.numbers.take("P2A", "2627")
        uow.commit()
    tenth, _ = money.sold()
    eleventh, _ = money.sold()
    assert money.refunds.find("10") == tenth.order_id
    assert money.refunds.find("11") == eleventh.order_id
    assert money.refunds.find("1") == eleventh.order_id


def test_goods_come_back_in_pieces_and_every_paisa_with_them(money: MoneyTill) -> None:
    sale, _ = money.sold()
    for qty in (333, 333, 334):
        money.back(sale, (MILK_LINE, qty))
    money.back(sale, (OIL_LINE, 1000))
    money.run(5)
    assert money.gateway.given("pay_1") == DUE
    assert [owed.amount for owed in money.refunds.owed()] == [2398, 2397, 2405, 16500]
    assert money.refunds.offer(sale.order_id).payable == 0
    assert refusal(money, sale, (MILK_LINE, 1)) == "returned_too_much"
    with money.store.read() as uow:
        asked = [entry for entry in uow.ledger.after(0, 99) if entry.kind == "refund.asked"]
    assert asked[0].body["lines"] == [[1, 333, 2398]]
    assert (asked[0].actor, asked[0].body["approved_by"]) == ("Asha", "Meera")


def test_the_last_of_the_goods_brings_the_rounding_along(money: MoneyTill) -> None:
    """Paid 237.00 for goods of 237.40: all of it comes back, and not a paisa more."""
    item = replace(money.order().bill.lines[0], total=7240, net=7240)
    order = money.order()
    totals = replace(order.bill.totals, total=DUE + 40, round_off=-40)
    bill = replace(order.bill, lines=(item, order.bill.lines[1]), totals=totals)
    sale = money.checkout.request(replace(order, bill=bill))
    money.settle_down()
    money.gateway.pay(f"{sale.order_id}-1")
    money.run(10)
    (first,) = money.back(sale, (MILK_LINE, 1000))
    (last,) = money.back(sale, (OIL_LINE, 1000))
    assert (first.amount, last.amount) == (7240, DUE - 7240)


def test_rounding_is_never_given_back_twice(money: MoneyTill) -> None:
    """All but a trifle was returned, and its value with the rounding is already gone."""
    order = money.order()
    totals = replace(order.bill.totals, total=DUE + 40, round_off=-40)
    lines = (replace(order.bill.lines[0], total=7240), order.bill.lines[1])
    bill = replace(order.bill, lines=lines, totals=totals)
    sale = money.checkout.request(replace(order, bill=bill))
    money.settle_down()
    money.gateway.pay(f"{sale.order_id}-1")
    money.run(10)
    (most,) = money.back(sale, (MILK_LINE, 999), (OIL_LINE, 1000))
    assert most.amount == DUE
    assert refusal(money, sale, (MILK_LINE, 1)) == "nothing_to_refund"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), "refund_too_small"),
        (((3, 1000),), "line_unknown"),
        (((0, 1000),), "line_unknown"),
        (((1, 0),), "line_unknown"),
        (((1, 1001),), "returned_too_much"),
        (((1, 600), (1, 600)), "returned_too_much"),
        (((1, 5),), "refund_too_small"),
    ],
)
def test_what_cannot_go_back_is_refused(
    money: MoneyTill, lines: tuple[tuple[int, int], ...], code: str
) -> None:
    sale, _ = money.sold()
    found = "nothing_to_refund" if not lines else code
    assert refusal(money, sale, *lines) == found
    assert money.refunds.owed() == ()


def test_cash_is_not_given_back_by_a_gateway(money: MoneyTill) -> None:
    sale = money.checkout.cash(money.order(), 24000)
    assert money.refunds.offer(sale.order_id).payable == 0
    assert refusal(money, sale, (MILK_LINE, 1000)) == "refund_too_much"


def test_a_return_may_take_two_payments(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.gateway.pay(reference, 10000)
    money.gateway.pay(reference, 13700)
    money.run(10)
    owed = money.back(sale, (MILK_LINE, 1000), (OIL_LINE, 1000))
    assert [(one.payment_id, one.amount) for one in owed] == [("pay_1", 10000), ("pay_2", 13700)]
    money.run(5)
    assert (money.gateway.given("pay_1"), money.gateway.given("pay_2")) == (10000, 13700)
    assert [line.left for line in money.refunds.offer(sale.order_id).lines] == [0, 0]


def test_a_small_return_takes_one_payment(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.gateway.pay(reference, 10000)
    money.gateway.pay(reference, 13700)
    money.run(10)
    (owed,) = money.back(sale, (MILK_LINE, 1000))
    assert (owed.payment_id, owed.amount) == ("pay_2", 7200)


def test_pressed_twice_goods_go_back_once(money: MoneyTill) -> None:
    sale, _ = money.sold()
    approval = money.yes()
    order = ReturnOrder(sale.order_id, ((OIL_LINE, 500),), "damaged", "Asha", approval)
    first = money.refunds.give_back(order)
    money.run(3)
    again = money.refunds.give_back(order)
    assert [one.key for one in again] == [one.key for one in first]
    with pytest.raises(DomainError, match="approval_used"):
        money.refunds.give_back(replace(order, lines=((MILK_LINE, 1000),)))
    money.run(3)
    assert money.gateway.given("pay_1") == 8250
    money.back(sale, (OIL_LINE, 500))
    money.run(3)
    assert money.gateway.given("pay_1") == 16500


def test_a_yes_is_for_now(money: MoneyTill) -> None:
    sale, _ = money.sold()
    old = money.yes()
    money.clock.pass_seconds(601)
    future = Approval("Meera", money.clock.now() + 1, "refund")
    for approval in (old, future):
        order = ReturnOrder(sale.order_id, ((OIL_LINE, 500),), "damaged", "Asha", approval)
        with pytest.raises(DomainError, match="approval_needed"):
            money.refunds.give_back(order)
        with pytest.raises(DomainError, match="approval_needed"):
            money.refunds.again("ret-pay_1-1", approval)
    assert money.refunds.owed() == ()


def test_a_gateway_that_cannot_be_asked_promises_nothing(money: MoneyTill) -> None:
    sale, _ = money.sold()
    gateways = money.refunds.gateways
    other = replace(money.own_upi, name="elsewhere")
    gone = replace(money.refunds, gateways=Gateways(other))
    order = ReturnOrder(sale.order_id, ((OIL_LINE, 500),), "damaged", "Asha", money.yes())
    with pytest.raises(DomainError, match="gateway_keys_gone"):
        gone.give_back(order)
    mute = replace(money.own_upi, name="razorpay")
    with pytest.raises(DomainError, match="refunds_not_offered"):
        replace(money.refunds, gateways=Gateways(mute)).give_back(order)
    assert isinstance(gateways.primary.capabilities(), Capabilities)
    assert money.refunds.owed() == ()


def test_a_failed_one_is_tried_again_with_a_new_key(money: MoneyTill) -> None:
    sale, _ = money.sold()
    money.gateway.ends = RefundStatus.FAILED
    money.back(sale, (OIL_LINE, 1000))
    money.run(3)
    (owed,) = money.refunds.owed()
    assert (owed.state, owed.invoice_number) == ("failed", "P2A/2627/000001")
    assert [(flag.kind, flag.detail) for flag in money.flags()] == [
        ("refund_failed", "ret-pay_1-1")
    ]
    money.gateway.ends = RefundStatus.PROCESSED
    money.refunds.again("ret-pay_1-1", money.yes())
    with pytest.raises(DomainError, match="refund_not_failed"):
        money.refunds.again("ret-pay_1-1", money.yes())
    money.run(10)
    assert money.refunds.owed() == ()
    assert money.gateway.calls.count("refund ret-pay_1-1-2") == 1
    assert money.gateway.given("pay_1") == 16500
    assert money.closed(sale.order_id) == [("refund_failed", "asked again ret-pay_1-1-2")]
    with pytest.raises(DomainError, match="refund_not_failed"):
        money.refunds.again("ret-pay_9-1", money.yes())


def test_a_second_failure_is_a_second_entry(money: MoneyTill) -> None:
    sale, _ = money.sold()
    money.gateway.trouble.append(REFUSED)
    money.back(sale, (OIL_LINE, 1000))
    money.run(3)
    money.gateway.ends = RefundStatus.FAILED
    money.refunds.again("ret-pay_1-1", money.yes())
    money.run(3)
    assert [flag.detail for flag in money.flags()] == ["ret-pay_1-1-2"]
    assert money.refund("ret-pay_1-1").attempt == 2


def test_what_came_too_much_is_given_back_once(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.gateway.pay(reference)
    money.gateway.pay(reference)
    money.run(10)
    approval = money.yes()
    with money.store.write() as uow:
        spare = capture(uow, "razorpay", "pay_2")
        assert spare is not None
        assert spare.free == DUE
        asked = Excess(sale.order_id, spare, "duplicate", "Asha")
        first = money.refunds.excess(uow, asked, approval, money.clock.now())
        second = money.refunds.excess(uow, asked, approval, money.clock.now())
        uow.commit()
    assert first == second
    assert (first.key, first.state) == ("dup-pay_2", RefundState.ASKED)
    money.run(5)
    assert money.gateway.given("pay_2") == DUE
    assert money.gateway.given("pay_1") == 0


def spare(amount: int, counted: int) -> Capture:
    on = {"A": counted} if counted else {}
    return Capture("razorpay", "pay_9", "A", "A-1", amount, 0, on, {})


@pytest.mark.parametrize(
    ("payment", "code"),
    [(spare(DUE, DUE), "nothing_to_refund"), (spare(DUE + 99, DUE), "refund_too_small")],
)
def test_what_is_counted_or_too_little_is_not_excess(
    money: MoneyTill, payment: Capture, code: str
) -> None:
    approval = money.yes()
    with money.store.write() as uow, pytest.raises(DomainError) as refused:
        asked = Excess("A", payment, "over", "Asha")
        money.refunds.excess(uow, asked, approval, money.clock.now())
    assert refused.value.code == code


def test_a_key_is_never_used_for_two_things(money: MoneyTill) -> None:
    """Whoever wrote another refund under the next key: nothing is asked beside it."""
    sale, _ = money.sold()
    money.back(sale, (MILK_LINE, 500))
    with money.store.write() as uow:
        strange = replace(
            money.refund("ret-pay_1-1"), key="ret-pay_1-2", payment_id="pay_0", lines=()
        )
        assert uow.refunds.add(strange)
        uow.commit()
    assert refusal(money, sale, (MILK_LINE, 500)) == "refund_asked"


def test_what_a_stranger_gave_back_is_not_given_again(money: MoneyTill) -> None:
    """Somebody refunded 200.00 in the gateway's dashboard: the payment says so from then on."""
    sale, _ = money.sold()
    money.gateway.tell_back("pay_1", elsewhere=20000)
    money.ask_again(sale)
    money.ask_again(sale)
    assert money.refunds.offer(sale.order_id).payable == 3700
    assert refusal(money, sale, (OIL_LINE, 1000)) == "refund_too_much"
    assert money.story(sale.order_id).refunded == 20000


def test_an_authorisation_that_lapsed_was_never_captured(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    fact = money.gateway.pay(reference)
    lapsed = replace(fact, status=PaymentStatus.REFUNDED, amount_refunded=DUE)
    dollars = replace(fact, payment_id="pay_2", currency="USD")
    money.gateway.seen[reference] = replace(
        money.gateway.seen[reference], payments=(lapsed, dollars)
    )
    money.run(10)
    with money.store.read() as uow:
        assert captures_of(uow, sale.order_id) == []
        assert capture(uow, "razorpay", "pay_2") is None
        assert [f.amount_refunded for _, f in money_of(uow, sale.order_id)] == [DUE, 0]
