"""The end of the day: the round where there is no list, days that were missed, former gateways."""

from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.errors import StoreError
from pos_desktop.domain.numbering import ist_day, ist_midnight
from pos_desktop.domain.sale import SaleState
from pos_desktop.ports import Capabilities, GatewayError, GatewayErrorKind
from pos_desktop.services.sweep_result import Tally
from tests.support.money_till import DUE, UNAVAILABLE, MoneyTill, RefundingGateway
from tests.support.rig import START
from tests.unit.services.test_sweep import (
    DAY,
    HALF_PAST_NINE,
    HOUR,
    MINUTE,
    counter,
    paid_unseen,
    result,
)


class Listless(RefundingGateway):
    """A gateway without a list of payments."""

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), lists_payments=False)


def test_without_a_list_every_collect_of_the_day_is_asked_once_more(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    paid, fact_ = till.sold()
    _, reference = till.waiting()
    with till.store.write() as uow:
        strange = replace(fact_, gateway="cashfree", payment_id="9100")
        uow.facts.add(paid.order_id, f"{paid.order_id}-1", strange, till.clock.now())
        uow.facts.add("", "", replace(fact_, payment_id="pay_9"), till.clock.now())
        uow.commit()
    now = till.clock.now()
    assert till.sweep.step(now) == now + HOUR
    assert till.sweep.last() is None
    till.clock.at = HALF_PAST_NINE
    before = len(till.gateway.calls)
    assert till.sweep.step(HALF_PAST_NINE) == HALF_PAST_NINE + 2 * MINUTE
    till.tick()
    assert till.gateway.calls[before:] == [f"fetch {reference}"], "who may pay comes first"
    found = result(till)
    assert (found.whole_day, found.asked, found.clean) == (True, Tally(1, DUE), False)
    sweep_on(till, 180)
    assert till.gateway.calls.count(f"fetch {paid.order_id}-1") == 2
    assert "payments_between" not in till.gateway.calls
    found = result(till)
    assert (found.matched, found.asked, found.clean) == (Tally(1, DUE), Tally(), True)
    assert found.day == ist_day(START)
    till.store.close()


def sweep_on(till: MoneyTill, seconds: int) -> None:
    for _ in range(seconds):
        till.clock.pass_seconds(1)
        till.sweep.step(till.clock.now())
        till.tick()


def day_end(till: MoneyTill) -> None:
    """It is 21:30, and the paid collects of the day are to be asked once more."""
    till.sweep.step(till.clock.now())
    till.clock.at = HALF_PAST_NINE
    till.sweep.step(HALF_PAST_NINE)


def fetched(till: MoneyTill, reference: str) -> int:
    return till.gateway.calls.count(f"fetch {reference}")


def test_the_round_goes_on_after_a_restart_one_by_one(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    sold = [f"{till.sold()[0].order_id}-1" for _ in range(3)]
    day_end(till)
    sweep_on(till, 123)
    assert [fetched(till, reference) for reference in sold] == [2, 1, 1]
    gateway = till.gateway
    till.restart()
    till.gateway = gateway
    till.connect()
    sweep_on(till, 130)
    assert [fetched(till, reference) for reference in sold] == [2, 2, 2]
    assert result(till).clean
    sweep_on(till, 30)
    assert [fetched(till, reference) for reference in sold] == [2, 2, 2]
    till.store.close()


def test_the_round_waits_while_somebody_may_pay(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    reference = f"{till.sold()[0].order_id}-1"
    day_end(till)
    sweep_on(till, 119)
    _, live = till.waiting()
    with till.store.write() as uow:
        collect = uow.collects.get(live)
        assert collect is not None
        uow.collects.save(replace(collect, next_ask_at=0))
        uow.commit()
    for _ in range(20):
        till.clock.pass_seconds(1)
        till.sweep.step(till.clock.now())
    assert fetched(till, reference) == 1
    sweep_on(till, 20)
    assert fetched(till, reference) == 2
    till.store.close()


def test_the_round_heeds_the_limit_of_refunds(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    first, second = (f"{till.sold()[0].order_id}-1" for _ in range(2))
    day_end(till)
    sweep_on(till, 119)
    full = GatewayError(GatewayErrorKind.RATE_LIMITED, retry_after=60, narrow=True)
    till.gateway.trouble.append(full)
    sweep_on(till, 30)
    assert not till.gateway.trouble
    assert (fetched(till, first), fetched(till, second)) == (2, 1)
    assert till.traffic.take("razorpay", till.clock.now()), "the rest of the account goes on"
    assert not till.traffic.take("razorpay", till.clock.now(), narrow=True)
    sweep_on(till, 45)
    assert (fetched(till, first), fetched(till, second)) == (3, 2)
    till.store.close()


def test_the_round_does_not_ask_where_the_limit_is_known(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    reference = f"{till.sold()[0].order_id}-1"
    day_end(till)
    sweep_on(till, 118)
    full = GatewayError(GatewayErrorKind.RATE_LIMITED, retry_after=60, narrow=True)
    till.traffic.told("razorpay", full, till.clock.now())
    sweep_on(till, 55)
    assert fetched(till, reference) == 1
    sweep_on(till, 15)
    assert fetched(till, reference) == 2
    till.store.close()


def test_who_cannot_be_asked_for_an_hour_lets_the_others_pass(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    first, second = (f"{till.sold()[0].order_id}-1" for _ in range(2))
    day_end(till)
    sweep_on(till, 118)
    till.gateway.trouble.extend([UNAVAILABLE] * 9999)
    for _ in range(63):
        till.clock.pass_seconds(60)
        till.sweep.step(till.clock.now())
        till.tick()
    with till.store.read() as uow:
        assert uow.notes.get("sweep.round") == f'["{second}","{first}"]'
    assert result(till).asked == Tally(2, 2 * DUE), "nobody has told of them yet"
    till.gateway.trouble.clear()
    sweep_on(till, 180)
    assert (result(till).matched, result(till).clean) == (Tally(2, 2 * DUE), True)
    till.store.close()


def test_who_never_answers_is_given_up_when_no_money_can_come_any_more(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    till.sold()
    day_end(till)
    till.gateway.trouble.extend([UNAVAILABLE] * 9999)
    till.clock.pass_seconds(10 * 24 * 3600)
    for _ in range(63):
        till.clock.pass_seconds(60)
        till.sweep.step(till.clock.now())
        till.tick()
    with till.store.read() as uow:
        assert uow.notes.get("sweep.round") == "[]"
    till.store.close()


def test_a_day_whose_result_could_not_be_kept_is_looked_over_again(money: MoneyTill) -> None:
    money.sold()
    money.sweep.step(money.clock.now())
    money.lanes.drain()
    money.clock.at = HALF_PAST_NINE
    money.sweep.step(money.clock.now())
    money.store.broken = 1
    money.lanes.drain()
    assert money.told() == ["The disk is full."]
    money.clock.pass_seconds(61)
    money.swept()
    assert result(money).day == ist_day(START)


def test_without_a_list_a_day_that_could_not_be_kept_is_asked_again(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    till.sold()
    till.sweep.step(till.clock.now())
    till.clock.at = HALF_PAST_NINE
    till.store.broken = 1
    with pytest.raises(StoreError):
        till.sweep.step(HALF_PAST_NINE)
    assert till.sweep.last() is None
    till.sweep.step(HALF_PAST_NINE + MINUTE)
    assert result(till).day == ist_day(START)
    till.store.close()


def test_what_is_not_there_any_more_is_left_out_of_the_round(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    reference = f"{till.sold()[0].order_id}-1"
    day_end(till)
    with till.store.write() as uow:
        collect = uow.collects.get(reference)
        assert collect is not None
        uow.collects.save(replace(collect, gateway_id=None))
        uow.notes.put("sweep.last", "")
        uow.commit()
    sweep_on(till, 125)
    assert fetched(till, reference) == 1
    assert till.sweep.last() is None
    till.store.close()


def test_a_day_that_ended_while_the_till_was_off_is_looked_over_at_the_next_start(
    money: MoneyTill,
) -> None:
    money.swept()
    money.sold()
    money.clock.at = HALF_PAST_NINE + 12 * HOUR
    money.connect()
    money.swept()
    found = money.sweep.last(ist_day(START))
    assert found is not None
    assert (found.start, found.matched) == (ist_midnight(START), Tally(1, DUE))
    before = money.gateway.calls.count("payments_between")
    money.swept()
    assert money.gateway.calls.count("payments_between") == before


def test_without_a_list_the_missed_day_is_asked_at_the_next_start(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    till.sweep.step(till.clock.now())
    reference = f"{till.sold()[0].order_id}-1"
    till.clock.at = HALF_PAST_NINE + 12 * HOUR
    till.connect()
    sweep_on(till, 180)
    assert fetched(till, reference) == 2
    assert result(till).day == ist_day(START)
    till.store.close()


def test_a_day_marked_by_a_clock_that_ran_ahead_is_looked_over_all_the_same(
    money: MoneyTill,
) -> None:
    money.clock.at = HALF_PAST_NINE + DAY
    money.swept()
    money.clock.at = START
    money.connect()
    money.swept()
    money.sold()
    money.clock.at = HALF_PAST_NINE
    money.swept()
    found = money.sweep.last(ist_day(START))
    assert found is not None and found.matched == Tally(1, DUE)


def former(till: MoneyTill, gateway: RefundingGateway) -> None:
    """The shop has changed its gateway."""
    old, till.gateway = till.gateway, gateway
    till.gateway.name = "cashfree"
    till.formers = {old.name: old}
    till.connect()


def test_a_former_gateway_is_looked_over_while_its_bills_are_young(money: MoneyTill) -> None:
    reference, paid = paid_unseen(money)
    old = money.gateway
    former(money, Listless())
    money.swept()
    money.clock.pass_seconds(120)
    money.swept()
    assert money.sale(reference[:-2]).state is SaleState.ISSUED
    assert paid.gateway == "razorpay"
    assert money.sweep.last() is None, "what is shown is about the gateway in use"
    asked = old.calls.count("payments_between")
    assert asked == 2
    money.clock.pass_seconds(11 * 86_400)
    money.swept()
    assert old.calls.count("payments_between") == asked


def test_a_former_gateway_without_a_list_has_its_round_too(tmp_path: Path) -> None:
    till = counter(tmp_path, 2, Listless())
    sale, _ = till.sold()
    old = till.gateway
    former(till, RefundingGateway())
    day_end(till)
    sweep_on(till, 180)
    assert old.calls.count(f"fetch {sale.order_id}-1") == 2
    till.store.close()
