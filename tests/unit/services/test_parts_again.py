"""The same sum again is new money: the inbox must hear of it although it had such an entry."""

from dataclasses import replace
from pathlib import Path

from pos_desktop.domain.payment import PaymentStatus
from pos_desktop.domain.sale import SaleState
from pos_desktop.domain.wish import WISH_LIFE_MS
from tests.support.money_till import MoneyTill
from tests.support.till import Till


def test_a_part_given_back_and_paid_again_has_a_new_entry(tmp_path: Path) -> None:
    money = MoneyTill(tmp_path)
    sale = money.checkout.request(money.order())
    money.settle_down()
    reference = f"{sale.order_id}-1"
    first = money.gateway.pay(reference, 300)
    money.run(8)
    assert [(flag.kind, flag.amount) for flag in money.flags()] == [("part", 300)]
    back = replace(first, status=PaymentStatus.REFUNDED, amount_refunded=300)
    money.gateway.add(reference, back)
    money.run(30)
    assert money.flags() == ()
    money.gateway.pay(reference, 300)
    money.run(12)
    assert [(flag.kind, flag.amount) for flag in money.flags()] == [("part", 300)]
    money.store.close()


def test_every_payment_in_another_currency_has_its_entry(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = f"{sale.order_id}-1"
    for number in (1, 2):
        strange = till.gateway.pay(reference, number * 100)
        seen = till.gateway.seen[reference]
        told = tuple(
            replace(fact, currency="USD") if fact == strange else fact for fact in seen.payments
        )
        till.gateway.seen[reference] = replace(seen, payments=told)
        till.run(8)
    assert [(flag.kind, flag.amount, flag.detail) for flag in till.flags()] == [
        ("mismatch", 100, "pay_1"),
        ("mismatch", 200, "pay_2"),
    ]
    assert till.sale(sale.order_id).state is SaleState.AWAITING


def test_cash_counted_long_ago_is_not_given_back_again(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = f"{sale.order_id}-1"
    till.gateway.trouble.clear()
    till.checkout.cash_for_waiting(sale.order_id, 30000, "Asha")
    till.lanes.queue.clear()
    till.clock.pass_seconds(WISH_LIFE_MS / 1000 + 60)
    till.gateway.pay(reference)
    till.restart()
    till.run(8)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert [news.give_back for news in till.heard.news] == [0]
