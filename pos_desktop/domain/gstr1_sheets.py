"""GSTR-1 as rows of text with the headers of the portal's offline tool (reference domain 1.13)."""

from collections.abc import Iterable, Mapping

from pos_desktop.domain.gstr1 import Gstr1, LargeRate, Sums
from pos_desktop.domain.law import HSN_SPLIT
from pos_desktop.domain.money import decimal_rupees, format_rate, half_up
from pos_desktop.domain.month import Month
from pos_desktop.domain.numbering import ist_date_text
from pos_desktop.domain.sale import TaxClass
from pos_desktop.domain.series import Run
from pos_desktop.domain.states import STATES
from pos_desktop.domain.text import one_line
from pos_desktop.domain.units import UNITS

Row = tuple[str, ...]

_SHARE, _SHOP = "Applicable % of Tax Rate", "E-Commerce GSTIN"
_AMOUNTS = ("Rate", "Taxable Value", "Cess Amount")
_BILL = ("Invoice Number", "Invoice date", "Invoice Value", "Place Of Supply")
_BUYER = ("GSTIN/UIN of Recipient", "Receiver Name")
_NOTE = ("Note Number", "Note Date", "Note Type", "Place Of Supply")
HEADERS: Mapping[str, Row] = {
    "b2b": (*_BUYER, *_BILL, "Reverse Charge", _SHARE, "Invoice Type", _SHOP, *_AMOUNTS),
    "b2cl": (*_BILL, _SHARE, *_AMOUNTS, _SHOP),
    "b2cs": ("Type", "Place Of Supply", _SHARE, *_AMOUNTS, _SHOP),
    "cdnr": (
        *_BUYER, *_NOTE, "Reverse Charge", "Note Supply Type", "Note Value", _SHARE, *_AMOUNTS,
    ),
    "cdnur": ("UR Type", *_NOTE, "Note Value", _SHARE, *_AMOUNTS),
    "exemp": (
        "Description", "Nil Rated Supplies", "Exempted(other than nil rated/non GST supply)",
        "Non-GST Supplies",
    ),
    "hsn": (
        "HSN", "Description", "UQC", "Total Quantity", "Total Value", "Rate", "Taxable Value",
        "Integrated Tax Amount", "Central Tax Amount", "State/UT Tax Amount", "Cess Amount",
    ),
    "docs": ("Nature of Document", "Sr. No. From", "Sr. No. To", "Total Number", "Cancelled"),
}  # fmt: skip

#: Sheets that have no rows until buyers' GSTINs and credit notes are on file.
EMPTY_YET = ("b2b", "cdnr", "cdnur")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# The tool's own list writes these otherwise than the law does, one of them with its mistake.
_TOOL_NAMES = {
    "01": "Jammu & Kashmir",
    "25": "Daman & Diu",
    "26": "Dadra & Nagar Haveli & Daman & Diu",
    "31": "Lakshdweep",
    "35": "Andaman & Nicobar Islands",
}
_SUPPLIES = (
    ("Inter-State supplies to registered persons", None),
    ("Intra-State supplies to registered persons", None),
    ("Inter-State supplies to unregistered persons", True),
    ("Intra-State supplies to unregistered persons", False),
)
_EXEMPT = (TaxClass.NIL, TaxClass.EXEMPT, TaxClass.NON_GST)
_INVOICES = "Invoices for outward supply"
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@")


def sheets(report: Gstr1, month: Month) -> dict[str, list[Row]]:
    """Name of each sheet -> its rows, the header first. Amounts in rupees, two decimals."""
    made = {name: [HEADERS[name]] for name in ("b2b", "b2cl", "b2cs", "cdnr", "cdnur", "exemp")}
    made["b2cl"] += [_large(row) for row in _by_number(report.b2cl)]
    made["b2cs"] += [_small(place, rate, s) for (place, rate), s in sorted(report.b2cs.items())]
    made["exemp"] += [_exempt(report, text, inter) for text, inter in _SUPPLIES]
    hsn = [_hsn(*key, sums) for key, sums in sorted(report.hsn.items())]
    if HSN_SPLIT.on(month.first_day):
        made |= {"hsn_b2b": [HEADERS["hsn"]], "hsn_b2c": [HEADERS["hsn"], *hsn]}
    else:
        made["hsn"] = [HEADERS["hsn"], *hsn]
    made["docs"] = [HEADERS["docs"], *(_series(run) for run in report.issued)]
    return made


def place_text(state: str) -> str:
    """``27-Maharashtra``, as the tool spells it; only the code where it is none of India's."""
    name = _TOOL_NAMES.get(state) or STATES.get(state)
    return f"{state}-{name}" if name else safe_text(state)


def safe_text(text: str) -> str:
    """Free text that no spreadsheet takes for a formula, on one line."""
    clean = one_line(text)
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def sheet_date(at_ms: int) -> str:
    """``24-May-2017``."""
    day, month, year = ist_date_text(at_ms).split("-")
    return f"{day}-{_MONTHS[int(month) - 1]}-{year}"


def _by_number(rows: Iterable[LargeRate]) -> list[LargeRate]:
    return sorted(rows, key=lambda row: (row.issued.at, row.issued.number, row.rate))


def _large(row: LargeRate) -> Row:
    bill, sums = row.issued.bill, row.sums
    return (
        safe_text(row.issued.number), sheet_date(row.issued.at),
        decimal_rupees(bill.totals.payable), place_text(bill.place_of_supply), "",
        *_rated(row.rate, sums), "",
    )  # fmt: skip


def _small(place: str, rate: int, sums: Sums) -> Row:
    return "OE", place_text(place), "", *_rated(rate, sums), ""


def _rated(rate: int, sums: Sums) -> Row:
    return format_rate(rate), decimal_rupees(sums.taxable), decimal_rupees(sums.cess)


def _exempt(report: Gstr1, text: str, inter: bool | None) -> Row:
    found = [Sums() if inter is None else report.exempt.get((inter, c), Sums()) for c in _EXEMPT]
    return text, *(decimal_rupees(sums.taxable) for sums in found)


def _hsn(code: str, unit: str, rate: int, sums: Sums) -> Row:
    return (
        safe_text(code), "", f"{unit}-{UNITS[unit]}" if unit in UNITS else unit,
        # Thousandths; the portal takes two decimals.
        decimal_rupees(half_up(sums.qty, 10)),
        decimal_rupees(sums.value), format_rate(rate), decimal_rupees(sums.taxable),
        *(decimal_rupees(tax) for tax in (sums.igst, sums.cgst, sums.sgst, sums.cess)),
    )  # fmt: skip


def _series(run: Run) -> Row:
    # No number was ever cancelled: the program cannot do that yet.
    return _INVOICES, str(run.first), str(run.last), str(run.count), "0"
