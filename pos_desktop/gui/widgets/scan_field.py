"""The field that owns the keys of a sale: typed codes and names, and the keys of the table."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_desktop.gui.keys import KEYS, Command

_SEQUENCES = {key.sequence: key.command for key in KEYS if not key.window}
_NAMES = {
    Qt.Key.Key_Escape: "Esc",
    Qt.Key.Key_Delete: "Del",
    Qt.Key.Key_Plus: "+",
    Qt.Key.Key_Minus: "-",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
}
_WHEN_EMPTY = frozenset({Command.REMOVE, Command.MORE, Command.LESS})


class ScanField(QLineEdit):
    """``command`` carries a key of ``gui.keys`` that belongs to this field."""

    command = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(80)
        self.setClearButtonEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """While something is typed, Del, + and - edit the text as everywhere."""
        command = _SEQUENCES.get(_NAMES.get(Qt.Key(event.key()), ""))
        chord = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        if command is None or chord or (self.text() and command in _WHEN_EMPTY):
            super().keyPressEvent(event)
            return
        self.command.emit(command)
        event.accept()

    def set_alarmed(self, alarmed: bool) -> None:
        """A red edge while scans are refused."""
        if self.property("alarmed") != alarmed:
            self.setProperty("alarmed", alarmed)
            # Polishing again is how a style sheet notices a changed property.
            self.style().unpolish(self)
            self.style().polish(self)
