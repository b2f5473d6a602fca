"""The relay, sealing, and the makers of documents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.ports.storage import LedgerEntry
from pos_desktop.wire import store, v1


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a counter gets for its one-time code. ``marks``: the highest numbers that this device
    had reached in its earlier epochs."""

    tenant: str
    device: str
    epoch: int
    series: str
    token: str
    callback_secret: str
    marks: tuple[v1.Mark, ...] = ()
    manager: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """Where the counter's ledger stands (0: empty) and the highest numbers of its series."""

    seq: int
    marks: tuple[v1.Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What the relay holds after a push: the last entry, the highest numbers of every series that
    this device ever had, and the entries that it could not read and keeps without their bodies."""

    last_seq: int
    marks: tuple[v1.Mark, ...] = ()
    parked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry of this counter's ledger that the relay holds; ``body`` is None where it was parked
    or does not open with the shop key that this counter has."""

    seq: int
    kind: str
    at: int
    hash: str
    body: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class KeptLedger:
    """A page of what the relay holds of one epoch of this device; ``more`` follow."""

    epochs: tuple[v1.LedgerEpoch, ...]
    entries: tuple[KeptEntry, ...]
    more: bool
    marks: tuple[v1.Mark, ...] = ()


class Relay(Protocol):
    """The relay. Calls block (net lane); all are idempotent but ``enrol``; raise Unavailable when
    it cannot be reached and RaseedError("relay_...") when it refuses."""

    def enrol(self, code: str, label: str, *, fresh: bool = False) -> Enrolled:
        """Use up a one-time code. ``fresh``: as another device than before, for the machine that
        shares its identity with a copy."""
        ...

    def publish(self, token: str, revision: int, content: bytes, pdf: bytes | None) -> None: ...
    def revoke_page(self, token: str) -> None:
        """End a link for good: it opens nothing any more."""
        ...

    def publish_picture(self, token: str, sealed: bytes) -> None: ...
    def close_picture(self, token: str) -> None: ...
    def sync(self, entries: Sequence[LedgerEntry], head: Head) -> Taken:
        """Push ledger entries (sealed under the shop key), and tell where this counter stands; no
        entries only tell. RaseedError relay_gap, relay_ahead, relay_fork, relay_epoch."""
        ...

    def ledger(self, after: int, epoch: int = 0) -> KeptLedger:
        """What the relay holds of this device's ledger behind ``after``; epoch 0 is the newest."""
        ...

    def store(self) -> store.StoreState:
        """What a counter should know of its shop."""
        ...

    def feed(self, after: int, stop: Callable[[], bool]) -> Iterator[v1.FeedEvent]:
        """Hints after the cursor as they come (SSE, else long poll); ends by Unavailable.

        Sequence 0 is a sign of life without content.
        """
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
