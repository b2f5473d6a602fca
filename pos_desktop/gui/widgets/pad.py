"""A number pad for fingers: it types into a field as the keyboard would."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.buttons import IconButton

_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0")


class NumberPad(QWidget):
    """Call ``serve`` once with the field; the buttons never take the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field: QLineEdit | None = None
        self._point: QPushButton | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for at, digit in enumerate(_KEYS):
            button = QPushButton(digit, self)
            button.setProperty("pad", True)
            button.setAccessibleName(say("pad_digit", n=digit))
            button.clicked.connect(self._typed)
            self._place(grid, button, at)
            if digit == ".":
                self._point = button
        back = IconButton("back", say("pad_back"), self)
        back.clicked.connect(self._back)
        self._place(grid, back, len(_KEYS))

    def serve(self, field: QLineEdit, *, point: bool) -> None:
        """Type into ``field``; ``point``: decimals make sense there."""
        self._field = field
        if self._point is not None:
            self._point.setEnabled(point)

    def _place(self, grid: QGridLayout, button: QPushButton, at: int) -> None:
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setMinimumSize(64, 52)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        grid.addWidget(button, at // 3, at % 3)

    def _typed(self) -> None:
        button = self.sender()
        if self._field is not None and isinstance(button, QPushButton):
            self._field.insert(button.text())

    def _back(self) -> None:
        if self._field is not None:
            self._field.backspace()
