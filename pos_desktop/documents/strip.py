"""Lines of a receipt as dots: for letters that no receipt printer has by itself.

HarfBuzz shapes and draws them, so that Hindi is right (reference domain 2) wherever the program
runs, without a library of the system.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import uharfbuzz as hb

_LATIN = "NotoSans"
_DARK = 112
"""From this much ink on (of 255) a dot is black; thin strokes of 24 dots survive it."""


@dataclass(frozen=True, slots=True)
class Size:
    """``letters``: dots of the em square; ``line``: of the whole line; ``base``: below it."""

    letters: int
    line: int
    base: int


BODY = Size(24, 36, 11)
BIG = Size(46, 66, 20)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text beginning ``left`` dots from the margin."""

    left: int
    text: str


class Letters:
    """The shipped faces as dots. ``folder`` holds Noto files; a script whose ``NotoSans<Script>``
    files lie there is drawn. Raises OSError without Noto Sans. Safe from any thread."""

    def __init__(self, folder: Path) -> None:
        self._fonts = {
            bold: tuple(_fonts(folder, weight))
            for bold, weight in ((False, "Regular"), (True, "Bold"))
        }
        self.width = lru_cache(maxsize=4096)(self._width)

    def draw(
        self, pieces: Sequence[Piece], width: int, size: Size, *, bold: bool = False
    ) -> tuple[bytes, ...]:
        """Rows of ``width`` dots, eight a byte, from the top down, 1 is black."""
        canvas = hb.RasterDraw()
        canvas.extents = hb.RasterExtents(0, -size.base, width, size.line, 0)
        for piece in pieces:
            x = float(piece.left)
            for font, shaped in self._shaped(piece.text, bold):
                scale = size.letters / font.face.upem
                for glyph, at in zip(shaped.glyph_infos, shaped.glyph_positions, strict=True):
                    place = (x + at.x_offset * scale, at.y_offset * scale)
                    canvas.transform = (scale, 0.0, 0.0, scale, *place)
                    canvas.draw_glyph(font, glyph.codepoint)
                    x += at.x_advance * scale
        return _packed(canvas.render(), width, size)

    def _width(self, text: str, size: Size, bold: bool = False) -> int:
        """Dots that ``text`` takes, rounded up."""
        dots = sum(
            at.x_advance * size.letters / font.face.upem
            for font, shaped in self._shaped(text, bold)
            for at in shaped.glyph_positions
        )
        return -int(-dots // 1)

    def _shaped(self, text: str, bold: bool) -> Iterator[tuple[hb.Font, hb.Buffer]]:
        for font, stretch in _stretches(text, self._fonts[bold]):
            shaped = hb.Buffer()
            shaped.add_str(stretch)
            shaped.guess_segment_properties()
            hb.shape(font, shaped)
            yield font, shaped


def _fonts(folder: Path, weight: str) -> Iterator[hb.Font]:
    """Noto Sans first: digits and signs come from it, whatever script stands beside them."""
    others = sorted(folder.glob(f"{_LATIN}*-{weight}.ttf"))
    first = folder / f"{_LATIN}-{weight}.ttf"
    for file in (first, *(other for other in others if other != first)):
        yield hb.Font(hb.Face(file.read_bytes()))


def _stretches(text: str, fonts: Sequence[hb.Font]) -> Iterator[tuple[hb.Font, str]]:
    """``text`` cut where the face changes. A sign that the present face has stays in it: marks,
    joiners and spaces belong to the word around them."""
    font, begun = fonts[0], 0
    for at, letter in enumerate(text):
        stays = not letter.isalnum() and font is not fonts[0] and _has(font, letter)
        better = font if stays else next((f for f in fonts if _has(f, letter)), font)
        if better is not font:
            if at > begun:
                yield font, text[begun:at]
            font, begun = better, at
    if begun < len(text):
        yield font, text[begun:]


def _has(font: hb.Font, letter: str) -> bool:
    return font.get_nominal_glyph(ord(letter)) is not None


def _packed(drawn: hb.RasterImage | None, width: int, size: Size) -> tuple[bytes, ...]:
    across = -(-width // 8)
    if drawn is None:
        return (bytes(across),) * size.line
    stride, ink = drawn.extents.stride, drawn.buffer
    # HarfBuzz counts rows from the bottom, a printer from the top.
    rows = (ink[at * stride : at * stride + width] for at in reversed(range(size.line)))
    return tuple(_bits(row, across) for row in rows)


_INK = bytes(49 if value >= _DARK else 48 for value in range(256))  # "0" and "1"


def _bits(row: bytes, across: int) -> bytes:
    return int(row.translate(_INK).ljust(across * 8, b"0"), 2).to_bytes(across, "big")
