"""PINs: Argon2id over a pepper of the key store, and never "wrong" where it cannot be checked."""

import hashlib
import hmac
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from pos_desktop.domain.errors import Unavailable
from pos_desktop.ports import PinHasher
from pos_desktop.settings.pins import PEPPER, Argon2Pins
from pos_desktop.settings.secrets import KeyringSecrets, PracticeSecrets

PIN = "739204"


class Kept:
    """A key store in memory that counts what was put."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.puts = 0

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def put(self, name: str, value: str) -> None:
        self.values[name] = value
        self.puts += 1


def test_the_right_pin_and_no_other() -> None:
    pins: PinHasher = Argon2Pins(Kept())
    stored = pins.hash(PIN)
    assert pins.matches(stored, PIN)
    for other in ("739205", "73920", "7392044", "", "७३९२०४"):
        assert not pins.matches(stored, other), other


def test_the_hash_is_argon2id_over_the_peppered_pin() -> None:
    store = Kept()
    stored = Argon2Pins(store).hash(PIN)
    costs = extract_parameters(stored)
    assert costs.type is Type.ID
    assert costs.memory_cost >= 19 * 1024
    assert costs.time_cost >= 2
    assert PIN not in stored
    pepper = bytes.fromhex(store.values[PEPPER])
    assert len(pepper) == 32
    keyed = hmac.new(pepper, PIN.encode(), hashlib.sha256).digest()
    assert PasswordHasher().verify(stored, keyed)


def test_a_salt_of_its_own_and_one_pepper_for_all() -> None:
    store = Kept()
    pins = Argon2Pins(store)
    assert pins.hash(PIN) != pins.hash(PIN)
    assert store.puts == 1
    stored = pins.hash(PIN)
    assert Argon2Pins(store).matches(stored, PIN), "after a restart"
    assert Argon2Pins(store).hash("112358") and store.puts == 1
    assert Kept().values != store.values
    assert not _other_computer().matches(stored, PIN)


def _other_computer() -> Argon2Pins:
    store = Kept()
    Argon2Pins(store).hash("000111")
    return Argon2Pins(store)


def test_two_first_hashes_at_once_share_the_pepper() -> None:
    store = Kept()
    pins = Argon2Pins(store)
    with ThreadPoolExecutor(2) as pool:
        stored = list(pool.map(pins.hash, [PIN, PIN]))
    assert store.puts == 1
    assert all(pins.matches(each, PIN) for each in stored)


def test_without_the_pepper_nothing_is_called_wrong() -> None:
    store = Kept()
    stored = Argon2Pins(store).hash(PIN)
    store.values.clear()
    for pin in (PIN, "000000"):
        with pytest.raises(Unavailable) as caught:
            Argon2Pins(store).matches(stored, pin)
        assert caught.value.code == "pin_pepper_missing"
    assert store.values == {}, "a look makes no pepper"


@pytest.mark.parametrize("damaged", ["", "zz", "00" * 31, "00" * 33])
def test_a_damaged_pepper_is_said(damaged: str) -> None:
    store = Kept()
    store.values[PEPPER] = damaged
    pins = Argon2Pins(store)
    for call in (lambda: pins.hash(PIN), lambda: pins.matches("x", PIN)):
        with pytest.raises(Unavailable) as caught:
            call()
        assert caught.value.code == "pin_pepper_damaged"


def test_a_damaged_hash_is_said_and_holds_no_pin() -> None:
    pins = Argon2Pins(Kept())
    stored = pins.hash(PIN)
    for damaged in ("", "plain", stored[:20]):
        with pytest.raises(Unavailable) as caught:
            pins.matches(damaged, PIN)
        assert caught.value.code == "pin_hash_damaged"
        assert PIN not in str(caught.value)


def test_this_run_has_no_key_store() -> None:
    """The tests set keyring's "fail" backend, as a machine without one has it."""
    with pytest.raises(Unavailable) as caught:
        Argon2Pins(KeyringSecrets()).hash(PIN)
    assert caught.value.code == "no_safe_keystore"


def test_practice_works_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "practice_keys.json"
    stored = Argon2Pins(PracticeSecrets(file)).hash(PIN)
    assert Argon2Pins(PracticeSecrets(file)).matches(stored, PIN)
    assert not Argon2Pins(PracticeSecrets(file)).matches(stored, "739205")
    assert caplog.text == ""
