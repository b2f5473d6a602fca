"""The few words of ESC/POS that a receipt needs, as bytes.

Only what every printer of the last twenty years understands: plain ASCII text, bit images, the cut
and the drawer's pulse. Code pages differ between makers, so whatever is not ASCII is drawn.
python-escpos makes the same bytes (tests); in the program it would set up the root of our log and
leave a folder behind in the system's temporary one at each start.
"""

from collections.abc import Sequence

from pos_desktop.domain.errors import InputError

DOTS = 12
"""Width of a letter (font A) at 203 dpi."""

START = b"\x1b@\x1bR\x00"
"""Forget what the last job set; the signs of ASCII and not those of another country."""
CUT = b"\x1dVB\x00"
"""Feed to the blade, then cut but for one point."""
DRAWER = b"\x1bp\x0022"
"""Pulse on pin 2: 100 ms on, 100 ms off."""

_BOLD = (b"\x1bE\x00", b"\x1bE\x01")
_BIG = (b"\x1d!\x00", b"\x1d!\x11")
# Small printers hold no more of a picture at a time.
_BAND = 240
# Orders that a printer heeds at once wherever they stand, also inside a picture: tell your state,
# go on after a fault, open the drawer.
_AT_ONCE = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


def text(line: str, *, bold: bool = False, big: bool = False) -> bytes:
    """One line of printable ASCII. Raises InputError ``not_ascii``: a control character of an
    article's name would be an order to the printer."""
    if not (line.isascii() and (line.isprintable() or not line)):
        raise InputError("not_ascii", "a receipt printer takes printable ASCII only")
    words = line.encode("ascii") + b"\n"
    if bold:
        words = _BOLD[1] + words + _BOLD[0]
    return _BIG[1] + words + _BIG[0] if big else words


def picture(rows: Sequence[bytes]) -> bytes:
    """A bit image (GS v 0) of rows of equal length, eight dots a byte, 1 is black.

    Where its bytes would be an order that is heeded at once, one dot more is black.
    """
    bands = [rows[at : at + _BAND] for at in range(0, len(rows), _BAND)]
    return b"".join(
        b"\x1dv0\x00"
        + len(band[0]).to_bytes(2, "little")
        + len(band).to_bytes(2, "little")
        + _no_orders(b"".join(band))
        for band in bands
    )


def _no_orders(dots: bytes) -> bytes:
    for order in _AT_ONCE:
        dots = dots.replace(order, b"\x18" + order[1:])
    return dots
