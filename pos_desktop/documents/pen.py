"""The pen of the invoice: text, rules and boxes on one reportlab page.

All plain text of a page goes into one text object, which is half the cost of ``drawString`` for
each cell. Shaped stretches carry their real letters beside the glyphs (ActualText), so that a Hindi
name can be copied and searched.
"""

import io
from enum import Enum
from typing import NamedTuple

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pos_desktop.documents.typeface import Piece, Typefaces


class Tint(Enum):
    """Colours of ``design/look`` (light)."""

    INK = HexColor("#1A1F24")
    MUTED = HexColor("#59616B")
    LINE = HexColor("#DEDBD3")
    SURFACE = HexColor("#FAF9F6")
    PRIMARY = HexColor("#0B5D4B")
    PAID = HexColor("#00664A")
    PAID_SOFT = HexColor("#DDF1E8")
    WARNING = HexColor("#A33B00")
    WATERMARK = HexColor("#F3E3DA")
    WHITE = HexColor("#FFFFFF")


class Ink(NamedTuple):
    """How a text looks; ``size`` in points."""

    size: float
    bold: bool = False
    tint: Tint = Tint.INK


class Pen:
    """Draws on the current page of ``canvas``; call ``lift`` before each ``showPage``."""

    def __init__(self, canvas: Canvas, faces: Typefaces) -> None:
        self._canvas = canvas
        self.faces = faces
        self._fresh()

    def text(self, x: float, y: float, text: str, ink: Ink) -> None:
        """``text`` (cleaned) from ``x`` rightwards, base line ``y``."""
        for piece in self.faces.pieces(text, bold=ink.bold):
            if piece.drawn is piece.plain:
                self._plain(x, y, piece, ink)
            else:
                self._shaped(x, y, piece, ink)
            x += piece.width * ink.size / 1000

    def text_right(self, x: float, y: float, text: str, ink: Ink) -> None:
        """``text`` (cleaned) that ends at ``x``."""
        width = self.faces.width(text, bold=ink.bold) * ink.size / 1000
        self.text(x - width, y, text, ink)

    def text_centre(self, x: float, y: float, text: str, ink: Ink) -> None:
        """``text`` (cleaned) with its middle at ``x``."""
        width = self.faces.width(text, bold=ink.bold) * ink.size / 1000
        self.text(x - width / 2, y, text, ink)

    def rule(self, left: float, right: float, y: float, tint: Tint = Tint.LINE) -> None:
        """A hairline."""
        self._canvas.setStrokeColor(_colour(tint))
        self._canvas.setLineWidth(0.6)
        self._canvas.line(left, y, right, y)

    def box(
        self,
        corner: tuple[float, float],
        size: tuple[float, float],
        tint: Tint,
        *,
        radius: float = 0,
    ) -> None:
        """A filled box; ``corner`` is its lower left."""
        self._canvas.setFillColor(_colour(tint))
        if radius:
            self._canvas.roundRect(*corner, *size, radius, stroke=0, fill=1)
        else:
            self._canvas.rect(*corner, *size, stroke=0, fill=1)

    def picture(self, corner: tuple[float, float], size: tuple[float, float], png: bytes) -> None:
        """A PNG as large as fits into ``size``; ``corner`` is the lower left of that space."""
        self._canvas.drawImage(
            ImageReader(io.BytesIO(png)), *corner, *size, mask="auto", preserveAspectRatio=True
        )

    def tick(self, x: float, y: float, tint: Tint) -> None:
        """A check mark, drawn because the face has none."""
        mark = self._canvas.beginPath()
        mark.moveTo(x, y + 3)
        mark.lineTo(x + 2.4, y + 0.4)
        mark.lineTo(x + 7, y + 6)
        self._canvas.setStrokeColor(_colour(tint))
        self._canvas.setLineWidth(1.4)
        self._canvas.drawPath(mark)

    def slanted(self, x: float, y: float, text: str, ink: Ink) -> None:
        """``text`` (one face) around (x, y), rising by 40 degrees: a watermark under the rest."""
        canvas = self._canvas
        (piece,) = self.faces.pieces(text, bold=ink.bold)
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(40)
        canvas.setFillColor(_colour(ink.tint))
        canvas.setFont(piece.face, ink.size)
        canvas.drawCentredString(0, 0, piece.drawn)
        canvas.restoreState()

    def lift(self) -> None:
        """Put the collected text on the page."""
        self._canvas.drawText(self._lines)
        self._fresh()

    def _fresh(self) -> None:
        self._lines = self._canvas.beginText()
        self._face: tuple[str, float] | None = None
        self._tint: Tint | None = None

    def _plain(self, x: float, y: float, piece: Piece, ink: Ink) -> None:
        lines = self._lines
        if self._face != (piece.face, ink.size):
            self._face = (piece.face, ink.size)
            lines.setFont(*self._face)
        if self._tint is not ink.tint:
            self._tint = ink.tint
            lines.setFillColor(_colour(ink.tint))
        lines.setTextOrigin(x, y)
        lines.textLine(piece.drawn)

    def _shaped(self, x: float, y: float, piece: Piece, ink: Ink) -> None:
        canvas = self._canvas
        letters = piece.plain.encode("utf-16-be").hex().upper()
        canvas.addLiteral(f"/Span << /ActualText <FEFF{letters}> >> BDC")
        stretch = canvas.beginText(x, y)
        stretch.setFont(piece.face, ink.size)
        stretch.setFillColor(_colour(ink.tint))
        stretch.textLine(piece.drawn)
        canvas.drawText(stretch)
        canvas.addLiteral("EMC")


def _colour(tint: Tint) -> Color:
    return tint.value
