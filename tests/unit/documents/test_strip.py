"""Letters as dots: shaped, of the right face, inside their line."""

import pytest

from pos_desktop import assets
from pos_desktop.documents.strip import BIG, BODY, Letters, Piece


@pytest.fixture(scope="module")
def letters() -> Letters:
    return Letters(assets.path("fonts"))


def ink(rows: tuple[bytes, ...]) -> int:
    return sum(byte.bit_count() for row in rows for byte in row)


def test_a_line_without_ink_is_white(letters: Letters) -> None:
    assert letters.draw([], 384, BODY) == (bytes(48),) * 36
    assert letters.draw([Piece(0, "")], 384, BIG) == (bytes(48),) * 66


def test_hindi_is_shaped(letters: Letters) -> None:
    """A conjunct is narrower than its letters, and its half form is one glyph."""
    assert letters.width("क्ष", BODY) < letters.width("क", BODY) + letters.width("ष", BODY)
    assert letters.width("कि", BODY) > letters.width("क", BODY)


def test_bold_has_more_ink_and_large_is_wider(letters: Letters) -> None:
    plain = letters.draw([Piece(0, "दाल 12")], 384, BODY)
    bold = letters.draw([Piece(0, "दाल 12")], 384, BODY, bold=True)
    assert 0 < ink(plain) < ink(bold)
    assert letters.width("दाल", BIG) > 1.8 * letters.width("दाल", BODY)


def test_every_sign_of_a_mixed_name_has_a_glyph(letters: Letters) -> None:
    """What no face has is a box, which every such letter shares: these are no boxes."""
    box = letters.draw([Piece(0, "\u4e00")], 48, BODY)
    for letter in "₹%&(5)Aआक।":
        assert letters.draw([Piece(0, letter)], 48, BODY) != box, letter


def test_what_stands_beyond_the_paper_is_cut_off(letters: Letters) -> None:
    rows = letters.draw([Piece(360, "आशीर्वाद")], 384, BODY)
    assert {len(row) for row in rows} == {48}
    assert ink(rows) > 0
