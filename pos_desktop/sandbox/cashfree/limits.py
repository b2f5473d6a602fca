"""Requests a minute by kind of call, for the whole account (reference gateways 2.1)."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_WINDOW_S = 60.0
# The production defaults; of links nothing is published.
_MOST = {
    "POST orders": 200,
    "GET orders": 400,
    "POST sessions": 100,
    "GET payments": 100,
    "GET payment": 130,
    "POST refunds": 100,
    "GET refunds": 30,
}


@dataclass(frozen=True, slots=True)
class Room:
    """What the answer tells about the limit; ``retry`` in seconds where there is no room left."""

    most: int
    left: int
    retry: int | None = None

    def headers(self) -> dict[str, str]:
        """The headers of 2.1."""
        told = {
            "x-ratelimit-limit": str(self.most),
            "x-ratelimit-remaining": str(self.left),
            "x-ratelimit-type": "app_id",
        }
        return told if self.retry is None else {**told, "x-ratelimit-retry": str(self.retry)}


class CallLimits:
    """Counts calls in a window that slides."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._taken: dict[str, deque[float]] = {kind: deque() for kind in _MOST}

    def take(self, method: str, path: str) -> Room | None:
        """Count one call; None for a kind that has no limit."""
        kind = kind_of(method, path)
        if kind not in _MOST:
            return None
        most, taken, now = _MOST[kind], self._taken[kind], self._monotonic()
        while taken and taken[0] <= now - _WINDOW_S:
            taken.popleft()
        if len(taken) >= most:
            return Room(most, 0, math.ceil(taken[0] + _WINDOW_S - now))
        taken.append(now)
        return Room(most, most - len(taken))

    def forget(self) -> None:
        """Begin anew: limits that are switched on count from then."""
        for taken in self._taken.values():
            taken.clear()


def kind_of(method: str, path: str) -> str:
    """``GET payments`` of ``GET /orders/X/payments``; the last word that names things."""
    parts = path.strip("/").split("/")
    if parts[:2] == ["orders", "sessions"]:
        return f"{method} sessions"
    if len(parts) >= 3:
        one = len(parts) > 3 and parts[2] == "payments"
        return f"{method} {'payment' if one else parts[2]}"
    return f"{method} {parts[0]}"
