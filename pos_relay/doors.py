"""Who may knock how often. Nobody is kept out by what his neighbours at one address do wrong.

Gateways and Exotel call for all shops from few addresses, and the counters of a shop share one: so
whoever shows the right secret has an allowance of his own, and only wrong ones count for an
address.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable

from pos_relay.limits import Allowance, MissLimiter
from pos_relay.settings import Limits

_REMEMBERED = 20_000
_WRONG_FOR = 60.0
_NO_END = float("inf")
_UNCOUNTED = 2**63


class Doors:
    """The limits of one process beside those of the links; ``clock`` counts seconds evenly."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.enrol = MissLimiter(limits.enrol_misses_per_minute, limits.enrols_per_minute, clock)
        self.strangers = MissLimiter(limits.wrong_secrets_per_minute, _UNCOUNTED, clock)
        self.devices = Allowance(limits.device_calls_per_minute, clock)
        self.hooks = Allowance(limits.hooks_per_minute, clock)
        self.callbacks = Allowance(limits.callbacks_per_minute, clock)
        self.sessions = Sessions(limits.wrong_secrets_per_minute, clock)


class Sessions:
    """Which session tokens (hashed) were right or wrong lately: a flood costs no look-up."""

    def __init__(self, wrong_per_minute: int, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong = Allowance(wrong_per_minute, clock)
        self._seen: OrderedDict[str, float] = OrderedDict()

    def known(self, token_hash: str) -> bool | None:
        """Whether it was right or wrong when it was last looked up; None if that is long ago."""
        with self._lock:
            until = self._seen.get(token_hash)
        if until is None or until == _NO_END:
            return None if until is None else True
        return None if until <= self._clock() else False

    def remember(self, token_hash: str, *, right: bool) -> None:
        """Note the outcome of a look-up."""
        with self._lock:
            self._seen.pop(token_hash, None)
            self._seen[token_hash] = _NO_END if right else self._clock() + _WRONG_FOR
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)

    def wrong_again(self, token_hash: str) -> int:
        """Count one more call with a token known as wrong; the seconds to wait, or 0."""
        return self._wrong.take(token_hash)
