"""Only safe key stores; what was stored comes back or it is said."""

import threading
from pathlib import Path

import keyring
import keyring.errors
import pytest

from pos_desktop.domain.errors import InputError, Unavailable
from pos_desktop.ports import SecretStore
from pos_desktop.settings.secrets import KeyringSecrets, KnownSecrets, PracticeSecrets, safe_backend


class MemoryStore:
    """A key store as it should be."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[(service, username)] = password


class LosingStore(MemoryStore):
    def set_password(self, service: str, username: str, password: str) -> None:
        return


class LockedStore(MemoryStore):
    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.InitError("Failed to unlock")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.InitError(f"Failed to unlock: {password}")


def test_round_trip() -> None:
    store = MemoryStore()
    secrets: SecretStore = KeyringSecrets(find=lambda: store)
    assert secrets.get("razorpay.secret") is None
    secrets.put("razorpay.secret", "पास s3cret")
    assert secrets.get("razorpay.secret") == "पास s3cret"
    assert store.kept == {("raseed", "razorpay.secret"): "पास s3cret"}


def test_a_store_that_loses_is_found_out() -> None:
    with pytest.raises(Unavailable) as caught:
        KeyringSecrets(find=LosingStore).put("a", "s3cret")
    assert caught.value.code == "keystore_lost"
    assert "s3cret" not in str(caught.value)


def test_a_locked_store_says_what_to_do() -> None:
    secrets = KeyringSecrets(find=LockedStore)
    with pytest.raises(Unavailable) as reading:
        secrets.get("a")
    with pytest.raises(Unavailable) as writing:
        secrets.put("a", "s3cret")
    for caught in (reading, writing):
        assert caught.value.code == "keystore_failed"
        assert "GNOME Keyring" in str(caught.value)
        assert "s3cret" not in str(caught.value)


def test_a_store_that_waits_for_a_prompt_does_not_hold_us() -> None:
    release = threading.Event()

    class Waiting(MemoryStore):
        def get_password(self, service: str, username: str) -> str | None:
            release.wait(5)
            return None

    with pytest.raises(Unavailable) as caught:
        KeyringSecrets(find=Waiting, timeout=0.05).get("a")
    release.set()
    assert caught.value.code == "keystore_timeout"


def named(module: str, name: str) -> MemoryStore:
    """A store whose class is called like a backend of keyring."""
    kind = type(name, (MemoryStore,), {"__module__": module})
    made: MemoryStore = kind()
    return made


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
        ("keyring.backends.kwallet", "DBusKeyringKWallet4"),
        ("keyring.backends.Windows", "WinVaultKeyring"),
        ("keyring.backends.macOS", "Keyring"),
    ],
)
def test_safe_backends(module: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = named(module, name)
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    assert safe_backend() is store


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keyring.backends.fail", "Keyring"),
        ("keyring.backends.null", "Keyring"),
        ("keyrings.alt.file", "PlaintextKeyring"),
        ("keyrings.alt.file", "EncryptedKeyring"),
        ("keyring.backends.libsecret", "Keyring"),
    ],
)
def test_unsafe_backends_are_refused(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = named(module, name)
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    with pytest.raises(Unavailable) as caught:
        KeyringSecrets().put("a", "s3cret")
    assert caught.value.code == "no_safe_keystore"
    assert caught.value.params["found"] == f"{module}.{name}"
    assert store.kept == {}


def test_a_chain_gives_its_first_safe_member(monkeypatch: pytest.MonkeyPatch) -> None:
    safe = named("keyring.backends.SecretService", "Keyring")
    chain = named("keyring.backends.chainer", "ChainerBackend")
    chain.backends = [named("keyrings.alt.file", "PlaintextKeyring"), safe]  # type: ignore[attr-defined]  # as the chainer has
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    assert safe_backend() is safe


def test_this_run_has_no_key_store() -> None:
    """The tests set keyring's "fail" backend, as a machine without one has it."""
    with pytest.raises(Unavailable) as caught:
        KeyringSecrets().get("a")
    assert caught.value.code == "no_safe_keystore"


@pytest.mark.parametrize("name", ["", "A", "a b", "../x", "x" * 65])
def test_names(name: str, tmp_path: Path) -> None:
    for secrets in (KeyringSecrets(find=MemoryStore), PracticeSecrets(tmp_path / "keys")):
        with pytest.raises(InputError):
            secrets.get(name)
        with pytest.raises(InputError):
            secrets.put(name, "x")


def test_practice_file(tmp_path: Path) -> None:
    secrets: SecretStore = PracticeSecrets(tmp_path / "deep" / "keys.json")
    assert secrets.get("a") is None
    secrets.put("a", "1")
    secrets.put("b", "2")
    assert (secrets.get("a"), secrets.get("b")) == ("1", "2")
    assert (tmp_path / "deep" / "keys.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"a": 1}', b"\xff"])
def test_a_broken_practice_file_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    with pytest.raises(Unavailable):
        PracticeSecrets(path).get("a")


def test_a_practice_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        PracticeSecrets(tmp_path / "file" / "keys.json").put("a", "1")


class Counted:
    """A key store that counts how often it is asked."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.asked = 0

    def get(self, name: str) -> str | None:
        self.asked += 1
        return self.values.get(name)

    def put(self, name: str, value: str) -> None:
        if value == "refused":
            raise Unavailable("keystore_lost", "no")
        self.values[name] = value


def test_what_is_known_is_not_asked_again() -> None:
    store = Counted()
    known = KnownSecrets(store)
    assert known.get("gateway.key_secret") is None
    store.values["gateway.key_secret"] = "first"
    assert [known.get("gateway.key_secret") for _ in range(3)] == ["first"] * 3
    assert store.asked == 2
    known.put("gateway.key_secret", "second")
    assert (known.get("gateway.key_secret"), store.values["gateway.key_secret"]) == (
        "second",
        "second",
    )
    with pytest.raises(Unavailable):
        known.put("gateway.key_secret", "refused")
    assert known.get("gateway.key_secret") == "second"
