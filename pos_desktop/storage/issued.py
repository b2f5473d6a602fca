"""Issued documents of a span of time, read beside a counter that is running."""

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pos_desktop.domain.errors import StoreError
from pos_desktop.domain.gstr1 import Issued
from pos_desktop.domain.month import Month
from pos_desktop.domain.sale import PricedBill, Scheme, Totals
from pos_desktop.storage.beside import reading_beside
from pos_desktop.storage.errors import DAMAGED
from pos_desktop.storage.repositories.sales import LINE_NAMES, line_of
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import sale_lines, select_sql

_AT_ONCE = 500
_ISSUED = (
    "SELECT order_id, issued_at, invoice_number, taxable, cgst, sgst, igst, cess, total, "
    "round_off, payable, supplier_state, place_of_supply, scheme FROM sales "
    "WHERE issued_at >= ? AND issued_at < ? AND (issued_at, order_id) > (?, ?) "
    "ORDER BY issued_at, order_id LIMIT ?"
)
_LINES = select_sql(
    sale_lines,
    ("order_id", *LINE_NAMES),
    "WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY order_id, line_no",
)


def issued_in(path: Path, month: Month) -> Iterator[Issued]:
    """Every document issued in this month, oldest first, as one moment saw the file; changes
    nothing and holds up nobody. Raises StoreError where the file is not a sound one of ours."""
    with reading_beside(path) as session:
        session.control("BEGIN")
        at, order_id = month.begins, ""
        while rows := session.rows(_ISSUED, (month.begins, month.ends, at, order_id, _AT_ONCE)):
            yield from _documents(session, rows)
            order_id, at = rows[-1][:2]


def _documents(session: Session, rows: list[Row]) -> Iterator[Issued]:
    lines = session.rows(_LINES, (json.dumps([row[0] for row in rows]),))
    of = {key: list(group) for key, group in groupby(lines, itemgetter(0))}
    for row in rows:
        yield _document(row, of.get(row[0], []))


def _document(row: Row, lines: list[Row]) -> Issued:
    try:
        priced = tuple(line_of(line[1:]) for line in lines)
        bill = PricedBill(priced, Totals(*row[3:11]), row[11], row[12], Scheme(row[13]))
    except ValueError as error:
        raise StoreError("damaged", DAMAGED, detail=f"bill {row[2]}: {error}") from error
    return Issued(row[2], row[1], bill)
