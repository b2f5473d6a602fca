"""The window as a cashier uses it: only keys and taps."""

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from pos_desktop.gui.widgets.buttons import KeyButton
from pos_desktop.services.order import Order
from pos_desktop.services.views import DeskState, PaidNews
from tests.gui.conftest import Bench
from tests.support.window_fakes import CONTENT, MILK, PICTURED, SURF, waiting_bills


def test_the_scan_field_has_the_keys_at_the_start(bench: Bench) -> None:
    assert bench.has_keys(bench.window.sale_page.form.scanField)


def test_a_whole_sale_by_keys(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.press(Qt.Key.Key_F9)
    bench.person("9876543210")
    bench.press(Qt.Key.Key_Return)
    name, order = bench.played.checkout.calls[0]
    assert isinstance(order, Order)
    assert (name, order.phone) == ("request", "+919876543210")
    assert bench.shows(None)
    assert bench.has_keys(bench.window.sale_page.form.scanField)
    assert bench.window.sale_page.form.totalLabel.text == "₹0.00"


def test_enter_on_the_empty_phone_field_shows_the_qr(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.press(Qt.Key.Key_F9)
    bench.press(Qt.Key.Key_Return)
    assert [name for name, _ in bench.played.checkout.calls] == ["screen_qr"]
    assert bench.window.qr_sheet.isVisible()
    bench.press(Qt.Key.Key_Escape)
    assert bench.shows(None)


def test_cash_by_keys(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.press(Qt.Key.Key_F10)
    bench.person("100")
    assert bench.window.cash_sheet.form.changeAmount.text == "₹28.00"
    bench.press(Qt.Key.Key_Return)
    assert [name for name, _ in bench.played.checkout.calls] == ["cash 10000"]
    assert "₹28.00" in bench.said


def test_cash_by_fingers(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.window.sale_page.form.cashButton.click()
    pad = bench.window.cash_sheet.form.numberPad
    for digit in ("5", "0", "0"):
        button = next(b for b in pad.findChildren(QPushButton) if b.text() == digit)
        button.click()
    assert bench.window.cash_sheet.form.changeAmount.text == "₹428.00"
    bench.window.cash_sheet.form.takeButton.click()
    assert [name for name, _ in bench.played.checkout.calls] == ["cash 50000"]


def test_keys_of_the_table(bench: Bench) -> None:
    for item in (MILK, SURF):
        bench.scan(item.barcode)
    bench.press(Qt.Key.Key_Up)
    bench.person("+")
    bench.person("+")
    bench.person("-")
    assert bench.presenters.sale.draft.cart.lines[0].qty == 2000
    bench.press(Qt.Key.Key_Delete)
    assert [line.item for line in bench.presenters.sale.draft.cart.lines] == [SURF]
    bench.press(Qt.Key.Key_F6)
    bench.person("4")
    bench.press(Qt.Key.Key_Return)
    assert bench.presenters.sale.draft.cart.lines[0].qty == 4000


def test_row_buttons_for_fingers(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    buttons = bench.window.sale_page.form.cartTable.row_buttons
    assert buttons.isVisible()
    buttons.more.click()
    assert bench.presenters.sale.draft.cart.lines[0].qty == 2000
    buttons.remove.click()
    assert not len(bench.presenters.sale.draft.cart)
    assert not buttons.isVisible()


def test_a_parked_bill_takes_its_customer_along(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.press(Qt.Key.Key_F3)
    bench.person("9876543210")
    bench.press(Qt.Key.Key_Return)
    card = bench.window.sale_page.form.customerCard
    assert card.accessibleName().startswith("Customer, 98765 43210")
    bench.press(Qt.Key.Key_F4)
    assert card.accessibleName().startswith("Customer, No phone yet")
    bench.press(Qt.Key.Key_F4)
    assert card.accessibleName().startswith("Customer, 98765 43210")


def test_finding_by_name(bench: Bench) -> None:
    bench.person("2*surf")
    matches = bench.window.sale_page.matches
    assert matches.isVisible()
    assert matches.marked() == SURF
    bench.press(Qt.Key.Key_Return)
    assert [line.qty for line in bench.presenters.sale.draft.cart.lines] == [2000]
    assert not matches.isVisible()
    bench.person("zz")
    assert matches.isVisible()
    bench.press(Qt.Key.Key_Escape)
    assert (matches.isVisible(), bench.window.sale_page.scan_text) == (False, "")


def test_an_unknown_code_reddens_the_field_until_it_is_seen(bench: Bench) -> None:
    bench.scan("8901234567894")
    field = bench.window.sale_page.form.scanField
    assert field.property("alarmed") is True
    assert "8901234567894" in bench.said
    bench.press(Qt.Key.Key_Escape)
    assert (bench.said, field.property("alarmed")) == ("", False)


def test_the_banner_is_closed_by_a_tap(bench: Bench) -> None:
    bench.scan("8901234567894")
    bench.window.sale_page.form.banner.findChildren(QPushButton)[0].click()
    assert bench.said == ""
    assert not bench.presenters.notices.blocking


def test_a_payment_takes_neither_focus_nor_bill(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.events.paid.emit(PaidNews("A16", 16, 56000, "0934", "C2A/2627/000123"))
    QCoreApplication.processEvents()
    strip = bench.window.paid_strip
    assert strip.isVisible()
    assert strip.text == "PAID 560.00    Token 16    ··0934"
    assert strip.width() == bench.window.width()
    assert bench.has_keys(bench.window.sale_page.form.scanField)
    bench.scan(MILK.barcode)
    assert bench.presenters.sale.draft.cart.lines[0].qty == 2000


@pytest.mark.parametrize("size", [(1000, 680), (1024, 768), (1366, 768), (1920, 1080)])
def test_a_payment_covers_no_open_sheet(bench: Bench, size: tuple[int, int]) -> None:
    """The inbox is as high as the window allows."""
    bench.window.resize(*size)
    bench.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    bench.events.paid.emit(PaidNews("A16", 16, 56000, "0934", "C2A/2627/000123"))
    QCoreApplication.processEvents()
    sheet, strip = bench.window.open_sheet, bench.window.paid_strip
    assert sheet is bench.window.money_sheets.inbox
    assert strip.isVisible()
    assert sheet.card.geometry().top() > strip.geometry().bottom()
    assert sheet.rect().contains(sheet.card.geometry())


def test_a_payment_leaves_the_border_of_practice_in_sight(practice: Bench) -> None:
    practice.events.paid.emit(PaidNews("A16", 16, 56000, "0934", "C2A/2627/000123"))
    QCoreApplication.processEvents()
    layers = practice.window.form.stage.children()
    strip, frame = practice.window.paid_strip, practice.window.frame
    assert layers.index(frame) > layers.index(strip)


def test_payments_follow_one_another(bench: Bench, qtbot: QtBot) -> None:
    strip = bench.window.paid_strip
    strip.show_paid("one")
    strip.show_paid("two")
    assert strip.text == "one"
    qtbot.waitUntil(lambda: strip.text == "two", timeout=3000)


def test_f5_walks_the_waiting_bills(bench: Bench) -> None:
    bench.played.desk.now = DeskState(waiting_bills(), 0, None, 0)
    bench.events.changed.emit()
    QCoreApplication.processEvents()
    strip = bench.window.form.billStrip
    assert len(strip.cards()) == 4
    bench.press(Qt.Key.Key_F5)
    assert bench.has_keys(strip)
    bench.press(Qt.Key.Key_Right)
    bench.press(Qt.Key.Key_Return)
    assert bench.window.menu_sheet.isVisible()
    assert bench.window.menu_sheet.buttons()[0].words == "Goods given"
    bench.press(Qt.Key.Key_Return)
    assert bench.played.checkout.calls == [("hand_over", ("A16", "Asha"))]
    assert bench.has_keys(bench.window.sale_page.form.scanField)


def test_enter_never_gives_a_bill_up(bench: Bench) -> None:
    bench.played.desk.now = DeskState(waiting_bills()[2:3], 0, None, 0)
    bench.events.changed.emit()
    QCoreApplication.processEvents()
    bench.press(Qt.Key.Key_F5)
    bench.press(Qt.Key.Key_Return)
    bench.window.menu_sheet.buttons()[-1].click()
    dangerous = bench.window.menu_sheet.buttons()[1]
    dangerous.setFocus()
    bench.press(Qt.Key.Key_Return)
    assert bench.played.checkout.calls == []
    bench.window.menu_sheet.buttons()[0].setFocus()
    bench.press(Qt.Key.Key_Return)
    assert bench.played.checkout.calls == []
    assert bench.shows(None)


def test_a_card_opens_by_a_tap(bench: Bench) -> None:
    bench.played.desk.now = DeskState(waiting_bills(), 0, None, 0)
    bench.counter.wiring.on_changed()
    QTest.mouseClick(bench.window.form.billStrip.cards()[2], Qt.MouseButton.LeftButton)
    assert bench.window.menu_sheet.isVisible()


def test_keys_pass_an_open_sheet(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.press(Qt.Key.Key_F1)
    assert bench.shows(bench.window.help_sheet)
    bench.press(Qt.Key.Key_F10)
    assert bench.shows(bench.window.cash_sheet)
    bench.press(Qt.Key.Key_Escape)
    bench.press(Qt.Key.Key_F1)
    bench.press(Qt.Key.Key_F1)
    assert bench.shows(None)


def test_ctrl_p_prints_the_last_bill(bench: Bench) -> None:
    bench.played.desk.content = CONTENT
    bench.press(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert bench.played.paper.printed == [(CONTENT, "80mm")]


def test_practice_is_unmistakable(practice: Bench) -> None:
    assert practice.window.frame.isVisible()
    pill = practice.window.form.practicePill
    assert pill.isVisible()
    assert pill.text == "PRACTICE"


def test_a_real_counter_has_no_stripes(bench: Bench) -> None:
    assert not bench.window.frame.isVisible()
    assert not bench.window.form.practicePill.isVisible()


def _focusable(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in [window, *window.findChildren(QWidget)]
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(widget, QPushButton)
    ]


def test_everything_that_takes_keys_or_taps_has_a_name(bench: Bench) -> None:
    for item, qty in PICTURED:
        bench.presenters.sale.add(item, qty)
    bench.played.desk.now = DeskState(waiting_bills(), 0, None, 0)
    bench.counter.wiring.on_changed()
    bench.presenters.pay.on_cash()
    bench.presenters.cash.on_back()
    bench.presenters.menu.open("A17")
    bench.presenters.sale.on_quantity_key()
    bench.presenters.quantity.on_back()
    bench.presenters.customer.on_key()
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in _focusable(bench.window)
        if not widget.accessibleName() and not (isinstance(widget, KeyButton) and not widget.words)
    ]
    assert nameless == []


def test_no_label_renders_markup(bench: Bench) -> None:
    for label in bench.window.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText, label.objectName()


@pytest.mark.parametrize("size", [(1024, 768), (1366, 768), (1920, 1080)])
def test_nothing_is_cut_at_any_size(bench: Bench, size: tuple[int, int]) -> None:
    for item, qty in PICTURED:
        bench.presenters.sale.add(item, qty)
    bench.window.resize(*size)
    for _ in range(3):
        QCoreApplication.processEvents()
    assert bench.window.size().toTuple() == size
    page = bench.window.sale_page
    for child in page.findChildren(QWidget):
        if child.isVisible() and child.parentWidget() is page.form.sideColumn:
            area = child.geometry()
            assert area.bottom() <= page.form.sideColumn.height(), child.objectName()
            assert area.width() >= child.minimumSizeHint().width(), child.objectName()
    for label in bench.window.findChildren(QLabel):
        if label.isVisible() and not label.wordWrap() and type(label) is QLabel:
            assert label.width() >= label.sizeHint().width(), label.objectName()


def test_targets_are_large_enough_for_fingers(bench: Bench) -> None:
    form = bench.window.sale_page.form
    assert form.requestButton.height() >= 64
    pays = (form.cashButton, form.qrButton, form.splitButton)
    for button in (*pays, form.parkButton, form.moreButton):
        assert min(button.height(), button.width()) >= 48
