"""A list whose rows are painted, so that its length costs nothing: only rows in sight are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from pos_desktop.gui import theme
from pos_desktop.gui.models.rows import RowModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pos_desktop.gui.models.cart import Index

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)
PAD = 14
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


class Drawn(Protocol[R_contra]):
    """How the rows of a list look and sound; ``at`` counts within ``rows``."""

    def height(self, rows: Sequence[R_contra], at: int) -> int: ...
    def paint(
        self, painter: QPainter, area: QRect, rows: Sequence[R_contra], at: int, *, marked: bool
    ) -> None: ...
    def spoken(self, row: R_contra) -> str: ...


class RowList(QListView, Generic[R]):
    """``moved`` and ``clicked_row`` leave the mark to the presenter; ``entered`` is Enter. Keys
    that it does not know go to the sheet."""

    moved = Signal(int)
    clicked_row = Signal(int)
    entered = Signal()

    def __init__(self, drawn: Drawn[R], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawn = drawn
        self._rows: tuple[R, ...] = ()
        self._model = RowModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Painter(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._on_clicked)

    @property
    def rows(self) -> tuple[R, ...]:
        """What is listed."""
        return self._rows

    def show_rows(self, rows: Sequence[R], selected: int = -1) -> None:
        """Paint these; the marked row is kept in sight."""
        self._rows = tuple(rows)
        self._model.show_rows([self._drawn.spoken(row) for row in rows])
        if 0 <= selected < len(rows):
            index = self._model.index(selected)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def height_at(self, at: int) -> int:
        """Pixels of one row."""
        return self._drawn.height(self._rows, at)

    def paint_at(self, painter: QPainter, area: QRect, at: int, *, marked: bool) -> None:
        """Draw one row."""
        self._drawn.paint(painter, area, self._rows, at, marked=marked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and Enter; never a search by typing."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.moved.emit(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            event.ignore()

    def _on_clicked(self, index: QModelIndex) -> None:
        self.clicked_row.emit(index.row())


class _Painter(QStyledItemDelegate):
    def __init__(self, rows: RowList[R]) -> None:
        super().__init__(rows)
        self._list = rows

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """What the list draws, and a line under it."""
        area: QRect = option.rect
        marked = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        self._list.paint_at(painter, area, index.row(), marked=marked)
        painter.restore()
        line = QColor(theme.current().line)
        painter.fillRect(area.left(), area.bottom(), area.width(), 1, line)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as the list says."""
        return QSize(100, self._list.height_at(index.row()))


def mark(painter: QPainter, area: QRect) -> None:
    """The ground of the marked row."""
    t = theme.current()
    painter.fillRect(area, QColor(t.selected))
    painter.fillRect(QRect(area.left(), area.top(), 4, area.height()), QColor(t.primary))
