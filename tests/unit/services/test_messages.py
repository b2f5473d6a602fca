"""When a message goes, what it shows, and how its fate is asked for."""

from dataclasses import replace
from typing import NoReturn

import pytest

from pos_desktop.domain.delivery import DeliverySeen, MessageState, Purpose
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import LinkStyle
from pos_desktop.domain.payment import CollectKind, CollectState, GatewayStatus
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.ports import Accepted, GatewayError, GatewayErrorKind, NotSent, Rejected
from pos_desktop.services.messages import NEVER
from pos_desktop.wire import v1
from tests.support.till import PHONE, Till

REQUEST, RECEIPT = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT
REFUSAL = GatewayError(GatewayErrorKind.VALIDATION, "not taken")


def refused(till: Till) -> Sale:
    """A bill whose link the gateway refused, and whose QR the cashier then showed."""
    till.gateway.trouble.append(REFUSAL)
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.checkout.show_qr(sale.order_id, "Asha")
    till.settle_down()
    return sale


@pytest.mark.parametrize("fixture", ["till", "sms_till"])
def test_a_shop_that_sends_links_never_sends_a_qr(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    """The QR that follows a refused link is for the screen: an SMS cannot carry a picture."""
    till: Till = request.getfixturevalue(fixture)
    sale = refused(till)
    assert till.collect(sale.order_id, 2).kind is CollectKind.QR
    assert (till.messenger.sent, till.relay.pictures) == ([], {})
    message = till.message(sale.order_id, REQUEST)
    assert (message.state, message.reason) == (MessageState.DROPPED, "qr_on_screen")
    till.gateway.pay(f"{sale.order_id}-2")
    till.run(5)
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]


def test_a_shop_that_sends_qrs_sends_the_second_one(qr_till: Till) -> None:
    till = qr_till
    sale = refused(till)
    (message,) = till.messenger.sent
    assert message.template == "pay_whatsapp_qr"
    (picture,) = till.relay.pictures.values()
    assert picture.endswith((till.collect(sale.order_id, 2).upi_payload or "?").encode())


def expire(till: Till, sale: Sale) -> None:
    reference = f"{sale.order_id}-1"
    seen = till.gateway.seen[reference]
    till.gateway.seen[reference] = replace(seen, status=GatewayStatus.EXPIRED)
    till.run(6)
    assert till.collect(sale.order_id).state is CollectState.EXPIRED


@pytest.mark.parametrize("fixture", ["till", "qr_till"])
def test_a_request_that_waited_too_long_never_shows_a_dead_link_or_qr(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    till: Till = request.getfixturevalue(fixture)
    till.messenger.answers.append(NotSent(60, "busy"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    expire(till, sale)
    till.checkout.show_qr(sale.order_id, "Asha")
    till.run(90)
    assert till.message(sale.order_id, REQUEST).state is MessageState.DROPPED
    assert len(till.messenger.sent) == 1
    assert till.sale(sale.order_id).state is SaleState.AWAITING


def test_a_request_whose_link_ended_is_dropped(till: Till) -> None:
    till.messenger.answers.append(NotSent(30, "busy"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    expire(till, sale)
    till.run(40)
    message = till.message(sale.order_id, REQUEST)
    assert (message.state, message.reason) == (MessageState.DROPPED, "not_payable_any_more")


def test_link_style_page_waits_for_the_page_and_carries_our_link(till: Till) -> None:
    till.options = replace(till.options, link_style=LinkStyle.PAGE)
    till.store.close()
    till.start()
    till.relay.down = True
    sale = till.checkout.request(till.order())
    till.run(5)
    assert till.bill(sale.order_id).message_words == "waits_for_relay"
    till.relay.down = False
    till.run(10)
    (message,) = till.messenger.sent
    assert message.url == f"https://bills.example/i/{sale.link_token}"
    assert message.template == "pay_whatsapp_link"


def test_the_page_that_the_relay_missed_is_not_sent_after_the_payment(sms_till: Till) -> None:
    """Revision 1 waits while the relay is down, the sale is paid: only the invoice goes out."""
    till = sms_till
    till.relay.down = True
    sale = till.checkout.request(till.order())
    till.run(20)
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(10)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    till.relay.down = False
    till.run(60)
    assert [revision for revision, _, _ in till.relay.pages[sale.link_token]] == [2]
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]
    request = till.message(sale.order_id, REQUEST)
    assert (request.state, request.reason) == (MessageState.DROPPED, "bill_settled")
    assert till.desk.state().unsent == 0


def test_a_template_that_does_not_fit_is_told_and_the_bill_goes_on(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def misfit(*given: object) -> NoReturn:
        raise InputError("variable_too_long", "The shop's name is too long.")

    monkeypatch.setattr("tests.support.rig.PlainComposer.payment_request", misfit)
    sale = till.checkout.request(till.order())
    till.settle_down()
    bill = till.bill(sale.order_id)
    assert (bill.message_words, bill.message_reason) == ("failed", "The shop's name is too long.")
    assert (bill.words, bill.can_show_qr) == ("waiting_payment", True)
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(10)
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]


def test_a_callback_may_be_quicker_than_the_answer(till: Till) -> None:
    sale = till.checkout.request(till.order())
    while not till.messenger.sent:
        till.outbox.step(till.clock.now())
        till.lanes.step()
    label = till.messenger.sent[0].label
    till.hints.apply(
        v1.FeedEvent(seq=1, kind="delivery", at=0, sid="sid1", label=label, status="delivered")
    )
    till.settle_down()
    message = till.message(sale.order_id, REQUEST)
    assert (message.state, message.sid) == (MessageState.DELIVERED, "sid1")


def test_a_callback_before_an_answer_in_doubt_decides(till: Till) -> None:
    till.messenger.answers.append(KeyError("after the request went"))
    sale = till.checkout.request(till.order())
    while not till.messenger.sent:
        till.outbox.step(till.clock.now())
        till.lanes.step()
    label = till.messenger.sent[0].label
    till.hints.apply(v1.FeedEvent(seq=1, kind="delivery", at=0, label=label, status="sent"))
    till.settle_down()
    assert till.message(sale.order_id, REQUEST).state is MessageState.SENT
    till.told()


@pytest.mark.parametrize("outcome", ["unknown", "time-out"])
def test_an_unknown_answer_after_a_callback_changes_nothing(till: Till, outcome: str) -> None:
    action = till.actions["message.send"]
    sale = till.checkout.request(till.order())
    till.settle_down()
    with till.store.write() as uow:
        sent = replace(till.message(sale.order_id, REQUEST), state=MessageState.SENT)
        uow.messages.save(sent, till.clock.now())
        uow.commit()
    with till.store.write() as uow:
        uow.outbox.put("message.send", "other", sale.order_id, 0)
        (effect,) = uow.outbox.claim(till.clock.now(), ["message.send"], 1)
        subject = till.message(sale.order_id, REQUEST).message_id
        action.record(uow, replace(effect, subject=subject), outcome, till.clock.now())
        action.dropped(uow, replace(effect, subject=subject), "bill_settled", till.clock.now())
        action.recover(uow, replace(effect, subject=subject), till.clock.now())
        uow.commit()
    assert till.message(sale.order_id, REQUEST).state is MessageState.SENT


def test_a_failed_delivery_says_why(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    event = v1.FeedEvent(
        seq=1, kind="delivery", at=0, sid="sid1", status="failed", code=30008, event="no whatsapp"
    )
    till.hints.apply(event)
    message = till.message(sale.order_id, REQUEST)
    assert (message.state, message.code, message.reason) == (
        MessageState.FAILED, 30008, "no whatsapp",
    )  # fmt: skip
    late = v1.FeedEvent(seq=2, kind="delivery", at=0, sid="sid1", status="sent")
    till.hints.apply(late)
    assert till.message(sale.order_id, REQUEST).state is MessageState.FAILED


# -- SMS: the provider is asked, so that no relay is needed for it ------------------------------


def poll_times(till: Till, seconds: int) -> list[int]:
    start, times = till.clock.now(), []
    for _ in range(seconds):
        before = len(till.messenger.polls)
        till.run(1)
        times += [(till.clock.now() - start) // 1000] * (len(till.messenger.polls) - before)
    return times


def test_an_sms_is_asked_about_for_an_hour_and_then_never_again(sms_till: Till) -> None:
    till = sms_till
    sale = till.checkout.request(till.order())
    till.settle_down()
    assert till.messenger.polls == []
    times = poll_times(till, 4200)
    assert times[:5] == [5, 20, 65, 185, 485]
    assert len(times) == 15
    assert 3000 < times[-1] <= 3600
    assert till.message(sale.order_id, REQUEST).not_before == NEVER
    till.restart()
    till.run(86_400, step=300)
    assert len(till.messenger.polls) == 15


def test_a_receipt_that_waited_hours_for_the_relay_is_asked_about_like_any_other(
    sms_till: Till,
) -> None:
    till = sms_till
    till.relay.down = True
    till.checkout.cash(till.order(), 23700)
    till.run(2 * 3600, step=20)
    till.relay.down = False
    till.run(40)
    assert len(till.messenger.sent) == 1
    assert len(poll_times(till, 600)) >= 3


def test_a_delivered_sms_is_asked_about_no_more(sms_till: Till) -> None:
    till = sms_till
    sale = till.checkout.request(till.order())
    till.settle_down()
    seen = DeliverySeen("sid1", None, MessageState.DELIVERED, None, None)
    till.messenger.polled["sid1"] = seen
    till.run(120)
    assert till.messenger.polls == ["sid1"]
    assert till.message(sale.order_id, REQUEST).state is MessageState.DELIVERED
    assert till.bill(sale.order_id).message_words == "delivered"


def test_the_provider_away_or_broken_changes_nothing_and_is_asked_again(sms_till: Till) -> None:
    till = sms_till
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.messenger.down = True
    till.run(10)
    assert till.message(sale.order_id, REQUEST).state is MessageState.ACCEPTED
    till.messenger.down = False
    seen = DeliverySeen("sid1", None, MessageState.DELIVERED, None, None)
    till.messenger.polled["sid1"] = seen
    till.run(20)
    assert till.message(sale.order_id, REQUEST).state is MessageState.DELIVERED


def test_a_bug_in_the_answer_of_a_poll_is_told(
    sms_till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(self: object, sid: str) -> NoReturn:
        raise ValueError("bug")

    monkeypatch.setattr("tests.support.rig.PlayedMessenger.poll", bug)
    sms_till.checkout.request(sms_till.order())
    sms_till.run(30)
    assert sms_till.told() == ["bug", "bug"]


def test_a_message_without_the_providers_id_cannot_be_asked_about(sms_till: Till) -> None:
    """A callback by label healed it; its place in the row must not keep the others unasked."""
    till = sms_till
    for number in range(3):
        till.messenger.answers.append(KeyError("the answer was lost"))
        till.checkout.request(till.order())
        till.settle_down()
        label = till.messenger.sent[-1].label
        event = v1.FeedEvent(seq=number + 1, kind="delivery", at=0, label=label, status="sent")
        till.hints.apply(event)
    till.told()
    till.checkout.request(till.order())
    till.run(30)
    assert till.messenger.polls == ["sid4", "sid4"]


def test_a_full_disk_does_not_make_the_polls_run_hot(sms_till: Till) -> None:
    till = sms_till
    till.checkout.request(till.order())
    till.run(4)
    till.clock.pass_seconds(2)
    till.polls.step(till.clock.now())
    assert len(till.lanes.queue) == 1
    till.polls.step(till.clock.now())
    assert len(till.lanes.queue) == 1  # it is being asked already
    till.store.broken = 1
    till.lanes.drain()
    assert till.told() == ["The disk is full."]
    till.run(10)
    assert till.messenger.polls == ["sid1"]
    till.run(10)
    assert till.messenger.polls == ["sid1", "sid1"]


def test_whatsapp_is_never_polled(till: Till) -> None:
    till.checkout.request(till.order())
    till.run(300, step=5)
    assert till.messenger.polls == []


def test_every_answer_of_the_provider_is_told_once(till: Till) -> None:
    till.messenger.answers.extend([Accepted("one"), Rejected(400, None, "not registered")])
    states = []
    for _ in range(2):
        sale = till.checkout.request(till.order())
        till.settle_down()
        message = till.message(sale.order_id, REQUEST)
        states.append((message.state, message.sid, message.code, message.reason))
        assert message.to == PHONE
    assert states == [
        (MessageState.ACCEPTED, "one", None, None),
        (MessageState.FAILED, None, 400, "not registered"),
    ]
