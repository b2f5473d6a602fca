"""Days, years and document numbers in the shop's time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.errors import DomainError, InputError
from pos_desktop.domain.numbering import (
    credit_note_number,
    emergency_series,
    financial_year,
    invoice_number,
    is_document_number,
    is_emergency_series,
    is_practice_series,
    is_series,
    ist_date_text,
    ist_day,
    ist_hour,
    ist_midnight,
    ist_time_text,
)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * 1000


def test_the_day_is_the_one_in_india() -> None:
    at = utc(2026, 11, 23, 5, 13)
    assert ist_day(at) == 20261123
    assert ist_hour(at) == 10
    assert ist_date_text(at) == "23-11-2026"
    assert ist_time_text(at) == "10:43"
    assert ist_day(utc(2026, 11, 22, 18, 29)) == 20261122
    assert ist_day(utc(2026, 11, 22, 18, 30)) == 20261123
    assert ist_hour(utc(2026, 11, 22, 18, 30)) == 0
    midnight = utc(2026, 11, 22, 18, 30)
    for moment in (midnight, at, midnight + 86_400_000 - 1):
        assert ist_midnight(moment) == midnight
    assert ist_midnight(midnight - 1) == midnight - 86_400_000


def test_the_financial_year_turns_at_midnight_in_india() -> None:
    turn = utc(2026, 3, 31, 18, 30)
    assert financial_year(turn - 1) == "2526"
    assert financial_year(turn) == "2627"
    assert financial_year(utc(2026, 12, 31)) == "2627"
    assert financial_year(utc(2027, 1, 1)) == "2627"
    assert financial_year(utc(2099, 6, 1)) == "9900"


def test_numbers_have_the_agreed_form() -> None:
    assert invoice_number("C2A", "2627", 123) == "C2A/2627/000123"
    assert invoice_number("P2A", "2627", 1) == "P2A/2627/000001"
    assert invoice_number("E7K9", "2627", 999_999) == "E7K9/2627/999999"
    assert invoice_number("A00", "9900", 1) == "A00/9900/000001"
    assert credit_note_number("C2A", "2627", 12) == "C2AC/2627/00012"
    assert credit_note_number("E7K9", "2627", 99_999) == "E7K9C/2627/99999"


@pytest.mark.parametrize(
    "series", ["", "C2", "C2AB", "2CA", "CIA", "COA", "CLA", "CUA", "c2a", "E7K", "C2A/"]
)
def test_series_that_are_not_ours_are_refused(series: str) -> None:
    assert not is_series(series)
    with pytest.raises(InputError) as caught:
        invoice_number(series, "2627", 1)
    assert caught.value.code == "series_invalid"


def test_an_emergency_series_is_made_of_three_letters() -> None:
    assert emergency_series("7KQ") == "E7KQ"
    assert is_emergency_series("E7KQ")
    assert not is_emergency_series("C7K")
    for letters in ("", "7K", "7KQ2", "7kq", "ILO"):
        with pytest.raises(InputError):
            emergency_series(letters)


def test_practice_series_are_known() -> None:
    assert is_practice_series("P2A")
    assert not is_practice_series("C2A")
    assert is_series("P2A")


@pytest.mark.parametrize("fy", ["", "2628", "26-27", "202627", "99100", "२६२७"])
def test_years_that_do_not_follow_are_refused(fy: str) -> None:
    with pytest.raises(InputError) as caught:
        invoice_number("C2A", fy, 1)
    assert caught.value.code == "fy_invalid"


def test_a_series_ends() -> None:
    for make, limit in ((invoice_number, 999_999), (credit_note_number, 99_999)):
        with pytest.raises(DomainError) as caught:
            make("C2A", "2627", limit + 1)
        assert caught.value.code == "series_exhausted"
        with pytest.raises(DomainError) as caught:
            make("C2A", "2627", 0)
        assert caught.value.code == "number_invalid"


@given(
    st.from_regex(f"[A-DF-HJKMNQ-TV-Z][{CROCKFORD}]{{2}}|E[{CROCKFORD}]{{3}}", fullmatch=True),
    st.integers(0, 4_000_000_000_000),
    st.integers(1, 99_999),
)
def test_every_number_may_stand_on_a_document(series: str, at: int, number: int) -> None:
    fy = financial_year(at)
    for text in (invoice_number(series, fy, number), credit_note_number(series, fy, number)):
        assert is_document_number(text)
        assert len(text) <= 16


@pytest.mark.parametrize("text", ["", "0A/1", "/A", "-A", "a/1", "A B", "A" * 17, "A/2627/१"])
def test_numbers_that_the_law_forbids(text: str) -> None:
    assert not is_document_number(text)
