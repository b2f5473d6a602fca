"""Type of the printed documents: which face has a letter, how wide a text is, where it breaks.

Latin letters, digits and the rupee sign come from Noto Sans; Devanagari comes from its own face and
is shaped by HarfBuzz, because letters laid side by side are wrong Hindi (reference domain 2).
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, shapeStr

_DEVANAGARI = "\u0900-\u097f\ua8e0-\ua8ff\u1cd0-\u1cff\u200c\u200d\u25cc"
_SHAPED = re.compile(f"[{_DEVANAGARI}]+(?: +[{_DEVANAGARI}]+)*")
_SPACES = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"
_ELLIPSIS = "..."
_BODY_FACE = "NotoSans-Regular"
_LONGEST = 2000
# Noto Sans has no minus sign; its en dash has the width of a digit.
_STAND_INS = {"\u2212": "\u2013", "\u2010": "-", "\u2011": "-"}


class Piece(NamedTuple):
    """A stretch of one face. ``width`` in thousandths of the size; ``drawn`` may be shaped."""

    face: str
    drawn: str
    width: float
    plain: str


class _Widths(dict[str, float]):
    """Advance widths by letter; a letter that the face lacks is as wide as its empty box."""

    def __init__(self, widths: Iterable[tuple[str, float]], box: float) -> None:
        super().__init__(widths)
        self._box = box

    def __missing__(self, letter: str) -> float:
        return self._box


class _KeptFont(TTFont):
    """A font that remembers its subsets: bills of one shop use the same letters."""

    def __init__(self, name: str, file: Path) -> None:
        # The whole of ASCII goes into a document only in the face of the body, whose subset is then
        # the same for every bill; of the other faces what is used.
        super().__init__(name, str(file), asciiReadable=name == _BODY_FACE)
        make = self.face.makeSubset
        kept = lru_cache(maxsize=32)(lambda codes: make(list(codes)))
        vars(self.face)["makeSubset"] = lambda codes: kept(tuple(codes))


class Typefaces:
    """The faces of our documents; ``folder`` holds the shipped Noto files.

    reportlab keeps fonts by name for the whole process, so a second instance costs nothing.
    Raises OSError where a file is missing. Not for two threads at once.
    """

    def __init__(self, folder: Path) -> None:
        self._latin = {
            bold: _registered(f"NotoSans-{weight}", folder)
            for bold, weight in ((False, "Regular"), (True, "Bold"))
        }
        self._indic = {
            bold: _registered(f"NotoSansDevanagari-{weight}", folder)
            for bold, weight in ((False, "Regular"), (True, "Bold"))
        }
        self._letters = frozenset(chr(code) for code in self._latin[False].face.charToGlyph)
        self._widths = {bold: _widths_of(font) for bold, font in self._latin.items()}

    def width(self, text: str, *, bold: bool = False) -> float:
        """The width of cleaned ``text`` in thousandths of the font size."""
        if self._letters.issuperset(text):
            return sum(map(self._widths[bold].__getitem__, text))
        return sum(piece.width for piece in self.pieces(text, bold=bold))

    def pieces(self, text: str, *, bold: bool = False) -> tuple[Piece, ...]:
        """Cleaned ``text`` cut into stretches of one face each, in the order of reading."""
        found: list[Piece] = []
        at = 0
        if not self._letters.issuperset(text):
            for stretch in _SHAPED.finditer(text):
                if at < stretch.start():
                    found.append(self._plain(text[at : stretch.start()], bold))
                found.append(_shaped(stretch[0], self._indic[bold].fontName))
                at = stretch.end()
        if at < len(text):
            found.append(self._plain(text[at:], bold))
        return tuple(found)

    def wrap(self, text: str, room: float, *, bold: bool = False, most: int = 12) -> list[str]:
        """Lines of cleaned ``text`` no wider than ``room`` (thousandths of the size), at most
        ``most``: the last one then ends in dots. Breaks at spaces, inside a word only if alone."""
        if self.width(text, bold=bold) <= room:
            return [text]
        lines: list[str] = []
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if self.width(longer, bold=bold) <= room:
                line = longer
                continue
            if line:
                lines.append(line)
            *whole, line = self._broken(word, room, bold)
            lines += whole
        lines.append(line)
        if len(lines) > most:
            lines = lines[:most]
            lines[-1] = self.cut(f"{lines[-1]} {_ELLIPSIS}", room, bold=bold)
        return lines

    def cut(self, text: str, room: float, *, bold: bool = False) -> str:
        """Cleaned ``text``, or as much of it as fits ``room`` with dots at its end."""
        if self.width(text, bold=bold) <= room:
            return text
        fits, too_many = 0, len(text)
        while too_many - fits > 1:
            middle = (fits + too_many) // 2
            if self.width(text[:middle] + _ELLIPSIS, bold=bold) <= room:
                fits = middle
            else:
                too_many = middle
        return text[:fits].rstrip() + _ELLIPSIS

    def _plain(self, text: str, bold: bool) -> Piece:
        width = sum(map(self._widths[bold].__getitem__, text))
        return Piece(self._latin[bold].fontName, text, width, text)

    def _broken(self, word: str, room: float, bold: bool) -> list[str]:
        """A word wider than the column in parts; never between a letter and its vowel sign."""
        parts = [""]
        for letter in word:
            longer = parts[-1] + letter
            if parts[-1] and not _clings(letter) and self.width(longer, bold=bold) > room:
                parts.append(letter)
            else:
                parts[-1] = longer
        return parts


def cleaned(text: str) -> str:
    """``text`` as one line that prints: composed, without control or direction characters.

    Anything from a catalogue, a scanner or the network passes here before it is drawn; what is
    longer than any field of a bill loses its end.
    """
    text = text[:_LONGEST]
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(map(_printable, composed))
    return _SPACES.sub(" ", kept).strip()


def _printable(letter: str) -> str:
    if letter in _STAND_INS:
        return _STAND_INS[letter]
    kind = unicodedata.category(letter)
    if kind in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    if kind == "Cs":
        return "?"
    if kind == "Cf":
        return letter if letter in _JOINERS else ""
    return "" if "\ufe00" <= letter <= "\ufe0f" else letter


def _clings(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter).startswith("M")


def _registered(name: str, folder: Path) -> TTFont:
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(_KeptFont(name, folder / f"{name}.ttf"))
    font = pdfmetrics.getFont(name)
    assert isinstance(font, TTFont)  # noqa: S101 - we registered it under this name
    return font


def _widths_of(font: TTFont) -> _Widths:
    face = font.face
    known = ((chr(code), face.charWidths[code]) for code in face.charToGlyph)
    return _Widths(known, face.defaultWidth)


@lru_cache(maxsize=1024)
def _shaped(text: str, face: str) -> Piece:
    # Glyphs and advances are in thousandths of the size, so one shaping serves every size.
    drawn = shapeStr(text, face, 10, force=True)
    glyphs = drawn.__shapeData__
    return Piece(face, drawn, sum(glyph.x_advance for glyph in glyphs), text)
