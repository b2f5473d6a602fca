"""What a relay does by itself: drop what is old, end what is over, notice a clock that jumped.

Times between rounds come from the even clock; the wall clock is only believed a day at a time, so
that no jump of it can throw away a feed that counters still want.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable

from anyio import to_thread

from pos_relay.node import Node
from pos_relay.store import devices, feed, tenants

log = logging.getLogger("raseed.relay")

ROUND_S = 6 * 3600.0
_LOOK_S = 60.0
_JUMP_MS = 30_000


class Watch:
    """Compares the wall clock with the even one."""

    def __init__(self, wall: Callable[[], int], even: Callable[[], float]) -> None:
        self._wall = wall
        self._even = even
        self._apart = self._difference()

    def jumped(self) -> int:
        """By how many ms the wall clock was set since the last look; 0 for less than 30 s."""
        apart = self._difference()
        step = apart - self._apart
        self._apart = apart
        return step if abs(step) >= _JUMP_MS else 0

    def _difference(self) -> int:
        return self._wall() - int(self._even() * 1000)


async def keep_house(node: Node) -> None:
    """Runs beside the requests until it is cancelled. No trouble of the disk ends it."""
    watch, next_round, first = Watch(node.now, time.monotonic), time.monotonic(), True
    while True:
        if step := watch.jumped():
            log.warning(json.dumps({"clock_jumped_s": step // 1000}))
            node.meters.clock_jumps.labels("forward" if step > 0 else "back").inc()
        if time.monotonic() >= next_round:
            next_round += ROUND_S
            await _round(node, advance=not first)
            first = False
        await asyncio.sleep(_LOOK_S)


async def _round(node: Node, *, advance: bool) -> None:
    def purge() -> None:
        with node.store.database.write() as sql:
            feed.purge(sql, node.now(), advance=advance)
            tenants.end_previous(sql, node.now())
            devices.end_codes(sql, node.now())

    try:
        await to_thread.run_sync(purge)
        node.meters.purges.labels("done").inc()
    except Exception as error:
        # A full disk or a long writer: the next round tries again.
        log.exception(json.dumps({"purge": type(error).__name__}))
        node.meters.purges.labels("failed").inc()
