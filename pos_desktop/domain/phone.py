"""Indian mobile numbers: reading what was typed, and showing no more of it than needed.

Our own normaliser (reference domain 3.1): libphonenumber refuses ``0919876543210``, which many
type, and its tables lag behind new series.
"""

import re
import unicodedata

from pos_desktop.domain.barcode import gtin_check_digit_ok, looks_like_url_or_upi
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.text import ascii_digits, bare

_SEPARATORS = re.compile(r"[\s().\u2010-\u2015\u2212-]")
_JUNK = frozenset({"1234567890", "0123456789"})
_LONGEST = 64


def normalise_phone(text: str) -> str:
    """What was typed as E.164 ``+91XXXXXXXXXX``.

    Raises InputError: ``phone_empty``, ``phone_letters``, ``phone_barcode`` (a scan landed here),
    ``phone_foreign`` (+ and another country), ``phone_too_short``, ``phone_too_long``,
    ``phone_junk`` (0000000000 and the like), ``phone_not_mobile`` (does not begin with 6 to 9). The
    number itself is never part of an error.
    """
    if len(text) > _LONGEST or looks_like_url_or_upi(text):
        raise InputError("phone_barcode")
    # NFKC makes full-width plus signs and digits plain; RTL marks and zero-width spaces go.
    cleaned = bare(ascii_digits(unicodedata.normalize("NFKC", text)))
    cleaned = _SEPARATORS.sub("", cleaned)
    if not cleaned:
        raise InputError("phone_empty")
    digits = cleaned.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise InputError("phone_letters")
    return f"+91{_mobile(_national(cleaned, digits))}"


def _national(cleaned: str, digits: str) -> str:
    """The number without the ways to write India's code: +91, 0091, 091, 91, 0."""
    if cleaned.startswith("+"):
        if not digits.startswith("91"):
            raise InputError("phone_foreign")
        return _without_trunk(digits[2:])
    for prefix, length in (("0091", 14), ("091", 13), ("91", 12)):
        rest = digits.removeprefix(prefix)
        if len(digits) == length and rest != digits and rest[0] in "6789":
            return rest
    # Eight digits are more likely a number that is not complete yet than an EAN-8.
    if len(digits) > 11 and (digits.startswith("890") or gtin_check_digit_ok(digits)):
        raise InputError("phone_barcode")
    if digits.startswith("00") and not digits.startswith("0091") and len(digits) > 10:
        raise InputError("phone_foreign")
    return _without_trunk(digits)


def _without_trunk(digits: str) -> str:
    return digits.removeprefix("0") if len(digits) == 11 else digits


def _mobile(national: str) -> str:
    length = len(national)
    if length < 10:
        raise InputError("phone_too_short", digits=length)
    if length > 10:
        raise InputError("phone_too_long", digits=length)
    if len(set(national)) == 1 or national in _JUNK:
        raise InputError("phone_junk")
    if national[0] not in "6789":
        raise InputError("phone_not_mobile")
    return national


def group_phone(phone: str) -> str:
    """``+919876543210`` as it is read aloud: ``98765 43210``; anything else unchanged."""
    national = phone.removeprefix("+91")
    return f"{national[:5]} {national[5:]}" if len(national) == 10 else phone


def mask_phone(phone: str) -> str:
    """For lists and the customer display: first two, last three (``98••• ••210``)."""
    national = phone.removeprefix("+91")
    hidden = "\u2022" * 3
    return f"{national[:2]}{hidden} {hidden[:2]}{national[-3:]}"


def last4(phone: str) -> str:
    """The read-back digits."""
    return phone[-4:]
