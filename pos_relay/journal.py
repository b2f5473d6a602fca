"""What a relay says of each answer: a line of its log, and the counters.

Lines are gathered for a fifth of a second and written together: handing one over at a time is a
tenth of what a customer's page takes. What the relay has to say of trouble goes out at once, and
may stand before the line of its request.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import NamedTuple

from pos_relay.meters import Meters

log = logging.getLogger("raseed.relay")

FEED = "/v1/feed"
_WAIT_S = 0.2
_MOST_LINES = 500
_MOST_KINDS = 2000  # methods are the callers' words: not all of them are kept


class _Kind(NamedTuple):
    """What all answers of a route, a method and a status share."""

    counted: Callable[[], None]
    observe: Callable[[float], None] | None
    line: str


class Journal:
    """Of one relay; every call is made in the event loop."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._kinds: dict[tuple[str, str, int], _Kind] = {}
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    def note(self, asked: tuple[str, str, int], seconds: float, page: str | None = None) -> None:
        """An answer: (pattern of the route, method, status). Of ``page``, an id, six letters."""
        kind = self._kinds.get(asked) or self._met(asked)
        kind.counted()
        if kind.observe is not None:
            kind.observe(seconds)
        which = f', "page": "{page[:6]}"' if page else ""
        self._lines.append(f'{kind.line}, "ms": {int(seconds * 1000)}{which}}}')
        if self._closed or len(self._lines) >= _MOST_LINES:
            self.write()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT_S, self.write)

    def write(self) -> None:
        """Write down what was gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._lines:
            lines, self._lines = self._lines, []
            log.info("\n".join(lines))

    def close(self) -> None:
        """Write down the rest; what is still said goes out at once."""
        self._closed = True
        self.write()

    def _met(self, asked: tuple[str, str, int]) -> _Kind:
        route, method, status = asked
        counted = self._meters.requests.labels(route, str(status)).inc
        observe = None if route == FEED else self._meters.seconds.labels(route).observe
        line = json.dumps({"route": route, "method": method, "status": status})[:-1]
        kind = _Kind(counted, observe, line)
        if len(self._kinds) < _MOST_KINDS:
            self._kinds[asked] = kind
        return kind
