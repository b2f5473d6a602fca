"""Measuring, breaking and cleaning of texts before they are drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.ttfonts import TTFont

from pos_desktop import assets
from pos_desktop.documents.typeface import Typefaces, cleaned

SHIPPED = [
    *(f"NotoSans-{weight}" for weight in ("Regular", "SemiBold", "Bold", "ExtraBold")),
    *(f"NotoSansDevanagari-{weight}" for weight in ("Regular", "SemiBold", "Bold")),
]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_face_has_the_rupee_sign_and_digits(name: str) -> None:
    letters = TTFont(f"probe {name}", str(assets.path(f"fonts/{name}.ttf"))).face.charToGlyph
    assert {ord(letter) for letter in "₹0123456789.,-–"} <= set(letters)


@pytest.mark.parametrize("name", SHIPPED)
def test_digits_of_a_face_are_equally_wide(name: str) -> None:
    widths = TTFont(f"probe {name}", str(assets.path(f"fonts/{name}.ttf"))).face.charWidths
    assert len({widths[ord(digit)] for digit in "0123456789"}) == 1


def test_the_licence_lies_beside_the_fonts() -> None:
    text = assets.path("fonts/OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text


@given(st.text(max_size=60))
def test_cleaned_text_is_one_printable_line(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    assert not any(letter in "\r\n\t\x00\x1b\u202e\u2028" for letter in once)
    once.encode("utf-8")


@given(st.text("abc नमक₹1. ", max_size=80), st.integers(2_000, 20_000))
def test_wrapping_loses_nothing_and_fits(text: str, room: int) -> None:
    faces = Typefaces(assets.path("fonts"))
    wanted = cleaned(text)
    lines = faces.wrap(wanted, room, most=1000)
    assert "".join(lines).replace(" ", "") == wanted.replace(" ", "")
    assert all(faces.width(line) <= room for line in lines)


def test_too_many_lines_end_in_dots(faces: Typefaces) -> None:
    lines = faces.wrap("word " * 100, 4000, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("...")
    assert faces.width(lines[-1]) <= 4000


def test_a_vowel_sign_never_starts_a_line(faces: Typefaces) -> None:
    lines = faces.wrap("किकिकिकिकिकिकिकिकि", 2000, most=50)
    assert len(lines) > 1
    assert all(line.startswith("क") for line in lines)


def test_a_mixed_text_is_cut_by_script_in_reading_order(faces: Typefaces) -> None:
    pieces = faces.pieces("Tata नमक शुद्ध 1 kg", bold=True)
    assert [piece.plain for piece in pieces] == ["Tata ", "नमक शुद्ध", " 1 kg"]
    assert [piece.face for piece in pieces] == [
        "NotoSans-Bold",
        "NotoSansDevanagari-Bold",
        "NotoSans-Bold",
    ]


def test_shaping_reorders_and_joins(faces: Typefaces) -> None:
    (piece,) = faces.pieces("कि")
    # The short i is drawn before its consonant.
    assert piece.drawn != piece.plain
    assert piece.drawn[-1] == "क"
    (joined,) = faces.pieces("क्ष")
    assert len(joined.drawn) == 1


def test_a_minus_sign_prints_though_the_face_has_none(faces: Typefaces) -> None:
    assert cleaned("\u22120.11") == "–0.11"
    assert faces.width("–") > 0
