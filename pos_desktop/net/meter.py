"""How many requests went out: what a budget is spent on."""

import threading


class Meter:
    """Counts; safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made = 0

    def add(self) -> None:
        """One more request goes out."""
        with self._lock:
            self._made += 1

    def made(self) -> int:
        """How many went out since the start."""
        with self._lock:
            return self._made
