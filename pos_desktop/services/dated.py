"""Answers whose moments were read on a clock that was set before they arrived."""

from dataclasses import replace
from typing import TypeVar

from pos_desktop.ports import Clock, CollectSeen

CLOCK_SET_MS = 2_000
"""What two clocks drift apart while an answer travels is less than this."""


def offset(clock: Clock) -> int:
    """Milliseconds; changes only where the computer's clock is set, or while it sleeps."""
    return clock.now() - int(clock.monotonic() * 1000)


Answer = TypeVar("Answer")


def undated(outcome: Answer) -> Answer:
    """What a gateway saw, without its end: nothing has expired by what another clock said."""
    return replace(outcome, expires_at=None) if isinstance(outcome, CollectSeen) else outcome
