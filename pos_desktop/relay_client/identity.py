"""Who this counter is at the relay: device key, session and shop key, in the key store."""

import secrets
import threading

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import SecretStore
from pos_desktop.wire import seal

DEVICE_KEY = "relay.device_key"
SHOP_KEY = "relay.shop_key"
SESSION = "relay.session"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What a request needs to name itself."""

    device: str
    epoch: int
    token: str


class Identity:
    """Reads the key store once and keeps the values; thread-safe."""

    def __init__(self, secret_store: SecretStore) -> None:
        self._store = secret_store
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._shop_key: bytes | None = None

    def device_key(self) -> Ed25519PrivateKey:
        """The counter's key; made at the first enrolment and kept, so that it stays one device."""
        with self._lock:
            stored = self._store.get(DEVICE_KEY)
            if stored is None:
                raw = Ed25519PrivateKey.generate().private_bytes(
                    Encoding.Raw, PrivateFormat.Raw, NoEncryption()
                )
                stored = seal.encode(raw)
                self._store.put(DEVICE_KEY, stored)
            return Ed25519PrivateKey.from_private_bytes(seal.decode(stored))

    def shop_key(self) -> bytes:
        """The 32 bytes under which ledger bodies are sealed; made by the shop's first counter."""
        with self._lock:
            if self._shop_key is None:
                stored = self._store.get(SHOP_KEY)
                if stored is None:
                    stored = seal.encode(secrets.token_bytes(seal.KEY_BYTES))
                    self._store.put(SHOP_KEY, stored)
                self._shop_key = seal.decode(stored)
            return self._shop_key

    def session(self) -> Session:
        """The session of the last enrolment. Raises RaseedError("relay_not_enrolled")."""
        with self._lock:
            if self._session is None:
                stored = self._store.get(SESSION)
                if stored is None:
                    raise RaseedError("relay_not_enrolled", "This counter is not enrolled yet.")
                self._session = msgspec.json.decode(stored, type=Session)
            return self._session

    def keep_session(self, session: Session) -> None:
        """Remember a new enrolment."""
        with self._lock:
            self._store.put(SESSION, msgspec.json.encode(session).decode())
            self._session = session


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half as it travels."""
    return seal.encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
