"""What leaves and when: too late, at night, in doubt, about another number, and what is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.delivery import DeliverySeen, Message, MessageState, Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.numbering import ist_midnight, ist_time_text
from pos_desktop.domain.options import LinkStyle
from pos_desktop.domain.payment import RefundStatus
from pos_desktop.domain.sale import Channel, Sale, SaleState
from pos_desktop.ports import MessageFacts, NotSent, Rejected, Unknown
from pos_desktop.services.history import history
from pos_desktop.services.messages import delivered, quarantined
from pos_desktop.services.outbox import Done, Dropped
from pos_desktop.services.views import HistoryLine
from pos_desktop.wire import v1
from pos_desktop.wire.tags import phone_tag
from tests.support.money_till import MoneyTill
from tests.support.rig import START
from tests.support.till import PHONE, Till

REQUEST, RECEIPT, NOTE = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT, Purpose.REFUND_NOTE
HOUR, DAY = 3_600_000, 86_400_000
MIDNIGHT = ist_midnight(START)
NINE = MIDNIGHT + 21 * HOUR
MORNING = MIDNIGHT + DAY + 8 * HOUR


def messages(till: Till, order_id: str, purpose: Purpose = REQUEST) -> list[Message]:
    with till.store.read() as uow:
        return [m for m in uow.messages.of(order_id) if m.purpose is purpose]


def how(till: Till, order_id: str, purpose: Purpose = REQUEST) -> tuple[str, str | None]:
    message = messages(till, order_id, purpose)[-1]
    return message.state.value, message.reason


# -- a request is never late --------------------------------------------------------------------


def test_a_request_that_waited_for_the_relay_is_dropped_when_it_is_free(till: Till) -> None:
    till.options = replace(till.options, link_style=LinkStyle.PAGE)
    till.store.close()
    till.start()
    till.relay.down = True
    sale = till.checkout.request(till.order())
    till.run(601, step=3)
    assert how(till, sale.order_id) == ("waiting", None)
    till.relay.down = False
    till.run(40)
    assert how(till, sale.order_id) == ("dropped", "too_late_to_send")
    assert till.messenger.sent == []
    bill = till.bill(sale.order_id)
    assert (bill.attention, bill.can_show_qr, bill.message_words) == (True, True, "dropped")


def test_a_request_that_was_held_is_dropped_when_services_are_on(till: Till) -> None:
    till.outbox.held = lambda uow: ("exotel",)
    sale = till.checkout.request(till.order())
    till.run(601, step=3)
    assert how(till, sale.order_id) == ("queued", None)
    till.outbox.held = lambda uow: ()
    till.run(5)
    assert how(till, sale.order_id) == ("dropped", "too_late_to_send")


def test_just_in_time_it_goes(till: Till) -> None:
    till.outbox.held = lambda uow: ("exotel",)
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.clock.at = sale.created_at + 600_000
    till.outbox.held = lambda uow: ()
    till.settle_down()
    assert how(till, sale.order_id) == ("accepted", None)


def test_a_gateways_link_that_is_not_the_payable_one_is_not_sent(till: Till) -> None:
    till.messenger.answers.append(NotSent(20, "busy"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    with till.store.write() as uow:
        (message,) = uow.messages.of(sale.order_id)
        uow.messages.save(replace(message, url="https://rzp.io/rzp/former"), till.clock.now())
        uow.commit()
    till.messenger.sent.clear()
    till.run(40)
    assert how(till, sale.order_id) == ("dropped", "not_payable_any_more")
    assert till.messenger.sent == []


def test_a_registry_of_another_provider_fills_nothing(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_sms(_: object, channel: Channel, message: Message, facts: MessageFacts) -> Message:
        return replace(message, channel="sms", body="pay", url=facts.link)

    monkeypatch.setattr("tests.support.rig.PlainComposer.payment_request", by_sms)
    sale = till.checkout.request(till.order())
    till.settle_down()
    assert how(till, sale.order_id) == ("failed", "other_channel")
    assert messages(till, sale.order_id)[0].channel == "whatsapp"


def test_what_must_not_leave_is_looked_at_once_more(till: Till) -> None:
    """A picture in the books of a shop that sends links, however it got there."""
    sale = till.checkout.request(till.order())
    till.settle_down()
    action, now = till.actions["message.send"], till.clock.now()
    with till.store.write() as uow:
        (message,) = uow.messages.of(sale.order_id)
        wrong = replace(message, state=MessageState.QUEUED, media_url="https://b.example/q/x.png")
        uow.messages.save(wrong, now)
        uow.outbox.put("message.send", "other", sale.order_id, now)
        (effect,) = uow.outbox.claim(now, ["message.send"], 1)
        subject = replace(effect, subject=message.message_id)
        assert action.prepare(uow, subject, now) == Dropped("other_channel")
        uow.messages.save(replace(wrong, media_url=None, to="+919812345678"), now)
        assert action.prepare(uow, subject, now) == Dropped("number_corrected")
        uow.notes.put("channel", "sms_link kept")
        assert action.prepare(uow, subject, now) == Dropped("channel_changed")
        missing = replace(effect, subject="nothing")
        assert action.prepare(uow, missing, now) == Dropped("message_moved_on")


def test_a_message_without_its_bill_is_nobodys(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.messenger.answers.append(NotSent(20, "busy"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    nobody = "pos_desktop.storage.repositories.sales.SqlSales.get"
    monkeypatch.setattr(nobody, lambda self, order_id: None)
    till.run(30)
    monkeypatch.undo()
    assert how(till, sale.order_id) == ("dropped", "no_such_sale")


# -- at night receipts wait ---------------------------------------------------------------------


def paid_at(till: Till, at: int) -> Sale:
    till.clock.at = at
    sale = till.checkout.cash(till.order(), 23700)
    till.run(5)
    return sale


def row(till: Till, order_id: str) -> tuple[str, str]:
    """What a card would say of the receipt."""
    bill = next(b for b in till.desk.state().waiting if b.order_id == order_id)
    return bill.message_words, ist_time_text(bill.message_at)


def test_a_receipt_of_the_evening_goes_at_eight(till: Till) -> None:
    sale = paid_at(till, NINE)
    assert how(till, sale.order_id, RECEIPT) == ("queued", None)
    assert till.desk.state().unsent == 0
    till.clock.at = MORNING - 2000
    till.run(1)
    assert till.messenger.sent == []
    till.run(3)
    (message,) = till.messenger.sent
    assert message.purpose is RECEIPT


def test_a_minute_before_nine_it_goes_at_once(till: Till) -> None:
    paid_at(till, NINE - 60_000)
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]


def test_the_card_says_when(till: Till) -> None:
    till.clock.at = NINE + 30 * 60_000
    sale = till.checkout.request(till.order())
    till.settle_down()
    # A request is not held: the customer stands there.
    assert [m.purpose for m in till.messenger.sent] == [REQUEST]
    till.gateway.pay(f"{sale.order_id}-1", now=till.clock.now())
    till.run(12)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert row(till, sale.order_id) == ("held", "08:00")
    till.clock.at = MORNING
    till.run(2)
    assert row(till, sale.order_id)[0] == "accepted"


def test_one_that_could_not_leave_before_nine_waits_and_says_so(till: Till) -> None:
    till.clock.at = NINE - 20_000
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.messenger.answers.append(NotSent(60, "busy"))
    till.gateway.pay(f"{sale.order_id}-1", now=till.clock.now())
    till.run(12)
    assert len(till.messenger.sent) == 2
    assert till.desk.state().unsent == 1
    till.run(120)
    assert row(till, sale.order_id) == ("held", "08:00")
    assert till.desk.state().unsent == 0
    assert len(till.messenger.sent) == 2
    till.clock.at = MORNING
    till.run(2)
    assert len(till.messenger.sent) == 3


def test_a_clock_put_back_or_on_sends_nothing_at_night(till: Till) -> None:
    paid_at(till, NINE + HOUR)
    for at in (NINE + 2 * HOUR, NINE, NINE + 5 * HOUR):
        till.clock.at = at
        till.outbox.hurry()  # as the engine does when the clock jumped
        till.run(5)
        assert till.messenger.sent == []
    till.clock.at = MIDNIGHT + 15 * HOUR  # it was the afternoon all along
    till.outbox.hurry()
    till.run(5)
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]


def test_over_midnight_and_a_restart(till: Till) -> None:
    paid_at(till, MIDNIGHT + DAY - 1000)
    till.restart()
    till.clock.at = MIDNIGHT + DAY + HOUR
    till.run(5)
    assert till.messenger.sent == []
    till.clock.at = MORNING + 500
    till.run(2)
    assert len(till.messenger.sent) == 1


def test_a_shop_without_quiet_hours(tmp_path: Path, till: Till) -> None:
    till.options = replace(till.options, messages_quiet="")
    till.store.close()
    till.start()
    paid_at(till, NINE + HOUR)
    assert len(till.messenger.sent) == 1


# -- a receipt once more ------------------------------------------------------------------------


@pytest.fixture
def paid(money: MoneyTill) -> tuple[MoneyTill, Sale]:
    sale, _ = money.sold()
    return money, sale


def test_a_receipt_again_has_the_same_link(paid: tuple[MoneyTill, Sale]) -> None:
    money, sale = paid
    money.checkout.receipt_again(sale.order_id, "Asha")
    money.run(3)
    first, second = (m for m in money.messenger.sent if m.purpose is RECEIPT)
    assert (first.attempt, second.attempt, first.url) == (1, 2, second.url)
    with money.store.read() as uow:
        asked = [e for e in uow.ledger.after(0, 1000) if e.kind == "receipt.again"]
    assert [(e.actor, e.body["number"]) for e in asked] == [("Asha", 2)]


def test_no_receipt_while_one_is_on_its_way(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.relay.down = True
    money.gateway.pay(reference, now=money.clock.now())
    money.run(12)
    with pytest.raises(DomainError, match="still_on_its_way"):
        money.checkout.receipt_again(sale.order_id, "Asha")


def test_who_has_no_receipt(money: MoneyTill) -> None:
    waiting, _ = money.waiting()
    with pytest.raises(DomainError, match="not_paid_yet"):
        money.checkout.receipt_again(waiting.order_id, "Asha")
    with pytest.raises(DomainError, match="not_paid_yet"):
        money.checkout.receipt_again("nothing", "Asha")
    cash = money.checkout.cash(money.order(None), 23700)
    with pytest.raises(DomainError, match="phone_needed"):
        money.checkout.receipt_again(cash.order_id, "Asha")
    sale, _ = money.sold()
    money.consents.refuse(PHONE, "Asha")
    with pytest.raises(DomainError, match="opted_out"):
        money.checkout.receipt_again(sale.order_id, "Asha")


def test_in_doubt_the_provider_has_a_minute_and_a_half_to_tell(till: Till) -> None:
    till.messenger.answers.append(Unknown("time-out"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    assert till.bill(sale.order_id).message_words == "unknown"
    till.run(80)
    with pytest.raises(DomainError, match="still_on_its_way"):
        till.checkout.send_again(sale.order_id, "Asha")
    till.run(12)
    assert till.bill(sale.order_id).message_words == "unknown_again"
    till.checkout.send_again(sale.order_id, "Asha")
    till.run(3)
    first, second = till.messenger.sent
    assert (first.attempt, second.attempt, first.url) == (1, 2, second.url)


def test_a_clock_put_back_makes_no_doubt_longer(till: Till) -> None:
    till.messenger.answers.append(Unknown("time-out"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.clock.pass_seconds(-3600)
    till.checkout.send_again(sale.order_id, "Asha")
    till.run(3)
    assert len(till.messenger.sent) == 2


# -- money that went back -----------------------------------------------------------------------


def test_each_refund_is_told_once_with_its_own_sum(paid: tuple[MoneyTill, Sale]) -> None:
    money, sale = paid
    money.gateway.ends = RefundStatus.PROCESSED
    money.back(sale, (1, 1000))
    money.run(8)
    money.back(sale, (2, 1000))
    money.run(8)
    money.restart()
    money.run(60)
    notes = [m for m in money.messenger.sent if m.purpose is NOTE]
    assert [(m.attempt, m.parameters[-1], m.template) for m in notes] == [
        (1, "7200", "refund_whatsapp_link"),
        (2, "16500", "refund_whatsapp_link"),
    ]


def test_a_refund_that_failed_or_waits_is_not_told(paid: tuple[MoneyTill, Sale]) -> None:
    money, sale = paid
    (owed,) = money.back(sale, (1, 1000))
    money.run(8)
    assert messages(money, sale.order_id, NOTE) == []
    money.gateway.finish_refund(owed.key, RefundStatus.FAILED)
    money.run(400, step=4)
    assert messages(money, sale.order_id, NOTE) == []


def test_a_refund_of_a_bill_that_was_never_issued_is_not_told(money: MoneyTill) -> None:
    sale, fact = money.late_money()
    money.gateway.ends = RefundStatus.PROCESSED
    money.decide(money.entry("late"), "refund")
    money.run(8)
    assert money.refund(f"dup-{fact.payment_id}").done_at is not None
    assert messages(money, sale.order_id, NOTE) == []


def test_a_note_waits_for_the_page_and_for_the_morning(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.relay.down = True
    money.gateway.pay(reference, now=money.clock.now())
    money.run(12)
    money.gateway.ends = RefundStatus.PROCESSED
    money.back(sale, (1, 1000))
    money.run(8)
    assert how(money, sale.order_id, NOTE) == ("waiting", None)
    money.clock.at = NINE + HOUR
    money.relay.down = False
    money.run(40)
    assert how(money, sale.order_id, NOTE) == ("queued", None)
    money.clock.at = MORNING
    money.run(3)
    assert how(money, sale.order_id, NOTE) == ("accepted", None)


# -- a report must be about the number ----------------------------------------------------------


@pytest.fixture
def tagged(till: Till) -> Iterator[Till]:
    till.callback_secrets = ("new secret", "old secret")
    yield till


def report(till: Till, seq: int, tag: str) -> None:
    event = v1.FeedEvent(seq=seq, kind="delivery", at=0, sid="sid1", status="delivered", tag=tag)
    till.hints.apply(event)


def counted(till: Till) -> int:
    with till.store.read() as uow:
        return quarantined(uow)


def test_a_report_about_another_number_changes_nothing(tagged: Till) -> None:
    till = tagged
    sale = till.checkout.request(till.order())
    till.settle_down()
    report(till, 1, phone_tag("new secret", "+919812345678"))
    report(till, 2, phone_tag("strange secret", PHONE))
    assert (how(till, sale.order_id), counted(till)) == (("accepted", None), 2)
    assert till.hints.cursor() == 2


@pytest.mark.parametrize("secret", ["new secret", "old secret", ""])
def test_its_own_number_by_any_secret_or_none(tagged: Till, secret: str) -> None:
    sale = tagged.checkout.request(tagged.order())
    tagged.settle_down()
    report(tagged, 1, phone_tag(secret, PHONE))
    assert (how(tagged, sale.order_id)[0], counted(tagged)) == ("delivered", 0)


def test_a_report_about_no_message_is_nobodys(till: Till) -> None:
    seen = DeliverySeen("sid9", None, MessageState.DELIVERED, None, None)
    with till.store.write() as uow:
        assert delivered(uow, seen, 0) is None
        assert quarantined(uow) == 0


def test_a_counter_without_a_secret_believes_it(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    report(till, 1, "f" * 32)
    assert how(till, sale.order_id)[0] == "delivered"


@pytest.mark.parametrize(
    ("told", "state", "count"),
    [
        ("9876543210", "delivered", 0),
        (None, "delivered", 0),
        ("9812345678", "accepted", 1),
    ],
)
def test_a_poll_must_be_about_the_number(
    sms_till: Till, told: str | None, state: str, count: int
) -> None:
    till = sms_till
    sale = till.checkout.request(till.order())
    till.settle_down()
    seen = DeliverySeen("sid1", None, MessageState.DELIVERED, None, None, told)
    till.messenger.polled["sid1"] = seen
    till.run(7)
    assert (how(till, sale.order_id)[0], counted(till)) == (state, count)


# -- the story ----------------------------------------------------------------------------------


def steps(till: Till, order_id: str, now: int = 0) -> list[HistoryLine]:
    with till.store.read() as uow:
        story = history(uow, order_id, now)
    assert story is not None
    return [line for line in story.lines if line.purpose]


def test_every_step_of_every_message_is_in_the_story(money: MoneyTill) -> None:
    money.messenger.answers.append(Rejected(400, 30030, "setup"))
    sale, reference = money.waiting()
    money.checkout.send_again(sale.order_id, "Asha")
    money.run(3)
    label = money.messenger.sent[-1].label
    money.hints.apply(v1.FeedEvent(seq=1, kind="delivery", at=0, label=label, status="sent"))
    money.gateway.pay(reference, now=money.clock.now())
    money.run(12)
    money.checkout.receipt_again(sale.order_id, "Asha")
    found = [
        (line.what, line.who, line.purpose, line.attempt, line.detail)
        for line in steps(money, sale.order_id)
    ]
    request, receipt = "payment_request", "receipt"
    assert found == [
        ("message_queued", "machine", request, 1, ""),
        ("message_failed", "answer", request, 1, "setup"),
        ("message_queued", "machine", request, 2, ""),
        ("message_accepted", "answer", request, 2, ""),
        ("message_sent", "push", request, 2, ""),
        ("message_queued", "machine", receipt, 1, ""),
        ("message_accepted", "answer", receipt, 1, ""),
        ("message_queued", "machine", receipt, 2, ""),
    ]


def test_a_waiting_or_dropped_one_is_told_too(till: Till) -> None:
    till.options = replace(till.options, link_style=LinkStyle.PAGE)
    till.store.close()
    till.start()
    till.relay.down = True
    sale = till.checkout.request(till.order())
    till.run(3)
    assert [line.what for line in steps(till, sale.order_id)] == ["message_waiting"]
    till.consents.refuse(PHONE, "Asha")
    (line,) = steps(till, sale.order_id)
    assert (line.what, line.who, line.detail) == ("message_dropped", "Asha", "opted_out")


def test_a_day_without_a_word_is_no_report(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    taken = till.clock.now()
    assert till.bill(sale.order_id).message_words == "accepted"
    last = steps(till, sale.order_id, taken + DAY)[-1]
    assert (last.what, last.at, last.who) == ("message_no_report", taken + DAY, "machine")
    assert "message_no_report" not in {s.what for s in steps(till, sale.order_id, taken + DAY - 1)}
    till.clock.at = taken + DAY + 6000
    assert till.bill(sale.order_id).message_words == "no_report"
    report(till, 1, "")
    assert till.bill(sale.order_id).message_words == "delivered"
    assert "message_no_report" not in {s.what for s in steps(till, sale.order_id, taken + 2 * DAY)}


def test_an_sms_that_nobody_asks_about_any_more(sms_till: Till) -> None:
    till = sms_till
    sale = till.checkout.request(till.order())
    till.run(4200)
    till.clock.at = sale.created_at + DAY
    assert till.bill(sale.order_id).message_words == "no_report"


def test_the_outcome_of_a_row_whose_message_is_gone(till: Till) -> None:
    action = till.actions["message.send"]
    sale = till.checkout.request(till.order())
    with till.store.write() as uow:
        uow.outbox.put("message.send", "nothing", sale.order_id, 0)
        (effect,) = uow.outbox.claim(till.clock.now(), ["message.send"], 1)
        now = till.clock.now()
        assert action.record(uow, effect, "x", now) == Dropped("no_such_message")
        assert action.recover(uow, effect, now) == Done()
        action.dropped(uow, effect, "x", now)
