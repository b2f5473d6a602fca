"""Payment gateways: one port for all of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.payment import Collect, CollectKind, GatewayStatus, PaymentFact


class GatewayErrorKind(StrEnum):
    """Why a gateway call gave no result (reference gateways 9)."""

    AUTH = "auth"
    VALIDATION = "validation"
    DUPLICATE = "duplicate"
    NOT_FOUND = "not_found"
    STATE = "state"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    UNKNOWN_OUTCOME = "unknown_outcome"
    FEATURE_OFF = "feature_off"


class GatewayError(RaseedError):
    """A gateway call failed. ``outcome_unknown``: it may have acted; ask before repeating."""

    def __init__(
        self,
        kind: GatewayErrorKind,
        text: str = "",
        *,
        http_status: int | None = None,
        retry_after: float | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(f"gateway_{kind.value}", text)
        self.kind = kind
        self.text = text
        self.http_status = http_status
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the account behind a gateway can do; decides what the screen offers."""

    links: bool
    qr: bool
    qr_payload: bool
    search_by_reference: bool
    max_qr_seconds: int
    min_link_seconds: int


@dataclass(frozen=True, slots=True)
class CollectIntent:
    """What to make payable. ``reference`` is ours and unique for good; ``life`` in seconds."""

    reference: str
    order_id: str
    kind: CollectKind
    amount: int
    life: int
    created_at: int
    description: str
    counter: str
    customer_phone: str | None = None
    return_url: str | None = None


@dataclass(frozen=True, slots=True)
class CollectSeen:
    """What the gateway says about one payable object now, with every payment it knows of it."""

    gateway_id: str
    kind: CollectKind
    status: GatewayStatus
    amount: int
    currency: str
    reference: str | None = None
    url: str | None = None
    upi_payload: str | None = None
    image_url: str | None = None
    provider_order_id: str | None = None
    expires_at: int | None = None
    close_reason: str | None = None
    payments: tuple[PaymentFact, ...] = ()


class Gateway(Protocol):
    """A payment gateway. Every call blocks (net lane) and raises GatewayError."""

    name: str

    def capabilities(self) -> Capabilities: ...
    def ping(self) -> None:
        """A cheap authenticated GET; raises GatewayError. Idempotent."""
        ...

    def create(self, intent: CollectIntent) -> CollectSeen:
        """Make it payable. Not idempotent: on ``outcome_unknown`` call ``find`` first."""
        ...

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        """The object with our reference, or None. Idempotent."""
        ...

    def fetch(self, collect: Collect) -> CollectSeen:
        """Its state and payments now. Idempotent. ``collect.gateway_id`` must be known."""
        ...

    def close(self, collect: Collect) -> CollectSeen:
        """Ask to take no more money; payment wins over close (then status PAID). Idempotent."""
        ...
