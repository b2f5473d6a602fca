"""Scenes of the sheet of messages for the pictures (see ``shots``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pos_desktop.domain.delivery import MessageState
from pos_desktop.domain.sale import Channel
from tests.support.message_trials import Trials, samples
from tests.support.money_fakes import PIN

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


MESSAGES = {
    "messages": (messages, sends(Channel.WHATSAPP_QR)),
    "messages-sms": (messages, sends(Channel.SMS_LINK)),
    "messages-tried": (tried, sends(Channel.WHATSAPP_LINK)),
    "messages-lacking": (messages, sends(Channel.SMS_LINK, dlt_entity_id="")),
}
