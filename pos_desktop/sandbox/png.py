"""A PNG of black and white squares, with nothing but the standard library."""

import struct
import zlib
from collections.abc import Sequence


def picture(rows: Sequence[Sequence[bool]], scale: int) -> bytes:
    """PNG of ``rows`` (True = black), each cell ``scale`` pixels wide and high."""
    lines = bytearray()
    for row in rows:
        line = b"\x00" + b"".join((b"\x00" if cell else b"\xff") * scale for cell in row)
        lines += line * scale
    width, height = len(rows[0]) * scale, len(rows) * scale
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(lines), 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
