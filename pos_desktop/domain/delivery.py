"""Messages to the customer and how far each got; states only move forward."""

from dataclasses import dataclass, replace
from enum import StrEnum

from pos_desktop.domain.options import Channel

TRIAL = "t1"
"""Begins the label of a message that belongs to no bill."""


class Purpose(StrEnum):
    """Why a message exists; at most one of each (and attempt) per bill."""

    PAYMENT_REQUEST = "payment_request"
    RECEIPT = "receipt"
    REFUND_NOTE = "refund_note"


class Content(StrEnum):
    """What a message brings beside its words: a link at most, the picture of a payment QR, or the
    PDF of an invoice or credit note."""

    WORDS = "words"
    QR = "qr"
    DOCUMENT = "document"


class MessageState(StrEnum):
    """``waiting``: for its collect or page. ``unknown``: may have gone, never resent blindly."""

    WAITING = "waiting"
    QUEUED = "queued"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the outbox: ``channel`` is ``whatsapp`` or ``sms``; ``to`` is E.164.

    WhatsApp uses ``template``, ``parameters`` (body variables in order, then the header's one),
    ``media_url`` (QR picture, PDF) and ``url_suffix`` (variable end of the URL button); SMS uses
    ``body``. ``url`` is the whole link that the customer gets, for the screen and the story.
    ``label`` is what the provider echoes. Without ``order_id`` it is a trial of the shop's own.
    """

    message_id: str
    order_id: str
    purpose: Purpose
    attempt: int
    channel: str
    to: str
    state: MessageState
    created_at: int
    template: str = ""
    parameters: tuple[str, ...] = ()
    body: str | None = None
    media_url: str | None = None
    url: str | None = None
    url_suffix: str | None = None
    sid: str | None = None
    code: int | None = None
    reason: str | None = None
    not_before: int = 0
    polls: int = 0

    @property
    def content(self) -> Content:
        """What it brings; of one that is not composed yet, words."""
        if self.media_url is None:
            return Content.WORDS
        return Content.QR if self.purpose is Purpose.PAYMENT_REQUEST else Content.DOCUMENT

    def dropped(self, reason: str) -> "Message":
        """The same, not to be sent any more."""
        return replace(self, state=MessageState.DROPPED, reason=reason)

    @property
    def label(self) -> str:
        """The id that Exotel echoes (``CustomField``/``custom_data``): no phone, name or amount."""
        return f"{'m1' if self.order_id else TRIAL}.{self.message_id}"


_WORDS = frozenset({Content.WORDS})
_PAPERS = frozenset({Content.WORDS, Content.DOCUMENT})
_BY_WHATSAPP = {Purpose.RECEIPT: _PAPERS, Purpose.REFUND_NOTE: _PAPERS}
# What a tenant's one channel may carry; whatever is not here must not leave.
_MAY_CARRY = {
    Channel.WHATSAPP_QR: {
        # A bill above the cap of QR payments, or for a customer who is away, gets a link.
        Purpose.PAYMENT_REQUEST: frozenset({Content.WORDS, Content.QR}),
        **_BY_WHATSAPP,
    },
    Channel.WHATSAPP_LINK: {Purpose.PAYMENT_REQUEST: _WORDS, **_BY_WHATSAPP},
    Channel.SMS_LINK: dict.fromkeys(Purpose, _WORDS),
}


def provider_of(channel: Channel) -> str:
    """The provider's channel of a tenant's one: ``whatsapp`` or ``sms``."""
    return "sms" if channel is Channel.SMS_LINK else "whatsapp"


def may_carry(channel: Channel, purpose: Purpose, provider: str, content: Content) -> bool:
    """Whether a message of this purpose may go out with this content by the provider's channel,
    for a bill that was frozen under the tenant's ``channel``."""
    return provider == provider_of(channel) and content in _MAY_CARRY[channel][purpose]


MACHINE = "machine"
"""Who says so where neither the provider nor a person does."""


@dataclass(frozen=True, slots=True)
class MessageFact:
    """One step of a message: when, what, and who said so (``source``: ``machine``, ``answer`` of
    the provider, ``push``, ``poll``, or a person's name)."""

    at: int
    state: MessageState
    code: int | None
    reason: str | None
    source: str


class OptKind(StrEnum):
    """Whether a number wants messages."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class OptOut:
    """A word about a number: who gets no messages (or gets them again). The newest counts.

    ``phone`` is E.164; a number that this counter never wrote to is known by its ``tag`` alone
    (wire/tags.py). ``source`` is ``stop`` (the customer's reply) or ``counter`` (``by`` whom).
    """

    phone: str | None
    tag: str | None
    at: int
    kind: OptKind
    source: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class DeliverySeen:
    """What a callback or a poll says about one message; matched by ``sid``, else by ``label``."""

    sid: str | None
    label: str | None
    state: MessageState
    code: int | None
    reason: str | None
    to_last10: str | None = None


NO_REPORT_MS = 24 * 60 * 60 * 1000
"""After so long nothing more is heard of a message (reference exotel 9, client 8)."""
_OPEN_END = frozenset({MessageState.ACCEPTED, MessageState.SENT})


def unreported(state: MessageState, since: int, now: int) -> bool:
    """Whether the provider never told how a message ended that it took at ``since``."""
    return state in _OPEN_END and now - since >= NO_REPORT_MS


_RANK = {
    MessageState.ACCEPTED: 0,
    MessageState.SENT: 1,
    MessageState.DELIVERED: 2,
    MessageState.READ: 3,
}
_UNTOLD = frozenset({MessageState.WAITING, MessageState.QUEUED, MessageState.UNKNOWN})


def advance(current: MessageState, seen: MessageState) -> MessageState:
    """Where a message stands after a provider's word about it; only ever forward.

    ``failed`` ends it unless it was delivered or read already (reference exotel 9, client 8); a
    word about an ``unknown`` one heals it; ``dropped`` stays. What is not a provider's word
    (waiting, queued, unknown, dropped) changes nothing.
    """
    if seen is not MessageState.FAILED and seen not in _RANK:
        return current
    if current in _UNTOLD:
        return seen
    if current not in _RANK:
        return current
    if seen is MessageState.FAILED:
        return current if _RANK[current] >= _RANK[MessageState.DELIVERED] else seen
    return max(current, seen, key=_RANK.__getitem__)
