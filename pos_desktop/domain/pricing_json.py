"""The pure part of ``raseed price``: one cart as parsed JSON in, the priced bill out.

The format is that of ``tests/data/gst_vectors.json`` (architecture 11). ``parse_cart`` reads JSON
so that numbers arrive exactly as written; ``price_json`` takes what it (or ``json.loads`` with
``parse_float=Decimal``) gave.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from pos_desktop.domain.errors import DomainError, InputErrors
from pos_desktop.domain.money import HUNDRED_PERCENT, MAX_AMOUNT, MAX_QTY, decimal_rupees, half_up
from pos_desktop.domain.sale import PricedBill, RoundOff, Scheme, TaxClass
from pos_desktop.domain.states import STATES
from pos_desktop.domain.tax import LineToPrice, price_bill
from pos_desktop.domain.text import ascii_digits

__all__ = ["InputErrors", "parse_cart", "price_json"]

MAX_LINES = 999

_Choice = TypeVar("_Choice", bound=StrEnum)
_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_LINE_AMOUNTS = (
    "gross",
    "discount",
    "bill_discount",
    "net",
    "taxable",
    "cgst",
    "sgst",
    "igst",
    "cess",
    "total",
)
_TOTALS = ("taxable", "cgst", "sgst", "igst", "cess", "total", "round_off", "payable")
_BILL_FIELDS = frozenset(
    {"supplier_state", "place_of_supply", "scheme", "round_off", "bill_discount", "lines"}
)
_LINE_FIELDS = frozenset(
    {"name", "price", "price_includes_tax", "qty", "gst_rate", "cess_rate", "cess_per_unit"}
    | {"discount", "discount_percent", "tax_class", "mrp"}
)


def parse_cart(text: str) -> object:
    """JSON text as plain values, decimals exact. Raises InputErrors where it is not JSON, a field
    stands twice in one object, or it is nested beyond reason."""
    try:
        return json.loads(text, parse_float=_exact, parse_constant=str, object_pairs_hook=_distinct)
    except (ValueError, RecursionError) as error:
        # ValueError: json's own error, and an integer of thousands of digits.
        raise InputErrors("price_input", [f"document: not JSON ({str(error)[:80]})"]) from error


def _exact(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent that no Decimal holds; later "not a plain number"
        return text


def _distinct(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputErrors("price_input", [f"{twice[:40]}: stands twice in one object"])
    return fields


def price_json(document: object) -> dict[str, object]:
    """Price one cart. Amounts of the answer are strings with two decimals.

    Raises InputErrors with every fault found, each ``path: what is wrong`` (``lines[2].qty: ...``).
    """
    faults: list[str] = []
    if not isinstance(document, Mapping):
        raise InputErrors("price_input", ["document: must be an object"])
    fields = _Fields(document, "", faults)
    fields.refuse_unknown(_BILL_FIELDS)
    supplier = fields.state("supplier_state")
    place = fields.state("place_of_supply")
    scheme = fields.choice("scheme", Scheme, Scheme.REGULAR)
    round_off = fields.choice("round_off", RoundOff, RoundOff.NEAREST)
    bill_discount = fields.amount("bill_discount", default=0)
    lines = _lines(fields, faults)
    if faults:
        raise InputErrors("price_input", faults)
    try:
        bill = price_bill(
            lines,
            supplier_state=supplier,
            place_of_supply=place,
            scheme=scheme,
            round_off=round_off,
            bill_discount=bill_discount,
        )
    except DomainError as broken:
        raise InputErrors("price_input", [_sentence(broken)]) from broken
    return _answer(bill)


def _answer(bill: PricedBill) -> dict[str, object]:
    return {
        "lines": [
            {name: decimal_rupees(getattr(line, name)) for name in _LINE_AMOUNTS}
            for line in bill.lines
        ],
        "totals": {name: decimal_rupees(getattr(bill.totals, name)) for name in _TOTALS},
    }


def _sentence(broken: DomainError) -> str:
    """The two rules that only the whole bill can break."""
    if broken.code == "price_below_cess":
        return f"lines[{broken.params['line']}].price: does not cover the cess per unit"
    return "bill_discount: more than the lines are worth"


def _lines(fields: "_Fields", faults: list[str]) -> list[LineToPrice]:
    given = fields.required("lines")
    if given is _MISSING:
        return []
    if not isinstance(given, list):
        faults.append("lines: must be a list")
        return []
    if not 1 <= len(given) <= MAX_LINES:
        faults.append(f"lines: 1 to {MAX_LINES} lines, not {len(given)}")
        return []
    return [_line(line, f"lines[{row}]", faults) for row, line in enumerate(given)]


def _line(given: object, path: str, faults: list[str]) -> LineToPrice:
    if not isinstance(given, Mapping):
        faults.append(f"{path}: must be an object")
        return LineToPrice("", 0)
    fields = _Fields(given, f"{path}.", faults)
    fields.refuse_unknown(_LINE_FIELDS)
    if "discount" in given and "discount_percent" in given:
        faults.append(f"{path}.discount: not together with discount_percent")
    before = len(faults)
    price = fields.amount("price")
    mrp = fields.amount("mrp") if given.get("mrp") is not None else None
    qty = fields.qty()
    discount = fields.amount("discount", default=0)
    if len(faults) == before:
        if mrp is not None and price > mrp:
            faults.append(f"{path}.price: above the MRP")
        if discount > half_up(price * qty, 1000):
            faults.append(f"{path}.discount: more than the line")
    return LineToPrice(
        name=fields.name(),
        price=price,
        qty=qty,
        price_includes_tax=fields.flag("price_includes_tax"),
        gst_rate=fields.rate("gst_rate"),
        discount=discount,
        discount_rate=fields.rate("discount_percent", default=0),
        cess_rate=fields.rate("cess_rate", default=0, highest=10 * HUNDRED_PERCENT),
        cess_per_unit=fields.amount("cess_per_unit", default=0),
        tax_class=fields.choice("tax_class", TaxClass, TaxClass.TAXABLE, optional=True),
        mrp=mrp,
    )


class _Missing:
    """The type of the one value that no JSON has."""


_MISSING = _Missing()


class _Fields:
    """Reads the fields of one object. A fault is noted and a harmless value given instead, so that
    one run names everything that is wrong."""

    def __init__(self, values: Mapping[str, object], path: str, faults: list[str]) -> None:
        self._values = values
        self._path = path
        self._faults = faults

    def refuse_unknown(self, known: frozenset[str]) -> None:
        for name in self._values:
            if name not in known:
                self._fault(str(name)[:40], "unknown field")

    def required(self, name: str) -> object:
        value = self._values.get(name, _MISSING)
        if value is _MISSING:
            self._fault(name, "missing")
        return value

    def name(self) -> str:
        value = self.required("name")
        if isinstance(value, str) and value.strip():
            return value
        if value is not _MISSING:
            self._fault("name", "must be a text that is not empty")
        return ""

    def flag(self, name: str) -> bool:
        value = self.required(name)
        if not isinstance(value, bool) and value is not _MISSING:
            self._fault(name, "must be true or false")
        return value is True

    def state(self, name: str) -> str:
        value = self.required(name)
        if isinstance(value, str) and value in STATES:
            return value
        if value is not _MISSING:
            self._fault(name, f"unknown State code {_short(value)}")
        return ""

    def choice(
        self, name: str, kind: type[_Choice], default: _Choice, *, optional: bool = False
    ) -> _Choice:
        if optional and name not in self._values:
            return default
        value = self.required(name)
        words = [member.value for member in kind]
        if isinstance(value, str) and value in words:
            return kind(value)
        if value is not _MISSING:
            self._fault(name, f"must be one of {', '.join(words)}, not {_short(value)}")
        return default

    def amount(self, name: str, default: int | None = None) -> int:
        """Rupees as paise."""
        value = self._number(name, 2, default)
        if value > MAX_AMOUNT:
            self._fault(name, f"more than {decimal_rupees(MAX_AMOUNT)}")
        return value

    def rate(self, name: str, default: int | None = None, highest: int = HUNDRED_PERCENT) -> int:
        """Percent as 1/10000 percent."""
        value = self._number(name, 4, default)
        if value > highest:
            self._fault(name, f"more than {highest // 10_000} percent")
        return value

    def qty(self) -> int:
        """A quantity as thousandths; never zero."""
        before = len(self._faults)
        value = self._number("qty", 3, None)
        if len(self._faults) > before:
            return 1000
        if value == 0:
            self._fault("qty", "must be more than 0")
        if value > MAX_QTY:
            self._fault("qty", f"more than {MAX_QTY // 1000}")
        return value

    def _number(self, name: str, places: int, default: int | None) -> int:
        if default is not None and name not in self._values:
            return default
        value = self.required(name)
        if value is _MISSING:
            return 0
        number = _scaled(value, places)
        if isinstance(number, str):
            self._fault(name, number)
            return 0
        return number

    def _fault(self, name: str, what: str) -> None:
        self._faults.append(f"{self._path}{name}: {what}")


def _short(value: object) -> str:
    return (str(value) if isinstance(value, Decimal) else repr(value))[:40]


def _scaled(value: object, places: int) -> int | str:
    """The number times ``10 ** places``, or what is wrong with it."""
    text = _plain(value)
    found = None if text is None else _NUMBER.fullmatch(ascii_digits(text))
    if found is None:
        return f"must be a plain number, not {_short(value)}"
    minus, whole, fraction = found.group(1), found.group(2), found.group(3) or ""
    if len(fraction) > places:
        return f"more than {places} decimals: {_short(value)}"
    if len(whole) > _LONGEST_WHOLE:
        return "too big"
    number = int(whole + fraction.ljust(places, "0"))
    return f"must not be negative: {_short(value)}" if minus and number else number


_LONGEST_WHOLE = 15


def _plain(value: object) -> str | None:
    """A number as plain digits, None for what is none. A float is refused: it is not exact."""
    match value:
        case bool():
            return None
        case int():
            # Longer ones are too big anyway, and str() of a giant is slow.
            return str(value) if abs(value) < 10**18 else "9" * 19
        case str():
            return value
        case Decimal() if value.is_finite() and abs(value.adjusted()) < 19:
            return f"{value:f}"
        case _:
            return None
