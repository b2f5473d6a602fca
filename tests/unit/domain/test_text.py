"""Invisible characters and digits of other scripts."""

from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.text import ascii_digits, bare, one_line, printable


def test_digits_of_any_script_become_ascii() -> None:
    assert ascii_digits("१२3") == "123"
    assert ascii_digits("٣") == "3"
    assert ascii_digits("x²") == "x²"
    assert ascii_digits("plain 12") == "plain 12"


def test_controls_and_bidi_marks_go_and_joiners_stay_in_names() -> None:
    assert printable("a\u202eb\x00c\ud800d\u200b") == "abcd"
    assert printable("क\u094d\u200dष") == "क\u094d\u200dष"
    assert bare("9\u200d8\u200c7\u200f") == "987"
    assert printable("plain") == "plain"


def test_one_line_has_no_line_ends() -> None:
    assert one_line(" Tea\n\tgreen \u200b  250 g ") == "Tea green 250 g"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert printable(printable(text)) == printable(text)
    assert one_line(one_line(text)) == one_line(text)
    assert "\n" not in one_line(text)
