"""What the services need from the outside, as Protocols; ``bootstrap`` hands in the adapters.

Times are UTC milliseconds, amounts integer paise. Each method says whether it may block and whether
calling it twice is harmless. Adapters translate their errors to the ones named here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self, TypeVar

from pos_desktop.domain.delivery import DeliverySeen, Message
from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.payment import Collect, CollectKind, GatewayStatus, PaymentFact
from pos_desktop.domain.sale import Channel, Item, PricedLine, Sale, SaleState, Tender
from pos_desktop.wire import v1

T = TypeVar("T")


# --- machine -----------------------------------------------------------------------------------


class Clock(Protocol):
    """Wall clock and monotonic clock; neither blocks."""

    def now(self) -> int:
        """UTC milliseconds."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; for time-outs and ages only."""
        ...


class Ids(Protocol):
    """Identities and randomness."""

    def order_id(self, now: int) -> str:
        """26 Crockford base32 characters that sort by time and never repeat."""
        ...

    def token(self) -> str:
        """22 URL-safe characters: 128 random bits."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1)."""
        ...


class Lanes(Protocol):
    """Where work runs: ``db`` (one thread, the only writer), ``net`` and ``doc``."""

    def submit(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Start ``work`` in ``lane``; ``done`` or ``failed`` runs in that lane. Never blocks."""
        ...


class SecretStore(Protocol):
    """The key store of the operating system (or practice mode's stand-in). Blocks; idempotent."""

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises Unavailable where no safe key store answers."""
        ...

    def put(self, name: str, value: str) -> None:
        """Store and read back. Raises Unavailable where the value did not come back."""
        ...


# --- storage -----------------------------------------------------------------------------------


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
    """An entry of the exceptions inbox: money or a message that needs a person."""

    flag_id: int
    order_id: str
    kind: str
    amount: int
    at: int
    state: str
    detail: str
    action: str


class Sales(Protocol):
    """Frozen bills."""

    def add(self, sale: Sale) -> None: ...
    def get(self, order_id: str) -> Sale | None: ...
    def waiting(self) -> Sequence[Sale]:
        """Awaiting sales and issued ones not handed over yet, oldest first."""
        ...

    def last_issued(self) -> Sale | None: ...
    def issue(self, order_id: str, invoice_number: str, at: int, confirmed_by: str) -> None: ...
    def close(self, order_id: str, state: SaleState) -> None: ...
    def hand_over(self, order_id: str, at: int, by: str) -> None: ...
    def next_token(self, day: int) -> int:
        """The next number to call out on this business day (1, 2, 3 ...; unique within the day)."""
        ...


class Tenders(Protocol):
    """How sales were paid."""

    def add(self, order_id: str, tender: Tender) -> None: ...
    def of(self, order_id: str) -> Sequence[Tender]: ...


class Collects(Protocol):
    """Payable objects; ``save`` writes every mutable field of the row."""

    def add(self, collect: Collect) -> None: ...
    def get(self, reference: str) -> Collect | None: ...
    def by_gateway_id(self, gateway_id: str) -> Collect | None: ...
    def of(self, order_id: str) -> Sequence[Collect]: ...
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
        """True if it was new; the same (gateway, payment_id, status) again changes nothing."""
        ...

    def of(self, order_id: str) -> Sequence[tuple[str, PaymentFact]]:
        """(collect reference, fact) in the order of arrival."""
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
    def claim(self, now: int, kinds: Iterable[str], limit: int) -> Sequence[Effect]:
        """Mark up to ``limit`` due rows of these kinds as doing and return them, oldest first."""
        ...

    def release_all(self) -> None:
        """Back to queued for rows left in doing by a killed process."""
        ...

    def done(self, effect_id: int, now: int) -> None: ...
    def retry(self, effect_id: int, not_before: int, error: str) -> None: ...
    def drop(self, effect_id: int, reason: str, now: int) -> None: ...
    def drop_for(self, order_id: str, kind: str, reason: str, now: int) -> int: ...
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
    def open(self) -> Sequence[Flag]: ...
    def of(self, order_id: str) -> Sequence[Flag]: ...


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


# --- gateway -----------------------------------------------------------------------------------


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


# --- messages ----------------------------------------------------------------------------------


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
    """What a message may say; texts are display-ready, ``link`` is the whole URL of its link."""

    shop: str
    token_no: int
    total: int
    lines: Sequence[PricedLine]
    link: str = ""
    media_url: str | None = None
    invoice_number: str = ""
    upi_reference: str = ""


class Composer(Protocol):
    """Fills the registered templates of the tenant; pure. Raises InputError where a rule of
    reference exotel 5 would be broken (parameter count, whitespace, units, URL prefix)."""

    def payment_request(
        self, channel: Channel, message: Message, facts: MessageFacts
    ) -> Message: ...
    def receipt(self, channel: Channel, message: Message, facts: MessageFacts) -> Message: ...


# --- relay and documents -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a counter gets for its one-time code."""

    tenant: str
    device: str
    epoch: int
    series: str
    token: str
    callback_secret: str


class Relay(Protocol):
    """The relay. Calls block (net lane); all are idempotent but ``enrol``; raise Unavailable when
    it cannot be reached and RaseedError("relay_...") when it refuses."""

    def enrol(self, code: str, label: str) -> Enrolled: ...
    def publish(self, token: str, revision: int, content: bytes, pdf: bytes | None) -> None: ...
    def publish_picture(self, token: str, sealed: bytes) -> None: ...
    def close_picture(self, token: str) -> None: ...
    def sync(self, entries: Sequence[LedgerEntry]) -> int:
        """Push ledger entries (sealed under the shop key); the last sequence it holds."""
        ...

    def feed(self, after: int, stop: Callable[[], bool]) -> Iterator[v1.FeedEvent]:
        """Hints after the cursor, as they come (SSE, long poll as fallback); ends by Unavailable."""
        ...

    def ping(self) -> None: ...


class Sealer(Protocol):
    """Seals pages and pictures under their token (wire/seal.py); pure and deterministic."""

    def page(self, token: str, revision: int, content: v1.PageContent) -> bytes: ...
    def pdf(self, token: str, revision: int, pdf: bytes) -> bytes: ...
    def picture(self, token: str, png: bytes) -> bytes: ...


class Renderer(Protocol):
    """Documents from display-ready content (doc lane; pure apart from time)."""

    def invoice_pdf(self, content: v1.PageContent, *, practice: bool) -> bytes:
        """An A4 PDF."""
        ...

    def qr_png(self, text: str) -> bytes:
        """A PNG of 800 to 1000 px, black on white, quiet zone 4, level M."""
        ...


class QrMatrix(Protocol):
    """The modules of a QR for painting; rows of booleans without quiet zone."""

    def __call__(self, text: str) -> Sequence[Sequence[bool]]: ...
