"""The stories by name: the shop's channel, what the counter needs, and the play."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pos_desktop.bootstrap.practice import Wanted
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.sale import Channel
from pos_desktop.story.plays import basic
from pos_desktop.story.plays.crash import crash
from pos_desktop.story.plays.given import handover
from pos_desktop.story.plays.late import late, walk_away
from pos_desktop.story.plays.messages import message_fails, template_paused, unknown_send
from pos_desktop.story.plays.messages_late import late_message, relay_down
from pos_desktop.story.plays.messages_refused import stop_optout, wrong_number
from pos_desktop.story.plays.outages import gateway_down, offline_upi
from pos_desktop.story.plays.returning import refund
from pos_desktop.story.plays.standing import service_off
from pos_desktop.story.plays.switching import switch_to_cash
from pos_desktop.story.plays.tenders import split
from pos_desktop.story.plays.twice import double

if TYPE_CHECKING:
    from pos_desktop.story.stage import Stage


@dataclass(frozen=True, slots=True)
class Story:
    """``apart``: the counter has a process of its own, which can be killed. ``cables``: its lines
    to gateway and Exotel can be cut. ``dark``: the dark theme. ``own_upi``: the shop's own UPI
    address, "" where it has none."""

    name: str
    channel: Channel
    play: Callable[[Stage], None]
    apart: bool = False
    cables: bool = False
    dark: bool = False
    own_upi: str = ""

    @property
    def wanted(self) -> Wanted:
        """The settings of its counter."""
        own = OwnUpiOptions(vpa=self.own_upi, payee="Fresh Mart") if self.own_upi else None
        return Wanted(self.channel, "dark" if self.dark else "light", own)


_LINK = Channel.WHATSAPP_LINK


def _by_name(*stories: Story) -> Mapping[str, Story]:
    return {story.name: story for story in stories}


BASIC = _by_name(
    Story("whatsapp-qr", Channel.WHATSAPP_QR, basic.whatsapp_qr),
    Story("whatsapp-link", Channel.WHATSAPP_LINK, basic.link_with_many_lines),
    Story("sms-link", Channel.SMS_LINK, basic.link),
    Story("screen-qr", Channel.WHATSAPP_QR, basic.screen_qr, dark=True),
    Story("cash", Channel.WHATSAPP_LINK, basic.cash),
    Story("relay-down-pay", Channel.WHATSAPP_QR, basic.relay_down),
)
"""Whole sales, one way to pay each."""

MONEY: Mapping[str, Story] = _by_name(
    Story("late", _LINK, late),
    Story("double", _LINK, double),
    Story("switch-to-cash", _LINK, switch_to_cash),
    Story("gateway-down", _LINK, gateway_down, cables=True),
    Story("crash", _LINK, crash, apart=True),
    Story("split", _LINK, split),
    Story("refund", _LINK, refund),
    Story("offline-upi", _LINK, offline_upi, cables=True, own_upi="freshmart@okbank"),
    Story("handover", _LINK, handover),
    Story("walk-away", _LINK, walk_away),
    Story("service-off", _LINK, service_off),
)
"""What happens to money in a shop besides."""

MESSAGES: Mapping[str, Story] = _by_name(
    Story("message-fails", Channel.WHATSAPP_QR, message_fails),
    Story("unknown-send", Channel.SMS_LINK, unknown_send),
    Story("relay-down", Channel.SMS_LINK, relay_down),
    Story("late-message", _LINK, late_message, cables=True),
    Story("template-paused", _LINK, template_paused),
    Story("stop-optout", _LINK, stop_optout),
    Story("wrong-number", Channel.SMS_LINK, wrong_number),
)
"""Messages that do not arrive, wait, or must not go."""

STORIES: Mapping[str, Story] = {**BASIC, **MONEY, **MESSAGES}
