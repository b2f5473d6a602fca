"""The cart's model and table: exact signals, and work that does not grow with the bill."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from pos_desktop.domain.cart import Cart
from pos_desktop.domain.options import Shop
from pos_desktop.domain.sale import Item, PricedLine
from pos_desktop.gui.models.cart import CartModel, Column
from pos_desktop.gui.models.matches import MatchModel
from tests.gui.conftest import Bench
from tests.support.window_fakes import MILK, OIL, PICTURED, SURF

FAIL = QAbstractItemModelTester.FailureReportingMode.Fatal
POOL = Cart()
for _number in range(12):
    POOL.add(replace(MILK, item_id=1000 + _number, name=f"Item {_number}"), 1000)
LINES = POOL.priced(Shop(state="27")).lines


def test_models_keep_qts_rules(qtbot: QtBot) -> None:
    model, matches = CartModel(), MatchModel()
    testers = [QAbstractItemModelTester(model, FAIL), QAbstractItemModelTester(matches, FAIL)]
    for lines in (LINES[:3], LINES[1:3], LINES[1:9], (LINES[0], *LINES[2:5]), ()):
        model.show_lines(lines)
    matches.show_items([MILK, SURF])
    matches.show_items([])
    assert len(testers) == 2


@given(st.lists(st.lists(st.integers(0, 11), unique=True, max_size=12), max_size=6))
def test_any_change_ends_with_the_right_rows(bills: list[list[int]]) -> None:
    model = CartModel()
    mirror = _Mirror(model)
    for bill in bills:
        model.show_lines(tuple(LINES[number] for number in bill))
        assert mirror.rows == [LINES[number].name for number in bill]


class _Mirror:
    """What a view would believe from the signals alone."""

    def __init__(self, model: CartModel) -> None:
        self._model = model
        self.rows: list[str] = []
        model.rowsInserted.connect(self._inserted)
        model.rowsRemoved.connect(self._removed)
        model.dataChanged.connect(self._changed)

    def _name(self, row: int) -> str:
        return str(self._model.index(row, Column.ITEM).data())

    def _inserted(self, _: QModelIndex, first: int, last: int) -> None:
        self.rows[first:first] = [self._name(row) for row in range(first, last + 1)]

    def _removed(self, _: QModelIndex, first: int, last: int) -> None:
        del self.rows[first : last + 1]

    def _changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            self.rows[row] = self._name(row)


def test_one_more_line_is_one_inserted_row(qtbot: QtBot) -> None:
    model = CartModel()
    model.show_lines(LINES[:5])
    resets: list[object] = []
    model.modelReset.connect(lambda: resets.append(1))
    with qtbot.waitSignals([model.rowsInserted], timeout=100):
        model.show_lines(LINES[:6])
    assert (model.rowCount(), resets) == (6, [])


def test_data_is_plain_text_for_screen_readers(bench: Bench) -> None:
    for item, qty in PICTURED:
        bench.presenters.sale.add(item, qty)
    model = bench.window.sale_page.form.cartTable.model()
    row = [model.index(3, column).data() for column in Column]
    assert row == [None, "Tomato (loose)", "", "43.00 /kg", "1.235 kg", "53.11"]
    heads = [
        model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)
        for column in Column
    ]
    assert heads == ["#", "Item", "MRP", "Price", "Qty", "Amount"]


def _item(number: int) -> Item:
    return replace(OIL, item_id=5000 + number, barcode=str(number), name=f"Item {number}")


def _settle() -> None:
    for _ in range(3):
        QCoreApplication.processEvents()


@pytest.mark.parametrize("before", [12, 200])
def test_one_scan_costs_the_same_whatever_the_bill(bench: Bench, before: int) -> None:
    """Painted rows and questions to the model: at most two screens (performance 13)."""
    table = bench.window.sale_page.form.cartTable
    for number in range(before):
        bench.presenters.sale.draft.cart.add(_item(number), 1000)
    bench.presenters.sale.show()
    bench.presenters.sale.on_select(before - 1)
    _settle()
    asked = 0
    real = CartModel.data

    def counted(self: CartModel, index: QModelIndex, role: int = 0) -> object:
        nonlocal asked
        asked += 1
        return real(self, index, role)

    table.rows.painted = 0
    patch = pytest.MonkeyPatch()
    patch.setattr(CartModel, "data", counted)
    bench.presenters.sale.add(_item(before), 1000)
    _settle()
    patch.undo()
    visible = table.viewport().height() // 48 + 2
    assert 0 < table.rows.painted <= visible * 2
    assert asked <= visible * len(Column)


def test_two_hundred_lines_are_painted_with_the_last_in_sight(bench: Bench) -> None:
    for number in range(200):
        bench.presenters.sale.add(_item(number), 1000)
    _settle()
    table = bench.window.sale_page.form.cartTable
    last = table.visualRect(table.model().index(199, Column.ITEM))
    assert table.viewport().rect().contains(last.center())
    assert table.currentIndex().row() == 199
    assert table.row_buttons.isVisible()
    assert not bench.window.grab().isNull()


def test_prices_read_right_for_long_names(bench: Bench) -> None:
    name = "A very long name of an article that nobody would ever print on a shelf label " * 3
    bench.presenters.sale.add(replace(OIL, item_id=1, name=name, price=99_99_999, mrp=None), 9000)
    bench.window.resize(1024, 768)
    _settle()
    line: PricedLine = bench.presenters.sale.bill.lines[0]
    assert line.total == 9 * 99_99_999
    assert not bench.window.grab().isNull()
