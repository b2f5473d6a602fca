"""A counter that repeats itself, as often as it likes and in any order, changes nothing."""

import random
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from pos_relay.store.tables import epochs, events
from tests.relay.support import Relay, Till, batch, chain

ENTRIES = 300
REPLAYS = 100


def held(relay: Relay, till: Till) -> list[tuple[Any, ...]]:
    """Everything that the relay keeps of this counter's ledger."""
    device = till.answer.device
    with relay.node.store.database.read() as sql:
        kept = sql.execute(select(events).where(events.c.device == device).order_by(events.c.seq))
        standing = sql.execute(select(epochs).where(epochs.c.device == device))
        return [tuple(row) for rows in (kept, standing) for row in rows]


def sent(http: httpx.Client, till: Till, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The answer to one batch, without the moment that it names."""
    reply = http.post("/v1/sync", json=body, headers=till.headers)
    answer: dict[str, Any] = reply.json()
    answer.pop("server_time", None)
    return reply.status_code, answer


def pieces(entries: list[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Batches of any place and length, as far as the relay takes them."""
    while True:
        start = chance.randrange(len(entries))
        yield batch(entries[start : start + chance.randrange(1, 201)])


def test_a_hundred_replays_in_random_order_change_nothing(relay: Relay, till: Till) -> None:
    entries = chain(ENTRIES)
    for start in range(0, ENTRIES, 100):
        assert sent(relay.http, till, batch(entries[start : start + 100]))[0] == 200
    before = held(relay, till)
    assert len(before) == ENTRIES + 1
    whole = (200, ENTRIES, entries[-1]["hash"])
    again = pieces(entries, random.Random(7))
    for _ in range(REPLAYS):
        status, answer = sent(relay.http, till, next(again))
        assert (status, answer["last_seq"], answer["head"]) == whole
    assert held(relay, till) == before


def test_replays_that_come_at_once_change_nothing(relay: Relay, till: Till) -> None:
    """A retry may overtake what it repeats; whatever is stored first, the ledger is the same."""
    entries = chain(200)
    codes: list[int] = []

    def repeat(seed: int) -> None:
        chance = random.Random(seed)
        with httpx.Client(base_url=relay.base_url, trust_env=False, timeout=30) as http:
            for start in (0, 50, 100, 150):
                codes.append(sent(http, till, batch(entries[start : start + 50]))[0])
                codes.append(sent(http, till, batch(entries[: chance.randrange(1, 51)]))[0])

    threads = [threading.Thread(target=repeat, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) == {200}
    stored = held(relay, till)
    assert [row[3] for row in stored[:-1]] == list(range(1, 201))
    assert [row[7] for row in stored[:-1]] == [entry["hash"] for entry in entries]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [("kind", (422, "POISON")), ("head", (409, "AHEAD")), ("salt", (409, "FORK"))],
)
def test_what_was_refused_once_is_refused_as_often_as_it_comes(
    relay: Relay, till: Till, spoil: str, told: tuple[int, str]
) -> None:
    entries = chain(40)
    if spoil == "kind":
        entries[7]["kind"] = "NOT A KIND"
    sent(relay.http, till, batch(entries))
    if spoil == "salt":
        entries = chain(40, salt="another history")
    body = batch(entries[:20], head_seq=20) if spoil == "head" else batch(entries)
    first = sent(relay.http, till, body)
    assert (first[0], first[1]["code"]) == told
    before = held(relay, till)
    for _ in range(REPLAYS // 10):
        assert sent(relay.http, till, body) == first
    assert held(relay, till) == before
