"""QR codes: the modules for painting, and a PNG for messages.

The PNG is written here (eight lines around zlib) instead of by Pillow, which would cost an import
and two milliseconds for a picture of two colours (reference performance 7).
"""

import struct
import zlib
from collections.abc import Sequence

from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from pos_desktop.domain.errors import InputError

QUIET = 4
"""Light modules around the code (ISO/IEC 18004): scanners need all four."""

_MAX_PIXELS = 1000
_DENSE = 17 + 4 * 14
"""Modules of version 14; beyond it they get small on a screen, and larger modules help more than
redundancy does."""


def qr_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of ``text`` (True is dark), without quiet zone; level M, or L when it is long.

    Raises InputError where there is no text or more than a QR can hold (2,953 bytes).
    """
    if not text:
        raise InputError("qr_empty", "a QR needs a text")
    made = _made(text, ERROR_CORRECT_M)
    if made is None or len(made) > _DENSE:
        made = _made(text, ERROR_CORRECT_L)
    if made is None:
        raise InputError("qr_too_long", "the text is longer than a QR can hold")
    return made


def qr_png(text: str) -> bytes:
    """A 1-bit PNG of 800 to 1000 pixels, black on white, quiet zone 4. Raises InputError."""
    return png_of(qr_matrix(text))


def png_of(modules: Sequence[Sequence[bool]]) -> bytes:
    """The PNG of modules that are known already."""
    side = len(modules) + 2 * QUIET
    scale = _MAX_PIXELS // side
    pixels = side * scale
    light = [False] * QUIET
    blank = _scan_line([False] * side, scale)
    lines = [blank] * (QUIET * scale)
    for row in modules:
        lines += [_scan_line([*light, *row, *light], scale)] * scale
    lines += [blank] * (QUIET * scale)
    header = struct.pack(">IIBBBBB", pixels, pixels, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"".join(lines)))
        + _chunk(b"IEND", b"")
    )


def _made(text: str, level: int) -> tuple[tuple[bool, ...], ...] | None:
    code = QRCode(error_correction=level, border=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        # qrcode 8 says ValueError where its search ran past version 40.
        return None
    return tuple(tuple(map(bool, row)) for row in code.modules)


def _scan_line(row: Sequence[bool], scale: int) -> bytes:
    """One line of pixels: filter byte 0, then bits where 1 is white."""
    bits = "".join(("0" if dark else "1") * scale for dark in row)
    width = -(-len(bits) // 8)
    return b"\x00" + int(bits.ljust(width * 8, "0"), 2).to_bytes(width, "big")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
