"""PINs as hashes that are worthless without this computer's key store; the one home of Argon2.

A PIN of six digits is guessed within hours whatever the hash costs, so it is mixed with 32 random
bytes (the pepper) that never stand beside the hash: they live in the key store.
"""

import hashlib
import hmac
import secrets
from threading import Lock
from typing import TYPE_CHECKING

from pos_desktop.domain.errors import Unavailable
from pos_desktop.ports import SecretStore

if TYPE_CHECKING:
    from argon2 import PasswordHasher

PEPPER = "pin.pepper"
"""Name in the key store; 64 hexadecimal digits."""

_PEPPER_BYTES = 32
# Twice the rounds of OWASP's second choice for Argon2id (46 MiB, one round, one lane).
_MEMORY_KIB = 46 * 1024
_ROUNDS = 2


class Argon2Pins:
    """``ports.PinHasher``: Argon2id over HMAC-SHA256(pepper, PIN). Safe to call from any lane."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store
        self._lock = Lock()
        self._known: bytes | None = None

    def hash(self, pin: str) -> str:
        """A new salted hash; the first one ever makes the pepper.

        Raises Unavailable: ``pin_pepper_damaged``, or what the key store raises.
        """
        return _argon2().hash(_keyed(self._pepper(make=True), pin))

    def matches(self, pin_hash: str, pin: str) -> bool:
        """Whether it is this PIN.

        Raises Unavailable: ``pin_pepper_missing`` (the key store was emptied or the database came
        from another computer), ``pin_pepper_damaged``, ``pin_hash_damaged``, or what the key store
        raises: what cannot be checked is never a wrong PIN.
        """
        from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

        keyed = _keyed(self._pepper(make=False), pin)
        try:
            return _argon2().verify(pin_hash, keyed)
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError):
            # Not chained: the text of these errors is Argon2's, and the value is a PIN's.
            text = "The stored PIN is damaged; restore the database from its backup."
            raise Unavailable("pin_hash_damaged", text) from None

    def _pepper(self, *, make: bool) -> bytes:
        with self._lock:
            if self._known is None:
                found = self._store.get(PEPPER)
                if found is None and make:
                    found = secrets.token_hex(_PEPPER_BYTES)
                    self._store.put(PEPPER, found)
                self._known = _bytes_of(found)
            return self._known


def _argon2() -> "PasswordHasher":
    from argon2 import PasswordHasher, Type

    return PasswordHasher(
        time_cost=_ROUNDS, memory_cost=_MEMORY_KIB, parallelism=1, hash_len=32, type=Type.ID
    )


def _keyed(pepper: bytes, pin: str) -> bytes:
    return hmac.new(pepper, pin.encode(), hashlib.sha256).digest()


def _bytes_of(text: str | None) -> bytes:
    if text is None:
        what = (
            "PINs cannot be checked: the key store of this computer no longer has its part of them."
            " Restore it, or sign in as the user under whom the PIN was set."
        )
        raise Unavailable("pin_pepper_missing", what)
    try:
        pepper = bytes.fromhex(text)
    except ValueError:
        pepper = b""
    if len(pepper) != _PEPPER_BYTES:
        what = "PINs cannot be checked: what the key store holds for them is damaged."
        raise Unavailable("pin_pepper_damaged", what)
    return pepper
