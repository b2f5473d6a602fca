"""The bill that is being made: the one thing here that changes.

Only a changed line is priced again; the sums follow it (reference performance 6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from pos_desktop.domain.errors import DomainError, InputError
from pos_desktop.domain.money import HUNDRED_PERCENT, MAX_QTY, format_qty, half_up
from pos_desktop.domain.money import is_loose as measured
from pos_desktop.domain.options import Shop
from pos_desktop.domain.sale import Item, PricedBill, PricedLine, TaxClass
from pos_desktop.domain.tax import LineToPrice, RunningTotals, TaxRegime, price_line

MAX_LINES = 999
_VERSION = 1


@dataclass(frozen=True, slots=True)
class CartLine:
    """One row: ``qty`` in thousandths, ``price`` and ``discount`` (of the whole line) in paise."""

    item: Item
    qty: int
    price: int
    discount: int = 0


class _Row:
    """A line and its price of the last time, None while it has to be priced (again)."""

    __slots__ = ("line", "priced")

    def __init__(self, line: CartLine) -> None:
        self.line = line
        self.priced: PricedLine | None = None


def pieces_of(quantities: Iterable[tuple[str, int]]) -> str:
    """``10 pcs + 1.235 kg`` of (unit, thousandths): counted goods, then each measure."""
    counted = 0
    sums: dict[str, int] = {}
    for unit, qty in quantities:
        if measured(unit):
            sums[unit] = sums.get(unit, 0) + qty
        else:
            counted += qty
    parts = [format_qty(sums[unit], unit) for unit in sorted(sums)]
    if counted or not parts:
        parts.insert(0, f"{format_qty(counted, 'PCS')} {'pc' if counted == 1000 else 'pcs'}")
    return " + ".join(parts)


class Cart:
    """The bill on the screen. Rows count from 0. A refusal is a DomainError and changes nothing:

    ``qty_not_positive``, ``qty_too_big`` (9,999 units a line), ``too_many_lines`` (999),
    ``above_mrp`` (never sell above the printed MRP), ``price_negative``, ``discount_negative``,
    ``discount_too_big``, ``price_below_cess``, ``no_such_line``.
    """

    __slots__ = ("_regime", "_rows", "_stale", "_totals")

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._stale: list[_Row] = []
        self._totals = RunningTotals()
        self._regime: TaxRegime | None = None

    @property
    def lines(self) -> Sequence[CartLine]:
        """The rows as they stand, first scanned first."""
        return tuple(row.line for row in self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, item: Item, qty: int = 1000) -> int:
        """Put an article on the bill; returns its row, always the last one.

        The same article at the same price merges: the quantity adds up and the line moves to be
        the last (design counter 3), with the article's facts of now. A discounted line is left
        alone.
        """
        same = self._same(item)
        if same is None:
            line = CartLine(item, qty, item.price)
            if len(self._rows) >= MAX_LINES:
                raise DomainError("too_many_lines", limit=MAX_LINES)
        else:
            line = CartLine(item, self._rows[same].line.qty + qty, item.price)
        if qty <= 0:
            raise DomainError("qty_not_positive")
        _check(line)
        if same is not None:
            self._take_out(same)
        self._append(line)
        return len(self._rows) - 1

    def set_qty(self, row: int, qty: int) -> None:
        """Another quantity for a row; to take it off the bill, ``remove`` it."""
        self._change(row, replace(self._line(row), qty=qty))

    def set_discount(self, row: int, discount: int) -> None:
        """Take this many paise off the whole line (0: none)."""
        self._change(row, replace(self._line(row), discount=discount))

    def remove(self, row: int) -> CartLine:
        """Take a row off the bill; returns what it was."""
        line = self._line(row)
        self._take_out(row)
        return line

    def clear(self) -> None:
        """Begin the next bill."""
        self._rows.clear()
        self._forget_prices()

    def restore(self, lines: Iterable[CartLine]) -> None:
        """Replace the bill by these lines; all are checked first."""
        kept = tuple(lines)
        if len(kept) > MAX_LINES:
            raise DomainError("too_many_lines", limit=MAX_LINES)
        for line in kept:
            _check(line)
        self.clear()
        for line in kept:
            self._append(line)

    def pieces(self) -> str:
        """What is on the bill: ``10 pcs + 1.235 kg`` (counted goods, then each measure)."""
        return pieces_of((row.line.item.unit, row.line.qty) for row in self._rows)

    def priced(self, shop: Shop) -> PricedBill:
        """The priced bill; the place of supply is the shop's own State (reference domain 1.4).

        Prices only what changed since the last call, unless the shop's State or scheme changed.
        """
        regime = TaxRegime.of(shop.scheme, shop.state, shop.state)
        if regime != self._regime:
            self._forget_prices()
            self._stale = list(self._rows)
            self._regime = regime
        while self._stale:
            row = self._stale[-1]
            line = row.line
            to_price = LineToPrice.of(line.item, line.qty, line.price, line.discount)
            row.priced = price_line(to_price, regime)
            self._totals.add(row.priced)
            self._stale.pop()
        # A list first: a generator would cost a call for every line of the bill.
        lines = tuple([row.priced for row in self._rows if row.priced is not None])
        totals = self._totals.totals(shop.round_off)
        return PricedBill(lines, totals, shop.state, shop.state, shop.scheme)

    def to_json(self) -> dict[str, object]:
        """The draft as plain values for JSON."""
        return {"version": _VERSION, "lines": [_line_json(row.line) for row in self._rows]}

    @classmethod
    def from_json(cls, draft: object) -> Self:
        """The cart of a draft. Raises InputError ``draft_damaged`` where it is none of ours, and
        DomainError where a line of it may not be sold any more."""
        cart = cls()
        if not isinstance(draft, Mapping) or draft.get("version") != _VERSION:
            raise InputError("draft_damaged")
        lines = draft.get("lines")
        if not isinstance(lines, list):
            raise InputError("draft_damaged")
        cart.restore([_line_of(line) for line in lines])
        return cart

    def _same(self, item: Item) -> int | None:
        for index, row in enumerate(self._rows):
            line = row.line
            same = line.item.item_id == item.item_id and line.price == item.price
            if same and not line.discount:
                return index
        return None

    def _line(self, row: int) -> CartLine:
        # A negative index would silently mean a row counted from the end.
        if not 0 <= row < len(self._rows):
            raise DomainError("no_such_line", row=row)
        return self._rows[row].line

    def _change(self, row: int, line: CartLine) -> None:
        _check(line)
        changed = self._rows[row]
        self._uncount(changed)
        changed.line = line
        self._stale.append(changed)

    def _append(self, line: CartLine) -> None:
        row = _Row(line)
        self._rows.append(row)
        self._stale.append(row)

    def _take_out(self, row: int) -> None:
        self._uncount(self._rows.pop(row))

    def _uncount(self, row: _Row) -> None:
        if row.priced is None:
            self._stale.remove(row)
        else:
            self._totals.remove(row.priced)
            row.priced = None

    def _forget_prices(self) -> None:
        self._stale.clear()
        self._totals = RunningTotals()
        self._regime = None


def _check(line: CartLine) -> None:
    if line.qty <= 0:
        raise DomainError("qty_not_positive")
    if line.qty > MAX_QTY:
        raise DomainError("qty_too_big", limit=MAX_QTY)
    if line.price < 0:
        raise DomainError("price_negative")
    if line.item.mrp is not None and _with_tax(line) > line.item.mrp:
        raise DomainError("above_mrp", price=_with_tax(line), mrp=line.item.mrp)
    if line.discount < 0:
        raise DomainError("discount_negative")
    gross = half_up(line.price * line.qty, 1000)
    if line.discount > gross:
        raise DomainError("discount_too_big", limit=gross)
    specific = half_up(line.item.cess_per_unit * line.qty, 1000)
    if line.item.price_includes_tax and specific > gross - line.discount:
        raise DomainError("price_below_cess")


def _with_tax(line: CartLine) -> int:
    """What one unit costs the customer: the MRP includes every tax."""
    item = line.item
    if item.price_includes_tax or item.tax_class is not TaxClass.TAXABLE:
        return line.price
    rate = HUNDRED_PERCENT + item.gst_rate + item.cess_rate
    return half_up(line.price * rate, HUNDRED_PERCENT) + item.cess_per_unit


_NUMBERS = ("item_id", "price", "gst_rate", "cess_rate", "cess_per_unit")
_CLASSES = frozenset(member.value for member in TaxClass)
_TEXTS = ("barcode", "name", "hsn", "unit", "category")


def _line_json(line: CartLine) -> dict[str, object]:
    item = line.item
    values: dict[str, object] = {name: getattr(item, name) for name in (*_NUMBERS, *_TEXTS)}
    values["mrp"] = item.mrp
    values["price_includes_tax"] = item.price_includes_tax
    values["tax_class"] = item.tax_class.value
    return {"item": values, "qty": line.qty, "price": line.price, "discount": line.discount}


def _line_of(values: object) -> CartLine:
    if not isinstance(values, Mapping) or not isinstance(values.get("item"), Mapping):
        raise InputError("draft_damaged")
    qty, price, discount = (_number(values, name) for name in ("qty", "price", "discount"))
    return CartLine(_item_of(values["item"]), qty, price, discount)


def _item_of(values: Mapping[str, object]) -> Item:
    facts: dict[str, Any] = {name: _number(values, name) for name in _NUMBERS}
    for name in _TEXTS:
        text = values.get(name)
        if not isinstance(text, str):
            raise InputError("draft_damaged", field=name)
        facts[name] = text
    includes = values.get("price_includes_tax")
    kind = values.get("tax_class")
    if not isinstance(includes, bool) or not isinstance(kind, str) or kind not in _CLASSES:
        raise InputError("draft_damaged")
    mrp = None if values.get("mrp") is None else _number(values, "mrp")
    return Item(**facts, mrp=mrp, price_includes_tax=includes, tax_class=TaxClass(kind))


def _number(values: Mapping[str, object], name: str) -> int:
    number = values.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**63:
        raise InputError("draft_damaged", field=name)
    return number
