"""The clocks of this computer."""

import time


class SystemClock:
    """Wall clock in UTC milliseconds and the monotonic clock in seconds (ports.Clock)."""

    def now(self) -> int:
        """UTC milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
