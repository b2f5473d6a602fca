"""Gaps, numbers that are there twice, and what is known of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.number_book import NumberBook, Reason, SeriesReport
from pos_desktop.domain.numbering import invoice_number
from pos_desktop.domain.series import is_note_series

# 23 November 2026 in India.
NOW = 1_795_410_780_000
KEY = ("C2A", "2627")


def text(count: int, series: str = "C2A", fy: str = "2627") -> str:
    return invoice_number(series, fy, count)


def book(*counts: int, last: int | None = None, done: int = 0, prepared: int = 0) -> NumberBook:
    """A series with these bills, told by the ledger too; it stands at the highest or ``last``."""
    made = NumberBook()
    for count in counts:
        made.bill(text(count), NOW + count)
        made.told(text(count))
    made.stands(KEY, max(counts, default=0) if last is None else last)
    made.marked(KEY, prepared or done, done)
    return made


def only(made: NumberBook) -> SeriesReport:
    (report,) = made.reports()
    return report


def gaps(report: SeriesReport) -> list[tuple[int, int, Reason]]:
    return [(g.missing.first.count, g.missing.last.count, g.reason) for g in report.gaps]


def test_a_whole_series() -> None:
    report = only(book(1, 2, 3, done=3))
    assert (report.series, report.fy, report.bills, report.highest) == ("C2A", "2627", 3, 3)
    assert report.sound
    assert (report.gaps, report.unsure, report.locked, report.practice) == ((), 0, False, False)


def test_nobody_knows_why_a_number_below_the_last_is_missing() -> None:
    report = only(book(2, 3, 6, last=8))
    assert gaps(report) == [
        (1, 1, Reason.UNKNOWN), (4, 5, Reason.UNKNOWN), (7, 8, Reason.UNKNOWN),
    ]  # fmt: skip
    assert not report.sound


def test_a_bill_that_only_the_ledger_knows() -> None:
    made = book(1, 4, last=4)
    made.told(text(2))
    made.told(text(6))
    assert gaps(only(made)) == [
        (2, 2, Reason.BILL_GONE), (3, 3, Reason.UNKNOWN), (5, 5, Reason.UNKNOWN),
        (6, 6, Reason.BILL_GONE),
    ]  # fmt: skip
    assert not only(made).sound


def test_numbers_of_a_database_that_was_put_back_are_explained() -> None:
    made = book(1, 2, done=5, prepared=6)
    made.lock(["C2A"])
    report = only(made)
    assert gaps(report) == [(3, 5, Reason.LOST)]
    assert (report.sound, report.locked, report.unsure) == (True, True, 6)


def test_what_was_written_down_at_a_rejoining_is_explained() -> None:
    made = book(1, 2, last=2, done=3)
    made.missing(KEY, 3, 5)
    made.elsewhere(text(4), 23_700)
    made.elsewhere(text(7), 100)
    made.told(text(5))
    report = only(made)
    assert gaps(report) == [
        (3, 4, Reason.WRITTEN), (5, 5, Reason.BILL_GONE), (6, 6, Reason.UNKNOWN),
        (7, 7, Reason.WRITTEN),
    ]  # fmt: skip
    assert [(str(n), due) for n, due in report.elsewhere] == [
        ("C2A/2627/000004", 23_700), ("C2A/2627/000007", 100),
    ]  # fmt: skip
    only_written = book(1)
    only_written.missing(KEY, 2, 2)
    assert only(only_written).sound


def test_two_bills_of_one_number_one_of_them_elsewhere() -> None:
    made = book(1, 2)
    made.elsewhere(text(2), 500)
    report = only(made)
    assert [number.count for number in report.twice] == [2]
    assert (report.gaps, report.sound) == ((), False)


def test_a_number_that_was_begun_is_taken_again_where_the_series_goes_on() -> None:
    report = only(book(1, 2, done=2, prepared=3))
    assert (report.gaps, report.unsure) == ((), 0)


def test_a_series_of_which_only_the_marker_knows() -> None:
    made = NumberBook()
    made.marked(KEY, 2, 2)
    assert gaps(only(made)) == [(1, 2, Reason.LOST)]
    assert only(made).highest == 0


def test_a_number_that_is_there_twice() -> None:
    made = book(1, 2, 3)
    made.bill(text(2), NOW)
    report = only(made)
    assert [str(number) for number in report.twice] == ["C2A/2627/000002"]
    assert (report.bills, report.sound) == (3, False)


def test_bills_that_the_table_of_series_does_not_know() -> None:
    report = only(book(1, 2, 3, last=1, done=3))
    assert [number.count for number in report.beyond] == [2, 3]
    assert not report.sound


def test_the_year_of_a_number_is_that_of_its_issue() -> None:
    midnight = 1_806_517_800_000  # 1 April 2027 in India
    for at, years in ((midnight - 1, []), (midnight, [2])):
        made = book(1, last=2)
        made.bill(text(2), at)
        report = only(made)
        assert [number.count for number in report.other_year] == years
        assert report.sound is not bool(years)


def test_a_clock_that_went_back_is_told_and_is_no_fault() -> None:
    made = book(1, 3, last=3)
    made.bill(text(2), NOW + 500)
    report = only(made)
    assert [number.count for number in report.backwards] == [3]
    assert report.sound


@pytest.mark.parametrize("odd", ["", "X1", "C2A/2627/1", "C2AC/2627/00001"])
def test_what_is_no_number_of_a_bill(odd: str) -> None:
    made = book(1)
    made.bill(odd, NOW)
    made.told(odd)
    made.elsewhere(odd, 1)
    assert made.strange == [odd]
    assert only(made).sound


def test_credit_notes_have_no_bills() -> None:
    made = NumberBook()
    made.stands(("C2AC", "2627"), 3)
    made.marked(("E7KQC", "2627"), 3, 3)
    made.missing(("C2AC", "2627"), 4, 5)
    assert made.reports() == []
    assert [is_note_series(s) for s in ("C2AC", "E7KQC", "E7KC", "C2C", "C2A")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_every_series_and_year_by_itself() -> None:
    made = book(1)
    made.bill(text(1, "P2A"), NOW)
    made.bill(text(1, fy="2728"), NOW)
    assert [(r.series, r.fy, r.practice) for r in made.reports()] == [
        ("C2A", "2627", False), ("C2A", "2728", False), ("P2A", "2627", True),
    ]  # fmt: skip


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)), st.integers(0, 40))
def test_every_number_is_a_bill_or_in_one_gap(bills: set[int], told: set[int], done: int) -> None:
    made = book(*bills, done=done)
    for count in told:
        made.told(text(count))
    report = only(made)
    missing = [
        c for gap in report.gaps for c in range(gap.missing.first.count, gap.missing.last.count + 1)
    ]
    assert len(missing) == len(set(missing))
    assert bills | set(missing) == set(range(1, max(bills | told | {done}, default=0) + 1))
    assert not bills & set(missing)
    for gap in report.gaps:
        lost = gap.missing.first.count > max(bills, default=0) and gap.missing.last.count <= done
        gone = gap.missing.first.count in told
        assert gap.reason is (Reason.BILL_GONE if gone else Reason.LOST if lost else Reason.UNKNOWN)
