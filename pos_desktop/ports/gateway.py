"""Payment gateways: one port for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    GatewayStatus,
    PaymentFact,
    RefundFact,
)


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
    """A gateway call failed. ``outcome_unknown``: it may have acted; ask before repeating.

    ``narrow``: it is limited only in what it tells of refunds; everything else goes on.
    """

    def __init__(
        self,
        kind: GatewayErrorKind,
        text: str = "",
        *,
        http_status: int | None = None,
        retry_after: float | None = None,
        outcome_unknown: bool = False,
        narrow: bool = False,
    ) -> None:
        super().__init__(f"gateway_{kind.value}", text)
        self.kind = kind
        self.text = text
        self.http_status = http_status
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown
        self.narrow = narrow


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the account behind a gateway can do; decides what the screen offers.

    ``confirms``: it can tell whether something was paid (a QR of our own cannot; only a person's
    word closes such a bill). ``lists_payments``: ``payments_between`` works.
    """

    links: bool
    qr: bool
    qr_payload: bool
    search_by_reference: bool
    max_qr_seconds: int
    min_link_seconds: int
    confirms: bool = True
    refunds: bool = True
    lists_payments: bool = True


@dataclass(frozen=True, slots=True)
class CollectIntent:
    """What to make payable. ``reference`` is ours and unique for good; ``life`` in seconds.

    ``device`` is this counter's identity at the relay: what another device made under the same
    reference (a cloned disk) is not ours.
    """

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
    device: str = ""


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


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What to give back: ``keys`` are ours, the one of this attempt last (domain/refund.py).

    ``amount`` in paise, at least 100; ``note`` is shown in the gateway's dashboard.
    """

    keys: tuple[str, ...]
    payment_id: str
    amount: int
    note: str
    provider_order_id: str | None = None
    refund_id: str | None = None

    @property
    def key(self) -> str:
        """The idempotency key of this attempt."""
        return self.keys[-1]


@dataclass(frozen=True, slots=True)
class ListedPayment:
    """A payment as the account's own list shows it, and what it says about whom it was for.

    ``gateway_id``: link or QR; ``reference``, ``counter`` and ``device``: ours from the notes,
    where there are any (``CounterOptions.label`` and ``.device``; labels may be given twice, a
    device is one counter). All None: the money names nobody.
    """

    fact: PaymentFact
    gateway_id: str | None = None
    reference: str | None = None
    counter: str | None = None
    device: str | None = None


class Gateway(Protocol):
    """A payment gateway. Every call blocks (net lane) and raises GatewayError.

    Unknown words of the gateway never raise; an answer of the wrong shape raises
    ``unknown_outcome`` after a write, else ``unavailable``.
    """

    name: str

    def capabilities(self) -> Capabilities: ...
    def ping(self) -> None:
        """A cheap authenticated GET; raises GatewayError. Idempotent. An adapter then forgets what
        it had learnt of the account (``capabilities``)."""
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

    def capture(self, payment_id: str, amount: int) -> PaymentFact:
        """Take an authorised payment in full. Idempotent: one that is captured is answered as it
        stands. ``state`` where it cannot be captured any more."""
        ...

    def refund(self, order: RefundOrder) -> RefundFact:
        """Give back. The same key twice gives back once; on ``outcome_unknown`` call
        ``find_refund`` first. ``validation`` or ``state``: refused for good."""
        ...

    def find_refund(self, order: RefundOrder) -> RefundFact | None:
        """How it stands, found by any of its keys; None proves that none exists. Idempotent."""
        ...

    def payments_between(self, start: int, end: int) -> Sequence[ListedPayment]:
        """Every payment of the account made in ``[start, end]`` (UTC ms), oldest first, whoever it
        was for. Idempotent; ``feature_off`` where ``lists_payments`` is False."""
        ...


@dataclass(frozen=True, slots=True)
class Gateways:
    """Every gateway of this counter: new bills go to ``primary``, old ones stay where they are.

    ``own_upi`` is the shop's own UPI QR, where it is switched on.
    """

    primary: Gateway
    others: Mapping[str, Gateway] = field(default_factory=dict)
    own_upi: Gateway | None = None

    def named(self, name: str) -> Gateway:
        """The gateway of this name. Raises GatewayError ``auth`` where its keys are gone."""
        for gateway in (self.primary, self.own_upi):
            if gateway is not None and gateway.name == name:
                return gateway
        if name in self.others:
            return self.others[name]
        raise GatewayError(GatewayErrorKind.AUTH, f"The gateway {name} is not set up here.")
