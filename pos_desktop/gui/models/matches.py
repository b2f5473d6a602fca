"""The items that match what is being typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from pos_desktop.domain.money import format_rupees
from pos_desktop.gui.models.cart import NO_INDEX, Index
from pos_desktop.gui.presenters.lines import unit_word

if TYPE_CHECKING:
    from pos_desktop.domain.sale import Item


class MatchModel(QAbstractListModel):
    """At most a handful of rows, replaced at once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: Sequence[Item] = ()

    def show_items(self, items: Sequence[Item]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._items = tuple(items)
        self.endResetModel()

    def item(self, row: int) -> Item:
        """The article of a row."""
        return self._items[row]

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """One row per item."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name and price, for screen readers."""
        if role != Qt.ItemDataRole.DisplayRole or not index.isValid():
            return None
        item = self._items[index.row()]
        return f"{item.name} {price_words(item)}"


def price_words(item: Item) -> str:
    """``43.00 /kg`` or ``72.00``."""
    unit = unit_word(item.unit)
    price = format_rupees(item.price)
    return f"{price} /{unit}" if unit else price
