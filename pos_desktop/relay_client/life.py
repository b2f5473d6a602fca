"""What the lamp of the relay may say: whether the stream of hints lives, and who was refused."""

import threading
from collections.abc import Callable

from pos_desktop.domain.errors import RaseedError, Unavailable

SILENCE_S = 5.5
"""Two heartbeats of the relay, each of 2.5 seconds, and a little: then the stream counts as cut.
With a look every three seconds the lamp knows within ten."""


class StreamLife:
    """Written by the feed's reader, asked by the lamp; ``now`` counts seconds evenly."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._sign: float | None = None
        self._heard = False
        self._refusal: RaseedError | None = None

    def begins(self) -> None:
        """A reader begins; the first has as long to hear something as a stream may be silent."""
        with self._lock:
            if self._sign is None:
                self._sign = self._now()

    def heard(self) -> None:
        """The relay gave a sign of life to this very session."""
        with self._lock:
            self._sign, self._heard, self._refusal = self._now(), True, None

    def broke(self, error: RaseedError) -> None:
        """The stream ended. What passes by itself leaves its time to be begun again; a refusal
        (revoked, not enrolled) does not."""
        if not isinstance(error, Unavailable):
            with self._lock:
                self._refusal = error

    def lives(self) -> bool:
        """False while nothing is known yet: ask in another way. Raises the refusal, or
        Unavailable("relay_stream_silent")."""
        with self._lock:
            if self._refusal is not None:
                raise self._refusal
            if self._sign is not None and self._now() - self._sign > SILENCE_S:
                raise Unavailable("relay_stream_silent", "The relay's stream is silent.")
            return self._heard
