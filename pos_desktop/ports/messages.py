"""The provider of messages (Exotel) and the composer of their texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pos_desktop.domain.delivery import DeliverySeen, Message
from pos_desktop.domain.sale import Channel, PricedLine


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it; delivery comes later."""

    sid: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A definite no; never repeated. ``setup``: the channel needs attention (401/402/403)."""

    http_status: int
    code: int | None
    text: str
    setup: bool = False


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly did not go; may be repeated after ``retry_after`` seconds."""

    retry_after: float
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have gone; never repeated by a machine."""

    text: str


SendResult = Accepted | Rejected | NotSent | Unknown


class Messenger(Protocol):
    """Exotel. Calls block (net lane); ``send`` is never idempotent and raises nothing."""

    def send(self, message: Message) -> SendResult: ...
    def poll(self, sid: str) -> DeliverySeen | None:
        """The fate of an SMS (WhatsApp has no such call: None). Raises Unavailable. Idempotent."""
        ...

    def ping(self) -> None:
        """Raises Unavailable when the provider cannot be reached or refuses us."""
        ...


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What a message may say; texts are display-ready, ``link`` is the whole URL of its link.
    ``by_page``: it leads to our page, not to the gateway's."""

    shop: str
    token_no: int
    total: int
    lines: Sequence[PricedLine]
    link: str = ""
    media_url: str | None = None
    invoice_number: str = ""
    upi_reference: str = ""
    credit_note: str = ""
    by_page: bool = False


class Composer(Protocol):
    """Fills the registered templates of the tenant; pure. Raises InputError where a rule of
    reference exotel 5 would be broken (parameter count, whitespace, units, URL prefix)."""

    def payment_request(
        self, channel: Channel, message: Message, facts: MessageFacts
    ) -> Message: ...
    def receipt(self, channel: Channel, message: Message, facts: MessageFacts) -> Message: ...
    def refund_note(self, channel: Channel, message: Message, facts: MessageFacts) -> Message: ...


@dataclass(frozen=True, slots=True)
class Sample:
    """One registered template filled with sample values. ``problem`` is a code, "" for none;
    ``used``: by the shop's channel. ``units``: billed parts of an SMS, 0 for WhatsApp."""

    name: str
    purpose: str
    provider: str
    used: bool
    header: str
    button: str
    problem: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    head: str = ""
    body: str = ""
    link: str = ""
    units: int = 0
    gsm7: bool = True


class Samples(Protocol):
    """The registered templates with sample values; pure."""

    def all(self) -> Sequence[Sample]: ...
    def filled(self, name: str, message: Message, token: str) -> Message:
        """``message`` as this template says it, its links and picture under ``token``. Raises
        InputError, ``template_missing`` for an unknown name."""
        ...
