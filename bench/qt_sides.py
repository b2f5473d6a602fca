"""Floor and naive twin of the screen: a frame painted by hand, and a table that measures itself."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

SIZE = (1366, 768)
_TEXTS = 140
_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_TITLES = ("#", "Item", "HSN", "Qty", "Rate", "GST", "Amount")
_STYLE = """
QTableView { background: #fff; alternate-background-color: #f4f6fa; font-size: 15px }
QTableView::item { padding: 6px; border-bottom: 1px solid #eee }
QPushButton { background: #27a; color: #fff; border-radius: 6px; padding: 8px }
QLabel { font-size: 34px; font-weight: bold } QLineEdit { font-size: 18px; padding: 8px }
"""


class Frame:
    """An image of the window's size, filled and written on: what any repaint costs at least."""

    def __init__(self) -> None:
        self._image = QImage(*SIZE, QImage.Format.Format_RGB32)
        self._font = QFont("Noto Sans")
        self._font.setPixelSize(15)

    def paint(self) -> int:
        """One frame with as many texts as a full sale page shows; how many."""
        self._image.fill(QColor("#F4F3EF"))
        painter = QPainter(self._image)
        painter.setFont(self._font)
        for number in range(_TEXTS):
            place = QRect(20 + number % 7 * 190, 8 + number // 7 * 37, 180, 34)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, f"Atta premium {number} kg")
        painter.end()
        return _TEXTS


class _Rows(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, ...]] = []

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:  # noqa: N802 - named by Qt
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:  # noqa: N802 - named by Qt
        return len(_TITLES)

    def data(self, index: _Index, role: int = 0) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._rows[index.row()][index.column()]
        return None

    def add(self) -> int:
        count = len(self._rows)
        self.beginInsertRows(_NO_INDEX, count, count)
        name = f"Atta premium 5kg {count}"
        self._rows.append((str(count + 1), name, "1101", "2", "250.00", "5%", "500.00"))
        self.endInsertRows()
        return count + 1

    def cut(self, lines: int) -> None:
        self.beginResetModel()
        del self._rows[lines:]
        self.endResetModel()


class NaiveCounter:
    """A window after the tutorials: contents measured on each insert, everything by ``data``."""

    def __init__(self) -> None:
        self._window = QMainWindow()
        self._window.setStyleSheet(_STYLE)
        self._rows = _Rows()
        self._table = QTableView()
        self._table.setModel(self._rows)
        measured = QHeaderView.ResizeMode.ResizeToContents
        self._table.verticalHeader().setSectionResizeMode(measured)
        self._table.horizontalHeader().setSectionResizeMode(measured)
        self._total = QLabel("0.00")
        self._window.setCentralWidget(self._central())
        self._window.resize(*SIZE)
        self._window.show()
        QApplication.processEvents()

    def fill(self, lines: int) -> None:
        """Have exactly ``lines`` lines, painted."""
        self._rows.cut(lines)
        while self._rows.rowCount() < lines:
            self._rows.add()
        self._table.scrollToBottom()
        QApplication.processEvents()

    def lines(self) -> int:
        """How many lines stand there."""
        return self._rows.rowCount()

    def scan(self) -> None:
        """One more line, painted."""
        count = self._rows.add()
        self._table.scrollToBottom()
        self._total.setText(f"{count * 500}.00")
        QApplication.processEvents()

    def close(self) -> None:
        """Take the window away."""
        self._window.close()
        self._window.deleteLater()

    def _central(self) -> QWidget:
        page = QWidget()
        halves = QHBoxLayout(page)
        left, right = QVBoxLayout(), QGridLayout()
        halves.addLayout(left, 3)
        halves.addLayout(right, 1)
        for widget in (QLineEdit(), self._table, self._total):
            left.addWidget(widget)
        for number in range(24):
            right.addWidget(QPushButton(f"key {number}"), number // 3, number % 3)
        return page
