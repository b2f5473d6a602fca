"""The counter's clock in a story: that of the computer, but that the story may let it sleep."""

from pos_desktop.host.clock import SystemClock


class StoryClock(SystemClock):
    """``ports.Clock``. While a computer sleeps its wall clock goes on and the other one stands."""

    def __init__(self) -> None:
        self._slept = 0

    def now(self) -> int:
        """UTC milliseconds since 1970."""
        return super().now() + self._slept

    def sleep(self, minutes: int) -> None:
        """The computer has slept for so long."""
        self._slept += minutes * 60_000
