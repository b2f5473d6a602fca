"""Calls that customers wait for count for the budget, for the circuit and for the standing."""

from dataclasses import replace

from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.refund import Refund, RefundState
from pos_desktop.domain.sale import Sale
from pos_desktop.ports import Effect, GatewayError, GatewayErrorKind, OutboxState
from pos_desktop.services import effects
from pos_desktop.services.outbox import Action
from pos_desktop.services.refunding import _NotSeen
from pos_desktop.services.reported import Reported, Reports
from tests.support.till import PHONE, Till

Kind = GatewayErrorKind
DOWN = GatewayError(Kind.UNAVAILABLE)
AUTH = GatewayError(Kind.AUTH)


def opened(till: Till) -> Sale:
    sale = till.checkout.request(till.order(PHONE))
    till.settle_down()
    return sale


def effect(kind: str, subject: str) -> Effect:
    return Effect(1, kind, subject, "B", OutboxState.DOING, 1, 0, 0)


def tell(till: Till, kind: str, subject: str, *outcomes: object) -> None:
    reports = Reports(till.traffic, till.standing)
    with till.store.write() as uow:
        for outcome in outcomes:
            reports.gateway(uow, effect(kind, subject), outcome, till.clock.now())
        uow.commit()


def off(till: Till) -> list[str]:
    return [service.reason for service in till.desk.state().services_off]


def test_making_and_closing_take_from_the_budget_of_the_watch(till: Till) -> None:
    now = till.clock.now()
    for _ in range(9):
        opened(till)
    assert till.traffic.budget.free_at(now) == now + 2500, "five at once, four are owed"


def test_failures_of_making_open_the_circuit_and_one_that_works_closes_it(till: Till) -> None:
    till.gateway.trouble.extend([DOWN] * 5)
    for _ in range(5):
        till.checkout.request(till.order())
    till.settle_down()
    now = till.clock.now()
    assert till.traffic.shut("razorpay", now)
    assert till.traffic.unreachable_since("razorpay") == now
    till.run(8)
    assert not till.traffic.shut("razorpay", till.clock.now())


def test_every_call_at_the_gateway_is_told(till: Till) -> None:
    told = {kind for kind, action in till.actions.items() if isinstance(action, Reported)}
    assert told == {
        effects.COLLECT_CREATE,
        effects.COLLECT_CLOSE,
        effects.PAYMENT_CAPTURE,
        effects.MESSAGE_SEND,
    }
    assert all(action.target for action in till.actions.values())


def test_a_capture_is_told_by_its_collect(till: Till) -> None:
    sale = opened(till)
    subject = effects.capture_subject(f"{sale.order_id}-1", "pay_1")
    tell(till, effects.PAYMENT_CAPTURE, subject, AUTH, AUTH, AUTH)
    assert off(till) == ["auth"]


def test_only_making_a_link_tells_that_links_are_off(till: Till) -> None:
    sale = opened(till)
    feature_off = GatewayError(Kind.FEATURE_OFF)
    tell(till, effects.COLLECT_CLOSE, f"{sale.order_id}-1", *[feature_off] * 3)
    assert off(till) == []
    tell(till, effects.COLLECT_CREATE, f"{sale.order_id}-1", *[feature_off] * 3)
    assert off(till) == ["not_activated"]


def refund(till: Till, sale: Sale) -> Refund:
    made = Refund(
        "dup-pay_1", sale.order_id, "razorpay", "pay_1", 100, "late", RefundState.ASKED,
        0, "Asha", "Meera",
    )  # fmt: skip
    with till.store.write() as uow:
        uow.refunds.add(made)
        uow.commit()
    return made


def test_giving_back_is_told_by_its_refund_and_so_is_the_look_before_it(till: Till) -> None:
    made = refund(till, opened(till))
    subject = effects.refund_subject(made.key, 1)
    tell(till, effects.REFUND_ASK, subject, AUTH, _NotSeen(AUTH), _NotSeen(AUTH))
    assert off(till) == ["auth"]


def test_what_names_nothing_is_told_to_nobody(till: Till) -> None:
    free = till.traffic.budget.free_at(till.clock.now())
    tell(till, effects.COLLECT_CREATE, "nobody-1", *[AUTH] * 3)
    tell(till, effects.REFUND_ASK, "nobody:1", *[AUTH] * 3)
    assert off(till) == []
    assert till.traffic.budget.free_at(till.clock.now()) == free


def test_an_error_where_a_result_should_be_says_nothing_about_messages(till: Till) -> None:
    reports = Reports(till.traffic, till.standing)
    with till.store.write() as uow:
        for _ in range(5):
            reports.exotel(uow, effect(effects.MESSAGE_SEND, "m1"), Unavailable("disk"), 0)
        uow.commit()
    assert off(till) == []


def test_it_is_the_action_that_does_the_work(till: Till) -> None:
    sale = opened(till)
    inner = till.actions[effects.COLLECT_CREATE]
    assert isinstance(inner, Reported)
    heard: list[object] = []
    told: Action = Reported(inner.action, lambda *given: heard.append(given[2]))
    row = effect(effects.COLLECT_CREATE, f"{sale.order_id}-1")
    now = till.clock.now()
    with till.store.write() as uow:
        assert told.target == inner.target == "gateway"
        assert told.prepare(uow, row, now) == inner.action.prepare(uow, row, now)
        assert told.recover(uow, row, now) == inner.action.recover(uow, row, now)
        told.dropped(uow, row, "moved on", now)
        asked = replace(row, attempts=2)
        assert told.record(uow, asked, DOWN, now) == inner.action.record(uow, asked, DOWN, now)
    assert heard == [DOWN]
