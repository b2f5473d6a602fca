"""Credentials on their way between counters, wrapped so that the relay carries them unread.

Before a counter is enrolled they are under the secret half of its code, afterwards under its X25519
key. Pure: who wraps for a device hands in a fresh ephemeral key. Format as in ``seal``: a version
byte (1), then nonce and AES-256-GCM ciphertext, for devices behind the ephemeral public key.
"""

import hashlib
import hmac
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pos_desktop.wire import seal
from pos_desktop.wire.seal import SealError

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = bytes([1])
_SEP = b"\x00"


class Place(NamedTuple):
    """What is wrapped and for whom (a device, or a code's look-up half); bound to the parcel."""

    name: str
    version: int
    target: str


def wrap_for_code(secret: str, place: Place, plaintext: bytes) -> bytes:
    """A parcel that opens with the secret half of a code; equal input gives equal bytes."""
    return _VERSION + _shut(_code_key(secret), place, plaintext)


def open_with_code(secret: str, place: Place, sealed: bytes) -> bytes:
    """The credential; SealError for another code, place or changed bytes."""
    return _open(_code_key(secret), place, _body(sealed, 0))


def wrap_for_device(public: bytes, ephemeral: bytes, place: Place, plaintext: bytes) -> bytes:
    """A parcel that only the holder of the X25519 key opens.

    ``ephemeral``: 32 fresh random bytes, never used twice. SealError if ``public`` is no key.
    """
    mine = X25519PrivateKey.from_private_bytes(ephemeral)
    shown = mine.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = _shared(mine, public, shown + public)
    return _VERSION + shown + _shut(key, place, plaintext)


def open_with_device(private: bytes, place: Place, sealed: bytes) -> bytes:
    """The credential; SealError for another key, place or changed bytes."""
    body = _body(sealed, KEY_BYTES)
    shown = sealed[1 : 1 + KEY_BYTES]
    mine = X25519PrivateKey.from_private_bytes(private)
    public = mine.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _open(_shared(mine, shown, shown + public), place, body)


def voucher(secret: str, public_key: str, sealing_key: str) -> str:
    """Proof, to who made the code, that both keys are of the counter that used it (base64url)."""
    key = _derived(secret.encode("ascii"), b"raseed enrol voucher")
    keys = _SEP.join((public_key.encode(), sealing_key.encode()))
    return seal.encode(hmac.digest(key, keys, "sha256"))


def vouched(secret: str, public_key: str, sealing_key: str, shown: str) -> bool:
    """Whether a voucher fits, compared in constant time."""
    good = voucher(secret, public_key, sealing_key)
    return hmac.compare_digest(good.encode(), shown.encode("utf-8", "surrogatepass"))


def _code_key(secret: str) -> bytes:
    return _derived(secret.encode("ascii"), b"raseed enrol parcel")


def _shared(mine: X25519PrivateKey, theirs: bytes, both: bytes) -> bytes:
    try:
        shared = mine.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError as error:  # not 32 bytes, or a point that gives everybody the same secret
        raise SealError("not a sealing key") from error
    return _derived(shared, b"raseed device parcel" + both)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)


def _shut(key: bytes, place: Place, plaintext: bytes) -> bytes:
    bound = _bound(place)
    digest = hashlib.sha256(plaintext).digest()
    nonce = hmac.digest(_derived(key, b"raseed nonce"), bound + _SEP + digest, "sha256")
    nonce = nonce[:_NONCE_BYTES]
    return nonce + AESGCM(_derived(key, b"raseed seal")).encrypt(nonce, plaintext, bound)


def _open(key: bytes, place: Place, body: bytes) -> bytes:
    nonce, text = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
    try:
        return AESGCM(_derived(key, b"raseed seal")).decrypt(nonce, text, _bound(place))
    except InvalidTag as error:
        raise SealError("the parcel does not open") from error


def _body(sealed: bytes, skipped: int) -> bytes:
    if len(sealed) < seal.OVERHEAD + skipped or sealed[:1] != _VERSION:
        raise SealError("not a parcel of version 1")
    return sealed[1 + skipped :]


def _bound(place: Place) -> bytes:
    parts = ("raseed/parcel/v1", place.name, str(place.version), place.target)
    return _SEP.join(part.encode() for part in parts)
