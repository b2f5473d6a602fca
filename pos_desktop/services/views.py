"""What the screen is told: frozen values with codes, never sentences (gui/texts.py has those)."""

from dataclasses import dataclass
from enum import StrEnum

from pos_desktop.domain.payment import CollectKind


class Tone(StrEnum):
    """How a state looks: colour, icon and word go together (design counter 6)."""

    PAID = "paid"
    PENDING = "pending"
    FAILED = "failed"
    INFO = "info"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class WaitingBill:
    """One card of the waiting panel. ``words``/``message_words`` are codes of gui/texts.py:

    words: asking_gateway, waiting_payment, qr_on_screen, last_attempt_failed, bank_confirming,
    not_confirmed_checking, gateway_unreachable, paid_give_goods, link_expired, closing_checking,
    refused_by_gateway, late_money.
    message_words: "", waits_for_relay, queued, accepted, sent, delivered, read, failed, unknown,
    dropped (purpose tells which message).
    """

    order_id: str
    token_no: int
    amount: int
    tone: Tone
    words: str
    created_at: int
    phone_last4: str | None = None
    channel: str = ""
    message_purpose: str = ""
    message_words: str = ""
    message_reason: str = ""
    expires_at: int | None = None
    invoice_number: str | None = None
    paid_at: int | None = None
    upi_reference: str = ""
    can_show_qr: bool = False
    attention: bool = False


@dataclass(frozen=True, slots=True)
class PayableQr:
    """What the QR screen shows: ``payload`` is drawn as a QR (UPI text, or the link's URL)."""

    order_id: str
    token_no: int
    amount: int
    kind: CollectKind
    payload: str | None
    image_url: str | None
    expires_at: int | None
    words: str
    paid: bool = False


class LampState(StrEnum):
    """Icon, word and colour of a status lamp."""

    OK = "ok"
    SLOW = "slow"
    DOWN = "down"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class Lamp:
    """``name`` is internet, gateway, messages, relay or printer; ``detail`` a code or ""."""

    name: str
    state: LampState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PaidNews:
    """A sale that has just been issued: for the strip and the tone."""

    order_id: str
    token_no: int
    amount: int
    phone_last4: str | None
    invoice_number: str


@dataclass(frozen=True, slots=True)
class DeskState:
    """Everything about bills that are not on the screen; made by one read."""

    waiting: tuple[WaitingBill, ...]
    unsent: int
    oldest_unsent_at: int | None
    attention: int
