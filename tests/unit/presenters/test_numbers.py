"""The number of a waiting bill: wrong, or wanting no messages; and one that is to be erased."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.sale import Consent
from pos_desktop.gui.texts import CONSENT_VERSION
from pos_desktop.services.views import DeskState
from tests.support.money_fakes import PIN
from tests.support.window_fakes import NOW, waiting_bills
from tests.unit.presenters.screen import Room

NEW = "+919812345678"
BILLS = {bill.token_no: bill for bill in waiting_bills()}


@pytest.fixture
def waiting(room: Room) -> Room:
    room.waiting.on_desk(DeskState(waiting_bills(), 0, None, 0))
    return room


def correct(room: Room, *typed: str) -> None:
    room.menu.open("A17")
    room.choose("menu_number")
    room.choose("menu_correct")
    for number in typed:
        room.money.number.on_typed(number)
        room.money.number.on_enter()


def test_the_right_number_is_typed_twice(waiting: Room) -> None:
    correct(waiting, "98123 45678")
    sheet = waiting.sheets.number
    assert sheet is not None
    assert (sheet.shown, sheet.hint) == ("", "Type the same number once more.")
    waiting.money.number.on_typed("9812345678")
    sheet = waiting.sheets.number
    assert sheet is not None
    assert (sheet.hint, sheet.enter) == ("Read back the end: ··5678", "Correct the number")
    waiting.money.number.on_enter()
    assert waiting.closed("number")
    agreed = Consent("payment_link_and_receipt", "Asha", NOW, CONSENT_VERSION)
    assert waiting.played.numbers.did == [("correct", "A17", NEW, agreed, "Asha")]
    assert waiting.said == "number_corrected"


def test_the_sheet_says_what_will_happen(waiting: Room) -> None:
    correct(waiting)
    sheet = waiting.sheets.number
    assert sheet is not None
    assert sheet.title == "Right number for token 17"
    assert "What went to ··3210 is closed" in sheet.consent
    assert "May we send" in sheet.consent
    assert (sheet.enter, sheet.refuse, sheet.ready) == ("Type it once more", "", False)


def test_two_numbers_that_differ_begin_anew(waiting: Room) -> None:
    correct(waiting, "9812345678", "9812345679")
    sheet = waiting.sheets.number
    assert sheet is not None
    assert sheet.bad
    assert sheet.hint == "That was another number. Type the right one again."
    assert waiting.played.numbers.did == []
    waiting.money.number.on_typed("9812345678")
    waiting.money.number.on_enter()
    waiting.money.number.on_typed("9812345678")
    waiting.money.number.on_enter()
    assert waiting.played.numbers.did[0][:3] == ("correct", "A17", NEW)


def test_without_a_number_the_bill_is_paid_from_the_screen(waiting: Room) -> None:
    correct(waiting)
    waiting.money.number.on_none()
    assert waiting.played.numbers.did == [("correct", "A17", None, None, "Asha")]
    assert waiting.said == "number_taken"


def test_who_is_not_in_the_shop_needs_a_number(waiting: Room) -> None:
    remote = replace(BILLS[17], remote=True)
    waiting.waiting.on_desk(DeskState((remote,), 0, None, 0))
    correct(waiting)
    assert waiting.sheets.number is not None
    assert waiting.sheets.number.none == ""
    waiting.money.number.on_none()
    assert waiting.sheets.number is not None
    assert waiting.played.numbers.did == []


def test_esc_and_what_is_no_number_change_nothing(waiting: Room) -> None:
    correct(waiting, "2812345678")
    assert waiting.sheets.number is not None
    assert waiting.sheets.number.bad
    waiting.money.number.on_back()
    waiting.money.number.on_typed("9812345678")
    waiting.money.number.on_enter()
    waiting.money.number.on_none()
    assert waiting.closed("number")
    assert waiting.played.numbers.did == []
    waiting.menu.open("A17")
    waiting.choose("menu_number")
    waiting.choose("menu_back")
    assert waiting.closed("menu")


def test_a_refusal_of_the_services_is_a_sentence(waiting: Room) -> None:
    waiting.played.numbers.refuse_next = DomainError("same_number")
    correct(waiting, "9812345678", "9812345678")
    assert waiting.said == "same_number"


def test_no_messages_for_the_number_of_a_bill(waiting: Room) -> None:
    waiting.menu.open("A17")
    waiting.choose("menu_number")
    waiting.choose("menu_refuse")
    waiting.menu.open("A16")
    waiting.choose("menu_refuse")
    assert waiting.played.numbers.did == [
        ("refuse_for", "A17", "Asha"),
        ("refuse_for", "A16", "Asha"),
    ]
    assert waiting.said == "silent_token"


def test_the_key_is_for_the_open_or_marked_bill(waiting: Room) -> None:
    waiting.menu.open("A17")
    waiting.money.numbers.on_key()
    assert waiting.closed("menu")
    waiting.waiting.on_mark("A19")
    waiting.money.numbers.on_key()
    assert waiting.played.numbers.did == [
        ("refuse_for", "A17", "Asha"),
        ("refuse_for", "A19", "Asha"),
    ]
    waiting.waiting.on_mark("A18")
    waiting.money.numbers.on_key()
    assert waiting.said == "no_number_here"


def test_a_bill_whose_number_wants_none_is_loud_and_not_asked_again(waiting: Room) -> None:
    silent = replace(BILLS[17], message_words="dropped", message_reason="opted_out", attention=True)
    waiting.waiting.on_desk(DeskState((silent,), 0, None, 0))
    assert waiting.page.strip is not None
    (card,) = waiting.page.strip.cards
    assert card.message == "Wants no messages - show the QR"
    assert "this number wants none" in card.detail
    waiting.menu.open("A17")
    assert "menu_again" not in waiting.codes
    waiting.choose("menu_number")
    assert waiting.codes == ["menu_correct", "menu_back"]


def test_a_manager_has_a_number_erased(waiting: Room) -> None:
    waiting.money.more.forget = waiting.money.numbers.forget
    waiting.money.more.on_key()
    waiting.choose("forget")
    sheet = waiting.sheets.number
    assert sheet is not None
    assert "It cannot be undone." in sheet.consent
    waiting.money.number.on_typed("9812345678")
    waiting.money.number.on_enter()
    assert waiting.sheets.pin is not None
    assert "98123 45678" in waiting.sheets.pin.what
    waiting.money.pin.on_typed(PIN)
    waiting.money.pin.on_enter()
    assert waiting.played.numbers.did == [("forget", NEW, "Meera")]
    assert waiting.page.notice is not None
    assert waiting.page.notice.text == "Erased from 2 bills and 5 messages."
