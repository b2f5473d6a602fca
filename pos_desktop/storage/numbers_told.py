"""What a counter's files say of its numbers, read beside a counter that is running."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pos_desktop.domain.errors import StoreError
from pos_desktop.domain.number_book import NumberBook
from pos_desktop.storage.beside import reading_beside
from pos_desktop.storage.errors import DAMAGED
from pos_desktop.storage.marker import NumberMarker
from pos_desktop.storage.session import Row, Session

_AT_ONCE = 1000
_BILLS = (
    "SELECT order_id, invoice_number, issued_at FROM sales "
    "WHERE invoice_number IS NOT NULL AND order_id > ? ORDER BY order_id LIMIT ?"
)
_LEDGER = (
    "SELECT seq, kind, body FROM ledger WHERE seq > ? AND kind IN "
    "('sale.issued', 'numbers.missing', 'bills.missing', 'numbers.locked', 'counter.rejoined') "
    "ORDER BY seq LIMIT ?"
)
_IS_HERE = "SELECT 1 FROM sales WHERE order_id = ? AND invoice_number = ?"


def tell_numbers(path: Path, book: NumberBook) -> bool:
    """Add what the database at ``path`` and the marker beside it say; changes nothing.

    False where there is no sound marker, so that nobody can say what came after the last bill.
    Raises StoreError where a file cannot be read or is not a sound one of ours.
    """
    # Before the database: a number that is done there is committed here.
    file = path.with_name(path.name + ".numbers")
    marker = NumberMarker(file)
    marker.look()
    for key, mark in marker.marks.items():
        book.marked(key, mark.prepared, mark.done)
    book.lock(marker.locked)
    with reading_beside(path) as session:
        session.control("BEGIN")
        for order_id, number, at in _pages(session, _BILLS, ""):
            if not isinstance(at, int):
                raise StoreError("damaged", DAMAGED, detail=f"bill {order_id} has no moment")
            book.bill(number, at)
        for series, fy, last in session.rows("SELECT series, fy, last_no FROM numbers"):
            book.stands((series, fy), last)
        for seq, kind, text in _pages(session, _LEDGER, 0):
            try:
                _entry(session, book, kind, json.loads(text))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise StoreError("damaged", DAMAGED, detail=f"ledger entry {seq}") from error
    return file.exists() and not marker.damaged


def _entry(session: Session, book: NumberBook, kind: str, body: Mapping[str, Any]) -> None:
    if kind == "sale.issued":
        book.told(body["number"])
    elif kind == "numbers.missing":
        book.missing((body["series"], body["fy"]), body["first"], body["last"])
    elif kind == "bills.missing":
        for bill in body["bills"]:
            if session.row(_IS_HERE, (bill["order_id"], bill["number"])) is None:
                book.elsewhere(bill["number"], bill["due"])
    else:
        book.lock([body["series"] if kind == "numbers.locked" else body["old_series"]])


def _pages(session: Session, sql: str, after: str | int) -> Iterator[Row]:
    while rows := session.rows(sql, (after, _AT_ONCE)):
        yield from rows
        after = rows[-1][0]
