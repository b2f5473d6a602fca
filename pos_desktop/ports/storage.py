"""The database: one unit of work with its repositories, and the catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from pos_desktop.domain.delivery import Message
from pos_desktop.domain.payment import Collect, CollectState, PaymentFact, RefundFact
from pos_desktop.domain.people import Person
from pos_desktop.domain.refund import Refund
from pos_desktop.domain.sale import Channel, Item, Sale, SaleState, Tender, TenderKind
from pos_desktop.domain.wish import Wish


class CatalogueReader(Protocol):
    """Reading the catalogue while scanning: one indexed SELECT, never a write; thread-bound."""

    def find(self, code: str) -> Item | None:
        """The active item with exactly this (normalised) barcode or private code."""
        ...

    def search(self, text: str, limit: int = 20) -> Sequence[Item]:
        """Items by name: starts-with first, then every word as a prefix; [] for blank text."""
        ...

    def quick(self, limit: int = 8) -> Sequence[Item]:
        """The loose goods for the quick keys, in their set order."""
        ...

    def count(self) -> int:
        """How many active items there are."""
        ...


class OutboxState(StrEnum):
    """States of an effect that was committed and is to happen outside."""

    QUEUED = "queued"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Effect:
    """One outbox row. ``kind`` names the handler, ``subject`` what it acts on (a reference, a
    message id, an order id); ``(kind, subject)`` is unique: an effect is asked for once."""

    effect_id: int
    kind: str
    subject: str
    order_id: str
    state: OutboxState
    attempts: int
    not_before: int
    created_at: int
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One link of the hash chain: ``hash = sha256(prev_hash + canonical JSON)`` (wire/chain.py)."""

    seq: int
    kind: str
    actor: str
    at: int
    body: Mapping[str, object]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Page:
    """A hosted page: what was sealed (once) for one revision, and what the relay acknowledged."""

    order_id: str
    revision: int
    content: bytes
    pdf: bytes | None
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A payment QR for WhatsApp's fetcher, under its own token; sealed once."""

    reference: str
    token: str
    sealed: bytes | None
    acknowledged: bool
    closed: bool = False


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


class Sales(Protocol):
    """Frozen bills."""

    def add(self, sale: Sale) -> None: ...
    def get(self, order_id: str) -> Sale | None: ...
    def waiting(self) -> Sequence[Sale]:
        """Awaiting sales and issued ones not handed over yet, oldest first."""
        ...

    def last_issued(self) -> Sale | None: ...
    def numbered(self, ending: str) -> str | None:
        """The order id of the newest issued bill whose invoice number ends so."""
        ...

    def issue(self, order_id: str, invoice_number: str, at: int, confirmed_by: str) -> None: ...
    def close(self, order_id: str, state: SaleState) -> None: ...
    def hand_over(self, order_id: str, at: int, by: str) -> None: ...
    def next_token(self, day: int) -> int:
        """The next number to call out on this business day (1, 2, 3 ...; unique within the day)."""
        ...


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

    def longest_unasked(self) -> int | None:
        """The moment at which the longest unasked one in requested, unknown, open or closing with
        a gateway id was asked last (or made, if never)."""
        ...

    def save(self, collect: Collect) -> None: ...
    def due(self, now: int, limit: int) -> Sequence[Collect]:
        """Those whose ``next_ask_at`` has come, on-screen QRs first, then the longest unasked."""
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


class People(Protocol):
    """Those who have a PIN."""

    def add(self, person: Person) -> None: ...
    def save(self, person: Person) -> None: ...
    def all(self) -> Sequence[Person]: ...


class Panel(Protocol):
    """The waiting panel in a number of statements that does not depend on the number of bills."""

    def bills(self) -> Sequence[ParkedBill]:
        """Awaiting, issued and not handed over, and every other bill with an open flag; oldest
        first."""
        ...


class Messages(Protocol):
    """Messages to customers, unique by (order, purpose, attempt)."""

    def add(self, message: Message) -> bool:
        """False if that purpose and attempt exists for the bill already; nothing changes then."""
        ...

    def get(self, message_id: str) -> Message | None: ...
    def of(self, order_id: str) -> Sequence[Message]: ...
    def save(self, message: Message) -> None: ...
    def match(self, sid: str | None, label: str | None) -> Message | None: ...
    def to_poll(self, now: int, limit: int) -> Sequence[Message]:
        """Accepted SMS whose ``not_before`` (next poll) has come."""
        ...


class OutboxRows(Protocol):
    """Effects to happen; ``put`` twice with the same kind and subject keeps the first."""

    def put(
        self, kind: str, subject: str, order_id: str, now: int, not_before: int = 0
    ) -> None: ...
    def find(self, kind: str, subject: str) -> Effect | None: ...
    def claim(self, now: int, kinds: Iterable[str], limit: int) -> Sequence[Effect]:
        """Mark up to ``limit`` due rows of these kinds as doing and return them, oldest first."""
        ...

    def interrupted(self) -> Sequence[Effect]:
        """Rows left in doing by a killed process: each kind decides what may be repeated."""
        ...

    def hurry(self, now: int) -> None:
        """Make due at once what waits for a later moment (the clock was put back)."""
        ...

    def done(self, effect_id: int, now: int) -> None: ...
    def retry(self, effect_id: int, not_before: int, error: str) -> None: ...
    def drop(self, effect_id: int, reason: str, now: int) -> None: ...
    def next_due(self, kinds: Iterable[str]) -> int | None: ...
    def unsent(self) -> tuple[int, int | None]:
        """(rows not done, created_at of the oldest)."""
        ...


class Ledger(Protocol):
    """The hash chain; append-only, no switch to turn it off."""

    def append(self, kind: str, actor: str, at: int, body: Mapping[str, object]) -> LedgerEntry: ...
    def after(self, seq: int, limit: int) -> Sequence[LedgerEntry]: ...
    def head(self) -> tuple[int, str]: ...


class Numbers(Protocol):
    """Series of document numbers (architecture 10)."""

    def take(self, series: str, fy: str) -> int:
        """The next number; part of the transaction, so a roll-back gives it back."""
        ...


class Pages(Protocol):
    """Hosted pages and pictures as they were sealed."""

    def save(self, page: Page) -> None: ...
    def latest(self, order_id: str) -> Page | None: ...
    def acknowledge(self, order_id: str, revision: int) -> None: ...
    def save_picture(self, picture: Picture) -> None: ...
    def picture(self, reference: str) -> Picture | None: ...


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


class Notes(Protocol):
    """Small named values that commit with the rest: cursors, watermarks, the draft."""

    def get(self, name: str) -> str | None: ...
    def put(self, name: str, value: str) -> None: ...


class UnitOfWork(Protocol):
    """One ``BEGIN IMMEDIATE`` transaction in the db lane; leaving without ``commit`` rolls back."""

    sales: Sales
    tenders: Tenders
    collects: Collects
    facts: Facts
    messages: Messages
    outbox: OutboxRows
    ledger: Ledger
    numbers: Numbers
    pages: Pages
    flags: Flags
    notes: Notes
    refunds: Refunds
    wishes: Wishes
    people: People
    panel: Panel

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...
    def commit(self) -> None: ...


class Store(Protocol):
    """The counter's database. ``write`` belongs to the db lane, ``read`` to any thread."""

    def write(self) -> UnitOfWork: ...
    def read(self) -> UnitOfWork:
        """A read-only unit on this thread's own connection; its writing methods raise."""
        ...

    def checkpoint(self) -> None:
        """Fold the WAL into the file; the db lane calls it when idle."""
        ...

    def close(self) -> None: ...
