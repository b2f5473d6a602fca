"""Asking a gateway to give back: whatever is lost on the way, it gives back once."""

from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.payment import RefundFact, RefundStatus
from pos_desktop.domain.refund import RefundState
from pos_desktop.ports import (
    Effect,
    GatewayError,
    GatewayErrorKind,
    Gateways,
    OutboxState,
    RefundOrder,
)
from pos_desktop.services import effects
from pos_desktop.services.outbox import Done, Dropped, Later
from pos_desktop.services.refund_book import RefundBook
from pos_desktop.services.refunding import AskRefund
from tests.support.money_till import LOST, REFUSED, UNAVAILABLE, MoneyTill

KEY = "ret-pay_1-1"
OIL_LINE = (2, 1000)


def asked(money: MoneyTill) -> str:
    """A bill of which the oil comes back; its order id."""
    sale, _ = money.sold()
    money.back(sale, OIL_LINE)
    return sale.order_id


def refunds_called(money: MoneyTill) -> list[str]:
    return [call for call in money.gateway.calls if "refund" in call]


def test_accepted_and_on_its_way(money: MoneyTill) -> None:
    asked(money)
    money.settle_down()
    refund = money.refund(KEY)
    assert (refund.state, refund.refund_id) == (RefundState.PENDING, "rfnd_1")
    assert refund.next_ask_at == money.clock.now() + 60_000
    assert refunds_called(money) == [f"refund {KEY}"]


def test_done_at_once(money: MoneyTill) -> None:
    money.gateway.ends = RefundStatus.PROCESSED
    order_id = asked(money)
    money.run(5)
    refund = money.refund(KEY)
    assert (refund.state, refund.bank_ref, refund.next_ask_at) == (RefundState.DONE, "ARN1", None)
    assert refund.done_at is not None
    assert money.refunds.owed() == ()
    assert money.told_by_ledger("refund.done")[0]["amount"] == 16500
    assert money.story(order_id).refunded == 16500


def test_an_answer_that_was_lost_is_looked_for(money: MoneyTill) -> None:
    asked(money)
    money.gateway.trouble.append(LOST)
    money.tick()
    assert money.refund(KEY).state is RefundState.UNKNOWN
    money.run(5)
    assert money.refund(KEY).state is RefundState.PENDING
    assert refunds_called(money) == [f"refund {KEY}", f"find_refund {KEY}"]
    assert money.gateway.given("pay_1") == 16500


def test_a_question_that_was_lost_is_asked_again(money: MoneyTill) -> None:
    asked(money)
    give = money.gateway.refund

    def lost(order: RefundOrder) -> RefundFact:
        money.gateway.refund = give  # type: ignore[method-assign]  # the fault is over
        raise LOST

    money.gateway.refund = lost  # type: ignore[method-assign]  # the played fault
    money.run(8)
    assert money.refund(KEY).state is RefundState.PENDING
    # Looked for, proved not to exist, and looked for once more right before the same key is used.
    assert refunds_called(money) == [f"find_refund {KEY}", f"find_refund {KEY}", f"refund {KEY}"]


def test_doubt_stays_doubt_while_nobody_answers(money: MoneyTill) -> None:
    asked(money)
    money.gateway.trouble.extend([LOST, UNAVAILABLE, REFUSED])
    money.run(4)
    refund = money.refund(KEY)
    assert (refund.state, refund.last_error) == (RefundState.UNKNOWN, "no line")
    money.run(12)
    assert money.refund(KEY).state is RefundState.PENDING
    assert money.gateway.given("pay_1") == 16500
    assert money.flags() == ()


def test_no_line_is_no_doubt(money: MoneyTill) -> None:
    asked(money)
    money.gateway.trouble.append(UNAVAILABLE)
    money.tick()
    refund = money.refund(KEY)
    assert (refund.state, refund.last_error) == (RefundState.ASKED, "no line")
    money.run(5)
    assert money.refund(KEY).state is RefundState.PENDING


def test_a_key_that_was_used_is_a_doubt(money: MoneyTill) -> None:
    asked(money)
    money.gateway.trouble.append(GatewayError(GatewayErrorKind.DUPLICATE, "used"))
    money.tick()
    assert money.refund(KEY).state is RefundState.UNKNOWN


@pytest.mark.parametrize(
    "kind",
    [
        GatewayErrorKind.VALIDATION,
        GatewayErrorKind.STATE,
        GatewayErrorKind.NOT_FOUND,
        GatewayErrorKind.FEATURE_OFF,
    ],
)
def test_a_refusal_needs_a_person(money: MoneyTill, kind: GatewayErrorKind) -> None:
    order_id = asked(money)
    money.gateway.trouble.append(GatewayError(kind))
    money.run(30)
    assert money.refund(KEY).state is RefundState.FAILED
    (flag,) = money.flags()
    assert (flag.kind, flag.order_id, flag.amount, flag.detail, flag.action) == (
        "refund_failed", order_id, 16500, KEY, "refund_again",
    )  # fmt: skip
    assert money.told_by_ledger("refund.failed")[0]["why"] == kind.value
    assert refunds_called(money) == [f"refund {KEY}"]


def test_what_failed_and_was_paid_all_the_same_is_not_paid_again(money: MoneyTill) -> None:
    """A new key is used only after a look proved that the old one gave nothing back."""
    asked(money)
    money.gateway.ends = RefundStatus.FAILED
    money.run(3)
    money.gateway.finish_refund(KEY, RefundStatus.PROCESSED)
    money.refunds.again(KEY, money.yes())
    money.run(3)
    assert money.refund(KEY).state is RefundState.DONE
    assert refunds_called(money) == [f"refund {KEY}", f"find_refund {KEY}-2"]


def test_the_failure_of_the_first_try_is_not_that_of_the_second(money: MoneyTill) -> None:
    """Killed with the second try on its way: the failed first one is all that can be found."""
    asked(money)
    money.gateway.ends = RefundStatus.FAILED
    money.run(3)
    money.gateway.ends = None
    money.refunds.again(KEY, money.yes())
    money.outbox.step(money.clock.now())
    money.restart()
    assert money.refund(KEY).state is RefundState.UNKNOWN
    money.run(5)
    refund = money.refund(KEY)
    assert (refund.state, refund.attempt) == (RefundState.PENDING, 2)
    assert refunds_called(money)[-1] == f"refund {KEY}-2"


def test_a_gateway_whose_keys_are_gone_is_asked_later(money: MoneyTill) -> None:
    asked(money)
    strange = replace(money.own_upi, name="elsewhere")
    action = AskRefund(Gateways(strange), RefundBook(money.ids, money.refund_notes))
    effect = effect_of(money)
    with money.store.write() as uow:
        call = action.prepare(uow, effect, money.clock.now())
        assert not isinstance(call, Dropped)
        with pytest.raises(GatewayError) as refused:
            call.perform()
        result = action.record(uow, effect, refused.value, money.clock.now())
    assert isinstance(result, Later)


def effect_of(money: MoneyTill, subject: str = f"{KEY}:1") -> Effect:
    now = money.clock.now()
    return Effect(1, effects.REFUND_ASK, subject, "A", OutboxState.DOING, 1, now, now)


def test_an_effect_of_yesterday_does_nothing(money: MoneyTill) -> None:
    money.gateway.ends = RefundStatus.FAILED
    asked(money)
    money.run(3)
    money.refunds.again(KEY, money.yes())
    action, now = (
        AskRefund(money.gateways, RefundBook(money.ids, money.refund_notes)),
        money.clock.now(),
    )
    with money.store.write() as uow:
        for subject in (f"{KEY}:1", "ret-pay_7-1:1"):
            old = effect_of(money, subject)
            assert action.prepare(uow, old, now) == Dropped("refund_moved_on")
            assert action.record(uow, old, None, now) == Dropped("refund_moved_on")
            assert isinstance(action.recover(uow, old, now), Later)
            action.dropped(uow, old, "refund_moved_on", now)
    assert money.refund(KEY).state is RefundState.ASKED
    money.run(3)
    with money.store.read() as uow:
        done = effect_of(money, f"{KEY}:2")
        assert action.prepare(uow, done, now) == Dropped("refund_moved_on")


def test_what_is_no_answer_is_tried_again(money: MoneyTill) -> None:
    asked(money)
    action = AskRefund(money.gateways, RefundBook(money.ids, money.refund_notes))
    with money.store.write() as uow:
        result = action.record(uow, effect_of(money), Unavailable("away"), money.clock.now())
    assert isinstance(result, Later)


def test_another_amount_is_shown_to_a_person(money: MoneyTill) -> None:
    order_id = asked(money)
    fact = RefundFact(
        "razorpay", "rfnd_1", "pay_1", RefundStatus.PROCESSED, 16400, "INR", 1, KEY, "ARN1"
    )
    action = AskRefund(money.gateways, RefundBook(money.ids, money.refund_notes))
    with money.store.write() as uow:
        assert action.record(uow, effect_of(money), fact, money.clock.now()) == Done()
        uow.commit()
    assert [(f.kind, f.order_id, f.detail) for f in money.flags()] == [
        ("mismatch", order_id, f"{KEY} other amount or payment")
    ]
    assert money.refund(KEY).state is RefundState.DONE


def test_a_gateway_that_takes_its_word_back_is_shown_to_a_person(money: MoneyTill) -> None:
    asked(money)
    money.gateway.ends = RefundStatus.PROCESSED
    money.run(3)
    book = RefundBook(money.ids, money.refund_notes)
    with money.store.write() as uow:
        failed = replace(money.gateway.refunded[KEY], status=RefundStatus.FAILED)
        book.told(uow, money.refund(KEY), failed, money.clock.now())
        uow.commit()
    assert money.refund(KEY).state is RefundState.DONE
    assert [(f.kind, f.detail) for f in money.flags()] == [("mismatch", f"{KEY} done failed")]


class Play:
    """A refund of 165.00, killed after any pieces of work; the gateway and the file stay."""

    def __init__(self, folder: Path) -> None:
        self.money = MoneyTill(folder)
        self.pieces = 0
        self.kills: set[int] = set()

    def go(self) -> None:
        money = self.money
        asked(money)
        quiet = 0
        while quiet < 75:
            if quiet == 5 and KEY in money.gateway.refunded:
                money.gateway.finish_refund(KEY, RefundStatus.PROCESSED)
            before = self.pieces
            money.clock.pass_seconds(1)
            now = money.clock.now()
            money.refund_watch.step(now)
            money.outbox.step(now)
            money.watcher.step(now)
            while money.lanes.step():
                self.pieces += 1
                if self.pieces in self.kills:
                    money.restart()
            quiet = quiet + 1 if self.pieces == before else 0


def given_back_once(play: Play, case: object) -> None:
    money = play.money
    assert money.gateway.given("pay_1") == 16500, case
    assert len(money.gateway.refunded) == 1, case
    assert money.refund(KEY).state is RefundState.DONE, case
    assert money.refunds.owed() == (), case
    assert money.flags() == (), case
    with money.store.read() as uow:
        assert uow.outbox.unsent()[0] == 0, case


def test_killed_after_any_piece_of_work(tmp_path: Path) -> None:
    quiet = Play(tmp_path / "quiet")
    quiet.go()
    given_back_once(quiet, "no kill")
    assert quiet.pieces >= 6
    quiet.money.store.close()
    for piece in range(1, quiet.pieces + 1):
        play = Play(tmp_path / str(piece))
        play.kills = {piece, piece + 1}
        play.go()
        given_back_once(play, f"killed after piece {piece}")
        play.money.store.close()
