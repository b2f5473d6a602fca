"""One-time enrolment codes: a look-up half and a 128-bit secret half (design relay 1).

The secret half never travels: the counter sends a proof derived from it, so that what a manager
wraps under the secret half stays closed to the relay.
"""

import base64
import hashlib
import re

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: no I, L, O, U
LOOKUP_LENGTH = 6
SECRET_LENGTH = 26
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_CODE = re.compile(f"[{ALPHABET}]{{{LOOKUP_LENGTH + SECRET_LENGTH}}}")


def split(code: str) -> tuple[str, str]:
    """(look-up half, secret half) of a typed or scanned code; ValueError if it is not one.

    Case, blanks and dashes do not matter; O is read as 0, I and L as 1.
    """
    plain = code.strip().upper().translate(_READ_AS)
    if not _CODE.fullmatch(plain):
        raise ValueError("not an enrolment code")
    return plain[:LOOKUP_LENGTH], plain[LOOKUP_LENGTH:]


def spaced(lookup: str, secret: str) -> str:
    """The code as people read it: groups with dashes."""
    groups = [secret[i : i + 5] for i in range(0, len(secret), 5)]
    return "-".join((lookup, *groups))


def proof(secret: str) -> str:
    """What the counter shows instead of the secret half (43 base64url characters)."""
    hkdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"raseed enrol proof")
    return base64.urlsafe_b64encode(hkdf.derive(secret.encode("ascii"))).rstrip(b"=").decode()


def wire_code(code: str) -> str:
    """The ``code`` of an EnrolRequest: ``lookup.proof``. ValueError if it is not a code."""
    lookup, secret = split(code)
    return f"{lookup}.{proof(secret)}"


def proof_hash(shown: str) -> str:
    """What the relay keeps of a proof."""
    return hashlib.sha256(shown.encode()).hexdigest()


def possession_text(wire: str, label: str) -> bytes:
    """What the device key signs at enrolment: it proves that the counter holds that key."""
    return b"\x00".join((b"raseed enrol v1", wire.encode(), label.encode()))
