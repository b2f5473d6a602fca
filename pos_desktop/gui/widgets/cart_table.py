"""The table of lines: fixed row height, one stretching column, buttons on the marked row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QWidget,
)

from pos_desktop.gui import theme
from pos_desktop.gui.models.cart import CartModel, Column
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets import icons
from pos_desktop.gui.widgets.buttons import IconButton
from pos_desktop.gui.widgets.cart_rows import PAD, ROW, RowPainter

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.sale import CartState

_WIDE = (48, 0, 92, 112, 104, 118)
_NARROW = (38, 0, 78, 102, 90, 96)
_NARROW_BELOW = 760


class RowButtons(QWidget):
    """Minus, plus and remove, 48 px targets for fingers; they follow the marked row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(6)
        self.less = IconButton("minus", say("line_less"), self)
        self.more = IconButton("plus", say("line_more"), self)
        self.remove = IconButton("cross", say("line_remove"), self)
        for button in (self.less, self.more, self.remove):
            button.setFixedSize(40, 40)
            # The scan field keeps the keys; the keyboard has +, - and Del for the same.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(button)
        self.adjustSize()
        self.hide()


class CartTable(QTableView):
    """Shows a CartState. It never takes the focus: the keys belong to the scan field."""

    row_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = CartModel(self)
        self._rows = RowPainter()
        self.setModel(self._model)
        self.setAccessibleName(say("cart_name"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, only its handle comes and goes: the line that first needs it would else push
        # all columns aside, and every row would be painted twice for it.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self._headers()
        self.row_buttons = RowButtons(self._own_viewport())
        self.clicked.connect(self._on_clicked)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._place_buttons)
        bar.rangeChanged.connect(self._on_range)
        bar.setEnabled(False)

    @property
    def rows(self) -> RowPainter:
        """It counts what it paints (tests)."""
        return self._rows

    def show_cart(self, state: CartState) -> None:
        """Rows, the mark, and the marked row in sight."""
        self._model.show_lines(state.lines)
        if state.selected >= 0:
            index = self._model.index(state.selected, Column.ITEM)
            self.setCurrentIndex(index)
            self.scrollTo(index)
        else:
            self.clearSelection()
        self._place_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow screens get narrow columns; the item column takes the rest."""
        super().resizeEvent(event)
        self._columns()
        self._place_buttons()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows that are to be painted; an empty table says what to do."""
        count = self._model.rowCount()
        if count == 0:
            self._paint_empty()
            return
        area = event.rect()
        first = max(0, self.rowAt(area.top()))
        last = self.rowAt(area.bottom())
        spans = [(self.columnViewportPosition(c), self.columnWidth(c)) for c in Column]
        marked = self.currentIndex().row()
        painter = QPainter(self.viewport())
        for row in range(first, (count if last < 0 else last + 1)):
            top = self.rowViewportPosition(row)
            cells = [QRect(left, top, width, ROW) for left, width in spans]
            line = self._model.line(row)
            self._rows.paint(painter, cells, line, row + 1, marked=row == marked)
        painter.end()

    def _own_viewport(self) -> QWidget:
        """Like Qt's, but made here: for a widget that Qt made, PySide creates all of its widget
        classes to find out which one it is, a sixth of the time to the first paint."""
        viewport = QWidget()
        viewport.setBackgroundRole(QPalette.ColorRole.Base)
        viewport.setAutoFillBackground(True)
        self.setViewport(viewport)
        return viewport

    def _headers(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW)
        rows.setMinimumSectionSize(ROW)
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(Column.ITEM, QHeaderView.ResizeMode.Stretch)
        columns.setMinimumSectionSize(24)
        columns.setFixedHeight(36)
        columns.setSectionsClickable(False)
        columns.setHighlightSections(False)
        columns.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _columns(self) -> None:
        widths = _NARROW if self.width() < _NARROW_BELOW else _WIDE
        for column, width in enumerate(widths):
            if width:
                self.setColumnWidth(column, width)

    def _on_range(self, least: int, most: int) -> None:
        self.verticalScrollBar().setEnabled(most > least)

    def _on_clicked(self) -> None:
        self.row_clicked.emit(self.currentIndex().row())

    def _place_buttons(self) -> None:
        """Beside the marked line's name, as far right as the item column allows."""
        index = self.currentIndex()
        if not index.isValid() or not self.selectionModel().isSelected(index):
            self.row_buttons.hide()
            return
        cell: QRect = self.visualRect(index.siblingAtColumn(Column.ITEM))
        wide = self.row_buttons.sizeHint().width()
        end = cell.right()
        self._rows.covers_mrp = self.width() < _NARROW_BELOW
        if self._rows.covers_mrp:
            # There the buttons also cover the marked line's MRP: its name is worth more.
            end = self.visualRect(index.siblingAtColumn(Column.MRP)).right() - 6
        room = end - cell.left() - PAD - wide - 16
        self._rows.reserved = cell.right() - cell.left() - PAD - 8 - room
        line = self._model.line(index.row())
        left = cell.left() + PAD + self._rows.name_width(line, room) + 12
        self.row_buttons.setGeometry(left, cell.top(), wide, cell.height())
        self.row_buttons.show()

    def _paint_empty(self) -> None:
        t = theme.current()
        painter = QPainter(self.viewport())
        area = self.viewport().rect()
        middle = area.center()
        icon = QRect(middle.x() - 28, middle.y() - 84, 56, 56).toRectF()
        icons.draw(painter, "scan", icon, QColor(t.edge), 3)
        painter.setPen(QColor(t.ink))
        painter.setFont(theme.font(20, 600))
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(
            area.adjusted(0, area.height() // 2 - 14, 0, 0), centre, say("cart_empty_title")
        )
        painter.setPen(QColor(t.muted))
        painter.setFont(theme.font(15))
        hint = area.adjusted(24, area.height() // 2 + 20, -24, 0)
        painter.drawText(hint, int(centre | Qt.TextFlag.TextWordWrap), say("cart_empty_hint"))
        painter.end()
