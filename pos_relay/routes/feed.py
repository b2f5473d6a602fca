"""GET /v1/feed: hints as a stream of events, or by long poll."""

import time
from collections.abc import AsyncIterator

import msgspec
from anyio import to_thread
from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Stream

from pos_desktop.wire import v1
from pos_relay.bus.local import ring_or_time
from pos_relay.errors import refused
from pos_relay.node import Node
from pos_relay.routes.common import BEARER, Asked, counter_of, needs_counter, node_of
from pos_relay.store import devices, feed
from pos_relay.store.devices import Counter

_STREAM = "text/event-stream"


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
        cursor = _number(request.headers.get("last-event-id") or after)
        return Stream(_events(node, counter, cursor), media_type=_STREAM)
    longest = node.settings.limits.long_poll
    seconds = longest if wait is None else min(_number(wait), longest)
    return Response(await _long_poll(node, counter, _number(after), seconds))


async def _long_poll(node: Node, counter: Counter, cursor: int, seconds: float) -> v1.FeedPage:
    until = time.monotonic() + seconds
    with node.bus.bell(counter.tenant) as bell:
        while True:
            page = await _read(node, counter, cursor)
            left = until - time.monotonic()
            if page.events or left <= 0 or node.bus.closed:
                return page
            await ring_or_time(bell, left)


async def _events(node: Node, counter: Counter, cursor: int) -> AsyncIterator[bytes]:
    yield b"retry: 3000\n: open\n\n"
    with node.bus.bell(counter.tenant) as bell:
        while not node.bus.closed:
            page = await _read(node, counter, cursor)
            for hint in page.events:
                cursor = hint.seq
                body = msgspec.json.encode(hint).decode()
                yield f"id: {hint.seq}\nevent: hint\ndata: {body}\n\n".encode()
            if page.events:
                continue
            await ring_or_time(bell, node.settings.limits.heartbeat)
            if not await to_thread.run_sync(_live, node, counter):
                return
            yield b": alive\n\n"


async def _read(node: Node, counter: Counter, cursor: int) -> v1.FeedPage:
    def read() -> v1.FeedPage:
        with node.store.database.read() as sql:
            return feed.after(sql, counter.tenant, cursor, node.settings.limits.feed_page)

    return await to_thread.run_sync(read)


def _live(node: Node, counter: Counter) -> bool:
    """A stream ends when its counter was revoked or enrolled again."""
    with node.store.database.read() as sql:
        return devices.is_live(sql, counter)


def _number(text: str | None) -> int:
    if text is None or text == "":
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise refused(400, "bad_number", "a whole number is expected")
    return int(text)
