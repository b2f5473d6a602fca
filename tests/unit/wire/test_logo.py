"""What may travel as a shop's logo: a small PNG, and nothing that only looks like one."""

import base64
import struct
import zlib

import pytest

from pos_desktop.wire.logo import BOX, LARGEST, carried, fits, png_size


def png(width: int, height: int, more: bytes = b"") -> bytes:
    """A black picture, one bit a pixel; ``more`` stands in a comment."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1 + (width + 7) // 8) * height)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"tEXt", b"a\0" + more)
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


SMALL = png(120, 40)


def test_a_small_png_travels() -> None:
    assert png_size(SMALL) == (120, 40)
    assert fits(SMALL)
    assert carried(base64.b64encode(SMALL).decode()) == SMALL
    assert fits(png(*BOX))
    assert carried("") is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        SMALL[:20],
        SMALL[:-1],
        b"GIF89a" + SMALL,
        SMALL.replace(b"IHDR", b"IDAT"),
        b"<svg onload='alert(1)'/>" * 4,
        png(0, 40),
        png(120, 0),
        png(BOX[0] + 1, 40),
        png(120, BOX[1] + 1),
        png(120, 40, bytes(LARGEST)),
    ],
    ids=[
        "nothing",
        "cut",
        "endless",
        "gif",
        "headless",
        "svg",
        "flat",
        "thin",
        "wide",
        "high",
        "heavy",
    ],
)
def test_anything_else_does_not(raw: bytes) -> None:
    assert not fits(raw)
    assert carried(base64.b64encode(raw).decode()) is None


def test_text_that_is_no_base64_is_no_logo() -> None:
    whole = base64.b64encode(SMALL).decode()
    for wrong in (whole[:-1], whole + '"', whole + " ", "é" + whole, "=" * 20_000):
        assert carried(wrong) is None


def test_a_picture_of_a_known_size_is_called_by_it() -> None:
    assert png_size(png(0, 40)) is None
    assert png_size(png(120, 0)) is None
    assert png_size(b"\x89PNG") is None
