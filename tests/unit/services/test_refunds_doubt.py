"""The rarer rows of the refund machine, and the bank's reference that comes after the money."""

from dataclasses import replace

from pos_desktop.domain.payment import RefundStatus
from pos_desktop.domain.refund import RefundState
from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.support.money_till import LOST, MoneyTill

KEY = "ret-pay_1-1"
DAY_S = 24 * 3600


def asked(money: MoneyTill) -> None:
    sale, _ = money.sold()
    money.back(sale, (2, 1000))


def test_the_banks_reference_is_asked_for_when_it_came_late(money: MoneyTill) -> None:
    asked(money)
    money.settle_down()
    money.gateway.finish_refund(KEY, RefundStatus.PROCESSED)
    late = money.gateway.refunded[KEY]
    money.gateway.refunded[KEY] = replace(late, bank_ref=None)
    money.run(70)
    done = money.refund(KEY)
    assert (done.state, done.bank_ref) == (RefundState.DONE, None)
    assert done.next_ask_at is not None
    money.gateway.refunded[KEY] = late
    money.run(DAY_S + 3600, step=600)
    told = money.refund(KEY)
    assert (told.state, told.bank_ref, told.next_ask_at) == (RefundState.DONE, "ARN1", None)
    assert told.done_at == done.done_at
    assert money.refunds.owed() == ()


def test_nobody_asks_for_a_reference_for_ever(money: MoneyTill) -> None:
    asked(money)
    money.settle_down()
    bare = money.gateway.refunded[KEY]
    money.gateway.refunded[KEY] = replace(bare, status=RefundStatus.PROCESSED, bank_ref=None)
    money.run(8 * DAY_S, step=3600)
    assert money.refund(KEY).next_ask_at is None
    assert money.refunds.owed() == ()


def test_a_doubt_that_is_interrupted_stays_a_doubt(money: MoneyTill) -> None:
    asked(money)
    money.gateway.trouble.append(LOST)
    money.outbox.step(money.clock.now())
    money.lanes.drain()
    assert money.refund(KEY).state is RefundState.UNKNOWN
    money.clock.pass_seconds(5)
    money.outbox.step(money.clock.now())
    money.lanes.step()
    money.restart()
    assert money.refund(KEY).state is RefundState.UNKNOWN
    money.run(10)
    assert money.refund(KEY).state is RefundState.PENDING


def test_a_payment_that_the_gateway_does_not_know_gives_nothing_back(money: MoneyTill) -> None:
    gone = GatewayError(GatewayErrorKind.NOT_FOUND, "no such payment")
    asked(money)
    money.gateway.trouble.extend([LOST, gone])
    money.run(8)
    assert money.refund(KEY).state is RefundState.FAILED
    assert [entry.kind for entry in money.inbox.entries()] == ["refund_failed"]
