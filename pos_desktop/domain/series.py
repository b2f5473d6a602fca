"""Numbers of documents as they were given out: reading one, and what is missing among many."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Architecture 10; E begins emergency series, which have one letter more.
_NUMBER = re.compile(
    r"(?P<series>E[0-9A-HJKMNP-TV-Z]{3}|[A-DF-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]{2})(?P<note>C?)"
    r"/(?P<fy>[0-9]{4})/(?P<count>[0-9]{5,6})"
)
_DIGITS = {"": 6, "C": 5}


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """``C2A/2627/000123``: ``series`` is ``C2A``, or ``C2AC`` for credit notes."""

    series: str
    fy: str
    count: int
    note: bool = False

    @classmethod
    def read(cls, text: str) -> "Number | None":
        """None for what is no number of ours."""
        found = _NUMBER.fullmatch(text)
        if found is None or len(found["count"]) != _DIGITS[found["note"]] or not _is_fy(found):
            return None
        count, note = int(found["count"]), found["note"]
        return cls(found["series"] + note, found["fy"], count, bool(note)) if count else None

    def __str__(self) -> str:
        return f"{self.series}/{self.fy}/{self.count:0{5 if self.note else 6}d}"


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers that follow each other without a gap, both ends among them."""

    first: Number
    last: Number

    @property
    def count(self) -> int:
        """How many there are."""
        return self.last.count - self.first.count + 1


def runs(numbers: Iterable[Number]) -> list[Run]:
    """The numbers in order, series by series; one that stands there twice counts once."""
    found: list[Run] = []
    for number in sorted(set(numbers)):
        if found and _follows(found[-1].last, number):
            found[-1] = Run(found[-1].first, number)
        else:
            found.append(Run(number, number))
    return found


def gaps(found: Iterable[Run]) -> list[Run]:
    """What is missing between the runs of each series and year."""
    missing: list[Run] = []
    before: Run | None = None
    for run in found:
        if before is not None and _same(before.last, run.first):
            missing.append(between(before.last, run.first))
        before = run
    return missing


def between(low: Number, high: Number) -> Run:
    """The numbers above ``low`` and below ``high`` of one series."""
    return Run(_counted(low, low.count + 1), _counted(low, high.count - 1))


def _counted(number: Number, count: int) -> Number:
    return Number(number.series, number.fy, count, number.note)


def _same(one: Number, other: Number) -> bool:
    return (one.series, one.fy) == (other.series, other.fy)


def _follows(low: Number, high: Number) -> bool:
    return _same(low, high) and high.count == low.count + 1


def _is_fy(found: re.Match[str]) -> bool:
    return (int(found["fy"][:2]) + 1) % 100 == int(found["fy"][2:])


def is_note_series(series: str) -> bool:
    """``SSSC`` or ``ExxxC``, those of credit notes; an emergency series may itself end with C."""
    return series.endswith("C") and len(series) == (5 if series.startswith("E") else 4)
