"""Fills a widget from a compiled Designer form, and dresses what all sheets have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from pos_desktop.gui.widgets.buttons import KeyButton
    from pos_desktop.gui.widgets.sheet import Sheet

_ESC = "Esc"


class Form(Protocol):
    """What uic writes; it has no types, so they end here."""

    def setupUi(self, widget: Any) -> Any:  # noqa: ANN401 - uic's signature
        """Create the children of ``widget``."""
        ...


F = TypeVar("F", bound=Form)


def fill(form: F, widget: object) -> F:
    """Create the form's children in ``widget`` and return the form, whose fields they are."""
    form.setupUi(widget)
    return form


def dress(sheet: Sheet, title: QLabel, close: KeyButton, words: str) -> None:
    """Title and close button; plain text everywhere, and Enter presses what has the focus."""
    # After the first paint only: the window's own form needs none of it.
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QLabel, QPushButton

    from pos_desktop.gui import theme
    from pos_desktop.gui.texts import say

    for label in sheet.body.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
    for button in sheet.body.findChildren(QPushButton):
        button.setAutoDefault(True)
    title.setFont(theme.font(20, 600))
    title.setText(words)
    close.show_words(say("close"), _ESC)
    close.clicked.connect(sheet.dismissed)


def set_tone(label: QLabel, tone: str) -> None:
    """Colour it by the style sheet's rule for this tone."""
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        label.style().unpolish(label)
        label.style().polish(label)
