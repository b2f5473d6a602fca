"""A refund that the bank never gave back and the shop did: owed no more, and never twice unseen."""

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import RefundFact, RefundStatus
from pos_desktop.domain.refund import RefundEvent, RefundState
from pos_desktop.ports import RefundOrder
from pos_desktop.services.entries import open_entry
from pos_desktop.services.refund_book import RefundBook
from pos_desktop.services.views import InboxChoice
from tests.support.money_till import DUE, LOST, REFUSED, MoneyTill

KEY = "ret-pay_1-1"


def kinds(money: MoneyTill) -> list[str]:
    return [entry.kind for entry in money.inbox.entries()]


def failed_refund(money: MoneyTill) -> str:
    """A refund that the gateway refuses for good; its key."""
    money.late_money()
    money.gateway.trouble.append(REFUSED)
    money.decide(money.entry("late"), "refund")
    money.run(5)
    return "dup-pay_1"


def test_a_refund_that_the_shop_gave_back_itself_is_owed_no_more(money: MoneyTill) -> None:
    key = failed_refund(money)
    assert (len(money.refunds.owed()), money.desk.state().owed) == (1, 1)
    entry = money.entry("refund_failed")
    choice = InboxChoice(entry.flag_id, "given_otherwise", "Asha", money.yes(), " ")
    with pytest.raises(DomainError, match="reason_needed"):
        money.inbox.act(choice)
    money.decide(entry, "given_otherwise", reason="in cash")
    assert kinds(money) == []
    assert (money.refunds.owed(), money.desk.state().owed) == ((), 0)
    assert money.refund(key).state is RefundState.FAILED
    assert money.closed(entry.order_id)[-1] == ("refund_failed", "given back otherwise: in cash")
    with money.store.read() as uow:
        (told,) = (e for e in uow.ledger.after(0, 999) if e.kind == "refund.given_otherwise")
    assert (told.body["key"], told.body["amount"], told.body["reason"]) == (key, DUE, "in cash")
    with pytest.raises(DomainError, match="refund_not_failed"):
        money.refunds.again(key, money.yes())
    assert money.story(entry.order_id).excess == 0


def test_one_that_the_gateway_pays_after_all_was_given_back_twice(money: MoneyTill) -> None:
    key = failed_refund(money)
    entry = money.entry("refund_failed")
    money.decide(entry, "given_otherwise", reason="in cash")
    with money.store.write() as uow:
        refund = uow.refunds.get(key)
        assert refund is not None
        done = RefundBook(money.ids, money.refund_notes).event(
            uow, refund, RefundEvent.PROCESSED, money.clock.now()
        )
        uow.commit()
    assert done.state is RefundState.DONE
    assert [(e.kind, e.detail) for e in money.inbox.entries()] == [
        ("mismatch", f"{key} given back twice")
    ]


def failed_there(money: MoneyTill) -> str:
    """A refund that the gateway took, gave up, and then paid all the same, without a word."""
    sale, _ = money.sold()
    money.back(sale, (2, 1000))
    money.settle_down()
    money.gateway.finish_refund(KEY, RefundStatus.FAILED)
    money.run(70)
    assert money.refund(KEY).state is RefundState.FAILED
    money.gateway.finish_refund(KEY, RefundStatus.PROCESSED)
    return sale.order_id


def test_before_the_shops_own_way_counts_the_gateway_is_asked_once_more(money: MoneyTill) -> None:
    failed_there(money)
    money.decide(money.entry("refund_failed"), "given_otherwise", reason="in cash")
    money.run(5)
    assert money.refund(KEY).state is RefundState.DONE
    assert [(e.kind, e.detail) for e in money.inbox.entries()] == [
        ("mismatch", f"{KEY} given back twice")
    ]


def test_a_payment_that_tells_of_more_wakes_what_failed(money: MoneyTill) -> None:
    order_id = failed_there(money)
    money.gateway.tell_back("pay_1")
    money.ask_again(money.sale(order_id))
    money.run(5)
    assert money.refund(KEY).state is RefundState.DONE
    assert kinds(money) == []
    looks = len(money.gateway.calls)
    money.ask_again(money.sale(order_id))
    money.run(5)
    assert [call for call in money.gateway.calls[looks:] if "find_refund" in call] == []


def test_a_failed_one_that_is_not_found_stays_failed(money: MoneyTill) -> None:
    failed_there(money)
    money.gateway.refunded.pop(KEY)
    money.decide(money.entry("refund_failed"), "given_otherwise", reason="in cash")
    money.run(5)
    assert (money.refund(KEY).state, money.refund(KEY).next_ask_at) == (RefundState.FAILED, None)
    assert kinds(money) == []


def test_what_was_refused_outright_is_not_looked_for(money: MoneyTill) -> None:
    """The gateway never had it, and says nothing of what went back by another hand."""
    failed_refund(money)
    money.gateway.tell_back("pay_1", elsewhere=DUE)
    before = len(money.gateway.calls)
    money.ask_again(money.sale(money.entry("refund_failed").order_id))
    money.run(5)
    assert [call for call in money.gateway.calls[before:] if "find_refund" in call] == []


def test_what_was_refused_after_a_lost_answer_is_looked_for(
    money: MoneyTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first asking took its time and was carried out; only the second one was refused."""

    def refuse(order: RefundOrder) -> RefundFact:
        raise REFUSED

    money.late_money()
    money.gateway.trouble.append(LOST)
    money.decide(money.entry("late"), "refund")
    money.run(1)
    late = money.gateway.refunded.pop("dup-pay_1")
    monkeypatch.setattr(money.gateway, "refund", refuse)
    money.run(5)
    assert kinds(money) == ["refund_failed"]
    money.gateway.refunded["dup-pay_1"] = late
    money.decide(money.entry("refund_failed"), "given_otherwise", reason="in cash")
    money.run(5)
    watched = money.refund("dup-pay_1")
    assert (watched.state, watched.next_ask_at is None) == (RefundState.FAILED, False)
    money.gateway.finish_refund("dup-pay_1", RefundStatus.PROCESSED)
    money.run(120)
    assert money.refund("dup-pay_1").state is RefundState.DONE
    assert [(e.kind, e.detail) for e in money.inbox.entries()] == [
        ("mismatch", "dup-pay_1 failed accepted"),
        ("mismatch", "dup-pay_1 given back twice"),
    ]


def test_an_entry_whose_refund_is_gone_can_end_all_the_same(money: MoneyTill) -> None:
    """A restored database may know less than its inbox."""
    with money.store.write() as uow:
        open_entry(uow, "", "refund_failed", DUE, money.clock.now(), "dup-gone")
        uow.commit()
    money.decide(money.entry("refund_failed"), "given_otherwise", reason="in cash")
    assert kinds(money) == []
