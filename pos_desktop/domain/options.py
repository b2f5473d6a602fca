"""The typed settings of one counter. Secrets are not here: they live in the key store.

``settings/store.py`` loads and saves them; every field has a default that practice mode can use.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from pos_desktop.domain.printer import PaperSize, PrinterOptions


class Scheme(StrEnum):
    """The supplier's registration."""

    REGULAR = "regular"
    COMPOSITION = "composition"
    UNREGISTERED = "unregistered"


class RoundOff(StrEnum):
    """How the total becomes the payable amount."""

    NEAREST = "nearest"
    DOWN = "down"
    NONE = "none"


class Channel(StrEnum):
    """The one way by which a tenant sends messages (never two)."""

    WHATSAPP_QR = "whatsapp_qr"
    WHATSAPP_LINK = "whatsapp_link"
    SMS_LINK = "sms_link"


class LinkStyle(StrEnum):
    """Where the payment message's link leads (design relay 3)."""

    GATEWAY = "gateway"
    PAGE = "page"


class Language(StrEnum):
    """What customers of the shop read, beside English: the language of the hosted page."""

    ENGLISH = "en"
    HINDI = "hi"
    TAMIL = "ta"


@dataclass(frozen=True, slots=True)
class Shop:
    """Who sells: the particulars of Rule 46 (a). ``state`` is the two-digit GST State code.

    ``logo`` is the file of a picture (PNG, JPEG or WebP; the whole path, "" for none) that stands
    on the hosted page and the PDF in place of ``initials``.
    """

    name: str = ""
    address: tuple[str, ...] = ()
    gstin: str = ""
    state: str = ""
    phone: str = ""
    scheme: Scheme = Scheme.REGULAR
    round_off: RoundOff = RoundOff.NEAREST
    hsn_digits: int = 4
    return_policy: str = ""
    initials: str = ""
    language: Language = Language.ENGLISH
    logo: str = ""


@dataclass(frozen=True, slots=True)
class CounterOptions:
    """This till. ``series`` comes from the relay at enrolment (architecture 10). ``manager``: money
    on the gateway account that names no counter is shown here (one counter of the shop).
    ``former_devices``: names that this counter had at the gateway before it moved to another PC."""

    label: str = "Counter 1"
    number: int = 1
    series: str = ""
    tenant: str = ""
    device: str = ""
    epoch: int = 0
    cashier: str = "Cashier"
    manager: bool = False
    former_devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GatewayOptions:
    """The payment gateway. ``link_minutes`` >= 20 (the gateway refuses less than 15).

    ``name`` is razorpay or cashfree; ``key_id`` is Cashfree's client id there. Without
    ``qr_enabled`` the account has no QR feature (Cashfree: no S2S flag), so none is offered.
    """

    name: str = "razorpay"
    base_url: str = "https://api.razorpay.com"
    key_id: str = ""
    link_minutes: int = 30
    screen_qr_minutes: int = 5
    message_qr_minutes: int = 30
    share_and_pay_cap: int = 200_000
    verified_merchant: bool = False
    pay_hosts: tuple[str, ...] = ("rzp.io",)
    remote_link_minutes: int = 24 * 60
    qr_enabled: bool = True


@dataclass(frozen=True, slots=True)
class OwnUpiOptions:
    """The shop's own UPI address (manual_upi); off without a ``vpa``. No gateway sees its money:
    a person confirms it by the 12-digit RRN. ``outage_limit`` in paise is the most that one bill
    may be in an outage window, in which no PIN is asked for each."""

    vpa: str = ""
    payee: str = ""
    category: str = ""
    outage_limit: int = 200_000


@dataclass(frozen=True, slots=True)
class ExotelOptions:
    """Exotel. ``base_url`` has no default on purpose: an account lives on one cluster."""

    base_url: str = ""
    account_sid: str = ""
    api_key: str = ""
    sms_from: str = ""
    dlt_entity_id: str = ""
    whatsapp_from: str = ""
    callback_url: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """The relay; ``public_url`` is what customers' links begin with (defaults to ``base_url``)."""

    base_url: str = ""
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """Everything a counter needs to know but secrets.

    ``messages_quiet``: between these times of the shop's day receipts and refund notes wait
    (domain/quiet.py); "" for never.
    """

    shop: Shop = field(default_factory=Shop)
    counter: CounterOptions = field(default_factory=CounterOptions)
    channel: Channel = Channel.WHATSAPP_LINK
    link_style: LinkStyle = LinkStyle.GATEWAY
    messages_quiet: str = "21:00-08:00"
    gateway: GatewayOptions = field(default_factory=GatewayOptions)
    exotel: ExotelOptions = field(default_factory=ExotelOptions)
    relay: RelayOptions = field(default_factory=RelayOptions)
    own_upi: OwnUpiOptions = field(default_factory=OwnUpiOptions)
    former_gateways: tuple[GatewayOptions, ...] = ()
    theme: str = "light"
    paper: PaperSize = PaperSize.ROLL
    printer: PrinterOptions = field(default_factory=PrinterOptions)
    practice: bool = False

    @property
    def message_channel(self) -> str:
        """``whatsapp`` or ``sms``: the provider's channel of the tenant's one way."""
        return "sms" if self.channel is Channel.SMS_LINK else "whatsapp"
