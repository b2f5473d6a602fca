"""The look: colour tokens, one application-wide style sheet, Fusion and the shipped fonts.

This is the only file with colours in it (a test searches the rest). Every text pair keeps a
contrast of 4.5:1 or more (tested). QR codes are outside the theme: always black on white.
"""

from functools import cache
from string import Template
from typing import NamedTuple

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from pos_desktop import assets

FAMILY = "Noto Sans"
DEVANAGARI = "Noto Sans Devanagari"


class Tokens(NamedTuple):
    """The colours of one theme, as ``#RRGGBB``; ``scrim`` is laid half-transparent over a page."""

    name: str
    background: str
    surface: str
    surface2: str
    ink: str
    muted: str
    primary: str
    on_primary: str
    primary_hover: str
    primary_soft: str
    selected: str
    line: str
    edge: str
    paid: str
    paid_soft: str
    pending: str
    pending_soft: str
    failed: str
    failed_soft: str
    info: str
    info_soft: str
    parked: str
    parked_soft: str
    strip: str
    on_strip: str
    scrim: str


LIGHT = Tokens(
    name="light",
    background="#F4F3EF",
    surface="#FFFFFF",
    surface2="#FAF9F6",
    ink="#1A1F24",
    muted="#59616B",
    primary="#0B5D4B",
    on_primary="#FFFFFF",
    primary_hover="#094E3F",
    primary_soft="#E3F0EC",
    selected="#EAF4F0",
    line="#DEDBD3",
    edge="#8A8F88",
    paid="#00664A",
    paid_soft="#DDF1E8",
    pending="#7A5200",
    pending_soft="#FBF0DA",
    failed="#A33B00",
    failed_soft="#FBE7DD",
    info="#005A8C",
    info_soft="#E1EFF8",
    parked="#595959",
    parked_soft="#ECEAE5",
    strip="#00664A",
    on_strip="#FFFFFF",
    scrim="#14181B",
)

DARK = Tokens(
    name="dark",
    background="#14181B",
    surface="#1D2327",
    surface2="#191F22",
    ink="#EDEFF1",
    muted="#A3ADB6",
    primary="#2FA98A",
    on_primary="#06231C",
    primary_hover="#3CBB9B",
    primary_soft="#17332C",
    selected="#1A2E29",
    line="#313A40",
    edge="#6C7780",
    paid="#4CC79A",
    paid_soft="#15332A",
    pending="#F0B54A",
    pending_soft="#37290F",
    failed="#FF9466",
    failed_soft="#3B2015",
    info="#6CBCEB",
    info_soft="#152C3B",
    parked="#B4B4B4",
    parked_soft="#2A3035",
    strip="#4CC79A",
    on_strip="#06231C",
    scrim="#05080A",
)

HIGH_CONTRAST = Tokens(
    name="high-contrast",
    background="#000000",
    surface="#000000",
    surface2="#000000",
    ink="#FFFFFF",
    muted="#E6E6E6",
    primary="#FFD500",
    on_primary="#000000",
    primary_hover="#FFE566",
    primary_soft="#1F1F1F",
    selected="#262200",
    line="#9A9A9A",
    edge="#FFFFFF",
    paid="#5CFFB5",
    paid_soft="#002817",
    pending="#FFD500",
    pending_soft="#2B2400",
    failed="#FFA27A",
    failed_soft="#331200",
    info="#8AD4FF",
    info_soft="#001C2E",
    parked="#E6E6E6",
    parked_soft="#1F1F1F",
    strip="#5CFFB5",
    on_strip="#000000",
    scrim="#000000",
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, HIGH_CONTRAST)}

TONES = ("paid", "pending", "failed", "info", "parked")
"""Names of ``services.views.Tone``; each is a colour and its ``_soft`` ground here."""


_running = [LIGHT]


def tokens_for(name: str) -> Tokens:
    """The theme of the settings; an unknown name gives the light one."""
    return THEMES.get(name, LIGHT)


def text_pairs(t: Tokens) -> tuple[tuple[str, str], ...]:
    """Every (text, ground) pair that the windows use."""
    grounds = (t.background, t.surface, t.surface2)
    pairs = [(ink, ground) for ink in (t.ink, t.muted, t.primary) for ground in grounds]
    pairs += [(ink, g) for ink in (t.ink, t.muted) for g in (t.selected, t.primary_soft)]
    pairs += [(t.primary, t.selected)]
    pairs += [(t.on_primary, t.primary), (t.on_primary, t.primary_hover), (t.on_strip, t.strip)]
    for tone in TONES:
        colour, soft = tone_colours(t, tone)
        pairs += [(colour, soft), (colour, t.surface), (t.ink, soft), (t.muted, soft)]
        # What nobody may overlook on a card of any state.
        pairs += [(colour, t.selected), (t.failed, soft)]
    return tuple(pairs)


def tone_colours(t: Tokens, tone: str) -> tuple[str, str]:
    """(colour, soft ground) of a tone of ``services.views.Tone``."""
    return getattr(t, tone), getattr(t, f"{tone}_soft")


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours after WCAG 2.2 (1 to 21)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def font(size: int, weight: int = 400) -> QFont:
    """The interface font at ``size`` pixels; ``weight`` is 400, 600 or 800."""
    made = QFont([FAMILY, DEVANAGARI])
    made.setPixelSize(size)
    made.setWeight(QFont.Weight(weight))
    # Figures of equal width: columns of amounts line up and a running total does not wobble.
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


@cache
def load_fonts() -> tuple[str, ...]:
    """Add the shipped fonts to the program; the names of files that could not be read."""
    bad: list[str] = []
    for file in sorted(assets.path("fonts").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            bad.append(file.name)
    return tuple(bad)


def style_sheet(tokens: Tokens) -> str:
    """The style sheet of the whole program, filled with the theme's colours."""
    source = assets.path("themes/raseed.qss").read_text(encoding="utf-8")
    return Template(source).substitute(tokens._asdict())


def apply(app: QApplication, tokens: Tokens) -> None:
    """Dress the program once, before the first window is built."""
    app.setStyle("Fusion")
    app.setFont(font(15))
    app.setPalette(_palette(tokens))
    app.setStyleSheet(style_sheet(tokens))
    _running[0] = tokens


def current() -> Tokens:
    """The theme of the running program (painting widgets ask for it at every paint)."""
    return _running[0]


def _palette(t: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, t.background),
        (role.WindowText, t.ink),
        (role.Base, t.surface),
        (role.AlternateBase, t.surface2),
        (role.Text, t.ink),
        (role.Button, t.surface),
        (role.ButtonText, t.ink),
        (role.Highlight, t.primary),
        (role.HighlightedText, t.on_primary),
        (role.PlaceholderText, t.muted),
        (role.ToolTipBase, t.surface),
        (role.ToolTipText, t.ink),
    ):
        palette.setColor(where, QColor(colour))
    return palette
