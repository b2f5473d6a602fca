"""The relay's clock is set forward and back: nothing that counts is thrown away or revived."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from pos_relay import housekeeping
from pos_relay.housekeeping import Watch
from pos_relay.node import Node, now_ms
from pos_relay.store import devices, feed, tenants
from pos_relay.store.feed import KEPT_MS
from pos_relay.store.tables import feed as table
from tests.relay.support import Relay, captured_log, enrol_body, running
from tests.relay.test_feed import tell
from tests.relay.test_hooks import LINK_PAID, send

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def shifted(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Relay, list[int]]]:
    """A relay of its own, and what to add to its clock (ms)."""
    add = [0]
    monkeypatch.setattr(Node, "now", lambda _self: now_ms() + add[0])
    with running(data) as relay:
        yield relay, add


def purge(relay: Relay, rounds: int = 1) -> int:
    """Rounds of house-keeping, as they come six hours apart; how many hints went."""
    gone = 0
    for _ in range(rounds):
        with relay.node.store.database.write() as sql:
            gone += feed.purge(sql, relay.node.now(), advance=True)
            tenants.end_previous(sql, relay.node.now())
            devices.end_codes(sql, relay.node.now())
    return gone


def kept(relay: Relay) -> int:
    with relay.node.store.database.read() as sql:
        return len(sql.execute(select(table.c.seq)).all())


def test_a_jump_ahead_of_sixty_days_purges_no_feed(shifted: tuple[Relay, list[int]]) -> None:
    relay, add = shifted
    shop = relay.shop()
    for number in range(20):
        tell(relay, shop, f"e{number}", at=relay.node.now() - number * DAY_MS)
    add[0] = 61 * DAY_MS
    assert purge(relay) == 0
    assert purge(relay, rounds=3) == 0, "a day later somebody has set the clock right"
    add[0] = 0
    assert purge(relay) == 0
    assert kept(relay) == 20


def test_restarts_under_a_wrong_clock_do_not_add_up(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(data) as relay:
        shop = relay.shop()
        till = relay.enrol(shop)
        tell(relay, shop, "x")
    monkeypatch.setattr(Node, "now", lambda _self: now_ms() + 400 * DAY_MS)
    for _ in range(4):
        with running(data) as relay:
            metric = "relay_purges_total"
            while not relay.node.meters.registry.get_sample_value(metric, {"outcome": "done"}):
                assert relay.http.get("/healthz").status_code == 200
            assert [hint.event_id for hint in relay.hints(till)] == ["x"]


def test_what_comes_while_the_clock_is_back_is_kept(shifted: tuple[Relay, list[int]]) -> None:
    """A battery ran out: the relay believes that it is 1970 and still gets hooks."""
    relay, add = shifted
    shop = relay.shop()
    till = relay.enrol(shop)
    add[0] = -now_ms() + HOUR_MS
    assert send(relay, shop, LINK_PAID).status_code == 200
    add[0] = 0
    assert purge(relay, rounds=5) == 0
    assert len(relay.hints(till)) == 1


def test_old_hints_still_go_in_the_end(shifted: tuple[Relay, list[int]]) -> None:
    relay, add = shifted
    shop = relay.shop()
    tell(relay, shop, "x")
    for day in range(1, 63):
        add[0] = day * DAY_MS
        gone = purge(relay, rounds=4)
        assert gone == (1 if day == 60 else 0), day
    assert kept(relay) == 0


def test_a_database_with_years_of_hints_is_caught_up_a_day_at_a_time(
    shifted: tuple[Relay, list[int]],
) -> None:
    relay, _ = shifted
    shop = relay.shop()
    with relay.node.store.database.write() as sql:
        sql.exec_driver_sql("DELETE FROM meta WHERE name = 'feed_line'")
    for day in range(10):
        tell(relay, shop, f"e{day}", at=relay.node.now() - KEPT_MS - (10 - day) * DAY_MS)
    assert [purge(relay) for _ in range(12)] == [0, *[1] * 10, 0]


def test_an_expired_code_stays_so_when_the_clock_goes_back(
    shifted: tuple[Relay, list[int]],
) -> None:
    relay, add = shifted
    shop = relay.shop()
    codes = [relay.code(shop) for _ in range(3)]

    def status(code: str) -> int:
        body = enrol_body(code, Ed25519PrivateKey.generate())
        return relay.http.post("/v1/enrol", json=body).status_code

    add[0] = 16 * 60_000
    assert status(codes[0]) == 403
    add[0] = 0
    assert status(codes[0]) == 403, "tried when it was over"
    assert status(codes[1]) == 200, "never tried: nobody saw it end"
    add[0] = 16 * 60_000
    purge(relay)
    add[0] = 0
    assert status(codes[2]) == 403, "ended by the house-keeping"


def test_a_code_from_the_future_is_none(shifted: tuple[Relay, list[int]]) -> None:
    """Made while the clock was a year ahead, it would be good for a year."""
    relay, add = shifted
    shop = relay.shop()
    add[0] = 365 * DAY_MS
    with relay.node.store.database.write() as sql:
        now = relay.node.now()
        code = devices.make_code(sql, shop.tenant, "", devices.Terms(now + 15 * 60_000, now))
    add[0] = 0
    body = enrol_body(code, Ed25519PrivateKey.generate())
    assert relay.http.post("/v1/enrol", json=body).status_code == 403
    add[0] = 365 * DAY_MS
    assert relay.http.post("/v1/enrol", json=body).status_code == 200


def test_a_replaced_hook_secret_is_not_revived(shifted: tuple[Relay, list[int]]) -> None:
    relay, add = shifted
    shop = relay.shop()
    with relay.node.store.database.write() as sql:
        box = relay.node.store.box
        tenants.set_gateway_secret(sql, box, shop.tenant, b"another secret", relay.node.now())
    assert send(relay, shop, LINK_PAID, event_id="1").status_code == 200
    add[0] = 25 * HOUR_MS
    assert send(relay, shop, LINK_PAID, event_id="2").status_code == 401
    purge(relay)
    add[0] = 0
    assert send(relay, shop, LINK_PAID, event_id="3").status_code == 401


def test_a_counter_goes_on_whatever_the_clock_says(shifted: tuple[Relay, list[int]]) -> None:
    relay, add = shifted
    till = relay.enrol(relay.shop())
    for add[0] in (-now_ms() + 1, 10 * 365 * DAY_MS, 0):
        reply = relay.http.get("/v1/store", headers=till.headers)
        assert reply.status_code == 200


def test_a_jump_of_the_wall_clock_is_seen() -> None:
    wall, even = [1_000_000], [50.0]
    watch = Watch(lambda: wall[0], lambda: even[0])
    seen = []
    for step, passed in ((60_000, 60), (60_000 + 90_000, 60), (60_000, 60), (-3_600_000, 60)):
        wall[0] += step
        even[0] += passed
        seen.append(watch.jumped())
    assert seen == [0, 90_000, 0, -3_660_000]
    wall[0] += 29_000
    assert watch.jumped() == 0, "a slow clock that is set by seconds"


def test_a_jump_is_logged_and_counted(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = iter([0, 7_200_000, -90_000])

    def jumped(_self: Watch) -> int:
        try:
            return next(steps)
        except StopIteration:
            raise asyncio.CancelledError from None

    monkeypatch.setattr(Watch, "jumped", jumped)
    monkeypatch.setattr(housekeeping, "_LOOK_S", 0.0)
    with captured_log() as lines, pytest.raises(asyncio.CancelledError):
        asyncio.run(housekeeping.keep_house(relay.node))
    told = [json.loads(line) for line in lines if "clock_jumped_s" in line]
    assert told == [{"clock_jumped_s": 7200}, {"clock_jumped_s": -90}]
    for direction in ("forward", "back"):
        labels = {"direction": direction}
        value = relay.node.meters.registry.get_sample_value("relay_clock_jumps_total", labels)
        assert value == 1
