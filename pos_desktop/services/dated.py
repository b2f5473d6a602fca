"""Answers whose moments were read on a clock that was set before they arrived."""

from dataclasses import replace
from typing import TypeVar

from pos_desktop.ports import Clock, CollectSeen

# What two clocks drift apart while an answer travels is less than this.
_CLOCK_SET_MS = 2_000

Answer = TypeVar("Answer")


def offset(clock: Clock) -> int:
    """Milliseconds; changes only where the computer's clock is set, or while it sleeps."""
    return clock.now() - int(clock.monotonic() * 1000)


def dated(outcome: Answer, clock: Clock, began: int) -> Answer:
    """What a gateway saw, asked at the ``offset`` that was ``began``; without its end where the
    clock was set since: nothing has expired by what another clock said."""
    was_set = abs(offset(clock) - began) > _CLOCK_SET_MS
    if was_set and isinstance(outcome, CollectSeen):
        return replace(outcome, expires_at=None)
    return outcome
