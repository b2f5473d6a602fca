"""Which numbers of a shop's documents are missing or there twice, and what is known of them.

A bill's number is taken in the very transaction that issues it, so within one database no number
can be missing (Rule 46 (b)). What may be missing is told by three witnesses: the table of series,
the ledger, and the marker file outside the database (reference reliability (d)).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby, pairwise

from pos_desktop.domain.numbering import financial_year, is_practice_series
from pos_desktop.domain.series import Number, Run, is_note_series

Key = tuple[str, str]
"""(series, financial year)"""


class Reason(StrEnum):
    """Why a number is missing. ``written``: the ledger says that it was given out and its bill lost
    (rejoining). ``lost``: it was given out and acknowledged, then the database was put back to an
    older state; the series is locked since. ``bill_gone``: the ledger has its issue, but the bill
    is not there. ``unknown``: nobody knows."""

    WRITTEN = "written"
    LOST = "lost"
    BILL_GONE = "bill_gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers without a bill, for one reason."""

    missing: Run
    reason: Reason

    @property
    def explained(self) -> bool:
        """Whether an inspector may be told why."""
        return self.reason in (Reason.LOST, Reason.WRITTEN)


@dataclass(frozen=True, slots=True)
class SeriesReport:
    """One series of one year. ``bills`` were issued, the highest is ``highest`` (0: none).

    ``elsewhere``: documents that only the relay's copy has, with their paise. ``beyond``: bills
    above the number at which the table of series stands. ``other_year``: issued in another
    financial year than the number says. ``backwards``: issued before the number below them, as a
    computer's clock went back. ``unsure``: begun and never acknowledged (0: none).
    """

    series: str
    fy: str
    bills: int
    highest: int
    locked: bool
    practice: bool
    unsure: int
    gaps: tuple[Gap, ...]
    elsewhere: tuple[tuple[Number, int], ...]
    twice: tuple[Number, ...]
    beyond: tuple[Number, ...]
    other_year: tuple[Number, ...]
    backwards: tuple[Number, ...]

    @property
    def sound(self) -> bool:
        """Whether no number is there twice, in the wrong place, or missing without a reason."""
        return not (self.twice or self.beyond or self.other_year) and all(
            gap.explained for gap in self.gaps
        )


@dataclass(slots=True)
class _Series:
    bills: dict[int, int] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    written: set[int] = field(default_factory=set)
    elsewhere: dict[int, int] = field(default_factory=dict)
    twice: list[int] = field(default_factory=list)
    last: int = 0
    prepared: int = 0
    done: int = 0


class NumberBook:
    """Takes what each witness says, in any order; then ``reports``."""

    def __init__(self) -> None:
        self._series: dict[Key, _Series] = defaultdict(_Series)
        self._locked: set[str] = set()
        self.strange: list[str] = []

    def bill(self, text: str, at: int) -> None:
        """An issued bill with its moment."""
        number = self._read(text)
        if number is not None:
            series = self._series[number.series, number.fy]
            if number.count in series.bills:
                series.twice.append(number.count)
            series.bills[number.count] = at

    def told(self, text: str) -> None:
        """An issue in the ledger."""
        number = self._read(text)
        if number is not None:
            self._series[number.series, number.fy].told.add(number.count)

    def missing(self, key: Key, first: int, last: int) -> None:
        """Numbers that the ledger says to be lost, both ends among them."""
        if not is_note_series(key[0]):
            self._series[key].written.update(range(first, last + 1))

    def elsewhere(self, text: str, due: int) -> None:
        """Another document of this number, of which only the relay has a copy; ``due`` in paise."""
        number = self._read(text)
        if number is not None:
            self._series[number.series, number.fy].elsewhere[number.count] = due

    def stands(self, key: Key, last: int) -> None:
        """The table of series; credit notes, which have no bills, are left out."""
        if not is_note_series(key[0]):
            self._series[key].last = max(self._series[key].last, last)

    def marked(self, key: Key, prepared: int, done: int) -> None:
        """The marker: the highest number that was begun, and that was acknowledged."""
        if not is_note_series(key[0]):
            series = self._series[key]
            series.prepared = max(series.prepared, prepared)
            series.done = max(series.done, done)

    def lock(self, series: Iterable[str]) -> None:
        """Series that never go on."""
        self._locked.update(series)

    def reports(self) -> list[SeriesReport]:
        """A report for each series and year, in their order."""
        return [self._report(key, found) for key, found in sorted(self._series.items())]

    def _read(self, text: str) -> Number | None:
        number = Number.read(text)
        if number is None or number.note:
            if text not in self.strange:
                self.strange.append(text)
            return None
        return number

    def _report(self, key: Key, found: _Series) -> SeriesReport:
        bills, known = sorted(found.bills.items()), max(found.last, found.done)
        years = [count for count, at in bills if financial_year(at) != key[1]]
        back = [high for (_, before), (high, at) in pairwise(bills) if at < before]
        both = [count for count in found.elsewhere if count in found.bills]
        locked = key[0] in self._locked
        return SeriesReport(
            series=key[0],
            fy=key[1],
            bills=len(bills),
            highest=max(found.bills, default=0),
            locked=locked,
            practice=is_practice_series(key[0]),
            unsure=found.prepared if locked and found.prepared > known else 0,
            gaps=tuple(_gaps(key, found)),
            elsewhere=tuple((Number(*key, n), due) for n, due in sorted(found.elsewhere.items())),
            twice=_numbers(key, sorted([*found.twice, *both])),
            beyond=_numbers(key, (count for count, _ in bills if count > found.last)),
            other_year=_numbers(key, years),
            backwards=_numbers(key, back),
        )


def _gaps(key: Key, found: _Series) -> Iterator[Gap]:
    known = (found.bills, found.told, found.written, found.elsewhere)
    top = max(found.last, found.done, *(max(counts, default=0) for counts in known))
    missing = (count for count in range(1, top + 1) if count not in found.bills)
    # Consecutive numbers differ from their place in the row by the same amount.
    rows = enumerate((count, _reason(count, found)) for count in missing)
    for (_, reason), group in groupby(rows, lambda row: (row[1][0] - row[0], row[1][1])):
        counts = [count for _, (count, _) in group]
        yield Gap(Run(Number(*key, counts[0]), Number(*key, counts[-1])), reason)


def _reason(count: int, found: _Series) -> Reason:
    if count in found.told:
        return Reason.BILL_GONE
    if count in found.written or count in found.elsewhere:
        return Reason.WRITTEN
    return Reason.LOST if found.last < count <= found.done else Reason.UNKNOWN


def _numbers(key: Key, counts: Iterable[int]) -> tuple[Number, ...]:
    return tuple(Number(*key, count) for count in counts)
