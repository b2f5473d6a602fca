"""What stands on a receipt, line by line, before anything is broken to the width of the paper."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pos_desktop.wire import v1

DUPLICATE = "DUPLICATE"
_NONE = "\u2014"
_NARROW = 32


@dataclass(frozen=True, slots=True)
class Row:
    """One line: ``right`` stands at the right margin and is never broken; ``indent`` in letters."""

    left: str
    right: str = ""
    indent: int = 0
    centre: bool = False
    bold: bool = False
    big: bool = False


RULE = Row("---")
"""Stands for a line across the paper."""


def rows_of(content: v1.PageContent, columns: int, *, duplicate: bool) -> Iterator[Row]:
    """Every line above the QR, without empty ones."""
    mark = (Row(DUPLICATE, centre=True, bold=True, big=True),) if duplicate else ()
    yield from mark
    yield from _head(content)
    yield RULE
    for line in content.lines:
        yield from _goods(line, columns)
    yield RULE
    yield from _sums(content)
    yield from _taxes(content, columns)
    yield from _paid(content)
    yield from _said((content.return_policy,), centre=True)


def _head(content: v1.PageContent) -> Iterator[Row]:
    if content.practice:
        yield Row("PRACTICE", centre=True, bold=True, big=True)
    yield Row(content.shop_name, centre=True, bold=True, big=True)
    yield from _said((*content.shop_address, content.shop_phone), centre=True)
    yield from _said((_labelled("GSTIN", content.gstin),), centre=True)
    yield Row(content.title, centre=True, bold=True)
    yield from _said((content.declaration,), centre=True)
    yield RULE
    moment = f"{content.date} {content.time}".strip()
    # Before it is paid a bill has no number of its own.
    yield Row(content.number or _labelled("Order", content.order_ref), moment)
    yield Row(_labelled("Token", content.token_no), _joined(content.counter, content.cashier))
    supply = _labelled("Place of supply:", content.place_of_supply)
    yield from _said((supply, _labelled("Reverse charge:", content.reverse_charge)))
    yield from _said(content.buyer)


def _goods(line: v1.BillLine, columns: int) -> Iterator[Row]:
    """The article; how many at what price makes what; what the law and the customer look for."""
    yield Row(line.name)
    sum_up = f"{line.qty} \u00d7 {line.price}"
    small = _joined(_labelled("HSN", line.hsn), _labelled("MRP", line.mrp))
    together = f"{sum_up}  {small}" if small else sum_up
    if columns > _NARROW or not small:
        yield Row(together, line.amount, indent=2)
        return
    yield Row(sum_up, line.amount, indent=2)
    yield Row(small, indent=2)


def _sums(content: v1.PageContent) -> Iterator[Row]:
    for label, amount in content.sums:
        yield Row(label, amount)
    yield Row("TOTAL", content.total, bold=True, big=True)
    yield from _said((content.pieces,))
    yield from (
        Row(label, amount)
        for label, amount in (("Includes GST", content.tax_included), ("You saved", content.saved))
        if amount
    )
    yield from _said((content.words,))


def _taxes(content: v1.PageContent, columns: int) -> Iterator[Row]:
    """GST by rate: a line for each, with the heads that carry something below it."""
    if content.tax_rows:
        yield RULE
    for row in content.tax_rows:
        yield Row(f"GST {row.label}", f"on {row.taxable}")
        heads = (
            ("CGST", row.central),
            (content.state_tax_label, row.state),
            ("IGST", row.integrated),
            ("Cess", row.cess),
        )
        kept = [f"{head} {amount}" for head, amount in heads if amount not in ("", _NONE)]
        if columns > _NARROW and kept:
            yield Row("  ".join(kept), indent=2)
        elif kept:
            yield from _said(kept, indent=2)


def _paid(content: v1.PageContent) -> Iterator[Row]:
    paid = content.paid
    if paid is None:
        return
    yield RULE
    if len(paid.tenders) > 1:
        yield from (Row(label, amount) for label, amount in paid.tenders)
    yield Row(paid.label, centre=True, bold=True)
    yield from _said((paid.when, paid.reference), centre=True)


def _said(texts: Iterable[str], *, centre: bool = False, indent: int = 0) -> Iterator[Row]:
    """A line for each text that there is."""
    yield from (Row(text, centre=centre, indent=indent) for text in texts if text.strip())


def _labelled(label: str, text: str) -> str:
    return f"{label} {text}" if text else ""


def _joined(*texts: str) -> str:
    return "  ".join(text for text in texts if text)
