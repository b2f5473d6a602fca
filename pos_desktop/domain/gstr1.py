"""The tables of GSTR-1 that a shop feeds, as sums of stored lines (reference domain 1.13).

Buyers' GSTINs and credit notes are not on file yet, so every document here is a sale to an
unregistered buyer: tables 4A and 9B stay empty. Money in paise, rates in 1/10000 percent.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from pos_desktop.domain.invoicing import bears_tax
from pos_desktop.domain.law import B2CL_ABOVE, BUYER_NAMED_FROM, GOODS_RATES
from pos_desktop.domain.numbering import is_practice_series, ist_day
from pos_desktop.domain.sale import PricedBill, PricedLine, Scheme, TaxClass
from pos_desktop.domain.series import Number, Run, gaps, runs
from pos_desktop.domain.states import STATES
from pos_desktop.domain.units import UNITS

#: Table 12 wants at least so many digits of an HSN (Notification 78/2020).
FEWEST_HSN_DIGITS = 4
_SERVICES = "99"


@dataclass(frozen=True, slots=True)
class Issued:
    """A document as a return counts it; ``at`` is its moment of issue."""

    number: str
    at: int
    bill: PricedBill


@dataclass(slots=True)
class Sums:
    """Sums of stored lines; ``value`` is with tax, ``qty`` in thousandths."""

    taxable: int = 0
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0
    value: int = 0
    qty: int = 0

    def add(self, line: PricedLine) -> None:
        """Count one line."""
        self.taxable += line.taxable
        self.igst += line.igst
        self.cgst += line.cgst
        self.sgst += line.sgst
        self.cess += line.cess
        self.value += line.total
        self.qty += line.qty

    def take(self, other: "Sums") -> None:
        """Count what another one has counted."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def money(self) -> dict[str, int]:
        """The amounts by name, without the quantity."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "qty"}


@dataclass(frozen=True, slots=True)
class LargeRate:
    """What one inter-State bill of table 5 has at one rate."""

    issued: Issued
    rate: int
    sums: Sums


@dataclass(slots=True)
class Noted:
    """What an accountant should look at before filing; every list in the order of issue."""

    no_hsn: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    short_hsn: set[str] = field(default_factory=set)
    odd_units: set[str] = field(default_factory=set)
    odd_rates: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    buyer_unnamed: list[str] = field(default_factory=list)
    no_place: list[str] = field(default_factory=list)
    other_scheme: list[Issued] = field(default_factory=list)
    practice: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Check:
    """One self-check: what the sheets say and what the bills say (paise, or a count)."""

    name: str
    sheets: int
    bills: int

    @property
    def holds(self) -> bool:
        """Whether they agree."""
        return self.sheets == self.bills


class Gstr1:
    """Sorts the documents of one month into the tables: ``add`` each, then read.

    ``hsn_digits``: how many the shop's turnover asks for. b2cs: (place of supply, rate);
    exempt: (inter-State?, class); hsn: (HSN, UQC, rate).
    """

    def __init__(self, hsn_digits: int = FEWEST_HSN_DIGITS) -> None:
        self._digits = max(FEWEST_HSN_DIGITS, hsn_digits)
        self.b2cs: dict[tuple[str, int], Sums] = defaultdict(Sums)
        self.b2cl: list[LargeRate] = []
        self.exempt: dict[tuple[bool, TaxClass], Sums] = defaultdict(Sums)
        self.hsn: dict[tuple[str, str, int], Sums] = defaultdict(Sums)
        self.stored = Sums()
        self.round_off = 0
        self.documents = 0
        self.noted = Noted()
        self.strange: list[str] = []
        self.twice: list[str] = []
        self._regular: set[Number] = set()
        self._others: set[Number] = set()

    def add(self, issued: Issued) -> None:
        """Count one document. Raises DomainError ``before_gst``."""
        regular = issued.bill.scheme is Scheme.REGULAR
        self._number(issued.number, self._regular if regular else self._others)
        if not regular:
            self.noted.other_scheme.append(issued)
            return
        self.documents += 1
        self._keep_totals(issued.bill)
        self._sort(issued)

    @property
    def issued(self) -> list[Run]:
        """The numbers of table 13; a run for each stretch without a gap."""
        return runs(self._regular)

    @property
    def missing(self) -> list[Run]:
        """Numbers between the first and the last of a series that no document of the month has."""
        return gaps(runs(self._regular | self._others))

    def checks(self) -> list[Check]:
        """Sheets against the totals that were stored with each bill, to the paisa."""
        tables = Sums()
        for part in (*self.b2cs.values(), *(row.sums for row in self.b2cl), *self.exempt.values()):
            tables.take(part)
        by_hsn = Sums()
        for part in self.hsn.values():
            by_hsn.take(part)
        bills = self.stored.money()
        found = [Check(f"tables_{n}", told, bills[n]) for n, told in tables.money().items()]
        found += [Check(f"hsn_{n}", told, bills[n]) for n, told in by_hsn.money().items()]
        return [*found, Check("documents", sum(r.count for r in self.issued), self.documents)]

    @property
    def sound(self) -> bool:
        """Whether every sum agrees and every number of the month is there once."""
        odd = self.strange or self.twice or self.missing
        return not odd and all(check.holds for check in self.checks())

    def _number(self, text: str, to: set[Number]) -> None:
        number = Number.read(text)
        if number is None:
            self.strange.append(text)
            return
        if number in self._regular or number in self._others:
            self.twice.append(text)
        if is_practice_series(number.series):
            self.noted.practice.append(text)
        to.add(number)

    def _keep_totals(self, bill: PricedBill) -> None:
        told = bill.totals
        self.stored.take(Sums(told.taxable, told.igst, told.cgst, told.sgst, told.cess, told.total))
        self.round_off += told.round_off

    def _sort(self, issued: Issued) -> None:
        bill, day = issued.bill, ist_day(issued.at)
        inter = bill.supplier_state != bill.place_of_supply
        rates: dict[int, Sums] = defaultdict(Sums)
        for line in bill.lines:
            if bears_tax(line):
                rates[line.gst_rate].add(line)
            else:
                self.exempt[inter, _exempt_class(line)].add(line)
            self.hsn[self._code(line), self._unit(line), line.gst_rate].add(line)
            if line.gst_rate not in GOODS_RATES.on(day):
                self.noted.odd_rates[line.gst_rate].append(issued.number)
        if sum(sums.taxable for sums in rates.values()) >= BUYER_NAMED_FROM.on(day):
            self.noted.buyer_unnamed.append(issued.number)
        if bill.place_of_supply not in STATES:
            self.noted.no_place.append(issued.number)
        large = inter and bill.totals.payable > B2CL_ABOVE.on(day)
        for rate, sums in sorted(rates.items()):
            if large:
                self.b2cl.append(LargeRate(issued, rate, sums))
            else:
                self.b2cs[bill.place_of_supply, rate].take(sums)

    def _code(self, line: PricedLine) -> str:
        code = line.hsn[: self._digits]
        if not code:
            self.noted.no_hsn[line.name].add(line)
        elif len(code) < self._digits:
            self.noted.short_hsn.add(code)
        return code

    def _unit(self, line: PricedLine) -> str:
        if line.hsn.startswith(_SERVICES):
            return "NA"
        if line.unit not in UNITS:
            self.noted.odd_units.add(line.unit)
            return "OTH"
        return line.unit


def _exempt_class(line: PricedLine) -> TaxClass:
    """A taxable line at a rate of 0 is nil-rated."""
    return TaxClass.NIL if line.tax_class is TaxClass.TAXABLE else line.tax_class
