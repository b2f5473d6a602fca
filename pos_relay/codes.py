"""Random names: tenants, devices, series, secrets and one-time codes."""

import hashlib
import secrets

from pos_desktop.wire import enrolment

ALPHABET = enrolment.ALPHABET
# The first letter of a series: never E (emergency series made offline) or P (practice).
_FIRST = tuple(c for c in ALPHABET if c.isalpha() and c not in "EP")
PRACTICE_FIRST = "P"


def name(length: int) -> str:
    """A random name of Crockford base32 characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def secret() -> str:
    """128 random bits as 22 URL-safe characters."""
    return secrets.token_urlsafe(16)


def session() -> str:
    """A session token of 256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is stored of a random token: its SHA-256 in hex (the token itself has the entropy)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def code_halves() -> tuple[str, str]:
    """Look-up half and secret half of a new enrolment code."""
    return name(enrolment.LOOKUP_LENGTH), name(enrolment.SECRET_LENGTH)


def series_space(*, practice: bool) -> tuple[str, ...]:
    """Every three-character series that may be given (architecture 10)."""
    first = (PRACTICE_FIRST,) if practice else _FIRST
    return tuple(a + b + c for a in first for b in ALPHABET for c in ALPHABET)


def draw_series(taken: set[str], *, practice: bool) -> str | None:
    """A series that was never given, or None when all are used up."""
    free = [series for series in series_space(practice=practice) if series not in taken]
    return secrets.choice(free) if free else None
