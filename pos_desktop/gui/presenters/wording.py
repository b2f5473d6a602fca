"""Small texts that several presenters need: ages, time left, names of bills. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.numbering import ist_date_text
from pos_desktop.gui.texts import say

if TYPE_CHECKING:
    from pos_desktop.services.views import WaitingBill

LAMPS = ("internet", "gateway", "messages", "relay", "printer")
"""The lamps of the top bar, left to right (``services.views.Lamp.name``)."""
MINUTE = 60_000
_DAY = 86_400
_DAYS_FROM = 2 * _DAY
IST = 19_800_000
"""India's time is UTC+05:30 all year; only formatting knows it."""


def ago(now: int, then: int) -> str:
    """How long ago, in the largest sensible unit."""
    seconds = max(0, now - then) // 1000
    if seconds < 5:
        return say("just_now")
    if seconds < 100:
        return say("seconds_ago", n=seconds)
    if seconds < 90 * 60:
        return say("minutes_ago", n=seconds // 60)
    if seconds < _DAYS_FROM:
        return say("hours_ago", n=seconds // 3600)
    return say("days_ago", n=seconds // _DAY)


def age(now: int, then: int) -> str:
    """A length of time without "ago"."""
    seconds = max(0, now - then) // 1000
    if seconds < 100:
        return say("age_seconds", n=seconds)
    if seconds < 90 * 60:
        return say("age_minutes", n=seconds // 60)
    if seconds < _DAYS_FROM:
        return say("age_hours", n=seconds // 3600)
    return say("age_days", n=seconds // _DAY)


def left(now: int, until: int | None) -> str:
    """How long something can still be paid; "" where nobody knows."""
    if until is None:
        return ""
    seconds = (until - now) // 1000
    if seconds <= 0:
        return say("time_over")
    if seconds < 100:
        return say("seconds_left", n=seconds)
    return say("minutes_left", n=-(-seconds // 60) if seconds < 120 else seconds // 60)


def countdown(now: int, until: int | None) -> str:
    """Minutes and seconds, as on a clock that runs down; "" where nobody knows."""
    if until is None:
        return ""
    seconds = max(0, until - now) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


def rupees(paise: int, *, sign: bool = False) -> str:
    """``format_rupees`` for the window: the shipped fonts have no U+2212, so minus is a dash."""
    return format_rupees(paise, sign=sign).replace("\u2212", "–")


def clock(now: int) -> str:
    """The time of day in India, 24 hours."""
    minutes = (now + IST) // MINUTE
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def masked(last4: str | None) -> str:
    """The end of a phone number for lists, or the words for none (domain 3.3)."""
    return f"··{last4}" if last4 else say("no_phone")


def bill_name(bill: WaitingBill) -> str:
    """What the cashier calls a parked bill."""
    return say("token", n=bill.token_no)


def moment(at: int) -> str:
    """A day and time in India, to the second: 23-11 10:42:07."""
    return f"{ist_date_text(at)[:5]} {clock(at)}:{at // 1000 % 60:02d}"
