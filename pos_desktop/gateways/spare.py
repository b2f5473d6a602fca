"""Looks that only inform, and that nobody waits for: few, and none while the account is limited."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pos_desktop.ports import Clock, GatewayError, GatewayErrorKind

# Cashfree's "Get payments" is limited to 100 a minute for the whole account (gateways 2.1).
_LOOKS = 4
_EVERY_S = 15.0
# An account that is too small for the looks at money has no room for these for a good while.
_REST_S = 1800.0


class SpareLooks:
    """How often one counter may look for attempts that only inform: 4 at once, then one in 15 s.

    Money is never looked for with these. Safe to call from several threads.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left = float(_LOOKS)
        self._at = clock.monotonic()

    def take(self) -> bool:
        """Whether one may be spent now."""
        with self._lock:
            now = self._clock.monotonic()
            if now < self._at:
                return False
            self._left = min(float(_LOOKS), self._left + (now - self._at) / _EVERY_S)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True

    @contextmanager
    def heeding(self) -> Iterator[None]:
        """Around a call: a refusal for being asked too much ends the looks for a while."""
        try:
            yield
        except GatewayError as error:
            if error.kind is GatewayErrorKind.RATE_LIMITED:
                self.rest()
            raise

    def rest(self) -> None:
        """The account refused for being asked too much: none for half an hour, then one by one."""
        with self._lock:
            self._left, self._at = 1.0, self._clock.monotonic() + _REST_S
