"""A bill on a roll of 80 mm or 58 mm, as ESC/POS, from the same content as page and PDF.

Lines of printable ASCII go as text, because a printer sets that fast and sharp; lines with any
other letter go as dots (``strip``). The rupee sign is "Rs": hardly a printer has it (domain 2).
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pos_desktop.documents import escpos
from pos_desktop.documents.qr import QUIET, qr_matrix
from pos_desktop.documents.receipt_rows import DUPLICATE, RULE, Row, rows_of
from pos_desktop.documents.strip import BIG, BODY, Letters, Piece
from pos_desktop.documents.typeface import cleaned
from pos_desktop.ports.paper import Slip

_RUPEE = "\u20b9"
_ASCII = str.maketrans(
    {
        "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"',
        "\u201d": '"', "\u2022": "-", "\u2026": "...", "\u00b7": "-", "\u00d7": "x",
    }
)  # fmt: skip
# Dots of one module: large enough for the camera of a cheap phone.
_MODULE = 6


class Receipts:
    """``ports.ReceiptMaker``. ``columns`` letters a line; ``fonts``: the shipped Noto files.

    Safe from any thread. Raises OSError where a letter must be drawn and the faces are missing.
    """

    def __init__(self, fonts: Path, columns: int) -> None:
        self._fonts = fonts
        self._columns = columns
        self._across = columns * escpos.DOTS
        self._letters: Letters | None = None

    def receipt(self, slip: Slip) -> bytes:
        """The whole job: forget what was set before, the lines, the QR, the cut."""
        parts = [escpos.START]
        for row in rows_of(slip.content, self._columns, duplicate=slip.duplicate):
            parts += self._row(row)
        if slip.link:
            parts += self._row(Row("Scan to see this bill", centre=True))
            parts.append(self._qr(slip.link))
        if slip.duplicate:
            parts += self._row(Row(DUPLICATE, centre=True, bold=True))
        parts.append(escpos.CUT)
        return b"".join(parts)

    def drawer(self) -> bytes:
        """The pulse alone."""
        return escpos.DRAWER

    def _row(self, row: Row) -> Iterator[bytes]:
        if row is RULE:
            return iter([escpos.text("-" * self._columns)])
        left, right = printable(row.left), printable(row.right)
        if right and len(right) > self._columns // 2 and row.big:
            row = replace(row, big=False)
        if len(right) > self._columns - row.indent:
            # Rather on lines of its own than broken by the printer wherever its line ends.
            return chain(
                self._row(replace(row, right="")), self._row(replace(row, left=right, right=""))
            )
        words = (left + right).isascii()
        return self._words(row, left, right) if words else self._dots(row, left, right)

    def _words(self, row: Row, left: str, right: str) -> Iterator[bytes]:
        columns = self._columns // 2 if row.big else self._columns
        lines = _lines(left, right, columns - row.indent, len, 1)
        for at, line in enumerate(lines, 1):
            placed = line.center(columns).rstrip() if row.centre else " " * row.indent + line
            if at == len(lines) and right:
                placed += right.rjust(columns - len(placed))
            yield escpos.text(placed, bold=row.bold, big=row.big)

    def _dots(self, row: Row, left: str, right: str) -> Iterator[bytes]:
        if self._letters is None:
            self._letters = Letters(self._fonts)
        letters, size = self._letters, BIG if row.big else BODY
        indent, across = row.indent * escpos.DOTS, self._across

        def wide(text: str) -> int:
            return letters.width(text, size, row.bold)

        lines = _lines(left, right, across - indent, wide, escpos.DOTS)
        for at, line in enumerate(lines, 1):
            begin = (across - wide(line)) // 2 if row.centre else indent
            pieces = [Piece(begin, line)]
            if at == len(lines) and right:
                pieces.append(Piece(across - wide(right), right))
            yield escpos.picture(_inked(letters.draw(pieces, across, size, bold=row.bold)))

    def _qr(self, link: str) -> bytes:
        modules, across = qr_matrix(link), self._across
        side = min(_MODULE, across // (len(modules) + 2 * QUIET))
        margin = "0" * ((across - side * len(modules)) // 2)
        blank = (bytes(across // 8),) * (QUIET * side)
        rows: list[bytes] = []
        for row in modules:
            bits = margin + "".join(("1" if dark else "0") * side for dark in row)
            rows += [int(bits.ljust(across, "0"), 2).to_bytes(across // 8, "big")] * side
        return escpos.picture((*blank, *rows, *blank))


def _inked(rows: Sequence[bytes]) -> Sequence[bytes]:
    """Without the white at the right: most of the bytes of a short line, on a slow port."""
    across = max(1, *(len(row.rstrip(b"\0")) for row in rows))
    return [row[:across] for row in rows]


def printable(text: str) -> str:
    """``text`` as one line; what has a plain stand-in in ASCII gets it."""
    return cleaned(text).replace(_RUPEE, "Rs ").translate(_ASCII).replace("Rs  ", "Rs ").strip()


def _lines(
    left: str, right: str, room: int, wide: Callable[[str], int], gap: int
) -> tuple[str, ...]:
    """``left`` broken to ``room``; the last line leaves ``gap`` and place for ``right``."""
    lines = list(broken(left, room, wide)) or [""]
    if right and wide(lines[-1]) + gap + wide(right) > room:
        lines.append("")
    return tuple(lines)


def broken(text: str, room: int, wide: Callable[[str], int]) -> Iterator[str]:
    """Lines of ``text`` no wider than ``room``. Breaks at spaces, inside a word only if it is alone
    too wide, and never between a letter and its sign."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if wide(longer) <= room:
            line = longer
            continue
        if line:
            yield line
        line = word
        while wide(line) > room:
            fits = _fitting(line, room, wide)
            yield line[:fits]
            line = line[fits:]
    if line:
        yield line


def _fitting(word: str, room: int, wide: Callable[[str], int]) -> int:
    """How many letters of a word that is too wide fit; at least one."""
    whole = (n for n in range(len(word) - 1, 1, -1) if not _clings(word[n]))
    return next((n for n in whole if wide(word[:n]) <= room), 1)


def _clings(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf")
