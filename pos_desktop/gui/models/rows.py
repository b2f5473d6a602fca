"""Rows of the painted lists of the sheets, as screen readers are told of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from pos_desktop.gui.models.cart import NO_INDEX, Index

_ROLES = frozenset({Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole})


class RowModel(QAbstractListModel):
    """The words of each row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._spoken: tuple[str, ...] = ()

    def show_rows(self, spoken: Sequence[str]) -> None:
        """Replace them; where only words differ the view keeps its place."""
        if len(spoken) == len(self._spoken):
            self._spoken = tuple(spoken)
            if spoken:
                self.dataChanged.emit(self.index(0), self.index(len(spoken) - 1))
            return
        self.beginResetModel()
        self._spoken = tuple(spoken)
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """All of them; rows have no children."""
        return 0 if parent.isValid() else len(self._spoken)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a row."""
        return self._spoken[index.row()] if role in _ROLES and index.isValid() else None
