"""The hours in which nothing goes that can wait: their borders, midnight, clocks that jump."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.numbering import ist_midnight, ist_time_text
from pos_desktop.domain.quiet import QuietHours, quiet_hours

MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR
MIDNIGHT = ist_midnight(1_795_409_130_000)
NIGHT = QuietHours(21 * 60, 8 * 60)
SIESTA = QuietHours(13 * 60, 15 * 60 + 30)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (21 * HOUR - 1, None),
        (21 * HOUR, DAY + 8 * HOUR),
        (DAY - 1, DAY + 8 * HOUR),
        (DAY, DAY + 8 * HOUR),
        (8 * HOUR - 1, 8 * HOUR),
        (0, 8 * HOUR),
        (8 * HOUR, None),
        (12 * HOUR, None),
    ],
)
def test_a_night_over_midnight(at: int, until: int | None) -> None:
    expected = None if until is None else MIDNIGHT + until
    assert NIGHT.until(MIDNIGHT + at) == expected


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (13 * HOUR - 1, None),
        (13 * HOUR, 15 * HOUR + 30 * MINUTE),
        (15 * HOUR + 30 * MINUTE - 1, 15 * HOUR + 30 * MINUTE),
        (15 * HOUR + 30 * MINUTE, None),
        (23 * HOUR, None),
    ],
)
def test_hours_within_a_day(at: int, until: int | None) -> None:
    expected = None if until is None else MIDNIGHT + until
    assert SIESTA.until(MIDNIGHT + at) == expected


@given(st.integers(0, 4_000_000_000_000), st.integers(0, 1439), st.integers(0, 1439))
def test_whatever_the_clock_says_it_ends_within_a_day_and_not_in_quiet(
    now: int, begin: int, end: int
) -> None:
    hours = QuietHours(begin, end)
    until = hours.until(now)
    if until is not None:
        assert now < until <= now + DAY
        assert ist_time_text(until) == f"{end // 60:02d}:{end % 60:02d}"
        assert hours.until(until) is None


def test_the_setting() -> None:
    assert quiet_hours("21:00-08:00") == NIGHT
    assert quiet_hours("13:00-15:30") == SIESTA
    assert quiet_hours("") is None


@pytest.mark.parametrize(
    "text",
    ["21-8", "24:00-08:00", "21:60-08:00", "21:00-21:00", "21:00 - 08:00", "x", "21:00-08:00x"],
)
def test_a_setting_that_means_nothing(text: str) -> None:
    with pytest.raises(InputError) as told:
        quiet_hours(text)
    assert told.value.code == "quiet_hours_form"
