"""Bills on paper through the system's printer: a roll of 80 or 58 mm, A4 or A5, always plain text.

Runs in the doc lane: a printer that does not answer blocks neither the window nor a sale.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QPageLayout,
    QPageSize,
    QPainter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from pos_desktop.domain.errors import Unavailable
from pos_desktop.gui import theme
from pos_desktop.gui.texts import say
from pos_desktop.services.views import LampState

if TYPE_CHECKING:
    from pos_desktop.wire.v1 import BillLine, PageContent, PaidStamp


_PER_INCH = 96
_MM = 25.4
_LEFT, _CENTRE, _RIGHT = (
    Qt.AlignmentFlag.AlignLeft,
    Qt.AlignmentFlag.AlignHCenter,
    Qt.AlignmentFlag.AlignRight,
)
_DASH = "—"
_ROLLS = {"80mm": (80, 4), "58mm": (58, 3)}
# Pixels below which amounts would be broken in columns of their own.
_FOUR_COLUMNS = 250
_SHEETS = {"a4": (210, 297, 12), "a5": (148, 210, 8)}


class Printer:
    """``gui.presenters.ports.Paper``. With a ``folder`` it writes PDF files there (practice)."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._count = 0

    def print(self, content: PageContent, kind: str) -> None:
        """``kind`` is a ``PaperSize``. Raises Unavailable ``printer_...`` or ``print_...``."""
        printer = self._printer(content)
        if kind in _ROLLS:
            width, margin = _ROLLS[kind]
            document = _document(content, _pixels(width - 2 * margin))
            height = document.size().height() * _MM / _PER_INCH + 2 * margin
        else:
            width, height, margin = _SHEETS[kind]
            document = _document(content, _pixels(width - 2 * margin))
            room = QSizeF(_pixels(width - 2 * margin), _pixels(height - 2 * margin))
            document.setPageSize(room)
        size = QPageSize(QSizeF(width, height), QPageSize.Unit.Millimeter)
        margins = QMarginsF(margin, margin, margin, margin)
        portrait = QPageLayout.Orientation.Portrait
        printer.setPageLayout(QPageLayout(size, portrait, margins, QPageLayout.Unit.Millimeter))
        _paint(document, printer)

    def state(self) -> LampState:
        """Whether there is a printer; in practice, whether its folder takes pages."""
        if self._folder is not None:
            there = _takes_pages(self._folder)
        else:
            there = not QPrinterInfo.defaultPrinter().isNull()
        return LampState.OK if there else LampState.DOWN

    def _printer(self, content: PageContent) -> QPrinter:
        if self._folder is None:
            info = QPrinterInfo.defaultPrinter()
            if info.isNull():
                raise Unavailable("printer_missing")
            return QPrinter(info, QPrinter.PrinterMode.HighResolution)
        if not _takes_pages(self._folder):
            raise Unavailable("print_failed", "the folder of the printouts cannot be written to")
        self._count += 1
        name = (content.number or f"token-{content.token_no}").replace("/", "-")
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(self._folder / f"{self._count:04d}-{name}.pdf"))
        return printer


def _takes_pages(folder: Path) -> bool:
    """Make the folder where it is missing; False where nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _pixels(millimetres: float) -> float:
    return millimetres * _PER_INCH / _MM


def _paint(document: QTextDocument, printer: QPrinter) -> None:
    painter = QPainter()
    if not painter.begin(printer):
        raise Unavailable("print_failed", "the printer took no page")
    try:
        scale = printer.resolution() / _PER_INCH
        painter.scale(scale, scale)
        paged = document.pageSize().height()
        for page in range(max(1, document.pageCount()) if paged > 0 else 1):
            if page:
                printer.newPage()
            painter.save()
            painter.translate(0, -page * paged)
            area = QRectF(0, page * paged, document.size().width(), paged)
            document.drawContents(painter, area if paged > 0 else QRectF())
            painter.restore()
    finally:
        painter.end()


def _document(content: PageContent, width: float) -> QTextDocument:
    """The bill as a text document of ``width`` pixels; every text is inserted as plain text."""
    document = QTextDocument()
    document.setDefaultFont(theme.font(11))
    document.setDocumentMargin(0)
    document.setTextWidth(width)
    cursor = QTextCursor(document)
    _head(cursor, content)
    if width < _FOUR_COLUMNS:
        short = [(say("col_item"), say("col_amount"))]
        short += [
            (f"{_goods(each)}\n{each.qty} × {each.price}", each.amount) for each in content.lines
        ]
        _table(cursor, short, (68, 32), bold_first=True)
    else:
        head = (say("col_item"), say("col_qty"), say("col_price"), say("col_amount"))
        rows = [(_goods(line), line.qty, line.price, line.amount) for line in content.lines]
        _table(cursor, [head, *rows], (46, 16, 18, 20), bold_first=True)
    sums = [(label, amount) for label, amount in content.sums]
    _table(cursor, [*sums, (say("print_total"), content.total)], (60, 40), bold_last=True)
    _line(cursor, content.words, _LEFT)
    _line(cursor, _labelled("print_gst", content.tax_included), _LEFT)
    _line(cursor, _labelled("print_saved", content.saved), _LEFT)
    if content.tax_rows:
        _taxes(cursor, content)
    if content.paid is not None:
        _paid(cursor, content.paid)
    _line(cursor, content.return_policy, _CENTRE)
    return document


def _labelled(code: str, text: str) -> str:
    """``text`` with the word for it, or nothing for nothing."""
    return say(code, value=text) if text else ""


def _goods(line: BillLine) -> str:
    """The article, and below it what the law and the customer look for."""
    small = " · ".join(
        text
        for text in (f"HSN {line.hsn}" if line.hsn else "", f"MRP {line.mrp}" if line.mrp else "")
        if text
    )
    return f"{line.name}\n{small}" if small else line.name


def _taxes(cursor: QTextCursor, content: PageContent) -> None:
    """GST by rate; only the heads that carry something."""
    rows = content.tax_rows
    heads = (
        ("CGST", [row.central for row in rows]),
        (content.state_tax_label, [row.state for row in rows]),
        ("IGST", [row.integrated for row in rows]),
        (say("print_cess"), [row.cess for row in rows]),
    )
    kept = [(head, cells) for head, cells in heads if any(cell != _DASH for cell in cells)]
    table = [("GST", say("print_taxable"), *(head for head, _ in kept))]
    for at, row in enumerate(rows):
        table.append((row.label, row.taxable, *(cells[at] for _, cells in kept)))
    share = 60 // len(kept) if kept else 0
    _table(cursor, table, (16, 24 if kept else 84, *(share for _ in kept)), bold_first=True)


def _paid(cursor: QTextCursor, paid: PaidStamp) -> None:
    if len(paid.tenders) > 1:
        for label, amount in paid.tenders:
            _line(cursor, f"{label} {amount}", _LEFT)
    _line(cursor, paid.label, _CENTRE, size=12, weight=600)
    _line(cursor, paid.when, _CENTRE)
    _line(cursor, paid.reference, _CENTRE)


def _head(cursor: QTextCursor, content: PageContent) -> None:
    if content.practice:
        _line(cursor, say("practice"), _CENTRE, size=18, weight=800)
    _line(cursor, content.shop_name, _CENTRE, size=16, weight=800)
    for text in content.shop_address:
        _line(cursor, text, _CENTRE)
    _line(cursor, content.shop_phone, _CENTRE)
    _line(cursor, f"GSTIN {content.gstin}" if content.gstin else "", _CENTRE)
    _line(cursor, content.title, _CENTRE, size=12, weight=600)
    _line(cursor, content.declaration, _CENTRE)
    number = " · ".join(t for t in (content.number, content.date, content.time) if t)
    _line(cursor, number, _CENTRE)
    place = (say("token", n=content.token_no), content.counter, content.cashier)
    _line(cursor, " · ".join(text for text in place if text), _CENTRE)
    _line(cursor, _labelled("print_place", content.place_of_supply), _LEFT)
    _line(cursor, _labelled("print_reverse", content.reverse_charge), _LEFT)
    for text in content.buyer:
        _line(cursor, text, _LEFT)


def _line(
    cursor: QTextCursor, text: str, align: Qt.AlignmentFlag, *, size: int = 11, weight: int = 400
) -> None:
    if not text:
        return
    block = QTextBlockFormat()
    block.setAlignment(align)
    cursor.setBlockFormat(block)
    cursor.insertText(text, _letters(size, weight))
    cursor.insertBlock()


def _letters(size: int, weight: int) -> QTextCharFormat:
    letters = QTextCharFormat()
    letters.setFont(theme.font(size, weight))
    return letters


def _table(
    cursor: QTextCursor,
    rows: Sequence[Sequence[str]],
    shares: Sequence[int],
    *,
    bold_first: bool = False,
    bold_last: bool = False,
) -> None:
    shape = QTextTableFormat()
    shape.setBorder(0)
    shape.setCellPadding(1)
    shape.setCellSpacing(0)
    shape.setTopMargin(4)
    shape.setBottomMargin(4)
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    percent = QTextLength.Type.PercentageLength
    shape.setColumnWidthConstraints([QTextLength(percent, share) for share in shares])
    table = cursor.insertTable(len(rows), len(shares), shape)
    for r, row in enumerate(rows):
        heavy = (bold_first and r == 0) or (bold_last and r == len(rows) - 1)
        for c, text in enumerate(row):
            cell = table.cellAt(r, c).firstCursorPosition()
            block = QTextBlockFormat()
            block.setAlignment(_RIGHT if c else _LEFT)
            cell.setBlockFormat(block)
            # The shipped fonts have no U+2212.
            cell.insertText(text.replace("\u2212", "–"), _letters(11, 600 if heavy else 400))
    cursor.movePosition(QTextCursor.MoveOperation.End)
