"""Clock, identities, lanes and the key store."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """Wall clock and monotonic clock; neither blocks."""

    def now(self) -> int:
        """UTC milliseconds."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; for time-outs and ages only."""
        ...


class Ids(Protocol):
    """Identities and randomness."""

    def order_id(self, now: int) -> str:
        """26 Crockford base32 characters that sort by time and never repeat."""
        ...

    def token(self) -> str:
        """22 URL-safe characters: 128 random bits."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1)."""
        ...


class Lanes(Protocol):
    """Where work runs: ``db`` (one thread, the only writer), ``net`` and ``doc``."""

    def submit(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Start ``work`` in ``lane``; ``done`` or ``failed`` runs in that lane. Never blocks."""
        ...


class SecretStore(Protocol):
    """The key store of the operating system (or practice mode's stand-in). Blocks; idempotent."""

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises Unavailable where no safe key store answers."""
        ...

    def put(self, name: str, value: str) -> None:
        """Store and read back. Raises Unavailable where the value did not come back."""
        ...


class PinHasher(Protocol):
    """Argon2 over a PIN peppered from the key store (settings/pins.py). Slow on purpose (about
    0.1 s): a lane's work, never that of the window's thread."""

    def hash(self, pin: str) -> str:
        """A new salted hash. Raises Unavailable without a key store."""
        ...

    def matches(self, pin_hash: str, pin: str) -> bool:
        """Whether it is this PIN. Raises Unavailable without a key store or its pepper."""
        ...
