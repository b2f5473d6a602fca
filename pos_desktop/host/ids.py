"""Identities: sortable, unique also when the clock goes back."""

import base64
import secrets
from threading import Lock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_BITS = 48
_RANDOM_BITS = 80


class SystemIds:
    """Order ids as ULIDs (48 bits of milliseconds, 80 random), tokens of 128 bits (ports.Ids)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last_time = 0
        self._last_random = 0

    def order_id(self, now: int) -> str:
        """26 Crockford base32 characters; later calls sort later, whatever the clock does."""
        with self._lock:
            if now > self._last_time:
                self._last_time = now
                # The top bit stays free, so that counting up never overflows into the time.
                self._last_random = secrets.randbits(_RANDOM_BITS - 1)
            else:
                self._last_random += 1
            value = (self._last_time << _RANDOM_BITS) | self._last_random
        digits = []
        for _ in range(26):
            value, digit = divmod(value, 32)
            digits.append(_ALPHABET[digit])
        return "".join(reversed(digits))

    def token(self) -> str:
        """22 URL-safe characters: 128 random bits."""
        return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode("ascii")

    def jitter(self) -> float:
        """A number in [0, 1)."""
        return secrets.randbelow(1 << 30) / (1 << 30)
