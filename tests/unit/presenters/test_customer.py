"""The customer's phone."""

import hashlib

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.gui.presenters.customer import grouped
from pos_desktop.gui.sentences import SENTENCES
from pos_desktop.gui.texts import CONSENT_VERSION
from pos_desktop.services.order import Order
from pos_desktop.services.views import DeskState
from tests.support.window_fakes import MILK, waiting_bills
from tests.unit.presenters.screen import Room


def _order(room: Room) -> tuple[str, Order]:
    """The one thing that checkout was asked for."""
    ((name, order),) = room.played.checkout.calls
    assert isinstance(order, Order)
    return name, order


def _type(room: Room, text: str) -> None:
    room.customer.on_key()
    room.customer.on_typed(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("98765", "98765"),
        ("987654", "98765 4"),
        ("98765 43210", "98765 43210"),
        ("+91 98765-43210", "98765 43210"),
        ("09876543210", "98765 43210"),
        ("0919876543210", "98765 43210"),
        ("९८७६५४३२१०", "98765 43210"),
    ],
)
def test_figures_are_grouped_as_they_are_typed(room: Room, text: str, shown: str) -> None:
    _type(room, text)
    assert room.sheets.phone is not None
    assert room.sheets.phone.shown == shown


def test_what_is_missing_and_the_read_back(room: Room) -> None:
    _type(room, "987654321")
    assert room.sheets.phone is not None
    assert (room.sheets.phone.hint, room.sheets.phone.ready) == ("1 more digit", False)
    room.customer.on_typed("9876543210")
    assert (room.sheets.phone.hint, room.sheets.phone.ready) == ("Read back the end: ··3210", True)


@pytest.mark.parametrize("text", ["2876543210", "9999999999", "98765", "98765432101"])
def test_a_wrong_number_stays_in_the_sheet_with_a_sentence(room: Room, text: str) -> None:
    _type(room, text)
    room.customer.on_enter()
    assert room.sheets.phone is not None
    assert room.sheets.phone.bad
    assert room.sheets.phone.hint
    assert room.sale.draft.customer.phone is None


def test_the_card_groups_the_number_and_names_the_agreement(room: Room) -> None:
    room.customer.show()
    assert room.page.customer is not None
    assert not room.page.customer.known
    _type(room, "9876543210")
    room.customer.on_enter()
    assert room.page.customer.phone == "98765 43210"
    assert room.page.customer.note == "agreed to WhatsApp bills"


def test_a_number_that_already_waits_says_so(room: Room) -> None:
    _type(room, "9876543210")
    room.customer.on_enter()
    room.customer.on_desk(DeskState(waiting_bills(), 0, None, 0))
    assert room.page.customer is not None
    assert room.page.customer.warning == "also waiting: ₹1,249.50, token 17"


def test_no_phone_is_one_key_and_forgets(room: Room) -> None:
    _type(room, "9876543210")
    room.customer.on_enter()
    room.customer.on_key()
    assert room.sheets.phone is not None
    assert room.sheets.phone.shown == "98765 43210"
    room.customer.on_none()
    assert room.sale.draft.customer.phone is None
    assert room.sale.draft.customer.consent is None


def test_esc_changes_nothing(room: Room) -> None:
    _type(room, "9876543210")
    room.customer.on_back()
    assert room.sheets.phone is None
    assert room.sale.draft.customer.phone is None


def test_the_asking_sentences_and_their_version_change_together() -> None:
    """Whoever changes a sentence gives it a new version here and in ``gui/texts.py``."""
    asked = SENTENCES["consent_whatsapp"] + SENTENCES["consent_sms"]
    digest = hashlib.sha256(asked.encode()).hexdigest()[:12]
    assert (CONSENT_VERSION, digest) == ("2026-11", "21c76f2af7db")


def test_grouping() -> None:
    assert [grouped(text) for text in ("", "98765", "987654")] == ["", "98765", "98765 4"]


PHONE = "+919876543210"


def test_a_number_that_wants_no_messages_says_so_as_it_is_typed(room: Room) -> None:
    room.played.numbers.silent.add(PHONE)
    _type(room, "987654321")
    assert room.sheets.phone is not None
    assert (room.sheets.phone.bad, room.sheets.phone.refuse) == (False, "")
    room.customer.on_typed("9876543210")
    assert room.sheets.phone.hint == "This number wants no messages: QR and print."
    assert room.sheets.phone.refuse == "The customer asks for messages again"
    assert room.sheets.phone.enter == "Go on without messages"
    room.customer.on_enter()
    assert room.closed("phone")
    assert room.sale.draft.customer.phone is None


def test_a_request_to_such_a_number_is_a_qr_on_the_screen(room: Room) -> None:
    room.played.numbers.silent.add(PHONE)
    room.sale.add(MILK, 1000)
    room.pay.on_request()
    room.customer.on_typed("9876543210")
    assert room.sheets.phone is not None
    assert room.sheets.phone.enter == "No messages: QR and print"
    room.customer.on_enter()
    name, order = _order(room)
    assert (name, order.phone) == ("screen_qr", None)


def test_one_key_ends_messages_and_goes_on_without_the_number(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.pay.on_request()
    room.customer.on_refuse()
    assert room.sheets.phone is not None
    assert room.sheets.phone.bad
    room.customer.on_typed("9876543210")
    assert room.sheets.phone.refuse == "No messages for this number"
    room.money.numbers.on_key()
    assert room.played.numbers.did == [("refuse", PHONE, "Asha")]
    name, order = _order(room)
    assert (name, order.phone) == ("screen_qr", None)


def test_only_who_asks_again_gets_messages_again(room: Room) -> None:
    room.played.numbers.silent.add(PHONE)
    _type(room, "9876543210")
    room.customer.on_refuse()
    assert room.played.numbers.did == [("agree", PHONE, "Asha")]
    assert room.sheets.phone is not None
    assert (room.sheets.phone.bad, room.sheets.phone.enter) == (False, "Use this number")
    room.customer.on_enter()
    agreed = room.sale.draft.customer.consent
    assert agreed is not None
    assert (agreed.asked_by, agreed.text_version) == ("Asha", CONSENT_VERSION)


def test_what_is_heard_late_is_about_the_number_that_was_typed(room: Room) -> None:
    room.played.numbers.silent.add(PHONE)
    room.played.runner.held = True
    _type(room, "9876543210")
    room.customer.on_typed("9812345678")
    room.played.runner.go()
    assert room.sheets.phone is not None
    assert not room.sheets.phone.bad


def test_the_key_ends_messages_for_the_number_on_the_bill(room: Room) -> None:
    room.money.numbers.on_key()
    assert room.said == "no_number_here"
    room.customer.refuse()
    _type(room, "9876543210")
    room.customer.on_enter()
    room.money.numbers.on_key()
    assert room.played.numbers.did == [("refuse", PHONE, "Asha")]
    assert room.sale.draft.customer.phone is None
    assert room.said == "silent_from_now"


def test_a_refusal_by_the_books_is_told(room: Room) -> None:
    room.played.numbers.refuse_next = DomainError("busy")
    _type(room, "9876543210")
    room.customer.on_refuse()
    assert room.said == "busy"
