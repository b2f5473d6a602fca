"""Secrets in the operating system's key store; the one home of ``keyring``.

Only key stores that really protect are accepted (reference packaging, "keyring on Linux"): others
keep a secret in a readable file, or lose it without a word. A call may wait for a person who
unlocks the store, so each runs in a thread of its own with a time-out.
"""

import hmac
import json
import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from pos_desktop.domain.errors import InputError, Unavailable
from pos_desktop.ports import SecretStore
from pos_desktop.settings.files import write_atomically

log = logging.getLogger(__name__)
T = TypeVar("T")

_SAFE = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.Windows.WinVaultKeyring",
        "keyring.backends.macOS.Keyring",
    }
)
_CHAINER = "keyring.backends.chainer.ChainerBackend"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_REMEDY = (
    "There is no safe store for keys on this computer. On Linux install and unlock GNOME Keyring"
    " or KWallet; on Windows and macOS sign in with the till's own account. Then try again."
)


class KeyStore(Protocol):
    """The part of a keyring backend that is used."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...


def safe_backend() -> KeyStore:
    """The key store that keyring found, if it is one that protects. Raises Unavailable."""
    import keyring

    found = keyring.get_keyring()
    chained = getattr(found, "backends", ()) if _class_name(found) == _CHAINER else ()
    for backend in (found, *chained):
        if _class_name(backend) in _SAFE:
            store: KeyStore = backend
            return store
    log.warning("key store refused: %s", _class_name(found))
    raise Unavailable("no_safe_keystore", _REMEDY, found=_class_name(found))


def _class_name(backend: object) -> str:
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"


class KeyringSecrets:
    """``ports.SecretStore`` over the operating system's key store."""

    def __init__(
        self,
        service: str = "raseed",
        timeout: float = 20.0,
        find: Callable[[], KeyStore] = safe_backend,
    ) -> None:
        self._service = service
        self._timeout = timeout
        self._find = find

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises Unavailable where no safe key store answers."""
        _check_name(name)
        return self._within(lambda: self._find().get_password(self._service, name))

    def put(self, name: str, value: str) -> None:
        """Store and read back. Raises Unavailable where the value did not come back."""
        _check_name(name)

        def write() -> str | None:
            store = self._find()
            store.set_password(self._service, name, value)
            return store.get_password(self._service, name)

        kept = self._within(write)
        if kept is None or not hmac.compare_digest(kept.encode(), value.encode()):
            text = f"The key store did not keep the secret. {_REMEDY}"
            raise Unavailable("keystore_lost", text)

    def _within(self, work: Callable[[], T]) -> T:
        """Run ``work`` aside; a store that waits for a prompt for ever must not hold us."""
        results: list[T] = []
        errors: list[Exception] = []

        def run() -> None:
            try:
                results.append(work())
            except Exception as error:
                # Backends raise errors of D-Bus, Windows and their own besides KeyringError.
                errors.append(error)

        thread = threading.Thread(target=run, name="keystore", daemon=True)
        thread.start()
        thread.join(self._timeout)
        if results:
            return results[0]
        if not errors:
            text = "The key store does not answer; a window may be waiting for its password."
            raise Unavailable("keystore_timeout", text)
        error = errors[0]
        if isinstance(error, Unavailable):
            raise error
        # The text of a backend's error may carry the secret: its class says enough.
        log.warning("key store failed: %s", type(error).__name__)
        raise Unavailable("keystore_failed", _REMEDY, reason=type(error).__name__) from None


class KnownSecrets:
    """``ports.SecretStore`` that remembers what it gave: adapters ask it at every call, and a key
    store may take its time. What is put in is known to all of them at once."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store
        self._known: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """The secret, or None; what was not there is looked for again. Raises Unavailable."""
        found = self._known.get(name)
        if found is None:
            found = self._store.get(name)
            if found is not None:
                # What was put in while the store was asked is newer.
                found = self._known.setdefault(name, found)
        return found

    def put(self, name: str, value: str) -> None:
        """Store, then remember. Raises Unavailable."""
        self._store.put(name, value)
        self._known[name] = value


class PracticeSecrets:
    """Practice mode's stand-in: a plain file of worthless practice keys, for its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises Unavailable where the file cannot be read."""
        _check_name(name)
        return self._read().get(name)

    def put(self, name: str, value: str) -> None:
        """Store and read back. Raises Unavailable where the file cannot be written."""
        _check_name(name)
        kept = {**self._read(), name: value}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, json.dumps(kept, indent=1).encode())
        except OSError as error:
            text = f"The practice keys cannot be written: {error.strerror}."
            raise Unavailable("practice_secrets", text) from error
        if self._read().get(name) != value:
            raise Unavailable("practice_secrets", "The practice keys did not come back.")

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            text = "The practice keys cannot be read."
            raise Unavailable("practice_secrets", text) from error
        if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
            raise Unavailable("practice_secrets", "The practice keys have a wrong form.")
        return found


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError("secret_name", "A secret's name has lower-case letters, digits and dots.")
