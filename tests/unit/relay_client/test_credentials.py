"""Keys of the shop's accounts on their way between counters, over a relay that really runs."""

import msgspec
import pytest

from pos_desktop.domain.errors import RaseedError
from pos_desktop.net.http import HttpClient
from pos_desktop.relay_client import codes, identity
from pos_desktop.relay_client.client import RelayClient
from pos_desktop.relay_client.credentials import NAMES, SharedKeys, read, signed
from pos_desktop.relay_client.identity import Identity
from pos_desktop.wire import parcels, seal
from pos_relay.store import devices
from tests.relay.support import Relay, Shop
from tests.unit.relay_client.test_client import Secrets

GATEWAY, EXOTEL = NAMES
PLACE = parcels.Place(GATEWAY, 1, "DEVICE")
KEY = bytes(range(32))


class Counter:
    """One counter of the shop with its own key store."""

    def __init__(self, http: HttpClient) -> None:
        self.secrets = Secrets()
        self.relay = RelayClient(http, self.secrets)
        self.keys = SharedKeys(http, self.secrets)

    def fetch(self) -> dict[str, int]:
        return self.keys.fetch(self.relay.store())


@pytest.fixture
def manager(relay: Relay, shop: Shop, http: HttpClient) -> Counter:
    counter = Counter(http)
    # The first counter of a shop is its manager's.
    assert counter.relay.enrol(relay.code(shop), "Till 1").manager
    return counter


@pytest.fixture
def second(manager: Counter, http: HttpClient) -> Counter:
    counter = Counter(http)
    counter.relay.enrol(manager.relay.invite("Till 2", 15), "Till 2")
    return counter


def test_one_action_reaches_every_counter(manager: Counter, second: Counter) -> None:
    assert manager.keys.share(GATEWAY, "first") == (1, 2, ())
    assert second.fetch() == {GATEWAY: 1}
    assert second.secrets.values[GATEWAY] == "first"
    assert second.fetch() == {GATEWAY: 1}
    assert manager.keys.share(GATEWAY, "second") == (2, 2, ())
    assert manager.fetch() == second.fetch() == {GATEWAY: 2}
    assert second.secrets.values[GATEWAY] == "second"
    with pytest.raises(RaseedError) as refused:
        second.keys.share(GATEWAY, "mine")
    assert refused.value.code == "relay_not_manager"


def test_a_new_counter_gets_the_keys_with_its_code(manager: Counter, http: HttpClient) -> None:
    manager.keys.share(GATEWAY, "pay")
    manager.keys.share(EXOTEL, "tell")
    late = Counter(http)
    code = manager.relay.invite("Till 3", 15)
    # Rotated while the code waits: it carries the new one.
    manager.keys.share(EXOTEL, "tell again")
    late.relay.enrol(code, "Till 3")
    assert [late.secrets.values[name] for name in NAMES] == ["pay", "tell again"]
    started = SharedKeys(http, late.secrets)
    assert started.fetch(late.relay.store()) == {GATEWAY: 1, EXOTEL: 2}


def test_who_joined_by_the_operators_code_gets_nothing_readable(
    relay: Relay, shop: Shop, manager: Counter, http: HttpClient
) -> None:
    other = Counter(http)
    other.relay.enrol(relay.code(shop), "Till 9")
    assert manager.keys.share(GATEWAY, "pay") == (1, 1, ("Till 9",))
    assert other.fetch() == {}
    assert GATEWAY not in other.secrets.values


def test_an_open_code_of_another_machine_is_in_nobodys_way(
    manager: Counter,
) -> None:
    manager.relay.invite("Till 4", 15)
    del manager.secrets.values[identity.CODES]
    assert manager.keys.share(GATEWAY, "pay") == (1, 1, ())


def test_an_older_version_is_not_taken_back(manager: Counter, second: Counter) -> None:
    manager.keys.share(GATEWAY, "new")
    told = second.relay.store()
    second.fetch()
    mine = Identity(second.secrets)
    mine.keep_credential(GATEWAY, 5, "newer")
    assert second.keys.fetch(told) == {GATEWAY: 1}
    old = tuple(msgspec.structs.replace(one, mine=9) for one in told.credentials)
    assert second.keys.fetch(msgspec.structs.replace(told, credentials=old)) == {GATEWAY: 1}
    assert second.secrets.values[GATEWAY] == "newer"


def test_what_a_command_kept_beside_the_program_is_used_by_it(
    manager: Counter, http: HttpClient
) -> None:
    command = SharedKeys(http, manager.secrets)
    command.share(GATEWAY, "typed")
    assert manager.fetch() == {GATEWAY: 1}


def test_what_the_relay_made_up_is_not_taken(
    relay: Relay, shop: Shop, manager: Counter, second: Counter
) -> None:
    manager.keys.share(GATEWAY, "good")
    device = second.relay.store().device
    place = parcels.Place(GATEWAY, 1, device)
    public = identity.public_key(Identity(second.secrets).keys().sealing)
    forged = parcels.wrap_for_device(seal.decode(public), KEY, place, signed(KEY, place, "bad"))
    with relay.node.store.database.write() as sql:
        sql.exec_driver_sql(
            "UPDATE parcels SET sealed = ? WHERE tenant = ? AND target = ?",
            (forged, shop.tenant, device),
        )
    assert second.fetch() == {}
    with relay.node.store.database.write() as sql:
        sql.exec_driver_sql(
            "UPDATE parcels SET sealed = ? WHERE tenant = ? AND target = ?",
            (b"\x01rubbish", shop.tenant, device),
        )
    assert second.fetch() == {}
    assert GATEWAY not in second.secrets.values


def test_a_revoked_counter_is_left_out(
    relay: Relay, shop: Shop, manager: Counter, second: Counter
) -> None:
    device = second.relay.store().device
    with relay.node.store.database.write() as sql:
        assert devices.revoke(sql, device, 1, shop.tenant)
    assert manager.keys.share(GATEWAY, "pay") == (1, 1, ())


def test_a_key_that_is_none_is_named(
    relay: Relay, shop: Shop, manager: Counter, second: Counter
) -> None:
    device = second.relay.store().device
    with relay.node.store.database.write() as sql:
        sql.exec_driver_sql(
            "UPDATE devices SET sealing_key = ? WHERE device = ?", (seal.encode(b"short"), device)
        )
    with pytest.raises(RaseedError, match="Till 2 shows a key that is none"):
        manager.keys.share(GATEWAY, "pay")
    assert GATEWAY not in second.secrets.values


def test_a_counter_that_joins_meanwhile_is_not_left_out(
    manager: Counter, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Counter(http)
    code = manager.relay.invite("Till 5", 15)
    wrapped = SharedKeys._wrapped

    def joins(self: SharedKeys, *given: object) -> object:
        found = wrapped(self, *given)  # type: ignore[arg-type]  # whatever it is called with
        if identity.SESSION not in late.secrets.values:
            late.relay.enrol(code, "Till 5")
        return found

    monkeypatch.setattr(SharedKeys, "_wrapped", joins)
    assert manager.keys.share(GATEWAY, "pay") == (1, 2, ())
    assert late.fetch() == {GATEWAY: 1}


def test_a_proof_is_of_this_key_place_and_value() -> None:
    plain = signed(KEY, PLACE, "value")
    assert read(KEY, PLACE, plain) == "value"
    assert read(KEY[::-1], PLACE, plain) is None
    assert read(KEY, PLACE._replace(version=2), plain) is None
    assert read(KEY, PLACE, plain[:-1] + b"X") is None
    assert read(KEY, PLACE, b"") is None


def test_codes_come_from_their_key_and_number() -> None:
    made = [codes.drawn(KEY, number) for number in range(200)]
    assert len({code.lookup for code in made}) == 200
    assert codes.drawn(KEY, 7) == made[7] != codes.drawn(KEY[::-1], 7)


def test_nothing_secret_lies_at_the_relay(relay: Relay, manager: Counter, second: Counter) -> None:
    manager.keys.share(GATEWAY, "planted-secret-of-the-gateway")
    manager.relay.invite("Till 7", 15)
    second.fetch()
    stored = b"".join(
        file.read_bytes() for file in relay.node.settings.data.rglob("*") if file.is_file()
    )
    assert b"Till 2" in stored, "the look can find something"
    assert b"planted-secret-of-the-gateway" not in stored
