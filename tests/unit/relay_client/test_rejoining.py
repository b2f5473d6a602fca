"""The client's half of the numbering fence, against a relay that really runs."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pos_desktop.domain.errors import RaseedError
from pos_desktop.net.http import HttpClient
from pos_desktop.ports import Head, Taken
from pos_desktop.relay_client import codes, identity
from pos_desktop.relay_client.client import RelayClient
from pos_desktop.relay_client.enrolling import SHOP_KEY
from pos_desktop.wire import enrolment, parcels, seal, v1
from pos_desktop.wire import store as wire
from pos_relay.store import devices, roster
from tests.relay.support import Relay, Shop, running
from tests.unit.relay_client.test_client import Secrets, ledger, push

KEY = bytes(range(32))
SECRET = "0123456789ABCDEFGHJKMNPQRS"


def test_marks_stay_and_a_restored_counter_is_told(
    relay: Relay, shop: Shop, http: HttpClient
) -> None:
    client = RelayClient(http, Secrets())
    mine = v1.Mark(series=client.enrol(relay.code(shop), "Till").series, fy="2627", highest=41)
    entries = ledger(4)
    assert client.sync(entries, Head(4, (mine,))) == Taken(4, (mine,))
    assert client.sync([], Head(4)) == Taken(4, (mine,))
    with pytest.raises(RaseedError) as restored:
        push(client, [], 2)
    assert (restored.value.code, restored.value.params["last_seq"]) == ("relay_ahead", 4)


def test_the_way_back_of_a_restored_counter(relay: Relay, shop: Shop, http: HttpClient) -> None:
    client = RelayClient(http, Secrets())
    first = client.enrol(relay.code(shop), "Till")
    mine = v1.Mark(series=first.series, fy="2627", highest=41)
    entries = ledger(8)
    client.sync(entries, Head(8, (mine,)))
    again = client.enrol(relay.code(shop), "Till")
    assert (again.device, again.epoch, again.marks) == (first.device, 2, (mine,))
    assert again.series != first.series
    lost = client.ledger(5, epoch=1)
    assert [(e.seq, e.kind, e.body) for e in lost.entries] == [
        (e.seq, e.kind, e.body) for e in entries[5:]
    ]
    assert [e.hash for e in lost.entries] == [e.hash for e in entries[5:]]
    assert ([one.epoch for one in lost.epochs], lost.more, lost.marks) == ([1, 2], False, (mine,))
    assert client.ledger(0).entries == (), "of the newest epoch there is nothing yet"
    more = ledger(1, first=entries[4], salt="after")
    assert client.sync(more, Head(6)).last_seq == 6, "the new epoch goes on where both agree"


def test_what_was_sealed_under_another_key_has_no_body(
    relay: Relay, shop: Shop, http: HttpClient
) -> None:
    secrets = Secrets()
    client = RelayClient(http, secrets)
    client.enrol(relay.code(shop), "Till")
    entries = ledger(3)
    entries[1] = replace(entries[1], body={"note": "x" * 100_000})
    push(client, entries)
    kept = client.ledger(0).entries
    assert [entry.body is None for entry in kept] == [False, True, False]
    assert kept[1].kind == "", "of a parked one the relay has only its place"
    secrets.put(identity.SHOP_KEY, seal.encode(KEY))
    other = RelayClient(http, secrets)
    assert [(e.kind, e.body) for e in other.ledger(2).entries] == [("sale.issued", None)]


def test_a_copy_enrols_as_another_device(relay: Relay, shop: Shop, http: HttpClient) -> None:
    secrets, copied = Secrets(), Secrets()
    client = RelayClient(http, secrets)
    first = client.enrol(relay.code(shop), "Till")
    copied.values = dict(secrets.values)
    second = RelayClient(http, copied).enrol(relay.code(shop), "Till", fresh=True)
    assert (second.device != first.device, second.epoch) == (True, 1)
    assert client.sync([], Head(0)) == Taken(0), "the other machine's session stands"
    assert copied.values[identity.DEVICE_KEY] != secrets.values[identity.DEVICE_KEY]


def test_what_a_counter_knows_of_its_shop(relay: Relay, shop: Shop, http: HttpClient) -> None:
    client = RelayClient(http, Secrets())
    device = client.enrol(relay.code(shop), "Till").device
    told = client.store()
    assert (told.device, told.manager, told.callback_secret) == (device, True, shop.callback_secret)
    with relay.node.store.database.write() as sql:
        devices.revoke(sql, device, relay.node.now())
    with pytest.raises(RaseedError) as refused:
        client.store()
    assert refused.value.code == "relay_revoked"


def carrying(relay: Relay, shop: Shop, what: bytes, *, place: str = "ABC123") -> str:
    """A code of the manager's counter that carries ``what`` as the shop's key, wrapped for
    ``place``."""
    lookup, secret = "ABC123", SECRET
    sealed = parcels.wrap_for_code(secret, parcels.Place(SHOP_KEY, 1, place), what)
    new = wire.CodePush(
        lookup=lookup,
        proof_hash=enrolment.proof_hash(enrolment.proof(secret)),
        parcels=(
            v1.Parcel(name="gateway.razorpay", version=1, sealed=seal.encode(sealed)),
            v1.Parcel(name=SHOP_KEY, version=1, sealed=seal.encode(sealed)),
        ),
    )
    headers, body = relay.enrol(shop).headers, msgspec.to_builtins(new)
    reply = relay.http.post("/v1/store/codes", json=body, headers=headers)
    assert reply.status_code == 200, reply.text
    return enrolment.spaced(lookup, secret)


def test_a_code_may_carry_the_shop_s_key(tmp_path: Path) -> None:
    secrets = Secrets()
    with running(tmp_path / "data") as relay, closing(HttpClient(relay.base_url)) as http:
        client = RelayClient(http, secrets)
        shop = relay.shop()
        code = carrying(relay, shop, KEY)
        client.enrol(relay.code(shop), "Till 2")
        push(client, ledger(2))
        own = secrets.values[identity.SHOP_KEY]
        again = client.enrol(code, "Till 2")
        assert secrets.values[identity.SHOP_KEY] == seal.encode(KEY)
        assert secrets.values[identity.EARLIER_SHOP_KEY] == own, "what it sealed so far needs it"
        assert client.ledger(0, epoch=1).entries[0].body is not None
        client.sync(ledger(2), Head(2))
        assert client.ledger(0, epoch=again.epoch).entries[0].body is not None
        with relay.node.store.database.read() as sql:
            counters = roster.roster(sql, shop.tenant, 0).counters
        (mine,) = (counter for counter in counters if counter.device == again.device)
        shown = (SECRET, mine.public_key, mine.sealing_key, mine.voucher)
        assert parcels.vouched(*shown), "the manager may wrap the next key for it"


def test_the_manager_s_counter_hands_the_shop_s_key_on(
    relay: Relay, shop: Shop, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = Secrets(), Secrets()
    manager, second = RelayClient(http, mine), RelayClient(http, theirs)
    manager.enrol(relay.code(shop), "Till 1")
    taken = enrolment.split(relay.code(shop))[0]
    draws = iter([codes.Invitation(taken, SECRET), codes.drawn(KEY, 1)])
    monkeypatch.setattr(codes, "drawn", lambda *_: next(draws))
    enrolled = second.enrol(manager.invite("Till 2", 15), "Till 2")
    assert not enrolled.manager
    assert theirs.values[identity.SHOP_KEY] == mine.values[identity.SHOP_KEY]
    monkeypatch.undo()
    with pytest.raises(RaseedError) as refused:
        second.invite("Till 3", 15)
    assert refused.value.code == "relay_not_manager"
    with pytest.raises(RaseedError) as bad:
        manager.invite("Till 3", 0)
    assert bad.value.code == "relay_bad_code"


@pytest.mark.parametrize(("what", "place"), [(b"short", "ABC123"), (KEY, "XYZ789")])
def test_a_key_that_is_none_is_not_taken(tmp_path: Path, what: bytes, place: str) -> None:
    secrets = Secrets()
    with running(tmp_path / "data") as relay, closing(HttpClient(relay.base_url)) as http:
        shop = relay.shop()
        RelayClient(http, secrets).enrol(carrying(relay, shop, what, place=place), "Till 2")
    assert identity.SHOP_KEY not in secrets.values
