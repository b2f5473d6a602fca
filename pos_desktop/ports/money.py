"""The part of the database that holds money: tenders, collects, facts, refunds, the inbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.delivery import Message
from pos_desktop.domain.payment import Collect, CollectState, PaymentFact, RefundFact
from pos_desktop.domain.refund import Refund
from pos_desktop.domain.sale import Channel, SaleState, Tender, TenderKind
from pos_desktop.domain.wish import Wish


@dataclass(frozen=True, slots=True)
class Flag:
    """An entry of the exceptions inbox: money or a message that needs a person.

    ``order_id`` is "" for what concerns no bill of this counter. ``state`` is open or closed;
    a closed one says when, by whom and how (``resolution``): nothing leaves silently.
    """

    flag_id: int
    order_id: str
    kind: str
    amount: int
    at: int
    state: str
    detail: str
    action: str
    closed_at: int | None = None
    closed_by: str | None = None
    resolution: str | None = None


@dataclass(frozen=True, slots=True)
class ParkedBill:
    """What the waiting panel needs of one bill, without its lines; see ``Panel``."""

    order_id: str
    token_no: int
    state: SaleState
    channel: Channel
    due: int
    created_at: int
    phone: str | None
    invoice_number: str | None
    issued_at: int | None
    remote: bool
    collects: tuple[Collect, ...]
    facts: tuple[tuple[str, PaymentFact], ...]
    messages: tuple[Message, ...]
    tenders: tuple[Tender, ...]
    flags: tuple[Flag, ...]
    wish: Wish | None
    handed_over: bool = False


class Tenders(Protocol):
    """How sales were paid. Rows only grow; one that was taken back is not among ``of``."""

    def add(self, order_id: str, tender: Tender) -> Tender:
        """With its ``tender_id``. Raises DomainError ``conflict`` for an RRN that stands on a bill
        of this database already (own_upi, not taken back), and for an unknown bill."""
        ...

    def of(self, order_id: str) -> Sequence[Tender]: ...
    def take_back(self, tender_id: int, at: int, by: str, reason: str) -> None:
        """Raises DomainError ``conflict`` where it is unknown or was taken back before."""
        ...

    def taken_back(self, order_id: str) -> Sequence[tuple[Tender, int, str, str]]:
        """(tender, at, by, reason) of those that count no more."""
        ...

    def unconfirmed(self, before: int) -> Sequence[tuple[str, Tender]]:
        """(order id, tender): what persons said about RRNs before this moment (own_upi) and no
        capture with that RRN has confirmed, oldest first."""
        ...

    def using(self, kind: TenderKind, reference: str) -> Sequence[str]:
        """Order ids with a standing tender of this kind and reference."""
        ...

    def cash_from(self, phone: str, since: int) -> int:
        """Paise of standing cash on bills of this phone, taken since this midnight (IST)."""
        ...


class Collects(Protocol):
    """Payable objects; ``save`` writes every mutable field of the row."""

    def add(self, collect: Collect) -> None: ...
    def get(self, reference: str) -> Collect | None: ...
    def by_gateway_id(self, gateway_id: str) -> Collect | None: ...
    def of(self, order_id: str) -> Sequence[Collect]: ...
    def in_states(self, states: Iterable[CollectState], before: int) -> Sequence[Collect]:
        """Those in one of these states and made before this moment, oldest first."""
        ...

    def newest(self, gateway: str) -> int | None:
        """When the newest one at this gateway was made; None where there is none."""
        ...

    def longest_unasked(self, now: int) -> int | None:
        """Since when the one waits that waits longest for its question: in requested, unknown, open
        or closing with a gateway id since it was asked last (or made, if never), else since its
        ``next_ask_at`` has come."""
        ...

    def save(self, collect: Collect) -> None: ...
    def due(self, now: int, limit: int) -> Sequence[Collect]:
        """Those whose ``next_ask_at`` has come: the first ``limit`` QRs that take money, then as
        many links that take money, then as many that do not; of each the longest unasked first."""
        ...

    def next_due(self) -> int | None: ...
    def wake_all(self, now: int) -> None:
        """Set ``next_ask_at`` of every watched collect to now (after a restart or sleep)."""
        ...


class Facts(Protocol):
    """Append-only statements of gateways about money."""

    def add(self, order_id: str, reference: str, fact: PaymentFact, at: int) -> bool:
        """True if it was new; the same (gateway, payment_id, status, amount_refunded) again
        changes nothing. ``order_id`` and ``reference`` are "" for money that names nobody."""
        ...

    def of(self, order_id: str) -> Sequence[tuple[str, PaymentFact]]:
        """(collect reference, fact) in the order of arrival."""
        ...

    def told(self, order_id: str) -> Sequence[tuple[int, str, PaymentFact]]:
        """(seen at, collect reference, fact) in the order of arrival: the story of a payment."""
        ...

    def of_payment(self, gateway: str, payment_id: str) -> Sequence[tuple[str, PaymentFact]]:
        """(order id, fact) of one payment, whichever bill it is on."""
        ...

    def by_rrn(self, rrn: str) -> Sequence[tuple[str, PaymentFact]]:
        """(order id, fact) of captured payments with this UPI reference."""
        ...

    def gone_back(self, rrn: str) -> bool:
        """Whether a payment with this UPI reference was told of as refunded in full."""
        ...

    def captured_between(self, start: int, end: int) -> Sequence[tuple[str, PaymentFact]]:
        """(order id, fact) of captures that the gateway dates in ``[start, end]``."""
        ...


class Refunds(Protocol):
    """Money that goes back, and what the gateways said about it (append-only)."""

    def add(self, refund: Refund) -> bool:
        """False if its key exists already; nothing changes then."""
        ...

    def get(self, key: str) -> Refund | None: ...
    def of(self, order_id: str) -> Sequence[Refund]: ...
    def of_payment(self, gateway: str, payment_id: str) -> Sequence[Refund]: ...
    def save(self, refund: Refund) -> None: ...
    def owed(self) -> Sequence[Refund]:
        """Everything not done, oldest first."""
        ...

    def due(self, now: int, limit: int) -> Sequence[Refund]:
        """Those whose ``next_ask_at`` has come, the longest unasked first."""
        ...

    def next_due(self) -> int | None: ...
    def add_fact(self, order_id: str, fact: RefundFact, at: int) -> bool:
        """True if it was new; the same (gateway, refund_id, status) again changes nothing."""
        ...

    def facts_of(self, order_id: str) -> Sequence[tuple[int, RefundFact]]:
        """(seen at, fact) in the order of arrival."""
        ...


class Wishes(Protocol):
    """What waits until a bill's payable objects are closed; one per bill."""

    def put(self, wish: Wish) -> None: ...
    def get(self, order_id: str) -> Wish | None: ...
    def drop(self, order_id: str) -> None: ...
    def all(self) -> Sequence[Wish]:
        """Oldest first."""
        ...


class Panel(Protocol):
    """The waiting panel in a number of statements that does not depend on the number of bills."""

    def bills(self) -> Sequence[ParkedBill]:
        """Awaiting, issued and not handed over, and every other bill with an open flag; oldest
        first."""
        ...


class Flags(Protocol):
    """The exceptions inbox; unique by (order, kind, detail)."""

    def raise_flag(
        self, order_id: str, kind: str, amount: int, at: int, detail: str, action: str
    ) -> bool: ...
    def open(self) -> Sequence[Flag]:
        """Oldest first."""
        ...

    def of(self, order_id: str) -> Sequence[Flag]: ...
    def get(self, flag_id: int) -> Flag | None: ...
    def close(self, flag_id: int, at: int, by: str, resolution: str) -> None:
        """Raises DomainError ``conflict`` for one that is not open."""
        ...
