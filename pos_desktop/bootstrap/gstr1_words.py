"""The human summary beside the sheets of GSTR-1, in plain English."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pos_desktop import __version__
from pos_desktop.domain.gstin import is_gstin
from pos_desktop.domain.gstr1 import Check, Gstr1, Sums
from pos_desktop.domain.gstr1_sheets import EMPTY_YET
from pos_desktop.domain.money import format_rate, format_rupees
from pos_desktop.domain.month import Month
from pos_desktop.domain.numbering import ist_date_text, ist_time_text
from pos_desktop.domain.series import Run
from pos_desktop.domain.text import one_line

_SHOWN = 20
_WHAT = {
    "taxable": "taxable value",
    "igst": "IGST",
    "cgst": "CGST",
    "sgst": "SGST/UTGST",
    "cess": "cess",
    "value": "value with tax",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the summary says of the run: the shop's name and GSTIN, the databases, the moment."""

    shop: str
    gstin: str
    places: Sequence[str]
    at: int


def summary(report: Gstr1, month: Month, told: Told) -> str:
    """The text of ``summary.txt``."""
    lines = [
        *_head(report, month, told),
        "",
        *_totals(report),
        "",
        *_sheets(report),
        "",
        *_checks(report),
        "",
        *_notes(report, month, told),
        "",
    ]
    return "\n".join(lines)


def _head(report: Gstr1, month: Month, told: Told) -> Iterator[str]:
    yield f"GSTR-1 of {month} (period {month.period}), made by raseed {__version__}"
    yield f"on {ist_date_text(told.at)} at {ist_time_text(told.at)} (India)"
    name = one_line(told.shop) or "(no name in the settings)"
    yield f"Shop: {name}, GSTIN {one_line(told.gstin) or 'none'}"
    yield from (f"Counter: {place}" for place in told.places)
    if report.noted.practice:
        yield "PRACTICE SALES: NOTHING OF THIS MAY BE FILED."
    if not report.sound:
        yield "DO NOT FILE YET: something does not agree, see the checks below."


def _totals(report: Gstr1) -> Iterator[str]:
    stored = report.stored
    yield f"{report.documents} documents issued"
    for name, what in _WHAT.items():
        yield _amount(what, getattr(stored, name))
    yield _amount("round-off", report.round_off)
    yield _amount("payable", stored.value + report.round_off)


def _sheets(report: Gstr1) -> Iterator[str]:
    large = {row.issued.number for row in report.b2cl}
    yield "Sheets (headers of the portal's offline tool; one file each)"
    yield f"  b2cs     table 7, {len(report.b2cs)} rows"
    for (place, rate), sums in sorted(report.b2cs.items()):
        yield f"    {place} at {format_rate(rate)} %: {_figures(sums)}"
    yield f"  b2cl     table 5, {len(report.b2cl)} rows of {len(large)} inter-State bills"
    yield f"  exemp    table 8, taxable value {_total(report.exempt.values())}"
    yield f"  hsn      table 12, {len(report.hsn)} rows, all to unregistered buyers"
    yield "  docs     table 13:"
    for run in report.issued:
        yield f"    {_numbers(run)} ({run.count})"
    yield f"  {', '.join(EMPTY_YET)}: only their headers. This version keeps neither the GSTIN of a"
    yield "  buyer nor credit notes: sales to registered buyers and returns are NOT in these sheets"
    yield "  as such; whoever made some must add them by hand."
    yield "  Cancelled numbers: none, this version cancels no issued bill."


def _checks(report: Gstr1) -> Iterator[str]:
    yield "Checks"
    for check in report.checks():
        yield f"  {'ok  ' if check.holds else 'WRONG'} {_checked(check)}"
    for text in report.strange[:_SHOWN]:
        yield f"  WRONG {one_line(text)} is no number of a document"
    for text in report.twice[:_SHOWN]:
        yield f"  WRONG {text} was issued twice"
    for run in report.missing[:_SHOWN]:
        yield f"  WRONG {_numbers(run)} is missing in this month; see: raseed numbers"
    if not report.missing:
        yield "  ok   no number is missing between the first and the last"


def _checked(check: Check) -> str:
    if check.name == "documents":
        return f"documents: {check.sheets} in table 13, {check.bills} bills"
    where, _, name = check.name.partition("_")
    tables = "tables 5+7+8" if where == "tables" else "table 12"
    return (
        f"{_WHAT[name]}: {tables} {format_rupees(check.sheets)}, bills {format_rupees(check.bills)}"
    )


def _notes(report: Gstr1, month: Month, told: Told) -> Iterator[str]:
    noted, ends = report.noted, month.ends
    yield "To look at before filing"
    if told.at < ends:
        yield f"  - {month} is not over: these are the bills until now."
    if not is_gstin(told.gstin):
        yield "  - The GSTIN in the settings is missing or wrong (its check character)."
    for name, sums in list(noted.no_hsn.items())[:_SHOWN]:
        yield f"  - No HSN: {one_line(name)}, taxable value {format_rupees(sums.taxable)}"
    yield from _listed("HSN shorter than the shop's turnover asks for", sorted(noted.short_hsn))
    yield from _listed("Units without a code, shown as OTH", sorted(noted.odd_units))
    for rate, numbers in sorted(noted.odd_rates.items()):
        what = f"{format_rate(rate)} % is no rate of goods on the day of"
        yield from _listed(what, sorted(set(numbers)))
    yield from _listed("No State as place of supply", noted.no_place)
    what = "50,000 or more taxable: Rule 46 (e) asks for the buyer's name, address and State on"
    yield from _listed(what, noted.buyer_unnamed)
    if noted.other_scheme:
        value = format_rupees(sum(i.bill.totals.payable for i in noted.other_scheme))
        yield (
            f"  - {len(noted.other_scheme)} bills ({value}) were issued as composition dealer or "
            "unregistered: they are not in these sheets (GSTR-4, or no return)."
        )
    yield "  - hsn_b2b has no rows; if the portal refuses that, enter one row of zeros."
    yield "  - Only the counters named above: add the sheets of the shop's other counters, or name"
    yield "    their folders too (--data DIR for each)."


def _listed(what: str, found: Sequence[str]) -> Iterator[str]:
    if found:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        yield f"  - {what}: {', '.join(map(one_line, found[:_SHOWN]))}{more}"


def _figures(sums: Sums) -> str:
    told = [f"{_WHAT[n]} {format_rupees(v)}" for n, v in sums.money().items() if n != "value" and v]
    return ", ".join(told) or "0.00"


def _total(parts: Iterable[Sums]) -> str:
    return format_rupees(sum(part.taxable for part in parts))


def _amount(what: str, paise: int) -> str:
    return f"  {what:<16}{format_rupees(paise):>18}"


def _numbers(run: Run) -> str:
    return str(run.first) if run.count == 1 else f"{run.first} to {run.last}"
