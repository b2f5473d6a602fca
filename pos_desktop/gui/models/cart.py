"""The lines of the bill for Qt's views: fine-grained signals, nothing computed per line."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pos_desktop.gui.presenters.lines import LineView, line_view
from pos_desktop.gui.texts import say

if TYPE_CHECKING:
    from pos_desktop.domain.sale import PricedLine

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class Column(IntEnum):
    """The columns, left to right."""

    NUMBER = 0
    ITEM = 1
    MRP = 2
    PRICE = 3
    QTY = 4
    AMOUNT = 5


_HEADS = ("col_number", "col_item", "col_mrp", "col_price", "col_qty", "col_amount")


class CartModel(QAbstractTableModel):
    """The delegate asks ``line`` once per cell that it paints; ``data`` serves screen readers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: Sequence[PricedLine] = ()

    def show_lines(self, lines: Sequence[PricedLine]) -> None:
        """Go from the old lines to these by the fewest row signals.

        What changes on a bill is a line at its end, one line, or one line that moved to the end:
        the common head and tail stay untouched, unchanged lines being the very same objects.
        """
        old, count = self._lines, min(len(self._lines), len(lines))
        head = 0
        while head < count and old[head] is lines[head]:
            head += 1
        tail = 0
        while tail < count - head and old[-1 - tail] is lines[-1 - tail]:
            tail += 1
        gone, come = len(old) - head - tail, len(lines) - head - tail
        changed = min(gone, come)
        if gone > come:
            self.beginRemoveRows(NO_INDEX, head + changed, head + gone - 1)
            self._lines = (*old[: head + changed], *old[head + gone :])
            self.endRemoveRows()
        elif come > gone:
            self.beginInsertRows(NO_INDEX, head + changed, head + come - 1)
            fresh = lines[head + changed : head + come]
            self._lines = (*old[: head + changed], *fresh, *old[head + gone :])
            self.endInsertRows()
        self._lines = lines
        if changed:
            last = self.index(head + changed - 1, Column.AMOUNT)
            self.dataChanged.emit(self.index(head, 0), last)

    def line(self, row: int) -> LineView:
        """The texts of a row."""
        return line_view(self._lines[row])

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """One row per line."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        """See ``Column``."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Plain texts; alignment and colours are the delegate's."""
        readable = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        if role not in readable or not index.isValid():
            return None
        line = self.line(index.row())
        price = f"{line.price} {line.price_unit}".strip()
        # The number belongs to the place, not to the line: it is the row's header.
        texts = (None, line.name, line.mrp, price, line.qty, line.amount)
        return texts[index.column()]

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """The words over the columns; figures stand right."""
        if orientation != Qt.Orientation.Horizontal:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return say(_HEADS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = section >= Column.MRP
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
