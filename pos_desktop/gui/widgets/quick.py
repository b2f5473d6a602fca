"""The quick keys: loose goods by one tap, as many rows as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos_desktop.gui.models.matches import price_words
from pos_desktop.gui.widgets.buttons import QuickKey

if TYPE_CHECKING:
    from pos_desktop.domain.sale import Item

COLUMNS = 4
HEIGHT = 60
GAP = 8
MOST = 16


class QuickKeys(QWidget):
    """``picked`` carries the article. Keys without room are hidden, never squeezed."""

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[tuple[QuickKey, Item]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_items(self, items: Sequence[Item]) -> None:
        """Replace the keys."""
        for key, _ in self._keys:
            key.deleteLater()
        self._keys = []
        for item in items[:MOST]:
            # "(loose)", "(dozen)" stand on the bill; on a key there is only room for the name.
            name = item.name.partition(" (")[0]
            key = QuickKey(name, price_words(item), self)
            key.clicked.connect(self._on_clicked)
            self._keys.append((key, item))
        self._arrange()

    def sizeHint(self) -> QSize:
        """Two rows."""
        return QSize(300, 2 * HEIGHT + GAP)

    def minimumSizeHint(self) -> QSize:
        """All rows may go where the window is low: the total is never squeezed for them."""
        return QSize(200, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange what fits."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        rows = (self.height() + GAP) // (HEIGHT + GAP)
        wide = (self.width() - GAP * (COLUMNS - 1)) // COLUMNS
        for at, (key, _) in enumerate(self._keys):
            row, column = divmod(at, COLUMNS)
            key.setVisible(row < rows)
            key.setGeometry(column * (wide + GAP), row * (HEIGHT + GAP), wide, HEIGHT)

    def _on_clicked(self) -> None:
        pressed = self.sender()
        for key, item in self._keys:
            if key is pressed:
                self.picked.emit(item)
