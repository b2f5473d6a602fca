"""``raseed numbers``: gaps and duplicates of each series, explained or named."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.number_book import Gap, NumberBook, Reason, SeriesReport
from pos_desktop.domain.series import Number
from pos_desktop.domain.text import one_line
from pos_desktop.settings.paths import folders
from pos_desktop.storage.numbers_told import tell_numbers

_SHOWN = 50
_REASONS = {
    Reason.WRITTEN: "given out and lost, as the ledger says since the counter was joined anew",
    Reason.LOST: "given out, then the database was put back to an older state; the series is "
    "locked",
    Reason.BILL_GONE: "NOT EXPLAINED: the ledger has the issue, the bill is gone (raseed verify)",
    Reason.UNKNOWN: "NOT EXPLAINED: nothing is known of it",
}


def report_numbers(counters: Sequence[Path | None]) -> int:
    """Print the report on these counters' folders (None: the usual one); changes nothing.

    0 every gap is explained and no number is there twice, 1 not so, 2 cannot be read.
    """
    book, blind = NumberBook(), []
    try:
        for place in dict.fromkeys(folders(each).data / DATABASE for each in counters):
            if not tell_numbers(place, book):
                blind.append(place)
    except RaseedError as error:
        sys.stderr.write(f"numbers: {error}\n")
        return 2
    reports = book.reports()
    for report in reports:
        sys.stdout.write("\n".join(_told(report)) + "\n")
    if not reports:
        sys.stdout.write("no number was given out yet\n")
    for place in blind:
        sys.stdout.write(f"{place}: no sound marker beside it, so what came after the last bill "
                         "cannot be known\n")  # fmt: skip
    for text in book.strange[:_SHOWN]:
        sys.stdout.write(f"{one_line(text)}: NO NUMBER of ours\n")
    return 0 if all(report.sound for report in reports) and not book.strange else 1


def _told(report: SeriesReport) -> Iterator[str]:
    first = Number(report.series, report.fy, 1)
    last = Number(report.series, report.fy, report.highest)
    span = f"{first} to {last}" if report.highest else "no bill"
    marks = [word for word, is_so in _marks(report) if is_so]
    yield f"{report.series}/{report.fy}: {report.bills} bills, {span}{''.join(marks)}"
    yield from _many(report, [_gap(gap) for gap in report.gaps])
    yield from _many(report, [
        f"{number}: only the relay has this bill, {format_rupees(due)}"
        for number, due in report.elsewhere
    ])  # fmt: skip
    for what, numbers in (
        ("TWICE", report.twice),
        ("ABOVE the last number of the series", report.beyond),
        ("ISSUED IN ANOTHER FINANCIAL YEAR", report.other_year),
        ("issued before the number below it: the computer's clock went back", report.backwards),
    ):
        yield from _many(report, [f"{number}: {what}" for number in numbers])
    if report.unsure:
        yield f"  {Number(report.series, report.fy, report.unsure)}: begun, and nobody was told it"


def _marks(report: SeriesReport) -> tuple[tuple[str, bool], ...]:
    whole = not report.gaps and report.sound
    return (
        (", practice", report.practice),
        (", locked: it never goes on", report.locked),
        (", none missing, none twice", whole),
    )


def _gap(gap: Gap) -> str:
    run = gap.missing
    numbers = str(run.first) if run.count == 1 else f"{run.first} to {run.last} ({run.count})"
    return f"{numbers} missing: {_REASONS[gap.reason]}"


def _many(report: SeriesReport, lines: Sequence[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  ... and {len(lines) - _SHOWN} more of {report.series}/{report.fy}"
