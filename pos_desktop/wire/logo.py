"""The shop's logo inside a page: a small PNG as base64, checked by whoever draws it.

What travels may come from a counter whose token was stolen: it is a picture of a known size or it
is nothing.
"""

import base64
import binascii
import struct

LARGEST = 8192
"""Bytes of the PNG: the page stays under 30 KB with it."""

BOX = (288, 96)
"""Most pixels: sharp at the 44 px of the page and the 36 pt of the PDF."""

_MAGIC = b"\x89PNG\r\n\x1a\n"
_HEAD = 33
_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


def png_size(raw: bytes) -> tuple[int, int] | None:
    """Width and height in pixels that the head of a PNG names; None for anything else."""
    if len(raw) < _HEAD or raw[:8] != _MAGIC or raw[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", raw[16:24])
    return (width, height) if width and height else None


def fits(raw: bytes) -> bool:
    """Whether ``raw`` is a whole PNG that may travel."""
    size = png_size(raw)
    if size is None or len(raw) > LARGEST or not raw.endswith(_END):
        return False
    return size[0] <= BOX[0] and size[1] <= BOX[1]


def carried(logo: str) -> bytes | None:
    """The PNG of ``PageContent.logo``; None where there is none or it may not travel."""
    if not logo or len(logo) > LARGEST * 4 // 3 + 4:
        return None
    try:
        raw = base64.b64decode(logo, validate=True)
    except (binascii.Error, ValueError):  # ValueError: letters beyond ASCII
        return None
    return raw if fits(raw) else None
