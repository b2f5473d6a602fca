"""The outbox when things go wrong inside: nothing is lost or done twice, and somebody hears."""

from typing import NoReturn

import pytest

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import SaleState
from pos_desktop.ports import Accepted, Effect, NotSent, OutboxState
from pos_desktop.services import effects
from pos_desktop.services.messages import SendMessage
from pos_desktop.services.outbox import Dropped, Outbox, backoff
from pos_desktop.services.reported import Reported
from tests.support.till import Till

REQUEST, RECEIPT = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT


def doing(till: Till) -> list[str]:
    with till.store.read() as uow:
        return [effect.kind for effect in uow.outbox.interrupted()]


def send_until_sent(till: Till) -> None:
    """Up to the moment in which the provider has the message and we do not know it yet."""
    while not till.messenger.sent:
        till.outbox.step(till.clock.now())
        till.lanes.step()


def test_an_answer_that_meets_a_full_disk_is_written_down_later(till: Till) -> None:
    sale = till.checkout.request(till.order())
    send_until_sent(till)
    till.store.broken = 2
    till.lanes.drain()
    assert till.told() == ["The disk is full."]
    assert doing(till) == ["message.send"]
    till.run(1)
    assert till.told() == ["The disk is full."]
    till.run(5)
    message = till.message(sale.order_id, REQUEST)
    assert (message.state, message.sid) == (MessageState.ACCEPTED, "sid1")
    assert len(till.messenger.sent) == 1
    assert doing(till) == []


def test_an_answer_that_can_never_be_written_down_ends_as_after_a_kill(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*given: object) -> NoReturn:
        raise ValueError("bug in record")

    monkeypatch.setattr(SendMessage, "record", bug)
    sale = till.checkout.request(till.order())
    till.run(30)
    assert till.told() == ["bug in record"] * 3
    message = till.message(sale.order_id, REQUEST)
    assert (message.state, message.reason) == (MessageState.UNKNOWN, "stopped_while_sending")
    assert len(till.messenger.sent) == 1
    assert doing(till) == []


def test_the_moment_of_the_next_try_to_write_is_told_to_the_loop(till: Till) -> None:
    till.checkout.request(till.order())
    send_until_sent(till)
    till.store.broken = 1
    till.lanes.drain()
    till.told()
    now = till.clock.now()
    assert till.outbox.step(now) == now + 1000


def test_an_error_that_a_messenger_must_not_raise_never_sends_twice(till: Till) -> None:
    till.messenger.answers.append(KeyError("bug after the request went"))
    sale = till.checkout.request(till.order())
    till.run(120, step=5)
    assert len(till.messenger.sent) == 1
    assert till.message(sale.order_id, REQUEST).state is MessageState.UNKNOWN
    assert till.told() == ["'bug after the request went'"]


def test_an_error_that_a_gateway_must_not_raise_asks_before_it_repeats(till: Till) -> None:
    till.gateway.trouble.append(ValueError("bug"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.UNKNOWN
    assert till.told() == ["bug"]
    till.run(40)
    assert till.collect(sale.order_id).state is CollectState.OPEN
    assert till.gateway.calls[1].startswith("find")
    assert len(till.gateway.seen) == 1


def test_an_error_before_anything_left_is_simply_tried_again(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message whose preparation failed did certainly not go: it is sent, not "unknown"."""
    told = till.actions[effects.MESSAGE_SEND]
    assert isinstance(told, Reported)
    action = told.action
    prepare = type(action).prepare
    faults = [Unavailable("disk_error")]

    def shaky(self: object, *given: object) -> object:
        if faults:
            raise faults.pop()
        return prepare(action, *given)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(type(action), "prepare", shaky)
    sale = till.checkout.request(till.order())
    till.run(3)
    assert till.told() == ["disk_error"]
    assert till.message(sale.order_id, REQUEST).state is MessageState.ACCEPTED
    assert len(till.messenger.sent) == 1


def test_two_calls_at_a_time_to_one_peer_and_no_hot_loop_meanwhile(till: Till) -> None:
    for _ in range(3):
        till.checkout.request(till.order())
    now = till.clock.now()
    assert till.outbox.step(now) == now + 500
    assert doing(till) == ["collect.create"] * 2
    till.settle_down()
    assert len(till.messenger.sent) == 3


def test_a_row_of_a_later_version_is_left_alone(till: Till) -> None:
    with till.store.write() as uow:
        uow.outbox.put("drone.fly", "somewhere", "", till.clock.now())
        uow.commit()
    with till.store.write() as uow:
        uow.outbox.claim(till.clock.now(), ["drone.fly"], 1)
        uow.commit()
    till.restart()
    till.run(3)
    assert doing(till) == ["drone.fly"]
    assert till.desk.state().unsent == 1


def test_a_repeat_waits_longer_each_time() -> None:
    assert [backoff(n) for n in range(8)] == [1, 1, 2, 4, 8, 15, 30, 30]


def test_no_action_trips_over_a_subject_that_is_not_there(till: Till) -> None:
    """A damaged row is dropped; it must neither repeat for ever nor stop the others."""
    with till.store.write() as uow:
        for kind in till.actions:
            uow.outbox.put(kind, "nobody:1", "no order", till.clock.now())
        uow.commit()
    sale = till.checkout.request(till.order())
    till.settle_down()
    assert till.desk.state().unsent == 0
    assert till.message(sale.order_id, REQUEST).state is MessageState.ACCEPTED


@pytest.mark.parametrize(
    "kind", [effects.COLLECT_CREATE, effects.COLLECT_CLOSE, effects.MESSAGE_SEND]
)
def test_an_answer_about_nothing_is_dropped(till: Till, kind: str) -> None:
    effect = Effect(1, kind, "nobody", "", OutboxState.DOING, 1, 0, 0)
    with till.store.write() as uow:
        assert isinstance(till.actions[kind].record(uow, effect, Accepted("x"), 0), Dropped)


def test_every_kind_knows_what_to_do_after_a_kill(till: Till) -> None:
    """Nothing but a message is lost by asking again, and nothing blocks the start."""
    with till.store.write() as uow:
        for kind in till.actions:
            uow.outbox.put(kind, "nobody:1", "no order", till.clock.now())
        uow.commit()
    with till.store.write() as uow:
        assert len(uow.outbox.claim(till.clock.now(), list(till.actions), 99)) == len(till.actions)
        uow.commit()
    till.restart()
    assert doing(till) == []
    till.settle_down()
    assert till.desk.state().unsent == 0


def test_the_request_in_hand_when_cash_is_taken_is_told_as_it_went(till: Till) -> None:
    """Its row is not dropped: the answer is still written down (and the receipt goes)."""
    sale = till.checkout.request(till.order())
    send_until_sent(till)
    till.checkout.cash_for_waiting(sale.order_id, 23700, "Asha")
    till.settle_down()
    request = till.message(sale.order_id, REQUEST)
    assert (request.state, request.sid) == (MessageState.ACCEPTED, "sid1")
    assert till.message(sale.order_id, RECEIPT).state is MessageState.ACCEPTED
    assert [m.purpose for m in till.messenger.sent] == [REQUEST, RECEIPT]


def test_the_request_in_hand_that_did_not_go_does_not_go_after_cash(till: Till) -> None:
    till.messenger.answers.append(NotSent(2, "busy"))
    sale = till.checkout.request(till.order())
    send_until_sent(till)
    till.checkout.cash_for_waiting(sale.order_id, 23700, "Asha")
    till.run(30)
    assert [m.purpose for m in till.messenger.sent] == [REQUEST, RECEIPT]
    assert till.message(sale.order_id, REQUEST).state is MessageState.DROPPED


def test_a_kill_while_the_request_is_in_hand_and_cash_was_taken(till: Till) -> None:
    sale = till.checkout.request(till.order())
    send_until_sent(till)
    till.checkout.cash_for_waiting(sale.order_id, 23700, "Asha")
    till.restart()
    till.settle_down()
    assert till.message(sale.order_id, REQUEST).state is MessageState.UNKNOWN
    assert till.message(sale.order_id, RECEIPT).state is MessageState.ACCEPTED


def test_settling_a_bill_never_drops_its_receipt(till: Till) -> None:
    """The receipt waits in its row while everything that settles a bill happens again."""
    till.messenger.answers.extend([Accepted("one"), NotSent(60, "busy")])
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(7)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.message(sale.order_id, RECEIPT).state is MessageState.QUEUED
    till.checkout.hand_over(sale.order_id, "Asha")
    till.restart()
    till.run(90)
    assert till.message(sale.order_id, RECEIPT).state is MessageState.ACCEPTED


def test_a_row_without_its_answer_is_never_claimed_again(till: Till) -> None:
    """While an answer waits to be written down, its row stays in hand: no second call."""
    sale = till.checkout.request(till.order(phone=None))
    till.outbox.step(till.clock.now())
    till.lanes.step()
    till.store.broken = 1
    till.lanes.drain()
    till.told()
    for _ in range(5):
        till.outbox.step(till.clock.now())
        till.lanes.drain()
    assert till.gateway.calls == [f"create {sale.order_id}-1"]
    till.run(2)
    assert till.collect(sale.order_id).state is CollectState.OPEN
    assert till.gateway.calls == [f"create {sale.order_id}-1"]


def test_without_work_there_is_no_moment_to_come_again(till: Till) -> None:
    box = Outbox(till.store, till.lanes, till.clock, till.ids, till.actions, till.heard)
    assert box.step(till.clock.now()) is None
