"""Restored, deleted, copied, revoked: a counter's folder against a relay that really runs."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pos_desktop.bootstrap.enrol import enrol
from pos_desktop.bootstrap.invite import invite
from pos_desktop.domain.errors import DomainError
from pos_desktop.relay_client.identity import SHOP_KEY
from pos_desktop.settings.paths import folders
from pos_desktop.settings.secrets import PracticeSecrets
from pos_desktop.settings.store import OptionsFile
from pos_desktop.wire import chain, seal
from pos_relay.store import devices, marks
from tests.relay.support import Relay, Shop, running
from tests.support.fenced_till import DATABASE, FencedTill, copied, rejoined, set_up


@pytest.fixture
def folder(tmp_path: Path, relay: Relay, shop: Shop) -> Path:
    return set_up(tmp_path / "till", relay, shop)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[FencedTill]:
    till = FencedTill(folder)
    try:
        yield till
    finally:
        till.close()
    assert till.told() == []


def series(folder: Path) -> str:
    return OptionsFile(folder / "config" / "settings.json").read().counter.series


@dataclass(frozen=True)
class Cut:
    """Where relay and counter keep their data, the shop, the series before."""

    data: Path
    folder: Path
    shop: Shop
    series: str


def synced(till: FencedTill) -> None:
    till.run(4)
    assert till.syncing.unsent() == (0, None)


def details(till: FencedTill, kind: str) -> list[str]:
    return [flag.detail for flag in till.flags() if flag.kind == kind]


def test_a_backup_that_was_put_back_gives_no_number_twice(
    folder: Path, tmp_path: Path, relay: Relay, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole folder, marker and all: only the relay can know."""
    with opened(folder) as till:
        till.sell(2)
        synced(till)
    backup = copied(folder, tmp_path / "backup")
    with opened(folder) as till:
        till.sell(2)
        till.waiting()
        synced(till)
    copied(backup, folder)
    old = series(folder)
    with opened(folder) as till:
        assert till.trouble == ""
        till.run(1)
        assert till.trouble == "relay_ahead"
        with pytest.raises(DomainError, match="must not go on"):
            till.sell()
    assert rejoined(folder, relay.code(shop)) == 0
    said = capsys.readouterr().out.splitlines()
    new = series(folder)
    assert new != old
    assert f"Counter 2 goes on with bills {new}/..." in said
    assert f"numbers without a bill here: {old}/2627/000003 - 000004" in said
    assert f"only the relay has bill {old}/2627/000003" in said
    with opened(folder) as till:
        assert details(till, "numbers_missing") == [f"{old}/2627/000003 - 000004"]
        assert till.sell() == f"{new}/2627/000001"
        synced(till)
        assert till.trouble == ""
        till.asked()
        assert till.trouble == ""


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    """A counter whose database was put back, and whose relay is gone."""
    data, folder = tmp_path / "data", tmp_path / "till"
    with running(data) as relay:
        shop = relay.shop(practice=True)
        set_up(folder, relay, shop)
        with opened(folder) as till:
            till.sell(1)
            synced(till)
        backup = shutil.copyfile(folder / DATABASE, tmp_path / "backup.db")
        with opened(folder) as till:
            till.sell(3)
            synced(till)
        assert rejoined(folder, None) == 2, "nothing is locked yet"
        shutil.copyfile(backup, folder / DATABASE)
    return Cut(data, folder, shop, series(folder))


def test_an_emergency_series_is_for_emergencies(
    cut: Cut, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(cut.data) as relay:
        moved(cut.folder, relay)
        assert rejoined(cut.folder, None) == 2
        assert "The relay answers" in capsys.readouterr().err
        code = relay.code(cut.shop)
    assert rejoined(cut.folder, code) == 2, "nobody there, nothing changed"
    assert series(cut.folder) == cut.series
    assert rejoined(cut.folder, None) == 0
    assert rejoined(cut.folder, None) == 2
    assert "needs no emergency series" in capsys.readouterr().err


def test_offline_an_emergency_series_bridges_the_time(cut: Cut) -> None:
    folder, old = cut.folder, cut.series
    assert rejoined(folder, None, f"{old}/2627/000005") == 0
    emergency = series(folder)
    assert emergency.startswith("E")
    with opened(folder) as till:
        assert till.trouble == "emergency"
        assert till.sell(2) == f"{emergency}/2627/000002"
        assert details(till, "numbers_missing") == [f"{old}/2627/000002 - 000005"]
    with running(cut.data) as relay:
        moved(folder, relay)
        with opened(folder) as till:
            till.run(3)
            assert till.trouble == "emergency", "the relay's word is about the old series"
            assert till.sell() == f"{emergency}/2627/000003"
        assert rejoined(folder, relay.code(cut.shop)) == 0
        new = series(folder)
        assert not new.startswith("E")
        with opened(folder) as till:
            assert till.sell() == f"{new}/2627/000001"
            synced(till)
            assert (till.trouble, till.store.fence.reason(emergency)) == ("", "locked_before")
            device = till.options.counter.device
        with relay.node.store.database.read() as sql:
            held = marks.of_device(sql, cut.shop.tenant, device)
        highest = {mark.series: mark.highest for mark in held}
        assert highest == {old: 4, emergency: 3, new: 1}


def moved(folder: Path, relay: Relay) -> None:
    """The relay has another port now."""
    file = OptionsFile(folder / "config" / "settings.json")
    options = file.read()
    file.save(replace(options, relay=replace(options.relay, base_url=relay.base_url)))


def test_a_deleted_database_is_no_first_run(folder: Path, relay: Relay, shop: Shop) -> None:
    with opened(folder) as till:
        till.sell(3)
        synced(till)
    (folder / DATABASE).unlink()
    old = series(folder)
    with opened(folder) as till:
        assert till.trouble == "rolled_back"
        with pytest.raises(DomainError, match="must not go on"):
            till.sell()
        till.run(3)
    assert rejoined(folder, relay.code(shop)) == 0
    with opened(folder) as till:
        assert details(till, "numbers_missing") == [f"{old}/2627/000001 - 000003"]
        (listed,) = till.told_by_ledger("bills.missing")
        assert isinstance(listed["bills"], list)
        assert [bill["number"] for bill in listed["bills"]] == [
            f"{old}/2627/00000{n}" for n in (1, 2, 3)
        ]
        till.sell()
        synced(till)


def test_two_machines_of_one_disk_image_become_two(
    folder: Path, tmp_path: Path, relay: Relay, shop: Shop
) -> None:
    with opened(folder) as till:
        till.sell(1)
        synced(till)
    twin = copied(folder, tmp_path / "twin")
    old = series(folder)
    with opened(folder) as first, opened(twin) as second:
        first.sell(2)
        second.sell(1)
        synced(first)
        second.run(3)
        assert (first.trouble, second.trouble) == ("", "relay_fork")
        first.asked()
        assert first.trouble == "relay_fork", "both are frozen"
        with pytest.raises(DomainError, match="must not go on"):
            first.sell()
    assert rejoined(twin, relay.code(shop)) == 0
    with opened(folder) as first, opened(twin) as second:
        assert details(second, "number_doubled") == [f"{old}/2627/000002"]
        assert details(second, "numbers_missing") == [f"{old}/2627/000003"]
        first.run(3)
        assert first.syncing.problem == "relay_unknown_session"
    assert rejoined(folder, relay.code(shop)) == 0
    with opened(folder) as first, opened(twin) as second:
        names = [till.options.counter for till in (first, second)]
        assert len({name.device for name in names}) == len({name.series for name in names}) == 2
        assert names[0].former_devices == (), "the old name is the other machine's now"
        for till in (first, second):
            assert till.sell().startswith(f"{till.options.counter.series}/2627/")
            synced(till)
            till.asked()
            assert till.trouble == ""


def test_another_pc_knows_the_name_of_the_old_one(folder: Path, relay: Relay, shop: Shop) -> None:
    with opened(folder) as till:
        till.sell(2)
        synced(till)
        old = till.options.counter
    (folder / "config" / "practice_keys.json").unlink()
    with opened(folder) as till:
        till.sell()
        till.run(2)
        assert till.trouble == "relay_not_enrolled"
    assert rejoined(folder, relay.code(shop)) == 0
    with opened(folder) as till:
        new = till.options.counter
        assert (new.former_devices, new.device != old.device) == ((old.device,), True)
        till.sell()
        synced(till)


def test_a_relay_that_was_put_back_locks_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data) as relay:
        folder = set_up(tmp_path / "till", relay, relay.shop(practice=True))
        with opened(folder) as till:
            till.sell(2)
            synced(till)
    backup = copied(data, tmp_path / "relay-backup")
    with running(data) as relay:
        moved(folder, relay)
        with opened(folder) as till:
            till.sell(3)
            synced(till)
    copied(backup, data)
    with running(data) as relay:
        moved(folder, relay)
        with opened(folder) as till:
            synced(till)
            assert till.trouble == ""
            assert till.sell().endswith("/000006")
            kept = till.relay.ledger(0)
            with till.store.read() as uow:
                assert kept.entries[-1].hash in {e.hash for e in uow.ledger.after(0, 1000)}


def test_a_revoked_counter_sells_on_and_comes_back(folder: Path, relay: Relay, shop: Shop) -> None:
    old = series(folder)
    with opened(folder) as till:
        till.sell(1)
        synced(till)
        with relay.node.store.database.write() as sql:
            devices.revoke(sql, till.options.counter.device, relay.node.now())
        assert till.sell(2) == f"{old}/2627/000003"
        till.run(4)
        assert till.trouble == "relay_revoked"
        assert till.sell() == f"{old}/2627/000004"
        till.waiting()
        gateway = till.gateway
        assert till.syncing.unsent()[0] > 0
    assert rejoined(folder, relay.code(shop)) == 0
    with opened(folder) as till:
        till.gateway = gateway
        till.connect()
        assert [bill.token_no for bill in till.desk.state().waiting] == [5]
        assert till.flags() == (), "nothing is missing"
        assert till.sell() == f"{series(folder)}/2627/000001"
        synced(till)


def test_one_entry_that_nobody_can_read_among_two_hundred(folder: Path) -> None:
    with opened(folder) as till:
        with till.store.write() as uow:
            for number in range(1, 201):
                body = {"note": "x" * 100_000} if number == 77 else {"number": number}
                uow.ledger.append("till.note", "Asha", till.clock.now(), body)
            uow.commit()
        synced(till)
        assert details(till, "relay_parked") == ["77"]
        held = [entry for after in (0, 200) for entry in till.relay.ledger(after).entries]
        assert [entry.seq for entry in held if entry.body is None] == [77]
        assert held[-1].seq > 200
        assert held[76].hash != chain.GENESIS


def test_a_page_that_the_relay_lost_is_whole_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data) as relay:
        folder = set_up(tmp_path / "till", relay, relay.shop(practice=True))
        with opened(folder) as till:
            till.sell()
            till.run(3)
            with till.store.read() as uow:
                sale = uow.sales.last_issued()
            assert sale is not None
            token = sale.link_token
            before = relay.http.get(f"/i/{token}").content
    for file in (data / "sealed").rglob(f"{seal.page_id(token)}*"):
        file.unlink()
    with running(data) as relay:
        moved(folder, relay)
        assert relay.http.get(f"/i/{token}").status_code == 404
        with opened(folder) as till:
            till.asked()
            assert till.told_secrets != []
        assert relay.http.get(f"/i/{token}").content == before


def test_the_next_counter_gets_the_shop_s_key_with_its_code(
    folder: Path, tmp_path: Path, relay: Relay, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    second = set_up(tmp_path / "second", relay, shop)
    for till_folder in (folder, second):
        with opened(till_folder) as till:
            till.sell()
            synced(till)
    assert invite("Counter 3", 15, second) == 2
    assert "manager" in capsys.readouterr().err
    assert invite("Counter 3", 15, folder) == 0
    assert rejoined(second, capsys.readouterr().out.strip()) == 0
    keys = [PracticeSecrets(folders(f).practice_secrets).get(SHOP_KEY) for f in (folder, second)]
    assert keys[0] == keys[1] is not None


def test_a_counter_with_bills_is_not_enrolled_but_rejoined(
    folder: Path, relay: Relay, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(folder) as till:
        till.sell()
    before = series(folder)
    assert enrol(relay.code(shop), None, folder) == 2
    assert "raseed rejoin" in capsys.readouterr().err
    assert series(folder) == before


def test_a_code_that_is_none_changes_nothing(
    folder: Path, relay: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(folder) as till:
        till.sell()
        synced(till)
    before = series(folder)
    for code in ("nonsense", relay.code(relay.shop(), minutes=-1)):
        assert rejoined(folder, code) == 2
    assert rejoined(folder, relay.code(relay.shop()), "nonsense") == 2
    assert capsys.readouterr().err.count("rejoin: ") == 3
    with opened(folder) as till:
        assert till.sell() == f"{before}/2627/000002"
