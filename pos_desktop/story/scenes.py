"""The stories: which way of paying, which goods, and who does what when."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pos_desktop.domain.sale import Channel

# Demo goods (resources/demo/demo_catalog.csv) in the order of scanning; "3*" is a typed quantity.
SMALL = (
    ("8901234000083", ""),  # milk
    ("8901234000083", ""),
    ("8901234000502", ""),  # ghee
    ("8901234000571", ""),  # cheese
    ("8901234000786", ""),  # atta
    ("8901234001554", ""),  # salt
    ("8901234001769", "3*"),  # oil
    ("8901234001974", ""),  # almonds
)
NEXT = (("8901234001134", ""), ("8901234000649", "2*"), ("8901234000366", ""))
LARGE = (*SMALL, ("8901234000649", "2*"), ("8901234001134", ""))


@dataclass(frozen=True, slots=True)
class Story:
    """``way``: message, screen or cash. ``relay_down``: the relay is stopped before F9.

    ``next_customer``: her goods are scanned while the first one pays.
    """

    name: str
    channel: Channel
    way: str = "message"
    goods: tuple[tuple[str, str], ...] = SMALL
    phone: str = "9876543210"
    relay_down: bool = False
    dark: bool = False
    next_customer: tuple[tuple[str, str], ...] = ()


def _by_name(*stories: Story) -> Mapping[str, Story]:
    return {story.name: story for story in stories}


STORIES = _by_name(
    Story("whatsapp-qr", Channel.WHATSAPP_QR, next_customer=NEXT),
    Story("whatsapp-link", Channel.WHATSAPP_LINK, goods=LARGE),
    Story("sms-link", Channel.SMS_LINK),
    Story("screen-qr", Channel.WHATSAPP_QR, way="screen", phone="", dark=True),
    Story("cash", Channel.WHATSAPP_LINK, way="cash"),
    Story("relay-down-pay", Channel.WHATSAPP_QR, relay_down=True),
)


@dataclass
class Record:
    """What happened, for ``story.json``."""

    screens: list[str] = field(default_factory=list)
    scan_seconds: list[float] = field(default_factory=list)
    request_to_qr: float | None = None
    paid_to_green: float | None = None
