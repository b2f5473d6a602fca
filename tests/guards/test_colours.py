"""Colours live in the theme, so that dark and high contrast are one change."""

import ast
import re

from tests.guards.source import ROOT, Source, judge, snippet, sources

HEX = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
THEME = ("pos_desktop/gui/theme.py", "pos_desktop/gui/theme/")


def stray_colours(files: tuple[Source, ...]) -> dict[str, str]:
    return {
        f"{file.path} line {node.lineno}": node.value
        for file in files
        if not file.path.startswith(THEME)
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HEX.search(node.value)
    }


def styled_forms(forms: dict[str, str]) -> dict[str, str]:
    """A Designer form says what is where; how it looks is the theme's."""
    return {
        name: "carries a style or a colour"
        for name, text in forms.items()
        if "styleSheet" in text or "<color" in text or HEX.search(text)
    }


def test_colours_stay_in_the_theme() -> None:
    judge("colours", stray_colours(sources("pos_desktop/gui")))


def test_forms_carry_no_style() -> None:
    forms = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "ui").rglob("*.ui")}
    judge("styled_forms", styled_forms(forms))


def test_the_guard_of_colours_can_fail() -> None:
    assert stray_colours((snippet("x = 'color: #ff0000'", "pos_desktop/gui/views/a.py"),))
    assert stray_colours((snippet("x = '#fff'", "pos_desktop/gui/views/a.py"),))
    assert not stray_colours((snippet("x = '#ff0000'", "pos_desktop/gui/theme.py"),))
    assert not stray_colours((snippet("x = 'bill #1234567'", "pos_desktop/gui/views/a.py"),))
    assert styled_forms({"a.ui": '<property name="styleSheet">'})
