"""The numbering fence as the till lives with it: what the relay knows, and what a person must do.

A counter that the relay proves to be an older or a second copy gives no more numbers of its series
(reliability (d)); bills and money wait, and it is rejoined with a new series.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pos_desktop.domain.numbering import is_emergency_series
from pos_desktop.ports import NumberFence, UnitOfWork
from pos_desktop.wire import v1

AHEAD: Final = "relay_ahead"
FORK: Final = "relay_fork"
#: Answers of the relay that prove that this counter was put back, or is not the only one: no
#: number of its series is sure to be new.
PROVES: Final = frozenset({AHEAD, FORK})
#: Answers after which only a new enrolment helps; meanwhile the till sells on.
STRANGER: Final = frozenset(
    {"relay_revoked", "relay_unknown_session", "relay_epoch", "relay_not_enrolled"}
)
#: The counter gives numbers of a series that it made itself, because the relay was not reachable.
EMERGENCY: Final = "emergency"
_NOTE = "fence.locked"
# The relay looks at no more with one push.
_MOST_MARKS = 64


@dataclass(frozen=True, slots=True)
class Numbering:
    """The series of this counter; its writing methods belong to the db lane."""

    fence: NumberFence
    series: str

    @property
    def emergency(self) -> bool:
        """Whether the series was made offline."""
        return is_emergency_series(self.series)

    def marks(self) -> tuple[v1.Mark, ...]:
        """The highest numbers, those of the counter's own series first."""
        told = [v1.Mark(series=s, fy=fy, highest=n) for (s, fy), n in self.fence.highest().items()]
        told.sort(key=lambda mark: (not mark.series.startswith(self.series), mark.series, mark.fy))
        return tuple(told[:_MOST_MARKS])

    def restore(self, uow: UnitOfWork) -> None:
        """At a start: what was locked stays so, whatever became of the file beside the database."""
        series, _, reason = (uow.notes.get(_NOTE) or "").partition(" ")
        if series:
            self.fence.lock(series, reason)

    def compare(self, uow: UnitOfWork, marks: Iterable[v1.Mark], now: int) -> bool:
        """The relay's own marks: one that is higher was given out by a later state of this counter,
        or by a copy of it. True if that locks the series now."""
        mine = self.fence.highest()
        # An older series goes on nowhere: only what may still be given out can be given twice.
        higher = [
            mark
            for mark in marks
            if mark.series in (self.series, f"{self.series}C")
            and mark.highest > mine.get((mark.series, mark.fy), 0)
        ]
        return bool(higher) and self.lock(uow, AHEAD, now)

    def reason(self) -> str:
        """Why the series gives no numbers: rolled_back, marker_behind, locked_before, relay_ahead,
        relay_fork; "" where it goes on."""
        return self.fence.reason(self.series) or ""

    def lock(self, uow: UnitOfWork, reason: str, now: int) -> bool:
        """No number of the series is given from now on; False where that was known. The file
        beside the database is locked although the unit may still fail: to err is harmless there."""
        if (uow.notes.get(_NOTE) or "").startswith(f"{self.series} "):
            return False
        uow.notes.put(_NOTE, f"{self.series} {reason}")
        body = {"series": self.series, "reason": reason}
        uow.ledger.append("numbers.locked", "machine", now, body)
        self.fence.lock(self.series, reason)
        return True
