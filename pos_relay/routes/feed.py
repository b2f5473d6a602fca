"""GET /v1/feed: hints as a stream of events, or by long poll."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from anyio import to_thread
from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Stream

from pos_desktop.wire import v1
from pos_relay.fan import Fan, Reading, frame
from pos_relay.node import Node
from pos_relay.routes.common import BEARER, Asked, counter_of, needs_counter, node_of, number
from pos_relay.store import devices, feed
from pos_relay.store.devices import Counter

_STREAM = "text/event-stream"
_OPEN = b": open\n\n"
_ALIVE = b": alive\n\n"


@get("/v1/feed", guards=[needs_counter], security=BEARER)
async def read_feed(
    request: Asked, after: FromQuery[str | None] = None, wait: FromQuery[str | None] = None
) -> Response[v1.FeedPage] | Stream:
    """Hints after the cursor.

    With ``Accept: text/event-stream`` a stream that resumes from ``Last-Event-ID``; else one
    FeedPage, at once if there is news, after at most ``wait`` (25) seconds otherwise.
    """
    node, counter = node_of(request), counter_of(request)
    if _STREAM in request.headers.get("accept", ""):
        cursor = number(request.headers.get("last-event-id") or after)
        return Stream(_events(node, counter, cursor), media_type=_STREAM)
    longest = node.settings.limits.long_poll
    seconds = longest if wait is None else min(number(wait), longest)
    return Response(await _long_poll(node, counter, number(after), seconds))


async def _long_poll(node: Node, counter: Counter, cursor: int, seconds: float) -> v1.FeedPage:
    until = time.monotonic() + seconds
    page = await _read(node, counter, cursor)
    if page.events or seconds <= 0 or node.bus.closed:
        return page
    async with _fan(node, counter) as fan:
        while (left := until - time.monotonic()) > 0 and not fan.ended:
            turn, newer = fan.turn, fan.after(page.last)
            if fan.readings and (newer is None or newer[0]):
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(turn.wait(), left)
    return await _read(node, counter, cursor)


async def _events(node: Node, counter: Counter, cursor: int) -> AsyncIterator[bytes]:
    yield _OPEN
    async with _fan(node, counter) as fan:
        since, missed = fan.begun, True
        while not fan.ended and fan.holds(counter.device, counter.epoch, since):
            turn, newer = fan.turn, None if missed else fan.after(cursor)
            if newer is not None:
                piece, cursor = newer
                yield piece or _ALIVE
            elif missed or fan.readings:
                page = await _read(node, counter, cursor)
                cursor = page.events[-1].seq if page.events else page.last
                missed = cursor < page.last
                if page.events:
                    yield b"".join(map(frame, page.events))
                continue
            await turn.wait()


def _fan(node: Node, counter: Counter) -> AbstractAsyncContextManager[Fan]:
    tenant, limits = counter.tenant, node.settings.limits

    def read(after: int | None) -> Reading:
        with node.store.database.read() as sql:
            live = devices.live(sql, tenant)
            if after is None:
                return Reading(v1.FeedPage(events=(), last=feed.last(sql, tenant)), live)
            return Reading(feed.after(sql, tenant, after, limits.feed_page), live)

    return node.fans.joined(tenant, read, node.bus, limits.heartbeat)


async def _read(node: Node, counter: Counter, cursor: int) -> v1.FeedPage:
    def read() -> v1.FeedPage:
        with node.store.database.read() as sql:
            return feed.after(sql, counter.tenant, cursor, node.settings.limits.feed_page)

    return await to_thread.run_sync(read)
