"""Which folder a counter opens, and what it refuses before a customer stands there."""

import json
from dataclasses import fields, replace
from pathlib import Path

import msgspec
import pytest

from pos_desktop.bootstrap import enrol
from pos_desktop.bootstrap.peers import CALLBACK_NAME, exotel_with_secret, keep_secret
from pos_desktop.bootstrap.practice import Endpoints
from pos_desktop.bootstrap.window import practice_setup, real_setup
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import CounterOptions, ExotelOptions, Options, RelayOptions, Shop
from pos_desktop.ports import Enrolled
from pos_desktop.settings.paths import folders
from pos_desktop.settings.secrets import PracticeSecrets
from pos_desktop.settings.store import OptionsFile, check_options

LOCAL = "http://127.0.0.1:9"
SHOP = Options(
    shop=Shop(name="Shree Stores"),
    counter=CounterOptions(series="A1B"),
    exotel=ExotelOptions(base_url="https://api.in.exotel.com"),
    relay=RelayOptions(base_url="https://relay.shree.example"),
)


def kept(data: Path, options: Options) -> Path:
    """A counter's folder with these settings; the settings file."""
    places = folders(data)
    places.make()
    OptionsFile(places.options).save(options)
    return places.options


@pytest.fixture
def endpoints(tmp_path: Path) -> Path:
    """What the launcher writes."""
    file = tmp_path / "practice.json"
    file.write_text(json.dumps({field.name: LOCAL for field in fields(Endpoints)}))
    return file


def test_practice_never_opens_a_real_shop(tmp_path: Path, endpoints: Path) -> None:
    file = kept(tmp_path / "till", SHOP)
    before = file.read_bytes()
    with pytest.raises(InputError, match="belongs to a real shop"):
        practice_setup(tmp_path / "till", endpoints)
    file.write_text("{")
    file.with_name("settings.json.good").unlink()
    with pytest.raises(InputError, match="not JSON"):
        practice_setup(tmp_path / "till", endpoints)
    file.write_bytes(before)
    assert real_setup(tmp_path / "till").options == SHOP


def test_practice_has_a_folder_of_its_own(
    tmp_path: Path, endpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    data = practice_setup(None, endpoints).folders.data
    assert "raseed-practice" in data.parts
    assert data != folders().data


def test_a_practice_folder_is_no_real_shop(tmp_path: Path) -> None:
    kept(tmp_path, replace(SHOP, practice=True))
    with pytest.raises(InputError, match="practice shop"):
        real_setup(tmp_path)


def test_a_mistake_in_the_settings_is_named(tmp_path: Path) -> None:
    file = kept(tmp_path, SHOP)
    file.write_text('{"shop": {"nam": "Shree"}}')
    setup = real_setup(tmp_path)
    assert setup.options == SHOP
    assert "shop.nam" in str(setup.problem)
    file.with_name("settings.json.good").unlink()
    with pytest.raises(InputError, match=r"shop\.nam"):
        real_setup(tmp_path)


def test_a_mistake_is_told_before_what_the_last_good_copy_lacks(tmp_path: Path) -> None:
    file = kept(tmp_path, replace(SHOP, counter=CounterOptions()))
    file.write_text('{\n "shop": {"nam": "Shree"}}')
    with pytest.raises(InputError, match=r"settings\.json: Setting shop\.nam \(line 2\)") as told:
        real_setup(tmp_path)
    assert told.value.code == "settings_value"


def test_without_a_series_no_shop_opens(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not set up"):
        real_setup(tmp_path)
    kept(tmp_path, replace(SHOP, counter=CounterOptions()))
    with pytest.raises(InputError, match="raseed enrol"):
        real_setup(tmp_path)


@pytest.mark.parametrize(
    ("without", "key"),
    [
        (replace(SHOP, exotel=ExotelOptions()), "exotel.base_url"),
        (replace(SHOP, relay=RelayOptions()), "relay.base_url"),
    ],
)
def test_a_missing_address_is_named(tmp_path: Path, without: Options, key: str) -> None:
    kept(tmp_path, without)
    with pytest.raises(InputError, match=f"{key} is missing"):
        real_setup(tmp_path)


def test_a_rotated_secret_is_kept_and_used(tmp_path: Path) -> None:
    secrets = PracticeSecrets(tmp_path / "keys.json")
    secrets.put(CALLBACK_NAME, "old")
    address = "https://relay.example/cb/exotel/{channel}/shree/{secret}"
    shop = replace(SHOP, exotel=replace(SHOP.exotel, callback_url=address))
    used: list[str] = []

    class Renewed:
        def renew(self, options: ExotelOptions) -> None:
            used.append(options.callback_url)

    for secret in ("old", "", "new", "new"):
        keep_secret(shop, secrets, Renewed(), secret)
    assert used == ["https://relay.example/cb/exotel/{channel}/shree/new"]
    assert secrets.get(CALLBACK_NAME) == "new"


class _Relay:
    def enrol(self, _code: str, _label: str) -> Enrolled:
        return Enrolled("T1", "D1", 1, "A1B", "token", "very-secret")


def test_exotel_reports_to_the_public_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrol, "relay_client", lambda *_: _Relay())
    relay = RelayOptions(base_url="https://10.0.0.7", public_url="https://b.shree.example/")
    secrets = PracticeSecrets(tmp_path / "keys.json")
    joined = enrol.join(replace(SHOP, relay=relay), "CODE", "Counter 1", secrets)
    address = "https://b.shree.example/cb/exotel/{channel}/T1/{secret}"
    assert joined.exotel.callback_url == address
    assert joined.counter.series == "A1B"
    # The secret is in the key store, not in the settings, until a message is sent.
    assert secrets.get(CALLBACK_NAME) == "very-secret"
    assert "very-secret" not in msgspec.json.encode(joined).decode()
    check_options(joined)
    filled = exotel_with_secret(joined, secrets)
    assert filled.callback_url == address.replace("{secret}", "very-secret")
