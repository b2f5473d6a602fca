"""One reader of the feed for all the streams of a shop.

What is new is read and encoded once, however many counters listen; whether their sessions still
hold is asked once in the same breath. A reading follows every ring of the bus and every heartbeat,
so a revocation by another process is seen within one heartbeat.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import takewhile

import msgspec
from anyio import to_thread

from pos_desktop.wire import v1
from pos_relay.bus.local import ring_or_time
from pos_relay.ports import Bus

log = logging.getLogger("raseed.relay")

_KEPT = 256


@dataclass(frozen=True, slots=True)
class Reading:
    """What is new after a place of the feed, the newest number, and the sessions that hold:
    (device, epoch)."""

    page: v1.FeedPage
    live: frozenset[tuple[str, int]]


Read = Callable[[int | None], Reading]
"""``read(after)``, in a thread; None asks for no hints, only how far the feed is."""


def frame(hint: v1.FeedEvent) -> bytes:
    """A hint as a server-sent event."""
    return b"id: %d\nevent: hint\ndata: %b\n\n" % (hint.seq, msgspec.json.encode(hint))


class Turn:
    """A bell that rings once. ``asyncio.Event`` does more for each of a thousand who wait."""

    __slots__ = ("_rung", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []
        self._rung = False

    def wait(self) -> "asyncio.Future[None]":
        """Done once it has rung; who waits no longer may cancel it."""
        waiting = asyncio.get_running_loop().create_future()
        if self._rung:
            waiting.set_result(None)
        else:
            self._waiting.append(waiting)
        return waiting

    def ring(self) -> None:
        """Wake all who wait."""
        self._rung = True
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)


class Fan:
    """The newest frames of one shop's feed, and a bell that rings whenever they were looked for.

    ``readings`` counts them; ``begun`` is one more while one is under way. Once ``ended`` nothing
    will come any more.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._frames: deque[tuple[int, bytes]] = deque()
        self._floor = self._newest = 0
        self._live: frozenset[tuple[str, int]] = frozenset()
        self.begun = self.readings = 0
        self.turn = Turn()
        self._piece: tuple[int, tuple[bytes, int]] | None = None
        self.ended = False

    async def run(self, bus: Bus, tenant: str, heartbeat: float) -> None:
        """Read at every ring and every ``heartbeat`` seconds, until the bus closes or an error."""
        try:
            with bus.bell(tenant) as bell:
                while not bus.closed:
                    self.begun += 1
                    after = self._newest if self.readings else None
                    more = self._take(await to_thread.run_sync(self._read, after))
                    self._ring()
                    if not more:
                        await ring_or_time(bell, heartbeat)
        except Exception as error:
            # Streams that end are opened again; streams that stay and are silent would be a lie.
            log.exception(json.dumps({"feed": type(error).__name__}))
        finally:
            self.ended = True
            self._ring()

    def after(self, cursor: int) -> tuple[bytes, int] | None:
        """All frames after ``cursor`` as one piece ("" for none) and the new cursor; None where
        some of them are no longer kept here and have to be read from the feed."""
        if not self.readings or cursor < self._floor:
            return None
        # Almost all of them stand at the same place.
        if self._piece is None or self._piece[0] != cursor:
            newer = list(takewhile(lambda each: each[0] > cursor, reversed(self._frames)))
            piece = b"".join(text for _, text in reversed(newer))
            self._piece = cursor, (piece, max(cursor, self._newest))
        return self._piece[1]

    def holds(self, device: str, epoch: int, since: int) -> bool:
        """Whether a session holds by all that was read after the reading number ``since``."""
        return self.readings <= since or (device, epoch) in self._live

    def _take(self, reading: Reading) -> bool:
        hints = reading.page.events
        if not self.readings:
            self._floor = reading.page.last
        self._frames.extend((hint.seq, frame(hint)) for hint in hints)
        self._newest = hints[-1].seq if hints else reading.page.last
        while len(self._frames) > _KEPT:
            self._floor, _ = self._frames.popleft()
        self._live, self._piece = reading.live, None
        self.readings += 1
        return self._newest < reading.page.last

    def _ring(self) -> None:
        turn, self.turn = self.turn, Turn()
        turn.ring()


@dataclass(slots=True)
class _Open:
    fan: Fan
    task: "asyncio.Task[None]"
    streams: int = 0


@dataclass(frozen=True, slots=True)
class Fans:
    """The fans of all shops that somebody listens to; used from the event loop only."""

    _open: dict[str, _Open] = field(default_factory=dict)

    @property
    def streams(self) -> Mapping[str, int]:
        """How many listen, by shop."""
        return {tenant: each.streams for tenant, each in self._open.items()}

    @asynccontextmanager
    async def joined(
        self, tenant: str, read: Read, bus: Bus, heartbeat: float
    ) -> AsyncIterator[Fan]:
        """The shop's fan, begun by the first who joins and ended with the last."""
        found = self._open.get(tenant)
        if found is None or found.fan.ended:
            fan = Fan(read)
            task = asyncio.create_task(fan.run(bus, tenant, heartbeat))
            found = self._open[tenant] = _Open(fan, task)
        found.streams += 1
        try:
            yield found.fan
        finally:
            found.streams -= 1
            if not found.streams:
                found.task.cancel()
                if self._open.get(tenant) is found:
                    del self._open[tenant]
