"""How many requests a minute an account may make; more are answered 429 (reference gateways 1.1).

Every key of the account shares it, as all counters of a shop do.
"""

import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 60.0


class Limits:
    """Per server; 0 is no limit. The window slides: what is a minute old counts no more."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._most: dict[str, int] = {}
        self._taken: dict[str, deque[float]] = {}

    def set(self, server: str, per_minute: int) -> None:
        """Allow so many from now on; what was taken before is forgotten."""
        self._most[server] = per_minute
        self._taken[server] = deque()

    def take(self, server: str) -> bool:
        """Count one request; False where it is one too many."""
        most = self._most.get(server, 0)
        if most == 0:
            return True
        now, taken = self._monotonic(), self._taken[server]
        while taken and taken[0] <= now - _WINDOW_S:
            taken.popleft()
        if len(taken) >= most:
            return False
        taken.append(now)
        return True

    def as_json(self) -> dict[str, int]:
        """Requests a minute by server."""
        return {server: most for server, most in self._most.items() if most}
