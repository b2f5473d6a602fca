"""Rows of a product file: from cells to checked values, or one sentence about what is wrong.

Columns (any order): barcode, name, price, gst_rate are needed; mrp, price_includes_tax, hsn, unit,
category, tax_class, cess_rate, cess_per_unit, quick_order may be there. Amounts in rupees with at
most two decimals, rates in percent.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import TypeVar

from pos_desktop.domain.barcode import gtin_check_digit_ok, normalise_code
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.sale import TaxClass
from pos_desktop.storage.tables import column_names, items

NEEDED = ("barcode", "name", "price", "gst_rate")
STORED = column_names(items, "item_id", "active")
LONGEST_NAME = 200
_OWN = ("barcode", "name", "price", "mrp", "quick_order")
_SHARED = tuple(name for name in STORED if name not in _OWN)
# Schedules in force and those that old stock may still carry, in 1/10000 percent (domain 1.6).
LEGAL_RATES = frozenset({0, 2_500, 15_000, 30_000, 50_000, 120_000, 180_000, 280_000, 400_000})
_T = TypeVar("_T")
_CHECKED_LENGTHS = frozenset({8, 12, 13})
_RUPEES = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,4}))? ?%?")
_UNIT = re.compile(r"[A-Z]{2,4}")
# 8901030865275 in a spreadsheet's idea of a number.
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee][+]?[0-9]{1,2}")
_HSN = re.compile(r"(?:[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8})?")
# What invalid bytes became when the file was decoded.
_LONE = re.compile("[\ud800-\udfff]")
# Overrides and isolates of writing direction: they would make a name read as another.
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_YES = {"yes": 1, "y": 1, "true": 1, "1": 1, "": 1, "no": 0, "n": 0, "false": 0, "0": 0}
_CLASSES = {str(known): str(known) for known in TaxClass} | {"": str(TaxClass.TAXABLE)}


class RowProblem(Exception):
    """One row cannot be taken: ``field`` names the column, ``text`` says why."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field
        self.text = text


class ProductRows:
    """Reads the rows under one header. Raises InputError where a needed column is missing."""

    def __init__(self, header: Sequence[str]) -> None:
        names = [cell.strip().lower() for cell in header]
        missing = [name for name in NEEDED if name not in names]
        if missing:
            text = f"The file has no column {', '.join(missing)}."
            raise InputError("csv_header", text, missing=", ".join(missing))
        double = sorted({name for name in names if name in STORED and names.count(name) > 1})
        if double:
            text = f"The column {', '.join(double)} is there twice."
            raise InputError("csv_header", text, double=", ".join(double))
        self.ignored = tuple(name for name in names if name and name not in STORED)
        self._width = len(names)
        # A column that is not there reads the empty cell appended behind the others.
        places = {n: names.index(n) if n in names else len(names) for n in STORED}
        self._own = itemgetter(*(places[name] for name in _OWN))
        self._shared = itemgetter(*(places[name] for name in _SHARED))

    def values(self, cells: list[str]) -> tuple[object, ...]:
        """The values of ``STORED`` in order. Raises RowProblem."""
        if len(cells) != self._width:
            raise RowProblem("", f"{len(cells)} columns instead of {self._width}")
        cells.append("")
        barcode, name, price, mrp, quick_order = self._own(cells)
        _check_characters(barcode, name)
        paise = _rupees("price", price)
        most = _rupees("mrp", mrp) if mrp and not mrp.isspace() else None
        if most is not None and paise > most:
            raise RowProblem("price", f"the price {price} is above the MRP {mrp}")
        return (
            _code(barcode),
            _name(name),
            paise,
            most,
            *_shared_values(self._shared(cells)),
            _place(quick_order) if quick_order else None,
        )


@lru_cache(maxsize=4096)
def _shared_values(cells: tuple[str, ...]) -> tuple[object, ...]:
    """The columns in which thousands of articles are alike: read once for all of them."""
    _check_characters(*cells)
    includes, gst_rate, hsn, unit, category, tax_class, cess_rate, cess_per_unit = cells
    return (
        _among("price_includes_tax", includes, _YES),
        _legal_rate(gst_rate),
        _matching("hsn", hsn.strip(), _HSN),
        _matching("unit", unit.strip().upper() or "PCS", _UNIT),
        _clean(category),
        _among("tax_class", tax_class, _CLASSES),
        _rate("cess_rate", cess_rate) if cess_rate.strip() else 0,
        _rupees("cess_per_unit", cess_per_unit) if cess_per_unit.strip() else 0,
    )


def _check_characters(*cells: str) -> None:
    text = "\t".join(cells)
    if text.isascii():
        if "\0" in text:
            raise RowProblem("", "a NUL character stands in this row")
    elif "\0" in text or _LONE.search(text):
        raise RowProblem("", "characters that are not UTF-8 (or a NUL): save the file as CSV UTF-8")


def _code(cell: str) -> str:
    try:
        code = cell if cell.isascii() and cell.isdigit() else normalise_code(cell)
        if code.isdigit() and len(code) in _CHECKED_LENGTHS:
            if not gtin_check_digit_ok(code):
                raise RowProblem("barcode", f"the check digit of {code} is wrong")
            return f"0{code}" if len(code) == 12 else code
        if _SCIENTIFIC.fullmatch(code):
            text = (
                f"{cell.strip()} was a barcode before a spreadsheet rounded it; export it as text"
            )
            raise RowProblem("barcode", text)
        return normalise_code(code)
    except InputError as error:
        words = {"code_empty": "there is no barcode", "code_too_long": "the barcode is too long"}
        raise RowProblem("barcode", words.get(error.code, error.code)) from error


def _name(cell: str) -> str:
    name = _clean(cell)
    if not name:
        raise RowProblem("name", "there is no name")
    if len(name) > LONGEST_NAME:
        raise RowProblem("name", f"the name is longer than {LONGEST_NAME} characters")
    return name


def _clean(cell: str) -> str:
    if not cell.isascii():
        cell = _DIRECTION.sub("", cell)
    if not cell.isprintable():
        cell = "".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in cell)
    return " ".join(cell.split())


def _rupees(field: str, cell: str) -> int:
    paise = _paise(cell)
    if paise is None:
        raise RowProblem(field, f"{cell[:20]!r} is not an amount in rupees")
    return paise


def _rate(field: str, cell: str) -> int:
    rate = _ten_thousandths(cell)
    if rate is None or rate > 10_000_000:
        raise RowProblem(field, f"{cell[:20]!r} is not a rate in percent")
    return rate


def _legal_rate(cell: str) -> int:
    rate = _rate("gst_rate", cell)
    if rate not in LEGAL_RATES:
        raise RowProblem("gst_rate", f"{cell.strip()} is not a GST rate")
    return rate


@lru_cache(maxsize=4096)
def _paise(cell: str) -> int | None:
    found = _RUPEES.fullmatch(cell.strip())
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


@lru_cache(maxsize=256)
def _ten_thousandths(cell: str) -> int | None:
    found = _PERCENT.fullmatch(cell.strip())
    if found is None:
        return None
    return int(found[1]) * 10_000 + int((found[2] or "").ljust(4, "0"))


def _among(field: str, cell: str, known: dict[str, _T]) -> _T:
    try:
        return known[cell.strip().lower()]
    except KeyError as error:
        raise RowProblem(field, f"{cell[:20]!r} is not one of its words") from error


def _matching(field: str, cell: str, pattern: re.Pattern[str]) -> str:
    if pattern.fullmatch(cell) is None:
        raise RowProblem(field, f"{cell[:20]!r} is not a {field.upper()} code")
    return cell


def _place(cell: str) -> int | None:
    text = cell.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise RowProblem("quick_order", f"{cell[:20]!r} is not a place among the quick keys")
    return int(text)
