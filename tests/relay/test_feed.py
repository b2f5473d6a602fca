"""The feed: a log with a cursor; the stream and the long poll tell the same story."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop.wire import v1
from pos_relay import housekeeping
from pos_relay.store import devices, feed
from tests.relay.support import Relay, Shop, Till, make_old, running

WEEK = 7 * 24 * 3600 * 1000


def tell(relay: Relay, shop: Shop, name: str, at: int | None = None) -> None:
    """Put one hint into the feed as a route does, and ring."""
    when = relay.node.now() if at is None else at
    news = v1.FeedEvent(seq=0, kind="hook", at=when, gateway="razorpay", event_id=name)
    with relay.node.store.database.write() as sql:
        feed.append(sql, shop.tenant, f"hook:razorpay:{name}", news)
    relay.node.bus.wake(shop.tenant)


def streamed(relay: Relay, till: Till, wanted: int, **headers: str) -> Iterator[dict[str, str]]:
    """The first ``wanted`` server-sent events, read with the plainest reader there is."""
    sent = {**till.headers, "accept": "text/event-stream", **headers}
    fields: dict[str, str] = {}
    with relay.http.stream("GET", "/v1/feed", headers=sent, timeout=5) as reply:
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/event-stream")
        for line in reply.iter_lines():
            if line == "" and "data" in fields:
                yield fields
                wanted -= 1
            if line == "":
                fields = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
            if wanted == 0:
                return


def test_long_poll_answers_at_once_when_there_is_news(relay: Relay, shop: Shop, till: Till) -> None:
    for name in ("a", "b", "c"):
        tell(relay, shop, name)
    reply = relay.http.get("/v1/feed?after=1", headers=till.headers).json()
    assert [event["event_id"] for event in reply["events"]] == ["b", "c"]
    assert [event["seq"] for event in reply["events"]] == [2, 3]
    assert reply["last"] == 3


def test_long_poll_waits_and_is_woken(relay: Relay, shop: Shop, till: Till) -> None:
    began = time.monotonic()
    empty = relay.http.get("/v1/feed?after=0", headers=till.headers).json()
    assert empty == {"events": [], "last": 0}
    assert time.monotonic() - began >= 0.9
    timer = threading.Timer(0.2, tell, (relay, shop, "late"))
    timer.start()
    news = relay.http.get("/v1/feed?after=0", headers=till.headers).json()
    timer.join()
    assert [event["event_id"] for event in news["events"]] == ["late"]


def test_stream_tells_what_is_there_and_what_comes(relay: Relay, shop: Shop, till: Till) -> None:
    tell(relay, shop, "before")
    timers = [threading.Timer(0.1 * n, tell, (relay, shop, f"late{n}")) for n in (1, 3)]
    for timer in timers:
        timer.start()
    seen = list(streamed(relay, till, 3))
    for timer in timers:
        timer.join()
    assert [event["id"] for event in seen] == ["1", "2", "3"]
    assert [json.loads(event["data"])["event_id"] for event in seen] == ["before", "late1", "late3"]
    assert {event["event"] for event in seen} == {"hint"}


def test_a_counter_that_was_off_for_a_week_misses_nothing(
    relay: Relay, shop: Shop, till: Till
) -> None:
    for number in range(1, 451):
        tell(relay, shop, f"e{number}", at=relay.node.now() - WEEK)
    with relay.node.store.database.write() as sql:
        feed.purge(sql, relay.node.now(), advance=True)
    seen = list(streamed(relay, till, 440, **{"last-event-id": "10"}))
    assert [int(event["id"]) for event in seen] == list(range(11, 451))
    cursor, polled = 10, []
    while page := relay.hints(till, cursor):
        polled += [event.seq for event in page]
        cursor = polled[-1]
    assert polled == list(range(11, 451))


def test_a_cursor_from_the_future_starts_again(relay: Relay, shop: Shop, till: Till) -> None:
    """The relay was restored from an older copy: a hint too many is harmless, one less is not."""
    tell(relay, shop, "x")
    assert [event.seq for event in relay.hints(till, after=999)] == [1]


def test_old_hints_are_purged_but_numbers_go_on(relay: Relay, shop: Shop, till: Till) -> None:
    tell(relay, shop, "old")
    make_old(relay, shop)
    tell(relay, shop, "new")
    with relay.node.store.database.write() as sql:
        assert feed.purge(sql, relay.node.now(), advance=True) >= 1
    tell(relay, shop, "newer")
    assert [event.seq for event in relay.hints(till)] == [2, 3]


def test_shops_do_not_hear_each_other(relay: Relay, shop: Shop, till: Till) -> None:
    other = relay.shop("Other")
    tell(relay, other, "theirs")
    assert relay.hints(till) == []
    assert [event.event_id for event in relay.hints(relay.enrol(other))] == ["theirs"]


def test_a_stream_ends_when_its_counter_is_revoked(relay: Relay, shop: Shop, till: Till) -> None:
    def revoke() -> None:
        with relay.node.store.database.write() as sql:
            devices.revoke(sql, till.answer.device, relay.node.now())

    timer = threading.Timer(0.2, revoke)
    timer.start()
    assert list(streamed(relay, till, 1)) == []
    timer.join()


@pytest.mark.parametrize("query", ["after=x", "after=-1", "wait=1e3", "after=" + "9" * 30])
def test_strange_numbers(relay: Relay, till: Till, query: str) -> None:
    reply = relay.http.get(f"/v1/feed?{query}", headers=till.headers)
    assert (reply.status_code, reply.json()["code"]) == (400, "bad_number")


def test_shutdown_ends_open_streams_quickly(tmp_path: Path) -> None:
    """An operator's restart must not wait for counters that listen for good."""
    with running(tmp_path / "data") as relay:
        till = relay.enrol(relay.shop())
        heard: list[dict[str, str]] = []
        listener = threading.Thread(target=lambda: heard.extend(streamed(relay, till, 1)))
        listener.start()
        time.sleep(0.3)
        began = time.monotonic()
        relay.node.bus.stop()
        listener.join(3)
        assert not listener.is_alive()
        assert time.monotonic() - began < 2
    assert heard == []


def test_the_purge_survives_a_full_disk(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def purge(_connection: object, now: int, *, advance: bool) -> int:
        assert advance is bool(asked)
        asked.append(now)
        if len(asked) == 1:
            raise OSError(28, "No space left on device")
        raise asyncio.CancelledError

    monkeypatch.setattr(housekeeping, "ROUND_S", 0.0)
    monkeypatch.setattr(housekeeping, "_LOOK_S", 0.0)
    monkeypatch.setattr(feed, "purge", purge)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(housekeeping.keep_house(relay.node))
    assert len(asked) == 2
