"""What every database, place for sealed bytes and bus must keep (``contract`` lists them)."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from pos_desktop.wire import v1
from pos_relay.bus.local import ring_or_time
from pos_relay.errors import Lost
from pos_relay.node import now_ms
from pos_relay.ports import Blobs, Bus, Rows
from pos_relay.sealing import SecretBox
from pos_relay.store import devices, feed, tenants
from pos_relay.store.devices import Applicant
from pos_relay.store.files import blob_name, digest
from pos_relay.store.tables import meta
from tests.relay.contract import BLOBS, BUSES, ROWS

PAGE = "ab" + "0" * 62
DATA = b"sealed bytes"
HOUR_MS = 3_600_000


@pytest.fixture(params=sorted(ROWS))
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rows]:
    """An empty database of each kind, with its schema."""
    made = ROWS[request.param](tmp_path)
    made.migrate()
    yield made
    made.close()


@pytest.fixture(params=sorted(BLOBS))
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """An empty place for sealed bytes of each kind."""
    return BLOBS[request.param](tmp_path)


@pytest.fixture(params=sorted(BUSES))
def bus(request: pytest.FixtureRequest) -> Bus:
    """A bus of each kind."""
    return BUSES[request.param]()


def names(rows: Rows) -> list[str]:
    with rows.read() as sql:
        return list(sql.execute(select(meta.c.name).order_by(meta.c.name)).scalars())


def test_a_transaction_is_all_or_nothing(rows: Rows) -> None:
    with rows.write() as sql:
        sql.execute(insert(meta).values(name="kept", value=b"1"))
    with pytest.raises(RuntimeError, match="in the midst"), rows.write() as sql:
        sql.execute(insert(meta).values(name="undone", value=b"2"))
        raise RuntimeError("in the midst")
    with pytest.raises(IntegrityError), rows.write() as sql:
        sql.execute(insert(meta).values(name="undone too", value=b"3"))
        sql.execute(insert(meta).values(name="kept", value=b"4"))
    assert names(rows) == ["kept"]


def test_a_reader_sees_one_moment_and_cannot_write(rows: Rows) -> None:
    with rows.read() as view:
        assert view.execute(select(meta.c.name)).first() is None
        with rows.write() as sql:
            sql.execute(insert(meta).values(name="later", value=b"1"))
        assert view.execute(select(meta.c.name)).first() is None
    assert names(rows) == ["later"]
    with pytest.raises(DBAPIError), rows.read() as view:
        view.execute(insert(meta).values(name="never", value=b"1"))
    assert names(rows) == ["later"]


def test_numbers_are_given_once_by_writers_at_the_same_time(rows: Rows) -> None:
    now = now_ms()
    with rows.write() as sql:
        shop = tenants.add(sql, SecretBox(bytes(32)), "Fresh Mart", practice=True, now=now).tenant
    together = threading.Barrier(8)

    def write(worker: int) -> None:
        together.wait()
        for number in range(20):
            news = v1.FeedEvent(seq=0, kind="hook", at=now)
            with rows.write() as sql:
                feed.append(sql, shop, f"{worker}.{number}", news)
            with rows.write() as sql:
                devices.enrol(sql, shop, Applicant("Till", f"{worker}.{number}"), now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with rows.read() as sql:
        hints = feed.after(sql, shop, 0, 1000).events
        series = [counter["series"] for counter in devices.listed(sql)]
    assert [hint.seq for hint in hints] == list(range(1, 161))
    assert len(set(series)) == 160


def test_the_schema_is_there_once(rows: Rows) -> None:
    version = rows.version()
    assert version > 0
    assert rows.migrate() == version
    assert rows.size() > 0


def test_bytes_come_back_and_go(blobs: Blobs) -> None:
    blobs.put(PAGE, digest(DATA), DATA)
    blobs.put(PAGE, digest(DATA), DATA)
    blobs.put(PAGE, digest(b"more"), b"more")
    assert blobs.get(PAGE, digest(DATA)) == DATA
    assert blobs.held("ab") == {blob_name(PAGE, digest(d)) for d in (DATA, b"more")}
    assert blobs.held("cd") == set()
    blobs.drop(PAGE, digest(DATA))
    blobs.drop(PAGE, digest(DATA))
    with pytest.raises(Lost) as error:
        blobs.get(PAGE, digest(DATA))
    assert (error.value.fault, error.value.page) == ("missing", PAGE[:6])
    assert blobs.held("ab") == {blob_name(PAGE, digest(b"more"))}


def test_many_put_the_same_at_once(blobs: Blobs) -> None:
    big = bytes(300_000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: blobs.put(PAGE, digest(big), big), range(32)))
    assert blobs.get(PAGE, digest(big)) == big
    assert blobs.tidy(now_ms()) == 0


def test_only_what_is_old_is_set_aside(blobs: Blobs) -> None:
    name, now = blob_name(PAGE, digest(DATA)), now_ms()
    blobs.put(PAGE, digest(DATA), DATA)
    assert not blobs.set_aside(name, now - HOUR_MS)
    assert blobs.get(PAGE, digest(DATA)) == DATA
    assert blobs.set_aside(name, now + HOUR_MS)
    assert blobs.held("ab") == set()
    assert blobs.tidy(now + 29 * 24 * HOUR_MS) == 0
    assert blobs.tidy(now + 31 * 24 * HOUR_MS) == 1


def test_a_ring_wakes_the_readers_of_one_shop(bus: Bus) -> None:
    async def play() -> list[bool]:
        bus.start()
        with bus.bell("T1") as one, bus.bell("T1") as two, bus.bell("T2") as other:
            await asyncio.to_thread(bus.wake, "T1")
            await asyncio.gather(ring_or_time(one, 5), ring_or_time(two, 5))
            rung = [other.is_set()]
            bus.wake("T2")
            await asyncio.wait_for(other.wait(), 5)
            return rung

    assert asyncio.run(play()) == [False]


def test_a_ring_between_taking_the_bell_and_waiting_is_heard(bus: Bus) -> None:
    async def play() -> None:
        bus.start()
        with bus.bell("T1") as bell:
            bus.wake("T1")
            await asyncio.sleep(0.05)
            await asyncio.wait_for(bell.wait(), 0.05)

    asyncio.run(play())


def test_the_end_lets_every_reader_go(bus: Bus) -> None:
    async def play() -> None:
        bus.start()
        with bus.bell("T1") as one, bus.bell("T2") as two:
            bus.stop()
            bus.stop()
            await asyncio.wait_for(asyncio.gather(one.wait(), two.wait()), 5)
        assert bus.closed

    asyncio.run(play())
    bus.wake("T1")
