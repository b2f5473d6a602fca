"""The database: one unit of work with its repositories, and the catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from pos_desktop.domain.delivery import Message, MessageFact, OptOut
from pos_desktop.domain.people import Person
from pos_desktop.domain.sale import Consent, Item, Sale, SaleState
from pos_desktop.ports.fence import NumberFence
from pos_desktop.ports.money import (
    Collects,
    Facts,
    Flags,
    Panel,
    Refunds,
    Tenders,
    Wishes,
)


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
class FormerContact:
    """A number (None once erased) and a link that a bill had before they were corrected."""

    contact: int
    at: int
    by: str
    phone: str | None
    link_token: str


@dataclass(frozen=True, slots=True)
class Page:
    """A hosted page: what was sealed (once) for one revision, and what the relay acknowledged.
    ``contact``: under which link of the bill (``Sale.contact``)."""

    order_id: str
    revision: int
    content: bytes
    pdf: bytes | None
    acknowledged: bool
    contact: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A payment QR for WhatsApp's fetcher, under its own token; sealed once."""

    reference: str
    token: str
    sealed: bytes | None
    acknowledged: bool
    closed: bool = False


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
    def change_contact(
        self,
        order_id: str,
        phone: str | None,
        link_token: str,
        at: int,
        by: str,
        consent: Consent | None = None,
    ) -> None:
        """Another number, its consent and another link for a waiting bill; the former number and
        link are kept. Raises DomainError ``not_waiting``."""
        ...

    def contacts(self, order_id: str) -> Sequence[FormerContact]:
        """What they were before, oldest first."""
        ...

    def awaiting_of(self, phone: str) -> Sequence[str]:
        """The order ids of bills of this number that still wait for their money, oldest first."""
        ...

    def forget(self, phone: str) -> int:
        """Erase the number and its consents from every bill that does not wait, and from what was
        corrected; how many bills had it."""
        ...

    def handed_over_by(self, order_id: str) -> str:
        """Who gave the goods out; "" where nobody did yet."""
        ...

    def next_token(self, day: int) -> int:
        """The next number to call out on this business day (1, 2, 3 ...; unique within the day)."""
        ...


class People(Protocol):
    """Those who have a PIN."""

    def add(self, person: Person) -> None: ...
    def save(self, person: Person) -> None: ...
    def all(self) -> Sequence[Person]: ...


class Messages(Protocol):
    """Messages to customers, unique by (order, purpose, attempt)."""

    def add(self, message: Message) -> bool:
        """False if that purpose and attempt exists for the bill already; nothing changes then."""
        ...

    def get(self, message_id: str) -> Message | None: ...
    def of(self, order_id: str) -> Sequence[Message]: ...
    def save(self, message: Message, at: int, source: str = "machine") -> None:
        """Write it; a new state, code or reason becomes a fact of ``at``, said by ``source``."""
        ...

    def unsent(self) -> Sequence[Message]:
        """Those of all bills that have not gone and may still go (waiting, queued)."""
        ...

    def facts(self, message_id: str) -> Sequence[MessageFact]:
        """What became of it, oldest first."""
        ...

    def match(self, sid: str | None, label: str | None) -> Message | None: ...
    def recipients(self, since_day: int, limit: int) -> Sequence[str]:
        """The numbers of messages about bills of this day (``numbering.ist_day``) and later,
        newest bills first."""
        ...

    def forget(self, phone: str, at: int, by: str) -> int:
        """Erase this number and what the messages to it say; those that have not gone are dropped
        (``number_forgotten``). How many there were."""
        ...

    def to_poll(self, now: int, limit: int) -> Sequence[Message]:
        """Accepted SMS whose ``not_before`` (next poll) has come."""
        ...


class OptOuts(Protocol):
    """Who wants no messages; the newest word about a number counts. The services name numbers by
    tags alone, so that a number can be forgotten and its refusal still stands."""

    def add(self, word: OptOut) -> None: ...
    def latest(self, phone: str, tags: Sequence[str] = ()) -> OptOut | None:
        """The newest word about this number, which ``tags`` name, too."""
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
    def latest(self, order_id: str, contact: int = 0) -> Page | None: ...
    def acknowledge(self, order_id: str, revision: int, contact: int = 0) -> None: ...
    def save_picture(self, picture: Picture) -> None: ...
    def picture(self, reference: str) -> Picture | None: ...


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
    opt_outs: OptOuts
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

    @property
    def fence(self) -> NumberFence:
        """What keeps a document number from being given out twice."""
        ...

    def checkpoint(self) -> None:
        """Fold the WAL into the file; the db lane calls it when idle."""
        ...

    def close(self) -> None: ...
