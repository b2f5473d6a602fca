"""The relay: a page is published and opened, a ledger is taken in."""

import itertools
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from bench import floors
from bench.b_documents import content
from bench.harness import Bench
from bench.load import Load, get, sent
from bench.relay_sides import Bare, Ours, Till
from bench.setting import Setting
from pos_desktop.ports import Head, LedgerEntry
from pos_desktop.relay_client.batches import MOST_EVENTS, Origin, batches
from pos_desktop.relay_client.sealer import TokenSealer
from pos_desktop.wire import chain, seal, v1

_LINES = 10
PAGES = 100
_VIEWS = 400
_PER_SECOND = 200
_PACED_S = 3.0


@contextmanager
def page_view(setting: Setting) -> Iterator[Bench]:
    """Sealed pages of a hundred bills in turn, against one route that answers the same bytes."""
    with pages(setting.folder / "views") as (bare, ours):
        yield Bench(floor=lambda: bare.run(_VIEWS), ours=lambda: ours.run(_VIEWS))


@contextmanager
def page_p99(setting: Setting) -> Iterator[Bench]:
    """The slowest of a hundred views while 200 come each second."""
    with pages(setting.folder / "paced") as (bare, ours):
        yield Bench(
            floor=lambda: bare.paced(_PER_SECOND, _PACED_S),
            ours=lambda: ours.paced(_PER_SECOND, _PACED_S),
            told=True,
        )


@contextmanager
def pages(home: Path) -> Iterator[tuple[Load, Load]]:
    home.mkdir()
    with Ours(home / "relay") as relay:
        till = relay.tills(1)[0]
        tokens = [seal_page(till, 1) for _ in range(PAGES)]
        page = till.http.request("GET", f"/i/{tokens[0]}")
        file = home / "page.html"
        file.write_bytes(page.body)
        with (
            Bare("page", str(file)) as bare,
            closing(Load(bare.port, [get(f"/i/{token}") for token in tokens])) as plain,
            closing(Load(relay.port, [get(f"/i/{token}") for token in tokens])) as sealed,
        ):
            yield plain, sealed


def seal_page(till: Till, revision: int, pdf: bytes | None = None) -> str:
    """Publish an invoice under a new token, which is returned."""
    token, sealer = secrets.token_urlsafe(16), TokenSealer()
    page = sealer.page(token, revision, content(_LINES))
    till.client.publish(token, revision, page, pdf and sealer.pdf(token, revision, pdf))
    return token


@contextmanager
def publish(setting: Setting) -> Iterator[Bench]:
    """From content and PDF to a page that a customer has open, against two flushed files and a
    flushed row."""
    home = setting.folder / "publish"
    home.mkdir()
    pdf = setting.renderer.invoice_pdf(content(_LINES), practice=False)
    page = msgspec.json.encode(content(_LINES))
    names = itertools.count()

    with Ours(home / "relay") as relay, closing(floors.raw_database(home / "floor.db")) as raw:
        till = relay.tills(1)[0]
        raw.execute("CREATE TABLE pages (id TEXT PRIMARY KEY, hash TEXT) STRICT")

        def floor() -> None:
            name = f"{next(names)}"
            for data, kind in ((page, "page"), (pdf, "pdf")):
                floors.flushed_file(home / f"{name}.{kind}", data)
            raw.execute("INSERT INTO pages VALUES (?, ?)", (name, "0" * 64))

        def ours() -> None:
            token = seal_page(till, 1, pdf)
            if not till.http.request("GET", f"/i/{token}").ok:
                raise RuntimeError("the page cannot be read")

        yield Bench(floor=floor, ours=ours, inner=5)


@contextmanager
def ingest(setting: Setting) -> Iterator[Bench]:
    """A full batch of sealed ledger entries, against bare inserts of the same rows."""
    home = setting.folder / "ingest"
    home.mkdir()
    with Ours(home / "relay") as relay, closing(floors.raw_database(home / "floor.db")) as raw:
        till = relay.tills(1)[0]
        made = _batches(till)
        rows: list[tuple[object, ...]] = []
        raw.execute(_EVENTS)
        with closing(Load(relay.port, [b""], connections=1)) as line:

            def fresh(side: str) -> None:
                batch = next(made) if side == "floor" else None
                if batch is not None:
                    rows[:] = [_row(till, event) for event in batch.events]
                    line.turn_to(sent("POST", "/v1/sync", till.token, msgspec.json.encode(batch)))

            def floor() -> None:
                raw.execute("BEGIN IMMEDIATE")
                raw.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
                raw.execute("COMMIT")

            yield Bench(floor=floor, ours=lambda: line.run(1), fresh=fresh)


_EVENTS = """
CREATE TABLE events (
    device TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
    at INTEGER NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (device, epoch, seq)
) STRICT
"""


def _row(till: Till, event: v1.SyncEvent) -> tuple[object, ...]:
    place = (till.device, till.epoch, event.seq, event.kind, event.at)
    return (*place, event.prev_hash, event.hash, seal.decode(event.sealed))


def _batches(till: Till) -> Iterator[v1.SyncBatch]:
    """Batches of one long chain; each entry is a bill of ten lines."""
    lines = [{"name": f"Whole wheat atta {n} kg", "qty": 1000, "price": 25_000} for n in range(10)]
    prev, seq = chain.GENESIS, 0
    while True:
        entries: list[LedgerEntry] = []
        for _ in range(MOST_EVENTS):
            seq += 1
            body = {"lines": lines, "total": 250_000, "phone": f"+91987654{seq % 10_000:04d}"}
            made = chain.link(prev, seq, "sale.issued", "Asha", 1_795_409_000_000 + seq, body)
            at = 1_795_409_000_000 + seq
            entries.append(LedgerEntry(seq, "sale.issued", "Asha", at, body, prev, made))
            prev = made
        origin = Origin(till.device, till.epoch, till.shop_key)
        yield from batches(entries, origin, Head(seq))
