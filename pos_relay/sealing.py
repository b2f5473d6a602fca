"""Secrets at rest: callback and webhook secrets are encrypted with a key outside the database."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pos_relay.errors import SetupError

KEY_BYTES = 32
_NONCE = 12
CHECK_TEXT = b"raseed relay key"
CHECK_PLACE = "meta:key_check"


class SecretBox:
    """AES-256-GCM with random nonces; ``place`` is bound, so values cannot be swapped."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise SetupError("the key of the relay's secrets must be 32 bytes in base64url")
        self._cipher = AESGCM(key)

    def shut(self, place: str, secret: bytes) -> bytes:
        """Encrypt ``secret`` for ``place`` ("tenant:callback")."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """The secret; SetupError if the key or the place is not the one it was shut with."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except InvalidTag as error:
            raise SetupError("a stored secret does not open with the relay's key") from error


def load_key(given: str | None, path: Path, *, may_create: bool) -> bytes:
    """The key from the environment, else from the key file.

    A missing file is made (mode 0600) only while the database holds no secret yet: a new key could
    open nothing, and hooks would be refused one by one. Raises SetupError.
    """
    if given is not None:
        return _decoded(given)
    if path.exists():
        return _decoded(path.read_text("ascii").strip())
    if not may_create:
        raise SetupError(
            f"{path.name} is missing: put it back beside the database, or set RASEED_RELAY_KEY"
        )
    key = secrets.token_bytes(KEY_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(base64.urlsafe_b64encode(key).decode().rstrip("="))
        stream.flush()
        os.fsync(stream.fileno())
    return key


def _decoded(text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise SetupError("the relay's key is not base64url") from error
    if len(key) != KEY_BYTES:
        raise SetupError("the relay's key must be 32 bytes in base64url")
    return key
