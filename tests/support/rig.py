"""A whole counter without threads: real services on a real SQLite file, played peers, one clock.

The peers are models of the outside (a gateway that holds money, a provider that takes messages, a
relay that keeps pages), not mocks of our code: tests pay, lose and delay there, and read the
database afterwards.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn, TypeVar

from pos_desktop.domain.delivery import DeliverySeen, Message
from pos_desktop.domain.errors import RaseedError, StoreError, Unavailable
from pos_desktop.domain.options import CounterOptions, ExotelOptions, Options, RelayOptions, Shop
from pos_desktop.domain.sale import Channel, PricedLine
from pos_desktop.ports import (
    Accepted,
    Enrolled,
    Head,
    KeptEntry,
    KeptLedger,
    LedgerEntry,
    MessageFacts,
    NumberFence,
    SendResult,
    Taken,
    UnitOfWork,
)
from pos_desktop.services.views import PaidNews
from pos_desktop.storage.store import SqliteStore
from pos_desktop.wire import v1
from pos_desktop.wire.store import StoreState
from tests.support.played_gateway import START, PlayedGateway, PlayedOwnUpi

__all__ = [
    "START",
    "CountedIds",
    "FixedClock",
    "Heard",
    "PlainComposer",
    "PlainRenderer",
    "PlainSealer",
    "PlayedGateway",
    "PlayedMessenger",
    "PlayedOwnUpi",
    "PlayedRelay",
    "QueuedLanes",
    "ShakyStore",
    "folder_of",
    "names",
    "options",
]

T = TypeVar("T")


class FixedClock:
    """A clock that moves when a test says so."""

    def __init__(self, now: int = START) -> None:
        self.at = now

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.at / 1000

    def pass_seconds(self, seconds: float) -> None:
        self.at += int(seconds * 1000)


class CountedIds:
    """Predictable identities."""

    def __init__(self) -> None:
        self.count = 0

    def order_id(self, now: int) -> str:
        self.count += 1
        return f"01{now:013d}{self.count:011d}"

    def token(self) -> str:
        self.count += 1
        return f"{self.count:021d}A"

    def jitter(self) -> float:
        return 0.5


class QueuedLanes:
    """Every lane is one queue; ``drain`` runs it to the end in this thread.

    ``errors`` is the lanes' reporter: what escaped from ``done`` or ``failed``.
    """

    def __init__(self, errors: list[Exception]) -> None:
        self.queue: deque[Callable[[], None]] = deque()
        self.errors = errors

    def submit(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        def run() -> None:
            try:
                result = work()
            except Exception as error:
                failed(error)
                return
            done(result)

        self.queue.append(run)

    def drain(self) -> None:
        while self.step():
            continue

    def step(self) -> bool:
        """Run one piece; False when there is none."""
        if not self.queue:
            return False
        try:
            self.queue.popleft()()
        except Exception as error:
            self.errors.append(error)
        return True


class ShakyStore:
    """A store whose next ``broken`` commits fail, like those on a full disk."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.broken = 0

    def write(self) -> UnitOfWork:
        unit = self._store.write()
        if self.broken:
            self.broken -= 1
            unit.commit = _disk_full  # type: ignore[method-assign]  # the fault that is played
        return unit

    def read(self) -> UnitOfWork:
        return self._store.read()

    @property
    def fence(self) -> NumberFence:
        return self._store.fence

    def checkpoint(self) -> None:
        self._store.checkpoint()

    def scrub(self) -> None:
        self._store.scrub()

    def close(self) -> None:
        self._store.close()


def _disk_full() -> NoReturn:
    raise StoreError("disk_full", "The disk is full.")


@dataclass
class PlayedMessenger:
    """Takes messages; ``answers`` are given before it accepts by itself."""

    sent: list[Message] = field(default_factory=list)
    answers: deque[SendResult | Exception] = field(default_factory=deque)
    polled: dict[str, DeliverySeen] = field(default_factory=dict)
    polls: list[str] = field(default_factory=list)
    down: bool = False

    def send(self, message: Message) -> SendResult:
        self.sent.append(message)
        answer = self.answers.popleft() if self.answers else Accepted(f"sid{len(self.sent)}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def poll(self, sid: str) -> DeliverySeen | None:
        self.polls.append(sid)
        if self.down:
            raise Unavailable("exotel_unreachable")
        return self.polled.get(sid)

    def ping(self) -> None:
        if self.down:
            raise Unavailable("exotel_unreachable")


class PlainComposer:
    """Fills messages with the bare facts."""

    def payment_request(self, channel: Channel, message: Message, facts: MessageFacts) -> Message:
        return self._fill(f"pay_{channel.value}", message, facts)

    def receipt(self, channel: Channel, message: Message, facts: MessageFacts) -> Message:
        return self._fill(f"receipt_{channel.value}", message, facts)

    def refund_note(self, channel: Channel, message: Message, facts: MessageFacts) -> Message:
        return self._fill(f"refund_{channel.value}", message, facts)

    def _fill(self, template: str, message: Message, facts: MessageFacts) -> Message:
        parameters = (facts.shop, str(facts.token_no), names(facts.lines), str(facts.total))
        return replace(
            message,
            template=template,
            parameters=parameters,
            media_url=facts.media_url,
            url=facts.link or None,
        )


def names(lines: Sequence[PricedLine]) -> str:
    return ", ".join(line.name for line in lines)


_SHOP = StoreState(device="dev", manager=True, callback_secret="secret")


@dataclass
class PlayedRelay:
    """Keeps what is published; ``down`` refuses everything, ``trouble`` the next calls.

    ``held``: its answer to every ledger push, where that is not the last entry that it got.
    ``copies``: what it gives back of each epoch, two entries at a time.
    """

    down: bool = False
    trouble: deque[Exception] = field(default_factory=deque)
    held: Taken | Exception | None = None
    marks: tuple[v1.Mark, ...] = ()
    heads: list[Head] = field(default_factory=list)
    copies: dict[int, list[KeptEntry]] = field(default_factory=dict)
    forked: bool = False
    state: StoreState = _SHOP
    pages: dict[str, list[tuple[int, bytes, bytes | None]]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    pushes: int = 0

    def _up(self) -> None:
        if self.down:
            raise Unavailable("relay_unreachable")
        if self.trouble:
            raise self.trouble.popleft()

    def enrol(self, code: str, label: str, *, fresh: bool = False) -> Enrolled:
        self._up()
        return Enrolled("tenant", "dev", 1, "P2A", "token", "secret")

    def publish(self, token: str, revision: int, content: bytes, pdf: bytes | None) -> None:
        self.pushes += 1
        self._up()
        self.pages.setdefault(token, []).append((revision, content, pdf))

    def revoke_page(self, token: str) -> None:
        self._up()
        if token not in self.pages:
            raise RaseedError("relay_not_found")
        self.revoked.append(token)

    def publish_picture(self, token: str, sealed: bytes) -> None:
        self._up()
        self.pictures[token] = sealed

    def close_picture(self, token: str) -> None:
        self._up()
        if token not in self.pictures:
            raise RaseedError("relay_not_found")
        self.closed.append(token)

    def sync(self, entries: Sequence[LedgerEntry], head: Head) -> Taken:
        self._up()
        self.heads.append(head)
        if isinstance(self.held, Exception):
            raise self.held
        if self.held is not None:
            return self.held
        self.entries.extend(e for e in entries if e.seq > len(self.entries))
        return Taken(entries[-1].seq if entries else head.seq, self.marks)

    def ledger(self, after: int, epoch: int = 0) -> KeptLedger:
        self._up()
        rest = [entry for entry in self.copies.get(epoch, ()) if entry.seq > after]
        copies = sorted(self.copies.items())
        epochs = tuple(_held(number, kept, forked=self.forked) for number, kept in copies)
        return KeptLedger(epochs, tuple(rest[:2]), len(rest) > 2, self.marks)

    def store(self) -> StoreState:
        self._up()
        return self.state

    def feed(self, after: int, stop: Callable[[], bool]) -> Iterator[v1.FeedEvent]:
        self._up()
        return iter(())

    def ping(self) -> None:
        self._up()


def _held(epoch: int, kept: Sequence[KeptEntry], *, forked: bool) -> v1.LedgerEpoch:
    base, last = (kept[0].seq - 1, kept[-1].seq) if kept else (0, 0)
    series = f"P{epoch}A"
    return v1.LedgerEpoch(
        epoch=epoch, series=series, base_seq=base, last_seq=last, head="", forked=forked
    )


class PlainSealer:
    """Seals by naming; enough to see that bytes are made once."""

    def __init__(self) -> None:
        self.count = 0

    def page(self, token: str, revision: int, content: v1.PageContent) -> bytes:
        self.count += 1
        return f"page {self.count} {content.number} {content.total}".encode()

    def pdf(self, token: str, revision: int, pdf: bytes) -> bytes:
        return b"sealed " + pdf

    def picture(self, token: str, png: bytes) -> bytes:
        self.count += 1
        return b"sealed %d " % self.count + png


class PlainRenderer:
    """Documents that say what they were made from."""

    def invoice_pdf(self, content: v1.PageContent, *, practice: bool) -> bytes:
        return f"pdf {content.number} {practice}".encode()

    def qr_png(self, text: str) -> bytes:
        return text.encode()


@dataclass
class Heard:
    """What the window would be told."""

    changes: int = 0
    news: list[PaidNews] = field(default_factory=list)

    def changed(self) -> None:
        self.changes += 1

    def paid(self, news: PaidNews) -> None:
        self.news.append(news)


def options(channel: Channel = Channel.WHATSAPP_LINK) -> Options:
    """A shop in Pune with one counter."""
    return Options(
        shop=Shop(
            name="Fresh Mart",
            address=("FC Road", "Pune 411004"),
            gstin="27AAPFU0939F1ZV",
            state="27",
            phone="020 2553 0000",
        ),
        counter=CounterOptions(label="Counter 2", number=2, series="P2A", tenant="fresh-mart"),
        channel=channel,
        exotel=ExotelOptions(base_url="http://127.0.0.1:1"),
        relay=RelayOptions(base_url="https://bills.example"),
    )


def folder_of(path: Path) -> Path:
    """A folder of the counter's own."""
    path.mkdir(parents=True, exist_ok=True)
    return path
