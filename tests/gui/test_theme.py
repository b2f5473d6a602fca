"""Colours that can be read, and only in one place."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFontInfo, QFontMetrics, QRawFont
from pytestqt.qtbot import QtBot

from pos_desktop import assets
from pos_desktop.domain.money import format_rupees
from pos_desktop.gui import theme
from pos_desktop.gui.sentences import SENTENCES

ROOT = Path(__file__).resolve().parents[2]
HEX = re.compile(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b")


@pytest.mark.parametrize("tokens", theme.THEMES.values(), ids=lambda t: t.name)
def test_every_text_can_be_read(tokens: theme.Tokens) -> None:
    poor = [
        f"{ink} on {ground}: {theme.contrast(ink, ground):.2f}"
        for ink, ground in theme.text_pairs(tokens)
        if theme.contrast(ink, ground) < 4.5
    ]
    assert poor == []


@pytest.mark.parametrize("tokens", theme.THEMES.values(), ids=lambda t: t.name)
def test_edges_of_fields_can_be_seen(tokens: theme.Tokens) -> None:
    for ground in (tokens.surface, tokens.surface2):
        assert theme.contrast(tokens.edge, ground) >= 3
        assert theme.contrast(tokens.primary, ground) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_no_colour_stands_outside_the_tokens() -> None:
    files = [
        *(ROOT / "pos_desktop/gui").rglob("*.py"),
        *(ROOT / "ui").glob("*.ui"),
        *(ROOT / "resources/themes").glob("*.qss"),
    ]
    stray = {
        file.name: HEX.findall(file.read_text(encoding="utf-8"))
        for file in files
        if file.name != "theme.py" and "forms" not in file.parts
    }
    assert {name: found for name, found in stray.items() if found} == {}


def test_forms_carry_neither_style_nor_sentences() -> None:
    for form in (ROOT / "ui").glob("*.ui"):
        text = form.read_text(encoding="utf-8")
        assert "styleSheet" not in text, form.name
        assert "<string" not in text, form.name


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_style_sheet_is_filled_for_every_theme(name: str) -> None:
    assert "$" not in theme.style_sheet(theme.tokens_for(name))


def test_an_unknown_theme_is_the_light_one() -> None:
    assert theme.tokens_for("plaid") is theme.LIGHT


def test_the_shipped_fonts_are_used_with_figures_of_one_width(qtbot: QtBot) -> None:
    assert theme.load_fonts() == ()
    for weight in (400, 600, 800):
        font = theme.font(40, weight)
        assert QFontInfo(font).family() == theme.FAMILY
        assert QFontInfo(font).weight() == weight
        metrics = QFontMetrics(font)
        assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("face", ["Regular", "SemiBold", "ExtraBold"])
def test_every_letter_of_the_window_is_in_the_shipped_fonts(qtbot: QtBot, face: str) -> None:
    font = QRawFont(str(assets.path(f"fonts/NotoSans-{face}.ttf")), 20)
    needed = set("".join(SENTENCES.values()) + format_rupees(123, sign=True) + "··/")
    lacking = {c for c in needed if c != "\n" and not font.glyphIndexesForString(c)[0]}
    assert lacking == set()
