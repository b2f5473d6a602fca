"""Slows down who guesses or floods: in memory, per address or per caller."""

import ipaddress
import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_WINDOW = 60.0
_FIRST_DELAY = 30.0
_LONGEST_DELAY = 3600.0
_REMEMBERED = 20_000


@dataclass(slots=True)
class _Visitor:
    since: float
    hits: int = 0
    misses: int = 0
    delay: float = 0.0
    barred_until: float = 0.0


class MissLimiter:
    """At most ``misses`` unknown links and ``hits`` calls a minute; then a pause that doubles."""

    def __init__(self, misses: int, hits: int, clock: Callable[[], float]) -> None:
        self._misses = misses
        self._hits = hits
        self._clock = clock
        self._lock = threading.Lock()
        self._visitors: OrderedDict[str, _Visitor] = OrderedDict()

    def wait(self, address: str) -> int:
        """Count a request; 0 if it may go on, else the seconds to wait.

        A barred address is refused for every link, known ones too: else 429 or 404 would tell
        which guess was right.
        """
        with self._lock:
            visitor, now = self._visit(address)
            if visitor.barred_until > now:
                return int(visitor.barred_until - now) + 1
            visitor.hits += 1
            if visitor.hits > self._hits:
                return self._bar(visitor, now)
            return 0

    def barred(self, address: str) -> int:
        """The seconds for which this address is barred already; counts nothing."""
        with self._lock:
            visitor, now = self._visit(address)
            return int(visitor.barred_until - now) + 1 if visitor.barred_until > now else 0

    def missed(self, address: str) -> None:
        """Count something asked for that does not exist."""
        with self._lock:
            visitor, now = self._visit(address)
            visitor.misses += 1
            if visitor.misses >= self._misses:
                self._bar(visitor, now)

    def _bar(self, visitor: _Visitor, now: float) -> int:
        visitor.delay = min(max(visitor.delay * 2, _FIRST_DELAY), _LONGEST_DELAY)
        visitor.barred_until = now + visitor.delay
        return int(visitor.delay) + 1

    def _visit(self, address: str) -> tuple[_Visitor, float]:
        now = self._clock()
        key = _network(address)
        visitor = self._visitors.get(key)
        if visitor is None:
            visitor = self._visitors[key] = _Visitor(since=now)
            if len(self._visitors) > _REMEMBERED:
                self._visitors.popitem(last=False)
        self._visitors.move_to_end(key)
        if now - visitor.since >= _WINDOW and visitor.barred_until <= now:
            if now - visitor.since >= 10 * _WINDOW:
                visitor.delay = 0.0
            visitor.since, visitor.hits, visitor.misses = now, 0, 0
        return visitor, now


class Allowance:
    """At most ``per_minute`` calls a minute of each key, saved up while it is quiet."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._most = float(per_minute)
        self._per_second = per_minute / _WINDOW
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> int:
        """Count a call; 0 if it may go on, else the seconds until the next one may."""
        now = self._clock()
        with self._lock:
            left, since = self._left.pop(key, (self._most, now))
            left = min(self._most, left + (now - since) * self._per_second)
            allowed = left >= 1
            self._left[key] = (left - 1 if allowed else left, now)
            if len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) / self._per_second)


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    """One customer has a whole IPv6 /64; an IPv4 address counts alone."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    # A socket for both families shows an IPv4 customer inside one single IPv6 network.
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
