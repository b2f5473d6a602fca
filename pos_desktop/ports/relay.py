"""The relay, sealing, and the makers of documents."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.ports.storage import LedgerEntry
from pos_desktop.wire import v1


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
