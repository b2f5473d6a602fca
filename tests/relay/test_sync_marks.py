"""The watermark at the relay, and the way back of a counter that was restored."""

import json
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from pos_desktop.wire import seal, v1
from pos_desktop.wire.seal import EventPlace
from pos_relay.store import marks as store
from pos_relay.store.tables import marks as table
from tests.relay.support import Relay, Shop, Till, batch, chain, event

SHOP_KEY = bytes(range(32))
Told = dict[str, Any]


def mark(series: str, highest: object, fy: object = "2627") -> Told:
    return {"series": series, "fy": fy, "highest": highest}


def push(relay: Relay, till: Till, *told: object, **more: object) -> Told:
    """Push marks with an empty batch; what the relay holds afterwards, by series and year."""
    body = {"epoch": till.answer.epoch, "from_seq": 1, "events": [], "marks": told, **more}
    raw = json.dumps(body).encode()
    reply = relay.http.post("/v1/sync", content=raw, headers=till.headers)
    assert reply.status_code == 200, reply.text
    return {f"{one['series']}/{one['fy']}": one["highest"] for one in reply.json()["marks"]}


def held(relay: Relay, shop: Shop) -> Told:
    with relay.node.store.database.read() as sql:
        rows = sql.execute(select(table).where(table.c.tenant == shop.tenant)).all()
    return {f"{row.series}/{row.fy}": (row.device, row.highest) for row in rows}


def ledger(relay: Relay, till: Till, **query: int) -> v1.LedgerPage:
    reply = relay.http.get("/v1/ledger", params=query, headers=till.headers)
    assert reply.status_code == 200, reply.text
    return msgspec.json.decode(reply.content, type=v1.LedgerPage)


def test_marks_only_grow(relay: Relay, till: Till) -> None:
    mine = till.answer.series
    assert push(relay, till, mark(mine, 7), mark(mine + "C", 2)) == {
        f"{mine}/2627": 7,
        f"{mine}C/2627": 2,
    }
    push(relay, till, mark(mine, 5), mark(mine + "C", 3))
    assert push(relay, till, mark(mine, 1, "2728")) == {
        f"{mine}/2627": 7,
        f"{mine}/2728": 1,
        f"{mine}C/2627": 3,
    }


def test_replays_in_any_order_change_nothing(relay: Relay, till: Till) -> None:
    mine = till.answer.series
    for highest in (9, 3, 9, 1, 8, 9):
        push(relay, till, mark(mine, highest))
    assert push(relay, till) == {f"{mine}/2627": 9}


def test_marks_of_others_count_for_nothing(relay: Relay, shop: Shop, till: Till) -> None:
    thief = relay.enrol(shop)
    push(relay, till, mark(till.answer.series, 7))
    assert push(relay, thief, mark(till.answer.series, 999_999), mark("Z9Z", 4)) == {}
    assert held(relay, shop) == {f"{till.answer.series}/2627": (till.answer.device, 7)}


def test_an_emergency_series_belongs_to_who_used_it_first(
    relay: Relay, shop: Shop, till: Till
) -> None:
    other = relay.enrol(shop)
    assert push(relay, till, mark("E7KQ", 3)) == {"E7KQ/2627": 3}
    stolen = (mark("E7KQ", 9), mark("E7KQC", 1), mark("E7KQ", 1, "2728"))
    assert push(relay, other, *stolen, mark("EZZZ", 2)) == {"EZZZ/2627": 2}
    assert push(relay, till, mark("E7KQC", 1)) == {"E7KQ/2627": 3, "E7KQC/2627": 1}


@pytest.mark.parametrize(
    "bad",
    [
        mark("", 1),
        mark("C2", 1),
        mark("C2AX", 1),
        mark("IL0", 1),
        mark("E7K", 1),
        mark("9812345670", 1),
        mark("{own}", 0),
        mark("{own}", -1),
        mark("{own}", 1_000_000),
        mark("{own}", 2**70),
        mark("{own}", 1.5),
        mark("{own}", "7"),
        mark("{own}", None),
        mark("{own}", 1, "2628"),
        mark("{own}", 1, "26-27"),
        mark("{own}", 1, "\u0968\u096c\u0968\u096d"),
        mark("{own}", 1, 2627),
        {},
        [],
        7,
        None,
        "x",
    ],
)
def test_a_mark_that_is_none_holds_up_nothing(relay: Relay, till: Till, bad: Any) -> None:
    if isinstance(bad, dict) and bad.get("series") == "{own}":
        bad = {**bad, "series": till.answer.series}
    entries = chain(3)
    body = batch(entries, marks=[bad, mark(till.answer.series, 7)])
    reply = relay.http.post("/v1/sync", json=body, headers=till.headers)
    assert (reply.status_code, reply.json()["last_seq"]) == (200, 3)
    assert push(relay, till, from_seq=4) == {f"{till.answer.series}/2627": 7}


def test_marks_are_bounded(relay: Relay, shop: Shop, till: Till) -> None:
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    many = [mark(f"E{a}{b}0", 1) for a in letters for b in letters]
    push(relay, till, *many)
    assert len(held(relay, shop)) == store.MOST
    for start in range(0, len(many), store.MOST):
        push(relay, till, *many[start : start + store.MOST])
    assert len(held(relay, shop)) == 1000
    own = f"{till.answer.series}/2627"
    assert push(relay, till, mark(till.answer.series, 5))[own] == 5, "its given series always fits"


def test_a_mark_counts_though_the_entries_are_refused(relay: Relay, till: Till) -> None:
    mine = till.answer.series
    for body, code in (
        ({"epoch": 1, "from_seq": 9, "events": []}, "GAP"),
        ({"epoch": 7, "from_seq": 1, "events": []}, "EPOCH"),
    ):
        told = {**body, "marks": [mark(mine, 9 if code == "GAP" else 99)]}
        reply = relay.http.post("/v1/sync", json=told, headers=till.headers)
        assert reply.json()["code"] == code
    assert push(relay, till) == {f"{mine}/2627": 9}


def test_a_restored_counter_finds_its_way_back(relay: Relay, shop: Shop) -> None:
    """Reference (d): AHEAD, new epoch and series with the old marks, the lost entries, and on."""
    till = relay.enrol(shop)
    entries = _sealed(till, 8)
    told = [mark(till.answer.series, 41)]
    body = batch(entries, head_seq=8, marks=told)
    assert relay.http.post("/v1/sync", json=body, headers=till.headers).status_code == 200
    restored = batch(entries[:5], head_seq=5)
    reply = relay.http.post("/v1/sync", json=restored, headers=till.headers)
    assert (reply.status_code, reply.json()["code"]) == (409, "AHEAD")

    again = relay.enrol(shop, till.key)
    assert (again.answer.device, again.answer.epoch) == (till.answer.device, 2)
    assert again.answer.series != till.answer.series
    assert again.answer.marks == (v1.Mark(series=till.answer.series, fy="2627", highest=41),)
    page = ledger(relay, again, epoch=1, after=5)
    assert [entry.seq for entry in page.entries] == [6, 7, 8]
    assert (page.more, page.device, page.marks) == (False, till.answer.device, again.answer.marks)
    for entry in page.entries:
        place = EventPlace(page.device, entry.epoch, entry.seq, entry.kind)
        plain = seal.open_event(SHOP_KEY, place, seal.decode(entry.sealed))
        assert plain == f"sale {entry.seq}".encode()
    head = entries[4]["hash"]
    for entry in page.entries:
        assert entry.prev_hash == head
        head = entry.hash
    assert [(one.epoch, one.series, one.last_seq, one.head) for one in page.epochs] == [
        (1, till.answer.series, 8, head),
        (2, again.answer.series, 0, ""),
    ]
    on = batch([event(9, head)], epoch=2, head_seq=9)
    assert relay.http.post("/v1/sync", json=on, headers=again.headers).json()["last_seq"] == 9


def test_the_ledger_comes_in_pages_and_tells_what_was_parked(relay: Relay, till: Till) -> None:
    entries = chain(250)
    entries[1]["sealed"] = "no"
    for start in (0, 200):
        some = batch(entries[start : start + 200])
        reply = relay.http.post("/v1/sync", json=some, headers=till.headers)
        assert reply.status_code == (422 if start == 0 else 200)
    first = ledger(relay, till)
    assert (len(first.entries), first.more) == (200, True)
    assert [entry.seq for entry in first.entries if entry.parked] == [2]
    assert first.entries[1].sealed == ""
    rest = ledger(relay, till, after=200)
    assert ([entry.seq for entry in rest.entries], rest.more) == (list(range(201, 251)), False)
    assert ledger(relay, till, after=250).entries == ()
    assert ledger(relay, till, epoch=9).entries == ()


def test_big_entries_make_small_pages(relay: Relay, till: Till) -> None:
    entries = _sealed(till, 40, size=60_000)
    for start in range(0, 40, 16):
        some = batch(entries[start : start + 16])
        assert relay.http.post("/v1/sync", json=some, headers=till.headers).status_code == 200
    got, after = [], 0
    while True:
        page = ledger(relay, till, after=after)
        got += [entry.seq for entry in page.entries]
        assert 0 < len(page.entries) <= 17
        if not page.more:
            break
        after = got[-1]
    assert got == list(range(1, 41))


def test_nobody_reads_another_s_ledger(relay: Relay, shop: Shop, till: Till) -> None:
    body = batch(chain(3))
    assert relay.http.post("/v1/sync", json=body, headers=till.headers).status_code == 200
    assert ledger(relay, relay.enrol(shop)).entries == ()
    assert relay.http.get("/v1/ledger").status_code == 401
    for query in ("after=x", "after=-1", "epoch=1e3", "after=99999999999999999999"):
        reply = relay.http.get(f"/v1/ledger?{query}", headers=till.headers)
        assert (reply.status_code, reply.json()["code"]) == (400, "bad_number")


def _sealed(till: Till, count: int, size: int = 0) -> list[Told]:
    """Entries whose bodies are sealed as a counter seals them."""
    entries = chain(count)
    for entry in entries:
        place = EventPlace(till.answer.device, 1, entry["seq"], entry["kind"])
        plain = f"sale {entry['seq']}".encode().ljust(size)
        entry["sealed"] = seal.encode(seal.seal_event(SHOP_KEY, place, plain))
    return entries
