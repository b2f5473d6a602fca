"""The loop with real threads: it recovers, wakes, survives errors and ends in time."""

import threading
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.errors import RaseedError, StoreError
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.host.engine import Engine
from pos_desktop.services.hints import Hints
from pos_desktop.wire import v1
from tests.unit.host.running import Running, until

DUE = 23700


def opened(running: Running) -> Sale:
    """A bill whose request went out."""
    sale = running.in_db(lambda: running.checkout.request(running.order()))
    until(lambda: running.message(sale.order_id, Purpose.PAYMENT_REQUEST).sid is not None)
    return sale


def issued(running: Running, sale: Sale) -> bool:
    return running.sale(sale.order_id).state is SaleState.ISSUED


def hook(running: Running, seq: int, sale: Sale) -> None:
    event = v1.FeedEvent(seq=seq, kind="hook", at=0, reference=f"{sale.order_id}-1")
    running.relay.line.put(event)


def test_a_whole_sale_by_itself(running: Running) -> None:
    running.engine.start()
    sale = opened(running)
    running.gateway.pay(f"{sale.order_id}-1")
    hook(running, 1, sale)
    until(lambda: issued(running, sale))
    until(lambda: running.bill_message(sale.order_id) == "accepted")
    assert running.sale(sale.order_id).confirmed_by == "push"
    assert [m.purpose for m in running.messenger.sent] == [
        Purpose.PAYMENT_REQUEST, Purpose.RECEIPT,
    ]  # fmt: skip
    until(lambda: running.desk.state().unsent == 0)


def test_without_a_relay_the_gateway_is_polled(running: Running) -> None:
    running.engine = Engine(running.works(None))
    running.engine.start()
    sale = opened(running)
    running.gateway.pay(f"{sale.order_id}-1")
    until(lambda: issued(running, sale), seconds=15)
    assert running.sale(sale.order_id).confirmed_by == "poll"
    assert running.relay.asked == []


def test_what_a_kill_left_is_recovered_before_anything_new(running: Running) -> None:
    sale = running.in_db(lambda: running.checkout.request(running.order()))

    def claim() -> None:
        with running.store.write() as uow:
            uow.outbox.claim(running.clock.now(), ["collect.create"], 1)
            uow.commit()

    running.in_db(claim)
    running.engine.start()
    until(lambda: running.collect(sale.order_id).state is CollectState.OPEN)
    assert running.gateway.calls[0].startswith("find")


def test_a_recovery_that_fails_is_told_and_tried_again(running: Running) -> None:
    running.store.broken = 1
    running.engine.start()
    until(lambda: running.failures != [])
    assert running.told() == ["The disk is full."]
    assert running.steps == []
    until(lambda: running.steps != [])
    sale = opened(running)
    assert running.message(sale.order_id, Purpose.PAYMENT_REQUEST).state is MessageState.ACCEPTED


@pytest.mark.serial
def test_an_idle_loop_is_calm_and_wakes_at_once(running: Running) -> None:
    running.engine.start()
    until(lambda: len(running.steps) > 1)
    count = len(running.steps)
    time.sleep(1.2)
    assert len(running.steps) - count <= 4
    waits = []
    for _ in range(5):
        before, asked = len(running.steps), time.monotonic()
        running.engine.wake()
        until(lambda before=before: len(running.steps) > before)  # type: ignore[misc]  # bound now
        waits.append(running.steps[before] - asked)
    assert min(waits) < 0.25  # a turn by itself comes every half second


@pytest.mark.serial
def test_a_gateway_that_does_not_answer_makes_no_hot_loop(running: Running) -> None:
    release = threading.Event()
    running.engine.start()
    sale = opened(running)
    fetch = running.gateway.fetch

    def hang(collect: object) -> object:
        release.wait(20)
        return fetch(collect)  # type: ignore[arg-type]  # handed through

    running.gateway.fetch = hang  # type: ignore[method-assign, assignment]  # the played fault
    running.in_db(running.watcher.resume)
    time.sleep(0.3)
    count = len(running.steps)
    time.sleep(1.5)
    assert len(running.steps) - count <= 6
    running.gateway.pay(f"{sale.order_id}-1")
    release.set()
    until(lambda: issued(running, sale))


def test_an_error_in_a_step_is_told_and_the_others_go_on(running: Running) -> None:
    running.fault = ValueError("bug in a step")
    running.engine.start()
    sale = opened(running)
    running.gateway.pay(f"{sale.order_id}-1")
    hook(running, 1, sale)
    until(lambda: issued(running, sale))
    assert set(running.told()) == {"bug in a step"}
    # It rests longer after each error, and comes back.
    gaps = [later - earlier for earlier, later in pairwise(running.steps)]
    assert all(gap > 0.9 for gap in gaps)
    running.fault = None
    count = len(running.steps)
    until(lambda: len(running.steps) > count + 1)
    running.told()


def test_an_error_in_the_loop_itself_is_told_and_the_loop_goes_on(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [ValueError("lane gone mad")]
    now = running.clock.now

    def shaky() -> int:
        if faults and threading.current_thread().name.startswith("db"):
            raise faults.pop()
        return now()

    monkeypatch.setattr(running.clock, "now", shaky)
    running.engine.start()
    until(lambda: len(running.steps) > 1)
    assert running.told() == ["lane gone mad"]


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_clock_that_jumps_resumes_the_watching(running: Running, minutes: int) -> None:
    """Put forward or back: the next question is asked now, not when the old clock would say."""
    running.engine.start()
    sale = opened(running)
    until(lambda: running.collect(sale.order_id).next_ask_at is not None)
    running.gateway.pay(f"{sale.order_id}-1")
    running.clock.offset_ms = minutes * 60_000
    until(lambda: issued(running, sale), seconds=3)


def test_the_feed_goes_on_from_its_cursor_after_a_cut(running: Running) -> None:
    running.engine.start()
    sale = opened(running)
    hook(running, 7, sale)
    until(lambda: running.hints.cursor() == 7)
    until(lambda: running.watcher.push_connected)
    running.cut()
    until(lambda: not running.watcher.push_connected)
    hook(running, 8, sale)
    until(lambda: running.hints.cursor() == 8)
    assert running.relay.asked == [0, 7]
    assert running.watcher.push_connected


@pytest.mark.parametrize(("jitter", "soonest", "latest"), [(0.0, 0.3, 1.4), (0.999, 1.8, 4.0)])
def test_each_counter_comes_back_at_its_own_moment(
    running: Running, jitter: float, soonest: float, latest: float
) -> None:
    """Else a thousand counters would all knock at once when their relay is back."""
    running.engine = Engine(replace(running.works(running.relay), jitter=lambda: jitter))
    running.engine.start()
    running.relay.line.put(v1.FeedEvent(seq=0, kind="alive", at=0))
    until(lambda: running.watcher.push_connected)
    running.cut()
    cut = time.monotonic()
    until(lambda: len(running.relay.asked) == 2)
    assert soonest < time.monotonic() - cut < latest


def test_a_counter_that_is_refused_asks_less_and_less(running: Running) -> None:
    running.engine = Engine(replace(running.works(running.relay), jitter=lambda: 0.0))
    for _ in range(4):
        running.relay.line.put(RaseedError("relay_revoked"))
    running.engine.start()
    moments: list[float] = []
    for count in (1, 2, 3, 4):
        until(lambda count=count: len(running.relay.asked) >= count)  # type: ignore[misc]  # bound now
        moments.append(time.monotonic())
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps[0] < gaps[1] < gaps[2]
    assert running.told() == []


def test_a_sign_of_life_says_connected_and_moves_nothing(running: Running) -> None:
    running.engine.start()
    running.relay.line.put(v1.FeedEvent(seq=0, kind="", at=0))
    until(lambda: running.watcher.push_connected)
    assert running.hints.cursor() == 0


def test_a_bug_in_the_feed_is_told_and_the_feed_goes_on(running: Running) -> None:
    """Else the counter would believe in pushes that never come, and ask the gateway seldom."""
    running.engine.start()
    sale = opened(running)
    running.relay.line.put(KeyError("bug"))
    until(lambda: running.failures != [])
    assert running.told() == ["'bug'"]
    assert not running.watcher.push_connected
    hook(running, 1, sale)
    until(lambda: running.hints.cursor() == 1)


def test_a_hint_that_meets_a_full_disk_is_read_again(running: Running) -> None:
    running.engine.start()
    sale = opened(running)
    apply = Hints.apply
    faults = [StoreError("disk_full", "The disk is full.")]

    def shaky(self: Hints, event: v1.FeedEvent) -> None:
        if faults:
            raise faults.pop()
        apply(self, event)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Hints, "apply", shaky)
        hook(running, 3, sale)
        until(lambda: running.failures != [])
        hook(running, 3, sale)  # the relay gives it again, from the cursor
        until(lambda: running.hints.cursor() == 3)
    assert running.told() == ["The disk is full."]
    assert running.relay.asked == [0, 0]


def test_a_hint_that_nobody_can_read_does_not_stop_those_behind_it(running: Running) -> None:
    running.engine.start()
    sale = opened(running)
    apply = Hints.apply

    def shaky(self: Hints, event: v1.FeedEvent) -> None:
        if event.seq == 1:
            raise ValueError("poison")
        apply(self, event)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Hints, "apply", shaky)
        hook(running, 1, sale)
        hook(running, 2, sale)
        until(lambda: running.hints.cursor() == 2)
    assert running.told() == ["poison"]
    assert running.relay.asked == [0]


def test_it_stops_in_time_although_everything_hangs(running: Running) -> None:
    release = threading.Event()
    running.engine.start()
    until(lambda: running.steps != [])
    running.lanes.submit("db", lambda: release.wait(20), print, running.failures.append)
    running.engine.wake()
    running.relay.line.put(v1.FeedEvent(seq=1, kind="hook", at=0))
    time.sleep(0.2)
    started = time.monotonic()
    running.engine.stop()
    assert time.monotonic() - started < 5
    release.set()
    count = len(running.steps)
    time.sleep(0.7)
    assert len(running.steps) <= count + 1


def test_it_may_be_stopped_before_it_was_started(running: Running) -> None:
    running.engine.stop()
    assert running.steps == []


def test_the_log_of_the_database_is_folded_when_a_minute_went_by(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[str] = []
    checkpoint = running.store.checkpoint

    def fold() -> None:
        folded.append(threading.current_thread().name)
        checkpoint()

    monkeypatch.setattr(running.store, "checkpoint", fold)
    running.engine.start()
    opened(running)
    time.sleep(0.6)
    assert folded == []
    running.clock.offset_ms = 61_000
    until(lambda: folded != [])
    time.sleep(0.6)
    assert len(folded) == 1
    assert folded[0].startswith("db")
