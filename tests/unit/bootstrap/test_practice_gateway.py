"""Practice speaks to the gateway that its settings name."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from pos_desktop.bootstrap.practice import Endpoints, Wanted, enrolled, practice_options
from pos_desktop.domain.options import CounterOptions, GatewayOptions, Options
from pos_desktop.settings.paths import Folders, folders
from pos_desktop.settings.secrets import PracticeSecrets
from pos_desktop.settings.store import OptionsFile

LINE = {field.name: f"http://127.0.0.1:9/{field.name}" for field in fields(Endpoints)}


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    made = folders(tmp_path / "till")
    made.make()
    return made


@pytest.fixture
def ends(tmp_path: Path) -> Endpoints:
    file = tmp_path / "practice.json"
    file.write_text(json.dumps(LINE))
    return Endpoints.read(file)


def test_razorpay_is_practised_unless_told(places: Folders, ends: Endpoints) -> None:
    gateway = practice_options(places, ends).gateway
    assert gateway == GatewayOptions(base_url=ends.razorpay, key_id=ends.key_id)


def test_the_kept_settings_or_a_wish_choose_cashfree(places: Folders, ends: Endpoints) -> None:
    expected = GatewayOptions("cashfree", base_url=ends.cashfree, key_id=ends.cashfree_id)
    wished = practice_options(places, ends, Wanted(gateway="cashfree"))
    assert wished.gateway == expected
    OptionsFile(places.options).save(replace(wished, counter=CounterOptions(series="P1A")))
    kept = practice_options(places, ends)
    assert kept.gateway == expected
    options = enrolled(places, ends, kept)
    secrets = PracticeSecrets(places.practice_secrets)
    assert secrets.get("gateway.key_secret") == ends.cashfree_secret
    back = practice_options(places, ends, Wanted(gateway="razorpay"))
    assert back.gateway.name == "razorpay"
    enrolled(places, ends, replace(back, counter=options.counter))
    assert secrets.get("gateway.key_secret") == ends.key_secret


def test_an_older_practice_file_knows_no_cashfree(tmp_path: Path) -> None:
    file = tmp_path / "practice.json"
    older = {name: value for name, value in LINE.items() if not name.startswith("cashfree")}
    file.write_text(json.dumps(older))
    assert Endpoints.read(file).cashfree == ""


def test_practice_keeps_no_quiet_hours(places: Folders, ends: Endpoints) -> None:
    """Whoever tries it at night sees the receipt, too."""
    OptionsFile(places.options).save(Options(practice=True, messages_quiet="21:00-08:00"))
    assert practice_options(places, ends).messages_quiet == ""
