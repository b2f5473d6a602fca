"""Money at the counter, by keys and taps: tenders, PINs, the inbox, refunds, services off."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.gui.widgets.buttons import KeyButton
from pos_desktop.gui.widgets.cards import BillCard, wrapped
from pos_desktop.gui.widgets.sheet import Sheet
from pos_desktop.services.tendering import TenderOrder
from pos_desktop.services.views import DeskState, InboxChoice, Lamp, LampState, Offered, ReturnOrder
from tests.gui.conftest import Bench
from tests.gui.money_scenes import MONEY
from tests.gui.shots import Studio, settle
from tests.support.money_fakes import PIN
from tests.support.money_views import (
    ENTRIES,
    GATEWAY_OFF,
    MESSAGES_OFF,
    OFFER,
    OWED,
    PAID,
    SPLIT,
    STORY,
    desk,
    many_bills,
    worded,
)
from tests.support.window_fakes import MILK, Played

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def see(bench: Bench, state: DeskState) -> None:
    """The desk is read."""
    bench.played.desk.now = state
    bench.counter.wiring.on_changed()
    QCoreApplication.processEvents()


@pytest.fixture
def own(build: Callable[[Played], Bench]) -> Bench:
    """A shop with a UPI address of its own."""
    played = Played()
    played.options = replace(played.options, own_upi=OwnUpiOptions("shop@bank"))
    return build(played)


def test_cash_and_card_for_one_bill_by_keys(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.press(Qt.Key.Key_F11)
    sheet = bench.window.money_sheets.split
    assert bench.shows(sheet)
    assert bench.has_keys(sheet.form.amountField)
    assert sheet.form.openAmount.text == "₹72.00"
    bench.press(Qt.Key.Key_2, ALT)
    assert sheet.kinds()["card"].isChecked()
    assert bench.has_keys(sheet.form.referenceField)
    bench.press(Qt.Key.Key_1, ALT)
    assert bench.has_keys(sheet.form.amountField)
    bench.press(Qt.Key.Key_Escape)
    assert bench.shows(None)
    assert bench.presenters.sale.draft.cart.lines[0].item == MILK


def test_a_utr_is_grouped_and_a_manager_approves_it(own: Bench) -> None:
    own.played.tendering.now = SPLIT
    own.presenters.money.split.open_waiting(worded("no_request"))
    sheet = own.window.money_sheets.split
    own.press(Qt.Key.Key_3, ALT)
    own.person("432187654321")
    assert sheet.form.referenceField.text() == "4321 8765 4321"
    own.press(Qt.Key.Key_Return)
    pin = own.window.money_sheets.pin
    assert own.shows(pin)
    assert sheet.isVisible()
    own.person(PIN)
    assert pin.form.pinField.text() == PIN
    assert pin.form.pinField.displayText() != PIN
    own.played.tendering.now = PAID
    own.press(Qt.Key.Key_Return)
    _, order = own.played.tendering.calls[-1]
    assert isinstance(order, TenderOrder)
    assert order.reference == "432187654321"
    assert order.approval is not None
    assert own.shows(None)
    assert pin.form.pinField.text() == ""
    assert own.has_keys(own.window.sale_page.form.scanField)


def test_tenders_by_fingers(own: Bench) -> None:
    own.played.tendering.now = SPLIT
    own.presenters.money.split.open_waiting(worded("no_request"))
    sheet = own.window.money_sheets.split
    pad = {b.text(): b for b in sheet.form.numberPad.findChildren(QPushButton)}
    for digit in "600":
        pad[digit].click()
    assert sheet.form.changeAmount.text == "₹50.50"
    sheet.kinds()["own_upi"].click()
    for digit in "4321":
        pad[digit].click()
    assert sheet.form.referenceField.text() == "4321"
    sheet.form.takenList.findChildren(QPushButton)[0].click()
    reason = own.window.money_sheets.reason
    assert own.shows(reason)
    reason.usual()[0].click()
    assert own.played.tendering.calls[-1][0] == "take_back"
    assert own.shows(sheet)


def test_a_usual_reason_has_a_key_over_a_sheet_with_the_same_key(own: Bench) -> None:
    own.played.tendering.now = SPLIT
    own.presenters.money.split.open_waiting(worded("no_request"))
    split = own.window.money_sheets.split
    own.press(Qt.Key.Key_2, ALT)
    own.presenters.money.split.on_take_back(1)
    reason = own.window.money_sheets.reason
    assert own.shows(reason)
    assert [button.key for button in reason.usual()] == ["Alt+1", "Alt+2", "Alt+3"]
    own.press(Qt.Key.Key_1, ALT)
    assert own.played.tendering.calls[-1] == ("take_back", (1, "Asha", "Typed wrong", None))
    assert own.shows(split)
    assert split.kinds()["card"].isChecked()
    own.presenters.money.split.on_take_back(1)
    other = reason.usual()[1].words
    own.press(Qt.Key.Key_2, ALT)
    assert own.played.tendering.calls[-1] == ("take_back", (1, "Asha", other, None))


def test_a_scan_never_lands_in_the_pin(bench: Bench) -> None:
    see(bench, desk())
    bench.presenters.menu.open("A17")
    bench.presenters.money.choices.on_choice("menu_unpaid")
    pin = bench.window.money_sheets.pin
    assert bench.has_keys(pin.form.pinField)
    bench.scan("482913482913")
    assert pin.form.pinField.text() == ""
    assert bench.played.people.calls == []
    assert pin.banner.isVisible()
    assert "not taken" in pin.banner.accessibleName()
    bench.press(Qt.Key.Key_Escape)
    assert bench.shows(None)


def test_esc_closes_one_sheet_and_a_key_of_the_window_closes_all(own: Bench) -> None:
    own.scan(MILK.barcode)
    own.played.tendering.now = SPLIT
    own.presenters.money.split.open_waiting(worded("no_request"))
    split = own.window.money_sheets.split
    own.presenters.money.split.on_take_back(1)
    assert own.shows(own.window.money_sheets.reason)
    own.press(Qt.Key.Key_Escape)
    assert own.shows(split)
    assert own.has_keys(split.form.amountField)
    own.presenters.money.split.on_take_back(1)
    own.press(Qt.Key.Key_F10)
    assert own.shows(own.window.cash_sheet)
    visible = [sheet for sheet in own.window.sheets if sheet.isVisible()]
    assert visible == [own.window.cash_sheet]
    assert own.has_keys(own.window.cash_sheet.form.cashField)


def test_the_first_manager_types_her_pin_twice(bench: Bench) -> None:
    bench.played.people.pin = None
    see(bench, desk())
    bench.presenters.menu.open("A17")
    bench.presenters.money.choices.on_choice("menu_unpaid")
    sheet = bench.window.money_sheets.first_pin
    assert bench.shows(sheet)
    bench.person("meera")
    bench.press(Qt.Key.Key_Return)
    bench.person(PIN)
    bench.press(Qt.Key.Key_Return)
    bench.person(PIN)
    bench.press(Qt.Key.Key_Return)
    assert [name for name, _ in bench.played.people.calls] == ["set_up", "approve"]
    assert bench.played.checkout.calls[0][0] == "hand_over_unpaid"
    assert (sheet.form.pinField.text(), sheet.form.againField.text()) == ("", "")


def test_the_inbox_by_keys(bench: Bench) -> None:
    see(bench, desk(inbox=4, owed=2))
    bench.played.inbox.now = ENTRIES
    bench.played.refunds.money = OWED
    bench.press(Qt.Key.Key_B, CTRL)
    sheet = bench.window.money_sheets.inbox
    assert bench.has_keys(sheet.form.entryList)
    assert len(sheet.form.entryList.rows) == 6
    bench.press(Qt.Key.Key_Down)
    bench.press(Qt.Key.Key_Down)
    assert sheet.form.statePill.text == "Outcome not known"
    bench.press(Qt.Key.Key_Return)
    assert bench.played.inbox.calls == [("act", InboxChoice(3, "check_again", "Asha"))]
    bench.press(Qt.Key.Key_Up)
    bench.press(Qt.Key.Key_Up)
    bench.person("2")
    assert sheet.form.choiceBox.buttons[0].words == "Token 17: ₹320.00 open"
    bench.press(Qt.Key.Key_Escape)
    assert bench.shows(sheet)
    bench.press(Qt.Key.Key_Escape)
    assert bench.shows(None)


def test_an_inbox_that_is_emptied_shrinks_to_its_sentence(bench: Bench) -> None:
    bench.played.inbox.now = ENTRIES
    bench.press(Qt.Key.Key_B, CTRL)
    sheet = bench.window.money_sheets.inbox
    full = sheet.card.height()
    assert sheet.form.summaryLabel.text() == "4 to decide · 0 owed"
    bench.played.inbox.now = ()
    see(bench, desk())
    assert sheet.form.sentenceLabel.text() == "Nothing to decide and nothing owed."
    assert sheet.form.summaryLabel.text() == ""
    assert sheet.card.height() < full / 2


def test_the_badge_opens_the_inbox_and_goes_with_it(bench: Bench) -> None:
    badge = bench.window.form.inboxButton
    see(bench, desk())
    assert not badge.isVisible()
    see(bench, desk(inbox=12))
    assert badge.isVisible()
    assert badge.accessibleName() == "12 to decide, key Ctrl+B"
    assert min(badge.width(), badge.height()) >= 48
    badge.click()
    assert bench.shows(bench.window.money_sheets.inbox)


def test_entries_by_taps(bench: Bench) -> None:
    bench.played.inbox.now = ENTRIES
    bench.presenters.money.inbox.on_key()
    sheet = bench.window.money_sheets.inbox
    rows = sheet.form.entryList
    place = rows.visualRect(rows.model().index(3, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert sheet.form.statePill.text == "UPI not confirmed by the bank"
    bench.played.desk.told = STORY
    sheet.form.choiceBox.buttons[-1].click()
    story = bench.window.money_sheets.story
    assert bench.shows(story)
    assert len(story.form.storyList.rows) == len(STORY.lines)
    spoken = story.form.storyList.model().index(0, 0).data()
    assert spoken == "23-11 10:27:00, Payment asked for: link, ₹320.00, Raseed, 01JA11-1"
    bench.press(Qt.Key.Key_Down)
    bench.press(Qt.Key.Key_Escape)
    assert bench.shows(sheet)
    assert bench.has_keys(rows)


def test_goods_come_back_by_keys(bench: Bench) -> None:
    bench.played.refunds.offered = OFFER
    bench.press(Qt.Key.Key_T, CTRL)
    sheet = bench.window.money_sheets.refund
    assert bench.has_keys(sheet.form.numberField)
    bench.person("101")
    bench.press(Qt.Key.Key_Return)
    assert bench.has_keys(sheet.form.quantityField)
    bench.person("+")
    bench.press(Qt.Key.Key_Down)
    bench.person("0.50")
    assert sheet.form.quantityField.text() == "0.50"
    assert sheet.form.sumAmount.text == "₹93.50"
    bench.press(Qt.Key.Key_Return)
    reason = bench.window.money_sheets.reason
    assert bench.shows(reason)
    bench.person("old")
    bench.press(Qt.Key.Key_Return)
    assert bench.shows(bench.window.money_sheets.pin)
    bench.person(PIN)
    bench.press(Qt.Key.Key_Return)
    _, order = bench.played.refunds.calls[-1]
    assert isinstance(order, ReturnOrder)
    assert (order.lines, order.reason) == (((1, 1000), (2, 500)), "old")
    assert bench.shows(None)


def test_the_marked_paid_bill_is_the_one_that_comes_back(bench: Bench) -> None:
    see(bench, desk())
    bench.played.refunds.offered = OFFER
    bench.presenters.waiting.on_mark("A16")
    bench.press(Qt.Key.Key_T, CTRL)
    assert bench.played.refunds.calls == [("offer", "A16")]


def test_figures_press_the_buttons_of_a_menu(bench: Bench) -> None:
    see(bench, desk(waiting=(worded("link_expired"),)))
    bench.press(Qt.Key.Key_F5)
    bench.press(Qt.Key.Key_Return)
    buttons = bench.window.menu_sheet.buttons()
    assert [button.accessibleName() for button in buttons[:2]] == [
        "Send again (2 left), key Enter",
        "Cash, key 2",
    ]
    bench.person("2")
    assert bench.shows(bench.window.cash_sheet)


def test_enter_takes_cash_while_the_internet_is_down(own: Bench) -> None:
    see(own, desk(waiting=(worded("link_expired"),)))
    own.played.tendering.now = SPLIT
    own.events.lamps.emit((Lamp("internet", LampState.DOWN),))
    QCoreApplication.processEvents()
    own.press(Qt.Key.Key_F5)
    own.press(Qt.Key.Key_Return)
    words = [button.words for button in own.window.menu_sheet.buttons()]
    assert words[:3] == ["Cash", "Other / split", "Shop’s own UPI QR"]
    own.person("2")
    split = own.window.money_sheets.split
    assert own.shows(split)
    assert not split.form.restBox.isVisible()
    own.press(Qt.Key.Key_Escape)
    own.press(Qt.Key.Key_F5)
    own.press(Qt.Key.Key_Return)
    own.press(Qt.Key.Key_Return)
    assert own.shows(own.window.cash_sheet)


def test_typing_a_token_finds_its_card_among_two_hundred(bench: Bench) -> None:
    see(bench, desk(waiting=many_bills(200)))
    bench.press(Qt.Key.Key_F5)
    bench.person("257")
    assert bench.presenters.waiting.marked is not None
    assert bench.presenters.waiting.marked.token_no == 257
    bench.press(Qt.Key.Key_PageDown)
    bench.press(Qt.Key.Key_End)
    assert bench.presenters.waiting.marked == bench.presenters.waiting.bills[-1]
    bench.press(Qt.Key.Key_Home)
    assert bench.presenters.waiting.marked == bench.presenters.waiting.bills[0]


def test_one_key_hands_over(bench: Bench) -> None:
    see(bench, desk())
    bench.press(Qt.Key.Key_G, CTRL)
    assert bench.played.checkout.calls == [("hand_over", ("A16", "Asha"))]


def test_without_a_gateway_f9_takes_cash(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    see(bench, desk(services_off=(GATEWAY_OFF,)))
    page, strip = bench.window.sale_page, bench.window.standing_bar.strip
    assert strip is not None
    assert strip.isVisible()
    assert strip.button.height() >= 48
    assert page.form.requestButton.words == "Cash"
    assert not page.form.qrButton.isEnabled()
    bench.press(Qt.Key.Key_F9)
    assert bench.shows(bench.window.cash_sheet)
    bench.press(Qt.Key.Key_Escape)
    bench.press(Qt.Key.Key_E, CTRL)
    assert bench.played.standing.calls == [("test_again", "gateway")]
    see(bench, desk())
    assert not strip.isVisible()
    assert page.form.requestButton.words == "Request payment on WhatsApp"
    assert page.form.qrButton.isEnabled()


def test_without_numbers_the_strip_has_no_button(bench: Bench) -> None:
    see(bench, desk(trouble="relay_ahead"))
    strip = bench.window.standing_bar.strip
    assert strip is not None
    assert strip.isVisible()
    assert not strip.button.isVisible()
    see(bench, desk(services_off=(GATEWAY_OFF,)))
    assert strip.button.isVisible()
    see(bench, desk())
    assert not strip.isVisible()


def test_without_messages_f9_shows_the_qr(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    see(bench, desk(services_off=(MESSAGES_OFF,)))
    bench.press(Qt.Key.Key_F9)
    assert [name for name, _ in bench.played.checkout.calls] == ["screen_qr"]


def test_a_shop_without_qr_codes_has_no_such_button(build: Callable[[Played], Bench]) -> None:
    played = Played()
    gateway = replace(played.options.gateway, qr_enabled=False)
    played.options = replace(played.options, gateway=gateway)
    played.desk.now = desk(offers=Offered(qr=False))
    form = build(played).window.sale_page.form
    assert not form.qrButton.isVisible()
    assert form.cashButton.width() > form.splitButton.width() + 8


def test_the_outage_window_has_a_sign(bench: Bench) -> None:
    before = bench.window.top_bar.outage
    see(bench, desk(outage_until=bench.played.clock.time + 60_000 * 37))
    sign = bench.window.top_bar.outage
    assert sign is not None
    assert before is None
    assert (sign.isVisible(), sign.text) == (True, "UPI without PIN · 37 min left")
    see(bench, desk())
    assert not sign.isVisible()


@pytest.mark.parametrize("practice", [False, True])
@pytest.mark.parametrize("wide", [1000, 1024, 1100, 1280, 1366, 1600, 1920])
def test_the_top_bar_cuts_no_lamp(qtbot: QtBot, wide: int, practice: bool) -> None:
    studio = Studio(practice=practice)
    bar, form = studio.counter.window.top_bar, studio.counter.window.form
    try:
        studio.counter.window.resize(1920, 768)
        MONEY["cut-off"][0](studio)
        studio.counter.window.resize(wide, 768)
        settle()
        assert bar.outage is not None
        for pill in (*bar.lamps.values(), bar.outage):
            assert pill.isVisible()
            assert pill.width() >= pill.sizeHint().width(), pill.text
        assert form.practicePill.isVisible() is practice
        assert wide < 1024 or form.shopLabel.width() >= form.shopLabel.sizeHint().width()
        assert bar.lamps["relay"].accessibleName().endswith("Bill pages down · 13 to send · 11 s")
        if wide == 1920:
            assert bar.lamps["internet"].text == "Internet down"
            assert form.shopLabel.text() == "Fresh Mart · Counter 2 · Asha"
    finally:
        studio.close()


def test_the_own_qr_leads_to_its_utr(own: Bench) -> None:
    from pos_desktop.domain.payment import CollectKind
    from pos_desktop.services.views import PayableQr
    from tests.gui.money_scenes import UPI

    waits = worded("own_upi_waiting", can_show_qr=True)
    see(own, desk(waiting=(waits,)))
    own.played.desk.qr = PayableQr(
        "A17", 17, 1_249_50, CollectKind.QR, UPI, None, None, "own_upi_waiting"
    )
    own.played.tendering.now = SPLIT
    own.presenters.qr.open("A17", 17, 1_249_50)
    assert own.window.qr_sheet.confirm_button.isVisible()
    assert own.window.qr_sheet.confirm_button.accessibleName().endswith("key 2")
    own.person("2")
    assert own.shows(own.window.money_sheets.split)
    assert own.has_keys(own.window.money_sheets.split.form.referenceField)


def test_long_words_take_two_lines(qtbot: QtBot) -> None:
    assert wrapped("Waiting for payment", 13, 200) == ("Waiting for payment",)
    first, second = wrapped("Money arrived after closing: refund or attach", 13, 190)
    assert f"{first} {second}" == "Money arrived after closing: refund or attach"
    assert wrapped("Unbreakable" * 9, 13, 100) == ("Unbreakable" * 9,)


SIZES = [(1024, 768), (1280, 720), (1366, 768)]
"""The second is 1920x1080 at 150 %."""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [*MONEY])
def test_nothing_of_money_is_cut_or_too_small(
    qtbot: QtBot, name: str, size: tuple[int, int]
) -> None:
    act, shop = MONEY[name]
    studio = Studio(shop=shop)
    window = studio.counter.window
    window.resize(*size)
    settle()
    act(studio)
    settle()
    try:
        assert window.size().toTuple() == size
        sheet = window.open_sheet
        if sheet is not None:
            _whole(sheet)
        for label in window.findChildren(QLabel):
            if label.isVisible() and not label.wordWrap() and type(label) is QLabel:
                assert label.width() >= label.sizeHint().width(), label.text()
        for widget in window.findChildren(QWidget):
            if isinstance(widget, QPushButton | QLineEdit) and widget.isVisible():
                assert widget.accessibleName() or getattr(widget, "words", widget.text()), name
    finally:
        studio.close()


def _whole(sheet: Sheet) -> None:
    card = sheet.card
    assert sheet.rect().contains(card.geometry()), "the card is larger than the window"
    assert card.height() >= card.minimumSizeHint().height(), "the card is squeezed"
    for button in card.findChildren(QPushButton):
        if button.isVisible():
            place = button.mapTo(card, button.rect().topLeft())
            area = button.rect().translated(place)
            assert card.rect().contains(area), button.accessibleName()
            banner = sheet.banner.isAncestorOf(button)
            assert button.height() >= (40 if banner else 48), button.accessibleName()
            if isinstance(button, KeyButton):
                assert button.width() >= button.minimumSizeHint().width(), button.words
    for label in card.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()


@pytest.mark.parametrize("size", [(1000, 680), (1024, 768), (1280, 720), (1366, 768)])
def test_a_strip_never_squeezes_the_total(qtbot: QtBot, size: tuple[int, int]) -> None:
    studio = Studio()
    window = studio.counter.window
    try:
        window.resize(*size)
        MONEY["gateway-off"][0](studio)
        settle()
        form = window.sale_page.form
        assert form.totalLabel.height() >= form.totalLabel.sizeHint().height()
        assert form.requestButton.height() >= 64
        quick = [key for key in form.quickKeys.findChildren(QPushButton) if key.isVisible()]
        assert all(key.geometry().bottom() <= form.quickKeys.height() for key in quick)
        assert len(quick) >= (4 if size[1] >= 720 else 0)
    finally:
        studio.close()


FRAME_MS = 16.0


@pytest.mark.serial
def test_two_hundred_waiting_bills_are_repainted_in_one_frame(bench: Bench) -> None:
    """Every bill changes, the presenters arrange them anew, the panel is painted."""
    bills = many_bills(200)
    moved = tuple(
        replace(bill, words="last_attempt_failed", created_at=bill.created_at - 5_000)
        for bill in bills
    )
    states = (desk(waiting=bills, inbox=3), desk(waiting=moved, inbox=4))
    bar = bench.window.form.waitingBar
    took = []
    for at in range(40):
        began = time.perf_counter()
        bench.presenters.waiting.on_desk(states[at % 2])
        bench.presenters.money.menu.on_desk(states[at % 2])
        bar.repaint()
        QCoreApplication.sendPostedEvents()
        took.append((time.perf_counter() - began) * 1000)
    assert statistics.median(took) <= FRAME_MS
    assert len(bar.findChildren(BillCard)) <= bench.window.form.billStrip.capacity
    assert len(bench.presenters.waiting.bills) == 200
