"""The sync protocol (reference reliability (d)): every answer, and replays that change nothing."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pos_relay.store.tables import epochs, events
from tests.relay.support import Relay, Shop, Till, batch, chain, event


def push(relay: Relay, till: Till, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Status and body of one sync."""
    raw = json.dumps(body).encode()
    reply = relay.http.post("/v1/sync", content=raw, headers=till.headers)
    return reply.status_code, reply.json()


def stored(relay: Relay, till: Till) -> list[tuple[Any, ...]]:
    """All that is kept of a counter's ledger."""
    query = select(events.c.epoch, events.c.seq, events.c.hash, events.c.sealed, events.c.fault)
    query = query.where(events.c.device == till.answer.device)
    with relay.node.store.database.read() as sql:
        rows = sql.execute(query.order_by(events.c.epoch, events.c.seq)).all()
    return [tuple(row) for row in rows]


def test_new_events_are_stored_and_acknowledged(relay: Relay, till: Till) -> None:
    entries = chain(5)
    status, answer = push(relay, till, batch(entries, head_seq=5))
    assert (status, answer["last_seq"], answer["head"]) == (200, 5, entries[-1]["hash"])
    assert answer["server_time"] > 1_700_000_000_000
    assert [row[1] for row in stored(relay, till)] == [1, 2, 3, 4, 5]


def test_repeats_and_overlaps_answer_the_same(relay: Relay, till: Till) -> None:
    entries = chain(6)
    assert push(relay, till, batch(entries[:4]))[0] == 200
    before = stored(relay, till)
    status, answer = push(relay, till, batch(entries[:4]))
    assert (status, answer["last_seq"]) == (200, 4)
    assert stored(relay, till) == before
    status, answer = push(relay, till, batch(entries[2:6]))
    assert (status, answer["last_seq"], answer["head"]) == (200, 6, entries[5]["hash"])
    assert stored(relay, till)[:4] == before


def test_gap(relay: Relay, till: Till) -> None:
    entries = chain(9)
    push(relay, till, batch(entries[:3]))
    status, answer = push(relay, till, batch(entries[5:]))
    assert (status, answer["code"], answer["last_seq"]) == (409, "GAP", 3)
    assert answer["head"] == entries[2]["hash"]
    assert len(stored(relay, till)) == 3
    assert push(relay, till, batch(entries[3:]))[1]["last_seq"] == 9


def test_a_first_batch_must_begin_at_one(relay: Relay, till: Till) -> None:
    status, answer = push(relay, till, batch(chain(5)[3:]))
    assert (status, answer["code"], answer["last_seq"]) == (409, "GAP", 0)


def test_ahead_when_the_counter_was_rolled_back(relay: Relay, till: Till) -> None:
    entries = chain(8)
    push(relay, till, batch(entries, head_seq=8))
    status, answer = push(relay, till, batch(entries[:5], head_seq=5))
    assert (status, answer["code"], answer["last_seq"]) == (409, "AHEAD", 8)
    empty = {"epoch": 1, "from_seq": 6, "events": [], "head_seq": 5}
    assert push(relay, till, empty)[1]["code"] == "AHEAD"
    assert len(stored(relay, till)) == 8


@pytest.mark.parametrize("place", [0, 2, 4])
def test_fork_when_a_stored_entry_has_another_hash(relay: Relay, till: Till, place: int) -> None:
    entries = chain(5)
    push(relay, till, batch(entries))
    before = stored(relay, till)
    forged = copy.deepcopy(entries)
    forged[place]["hash"] = "f" * 64
    status, answer = push(relay, till, batch(forged[place:]))
    assert (status, answer["code"], answer["last_seq"]) == (409, "FORK", 5)
    assert stored(relay, till) == before
    with relay.node.store.database.read() as sql:
        row = sql.execute(select(epochs).where(epochs.c.device == till.answer.device)).one()
    assert row.fork_seq == place + 1
    # The honest history goes on: what was acknowledged is never overwritten, nor refused later.
    assert push(relay, till, batch([event(6, entries[-1]["hash"])]))[0] == 200


def test_fork_when_a_new_entry_does_not_follow(relay: Relay, till: Till) -> None:
    entries = chain(3)
    push(relay, till, batch(entries))
    status, answer = push(relay, till, batch([event(4, "a" * 64)]))
    assert (status, answer["code"]) == (409, "FORK")
    inside = [event(4, entries[-1]["hash"]), event(5, "b" * 64)]
    assert push(relay, till, batch(inside))[1]["code"] == "FORK"
    assert len(stored(relay, till)) == 3


POISON: dict[str, Any] = {
    "seq": {"seq": 77},
    "seq-type": {"seq": "x"},
    "kind": {"kind": "Rahul 9812345670"},
    "at": {"at": 0},
    "at-huge": {"at": 2**60},
    "hash": {"hash": "zz"},
    "prev": {"prev_hash": "zz"},
    "sealed": {"sealed": "not base64!"},
    "sealed-short": {"sealed": "AAAA"},
    "sealed-long": {"sealed": "A" * 100_000},
}


@pytest.mark.parametrize("name", POISON)
def test_one_poison_event_blocks_nothing(relay: Relay, till: Till, name: str) -> None:
    entries = chain(5)
    entries[2] = {**entries[2], **POISON[name]}
    status, answer = push(relay, till, batch(entries))
    assert (status, answer["code"], answer["last_seq"]) == (422, "POISON", 5)
    assert answer["parked"] == [3]
    rows = stored(relay, till)
    assert [row[1] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[2][3] == b"", "nothing of a poison event is kept"
    assert rows[2][4] is not None
    again = push(relay, till, batch(entries))
    assert again == (status, answer)
    assert stored(relay, till) == rows
    follows = event(6, entries[-1]["hash"])
    assert push(relay, till, batch([follows]))[0] == 200


@pytest.mark.parametrize("junk", [None, 7, [], "x", {"a": {"b": []}}])
def test_events_of_any_shape_are_parked(relay: Relay, till: Till, junk: object) -> None:
    body = {"epoch": 1, "from_seq": 1, "events": [junk, *chain(2)[1:]]}
    status, answer = push(relay, till, body)
    assert (status, answer["parked"], answer["last_seq"]) == (422, [1], 2)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"epoch":1,"from_seq":0,"events":[]}',
        b'{"epoch":1,"from_seq":99999999999999999999,"events":[]}',
        b'{"epoch":"1","from_seq":1,"events":[]}',
        b'{"epoch":1,"from_seq":1,"events":' + b"[" * 100_000,
        b"\xff\xfe",
        b'{"epoch":1,"from_seq":1,"events":["\\ud800"]}',
    ],
)
def test_unreadable_batches_are_400(relay: Relay, till: Till, body: bytes) -> None:
    reply = relay.http.post("/v1/sync", content=body, headers=till.headers)
    assert (reply.status_code, reply.json()["code"]) == (400, "bad_batch")


def test_sizes(relay: Relay, till: Till) -> None:
    assert push(relay, till, batch(chain(201)))[0] == 413
    assert push(relay, till, batch(chain(200)))[0] == 200
    big = relay.http.post("/v1/sync", content=b" " * 1_500_000, headers=till.headers)
    assert big.status_code == 413
    zipped = {**till.headers, "content-encoding": "gzip"}
    assert relay.http.post("/v1/sync", content=b"x", headers=zipped).status_code == 415


def test_unknown_epoch(relay: Relay, till: Till) -> None:
    status, answer = push(relay, till, batch(chain(1), epoch=2))
    assert (status, answer["code"]) == (409, "EPOCH")


def test_a_new_epoch_goes_on_from_what_the_old_one_stored(relay: Relay, shop: Shop) -> None:
    old = relay.enrol(shop)
    entries = chain(6)
    push(relay, old, batch(entries))
    new = relay.enrol(shop, old.key)
    gap = push(relay, new, batch(chain(9)[7:], epoch=2))
    assert (gap[0], gap[1]["code"]) == (409, "GAP")
    # Restored to entry 4: the new history branches off there, the old copy stays as it is.
    other = [event(5, entries[3]["hash"], salt="new")]
    status, answer = push(relay, new, batch(other, epoch=2, head_seq=5))
    assert (status, answer["last_seq"], answer["head"]) == (200, 5, other[0]["hash"])
    assert push(relay, new, batch(other, epoch=2))[0] == 200
    assert push(relay, new, batch(entries[3:4] + other, epoch=2))[1]["code"] == "GAP"
    # The old epoch may still be completed.
    assert push(relay, new, batch([event(7, entries[5]["hash"])], epoch=1))[0] == 200
    assert [row[:2] for row in stored(relay, new)] == [(1, n) for n in range(1, 8)] + [(2, 5)]


def test_a_branch_must_follow_the_stored_entry(relay: Relay, shop: Shop) -> None:
    old = relay.enrol(shop)
    push(relay, old, batch(chain(4)))
    new = relay.enrol(shop, old.key)
    status, answer = push(relay, new, batch([event(4, "d" * 64)], epoch=2))
    assert (status, answer["code"]) == (409, "FORK")


def test_two_counters_do_not_see_each_other(relay: Relay, shop: Shop) -> None:
    first, second = relay.enrol(shop), relay.enrol(shop)
    assert push(relay, first, batch(chain(2)))[0] == 200
    assert push(relay, second, batch(chain(3, salt="second")))[0] == 200
    assert len(stored(relay, first)) == 2


LEDGER = chain(24)
PIECES = st.tuples(st.integers(0, 23), st.integers(0, 24)).map(lambda p: LEDGER[p[0] : p[0] + p[1]])


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES.filter(bool), min_size=1, max_size=8))
def test_any_order_of_any_pieces_keeps_one_gapless_history(
    relay: Relay, shop: Shop, pieces: list[list[dict[str, Any]]]
) -> None:
    """R8's core: duplicates, overlaps and reordering store each entry once, in order, for good."""
    till = relay.enrol(shop)
    held = 0
    for piece in pieces:
        before = stored(relay, till)
        status, answer = push(relay, till, batch(piece))
        first, last = piece[0]["seq"], piece[-1]["seq"]
        if first > held + 1:
            assert (status, answer["code"], answer["last_seq"]) == (409, "GAP", held)
        else:
            held = max(held, last)
            assert (status, answer["last_seq"]) == (200, held)
        after = stored(relay, till)
        assert after[: len(before)] == before, "what was acknowledged is never changed"
        assert [row[2] for row in after] == [entry["hash"] for entry in LEDGER[:held]]
    assert push(relay, till, batch(LEDGER))[1]["last_seq"] == 24
    final = stored(relay, till)
    for piece in reversed(pieces):
        assert push(relay, till, batch(piece))[0] == 200
    assert stored(relay, till) == final
