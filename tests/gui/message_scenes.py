"""Scenes of the sheet of messages for the pictures (see ``shots``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pos_desktop.domain.delivery import MessageState
from pos_desktop.domain.numbering import ist_midnight
from pos_desktop.domain.sale import Channel
from pos_desktop.services.views import DeskState, HistoryLine
from tests.support.message_trials import Trials, samples
from tests.support.money_fakes import PIN
from tests.support.money_views import STORY
from tests.support.window_fakes import NOW, waiting_bills

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gui.shots import Studio


def sends(channel: Channel, **lacking: str) -> Callable[[Studio], None]:
    """The shop sends this way. Before the window reads its options."""

    def dress(studio: Studio) -> None:
        fates = [(MessageState.READ, "")]
        studio.played.trying = Trials(samples(channel, **lacking), fates)
        studio.played.options = replace(studio.played.options, channel=channel)

    return dress


def messages(studio: Studio) -> None:
    """The sheet, opened from "More"."""
    studio.bill()
    studio.counter.presenters.money.more.on_key()
    studio.counter.presenters.money.choices.on_choice("messages")


def tried(studio: Studio) -> None:
    """A test was sent and read."""
    messages(studio)
    form = studio.counter.window.messages_sheet.form
    form.phoneField.setText("98765 43210")
    form.sendButton.click()
    studio.counter.presenters.money.pin.on_typed(PIN)
    studio.counter.presenters.money.pin.on_enter()


def change(studio: Studio) -> None:
    """Which way should the shop send?"""
    messages(studio)
    studio.counter.window.messages_sheet.form.channelButton.click()


def changed(studio: Studio) -> None:
    """A manager said yes."""
    change(studio)
    trials = studio.played.trying
    assert isinstance(trials, Trials)
    trials.dropped = 2
    studio.counter.presenters.money.choices.on_choice(Channel.SMS_LINK.value)
    studio.counter.presenters.money.pin.on_typed(PIN)
    studio.counter.presenters.money.pin.on_enter()


def story(studio: Studio) -> None:
    """Every step of every message of a bill."""
    studio.played.desk.told = replace(STORY, lines=tuple(sorted(LINES, key=lambda line: line.at)))
    studio.counter.presenters.money.story.open("A11")


def panel(studio: Studio) -> None:
    """What cards say of their messages."""
    words = ("held", "no_report", "unknown_again", "dropped")
    bills = waiting_bills()
    told = [
        replace(
            bill,
            message_words=word,
            message_purpose="payment_request" if bill.paid_at is None else "receipt",
            message_reason="too_late_to_send" if word == "dropped" else "",
            message_at=MORNING,
            can_show_qr=bill.paid_at is None,
            attention=word == "dropped",
        )
        for word, bill in zip(words, bills, strict=False)
    ]
    studio.played.desk.now = DeskState(tuple(told), 0, None, 1)
    studio.counter.wiring.on_changed()


def step(ago: int, what: str, who: str, purpose: str, attempt: int, why: str = "") -> HistoryLine:
    return HistoryLine(NOW - ago * 1000, f"message_{what}", who, 0, "", why, purpose, attempt)


MORNING = ist_midnight(NOW) + 32 * 3_600_000
REQUEST, RECEIPT, NOTE = "payment_request", "receipt", "refund_note"
LINES = (
    *STORY.lines[:2],
    step(899, "queued", "machine", REQUEST, 1),
    step(898, "failed", "answer", REQUEST, 1, "recipient"),
    step(880, "queued", "machine", REQUEST, 2),
    step(879, "unknown", "answer", REQUEST, 2, "the line broke"),
    step(800, "delivered", "push", REQUEST, 2),
    step(790, "queued", "machine", REQUEST, 3),
    step(700, "dropped", "machine", REQUEST, 3, "bill_settled"),
    *STORY.lines[2:6],
    step(690, "queued", "machine", RECEIPT, 1),
    step(689, "accepted", "answer", RECEIPT, 1),
    step(685, "sent", "push", RECEIPT, 1),
    step(680, "read", "push", RECEIPT, 1),
    step(60, "dropped", "Meera", NOTE, 1, "channel_changed"),
    step(59, "no_report", "machine", NOTE, 2),
)

MESSAGES = {
    "messages-change": (change, sends(Channel.WHATSAPP_QR)),
    "messages-changed": (changed, sends(Channel.WHATSAPP_LINK)),
    "messages-story": (story, None),
    "messages-panel": (panel, None),
    "messages": (messages, sends(Channel.WHATSAPP_QR)),
    "messages-sms": (messages, sends(Channel.SMS_LINK)),
    "messages-tried": (tried, sends(Channel.WHATSAPP_LINK)),
    "messages-lacking": (messages, sends(Channel.SMS_LINK, dlt_entity_id="")),
}
