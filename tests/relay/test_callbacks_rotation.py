"""The secret of Exotel's addresses is replaced, and no report on its way is lost."""

from pathlib import Path

import pytest

from pos_relay.node import Node, now_ms
from pos_relay.store import tenants
from tests.relay.support import OPERATOR, Relay, Shop, Till, command, operator, running

BEARER = {"authorization": f"Bearer {OPERATOR}"}
HOUR_MS = 3_600_000


def report(relay: Relay, shop: Shop, secret: str, sid: str = "s") -> int:
    url = f"/cb/exotel/sms/{shop.tenant}/{secret}"
    return relay.http.post(url, data={"SmsSid": sid, "Status": "sent"}).status_code


def rotate(relay: Relay, shop: Shop) -> str:
    url = f"/v1/operator/tenants/{shop.tenant}/callback"
    answer = relay.http.post(url, headers=BEARER).json()
    secret: str = answer["callback_secret"]
    assert answer["callback_paths"]["sms"] == f"/cb/exotel/sms/{shop.tenant}/{secret}"
    assert answer["callback_paths"]["whatsapp"] == f"/cb/exotel/wa/{shop.tenant}/{secret}"
    assert answer["previous_secret_hours"] == 24
    return secret


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What to add to the relay's clock."""
    add = [0]
    monkeypatch.setattr(Node, "now", lambda _self: now_ms() + add[0])
    return add


def test_both_secrets_count_for_a_day(
    relay: Relay, shop: Shop, till: Till, later: list[int]
) -> None:
    fresh = rotate(relay, shop)
    assert fresh != shop.callback_secret
    assert report(relay, shop, fresh, "new") == 200
    assert report(relay, shop, shop.callback_secret, "old") == 200
    later[0] = 24 * HOUR_MS - 60_000
    assert report(relay, shop, shop.callback_secret, "late") == 200
    later[0] = 24 * HOUR_MS + 60_000
    assert report(relay, shop, shop.callback_secret, "too late") == 404
    assert report(relay, shop, fresh, "still") == 200
    hints = relay.hints(till)
    assert [(hint.kind, hint.sid) for hint in hints] == [
        ("callback", ""),
        ("delivery", "new"),
        ("delivery", "old"),
        ("delivery", "late"),
        ("delivery", "still"),
    ]


def test_two_rotations_end_the_first_secret(relay: Relay, shop: Shop) -> None:
    second = rotate(relay, shop)
    third = rotate(relay, shop)
    statuses = [report(relay, shop, one) for one in (shop.callback_secret, second, third)]
    assert statuses == [404, 200, 200]


def test_a_new_counter_gets_the_new_secret(relay: Relay, shop: Shop) -> None:
    fresh = rotate(relay, shop)
    assert relay.enrol(shop).answer.callback_secret == fresh


def test_a_clock_set_back_revives_no_secret(relay: Relay, shop: Shop, later: list[int]) -> None:
    rotate(relay, shop)
    later[0] = 25 * HOUR_MS
    with relay.node.store.database.write() as sql:
        tenants.end_previous(sql, relay.node.now())
    later[0] = 0
    assert report(relay, shop, shop.callback_secret) == 404


def test_only_the_operator_rotates(relay: Relay, shop: Shop, till: Till) -> None:
    url = f"/v1/operator/tenants/{shop.tenant}/callback"
    assert relay.http.post(url).status_code == 401
    assert relay.http.post(url, headers=till.headers).status_code == 401
    unknown = relay.http.post("/v1/operator/tenants/NONE/callback", headers=BEARER)
    assert unknown.status_code == 404
    assert report(relay, shop, shop.callback_secret) == 200


def test_the_operator_s_command_rotates_while_the_relay_serves(data: Path) -> None:
    added = command(data, "tenant", "add", "Fresh Mart")
    with running(data) as relay:
        shop = Shop(added["tenant"], added["tenant_key"], added["callback_secret"])
        fresh = command(data, "tenant", "callback", shop.tenant)
        assert fresh["callback_paths"]["sms"].endswith(fresh["callback_secret"])
        assert report(relay, shop, fresh["callback_secret"]) == 200
        assert report(relay, shop, shop.callback_secret) == 200
    code, _, err = operator(data, "tenant", "callback", "T000000000")
    assert (code, "no such shop" in err) == (2, True)
    stored = b"".join(path.read_bytes() for path in data.glob("relay.db*"))
    for secret in (fresh["callback_secret"], shop.callback_secret):
        assert secret.encode() not in stored
