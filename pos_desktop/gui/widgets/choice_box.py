"""Buttons of a sheet of choices, in one column or two; each prints the key that presses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from pos_desktop.gui.widgets.buttons import KeyButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from pos_desktop.gui.presenters.choices import Choice

_HEIGHT, _LEAST, _MANY = 52, 48, 7
"""Of a button; and where more than so many stand in one column."""
_ONE_COLUMN = 4
"""So many choices stand in one column even where two are allowed."""


class ChoiceBox(QWidget):
    """``chosen`` carries the code. Buttons are made anew only where the choices differ."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[Choice, ...] = ()
        self._buttons: list[KeyButton] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)

    def show_choices(self, choices: Sequence[Choice], *, columns: int = 1) -> None:
        """The first one is the strong one unless it does harm."""
        if tuple(choices) == self._choices:
            return
        self._choices = tuple(choices)
        for old in self._buttons:
            old.setParent(None)
            old.deleteLater()
        wide = 1 if len(choices) <= _ONE_COLUMN else columns
        high = _LEAST if wide == 1 and len(choices) > _MANY else _HEIGHT
        self._buttons = [self._made(at, choice, high) for at, choice in enumerate(choices)]
        for at, button in enumerate(self._buttons):
            if at == 0 or wide == 1:
                self._grid.addWidget(button, at, 0, 1, columns)
            else:
                row, column = divmod(at - 1, wide)
                self._grid.addWidget(button, row + 1, column)

    @property
    def buttons(self) -> list[KeyButton]:
        """The choices, in order."""
        return list(self._buttons)

    def harmless(self) -> KeyButton | None:
        """The first button that Enter may press."""
        return next((b for b in self._buttons if not b.property("danger")), None)

    def press_key(self, event: QKeyEvent) -> bool:
        """Press the button on which this figure is printed; False where there is none."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or event.isAutoRepeat():
            return False
        for choice, button in zip(self._choices, self._buttons, strict=True):
            if event.text() and choice.key == event.text() and button.isEnabled():
                button.click()
                return True
        return False

    def _made(self, at: int, choice: Choice, high: int) -> KeyButton:
        button = KeyButton(self)
        button.setProperty("strong", at == 0 and not choice.danger)
        button.setProperty("danger", choice.danger)
        button.setProperty("choice", choice.code)
        button.setMinimumHeight(high)
        button.show_words(choice.text, choice.key, size=16)
        button.clicked.connect(self._on_clicked)
        return button

    def _on_clicked(self) -> None:
        self.chosen.emit(str(self.sender().property("choice")))
