"""Codes from the scanner: one form for the catalogue, and a look at what else they may be.

Rules: reference domain 4.1, bad inputs: reference reliability (f) 1-8.
"""

import re
import unicodedata

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.text import ascii_digits, bare

MAX_CODE = 64
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
# A scheme with what follows it (upi:, https:, WIFI:, tel:), a bare host, or an EMV QR (BharatQR).
_NOT_A_PRODUCT = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|(?:upi|wifi|tel|sms|smsto|mailto|geo|mecard):|begin:vcard|www\.|000201.{20})",
    re.IGNORECASE,
)


def normalise_code(text: str) -> str:
    """The key under which the catalogue knows a code.

    Control characters and the symbology id (``]E0``, ``]C1``) go, digits of any script become
    0-9, a private code is upper case. A GTIN with a right check digit gets its stored length:
    UPC-A (12) and GTIN-14 with indicator 0 become 13 digits, EAN-8 stays. A wrong check digit
    makes it a private code (ask ``gtin_check_digit_ok`` when it is not found). Raises InputError
    ``code_too_long`` (over 64 characters), ``code_empty``.
    """
    # The limit comes first: 5,000 characters must cost no time.
    if len(text) > MAX_CODE:
        raise InputError("code_too_long", limit=MAX_CODE)
    code = bare(unicodedata.normalize("NFKC", ascii_digits(text))).strip()
    identifier = _SYMBOLOGY.match(code)
    if identifier:
        code = code[identifier.end() :].strip()
    if not code:
        raise InputError("code_empty")
    if len(code) > MAX_CODE:  # NFKC may spell a ligature out
        raise InputError("code_too_long", limit=MAX_CODE)
    if gtin_check_digit_ok(code):
        if len(code) == 12:
            return f"0{code}"
        if len(code) == 14 and code[0] == "0":
            return code[1:]
    return code.upper()


def gtin_check_digit_ok(code: str) -> bool:
    """Whether this is an EAN-8, UPC-A, EAN-13 or GTIN-14 whose last digit is right."""
    if len(code) not in _GTIN_LENGTHS or not (code.isascii() and code.isdigit()):
        return False
    body = [int(digit) for digit in reversed(code[:-1])]
    total = 3 * sum(body[::2]) + sum(body[1::2])
    return (10 - total % 10) % 10 == int(code[-1])


def looks_like_url_or_upi(text: str) -> bool:
    """Whether a scan is an address, a payment QR, a contact ...: "not a product code"."""
    return _NOT_A_PRODUCT.match(text.strip()) is not None
