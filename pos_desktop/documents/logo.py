"""The shop's picture, made small enough to travel with every bill.

``wire/logo.py`` says how small.
"""

import base64
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pos_desktop.domain.errors import InputError
from pos_desktop.wire.logo import BOX, LARGEST, fits

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

_LARGEST_FILE = 16_777_216
_MOST_PIXELS = 64_000_000
_COLOURS = (256, 64, 16, 8)


def shop_logo(file: str) -> str:
    """The picture in ``file`` as the wire carries it; "" for none.

    Nothing here may stop a shop: a picture that is missing or damaged is told in the log.
    """
    if not file:
        return ""
    try:
        with Path(file).open("rb") as opened:
            return base64.b64encode(logo_png(opened.read(_LARGEST_FILE + 1))).decode("ascii")
    except OSError as error:
        log.warning("the shop's logo cannot be read: %s", error.strerror)
    except InputError as error:
        log.warning("the shop's logo cannot be used: %s", error.code)
    return ""


def logo_png(raw: bytes) -> bytes:
    """A PNG of at most ``LARGEST`` bytes that fits ``BOX``; one that does already stays as it is.

    Raises InputError ``logo_too_large`` (16 MiB, 64 megapixels) or ``logo_not_a_picture``.
    """
    if len(raw) > _LARGEST_FILE:
        raise InputError("logo_too_large", "the file of the logo is larger than 16 MB")
    if fits(raw):
        return raw
    picture = _opened(raw)
    return next(made for made in _smaller(picture) if len(made) <= LARGEST)


def _opened(raw: bytes) -> "Image":
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(raw), formats=("PNG", "JPEG", "WEBP")) as found:
            if found.width * found.height > _MOST_PIXELS:
                raise InputError("logo_too_large", "the logo has more than 64 megapixels")
            found.draft("RGB", (BOX[0] * 4, BOX[1] * 4))  # a JPEG is read no larger than needed
            upright = ImageOps.exif_transpose(found).convert("RGBA")
            opaque = upright.getchannel("A").getextrema() == (255, 255)
            return upright.convert("RGB") if opaque else upright
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        # Pillow says SyntaxError for a broken PNG.
        raise InputError("logo_not_a_picture", "the logo is no PNG, JPEG or WebP") from error


def _smaller(picture: "Image") -> Iterator[bytes]:
    """The picture in the box with ever fewer colours, then with half the side; ends far below
    ``LARGEST``: 8 colours of 18 x 6 pixels."""
    from PIL import Image

    for part in (1, 2, 4, 8, 16):
        fitted = picture.copy()
        fitted.thumbnail((BOX[0] // part, BOX[1] // part), Image.Resampling.LANCZOS)
        for colours in _COLOURS:
            made = io.BytesIO()
            # The only method of Pillow that keeps what is clear.
            method = Image.Quantize.FASTOCTREE if fitted.mode == "RGBA" else None
            fitted.quantize(colours, method=method).save(made, "PNG", optimize=True)
            yield made.getvalue()
