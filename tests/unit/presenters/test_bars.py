"""Waiting bills, lamps, the desk that feeds them."""

from dataclasses import replace

import pytest

from pos_desktop.gui.presenters.cards import card, message_words
from pos_desktop.gui.presenters.wording import age, ago, clock, countdown, left, rupees
from pos_desktop.services.views import DeskState, Lamp, LampState, PaidNews, ServiceOff
from tests.support.money_views import GATEWAY_OFF, MESSAGES_OFF, worded
from tests.support.window_fakes import LAMPS, NOW, Inline, Played, waiting_bills
from tests.unit.presenters.screen import Room

BILLS = {bill.token_no: bill for bill in waiting_bills()}
STATE = DeskState(waiting_bills(), 0, None, 1)


def _titles(room: Room) -> list[str]:
    assert room.page.strip is not None
    return [shown.title for shown in room.page.strip.cards]


def test_attention_first_then_paid_then_the_longest_waiting(room: Room) -> None:
    room.waiting.on_room(9)
    room.waiting.on_desk(STATE)
    tokens = [title.split(" · ")[0] for title in _titles(room)]
    assert tokens == [f"Token {n}" for n in (11, 16, 20, 18, 17, 21, 19)]
    assert room.played.tones.played == ["attention"]
    room.waiting.on_desk(STATE)
    assert room.played.tones.played == ["attention"]


def test_a_card_says_who_how_much_how_it_stands_and_how_long() -> None:
    shown = card(BILLS[17], NOW)
    assert (shown.title, shown.amount) == ("Token 17 · ··3210", "₹1,249.50")
    assert (shown.words, shown.age) == ("Waiting for payment", "42 s ago")
    assert (shown.message, shown.aside) == ("WhatsApp read", "29 min left")
    paid = card(BILLS[16], NOW)
    assert (paid.message, paid.aside, paid.filled) == (
        "Receipt delivered",
        "C2A/2627/000123",
        True,
    )
    assert card(BILLS[18], NOW).title == "Token 18 · no phone"
    late = card(BILLS[11], NOW)
    assert (late.words, late.message, late.aside) == (
        "Money arrived after closing: refund or attach",
        "",
        "12 min ago",
    )


@pytest.mark.parametrize(
    ("changes", "message", "detail"),
    [
        ({}, "Goods given unpaid", "Goods given unpaid · WhatsApp read"),
        (
            {"received": 50_000, "open_amount": 74_950},
            "Goods given, ₹749.50 open",
            "Goods given unpaid · ₹500.00 in · ₹749.50 open",
        ),
    ],
)
def test_the_card_of_goods_that_left_unpaid_says_so(
    changes: dict[str, object], message: str, detail: str
) -> None:
    shown = card(worded("waiting_payment", given=True, attention=True, **changes), NOW)
    assert (shown.message, shown.loud, shown.filled) == (message, True, True)
    assert shown.detail == detail
    assert message in shown.name
    paid = card(replace(BILLS[16], given=True), NOW)
    assert not paid.loud
    assert "given" not in paid.detail.lower()


def test_the_card_of_a_request_that_did_not_arrive_says_what_to_do() -> None:
    bill = replace(BILLS[17], message_words="failed", message_reason="no credit", attention=True)
    shown = card(bill, NOW)
    assert (shown.message, shown.loud) == ("Not delivered - show the QR", True)
    assert shown.detail == "WhatsApp not delivered: no credit"
    for usual in (
        replace(bill, can_show_qr=False),
        replace(bill, attention=False),
        replace(bill, message_words="unknown"),
        replace(bill, message_purpose="receipt"),
        replace(bill, paid_at=NOW),
    ):
        assert not card(usual, NOW).loud


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", ""),
        ("waits_for_relay", "Message waits for the relay"),
        ("queued", "WhatsApp queued"),
        ("failed", "WhatsApp not delivered: not on WhatsApp"),
        ("unknown", "WhatsApp: not known if it went"),
    ],
)
def test_how_far_the_message_got(words: str, said: str) -> None:
    assert message_words(replace(BILLS[20], message_words=words)) == said


def test_the_strip_follows_the_mark_and_turns_its_pages(room: Room) -> None:
    room.waiting.on_room(3)
    room.waiting.on_desk(STATE)
    assert room.page.strip is not None
    assert (len(room.page.strip.cards), room.page.strip.more) == (3, 4)
    room.waiting.on_key()
    assert room.page.focused
    for _ in range(4):
        room.waiting.on_move(1)
    assert room.page.strip.selected == 2
    assert _titles(room)[2].startswith("Token 17")
    room.waiting.on_leave()
    assert room.page.strip.selected == -1
    room.waiting.on_more()
    room.waiting.on_more()
    assert _titles(room)[0].startswith("Token 11")


def test_each_f5_begins_a_new_number(room: Room) -> None:
    room.waiting.on_desk(STATE)
    marked = []
    for token in ("16", "20"):
        room.waiting.on_key()
        for digit in token:
            room.waiting.on_digit(digit)
        assert room.waiting.marked is not None
        marked.append(room.waiting.marked.token_no)
    assert marked == [16, 20]


def test_f5_without_bills_says_so(room: Room) -> None:
    room.waiting.on_key()
    assert room.said == "no_waiting"
    room.waiting.on_move(1)
    assert not room.page.focused


def test_a_second_paints_only_what_changed(room: Room) -> None:
    room.waiting.on_desk(DeskState((BILLS[16],), 0, None, 0))
    painted = room.page.painted
    room.waiting.on_tick()
    assert room.page.painted == painted
    room.played.clock.time += 20_000
    room.waiting.on_tick()
    assert room.page.painted == painted + 1


def test_a_payment_sounds_and_leaves_the_bill_alone(room: Room) -> None:
    before = room.page.cart
    room.waiting.on_paid(PaidNews("A16", 16, 56000, "0934", "C2A/2627/000123"))
    assert room.page.paid == ["PAID 560.00    Token 16    ··0934"]
    assert room.played.tones.played == ["paid"]
    assert room.page.cart is before
    assert not room.page.focused


def test_the_strip_tells_the_upi_reference(room: Room) -> None:
    news = PaidNews("A16", 16, 56000, None, "C2A/2627/000123", upi_reference="432187655678")
    room.waiting.on_paid(news)
    assert room.page.paid == ["PAID 560.00    Token 16    UPI ref ...5678"]


def test_lamps_carry_word_and_tone(room: Room) -> None:
    room.status.show()
    assert room.page.status is not None
    assert {lamp.tone for lamp in room.page.status.lamps} == {"parked"}
    room.status.on_lamps(LAMPS)
    assert [(lamp.text, lamp.tone) for lamp in room.page.status.lamps] == [
        ("Internet", "paid"),
        ("Payments", "paid"),
        ("Messages slow", "pending"),
        ("All bills sent", "paid"),
        ("Printer", "paid"),
    ]
    assert room.page.status.shop == "Fresh Mart · Counter 2 · Asha"
    assert room.page.status.time == "10:42"


@pytest.mark.parametrize(
    ("off", "words"),
    [
        ((GATEWAY_OFF,), ["Payments off", "Messages slow"]),
        ((GATEWAY_OFF, MESSAGES_OFF), ["Payments off", "Messages off"]),
        ((), ["Payments", "Messages slow"]),
    ],
)
def test_what_is_switched_off_has_no_green_lamp(
    room: Room, off: tuple[ServiceOff, ...], words: list[str]
) -> None:
    room.status.on_desk(DeskState((), 0, None, 0, services_off=off))
    # The gateway answers all the same: its lamp is asked about after the service went off.
    room.status.on_lamps(LAMPS)
    assert room.page.status is not None
    lamps = room.page.status.lamps[1:3]
    assert [lamp.text for lamp in lamps] == words
    assert [lamp.tone == "failed" for lamp in lamps] == [" off" in text for text in words]


def test_what_is_unsent_is_counted_with_its_age(room: Room) -> None:
    room.status.on_lamps(LAMPS)
    room.status.on_desk(DeskState((), 3, NOW - 240_000, 0))
    assert room.page.status is not None
    assert room.page.status.lamps[3].text == "3 to send · 4 min"
    room.status.on_lamps((Lamp("relay", LampState.DOWN),))
    assert room.page.status.lamps[3].text == "Bill pages down · 3 to send · 4 min"
    assert room.page.status.lamps[3].tone == "failed"


def test_a_narrow_bar_has_shorter_words(room: Room) -> None:
    room.status.on_lamps((Lamp("internet", LampState.DOWN), Lamp("relay", LampState.DOWN)))
    room.status.on_desk(DeskState((), 3, NOW - 240_000, 0, outage_until=NOW + 37 * 60_000))
    state = room.page.status
    assert state is not None
    assert (state.shop, state.place) == ("Fresh Mart · Counter 2 · Asha", "Counter 2 · Asha")
    assert (state.outage, state.outage_short) == (
        "UPI without PIN · 37 min left",
        "No PIN · 37 min",
    )
    assert [lamp.short for lamp in state.lamps] == [
        *("Internet", "Payments", "Messages", "3 to send", "Printer")
    ]
    assert state.lamps[0].spoken == "Internet: Internet down"
    room.status.on_desk(DeskState((), 0, None, 0, outage_until=NOW))
    assert room.page.status is not None
    assert (room.page.status.outage, room.page.status.outage_short) == ("", "")
    assert room.page.status.lamps[3].short == "Bill pages"


def test_many_changes_cause_two_readings() -> None:
    room = Room(Played(runner=Inline(held=True)))
    for _ in range(50):
        room.desk.on_changed()
    room.played.runner.go()
    assert room.played.desk.reads == 2


def test_times_read_well() -> None:
    now = NOW
    assert [ago(now, now - s * 1000) for s in (0, 4, 5, 99, 100, 3600, 7200)] == [
        "just now",
        "just now",
        "5 s ago",
        "99 s ago",
        "1 min ago",
        "60 min ago",
        "2 h ago",
    ]
    assert [age(now, now - s * 1000) for s in (3, 240, 7200)] == ["3 s", "4 min", "2 h"]
    assert [left(now, now + s * 1000) for s in (0, 99, 101, 240)] == [
        "time is over",
        "99 s left",
        "2 min left",
        "4 min left",
    ]
    assert left(now, None) == countdown(now, None) == ""
    assert [countdown(now, now + s * 1000) for s in (-5, 9, 272)] == ["0:00", "0:09", "4:32"]
    assert clock(0) == "05:30"
    assert rupees(-11) == "–0.11"
