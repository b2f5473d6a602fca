"""The A4 invoice: every field of Rule 46 that the content carries, drawn on reportlab's canvas.

The content is display-ready (wire v1.PageContent): nothing is calculated here. Texts are plain; no
markup of a name or an address is ever interpreted. Labels are English; names, addresses and the
amount in words may be in Devanagari.
"""

import io
import threading
from pathlib import Path

import msgspec
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from pos_desktop.documents import invoice_parts as parts
from pos_desktop.documents import invoice_table as table
from pos_desktop.documents import qr
from pos_desktop.documents.pen import Ink, Pen, Tint
from pos_desktop.documents.typeface import Typefaces, cleaned
from pos_desktop.wire import v1

# Streams as bytes, not as ASCII85 text: a fifth smaller, and every transport is 8-bit clean today.
rl_config.useA85 = 0

_TOP = A4[1] - 36
_FOOT = 46.0
"""Nothing but the foot of the page stands below this height."""

_CELL = Ink(table.SIZE)
_FAINT = Ink(table.SIZE, tint=Tint.MUTED)
_HEAD = Ink(table.SIZE - 0.5, bold=True, tint=Tint.MUTED)
_WATERMARK = Ink(84, bold=True, tint=Tint.WATERMARK)


class RaseedRenderer:
    """``ports.Renderer``: documents from display-ready content. Safe to call from any thread.

    ``fonts`` is the folder of the shipped Noto files.
    """

    def __init__(self, fonts: Path) -> None:
        self._fonts = fonts
        self._faces: Typefaces | None = None
        # reportlab's fonts keep a reading position: one document at a time.
        self._lock = threading.Lock()

    def invoice_pdf(self, content: v1.PageContent, *, practice: bool) -> bytes:
        """An A4 PDF; ``practice`` (or the content saying so) puts PRACTICE across every page."""
        with self._lock:
            if self._faces is None:
                self._faces = Typefaces(self._fonts)
            marked = msgspec.structs.replace(content, practice=practice or content.practice)
            return _Invoice(marked, self._faces).made()

    def qr_png(self, text: str) -> bytes:
        """A PNG of 800 to 1000 px, black on white, quiet zone 4. Raises InputError."""
        return qr.qr_png(text)


class _Invoice:
    """One document while it is drawn."""

    def __init__(self, content: v1.PageContent, faces: Typefaces) -> None:
        self._content = content
        self._faces = faces
        self._file = io.BytesIO()
        self._canvas = Canvas(self._file, pagesize=A4, invariant=1)
        self._pen = Pen(self._canvas, faces)

    def made(self) -> bytes:
        content = self._content
        self._describe()
        goods = table.measured(content.lines, self._faces, parts.LEFT, parts.RIGHT)
        head = parts.head_of(content, self._faces)
        tail = parts.tail_of(content, self._faces)
        above = table.HEAD_HEIGHT + _FOOT
        pages = table.paged(
            goods.rows, _TOP - head.height - above, _TOP - parts.STRIP - above, tail.height
        )
        for number, rows in enumerate(pages, 1):
            self._under()
            if number == 1:
                y = head.draw(self._pen, _TOP)
            else:
                y = parts.draw_strip(self._pen, content, _TOP)
            if rows:
                y = self._rows(goods, rows, y)
            if number == len(pages):
                tail.draw(self._pen, y)
            parts.draw_foot(self._pen, content, f"Page {number} of {len(pages)}")
            self._pen.lift()
            self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def _describe(self) -> None:
        content = self._content
        self._canvas.setTitle(cleaned(f"{content.title} {content.number or content.order_ref}"))
        self._canvas.setAuthor(cleaned(content.shop_name))
        self._canvas.setCreator("Raseed")

    def _under(self) -> None:
        if self._content.practice:
            middle = (A4[0] / 2 + 20, A4[1] / 2 - 60)
            self._pen.slanted(*middle, "PRACTICE", _WATERMARK)

    def _rows(self, goods: table.Table, rows: range, y: float) -> float:
        """Draw the head of the table and these rows below ``y``; the height where they end."""
        pen = self._pen
        pen.box(
            (parts.LEFT, y - table.HEAD_HEIGHT + 4),
            (parts.WIDTH, table.HEAD_HEIGHT - 4),
            Tint.SURFACE,
        )
        base = y - 11
        pen.text(parts.LEFT, base, "#", _HEAD)
        pen.text(goods.name_left, base, "Item", _HEAD)
        for column in (*goods.faint, *goods.strong):
            pen.text_right(column.right, base, column.title, _HEAD)
        y -= table.HEAD_HEIGHT - 4
        pen.rule(parts.LEFT, parts.RIGHT, y)
        for index in rows:
            y = self._row(goods, index, y)
        return y - 4

    def _row(self, goods: table.Table, index: int, y: float) -> float:
        pen, row = self._pen, goods.rows[index]
        base = y - table.LEADING
        # The faint cells first: the colour changes twice a row, not for each cell.
        pen.text(parts.LEFT, base, row.number, _FAINT)
        for column in goods.faint:
            pen.text_right(column.right, base, column.cells[index], _FAINT)
        for at, line in enumerate(row.name):
            pen.text(goods.name_left, base - at * table.LEADING, line, _CELL)
        for column in goods.strong:
            pen.text_right(column.right, base, column.cells[index], _CELL)
        y -= row.height
        pen.rule(parts.LEFT, parts.RIGHT, y)
        return y
