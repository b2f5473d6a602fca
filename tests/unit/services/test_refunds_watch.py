"""Watching money that goes back until the gateway says done, failed, or nothing for ten days."""

from dataclasses import replace

import pytest

from pos_desktop.domain.payment import RefundFact, RefundStatus
from pos_desktop.domain.refund import RefundState
from pos_desktop.ports import GatewayError, GatewayErrorKind, RefundOrder
from pos_desktop.services.refund_schedule import PATIENCE, look_after, next_look
from tests.support.money_till import LOST, UNAVAILABLE, MoneyTill
from tests.support.rig import START

KEY = "ret-pay_1-1"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def pending(money: MoneyTill) -> str:
    """A refund that the gateway has accepted; the order id of its bill."""
    sale, _ = money.sold()
    money.back(sale, (2, 1000))
    money.settle_down()
    assert money.refund(KEY).state is RefundState.PENDING
    return sale.order_id


def looks(money: MoneyTill) -> int:
    return sum(call.startswith("find_refund") for call in money.gateway.calls)


def wait_out(money: MoneyTill, until: int) -> list[int]:
    """Sleep from one due moment to the next; the moments at which the gateway was asked."""
    asked, seen = [], looks(money)
    while True:
        moment = money.refund_watch.step(money.clock.now())
        money.lanes.drain()
        if looks(money) > seen:
            asked.append(money.clock.now())
            seen = looks(money)
            continue
        if moment is None or moment > until:
            return asked
        money.clock.at = max(moment, money.clock.now() + 1)


def test_the_schedule_of_the_design() -> None:
    ages = [0, 4 * MINUTE, 5 * MINUTE, 124 * MINUTE, 125 * MINUTE, 23 * HOUR, 24 * HOUR, 9 * DAY]
    assert [look_after(age) for age in ages] == [
        MINUTE, MINUTE, 15 * MINUTE, 15 * MINUTE, HOUR, HOUR, DAY, DAY,
    ]  # fmt: skip
    assert look_after(PATIENCE) is None
    assert look_after(-DAY) == MINUTE


def test_jitter_spreads_by_a_fifth() -> None:
    assert next_look(START, START, 0.0) == START + 48_000
    assert next_look(START, START, 0.999) == START + 71_976
    assert next_look(START - PATIENCE, START, 0.5) is None


def test_asked_as_the_design_says_for_ten_days(money: MoneyTill) -> None:
    order_id = pending(money)
    money.settle_down()
    start = money.clock.now()
    asked = wait_out(money, start + 12 * DAY)
    waits = [later - earlier for earlier, later in zip([start, *asked], asked, strict=False)]
    assert waits[:5] == [MINUTE] * 5
    assert waits[5:13] == [15 * MINUTE] * 8
    assert waits[13:35] == [HOUR] * 22
    assert waits[35:] == [DAY] * 9
    (flag,) = money.flags()
    assert (flag.kind, flag.order_id, flag.detail) == (
        "unknown_outcome", order_id, f"{KEY} pending",
    )  # fmt: skip
    assert money.refund(KEY).next_ask_at is None
    assert [owed.state for owed in money.refunds.owed()] == ["pending"]


def test_done_after_all_that_time(money: MoneyTill) -> None:
    order_id = pending(money)
    wait_out(money, money.clock.now() + 12 * DAY)
    money.gateway.finish_refund(KEY, RefundStatus.PROCESSED)
    money.decide(money.entry("unknown_outcome"), "check_again")
    money.run(5)
    assert money.refund(KEY).state is RefundState.DONE
    assert money.closed(order_id) == [("unknown_outcome", "refund done")]
    assert money.flags() == ()


def test_checked_again_and_still_pending(money: MoneyTill) -> None:
    pending(money)
    wait_out(money, money.clock.now() + 12 * DAY)
    before = looks(money)
    money.decide(money.entry("unknown_outcome"), "check_again")
    money.run(5)
    assert looks(money) == before + 1
    assert [flag.kind for flag in money.flags()] == ["unknown_outcome"]


def test_failed_after_a_while_is_one_entry(money: MoneyTill) -> None:
    order_id = pending(money)
    money.gateway.finish_refund(KEY, RefundStatus.FAILED)
    money.run(70)
    assert money.refund(KEY).state is RefundState.FAILED
    money.decide(money.entry("refund_failed"), "check_again")
    money.run(5)
    assert [flag.kind for flag in money.flags()] == ["refund_failed"]
    money.gateway.finish_refund(KEY, RefundStatus.PROCESSED)
    money.decide(money.entry("refund_failed"), "check_again")
    money.run(5)
    assert money.refund(KEY).state is RefundState.DONE
    assert money.closed(order_id) == [("refund_failed", "refund done")]


def test_one_that_is_done_leaves_the_entry_of_another(money: MoneyTill) -> None:
    sale, _ = money.sold()
    money.gateway.trouble.append(GatewayError(GatewayErrorKind.VALIDATION, "no balance"))
    money.back(sale, (1, 1000))
    money.settle_down()
    money.gateway.ends = RefundStatus.PROCESSED
    money.back(sale, (2, 1000))
    money.settle_down()
    assert [(flag.kind, flag.detail) for flag in money.flags()] == [("refund_failed", KEY)]
    assert [owed.key for owed in money.refunds.owed()] == [KEY]


def test_words_that_say_nothing_are_on_its_way(money: MoneyTill) -> None:
    pending(money)
    for status in (RefundStatus.ON_HOLD, RefundStatus.UNKNOWN):
        money.gateway.finish_refund(KEY, status)
        money.run(65)
        assert money.refund(KEY).state is RefundState.PENDING
    with money.store.read() as uow:
        facts = uow.refunds.facts_of(money.refund(KEY).order_id)
    assert [fact.status.value for _, fact in facts] == ["pending", "on_hold", "unknown"]


def test_a_restart_asks_at_once(money: MoneyTill) -> None:
    pending(money)
    before = looks(money)
    money.restart()
    money.tick()
    assert looks(money) == before + 1
    money.run(30)
    assert looks(money) == before + 1


def test_a_sleep_asks_once_and_a_clock_put_back_asks_at_once(money: MoneyTill) -> None:
    pending(money)
    money.tick()
    before = looks(money)
    money.clock.pass_seconds(6 * 3600)
    money.tick()
    money.tick()
    assert looks(money) == before + 1
    money.clock.pass_seconds(-3 * 86400)
    money.tick()
    assert looks(money) == before + 2
    money.tick()
    assert looks(money) == before + 2
    assert money.refund(KEY).next_ask_at == money.clock.now() + MINUTE


def test_no_line_is_asked_again_later(money: MoneyTill) -> None:
    pending(money)
    before = looks(money)
    money.gateway.trouble.extend([UNAVAILABLE] * 2)
    money.run(62)
    refund = money.refund(KEY)
    assert (refund.last_error, refund.asks, looks(money)) == ("unavailable", 0, before + 1)
    assert refund.next_ask_at is not None
    assert refund.next_ask_at >= money.clock.now() + 55_000
    money.gateway.finish_refund(KEY, RefundStatus.PROCESSED)
    money.run(130)
    assert money.refund(KEY).state is RefundState.DONE


def test_the_budget_is_kept(money: MoneyTill) -> None:
    sale, _ = money.sold()
    for _ in range(9):
        money.back(sale, (2, 100))
    money.settle_down()
    money.clock.pass_seconds(70)
    before = looks(money)
    for _ in range(6):
        money.refund_watch.step(money.clock.now())
        money.lanes.drain()
    assert looks(money) == before + 5
    money.run(4)
    assert looks(money) == before + 9


def test_two_at_a_time(money: MoneyTill) -> None:
    sale, _ = money.sold()
    for _ in range(3):
        money.back(sale, (2, 100))
    money.settle_down()
    money.clock.pass_seconds(70)
    now = money.clock.now()
    assert money.refund_watch.step(now) == now + 500
    assert money.refund_watch.step(now) == now + 500
    assert len(money.lanes.queue) == 2
    money.settle_down()
    assert [refund.state for refund in money.refunds.owed()] == ["pending"] * 3


def test_in_doubt_for_ten_minutes_is_told(money: MoneyTill) -> None:
    sale, _ = money.sold()
    money.back(sale, (2, 1000))
    money.gateway.trouble.append(LOST)
    money.tick()
    money.gateway.trouble.extend([UNAVAILABLE] * 400)
    money.run(15 * 60, step=5)
    (flag,) = [flag for flag in money.flags() if flag.order_id == sale.order_id]
    assert (flag.kind, flag.detail, flag.amount) == ("unknown_outcome", KEY, 16500)
    money.gateway.trouble.clear()
    money.run(120, step=5)
    assert money.refund(KEY).state is RefundState.PENDING
    assert money.closed(sale.order_id) == [("unknown_outcome", "refund pending")]


def test_an_accepted_refund_that_vanished_is_a_mismatch(money: MoneyTill) -> None:
    order_id = pending(money)
    kept = money.gateway.refunded.pop(KEY)
    money.run(130)
    assert [(f.kind, f.order_id, f.detail) for f in money.flags()] == [
        ("mismatch", order_id, f"{KEY} pending not_found")
    ]
    money.gateway.refunded[KEY] = replace(kept, status=RefundStatus.PROCESSED)
    money.run(65)
    assert money.refund(KEY).state is RefundState.DONE


def test_a_failure_of_an_adapter_is_told_and_asked_again(money: MoneyTill) -> None:
    pending(money)
    find = money.gateway.find_refund

    def broken(order: RefundOrder) -> RefundFact | None:
        money.gateway.find_refund = find  # type: ignore[method-assign]  # the fault is over
        raise ZeroDivisionError("a bug")

    money.gateway.find_refund = broken  # type: ignore[method-assign]  # the played fault
    money.run(62)
    assert money.told() == ["a bug"]
    money.gateway.finish_refund(KEY, RefundStatus.PROCESSED)
    money.run(70)
    assert money.refund(KEY).state is RefundState.DONE


def test_an_answer_that_cannot_be_written_down_is_asked_for_again(money: MoneyTill) -> None:
    pending(money)
    money.gateway.finish_refund(KEY, RefundStatus.PROCESSED)
    money.clock.pass_seconds(61)
    money.refund_watch.step(money.clock.now())
    money.store.broken = 1
    money.lanes.drain()
    assert money.told() == ["The disk is full."]
    before = looks(money)
    money.run(10)
    assert looks(money) == before
    money.run(10)
    assert money.refund(KEY).state is RefundState.DONE


@pytest.mark.parametrize(
    ("status", "trouble", "state"),
    [
        (RefundStatus.FAILED, None, RefundState.PENDING),
        (RefundStatus.FAILED, UNAVAILABLE, RefundState.PENDING),
        (RefundStatus.PROCESSED, None, RefundState.DONE),
    ],
)
def test_an_answer_about_the_former_attempt(
    money: MoneyTill,
    status: RefundStatus,
    trouble: GatewayError | None,
    state: RefundState,
) -> None:
    """The gateway's answer is on its way while somebody tries again."""
    pending(money)
    money.gateway.finish_refund(KEY, RefundStatus.FAILED)
    money.run(62)
    money.decide(money.entry("refund_failed"), "check_again")
    money.gateway.finish_refund(KEY, status)
    money.gateway.trouble.extend([trouble] if trouble else [])
    money.refund_watch.step(money.clock.now())
    money.refunds.again(KEY, money.yes())
    money.settle_down()
    refund = money.refund(KEY)
    assert (refund.state, refund.attempt) == (state, 2)
    assert money.gateway.given("pay_1") == 16500


@pytest.mark.parametrize("kind", [GatewayErrorKind.AUTH, GatewayErrorKind.RATE_LIMITED])
def test_a_refused_question_changes_nothing(money: MoneyTill, kind: GatewayErrorKind) -> None:
    pending(money)
    money.gateway.trouble.append(GatewayError(kind))
    money.run(62)
    assert money.refund(KEY).state is RefundState.PENDING
    assert money.refund(KEY).last_error == kind.value
