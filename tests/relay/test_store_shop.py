"""What counters of a shop share through the relay: credentials, catalogue, revocations, ledgers."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy.event import listen

from pos_desktop.wire import enrolment, parcels, seal, v1
from pos_desktop.wire import store as wire
from pos_desktop.wire.parcels import Place
from pos_relay import codes
from pos_relay.node import now_ms
from pos_relay.store import roster as stored_roster
from tests.relay.samples import BILL
from tests.relay.support import Relay, Shop, batch, chain, command, enrol_body, operator, running
from tests.relay.test_pages import new_token

SHOP_KEY = b"the key of the shop is 32 bytes."
GATEWAY = b'{"key_id":"rzp_live_x","key_secret":"top secret"}'
Told = TypeVar("Told")


@dataclass
class Counter:
    """A counter with both its keys, as a newer program enrols."""

    relay: Relay
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sealing: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)

    @property
    def public(self) -> str:
        raw = self.sealing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return seal.encode(raw)

    def enrol(self, code: str, **more: str) -> "Counter":
        _, secret = enrolment.split(code)
        body = enrol_body(code, self.key)
        body |= {"sealing_key": self.public}
        body |= {"voucher": parcels.voucher(secret, body["public_key"], self.public), **more}
        reply = self.relay.http.post("/v1/enrol", json=body)
        assert reply.status_code == 200, reply.text
        self.answer = msgspec.json.decode(reply.content, type=v1.EnrolAnswer)
        return self

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.answer.token}"}
        content = None if body is None else msgspec.json.encode(body)
        return self.relay.http.request(method, path, content=content, headers=headers)

    def ask(self, path: str, kind: type[Told]) -> Told:
        reply = self.call("GET", path)
        assert reply.status_code == 200, reply.text
        return msgspec.json.decode(reply.content, type=kind)

    def opened(self) -> dict[str, tuple[int, bytes]]:
        """What is wrapped for this counter, as it reads it."""
        raw = self.sealing.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        found = {}
        for one in self.ask("/v1/credentials", wire.Parcels).parcels:
            place = Place(one.name, one.version, self.answer.device)
            plain = parcels.open_with_device(raw, place, seal.decode(one.sealed))
            found[one.name] = (one.version, plain)
        return found

    def state(self) -> wire.StoreState:
        return self.ask("/v1/store", wire.StoreState)

    def hints(self, kind: str) -> list[v1.FeedEvent]:
        page = self.ask("/v1/feed?wait=0", v1.FeedPage)
        return [hint for hint in page.events if hint.kind == kind]


@dataclass
class Office:
    """What the manager's counter does, and the secret halves that it remembers."""

    me: Counter
    secrets: dict[str, str] = field(default_factory=dict)

    def code(
        self, given: dict[str, tuple[int, bytes]] | None = None, *, code: str = "", **more: Any
    ) -> str:
        """Make a code that carries these credentials; the relay never sees its secret half."""
        lookup, secret = enrolment.split(code) if code else codes.code_halves()
        wrapped = tuple(
            v1.Parcel(
                name=name,
                version=version,
                sealed=seal.encode(
                    parcels.wrap_for_code(secret, Place(name, version, lookup), plain)
                ),
            )
            for name, (version, plain) in (given or {}).items()
        )
        proof_hash = enrolment.proof_hash(enrolment.proof(secret))
        push = wire.CodePush(lookup=lookup, proof_hash=proof_hash, parcels=wrapped, **more)
        reply = self.me.call("POST", "/v1/store/codes", push)
        assert reply.status_code == 200, reply.text
        self.secrets[lookup] = secret
        return enrolment.spaced(lookup, secret)

    def roster(self) -> wire.StoreRoster:
        return self.me.ask("/v1/store/counters", wire.StoreRoster)

    def wrapped(
        self, name: str, version: int, plain: bytes, leave_out: Sequence[str] = ()
    ) -> wire.CredentialPush:
        """For every live counter and for every code that carries something."""
        roster = self.roster()
        made = []
        for one in roster.counters:
            if one.revoked_at is None and one.sealing_key:
                place = Place(name, version, one.device)
                key = seal.decode(one.sealing_key)
                made.append(
                    (one.device, parcels.wrap_for_device(key, os.urandom(32), place, plain))
                )
        for code in roster.codes:
            if code.credentials:
                place = Place(name, version, code.lookup)
                made.append(
                    (code.lookup, parcels.wrap_for_code(self.secrets[code.lookup], place, plain))
                )
        parts = [
            wire.Wrapped(target=target, sealed=seal.encode(data))
            for target, data in made
            if target not in leave_out
        ]
        return wire.CredentialPush(version=version, parcels=tuple(parts))

    def rotate(self, name: str, version: int, plain: bytes, *leave_out: str) -> httpx.Response:
        push = self.wrapped(name, version, plain, leave_out)
        return self.me.call("PUT", f"/v1/store/credentials/{name}", push)


@pytest.fixture
def manager(relay: Relay, shop: Shop) -> Office:
    """The shop's first counter, which has given its shop key out."""
    made = Office(Counter(relay).enrol(relay.code(shop)))
    assert made.rotate("shop_key", 1, SHOP_KEY).status_code == 200
    return made


def test_a_second_counter_gets_the_shop_key_with_its_code(relay: Relay, manager: Office) -> None:
    """D5: every counter had a shop key of its own, and nobody could read the others' sales."""
    code = manager.code({"shop_key": (1, SHOP_KEY)}, label="Till 2")
    (waiting,) = manager.roster().codes
    assert (waiting.label, waiting.credentials) == ("Till 2", (("shop_key", 1),))
    second = Counter(relay).enrol(code)
    assert (manager.me.answer.manager, second.answer.manager) == (True, False)
    lookup, secret = enrolment.split(code)
    (parcel,) = second.answer.parcels
    place = Place("shop_key", 1, lookup)
    assert parcels.open_with_code(secret, place, seal.decode(parcel.sealed)) == SHOP_KEY
    assert second.state().credentials == (
        wire.CredentialState(name="shop_key", version=1, mine=0),
    ), "not yet under its own key"
    assert manager.roster().codes == ()
    # Later under the device key: the newest version for who has none yet.
    assert manager.rotate("shop_key", 1, SHOP_KEY).status_code == 200
    assert second.opened() == {"shop_key": (1, SHOP_KEY)}
    assert second.state().credentials[0].mine == 1


def test_the_manager_sees_whether_the_relay_changed_a_key(relay: Relay, manager: Office) -> None:
    code = manager.code()
    _, secret = enrolment.split(code)
    second = Counter(relay).enrol(code)
    one = next(c for c in manager.roster().counters if c.device == second.answer.device)
    assert parcels.vouched(secret, one.public_key, one.sealing_key, one.voucher)
    assert not parcels.vouched(secret, one.public_key, manager.me.public, one.voucher)


def test_rotation_is_one_action_for_everybody(relay: Relay, manager: Office) -> None:
    others = [Counter(relay).enrol(manager.code({"shop_key": (1, SHOP_KEY)})) for _ in range(3)]
    open_code = manager.code({"shop_key": (1, SHOP_KEY)})
    assert manager.rotate("gateway.razorpay", 1, GATEWAY).status_code == 200
    assert manager.rotate("gateway.razorpay", 2, b"new").status_code == 200
    for counter in [manager.me, *others]:
        assert counter.opened()["gateway.razorpay"] == (2, b"new")
        told = [(hint.name, hint.version) for hint in counter.hints("credentials")]
        assert told == [("shop_key", 1), ("gateway.razorpay", 1), ("gateway.razorpay", 2)]
    late = Counter(relay).enrol(open_code)
    assert {one.name: one.version for one in late.answer.parcels} == {
        "shop_key": 1,
        "gateway.razorpay": 2,
    }


def test_nobody_gets_what_somebody_misses(relay: Relay, manager: Office) -> None:
    second = Counter(relay).enrol(manager.code({"shop_key": (1, SHOP_KEY)}))
    waiting, _ = enrolment.split(manager.code({"shop_key": (1, SHOP_KEY)}))
    left_out = (second.answer.device, waiting)
    reply = manager.rotate("shop_key", 2, b"new", *left_out)
    assert (reply.status_code, reply.json()["code"]) == (409, "incomplete")
    assert set(reply.json()["missing"]) == set(left_out)
    assert manager.me.opened() == {"shop_key": (1, SHOP_KEY)}
    assert len(manager.me.hints("credentials")) == 1


def test_versions_of_a_credential_count_by_one(manager: Office) -> None:
    for version in (3, 7):
        reply = manager.rotate("shop_key", version, b"new")
        assert (reply.status_code, reply.json()["code"]) == (409, "stale")
    assert manager.rotate("shop_key", 2, b"new").status_code == 200
    assert manager.rotate("shop_key", 1, b"old").json()["code"] == "stale"
    assert manager.rotate("shop_key", 2, b"other").status_code == 200, "an honest repeat"
    assert manager.me.opened() == {"shop_key": (2, b"new")}, "who has it keeps it"
    assert len(manager.me.hints("credentials")) == 2


def test_a_counter_without_a_sealing_key_holds_up_nobody(relay: Relay, manager: Office) -> None:
    shop = Shop(manager.me.answer.tenant, "", "")
    older = relay.enrol(shop)
    assert manager.rotate("shop_key", 2, b"new").status_code == 200
    one = next(c for c in manager.roster().counters if c.device == older.answer.device)
    assert (one.sealing_key, one.credentials) == ("", ())


def test_a_revoked_counter_gets_nothing_more(relay: Relay, manager: Office) -> None:
    second = Counter(relay).enrol(manager.code({"shop_key": (1, SHOP_KEY)}))
    manager.rotate("shop_key", 1, SHOP_KEY)
    device = second.answer.device
    url = f"/v1/store/counters/{device}/revoke"
    assert second.call("POST", url).status_code == 403, "only a manager's counter"
    assert manager.me.call("POST", url).json() == {"revoked": True}
    assert manager.me.call("POST", url).json() == {"revoked": False}
    assert second.call("GET", "/v1/credentials").status_code == 403
    assert manager.me.state().revoked == (device,)
    assert [hint.device for hint in manager.me.hints("revoked")] == [device]
    one = next(c for c in manager.roster().counters if c.device == device)
    assert (one.revoked_at is not None, one.credentials) == (True, ())
    assert manager.rotate("shop_key", 2, b"new").status_code == 200
    push = wire.CredentialPush(version=2, parcels=(wire.Wrapped(target=device, sealed=_junk()),))
    reply = manager.me.call("PUT", "/v1/store/credentials/shop_key", push)
    assert (reply.json()["code"], reply.json()["missing"]) == ("unknown_target", [device])
    own = f"/v1/store/counters/{manager.me.answer.device}/revoke"
    assert manager.me.call("POST", own).json()["code"] == "yourself"


def test_a_new_sealing_key_makes_old_parcels_void(relay: Relay, manager: Office) -> None:
    second = Counter(relay).enrol(manager.code())
    manager.rotate("shop_key", 1, SHOP_KEY)
    again = Counter(relay, key=second.key, sealing=second.sealing).enrol(manager.code())
    assert again.answer.device == second.answer.device
    assert again.opened() == {"shop_key": (1, SHOP_KEY)}
    moved = Counter(relay, key=second.key).enrol(manager.code())
    assert moved.opened() == {}
    manager.rotate("shop_key", 1, SHOP_KEY)
    assert moved.opened() == {"shop_key": (1, SHOP_KEY)}


def test_a_catalogue_is_replaced_as_a_whole(relay: Relay, manager: Office) -> None:
    second = Counter(relay).enrol(manager.code())
    assert second.call("GET", "/v1/store/versions/catalogue").status_code == 404
    first, next_one = _junk(50_000), _junk(60_000)

    def put(version: int, sealed: str, who: Counter = manager.me) -> httpx.Response:
        push = wire.VersionPush(version=version, sealed=sealed)
        return who.call("PUT", "/v1/store/versions/catalogue", push)

    assert put(1, first).json() == {"result": "stored"}
    assert put(1, first).json() == {"result": "same"}
    for version, sealed in ((1, next_one), (3, next_one)):
        assert put(version, sealed).json()["code"] == "stale"
    assert put(2, next_one).json() == {"result": "stored"}
    assert put(1, first).json()["code"] == "stale"
    assert put(3, first, second).json()["code"] == "not_manager"
    found = second.ask("/v1/store/versions/catalogue", wire.StoreVersion)
    assert (found.version, found.sealed) == (2, next_one)
    (known,) = second.state().versions
    assert (known.name, known.version, known.sealed) == ("catalogue", 2, "")
    assert [hint.version for hint in second.hints("catalogue")] == [1, 2]
    unknown = manager.me.call(
        "PUT", "/v1/store/versions/prices", wire.VersionPush(version=1, sealed=first)
    )
    assert unknown.status_code == 404


def test_the_manager_reads_every_ledger_of_the_store(relay: Relay, manager: Office) -> None:
    second = Counter(relay).enrol(manager.code())
    body = batch(chain(3), marks=[{"series": second.answer.series, "fy": "2627", "highest": 2}])
    assert second.call("POST", "/v1/sync", body).status_code == 200
    url = f"/v1/store/ledger?device={second.answer.device}"
    page = manager.me.ask(f"{url}&epoch=1&after=1", v1.LedgerPage)
    assert [entry.seq for entry in page.entries] == [2, 3]
    assert manager.me.ask(url, v1.LedgerPage).entries == ()
    one = next(c for c in manager.roster().counters if c.device == second.answer.device)
    assert (one.last_seq, one.series) == (3, second.answer.series)
    assert one.marks == (v1.Mark(series=second.answer.series, fy="2627", highest=2),)
    assert second.call("GET", url).json()["code"] == "not_manager"
    assert manager.me.call("GET", "/v1/store/ledger?device=D000000000").status_code == 404


def test_another_shop_is_another_world(relay: Relay, manager: Office) -> None:
    other = Office(Counter(relay).enrol(relay.code(relay.shop())))
    device = manager.me.answer.device
    assert other.me.answer.manager
    assert other.me.call("GET", f"/v1/store/ledger?device={device}&epoch=1").status_code == 404
    revoke = f"/v1/store/counters/{device}/revoke"
    assert other.me.call("POST", revoke).json() == {"revoked": False}
    assert manager.me.state().revoked == ()
    assert [one.device for one in other.roster().counters] == [other.me.answer.device]
    push = wire.CredentialPush(
        version=1,
        parcels=tuple(
            wire.Wrapped(target=one, sealed=_junk()) for one in (device, other.me.answer.device)
        ),
    )
    reply = other.me.call("PUT", "/v1/store/credentials/shop_key", push)
    assert reply.json()["missing"] == [device]
    assert other.me.state().credentials == ()


def test_a_taken_code_and_bad_ones_are_refused(manager: Office) -> None:
    code = manager.code()
    lookup, secret = enrolment.split(code)
    good = {
        "lookup": lookup,
        "proof_hash": enrolment.proof_hash(enrolment.proof(secret + "0")),
        "parcels": [],
    }
    reply = manager.me.call("POST", "/v1/store/codes", good)
    assert (reply.status_code, reply.json()["code"]) == (409, "taken")
    twice = [{"name": "a", "version": 1, "sealed": _junk()}] * 2
    for wrong in (
        {"lookup": "short"},
        {"lookup": "ILOU00"},
        {"proof_hash": "x"},
        {"minutes": 0},
        {"minutes": 10_081},
        {"uses": 0},
        {"uses": 1001},
        {"label": "a\nb"},
        {"label": "x" * 61},
        {"parcels": twice},
        {"parcels": [{"name": "No Name", "version": 1, "sealed": _junk()}]},
        {"parcels": [{"name": "a", "version": 0, "sealed": _junk()}]},
        {"parcels": [{"name": "a", "version": 1, "sealed": "x"}]},
    ):
        reply = manager.me.call("POST", "/v1/store/codes", {**good, "lookup": "ABCDEF", **wrong})
        assert reply.status_code == 400, wrong
    stale = {"parcels": [{"name": "shop_key", "version": 2, "sealed": _junk()}]}
    reply = manager.me.call("POST", "/v1/store/codes", {**good, "lookup": "ABCDEF", **stale})
    assert reply.json()["code"] == "stale"
    assert [one.lookup for one in manager.roster().codes] == [lookup], "a refused one is not there"


def test_a_code_whose_answer_was_lost_is_kept_once(
    relay: Relay, shop: Shop, manager: Office
) -> None:
    lookup, secret = codes.code_halves()
    sealed = parcels.wrap_for_code(secret, Place("shop_key", 1, lookup), b"k")
    push = wire.CodePush(
        lookup=lookup,
        proof_hash=enrolment.proof_hash(enrolment.proof(secret)),
        label="Till 2",
        uses=2,
        parcels=(v1.Parcel(name="shop_key", version=1, sealed=seal.encode(sealed)),),
    )
    call = partial(manager.me.call, "POST", "/v1/store/codes")
    first = call(push)
    assert first.status_code == 200, first.text
    assert call(push).json() == first.json()
    assert [one.lookup for one in manager.roster().codes] == [lookup]
    for other in ({"label": "x"}, {"manager": True}, {"minutes": 20}, {"proof_hash": "0" * 64}):
        reply = call(msgspec.structs.replace(push, **other))
        assert (reply.status_code, reply.json()["code"]) == (409, "taken"), other
    body = enrol_body(enrolment.spaced(lookup, secret), Ed25519PrivateKey.generate())
    assert relay.http.post("/v1/enrol", json=body).status_code == 200
    assert call(push).json() == {**first.json(), "uses_left": 1}
    body = enrol_body(enrolment.spaced(lookup, secret), Ed25519PrivateKey.generate())
    assert relay.http.post("/v1/enrol", json=body).status_code == 200
    assert call(push).json() == {**first.json(), "uses_left": 0, "credentials": []}
    assert manager.roster().codes == (), "asking again opens no used code"


def test_another_shop_learns_nothing_of_a_code(relay: Relay, manager: Office) -> None:
    lookup, secret = enrolment.split(manager.code())
    proof_hash = enrolment.proof_hash(enrolment.proof(secret))
    other = relay.enrol(relay.shop("Other"))
    push = {"lookup": lookup, "proof_hash": proof_hash}
    reply = relay.http.post("/v1/store/codes", json=push, headers=other.headers)
    assert (reply.status_code, reply.json()["code"]) == (409, "taken")


def test_the_roster_asks_as_often_for_many_counters_as_for_few(
    relay: Relay, shop: Shop, manager: Office
) -> None:
    asked: list[str] = []

    def roster() -> int:
        asked.clear()
        with relay.node.store.database.read() as sql:
            listen(sql, "before_cursor_execute", lambda *said: asked.append(said[2]))
            found = stored_roster.roster(sql, shop.tenant, now_ms())
        assert found.counters
        return len(asked)

    before = roster()
    assert before > 1
    for number in range(4):
        till = relay.enrol(shop)
        told = {"series": till.answer.series, "fy": "2627", "highest": number + 1}
        body = {"epoch": 1, "from_seq": 1, "events": [], "marks": [told]}
        assert relay.http.post("/v1/sync", json=body, headers=till.headers).status_code == 200
    assert roster() == before
    highest = [[mark.highest for mark in one.marks] for one in manager.roster().counters]
    assert sorted(highest) == [[], [1], [2], [3], [4]]


def test_keys_that_are_none_are_refused(relay: Relay, shop: Shop) -> None:
    code = relay.code(shop)
    body = enrol_body(code, Ed25519PrivateKey.generate())
    for wrong in ({"sealing_key": "AA"}, {"sealing_key": "!"}, {"voucher": "AA"}):
        reply = relay.http.post("/v1/enrol", json={**body, **wrong})
        assert (reply.status_code, reply.json()["code"]) == (400, "bad_key")
    assert relay.http.post("/v1/enrol", json=body).status_code == 200


def test_the_first_counter_manages_and_the_operator_adds_others(data: Path) -> None:
    shop = command(data, "tenant", "add", "Fresh Mart")["tenant"]
    with running(data) as relay:

        def enrol(*words: str) -> Counter:
            return Counter(relay).enrol(command(data, "enrol", shop, *words)["code"])

        first, second, third = enrol(), enrol(), enrol("--manager")
        assert [one.answer.manager for one in (first, second, third)] == [True, False, True]
        assert command(data, "manager", second.answer.device)["manager"] is True
        assert second.state().manager
        assert operator(data, "manager", "nobody")[0] == 1


def test_lost_pages_are_told_to_who_can_push_them_again(data: Path) -> None:
    with running(data) as relay:
        shop = relay.shop()
        till, token = relay.enrol(shop), new_token()
        relay.publish(till, token, BILL)
    for path in (data / "sealed").rglob("*.*"):
        path.unlink()
    with running(data) as relay:
        told = relay.http.get("/v1/store", headers=till.headers).json()
        assert told["lost_pages"] == [seal.page_id(token)]
        assert told["callback_secret"] == shop.callback_secret


def test_the_relay_s_files_hold_no_credential(data: Path) -> None:
    with running(data) as relay:
        made = Office(Counter(relay).enrol(relay.code(relay.shop())))
        made.rotate("gateway.razorpay", 1, GATEWAY)
        code = made.code({"gateway.razorpay": (1, GATEWAY)})
        Counter(relay).enrol(code)
        made.code({"gateway.razorpay": (1, GATEWAY)})
    dump = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    for secret in (GATEWAY, b"top secret", b"rzp_live_x", *_spellings(made)):
        assert secret not in dump


def _spellings(made: Office) -> list[bytes]:
    return [secret.encode() for secret in made.secrets.values()]


def _junk(size: int = 40) -> str:
    return seal.encode(b"\x01" + os.urandom(size))
