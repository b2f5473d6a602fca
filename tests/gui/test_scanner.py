"""Real key events: scans go to the bill, fingers to the field."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from pos_desktop.gui.scanner import ScannerFilter
from tests.gui.conftest import Bench
from tests.support.window_fakes import MILK, SURF


class Desk:
    """A field, a filter, and what was scanned."""

    def __init__(self, qtbot: QtBot) -> None:
        self.filter = ScannerFilter()
        self.codes: list[str] = []
        self.filter.scanned.connect(self.codes.append)
        self.field = QLineEdit()
        qtbot.addWidget(self.field)
        self.field.show()
        self.field.setFocus()
        self.filter.install()
        self.at = 10_000

    def key(
        self,
        text: str,
        gap: int = 5,
        *,
        key: int = 0,
        place: int = 0,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        repeat: bool = False,
    ) -> None:
        """A key as the window system delivers it, ``gap`` ms after the last one."""
        self.at += gap
        code = key or (ord(text.upper()) if text else 0)
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, code, modifiers, place, 0, 0, text, repeat, 1)
            event.setTimestamp(self.at)
            QCoreApplication.sendEvent(self.field, event)

    def enter(self, gap: int = 5) -> None:
        """The end key."""
        self.key("\r", gap, key=Qt.Key.Key_Return)

    def close(self) -> None:
        """No longer see keys."""
        app = QCoreApplication.instance()
        assert app is not None
        app.removeEventFilter(self.filter)


@pytest.fixture
def desk(qtbot: QtBot) -> "Desk":
    made = Desk(qtbot)
    return made


@pytest.fixture(autouse=True)
def _off(request: pytest.FixtureRequest) -> None:
    if "desk" in request.fixturenames:
        made: Desk = request.getfixturevalue("desk")
        request.addfinalizer(made.close)


def test_a_burst_with_enter_is_a_scan_and_leaves_the_field_alone(desk: Desk) -> None:
    for digit in "8901262010016":
        desk.key(digit)
    desk.enter()
    assert desk.codes == ["8901262010016"]
    assert desk.field.text() == ""


def test_a_burst_without_an_end_key_ends_by_silence(desk: Desk, qtbot: QtBot) -> None:
    for digit in "89012620":
        desk.key(digit)
    with qtbot.waitSignal(desk.filter.scanned, timeout=1000):
        pass
    assert desk.codes == ["89012620"]


def test_fingers_reach_the_field_in_order(desk: Desk, qtbot: QtBot) -> None:
    for digit in "9876543210":
        desk.key(digit, 110)
    qtbot.waitUntil(lambda: desk.field.text() == "9876543210", timeout=1000)
    assert desk.codes == []


def test_times_of_the_keys_count_not_of_their_arrival(desk: Desk, qtbot: QtBot) -> None:
    """The window stood still while somebody typed: the keys arrive at once, yet are no scan."""
    for digit in "9876543210":
        desk.key(digit, 120)
    desk.enter(120)
    assert (desk.codes, desk.field.text()) == ([], "9876543210")


def test_few_quick_keys_are_fingers(desk: Desk) -> None:
    for digit in "42*":
        desk.key(digit, 10)
    desk.enter(10)
    assert (desk.codes, desk.field.text()) == ([], "42*")


def test_typing_goes_on_after_a_scan(desk: Desk, qtbot: QtBot) -> None:
    desk.key("3", 200)
    desk.key("*", 150)
    for digit in "8901262010016":
        desk.key(digit, 6 if digit else 0)
    # The first key of the burst came close to the star; the star stays where it was typed.
    desk.enter()
    desk.key("x", 300)
    qtbot.waitUntil(lambda: desk.field.text().endswith("x"), timeout=1000)
    assert "".join([*desk.codes, desk.field.text()]).count("8901262010016") == 1


def test_a_held_key_is_no_scan(desk: Desk) -> None:
    for _ in range(20):
        desk.key("1", 33, repeat=True)
    assert (desk.codes, desk.field.text()) == ([], "1" * 20)


def test_other_keys_flush_what_is_held(desk: Desk) -> None:
    desk.key("a", 10)
    desk.key("b", 10)
    desk.key("", 10, key=Qt.Key.Key_Backspace)
    assert desk.field.text() == "a"


def test_forty_scans_a_second_lose_nothing(desk: Desk) -> None:
    codes = [f"890{number:010d}" for number in range(200)]
    for code in codes:
        for digit in code:
            desk.key(digit, 2)
        desk.enter(1)
    assert desk.codes == codes
    assert desk.field.text() == ""


def test_digits_are_read_from_the_keys_places(desk: Desk) -> None:
    """AZERTY without shift types & é \" ' for the digits; a Hindi layout types other letters."""
    for character, digit in zip("&é\"'(-è_çà", "1234567890", strict=True):
        place = {"0": 19}.get(digit, 9 + int(digit))
        desk.key(character, key=ord(character.upper()), place=place)
    desk.enter()
    assert desk.codes == ["1234567890"]


def test_caps_lock_does_not_change_letters(desk: Desk) -> None:
    for character, place in (("Q", 24), ("W", 25), ("E", 26), ("R", 27)):
        desk.key(character, place=place)
    desk.enter()
    assert desk.codes == ["qwer"]


def test_digits_of_another_script_are_digits(desk: Desk) -> None:
    for character in "८९०१":
        desk.key(character)
    desk.enter()
    assert desk.codes == ["8901"]


def test_the_keypad_is_read_as_text_without_num_lock_tricks(desk: Desk) -> None:
    for character, place in (("7", 79), ("8", 80), ("9", 81), ("4", 83)):
        desk.key(character, place=place, modifiers=Qt.KeyboardModifier.KeypadModifier)
    desk.enter()
    assert desk.codes == ["7894"]


def test_a_group_separator_stays_inside_a_scan(desk: Desk) -> None:
    for character in "010890":
        desk.key(character)
    desk.key("\x1d", key=Qt.Key.Key_BracketRight, modifiers=Qt.KeyboardModifier.ControlModifier)
    for character in "10AB":
        desk.key(character)
    desk.enter()
    assert desk.codes == ["010890\x1d10AB"]


def test_a_field_that_died_gets_nothing(desk: Desk, qtbot: QtBot) -> None:
    other = QLineEdit()
    QTest.keyClick(other, Qt.Key.Key_A)
    other.deleteLater()
    del other
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QTest.qWait(80)
    assert desk.codes == []


def test_a_scan_in_the_window_goes_to_the_bill(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.scan(MILK.barcode)
    assert [line.qty for line in bench.presenters.sale.draft.cart.lines] == [2000]
    assert bench.window.sale_page.scan_text == ""


def test_a_scan_never_lands_in_the_phone_field(bench: Bench) -> None:
    bench.press(Qt.Key.Key_F3)
    field = bench.window.phone_sheet.form.phoneField
    assert bench.has_keys(field)
    bench.person("98765")
    bench.scan(SURF.barcode)
    assert field.text() == "98765"
    assert [line.item for line in bench.presenters.sale.draft.cart.lines] == [SURF]
    bench.person("43210")
    bench.press(Qt.Key.Key_Return)
    assert bench.presenters.sale.draft.customer.phone == "+919876543210"


def test_a_scan_into_the_cash_sheet_is_refused_with_tone_and_sentence(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.press(Qt.Key.Key_F10)
    field = bench.window.cash_sheet.form.cashField
    bench.scan(SURF.barcode)
    assert field.text() == ""
    assert len(bench.presenters.sale.draft.cart) == 1
    assert bench.played.tones.played[-1] == "error"
    sheet = bench.window.cash_sheet
    assert sheet.banner.isVisible()
    assert "not taken" in sheet.banner.accessibleName()
    bench.person("100")
    assert field.text() == "100"


def test_a_scan_while_the_qr_is_shown_is_the_next_customers(bench: Bench) -> None:
    bench.scan(MILK.barcode)
    bench.press(Qt.Key.Key_F12)
    assert bench.window.qr_sheet.isVisible()
    bench.scan(SURF.barcode)
    assert [line.item for line in bench.presenters.sale.draft.cart.lines] == [SURF]


def test_a_typed_quantity_before_a_scan(bench: Bench) -> None:
    bench.person("3*")
    bench.scan(MILK.barcode)
    assert [line.qty for line in bench.presenters.sale.draft.cart.lines] == [3000]
