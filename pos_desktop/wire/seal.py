"""Sealing of what the relay stores but cannot read (design relay 2).

A page lives under a 128-bit token that only the customer's link carries: the relay keeps it under
``sha256(token)`` and opens it only while a request brings the token. Ledger bodies are sealed under
the shop key. Everything here is a pure function: the nonce is an HMAC of place and plaintext, so a
repeated push is byte-identical and needs no memory of what was sent before.

Format: one version byte (1), 12 bytes of nonce, AES-256-GCM ciphertext with its 16-byte tag.
"""

import base64
import binascii
import hashlib
import hmac
import re
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
KEY_BYTES = 32
OVERHEAD = 1 + 12 + 16

PAGE = "page"
PDF = "pdf"
PICTURE = "picture"

# 22 base64url characters carry 132 bits; only four last characters leave the 4 spare bits zero, so
# every token has exactly one spelling.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
_NONCE_BYTES = 12
_SEP = b"\x00"


class SealError(ValueError):
    """A token, key or sealed value that is not what it should be; says nothing about why."""


class EventPlace(NamedTuple):
    """Where a ledger entry stands; bound to its sealed body."""

    device: str
    epoch: int
    seq: int
    kind: str


def token_bytes(token: str) -> bytes:
    """The 16 bytes of a 22-character token; SealError for any other spelling."""
    if not _TOKEN.fullmatch(token):
        raise SealError("not a token")
    return base64.urlsafe_b64decode(token + "==")


def page_id(token: str) -> str:
    """Under which name the relay keeps what belongs to ``token``: 64 hex characters."""
    return hashlib.sha256(token_bytes(token)).hexdigest()


def seal(token: str, kind: str, revision: int, plaintext: bytes) -> bytes:
    """Seal one revision of a page, PDF or picture; equal input gives equal bytes."""
    return _seal(token_bytes(token), _page_place(kind, revision), plaintext)


def open_sealed(token: str, kind: str, revision: int, sealed: bytes) -> bytes:
    """The plaintext; SealError if token, kind, revision or a single bit is not the sealed one."""
    return _open(token_bytes(token), _page_place(kind, revision), sealed)


def seal_event(shop_key: bytes, place: EventPlace, plaintext: bytes) -> bytes:
    """Seal a ledger body under the 32-byte shop key, bound to its place in the ledger."""
    return _seal(_checked(shop_key), _event_place(place), plaintext)


def open_event(shop_key: bytes, place: EventPlace, sealed: bytes) -> bytes:
    """The ledger body; SealError for another key, place or changed bytes."""
    return _open(_checked(shop_key), _event_place(place), sealed)


def encode(data: bytes) -> str:
    """base64url without padding: how bytes travel in the JSON of wire v1."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of :func:`encode`; SealError for padding, other characters or spare bits."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SealError("not base64url") from error
    if encode(data) != text:
        raise SealError("not base64url")
    return data


def _page_place(kind: str, revision: int) -> bytes:
    return _SEP.join((b"raseed/page/v1", kind.encode(), str(revision).encode()))


def _event_place(place: EventPlace) -> bytes:
    parts = (place.device, str(place.epoch), str(place.seq), place.kind)
    return _SEP.join((b"raseed/event/v1", *(part.encode() for part in parts)))


def _checked(shop_key: bytes) -> bytes:
    if len(shop_key) != KEY_BYTES:
        raise SealError("the shop key has 32 bytes")
    return shop_key


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)


def _seal(secret: bytes, place: bytes, plaintext: bytes) -> bytes:
    nonce_input = place + _SEP + hashlib.sha256(plaintext).digest()
    nonce = hmac.digest(_derived(secret, b"raseed nonce"), nonce_input, "sha256")[:_NONCE_BYTES]
    body = AESGCM(_derived(secret, b"raseed seal")).encrypt(nonce, plaintext, place)
    return bytes([VERSION]) + nonce + body


def _open(secret: bytes, place: bytes, sealed: bytes) -> bytes:
    if len(sealed) < OVERHEAD or sealed[0] != VERSION:
        raise SealError("not a sealed value of version 1")
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(_derived(secret, b"raseed seal")).decrypt(nonce, body, place)
    except InvalidTag as error:
        raise SealError("the seal does not open") from error
