"""What the practice Cashfree remembers: links, orders, payments, refunds.

Amounts in paise and times in Unix seconds here; the wire has rupees and ISO times (``entities``).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pos_desktop.sandbox.settings import Features, Keys
from pos_desktop.sandbox.shapes import Json


@dataclass(frozen=True, slots=True)
class LinkAsk:
    """A checked request for a payment link (2.2)."""

    link_id: str
    amount: int
    purpose: str
    customer: Json
    partial: bool
    minimum: int | None
    expires_at: int
    notify: Json
    reminders: bool
    notes: Json
    meta: Json


@dataclass(slots=True)
class Link:
    """A payment link; ``id`` is the merchant's. Each attempt of the customer makes an order."""

    cf_id: str
    code: str
    ask: LinkAsk
    created_at: int
    status: str = "ACTIVE"
    paid: int = 0

    @property
    def id(self) -> str:
        """The merchant's id."""
        return self.ask.link_id


@dataclass(frozen=True, slots=True)
class OrderAsk:
    """A checked request for an order (2.3)."""

    order_id: str
    amount: int
    customer: Json
    note: str | None
    tags: Json
    meta: Json
    expires_at: int


@dataclass(slots=True)
class Order:
    """An order; ``link_id`` says which link's customer made it."""

    cf_id: str
    session: str
    ask: OrderAsk
    created_at: int
    status: str = "ACTIVE"
    link_id: str = ""

    @property
    def id(self) -> str:
        """The merchant's id, or the one that a link's page made up."""
        return self.ask.order_id


@dataclass(slots=True)
class Payment:
    """One attempt to pay an order."""

    id: str
    order_id: str
    amount: int
    group: str
    channel: str
    status: str
    created_at: int
    rrn: str
    completed_at: int | None = None
    captured: bool = False
    reason: str | None = None


@dataclass(slots=True)
class Refund:
    """One refund; ``id`` is the merchant's (2.4)."""

    cf_id: str
    id: str
    order_id: str
    payment_id: str
    amount: int
    note: str
    speed: str
    created_at: int
    type: str = "MERCHANT_INITIATED"
    status: str = "PENDING"
    arn: str | None = None
    processed_at: int | None = None


@dataclass(slots=True)
class Register:
    """All of it, and what it needs from outside. ``emit(event, data, to)`` sends a webhook, also
    to the object's own ``notify_url``."""

    keys: Keys
    features: Features
    origin: str
    now: Callable[[], int]
    emit: Callable[[str, Json, str], None]
    links: dict[str, Link] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[tuple[str, str], Refund] = field(default_factory=dict)
    last_number: int = 0

    def number(self) -> str:
        """A new id of Cashfree's own: digits never used before, in this run or an earlier one."""
        self.last_number = max(self.last_number + 1, self.now() * 1000)
        return str(self.last_number)
