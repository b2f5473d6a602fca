"""The floors: the least that a machine must do for each row, without anything of ours in it."""

import io
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import segno
from pysqlite3 import dbapi2 as dbapi
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from pos_desktop import assets
from pos_desktop.wire import v1

_BARE_FACE = "Bare"
_TITLES = ("#", "Item", "HSN", "Qty", "MRP", "Price", "Taxable", "GST", "Tax", "Amount")
_CELLS_AT = (30, 50, 230, 270, 300, 345, 390, 440, 475, 520)


def qr_matrix(text: str) -> object:
    """segno's modules at level M."""
    return segno.make(text, error="m", micro=False, boost_error=False).matrix


def bare_invoice(content: v1.PageContent) -> bytes:
    """Every text of the invoice set down at fixed places in one face, no alignment, no wrapping."""
    face = _bare_face()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    y = _bare_head(canvas, content, face)
    for number, line in enumerate(content.lines, 1):
        if y < 60:
            canvas.showPage()
            y = _bare_head(canvas, content, face)
        for x, text in zip(_CELLS_AT, cells(number, line), strict=True):
            canvas.drawString(x, y, text)
        y -= 13
    for text in tail_texts(content):
        canvas.drawString(30, max(y, 30), text)
        y -= 11
    canvas.save()
    return file.getvalue()


def cells(number: int, line: v1.BillLine) -> tuple[str, ...]:
    """The texts of one row."""
    return (
        str(number), line.name, line.hsn, line.qty, line.mrp,
        line.price, line.taxable, line.rate, line.tax, line.amount,
    )  # fmt: skip


def head_texts(content: v1.PageContent) -> tuple[str, ...]:
    """The texts above the table."""
    return (
        content.shop_name, *content.shop_address, content.shop_phone, content.gstin,
        content.title, content.number, content.date, content.order_ref, content.token_no,
        content.counter, content.cashier, content.place_of_supply, content.reverse_charge,
    )  # fmt: skip


def tail_texts(content: v1.PageContent) -> list[str]:
    """The texts below the table."""
    texts = [text for pair in content.sums for text in pair]
    for row in content.tax_rows:
        texts += [row.label, row.taxable, row.central, row.state]
    paid = content.paid
    stamp = [paid.label, paid.when, paid.reference] if paid else []
    return [*texts, content.total, content.words, *stamp, content.return_policy]


def _bare_head(canvas: Canvas, content: v1.PageContent, face: str) -> float:
    canvas.setFont(face, 8)
    for at, text in enumerate(head_texts(content)):
        canvas.drawString(30, 815 - 8 * at, text)
    for x, text in zip(_CELLS_AT, _TITLES, strict=True):
        canvas.drawString(x, 690, text)
    canvas.line(30, 686, 565, 686)
    return 675


@cache
def _bare_face() -> str:
    # A weight that our invoice does not use: reportlab shares one object per face of a process.
    file = assets.path("fonts/NotoSans-SemiBold.ttf")
    pdfmetrics.registerFont(TTFont(_BARE_FACE, str(file)))
    return _BARE_FACE


def raw_database(path: Path) -> dbapi.Connection:
    """SQLite's own connection with the settings that make a commit durable."""
    raw = dbapi.connect(str(path), isolation_level=None, cached_statements=256)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0"):
        raw.execute(f"PRAGMA {pragma}").fetchall()
    raw.execute("PRAGMA foreign_keys=ON")
    return raw


class Flushed:
    """A file of which 64 bytes are overwritten and flushed: what any marker costs at least."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(bytes(65_536))
        self._handle = os.open(file, os.O_RDWR)
        os.fsync(self._handle)
        self._at = 0

    def step(self) -> None:
        """One record on the disk."""
        os.lseek(self._handle, self._at % 65_536, os.SEEK_SET)
        os.write(self._handle, b"x" * 64)
        _flush(self._handle)
        self._at += 64

    def close(self) -> None:
        """Harmless once."""
        os.close(self._handle)


_flush = getattr(os, "fdatasync", os.fsync)


def flushed_file(path: Path, data: bytes) -> None:
    """A new file whose bytes are on the disk."""
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        _flush(stream.fileno())


Statement = tuple[str, str, Any]
"""(how, text, values): ``how`` is ``one`` or ``many``."""


def replay(raw: dbapi.Connection, statements: Sequence[Statement]) -> None:
    """Run recorded statements on a bare connection, reading what they answer."""
    for how, text, values in statements:
        if how == "many":
            raw.executemany(text, values)
        else:
            raw.execute(text, values).fetchall()
