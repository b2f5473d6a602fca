"""The popup under the scan field. It never takes the focus: the field keeps the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from pos_desktop.domain.money import format_rupees
from pos_desktop.gui import theme
from pos_desktop.gui.models.cart import Index
from pos_desktop.gui.models.matches import MatchModel, price_words
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from pos_desktop.domain.sale import Item

ROW = 48
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class MatchDelegate(QStyledItemDelegate):
    """Name, code, MRP and price of one item."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        model = index.model()
        if not isinstance(model, MatchModel):
            return
        item, t = model.item(index.row()), theme.current()
        area: QRect = option.rect
        marked = bool(option.state & QStyle.StateFlag.State_Selected)
        if marked:
            painter.fillRect(area, QColor(t.selected))
            painter.fillRect(QRect(area.left(), area.top(), 4, area.height()), QColor(t.primary))
        inner = area.adjusted(16, 0, -16, 0)
        font = theme.font(16, 600 if marked else 400)
        room = inner.width() - 330
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(t.ink))
        name = metrics.elidedText(item.name, Qt.TextElideMode.ElideRight, max(120, room))
        painter.drawText(inner, _LEFT, name)
        painter.drawText(inner, _RIGHT, price_words(item))
        painter.setFont(theme.font(13))
        painter.setPen(QColor(t.muted))
        painter.drawText(inner.adjusted(0, 0, -210, 0), _RIGHT, item.barcode)
        if item.mrp is not None:
            mrp = f"{say('col_mrp')} {format_rupees(item.mrp)}"
            painter.drawText(inner.adjusted(0, 0, -96, 0), _RIGHT, mrp)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A finger's height."""
        return QSize(200, ROW)


class Matches(QFrame):
    """``picked`` carries the article that was tapped; ``marked`` is the one for Enter."""

    picked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("matches")
        self._model = MatchModel(self)
        self._list = QListView(self)
        self._list.setModel(self._model)
        self._list.setItemDelegate(MatchDelegate(self))
        self._list.setUniformItemSizes(True)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setAccessibleName(say("search_name"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(self._on_clicked)
        self._none = ElidedLabel(self)
        self._none.setObjectName("hint")
        self._none.setFixedHeight(ROW)
        self._none.setContentsMargins(16, 0, 16, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 6, 1, 6)
        column.setSpacing(0)
        column.addWidget(self._list)
        column.addWidget(self._none)
        self.hide()

    def show_items(self, items: Sequence[Item], text: str, *, mark: bool) -> None:
        """Open under the field, or close where there is neither an item nor a text."""
        self._model.show_items(items)
        self._list.setVisible(bool(items))
        self._none.setVisible(not items)
        self._none.setText(say("search_none", text=text))
        if items and mark:
            self._list.setCurrentIndex(self._model.index(0))
        if not text:
            self.hide()
            return
        rows = max(1, min(len(items), 8))
        self.resize(self.width(), rows * ROW + 14)
        self.show()
        self.raise_()

    def marked(self) -> Item | None:
        """The article that Enter would take."""
        index = self._list.currentIndex()
        if not self.isVisible() or not index.isValid():
            return None
        return self._model.item(index.row())

    def move_mark(self, rows: int) -> None:
        """Arrow keys of the field."""
        count = self._model.rowCount()
        if count:
            at = self._list.currentIndex().row() + rows
            self._list.setCurrentIndex(self._model.index(max(0, min(at, count - 1))))

    def _on_clicked(self, index: QModelIndex) -> None:
        self.picked.emit(self._model.item(index.row()))
