"""Amounts: reading, rounding, sharing out and writing them. All integers, never a float.

Rounding is half away from zero (reference domain 1.10 rule 1); grouping is Indian (3, then 2s), our
own because no small library does it (Babel is the oracle in the tests).
"""

import re
from collections.abc import Sequence

from pos_desktop.domain.errors import DomainError, InputError
from pos_desktop.domain.text import ascii_digits

#: The highest amount that may be typed: 9,99,99,999.99 (10 crore is refused).
MAX_AMOUNT = 9_999_999_999
#: The highest quantity of one line: 9,999 units, in thousandths.
MAX_QTY = 9_999_000
#: 100 % in ten-thousandths of a percent.
HUNDRED_PERCENT = 1_000_000

_GROUPED = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}|[0-9]{1,3}(?:,[0-9]{3})+")
_PLAIN = re.compile(r"[0-9]+")
# Nobody types a longer number; a stuck key must not cost time.
_LONGEST = 64
# The UQC codes of what is weighed or measured, and how people write them.
_LOOSE = {
    "KGS": "kg",
    "GMS": "g",
    "QTL": "qtl",
    "TON": "t",
    "LTR": "L",
    "KLR": "kl",
    "MLT": "ml",
    "MTR": "m",
    "CMS": "cm",
    "SQM": "sq m",
    "SQF": "sq ft",
}


def half_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` rounded half away from zero; symmetric for negatives."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` in proportion to ``weights`` (>= 0) by largest remainder.

    The parts sum to ``total`` exactly; a tie goes to the earlier one; no part exceeds its weight
    while ``total <= sum(weights)``. Raises DomainError ``nothing_to_share`` where there is
    something to share and no weight to carry it.
    """
    if total < 0:
        return [-part for part in allocate(-total, weights)]
    whole = sum(weights)
    if whole == 0:
        if total:
            raise DomainError("nothing_to_share", total=total)
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    # sorted() is stable, so equal remainders keep the order of the lines.
    order = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def parse_rupees(text: str) -> int:
    """Typed rupees as paise: ``1234``, ``1,234.5``, ``1,00,000``, Devanagari digits, a rupee sign.

    Raises InputError: ``amount_empty``, ``amount_junk``, ``amount_negative``, ``amount_decimals``
    (more than two), ``amount_too_big`` (10 crore or more).
    """
    cleaned = _typed(text, "amount").removeprefix("\u20b9").strip()
    paise = _scaled(cleaned, 2, "amount")
    if paise > MAX_AMOUNT:
        raise InputError("amount_too_big", limit=MAX_AMOUNT)
    return paise


def parse_qty(text: str) -> int:
    """A typed quantity as thousandths: ``3``, ``0.355``, Devanagari digits.

    A comma is refused: ``1,235`` may mean 1.235 or 1235 kilograms. Raises InputError:
    ``qty_empty``, ``qty_junk``, ``qty_negative``, ``qty_decimals`` (more than three),
    ``qty_not_positive`` (zero), ``qty_too_big`` (more than 9,999 units).
    """
    cleaned = _typed(text, "qty")
    if "," in cleaned:
        raise InputError("qty_junk", text=cleaned)
    milli = _scaled(cleaned, 3, "qty")
    if milli == 0:
        raise InputError("qty_not_positive")
    if milli > MAX_QTY:
        raise InputError("qty_too_big", limit=MAX_QTY)
    return milli


def _typed(text: str, what: str) -> str:
    if len(text) > _LONGEST:
        raise InputError(f"{what}_junk", text=text[:_LONGEST])
    cleaned = ascii_digits(text).strip()
    if not cleaned:
        raise InputError(f"{what}_empty")
    if cleaned[0] in "-\u2212":
        raise InputError(f"{what}_negative", text=cleaned)
    return cleaned


def _scaled(text: str, places: int, what: str) -> int:
    whole, point, fraction = text.partition(".")
    if _GROUPED.fullmatch(whole):
        whole = whole.replace(",", "")
    # ".5" is how many people type a half.
    if not _PLAIN.fullmatch(whole + fraction) or (point and not fraction):
        raise InputError(f"{what}_junk", text=text)
    if len(fraction) > places:
        raise InputError(f"{what}_decimals", text=text, places=places)
    return int(whole + fraction.ljust(places, "0"))


def decimal_rupees(paise: int) -> str:
    """Plain rupees for machines: two decimals, ASCII minus, no grouping (``-1234.50``)."""
    rupees, rest = divmod(abs(paise), 100)
    return f"{'-' if paise < 0 else ''}{rupees}.{rest:02d}"


def format_rupees(paise: int, *, sign: bool = False) -> str:
    """Rupees for people: ``1,23,456.70``; ``sign`` puts the rupee sign before the digits.

    A negative amount begins with U+2212, before the sign.
    """
    rupees, rest = divmod(abs(paise), 100)
    minus = "\u2212" if paise < 0 else ""
    return f"{minus}{chr(0x20B9) if sign else ''}{_grouped(rupees)}.{rest:02d}"


def _grouped(number: int) -> str:
    digits = str(number)
    head, tail = digits[:-3], digits[-3:]
    pairs: list[str] = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail])


def is_loose(unit: str) -> bool:
    """Whether goods of this UQC are weighed or measured instead of counted."""
    return unit in _LOOSE


def format_qty(milli: int, unit: str) -> str:
    """A quantity for people: ``2`` for what is counted, ``1.235 kg`` for what is measured."""
    whole, rest = divmod(milli, 1000)
    number = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
    return f"{number} {_LOOSE[unit]}" if unit in _LOOSE else number


def format_rate(rate: int) -> str:
    """A rate (1/10000 percent) without needless zeros: ``5``, ``0.25``, ``12.5``."""
    whole, rest = divmod(rate, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


_ONES = (
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
)
_TENS = ("Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")


def amount_in_words(paise: int) -> str:
    """House style of invoices: ``Rupees One Lakh Two and Fifty Paise Only``.

    Our own (reference domain 2: no LGPL package in the frozen build); num2words is the oracle.
    """
    rupees, rest = divmod(abs(paise), 100)
    text = f"Rupees {_words(rupees)}"
    if rest:
        text += f" and {_words(rest)} {'Paisa' if rest == 1 else 'Paise'}"
    return f"{'Minus ' if paise < 0 else ''}{text} Only"


def _words(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
    for size, name in ((10**7, "Crore"), (10**5, "Lakh"), (1000, "Thousand")):
        if number >= size:
            return _joined(number, size, name)
    return _joined(number, 100, "Hundred")


def _joined(number: int, size: int, name: str) -> str:
    head, rest = divmod(number, size)
    return f"{_words(head)} {name}" + (f" {_words(rest)}" if rest else "")
