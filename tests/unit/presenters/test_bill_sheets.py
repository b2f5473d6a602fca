"""The QR of a bill, what can be done with it, and its print."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError, Unavailable
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.payment import CollectKind
from pos_desktop.gui.presenters.acts import ABANDON
from pos_desktop.services.views import DeskState, PaidNews, PayableQr
from tests.support.money_views import worded
from tests.support.window_fakes import (
    CONTENT,
    NOW,
    Inline,
    PayingCustomer,
    Played,
    waiting_bills,
)
from tests.unit.presenters.screen import Room

QR = PayableQr(
    "A17", 17, 124950, CollectKind.QR, "upi://pay?pa=a@b", None, NOW + 272_000, "qr_on_screen"
)
USUAL = ("menu_cash", "menu_split")
LAST = ("menu_edit", "menu_unpaid", "menu_story", "menu_abandon")
NUMBERED = (*LAST[:-1], "menu_number", LAST[-1])
NEWS = PaidNews("A17", 17, 124950, None, "C2A/2627/000124")


@pytest.fixture
def waiting(room: Room) -> Room:
    """A room with the pictured waiting bills."""
    room.waiting.on_desk(DeskState(waiting_bills(), 0, None, 0))
    return room


def test_the_qr_counts_down_and_closes_when_paid(room: Room) -> None:
    room.qr.open("A17", 17, 124950)
    assert room.sheets.qr is not None
    assert (room.sheets.qr.payload, room.sheets.qr.amount) == (None, "₹1,249.50")
    room.played.desk.qr = QR
    room.qr.reload()
    assert room.sheets.qr.payload == "upi://pay?pa=a@b"
    assert room.sheets.qr.words == "Scan with any UPI app · 4:32 left"
    room.played.clock.time += 1000
    room.qr.on_tick()
    assert room.sheets.qr.words.endswith("4:31 left")
    room.qr.on_paid(replace(NEWS, order_id="OTHER"))
    assert room.qr.order_id == "A17"
    room.qr.on_paid(NEWS)
    assert room.sheets.qr is None


def test_a_paid_reading_closes_too(room: Room) -> None:
    room.played.desk.qr = replace(QR, paid=True)
    room.qr.open("A17", 17, 124950)
    assert room.sheets.qr is None


def test_an_expired_code_is_not_shown(room: Room) -> None:
    room.played.desk.qr = replace(QR, expires_at=NOW)
    room.qr.open("A17", 17, 124950)
    assert room.sheets.qr is not None
    assert (room.sheets.qr.payload, room.sheets.qr.tone) == (None, "failed")


def test_a_late_answer_for_a_bill_that_left_is_dropped() -> None:
    room = Room(Played(runner=Inline(held=True)))
    room.played.desk.qr = QR
    room.qr.open("A17", 17, 124950)
    room.qr.on_back()
    room.played.runner.go()
    assert room.sheets.qr is None


def test_the_gateways_picture_is_fetched_once_where_there_is_no_text() -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return b"PNG"

    room = Room(Played(pictures=fetch))
    room.played.desk.qr = replace(QR, payload=None, image_url="https://gateway/qr.png")
    room.qr.open("A17", 17, 124950)
    room.qr.reload()
    assert room.sheets.qr is not None
    assert (room.sheets.qr.picture, asked) == (b"PNG", ["https://gateway/qr.png"])


def test_a_picture_that_cannot_be_fetched_is_said() -> None:
    def fetch(url: str) -> bytes:
        raise Unavailable("offline")

    room = Room(Played(pictures=fetch))
    room.played.desk.qr = replace(QR, payload=None, image_url="https://gateway/qr.png")
    room.qr.open("A17", 17, 124950)
    assert room.said == "qr_picture_failed"


def test_other_words_replace_the_call_to_scan(room: Room) -> None:
    room.played.desk.qr = replace(QR, words="last_attempt_failed")
    room.qr.open("A17", 17, 124950)
    assert room.sheets.qr is not None
    assert room.sheets.qr.words == "Last attempt failed, customer may try again"


@pytest.mark.parametrize(
    ("order", "codes"),
    [
        ("A17", ["menu_qr", *USUAL, "menu_new_qr", "menu_again", *NUMBERED]),
        ("A18", ["menu_qr", *USUAL, *LAST]),
        ("A19", ["menu_qr", *USUAL, "menu_again", *NUMBERED]),
        ("A16", ["menu_hand_over", "menu_print", "menu_story", "menu_receipt", "menu_refuse"]),
        ("A11", ["menu_inbox", "menu_story"]),
    ],
)
def test_the_menu_offers_what_fits(waiting: Room, order: str, codes: list[str]) -> None:
    waiting.menu.open(order)
    assert waiting.sheets.menu is not None
    assert waiting.codes == codes
    dangerous = [choice.code for choice in waiting.sheets.menu.choices if choice.danger]
    assert dangerous == [code for code in codes if code == "menu_abandon"]


def test_giving_up_asks_why_and_keeping_is_first(waiting: Room) -> None:
    waiting.menu.open("A17")
    waiting.choose("menu_abandon")
    assert waiting.sheets.menu is not None
    assert waiting.sheets.menu.choices[0].code == "abandon_keep"
    waiting.choose("abandon_keep")
    assert waiting.played.checkout.calls == []
    waiting.menu.open("A17")
    waiting.choose("menu_abandon")
    assert waiting.codes == ["abandon_keep", *ABANDON]
    waiting.choose("abandon_left")
    assert waiting.played.checkout.calls == [("abandon", ("A17", "left", "Asha"))]
    assert waiting.said == "abandon_begun"


def test_hand_over_and_cash_for_a_waiting_bill(waiting: Room) -> None:
    waiting.menu.open("A16")
    waiting.choose("menu_hand_over")
    assert waiting.played.checkout.calls == [("hand_over", ("A16", "Asha"))]
    waiting.menu.open("A17")
    waiting.choose("menu_cash")
    assert waiting.sheets.cash is not None
    assert waiting.sheets.cash.title == "Cash for token 17"
    waiting.cash.on_typed("1300")
    waiting.cash.on_enter()
    assert waiting.played.checkout.calls[-1] == ("cash_for_waiting", ("A17", 130000, "Asha"))
    assert waiting.said == "not_waiting"


def test_asking_again_opens_the_qr(waiting: Room) -> None:
    waiting.menu.open("A17")
    waiting.choose("menu_new_qr")
    assert waiting.played.checkout.calls == [("show_qr", ("A17", "Asha"))]
    assert waiting.qr.order_id == "A17"
    waiting.played.checkout.refuse = DomainError("not_waiting")
    waiting.qr.on_back()
    waiting.menu.open("A17")
    waiting.choose("menu_new_qr")
    assert waiting.closed("qr")
    assert waiting.said == "not_waiting"


def test_a_bill_that_left_meanwhile_is_said(waiting: Room) -> None:
    waiting.menu.open("A17")
    waiting.waiting.on_desk(DeskState((), 0, None, 0))
    waiting.choose("menu_cash")
    assert waiting.said == "not_waiting"
    assert waiting.sheets.cash is None


def test_printing_reads_in_one_lane_and_prints_in_another(room: Room) -> None:
    room.paper.print(None)
    assert room.said == "nothing_to_print"
    room.played.desk.content = CONTENT
    room.paper.print("A16")
    assert room.played.paper.printed == [(CONTENT, "80mm")]
    assert room.played.runner.lanes == ["db", "db", "doc"]
    assert room.said == "printed"
    room.played.paper.refuse = OSError("no paper")
    room.paper.print("A16")
    assert room.said == "print_failed"


def test_in_practice_the_menu_plays_the_customer() -> None:
    customer = PayingCustomer()
    room = Room(Played(customer=customer))
    room.waiting.on_desk(DeskState(waiting_bills(), 0, None, 0))
    room.menu.open("A17")
    assert room.sheets.menu is not None
    assert room.codes[:3] == ["menu_qr", "menu_cash", "menu_split"]
    assert room.codes[3:5] == ["practice_pay", "practice_fail"]
    room.choose("practice_pay")
    assert (room.closed("menu"), room.said) == (True, "")
    room.menu.open("A17")
    room.choose("practice_fail")
    assert customer.did == [("pay", "A17"), ("fail", "A17")]
    assert room.said == "practice_failed"
    assert room.played.runner.lanes == ["net", "net"]
    customer.refuse = Unavailable("practice_not_payable")
    room.menu.open("A17")
    room.choose("practice_pay")
    assert room.said == "practice_not_payable"


@pytest.mark.parametrize("order", ["A11", "A16", "A19"])
def test_what_nobody_can_pay_offers_no_practice(order: str) -> None:
    room = Room(Played(customer=PayingCustomer()))
    room.waiting.on_desk(DeskState(waiting_bills(), 0, None, 0))
    room.menu.open(order)
    assert room.sheets.menu is not None
    assert [code for code in room.codes if code.startswith("practice")] == []


@pytest.mark.parametrize("words", ["gateway_unreachable", "not_confirmed_checking"])
def test_nothing_that_is_not_open_is_practised(words: str) -> None:
    room = Room(Played(customer=PayingCustomer()))
    for shown in (True, False):
        bill = worded(words, can_show_qr=shown)
        room.waiting.on_desk(DeskState((bill,), 0, None, 0))
        room.menu.open("A17")
        assert ("practice_pay" in room.codes) is shown


def test_every_choice_has_a_key() -> None:
    """An open link of a shop with an address of its own has most of them."""
    played = Played()
    played.options = replace(played.options, own_upi=OwnUpiOptions("shop@bank"))
    room = Room(played)
    room.waiting.on_desk(DeskState((worded("last_attempt_failed", can_show_qr=True),), 0, None, 0))
    room.menu.open("A17")
    assert room.sheets.menu is not None
    assert [choice.key for choice in room.sheets.menu.choices] == ["Enter", *"234567890-"]


def test_the_qr_sheet_plays_the_customer_in_practice_only(room: Room) -> None:
    room.played.desk.qr = QR
    room.qr.open("A17", 17, 124950)
    assert room.sheets.qr is not None
    assert room.sheets.qr.practice == ""
    customer = PayingCustomer()
    room = Room(Played(customer=customer))
    room.qr.open("A17", 17, 124950)
    assert room.sheets.qr is not None
    assert room.sheets.qr.practice == ""
    room.played.desk.qr = QR
    room.qr.reload()
    assert room.sheets.qr.practice == "Practice: the customer pays"
    room.qr.on_practice()
    assert customer.did == [("pay", "A17")]
