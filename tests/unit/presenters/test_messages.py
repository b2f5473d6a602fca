"""The sheet of the messages: states in words, previews, and a test to a phone of the shop."""

from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import MessageState
from pos_desktop.domain.errors import DomainError, Unavailable
from pos_desktop.domain.sale import Channel
from pos_desktop.gui.presenters.messages import MessagesState
from tests.support.message_trials import Trials, samples
from tests.support.money_fakes import PIN
from tests.support.money_views import desk
from tests.support.window_fakes import Inline, Played
from tests.unit.presenters.screen import Room

S = MessageState


def room_of(trials: Trials, channel: Channel = Channel.WHATSAPP_QR) -> Room:
    played = Played(trying=trials)
    played.options = replace(played.options, channel=channel)
    room = Room(played)
    room.money.more.messages = room.money.messages.on_key
    return room


def opened(room: Room) -> MessagesState:
    room.money.more.on_key()
    room.choose("messages")
    return sheet(room)


def sheet(room: Room) -> MessagesState:
    assert room.sheets.texts is not None
    return room.sheets.texts


def send(room: Room, phone: str = "98765 43210") -> None:
    room.money.messages.on_typed(phone)
    room.money.messages.on_send()
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()


def test_without_the_service_there_is_no_entry(room: Room) -> None:
    room.money.more.on_key()
    assert "messages" not in room.codes
    room.money.more.messages()
    room.money.messages.on_key()
    room.money.messages.on_tick()
    room.money.messages._send(samples()[0], "", None)  # type: ignore[arg-type]  # nothing to ask
    assert room.sheets.texts is None


def test_every_text_is_listed_with_its_state() -> None:
    state = opened(room_of(Trials()))
    assert state.channel == "This shop sends WhatsApp with the QR"
    assert [(r.whose, r.tone) for r in state.rows][:4] == [
        ("bill_pay_qr", "paid"),
        ("bill_pay_link", "paid"),
        ("bill_receipt", "paid"),
        ("bill_refund", "paid"),
    ]
    assert {(r.section, r.tone) for r in state.rows[4:]} == {
        ("Registered, not sent by this shop", "parked")
    }
    shown = state.detail
    assert shown is not None and shown.pictured
    assert shown.title == "Payment request · WhatsApp, QR"
    assert (shown.state, shown.link) == ("Ready: it reads like this", "")
    assert state.rows[1].what == "Payment request · WhatsApp, link"
    assert "Your token number is 17 and your items are Amul" in shown.body
    assert shown.facts.endswith("of 1,024 characters\nThe QR of the bill stands above the text")


def test_an_sms_says_what_it_costs() -> None:
    room = room_of(Trials(samples(Channel.SMS_LINK)), Channel.SMS_LINK)
    shown = opened(room).detail
    assert shown is not None
    chars = len(shown.body)
    assert shown.facts == f"{chars} characters, plain letters (GSM-7): 1 SMS is paid for"
    dear = replace(samples(Channel.SMS_LINK)[0], gsm7=False, units=2)
    shown = opened(room_of(Trials([dear]))).detail
    assert shown is not None
    assert shown.facts.endswith("letters beyond GSM-7: 2 SMS are paid for")


def test_what_cannot_be_sent_says_why_and_sends_no_test() -> None:
    trials = Trials(samples(whatsapp_from=""))
    room = room_of(trials)
    shown = opened(room).detail
    assert shown is not None
    assert shown.state == "It cannot be sent: the shop's WhatsApp number is missing"
    assert sheet(room).rows[0].age == "cannot be sent"
    room.money.messages.on_typed("9876543210")
    assert not sheet(room).ready
    room.money.messages.on_send()
    assert room.sheets.pin is None and trials.sent == []


@pytest.mark.parametrize("purpose", ["payment_request", "receipt", "refund_note", "resend"])
@pytest.mark.parametrize("header", ["none", "text", "image", "document"])
@pytest.mark.parametrize("channel", list(Channel))
def test_whatever_may_be_registered_has_its_words(
    purpose: str, header: str, channel: Channel
) -> None:
    known = [
        replace(samples()[0], purpose=purpose, header=header, button=button, problem=problem)
        for button in ("none", "gateway", "page")
        for problem in ("", "no_dlt_entity", "brand_too_long")
    ]
    room = room_of(Trials(known), channel)
    opened(room)
    for at in range(len(known)):
        room.money.messages.on_select(at)
        state = sheet(room)
        assert state.detail is not None
        said = (state.channel, state.detail.title, state.detail.state, state.detail.facts)
        assert not any("_" in words or "Code" in words for words in said)


def test_marks_stay_in_the_list() -> None:
    room = room_of(Trials())
    last = len(opened(room).rows) - 1
    room.money.messages.on_move(-1)
    assert sheet(room).selected == 0
    room.money.messages.on_move(99)
    assert sheet(room).selected == last
    room.money.messages.on_typed("9876543210")
    assert not sheet(room).ready  # not of this shop's channel
    room.money.messages.on_send()
    assert room.sheets.pin is None
    empty = room_of(Trials([]))
    assert opened(empty).detail is None
    empty.money.messages.on_send()
    assert empty.sheets.pin is None


def test_a_test_takes_a_number_and_a_pin_and_tells_its_fate() -> None:
    trials = Trials(fates=[(S.ACCEPTED, ""), (S.SENT, ""), (S.READ, "")])
    room = room_of(trials)
    assert opened(room).hint == "No bill and no customer is touched."
    room.money.messages.on_typed("12345")
    room.money.messages.on_send()
    assert (sheet(room).tone, room.sheets.pin) == ("failed", None)
    room.money.messages.on_typed("98765 43210")
    assert sheet(room).ready
    room.money.messages.on_send()
    assert room.sheets.pin is not None
    assert room.sheets.pin.what == "Send a test message to 98765 43210?"
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()
    assert trials.sent == [("bill_pay_qr", "+919876543210", "try_message")]
    assert (sheet(room).hint, sheet(room).tone) == ("Test to 98765 43210 on its way", "muted")
    for _ in range(8):
        room.money.messages.on_tick()
    assert (sheet(room).hint, sheet(room).tone) == ("Test to 98765 43210 read", "paid")
    assert trials.asked == 2
    assert room.played.runner.lanes.count("net") == 3


def choose_way(room: Room, channel: Channel) -> None:
    room.money.messages.on_channel()
    room.choose(channel.value)
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()


def test_a_manager_changes_the_channel() -> None:
    trials = Trials(samples(Channel.WHATSAPP_QR))
    room = room_of(trials)
    opened(room)
    room.money.messages.on_channel()
    assert room.codes == ["channel_keep", "whatsapp_link", "sms_link"]
    choose_way(room, Channel.SMS_LINK)
    assert trials.changed == [(Channel.SMS_LINK, "change_channel")]
    assert room.said == "channel_done"
    assert sheet(room).channel == "This shop sends SMS with a link"
    assert sheet(room).rows[0].whose == "bill_pay_sms"
    trials.dropped = 2
    choose_way(room, Channel.WHATSAPP_LINK)
    assert room.said == "channel_done_dropped"


def test_the_channel_is_kept() -> None:
    trials = Trials()
    room = room_of(trials)
    opened(room)
    room.money.messages.on_channel()
    room.choose("channel_keep")
    assert trials.changed == []
    trials.refuse = DomainError("approval_needed")
    choose_way(room, Channel.SMS_LINK)
    assert room.said == "approval_needed"
    assert sheet(room).channel == "This shop sends WhatsApp with the QR"


def test_a_channel_that_was_changed_before_the_start_is_shown_everywhere() -> None:
    room = room_of(Trials(), Channel.WHATSAPP_LINK)
    room.played.desk.now = desk(channel=Channel.SMS_LINK)
    room.desk.on_changed()
    assert opened(room).channel == "This shop sends SMS with a link"
    main = room.page.main
    assert main is not None and "SMS" in main.words
    room.customer.ask(None, None)
    assert room.sheets.phone is not None and "SMS" in room.sheets.phone.consent


@pytest.mark.parametrize(
    ("fate", "said", "tone"),
    [
        (
            (S.FAILED, "media"),
            "Test to 98765 43210 not delivered: its picture could not be loaded",
            "failed",
        ),
        ((S.FAILED, ""), "Test to 98765 43210 not delivered", "failed"),
        ((S.UNKNOWN, ""), "Test to 98765 43210: not known if it went", "failed"),
    ],
)
def test_a_test_that_fails_says_why(fate: tuple[S, str], said: str, tone: str) -> None:
    room = room_of(Trials(fates=[fate]))
    opened(room)
    send(room)
    assert (sheet(room).hint, sheet(room).tone) == (said, tone)


def test_refusals_stand_on_the_sheet_and_bugs_in_the_banner() -> None:
    trials = Trials(refuse=DomainError("not_our_channel"))
    room = room_of(trials)
    opened(room)
    send(room)
    assert sheet(room).hint == "This shop does not send this one."
    trials.refuse = ValueError("bug")
    send(room)
    assert room.said == "unexpected"
    send(room)
    trials.refuse = Unavailable("exotel_down")
    for _ in range(2):
        room.money.messages.on_tick()
    assert sheet(room).hint == "Test to 98765 43210 on its way"
    trials.refuse = ValueError("bug")
    for _ in range(2):
        room.money.messages.on_tick()
    assert sheet(room).ready


def test_a_second_press_and_a_closed_sheet_send_nothing_more() -> None:
    trials = Trials()
    room = room_of(trials)
    opened(room)
    room.played.runner.held = True
    send_held(room)
    assert sheet(room).hint == "The test is being sent …"
    assert not sheet(room).ready
    room.money.messages.on_send()
    room.money.messages.on_back()
    room.played.runner.go()
    assert room.sheets.texts is None
    assert len(trials.sent) == 1
    room.money.messages.on_tick()
    room.money.messages.on_tick()
    assert trials.asked == 0


def send_held(room: Room) -> None:
    """As ``send``, with a runner that waits to be told."""
    runner: Inline = room.played.runner
    room.money.messages.on_typed("9876543210")
    room.money.messages.on_send()
    runner.waiting.pop(0)()
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()
    runner.waiting.pop(0)()
