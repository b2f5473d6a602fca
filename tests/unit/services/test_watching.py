"""Who is asked next and by whom it was woken; what the watcher tells the window."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.payment import CollectKind, CollectState
from pos_desktop.domain.sale import SaleState
from pos_desktop.ports import GatewayError, GatewayErrorKind, Gateways
from pos_desktop.services.watcher import Watcher, Watching
from pos_desktop.wire import v1
from tests.support.rig import PlayedGateway, options
from tests.support.till import PHONE, Till

Kind = GatewayErrorKind
DOWN = GatewayError(Kind.UNAVAILABLE)
LIMITED = GatewayError(Kind.RATE_LIMITED)


def opened(till: Till, phone: str | None = PHONE) -> str:
    """A bill with an open collect; its reference."""
    sale = till.checkout.request(till.order(phone))
    till.settle_down()
    reference = f"{sale.order_id}-1"
    assert till.gateway.seen[reference]
    return reference


def fetches(till: Till, reference: str = "") -> int:
    return sum(call.startswith(f"fetch {reference}") for call in till.gateway.calls)


def hint(till: Till, reference: str) -> None:
    seq = till.hints.cursor() + 1
    till.hints.apply(v1.FeedEvent(seq=seq, kind="hook", at=0, reference=reference))


def row(till: Till, reference: str) -> "tuple[int | None, int | None]":
    collect = till.collect(reference.rpartition("-")[0])
    return collect.next_ask_at, collect.asked_at


def issued(till: Till, reference: str) -> bool:
    return till.sale(reference.rpartition("-")[0]).state is SaleState.ISSUED


def rest(till: Till, seconds: float = 10) -> None:
    """The budget fills up; nothing is asked meanwhile."""
    till.clock.pass_seconds(seconds)


# -- pushes ----------------------------------------------------------------------------------------


def test_a_push_goes_before_all_that_are_due(till: Till) -> None:
    references = [opened(till) for _ in range(20)]
    rest(till, 60)
    hint(till, references[-1])
    till.gateway.calls.clear()
    till.watcher.step(till.clock.now())
    till.lanes.drain()
    assert till.gateway.calls[0] == f"fetch {references[-1]}"


def test_a_push_finds_a_place_beside_two_questions_that_hang(till: Till) -> None:
    references = [opened(till) for _ in range(5)]
    rest(till, 60)
    till.watcher.step(till.clock.now())
    assert len(till.lanes.queue) == 2
    for reference in references:
        hint(till, reference)
    till.watcher.step(till.clock.now())
    assert len(till.lanes.queue) == 3
    till.lanes.drain()
    till.run(5)
    assert all(fetches(till, reference) for reference in references)


def test_many_pushes_at_once_borrow_from_the_budget_and_are_all_answered(till: Till) -> None:
    references = [opened(till) for _ in range(14)]
    rest(till, 30)
    for reference in references:
        till.gateway.pay(reference)
        hint(till, reference)
    for _ in range(8):
        till.watcher.step(till.clock.now())
        till.lanes.drain()
    assert sum(issued(till, reference) for reference in references) == 10, "five and five borrowed"
    till.run(6, step=0.25)
    assert all(issued(till, reference) for reference in references)
    assert {till.sale(r.rpartition("-")[0]).confirmed_by for r in references} == {"push"}


def test_a_push_waits_for_the_circuit_and_not_a_moment_longer(till: Till) -> None:
    reference = opened(till)
    till.gateway.trouble.extend([DOWN] * 5)
    while till.gateway.trouble:
        till.run(1)
    count = fetches(till)
    till.gateway.pay(reference)
    hint(till, reference)
    till.run(28)
    assert fetches(till) == count
    till.run(3)
    assert till.sale(reference.rpartition("-")[0]).confirmed_by == "push"


def test_a_push_asks_although_the_account_was_limited_a_moment_ago(till: Till) -> None:
    busy, reference = opened(till), opened(till)
    till.gateway.trouble.append(LIMITED)
    rest(till, 6)
    till.watcher.step(till.clock.now())
    till.lanes.step()  # the first of the two questions is refused
    till.lanes.drain()
    assert till.traffic.quiet_until("razorpay", till.clock.now()) is not None
    till.gateway.pay(reference)
    hint(till, reference)
    till.watcher.step(till.clock.now())
    till.lanes.drain()
    assert issued(till, reference)
    assert not issued(till, busy)


def test_a_push_that_is_refused_is_asked_again_within_a_second(till: Till) -> None:
    reference = opened(till)
    rest(till)
    till.gateway.pay(reference)
    till.gateway.trouble.append(LIMITED)
    hint(till, reference)
    till.run(1, step=0.05)
    assert till.sale(reference.rpartition("-")[0]).confirmed_by == "push"


def test_a_push_about_what_the_gateway_does_not_know_is_let_go(till: Till) -> None:
    """Else it would ask without end."""
    reference = opened(till)
    till.gateway.trouble.extend([GatewayError(Kind.NOT_FOUND)] * 50)
    hint(till, reference)
    till.run(25)
    assert fetches(till) == 1


def test_a_push_whose_answer_could_not_be_stored_is_still_a_push(till: Till) -> None:
    reference = opened(till)
    till.gateway.pay(reference)
    rest(till)
    hint(till, reference)
    till.watcher.step(till.clock.now())
    till.lanes.step()
    till.store.broken = 1
    till.lanes.drain()
    assert till.told() == ["The disk is full."]
    till.run(20)
    assert till.sale(reference.rpartition("-")[0]).confirmed_by == "push"


def test_a_push_about_a_vanished_row_is_forgotten(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = opened(till)
    hint(till, reference)
    with till.store.read() as uow:
        collects = type(uow.collects)
    monkeypatch.setattr(collects, "get", lambda self, reference: None)
    now = till.clock.now()
    till.watcher.step(now)
    monkeypatch.undo()
    till.lanes.drain()
    till.gateway.pay(reference)
    till.run(6)
    assert till.sale(reference.rpartition("-")[0]).confirmed_by == "poll"


def test_a_jump_of_the_clock_keeps_no_push_waiting(till: Till) -> None:
    reference = opened(till)
    till.gateway.pay(reference)
    till.gateway.trouble.append(GatewayError(Kind.RATE_LIMITED, retry_after=200))
    hint(till, reference)
    till.tick()
    till.clock.pass_seconds(-3600)
    till.watcher.resume()
    till.tick()
    assert till.sale(reference.rpartition("-")[0]).confirmed_by == "push"


def test_when_the_push_is_lost_nobody_waits_for_the_old_interval(till: Till) -> None:
    references = [opened(till), opened(till, None)]
    till.watcher.push_connected = True
    till.run(40)
    counts = [fetches(till, reference) for reference in references]
    assert counts[0] == 1, "once in thirty seconds"
    now = till.clock.now()
    assert (row(till, references[0])[0] or 0) - now > 10_000
    till.watcher.push_connected = False
    till.watcher.step(now)
    assert (row(till, references[0])[0] or 0) - now <= 5000
    assert (row(till, references[1])[0] or 0) - now <= 3000
    till.run(6)
    assert fetches(till, references[0]) >= counts[0] + 1
    assert fetches(till, references[1]) >= counts[1] + 1


def test_a_lost_push_moves_nothing_that_is_due_sooner_or_never(till: Till) -> None:
    due, never = opened(till), opened(till)
    till.watcher.push_connected = True
    till.watcher.step(till.clock.now())
    with till.store.write() as uow:
        now = till.clock.now()
        uow.collects.save(replace(till.collect(due.rpartition("-")[0]), next_ask_at=now + 100))
        uow.collects.save(replace(till.collect(never.rpartition("-")[0]), next_ask_at=None))
        uow.commit()
    till.watcher.push_connected = False
    till.watcher.step(now)
    assert (row(till, due)[0], row(till, never)[0]) == (now + 100, None)


def test_with_push_the_first_question_has_time_too(till: Till) -> None:
    till.watcher.push_connected = True
    reference = opened(till)
    begun = till.clock.now()
    till.run(20)
    assert fetches(till) == 0
    assert row(till, reference)[0] == begun + 30_000
    till.run(11)
    assert fetches(till) == 1


# -- turns -----------------------------------------------------------------------------------------


def test_qrs_on_screens_do_not_starve_the_links(till: Till) -> None:
    """Eight QRs every three seconds are more than the budget; the links wait, but not for ever."""
    links = [opened(till) for _ in range(3)]
    qrs = [opened(till, None) for _ in range(8)]
    rest(till, 20)
    before = {reference: fetches(till, reference) for reference in links + qrs}
    till.run(45, step=0.25)
    asked = {reference: fetches(till, reference) - before[reference] for reference in links + qrs}
    assert sum(asked.values()) <= 5 + 90 + 1
    assert all(asked[reference] >= 5 for reference in links)
    shown = [asked[reference] for reference in qrs]
    assert min(shown) >= 6
    assert max(shown) - min(shown) <= 2, "and the QRs take turns among themselves"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Till]:
    """A shop that has changed its gateway: old bills stay where they are."""
    till = Till(tmp_path)
    yield till
    till.store.close()
    assert till.told() == []


def move(till: Till, **others: PlayedGateway) -> None:
    """From now on new bills go to Cashfree."""
    till.gateways = Gateways(till.gateway, dict(others))
    watching: Watching = till.watcher._w
    till.watcher = Watcher(replace(watching, gateways=till.gateways))


def of_former(till: Till, reference: str) -> None:
    """This bill was made at the former gateway."""
    moved = "UPDATE collects SET gateway = 'old' WHERE reference = ?"
    with till.store.write() as uow:
        # No service ever moves a collect.
        session = uow.collects._session  # type: ignore[attr-defined]  # below the port
        session.change(moved, (reference,))
        uow.commit()


def test_each_collect_is_asked_at_its_own_gateway(two: Till) -> None:
    till = two
    former, present = opened(till), opened(till)
    of_former(till, former)
    old = PlayedGateway(name="old", seen=dict(till.gateway.seen))
    move(till, old=old)
    old.pay(former)
    till.run(12)
    assert issued(till, former)
    assert f"fetch {former}" not in till.gateway.calls
    assert f"fetch {present}" in till.gateway.calls


def test_a_former_gateway_that_is_down_holds_up_nobody_else(two: Till) -> None:
    """Seven old bills there are due all the time; the circuit is that gateway's own."""
    till = two
    former, present = [opened(till) for _ in range(7)], opened(till)
    for reference in former:
        of_former(till, reference)
    old = PlayedGateway(name="old", seen=dict(till.gateway.seen))
    old.trouble.extend([DOWN] * 9999)
    move(till, old=old)
    till.run(60)
    assert till.traffic.shut("old", till.clock.now())
    till.gateway.pay(present)
    till.run(8)
    assert issued(till, present)
    assert len(old.calls) <= 20


def test_a_former_gateway_whose_keys_are_gone_is_no_bug(two: Till) -> None:
    till = two
    former, present = opened(till), opened(till)
    of_former(till, former)
    move(till)
    till.run(40)
    assert till.collect(former.rpartition("-")[0]).last_error == "auth"
    assert till.desk.state().services_off == ()
    till.gateway.pay(present)
    till.run(8)
    assert issued(till, present)


def test_the_shops_own_qr_is_never_asked_about(tmp_path: Path) -> None:
    setup = replace(options(), own_upi=OwnUpiOptions(vpa="shop@bank", payee="Fresh Mart"))
    till = Till(tmp_path, setup=setup)
    sale = till.checkout.request(till.order(None))
    till.settle_down()
    till.checkout.show_own_qr(sale.order_id, "Asha")
    till.settle_down()
    own = till.collect(sale.order_id, 2)
    assert (own.state, own.kind, own.next_ask_at) == (CollectState.OPEN, CollectKind.QR, None)
    till.own_upi.calls.clear()
    till.run(120)
    assert till.own_upi.calls == []
    till.store.close()


# -- what is told ----------------------------------------------------------------------------------


def test_the_window_hears_of_what_can_be_seen_and_of_the_age_now_and_then(till: Till) -> None:
    reference = opened(till, None)
    till.run(12)
    heard = till.heard.changes
    till.run(30)
    assert 9 <= fetches(till) <= 14
    assert till.heard.changes - heard == 3, "only how old the oldest question is"
    till.gateway.pay(reference)
    till.run(4)
    assert till.heard.changes - heard >= 4


def test_a_limit_of_the_account_is_no_word_about_a_bill(till: Till) -> None:
    reference = opened(till)
    order_id = reference.rpartition("-")[0]
    till.gateway.trouble.append(LIMITED)
    till.run(6)
    assert not till.gateway.trouble
    assert till.bill(order_id).words == "waiting_payment"
    till.gateway.trouble.extend([DOWN, LIMITED])
    till.run(120)
    assert not till.gateway.trouble
    till.run(60)
    assert till.bill(order_id).words == "waiting_payment"


def test_the_moment_of_the_last_answer_is_kept(till: Till) -> None:
    reference = opened(till)
    till.run(5)
    _, answered = row(till, reference)
    assert answered == till.clock.now()
    till.gateway.trouble.extend([DOWN, LIMITED, GatewayError(Kind.STATE)])
    while len(till.gateway.trouble) > 1:
        till.run(1)
    assert row(till, reference)[1] == answered, "nobody has said anything about it since"
    while till.gateway.trouble:
        till.run(1)
    assert row(till, reference)[1] == till.clock.now(), "a refusal is an answer"


def test_a_refused_question_loses_nothing_of_its_turn(till: Till) -> None:
    reference = opened(till)
    till.run(4 * 60)  # every 15 s from now on
    while row(till, reference)[0] != till.clock.now() + 1000:
        till.run(1)
    till.gateway.trouble.append(LIMITED)
    answered = row(till, reference)[1] or 0
    till.run(1)
    assert not till.gateway.trouble
    assert row(till, reference)[0] == answered + 52_920, "once a minute, from the last answer"


def test_whose_turn_is_long_over_is_asked_before_the_silence_ends(till: Till) -> None:
    """The account refuses again and again: who stands there longest does not wait for all of it."""
    reference = opened(till)
    till.run(4 * 60)
    till.gateway.trouble.extend([LIMITED] * 6)
    while till.gateway.trouble:
        till.run(1)
    till.gateway.pay(reference)
    refused = till.clock.now()
    while not till.heard.news:
        till.run(0.25, 0.25)
    assert till.clock.now() - refused <= 1750, "a quarter of six seconds"
    story = till.desk.history(reference.rpartition("-")[0])
    assert story is not None
