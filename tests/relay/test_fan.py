"""One reader for many streams: what it keeps, what it no longer has, and how it ends."""

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from pos_desktop.wire import v1
from pos_relay.bus.local import LocalBus
from pos_relay.fan import Fan, Fans, Reading, frame
from pos_relay.store import devices, feed
from tests.relay.support import (
    OPERATOR,
    QUICK,
    Relay,
    Shop,
    Till,
    captured_log,
    make_old,
    running,
)
from tests.relay.test_feed import streamed, tell

SESSION = ("D1", 1)


class Feed:
    """A feed in memory, read as a fan reads."""

    def __init__(self, limit: int = 200) -> None:
        self.hints: list[v1.FeedEvent] = []
        self.purged = 0
        self.reads = 0
        self.limit = limit
        self.live = frozenset({SESSION})
        self.fault: Exception | None = None

    def grow(self, count: int) -> None:
        for _ in range(count):
            self.hints.append(v1.FeedEvent(seq=len(self.hints) + 1, kind="hook", at=1))

    def read(self, after: int | None) -> Reading:
        self.reads += 1
        if self.fault is not None:
            raise self.fault
        found = [] if after is None else self.hints[max(after, self.purged) :][: self.limit]
        return Reading(v1.FeedPage(events=tuple(found), last=len(self.hints)), self.live)


async def turned(fan: Fan, bus: LocalBus, tenant: str = "T") -> None:
    """Ring, and wait until the fan has read."""
    turn = fan.turn
    bus.wake(tenant)
    await asyncio.wait_for(turn.wait(), 5)


def frames(hints: list[v1.FeedEvent]) -> bytes:
    return b"".join(map(frame, hints))


def test_what_is_new_since_any_place_is_one_piece() -> None:
    async def run() -> None:
        source, bus, fans = Feed(), LocalBus(), Fans()
        bus.start()
        source.grow(3)
        async with fans.joined("T", source.read, bus, 60.0) as fan:
            assert fan.after(3) is None, "before the first reading nothing is known"
            await asyncio.wait_for(fan.turn.wait(), 5)
            assert fan.after(3) == (b"", 3)
            assert fan.after(2) is None, "older ones are in the feed only"
            source.grow(4)
            await turned(fan, bus)
            assert fan.after(3) == (frames(source.hints[3:]), 7)
            assert fan.after(5) == (frames(source.hints[5:]), 7)
            assert fan.after(7) == (b"", 7)
            assert fan.after(9) == (b"", 9), "who read the feed himself may be ahead"

    asyncio.run(run())


def test_only_the_newest_are_kept_and_a_burst_is_read_to_its_end() -> None:
    async def run() -> None:
        source, bus, fans = Feed(limit=50), LocalBus(), Fans()
        bus.start()
        async with fans.joined("T", source.read, bus, 60.0) as fan:
            await asyncio.wait_for(fan.turn.wait(), 5)
            source.grow(300)
            bus.wake("T")
            last = (frames(source.hints[299:]), 300)
            while fan.after(299) != last:
                await asyncio.wait_for(fan.turn.wait(), 5)
            assert fan.after(43) is None
            assert fan.after(44) == (frames(source.hints[44:]), 300)

    asyncio.run(run())


def test_numbers_that_were_purged_are_not_waited_for() -> None:
    async def run() -> None:
        source, bus, fans = Feed(), LocalBus(), Fans()
        bus.start()
        async with fans.joined("T", source.read, bus, 60.0) as fan:
            await asyncio.wait_for(fan.turn.wait(), 5)
            source.grow(9)
            source.purged = 9
            await turned(fan, bus)
            assert fan.after(9) == (b"", 9)
            assert source.reads == 2

    asyncio.run(run())


def test_a_session_is_judged_by_readings_that_began_after_it() -> None:
    async def run() -> None:
        source, bus, fans = Feed(), LocalBus(), Fans()
        bus.start()
        async with fans.joined("T", source.read, bus, 60.0) as fan:
            await asyncio.wait_for(fan.turn.wait(), 5)
            since = fan.begun
            assert fan.holds("D2", 1, since), "it was enrolled after the last reading"
            await turned(fan, bus)
            assert not fan.holds("D2", 1, since)
            assert not fan.holds("D1", 2, since)
            assert fan.holds("D1", 1, since)

    asyncio.run(run())


def test_listeners_share_a_reader_that_ends_with_the_last() -> None:
    async def run() -> None:
        source, bus, fans = Feed(), LocalBus(), Fans()
        bus.start()
        async with fans.joined("T", source.read, bus, 60.0) as first:
            async with fans.joined("T", source.read, bus, 60.0) as second:
                assert first is second
                assert fans.streams == {"T": 2}
            await asyncio.wait_for(first.turn.wait(), 5)
            assert source.reads == 1
            assert not first.ended
        assert fans.streams == {}
        await asyncio.sleep(0.01)
        assert first.ended

    asyncio.run(run())


@pytest.mark.parametrize("stop", [True, False])
def test_an_end_is_told_and_another_begins_anew(*, stop: bool) -> None:
    async def run() -> None:
        source, bus, fans = Feed(), LocalBus(), Fans()
        bus.start()
        async with fans.joined("T", source.read, bus, 60.0) as fan:
            await asyncio.wait_for(fan.turn.wait(), 5)
            turn = fan.turn
            if stop:
                bus.stop()
            else:
                source.fault = OSError("no disk")
                bus.wake("T")
            await asyncio.wait_for(turn.wait(), 5)
            while not fan.ended:
                await asyncio.sleep(0.01)
            source.fault = None
            async with fans.joined("T", source.read, LocalBus(), 60.0) as fresh:
                assert fresh is not fan
                await asyncio.wait_for(fresh.turn.wait(), 5)
                assert not fresh.ended
            assert fans.streams == {}

    with captured_log() as log:
        asyncio.run(run())
    assert any('"feed": "OSError"' in line for line in log) is not stop


@pytest.fixture
def calm(tmp_path: Path) -> Iterator[Relay]:
    """A relay whose heartbeat comes once a minute: whatever happens, happens by a ring."""
    with running(tmp_path / "data", replace(QUICK, heartbeat=60.0)) as relay:
        yield relay


class Listening:
    """Streams of one shop, each in a thread; ``heard`` are the numbers that each got."""

    def __init__(self, relay: Relay, tills: list[Till], wanted: int) -> None:
        self.heard: list[list[int]] = [[] for _ in tills]
        self._threads = [
            threading.Thread(target=self._hear, args=(relay, till, wanted, heard))
            for till, heard in zip(tills, self.heard, strict=True)
        ]
        for thread in self._threads:
            thread.start()
        until(lambda: sum(relay.node.fans.streams.values()) == len(tills))

    def _hear(self, relay: Relay, till: Till, wanted: int, heard: list[int]) -> None:
        with httpx.Client(base_url=relay.base_url, trust_env=False) as http:
            mine = Relay(relay.node, relay.base_url, http)
            heard.extend(int(event["id"]) for event in streamed(mine, till, wanted))

    def over(self, seconds: float = 5.0) -> None:
        """All streams have ended."""
        for thread in self._threads:
            thread.join(seconds)
            assert not thread.is_alive()


def until(holds: Any) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_thirty_streams_of_a_shop_cost_one_reading_an_event(
    calm: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = calm.shop()
    tills = [calm.enrol(shop) for _ in range(3)] * 10
    reads: list[int] = []
    after = feed.after

    def counted(*arguments: Any) -> v1.FeedPage:
        reads.append(1)
        return after(*arguments)

    monkeypatch.setattr(feed, "after", counted)
    listening = Listening(calm, tills, wanted=4)
    until(lambda: len(reads) >= len(tills))  # each looks once for what it missed
    time.sleep(0.2)
    began = len(reads)
    for number in range(4):
        tell(calm, shop, f"e{number}")
        time.sleep(0.05)
    listening.over()
    assert listening.heard == [[1, 2, 3, 4]] * len(tills)
    assert len(reads) - began <= 4


def test_a_stream_ends_at_once_when_the_operator_revokes_its_counter(calm: Relay) -> None:
    shop = calm.shop()
    gone, stays = calm.enrol(shop), calm.enrol(shop)
    first, second = Listening(calm, [gone], 1), Listening(calm, [stays], 1)
    began = time.monotonic()
    path = f"/v1/operator/counters/{gone.answer.device}/revoke"
    calm.http.post(path, headers={"authorization": f"Bearer {OPERATOR}"}).raise_for_status()
    first.over()
    assert time.monotonic() - began < 2
    tell(calm, shop, "x")
    second.over()
    assert (first.heard, second.heard) == ([[]], [[1]])


def test_a_counter_that_enrols_again_loses_its_old_stream_only(calm: Relay) -> None:
    shop = calm.shop()
    old = calm.enrol(shop)
    before = Listening(calm, [old], 1)
    new = calm.enrol(shop, old.key)
    before.over()
    again = Listening(calm, [new], 1)
    tell(calm, shop, "x")
    again.over()
    assert (before.heard, again.heard) == ([[]], [[1]])


def test_a_reader_that_fails_ends_its_streams(calm: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = calm.shop()
    till = calm.enrol(shop)
    listening = Listening(calm, [till], 1)

    def broken(*_: object) -> frozenset[tuple[str, int]]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(devices, "live", broken)
    calm.node.bus.wake(shop.tenant)
    listening.over()
    assert listening.heard == [[]]
    monkeypatch.undo()
    tell(calm, shop, "x")
    assert [int(event["id"]) for event in streamed(calm, till, 1)] == [1]


def test_a_week_away_while_everything_was_purged(relay: Relay, shop: Shop, till: Till) -> None:
    for number in range(5):
        tell(relay, shop, f"old{number}")
    make_old(relay, shop)
    with relay.node.store.database.write() as sql:
        feed.purge(sql, relay.node.now(), advance=True)
    listening = Listening(relay, [till], 1)
    tell(relay, shop, "new")
    listening.over()
    assert listening.heard == [[6]]
