"""When the gateway is asked about money that goes back (design payments 4): the schedule; pure."""

_MINUTE = 60 * 1000
_QUARTER = 15 * _MINUTE
HOUR = 60 * _MINUTE
_DAY = 24 * HOUR
_QUICK = 5 * _MINUTE
_STEADY = _QUICK + 8 * _QUARTER

PATIENCE = 10 * _DAY
"""A refund that is pending for longer needs a person."""


REFERENCE_LOOK = _DAY
REFERENCE_PATIENCE = 5 * _DAY
"""How often, and for how long, the bank's reference of a refund that is done is asked for."""


def look_after(age: int) -> int | None:
    """Milliseconds to the next question about a refund that is ``age`` ms old; None: enough."""
    if age < _QUICK:
        return _MINUTE
    if age < _STEADY:
        return _QUARTER
    if age < _DAY:
        return HOUR
    return _DAY if age < PATIENCE else None


def next_look(since: int, now: int, jitter: float) -> int | None:
    """The moment of the next question; ``jitter`` in [0, 1) spreads it by +-20 %."""
    wait = look_after(now - since)
    return None if wait is None else now + int(wait * (0.8 + 0.4 * jitter))
