"""Wake-ups inside one process. Lost ones cost a heartbeat, never a hint."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class LocalBus:
    """Rings every bell of a shop. Used from the event loop only, but for :meth:`wake`."""

    def __init__(self) -> None:
        self._bells: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed = False

    def start(self) -> None:
        """Remember the running loop; called once at start-up."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Let every waiting reader end; again changes nothing."""
        self.closed = True
        for tenant in list(self._bells):
            self._ring(tenant)

    def wake(self, tenant: str) -> None:
        """Tell the readers of a shop that the feed has grown; from any thread."""
        if self._loop is not None and not self.closed:
            self._loop.call_soon_threadsafe(self._ring, tenant)

    @contextmanager
    def bell(self, tenant: str) -> Iterator[asyncio.Event]:
        """A bell that rings for this shop. Take it before reading the feed, so nothing slips by."""
        event = asyncio.Event()
        self._bells[tenant].add(event)
        try:
            yield event
        finally:
            self._bells[tenant].discard(event)
            if not self._bells[tenant]:
                del self._bells[tenant]

    def _ring(self, tenant: str) -> None:
        for event in self._bells.get(tenant, ()):
            event.set()


async def ring_or_time(bell: asyncio.Event, seconds: float) -> None:
    """Wait until the bell rings or the time is over."""
    try:
        await asyncio.wait_for(bell.wait(), seconds)
    except TimeoutError:
        return
    bell.clear()
