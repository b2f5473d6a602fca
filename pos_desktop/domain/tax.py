"""GST on a bill: the one place where prices become taxable value, tax and payable amount.

The rule is reference domain 1.10 (Rule 35 for inclusive prices); every division is an integer
division rounded half up, every total a sum of stored lines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.money import HUNDRED_PERCENT, allocate, half_up
from pos_desktop.domain.sale import (
    Item,
    PricedBill,
    PricedLine,
    RoundOff,
    Scheme,
    TaxClass,
    Totals,
)
from pos_desktop.domain.states import STATES, state_tax_label

__all__ = [
    "STATES",
    "LineToPrice",
    "RunningTotals",
    "TaxRegime",
    "price_bill",
    "price_line",
    "state_tax_label",
]


@dataclass(frozen=True, slots=True)
class LineToPrice:
    """One line before pricing: what the article is, how much of it, and what is taken off.

    Money in paise, ``qty`` in thousandths, rates in 1/10000 percent. Either ``discount`` (paise) or
    ``discount_rate`` may be given, not both.
    """

    name: str
    price: int
    qty: int = 1000
    price_includes_tax: bool = True
    gst_rate: int = 0
    discount: int = 0
    discount_rate: int = 0
    cess_rate: int = 0
    cess_per_unit: int = 0
    tax_class: TaxClass = TaxClass.TAXABLE
    mrp: int | None = None
    item_id: int | None = None
    barcode: str = ""
    hsn: str = ""
    unit: str = "PCS"

    @classmethod
    def of(cls, item: Item, qty: int, price: int, discount: int = 0) -> Self:
        """A line of this article at this price, with this many paise off."""
        return cls(
            name=item.name,
            price=price,
            qty=qty,
            price_includes_tax=item.price_includes_tax,
            gst_rate=item.gst_rate,
            discount=discount,
            cess_rate=item.cess_rate,
            cess_per_unit=item.cess_per_unit,
            tax_class=item.tax_class,
            mrp=item.mrp,
            item_id=item.item_id,
            barcode=item.barcode,
            hsn=item.hsn,
            unit=item.unit,
        )


@dataclass(frozen=True, slots=True)
class TaxRegime:
    """Which taxes the bill bears: none at all, CGST with SGST (``intra``), or IGST."""

    charges_tax: bool
    intra: bool

    @classmethod
    def of(cls, scheme: Scheme, supplier_state: str, place_of_supply: str) -> Self:
        """By the supplier's registration and place of supply (reference domain 1.4 and 1.7).

        Raises DomainError ``state_unknown`` where IGST would rest on a State that does not exist.
        """
        intra = supplier_state == place_of_supply
        if not intra:
            for state in (supplier_state, place_of_supply):
                if state not in STATES:
                    raise DomainError("state_unknown", state=state)
        return cls(scheme is Scheme.REGULAR, intra)


class RunningTotals:
    """Sums of priced lines that follow the change of one line without touching the others."""

    __slots__ = ("_cess", "_cgst", "_gross", "_igst", "_off_mrp", "_sgst", "_taxable", "_total")

    def __init__(self, lines: Iterable[PricedLine] = ()) -> None:
        self._taxable = self._cgst = self._sgst = self._igst = self._cess = self._total = 0
        self._gross = self._off_mrp = 0
        for line in lines:
            self.add(line)

    def add(self, line: PricedLine) -> None:
        """Count a line."""
        self._count(line, 1)

    def remove(self, line: PricedLine) -> None:
        """Take back a line that was added before."""
        self._count(line, -1)

    def totals(self, round_off: RoundOff) -> Totals:
        """The totals with the round-off line.

        Guard of rule 7: when every line is sold at its MRP, the rounding to the nearest rupee never
        lifts the bill above the sum of the MRPs; it goes down instead.
        """
        total = self._total
        payable = _rounded(total, round_off)
        # Where every price is the MRP, the gross values are the MRPs.
        if round_off is RoundOff.NEAREST and not self._off_mrp and payable > self._gross:
            payable = _rounded(total, RoundOff.DOWN)
        return Totals(
            taxable=self._taxable,
            cgst=self._cgst,
            sgst=self._sgst,
            igst=self._igst,
            cess=self._cess,
            total=total,
            round_off=payable - total,
            payable=payable,
        )

    def _count(self, line: PricedLine, times: int) -> None:
        self._taxable += times * line.taxable
        self._cgst += times * line.cgst
        self._sgst += times * line.sgst
        self._igst += times * line.igst
        self._cess += times * line.cess
        self._total += times * line.total
        self._gross += times * line.gross
        self._off_mrp += times * (line.mrp is None or line.mrp != line.price)


def _rounded(total: int, round_off: RoundOff) -> int:
    if round_off is RoundOff.NONE:
        return total
    if round_off is RoundOff.DOWN:
        return total // 100 * 100
    return half_up(total, 100) * 100


def price_bill(
    lines: Sequence[LineToPrice],
    *,
    supplier_state: str,
    place_of_supply: str,
    scheme: Scheme,
    round_off: RoundOff,
    bill_discount: int = 0,
) -> PricedBill:
    """Price a whole bill. ``bill_discount`` is shared over the lines' value after their own
    discount by largest remainder.

    Raises DomainError (``line`` counts from 0): ``qty_not_positive``, ``price_negative``,
    ``discount_negative``, ``two_discounts``, ``discount_too_big``, ``bill_discount_negative``,
    ``bill_discount_too_big``, ``price_below_cess``, ``state_unknown``.
    """
    regime = TaxRegime.of(scheme, supplier_state, place_of_supply)
    values = [_value(line, row) for row, line in enumerate(lines)]
    shares = _shares(bill_discount, [gross - discount for gross, discount in values])
    priced = tuple(
        _taxed(line, value, share, regime, row)
        for row, (line, value, share) in enumerate(zip(lines, values, shares, strict=True))
    )
    totals = RunningTotals(priced).totals(round_off)
    return PricedBill(priced, totals, supplier_state, place_of_supply, scheme)


def price_line(line: LineToPrice, regime: TaxRegime, row: int = 0) -> PricedLine:
    """Price one line that bears no part of a bill discount; errors as ``price_bill``."""
    return _taxed(line, _value(line, row), 0, regime, row)


def _shares(bill_discount: int, nets: Sequence[int]) -> list[int]:
    if bill_discount < 0:
        raise DomainError("bill_discount_negative")
    if bill_discount > sum(nets):
        raise DomainError("bill_discount_too_big", limit=sum(nets))
    return allocate(bill_discount, nets)


def _value(line: LineToPrice, row: int) -> tuple[int, int]:
    """(gross, line discount), rule 2."""
    if line.qty <= 0:
        raise DomainError("qty_not_positive", line=row)
    if line.price < 0:
        raise DomainError("price_negative", line=row)
    if line.discount < 0 or line.discount_rate < 0:
        raise DomainError("discount_negative", line=row)
    if line.discount and line.discount_rate:
        raise DomainError("two_discounts", line=row)
    gross = half_up(line.price * line.qty, 1000)
    discount = line.discount or half_up(gross * line.discount_rate, HUNDRED_PERCENT)
    if discount > gross:
        raise DomainError("discount_too_big", line=row, limit=gross)
    return gross, discount


@dataclass(frozen=True, slots=True)
class _Taxes:
    cgst: int = 0
    igst: int = 0
    cess: int = 0

    @property
    def all(self) -> int:
        return 2 * self.cgst + self.igst + self.cess


_NO_TAX = _Taxes()


def _taxes(line: LineToPrice, net: int, regime: TaxRegime, row: int) -> _Taxes:
    """Rules 3 to 5: each half of the tax from its own rate, specific cess off first.

    An exclusive price is ``net`` itself at the divisor 100 %; an inclusive one carries its taxes,
    so the divisor is 100 % + rate + cess (Rule 35).
    """
    specific = half_up(line.cess_per_unit * line.qty, 1000)
    base, divisor = net, HUNDRED_PERCENT
    if line.price_includes_tax:
        base -= specific
        divisor += line.gst_rate + line.cess_rate
        if base < 0:
            raise DomainError("price_below_cess", line=row)
    cess = specific + half_up(base * line.cess_rate, divisor)
    if regime.intra:
        return _Taxes(cgst=half_up(base * line.gst_rate, 2 * divisor), cess=cess)
    return _Taxes(igst=half_up(base * line.gst_rate, divisor), cess=cess)


def _taxed(
    line: LineToPrice, value: tuple[int, int], share: int, regime: TaxRegime, row: int
) -> PricedLine:
    gross, discount = value
    net = gross - discount - share
    # What bears no tax carries rate 0 for good: reports group by the stored rate.
    bears_tax = regime.charges_tax and line.tax_class is TaxClass.TAXABLE
    taxes = _taxes(line, net, regime, row) if bears_tax else _NO_TAX
    taxable = net - taxes.all if line.price_includes_tax else net
    return PricedLine(
        name=line.name,
        qty=line.qty,
        price=line.price,
        price_includes_tax=line.price_includes_tax,
        gst_rate=line.gst_rate if bears_tax else 0,
        gross=gross,
        discount=discount,
        bill_discount=share,
        net=net,
        taxable=taxable,
        cgst=taxes.cgst,
        sgst=taxes.cgst,
        igst=taxes.igst,
        cess=taxes.cess,
        total=taxable + taxes.all,
        item_id=line.item_id,
        barcode=line.barcode,
        mrp=line.mrp,
        hsn=line.hsn,
        unit=line.unit,
        tax_class=line.tax_class,
        cess_rate=line.cess_rate if bears_tax else 0,
        cess_per_unit=line.cess_per_unit if bears_tax else 0,
    )
