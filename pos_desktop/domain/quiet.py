"""The hours in which the shop sends nothing that can wait, in its own time; pure."""

import re
from dataclasses import dataclass

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.numbering import ist_midnight

_FORM = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_MINUTE_MS = 60_000
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``begin`` to before ``end``, minutes of the shop's day; over midnight where the end is
    the earlier one."""

    begin: int
    end: int

    def until(self, now: int) -> int | None:
        """The moment at which they end, UTC ms; None while it is not quiet."""
        midnight = ist_midnight(now)
        minute = (now - midnight) // _MINUTE_MS
        over_midnight = self.begin > self.end
        after, before = minute >= self.begin, minute < self.end
        if not (after or before if over_midnight else after and before):
            return None
        tomorrow = over_midnight and after
        return midnight + self.end * _MINUTE_MS + (_DAY_MS if tomorrow else 0)


def quiet_hours(text: str) -> QuietHours | None:
    """``21:00-08:00``; None for "". Raises InputError ``quiet_hours_form``."""
    if not text:
        return None
    found = _FORM.fullmatch(text)
    if found is None or text[:5] == text[6:]:
        raise InputError("quiet_hours_form")
    hours = [int(part) for part in found.groups()]
    return QuietHours(hours[0] * 60 + hours[1], hours[2] * 60 + hours[3])
