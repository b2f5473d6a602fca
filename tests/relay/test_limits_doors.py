"""Floods and guesses at the doors of counters, gateways and Exotel; neighbours do not suffer."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event as sql_event

from pos_desktop.wire import enrolment, seal
from pos_relay import codes
from pos_relay.doors import Sessions
from pos_relay.limits import Allowance
from tests.relay.samples import BILL
from tests.relay.support import (
    OPERATOR,
    QUICK,
    Relay,
    Till,
    batch,
    captured_log,
    chain,
    enrol_body,
    running,
)
from tests.relay.test_hooks import LINK_PAID, send
from tests.relay.test_limits import Clock
from tests.relay.test_pages import new_token

FEW = replace(
    QUICK,
    enrols_per_minute=20,
    enrol_misses_per_minute=3,
    wrong_secrets_per_minute=5,
    device_calls_per_minute=12,
    hooks_per_minute=4,
    callbacks_per_minute=4,
)


@pytest.fixture
def strict(data: Path) -> Iterator[Relay]:
    """A relay that allows little."""
    with running(data, FEW) as served:
        yield served


def slowed(reply: httpx.Response) -> bool:
    """Whether this is the answer to a flood, with the time to wait."""
    if reply.status_code != 429:
        return False
    assert reply.json()["code"] == "slow_down"
    assert 1 <= int(reply.headers["retry-after"]) <= 3600
    return True


def test_an_allowance_fills_up_again() -> None:
    clock = Clock()
    allowance = Allowance(6, clock)
    assert [allowance.take("a") for _ in range(8)] == [0] * 6 + [10, 10]
    assert allowance.take("b") == 0
    clock.now += 9.0
    assert allowance.take("a") == 1
    clock.now += 1.5
    assert allowance.take("a") == 0
    clock.now += 3600
    assert [allowance.take("a") for _ in range(7)] == [0] * 6 + [10]


def test_an_allowance_forgets_the_oldest() -> None:
    allowance = Allowance(1, Clock())
    assert [allowance.take("first"), allowance.take("first") > 0] == [0, True]
    for number in range(20_000):
        allowance.take(str(number))
    assert allowance.take("first") == 0
    assert len(allowance._left) <= 20_000


def test_wrong_sessions_are_looked_up_again_after_a_minute() -> None:
    clock = Clock()
    sessions = Sessions(2, clock)
    assert sessions.known("x") is None
    sessions.remember("x", right=False)
    sessions.remember("y", right=True)
    assert (sessions.known("x"), sessions.known("y")) == (False, True)
    assert [sessions.wrong_again("x") for _ in range(3)] == [0, 0, 30]
    clock.now += 61
    assert (sessions.known("x"), sessions.known("y")) == (None, True)
    for number in range(20_001):
        sessions.remember(str(number), right=False)
    assert sessions.known("y") is None


def test_codes_are_guessed_slowly_from_one_address(strict: Relay) -> None:
    code = strict.code(strict.shop())
    key = Ed25519PrivateKey.generate()
    for _ in range(3):
        unknown = enrolment.spaced(*codes.code_halves())
        assert strict.http.post("/v1/enrol", json=enrol_body(unknown, key)).status_code == 403
    assert slowed(strict.http.post("/v1/enrol", json=enrol_body(code, key)))
    strict.node.doors.enrol._visitors.clear()
    assert strict.http.post("/v1/enrol", json=enrol_body(code, key)).status_code == 200


def test_enrolments_of_one_address_are_counted(strict: Relay) -> None:
    replies = [strict.http.post("/v1/enrol", json={"code": "x"}) for _ in range(3)]
    assert {reply.status_code for reply in replies} == {400}
    body = {**enrol_body(strict.code(strict.shop()), Ed25519PrivateKey.generate()), "label": ""}
    statuses = [strict.http.post("/v1/enrol", json=body).status_code for _ in range(21)]
    assert statuses == [400] * 20 + [429]


def test_a_counter_has_an_allowance_of_its_own(strict: Relay) -> None:
    shop = strict.shop()
    greedy, modest = strict.enrol(shop), strict.enrol(shop)
    replies = [_look(strict, greedy) for _ in range(14)]
    assert [reply.status_code for reply in replies[:12]] == [200] * 12
    assert slowed(replies[12])
    assert slowed(strict.http.post("/v1/sync", json=batch(chain(1)), headers=greedy.headers))
    assert _look(strict, modest).status_code == 200


def test_a_flood_of_wrong_sessions_costs_no_lookups(strict: Relay) -> None:
    good, seen = strict.enrol(strict.shop()), strict.enrol(strict.shop())
    assert _look(strict, seen).status_code == 200
    asked: list[str] = []
    engine = strict.node.store.database._reader  # type: ignore[attr-defined]  # counts its SQL
    sql_event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    statuses = [_look(strict, codes.session()).status_code for _ in range(40)]
    assert statuses == [401] * 5 + [429] * 35
    assert len([one for one in asked if one.startswith("SELECT")]) == 5
    # Who was right before is right still; who was never seen from here waits like a guesser.
    assert _look(strict, seen).status_code == 200
    assert slowed(_look(strict, good))
    strict.node.doors.strangers._visitors.clear()
    assert _look(strict, good).status_code == 200


def test_a_counter_with_an_old_session_bars_no_neighbour(strict: Relay) -> None:
    """It asks every second, for days, through the same router as the others of the shop."""
    neighbour, old = strict.enrol(strict.shop()), codes.session()
    statuses = [_look(strict, old).status_code for _ in range(30)]
    assert set(statuses[:6]) == {401}
    assert set(statuses[7:]) == {429}
    assert _look(strict, neighbour).status_code == 200


def test_no_session_at_all_is_a_wrong_one(strict: Relay) -> None:
    statuses = [strict.http.get("/v1/feed?wait=0").status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2


def test_the_operator_s_token_is_guessed_slowly(strict: Relay) -> None:
    def ask(token: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return strict.http.get("/v1/operator/counters", headers=headers)

    assert [ask(f"guess {n}").status_code for n in range(7)] == [401] * 5 + [429] * 2
    assert ask(OPERATOR).status_code == 200


def test_forged_hooks_keep_no_true_one_out(strict: Relay) -> None:
    """A gateway calls from one address for every shop, also for those who mistyped a secret."""
    shop, other = strict.shop(), strict.shop()
    replies = [send(strict, other, LINK_PAID, signature="0" * 64) for _ in range(7)]
    assert [reply.status_code for reply in replies] == [401] * 5 + [429] * 2
    url = f"/hook/razorpay/{codes.secret()}"
    assert slowed(strict.http.post(url, content=LINK_PAID))
    assert send(strict, shop, LINK_PAID).status_code == 200


def test_a_shop_s_hooks_have_an_allowance(strict: Relay) -> None:
    busy, other = strict.shop(), strict.shop()
    statuses = [send(strict, busy, LINK_PAID, event_id=f"e{n}").status_code for n in range(6)]
    assert statuses == [200] * 4 + [429] * 2
    assert send(strict, other, LINK_PAID).status_code == 200
    assert len(strict.hints(strict.enrol(busy))) == 4


def test_callbacks_have_an_allowance_and_guesses_of_them_an_end(strict: Relay) -> None:
    shop, other = strict.shop(), strict.shop()

    def post(tenant: str, secret: str, sid: str = "s") -> int:
        form = {"SmsSid": sid, "Status": "sent"}
        return strict.http.post(f"/cb/exotel/sms/{tenant}/{secret}", data=form).status_code

    guesses = [post(shop.tenant, codes.secret()) for _ in range(7)]
    assert guesses == [404] * 5 + [429] * 2
    mine = [post(shop.tenant, shop.callback_secret, f"s{n}") for n in range(6)]
    assert mine == [200] * 4 + [429] * 2
    assert post(other.tenant, other.callback_secret) == 200


def test_unknown_addresses_are_guesses_too(data: Path) -> None:
    with running(data, replace(QUICK, misses_per_minute=5)) as relay:
        till, token = relay.enrol(relay.shop()), new_token()
        relay.publish(till, token, BILL)
        for _ in range(10):
            assert relay.http.get("/v1/not-yet-invented").status_code == 404
        paths = ["/nothing", "/i/a/b", "/q/x/y", "/../../etc/passwd", "/hook/x/y/z", "/", "/i/x"]
        assert [relay.http.get(path).status_code for path in paths] == [404] * 5 + [429] * 2
        assert relay.http.get(f"/i/{token}").status_code == 429


def test_a_sealed_page_that_is_none_is_missing(relay: Relay, till: Till) -> None:
    token = new_token()
    for revision, junk in enumerate((b"not json", b'{"kind": 1}', b"\xff", b"[" * 100_000), 1):
        sealed = seal.encode(seal.seal(token, seal.PAGE, revision, junk))
        body = {"revision": revision, "content": sealed}
        url = f"/v1/pages/{seal.page_id(token)}"
        assert relay.http.put(url, json=body, headers=till.headers).status_code == 200
        with captured_log() as lines:
            reply = relay.http.get(f"/i/{token}")
        assert (reply.status_code, reply.content) == (404, relay.http.get("/i/x").content)
        assert any('"lost": "garbled"' in line for line in lines)


def _look(relay: Relay, who: Till | str) -> httpx.Response:
    token = who if isinstance(who, str) else who.answer.token
    headers = {"authorization": f"Bearer {token}"}
    return relay.http.get("/v1/feed?wait=0", headers=headers)
