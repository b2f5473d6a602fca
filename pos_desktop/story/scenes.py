"""The stories by name: the shop's channel, what the counter needs, and the play."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pos_desktop.bootstrap.practice import Wanted
from pos_desktop.domain.sale import Channel
from pos_desktop.story.plays import basic
from pos_desktop.story.plays.crash import crash

if TYPE_CHECKING:
    from pos_desktop.story.stage import Stage


@dataclass(frozen=True, slots=True)
class Story:
    """``apart``: the counter has a process of its own, which can be killed. ``cables``: its lines
    to gateway and Exotel can be cut. ``dark``: the dark theme."""

    name: str
    channel: Channel
    play: Callable[[Stage], None]
    apart: bool = False
    cables: bool = False
    dark: bool = False

    @property
    def wanted(self) -> Wanted:
        """The settings of its counter."""
        return Wanted(self.channel, "dark" if self.dark else "light")


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
    Story("crash", Channel.WHATSAPP_LINK, crash, apart=True),
)
"""What happens to money in a shop besides."""

STORIES: Mapping[str, Story] = {**BASIC, **MONEY}
