"""Wrong PINs lock, longer each time; a clock that is put back neither frees nor locks for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.people import (
    Person,
    Role,
    after_failure,
    after_success,
    locked_for,
    pin_weakness,
    tries_left,
)

NOW = 1_795_409_130_000
MINUTE = 60_000
MEENA = Person("01", "Meena", Role.MANAGER, "hash", NOW)


def failed(times: int, person: Person = MEENA) -> Person:
    for _ in range(times):
        person = after_failure(person, NOW)
    return person


def test_four_wrong_pins_cost_nothing() -> None:
    person = failed(4)
    assert (person.failures, person.locked_until) == (4, None)
    assert [tries_left(failed(times)) for times in (0, 1, 4, 5, 6)] == [5, 4, 1, 0, 0]
    assert locked_for(person, NOW) == 0


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 30), (11, 30), (40, 30), (5000, 30)],
)
def test_from_the_fifth_on_the_wait_doubles_to_half_an_hour(failures: int, minutes: int) -> None:
    person = failed(failures)
    assert person.failures == failures
    assert locked_for(person, NOW) == minutes * MINUTE
    assert locked_for(person, NOW + minutes * MINUTE - 1) == 1
    assert locked_for(person, NOW + minutes * MINUTE) == 0


def test_the_right_pin_clears_everything() -> None:
    assert after_success(failed(7)) == MEENA


def test_a_clock_put_back_holds_no_longer_than_the_longest_lock() -> None:
    person = failed(5)
    assert locked_for(person, NOW - 10 * MINUTE) == 11 * MINUTE
    assert locked_for(person, NOW - 365 * 24 * 60 * MINUTE) == 30 * MINUTE


@given(st.lists(st.integers(-(10**12), 10**12), min_size=5, max_size=30))
def test_whatever_the_clock_does_a_failure_never_unlocks(moments: list[int]) -> None:
    person = MEENA
    for number, moment in enumerate(moments, 1):
        now = NOW + moment
        person = after_failure(person, now)
        assert person.failures == number
        assert (locked_for(person, now) > 0) == (number >= 5)
        assert locked_for(person, now) <= 30 * MINUTE


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("", "pin_not_digits"),
        ("12a456", "pin_not_digits"),
        ("७३९२०४", "pin_not_digits"),
        (" 739204", "pin_not_digits"),
        ("73920", "pin_too_short"),
        ("7392045816273", "pin_too_long"),
        ("000000", "pin_too_simple"),
        ("123456", "pin_too_simple"),
        ("987654", "pin_too_simple"),
        ("135791", "pin_too_simple"),
        ("890123", "pin_too_simple"),
        ("121212", "pin_too_simple"),
        ("739739", "pin_too_simple"),
        ("19841984", "pin_too_simple"),
        ("739204", None),
        ("123457", None),
        ("739204581627", None),
    ],
)
def test_which_pins_will_do(pin: str, why: str | None) -> None:
    assert pin_weakness(pin) == why
