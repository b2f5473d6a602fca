"""Who this counter is at the relay: device key, session and shop key, in the key store."""

import secrets
import threading
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import SecretStore
from pos_desktop.relay_client.codes import drawn
from pos_desktop.wire import seal

DEVICE_KEY = "relay.device_key"
SEALING_KEY = "relay.sealing_key"
SHOP_KEY = "relay.shop_key"
SESSION = "relay.session"
EARLIER_SHOP_KEY = "relay.shop_key_before"
VERSIONS = "relay.credential_versions"
CODES = "relay.codes"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What a request needs to name itself."""

    device: str
    epoch: int
    token: str


class Codes(msgspec.Struct, frozen=True, kw_only=True):
    """The key that this counter's codes come from (base64url), and how many there were."""

    master: str
    count: int


class Identity:
    """Reads the key store once and keeps the values; thread-safe."""

    def __init__(self, secret_store: SecretStore) -> None:
        self._store = secret_store
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._shop_key: bytes | None = None

    def keys(self, *, fresh: bool = False) -> "Keys":
        """The counter's keys; made at the first enrolment and kept, so that it stays one device.
        ``fresh`` makes new ones: only ``keep_keys`` puts them in the place of the old."""
        with self._lock:
            stored = None if fresh else self._store.get(DEVICE_KEY)
            sealing = None if stored is None else self._store.get(SEALING_KEY)
        device = Ed25519PrivateKey.generate()
        if stored is not None:
            device = Ed25519PrivateKey.from_private_bytes(seal.decode(stored))
        opener = X25519PrivateKey.generate()
        if sealing is not None:
            opener = X25519PrivateKey.from_private_bytes(seal.decode(sealing))
        return Keys(device, opener)

    def keep_keys(self, keys: "Keys") -> None:
        """Remember the keys that an enrolment shows, before it is sent: an answer that is lost must
        not cost the device."""
        with self._lock:
            for name, key in ((DEVICE_KEY, keys.device), (SEALING_KEY, keys.sealing)):
                raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
                if self._store.get(name) != seal.encode(raw):
                    self._store.put(name, seal.encode(raw))

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

    def shop_keys(self) -> tuple[bytes, ...]:
        """The shop's key, and the one that this counter had for itself before it was given it."""
        earlier = self._store.get(EARLIER_SHOP_KEY)
        return (self.shop_key(), *(() if earlier is None else (seal.decode(earlier),)))

    def take_shop_key(self, key: bytes) -> None:
        """The shop's key, as its manager handed it over. The one that this counter had made for
        itself is kept: what was sealed so far opens with it."""
        with self._lock:
            stored, taken = self._store.get(SHOP_KEY), seal.encode(key)
            if stored is not None and stored != taken:
                self._store.put(EARLIER_SHOP_KEY, stored)
            self._store.put(SHOP_KEY, taken)
            self._shop_key = key

    def sealing_key(self) -> bytes:
        """The private half that opens what is wrapped for this counter (32 bytes)."""
        key = self.keys().sealing
        return key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    def versions(self) -> dict[str, int]:
        """Which version of each shared key this counter has."""
        return msgspec.json.decode(self._store.get(VERSIONS) or "{}", type=dict[str, int])

    def credential(self, name: str) -> str | None:
        """A shared key."""
        return self._store.get(name)

    def keep_credential(self, name: str, version: int, value: str) -> None:
        """Keep a shared key, then its version: a break between the two fetches it again."""
        with self._lock:
            self._store.put(name, value)
            kept = {**self.versions(), name: version}
            self._store.put(VERSIONS, msgspec.json.encode(kept).decode())

    def next_code(self) -> tuple[bytes, int]:
        """The key of this counter's codes, and the number of the next one."""
        with self._lock:
            kept = self._codes()
            new = Codes(master=kept.master, count=kept.count + 1)
            self._store.put(CODES, msgspec.json.encode(new).decode())
        return seal.decode(new.master), new.count

    def codes(self) -> dict[str, str]:
        """Every code that this counter made: the secret half by the look-up half."""
        kept = self._codes()
        master = seal.decode(kept.master)
        made = (drawn(master, n + 1) for n in range(kept.count))
        return {code.lookup: code.secret for code in made}

    def _codes(self) -> "Codes":
        stored = self._store.get(CODES)
        if stored is None:
            return Codes(master=seal.encode(secrets.token_bytes(seal.KEY_BYTES)), count=0)
        return msgspec.json.decode(stored, type=Codes)

    def session(self) -> Session:
        """The session of the last enrolment. Raises RaseedError("relay_not_enrolled")."""
        with self._lock:
            if self._session is None:
                stored = self._store.get(SESSION)
                if stored is None:
                    raise RaseedError("relay_not_enrolled", "This counter is not enrolled yet.")
                self._session = msgspec.json.decode(stored, type=Session)
            return self._session

    def bearer(self) -> dict[str, str]:
        """The header by which a request names this counter; errors as ``session``."""
        return {"Authorization": f"Bearer {self.session().token}"}

    def keep_session(self, session: Session) -> None:
        """Remember a new enrolment."""
        with self._lock:
            self._store.put(SESSION, msgspec.json.encode(session).decode())
            self._session = session


@dataclass(frozen=True, slots=True)
class Keys:
    """What makes a counter one device: the key that signs, and the one that opens what the manager
    wraps for it."""

    device: Ed25519PrivateKey
    sealing: X25519PrivateKey


def public_key(key: Ed25519PrivateKey | X25519PrivateKey) -> str:
    """The public half as it travels."""
    return seal.encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
