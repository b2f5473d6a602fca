"""GSTIN: the tax number of a registered dealer, its State and its check character (domain 1.8)."""

import re
from dataclasses import dataclass
from typing import Self

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.states import STATES
from pos_desktop.domain.text import ascii_digits, bare

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENGTH = 15
# State, PAN, which registration of that PAN, Z, check.
_ORDINARY = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]")
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Gstin:
    """A number whose check character is right. ``ordinary``: of a normal dealer in one of the
    States; what embassies, online sellers and deductors have looks otherwise and deserves a second
    look. ``state`` is the two-digit code, "" where there is none of that number."""

    text: str
    state: str
    ordinary: bool

    @classmethod
    def read(cls, typed: str) -> Self:
        """Typed or scanned; blanks and small letters are forgiven.

        Raises InputError: ``gstin_length``, ``gstin_letters``, ``gstin_check`` (``expected``: the
        check character that the rest asks for).
        """
        text = "".join(ascii_digits(bare(typed[:_LONGEST])).split()).upper()
        if len(text) != _LENGTH:
            raise InputError("gstin_length", have=len(text), need=_LENGTH)
        if not all(letter in _ALPHABET for letter in text):
            raise InputError("gstin_letters", text=text)
        expected = check_character(text)
        if text[-1] != expected:
            raise InputError("gstin_check", text=text, expected=expected)
        state = text[:2] if text[:2] in STATES else ""
        return cls(text, state, bool(state) and _ORDINARY.fullmatch(text) is not None)


def check_character(text: str) -> str:
    """The fifteenth character that belongs to the first fourteen (``0-9A-Z``)."""
    total = 0
    for place, letter in enumerate(text[: _LENGTH - 1]):
        product = _ALPHABET.index(letter) * (1 + place % 2)
        total += product // 36 + product % 36
    return _ALPHABET[-total % 36]


def is_gstin(text: str) -> bool:
    """Whether this, exactly as it stands, is a GSTIN."""
    try:
        return Gstin.read(text).text == text
    except InputError:
        return False
