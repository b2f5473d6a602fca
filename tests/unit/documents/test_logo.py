"""The shop's picture, whatever the owner has at hand, becomes a PNG that fits a page."""

import base64
import io
import logging
import random
from pathlib import Path

import pytest
from PIL import Image

from pos_desktop import assets
from pos_desktop.documents import logo
from pos_desktop.documents.logo import logo_png, shop_logo
from pos_desktop.domain.errors import InputError
from pos_desktop.wire.logo import BOX, LARGEST, fits
from tests.unit.wire.test_logo import SMALL


def saved(picture: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """What compresses worst."""
    grain = random.Random(5).randbytes(width * height * 4)
    return Image.frombytes("RGBA", (width, height), grain)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_are_made_small_and_keep_their_shape(kind: str) -> None:
    flag = Image.new("RGB", (1200, 800), "#ffffff")
    flag.paste("#0b5d4b", (0, 0, 600, 800))
    made = logo_png(saved(flag, kind))
    assert fits(made)
    with Image.open(io.BytesIO(made)) as seen:
        assert seen.size == (144, 96)
        left, right = (
            seen.convert("RGB").getpixel((20, 50)),
            seen.convert("RGB").getpixel((120, 50)),
        )
    assert left == pytest.approx((0x0B, 0x5D, 0x4B), abs=6)
    assert right == (255, 255, 255)


def test_what_is_clear_stays_clear() -> None:
    ring = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    ring.paste((200, 30, 30, 255), (100, 100, 300, 300))
    with Image.open(io.BytesIO(logo_png(saved(ring, "PNG")))) as seen:
        clear = seen.convert("RGBA").getchannel("A")
        assert clear.getpixel((2, 2)) == 0
        assert clear.getpixel((48, 48)) == pytest.approx(255, abs=4)


def test_the_worst_picture_still_fits() -> None:
    raw = saved(noise(576, 192), "PNG")
    assert len(raw) > 10 * LARGEST
    assert fits(logo_png(raw))


def test_a_png_that_fits_is_left_alone() -> None:
    assert logo_png(SMALL) == SMALL
    assert logo_png(SMALL) is SMALL


def test_a_photograph_stands_upright() -> None:
    """Phones write how they were held beside the picture."""
    lying = Image.new("RGB", (800, 400), "#ffffff")
    turned = Image.Exif()
    turned[0x0112] = 6
    file = io.BytesIO()
    lying.save(file, "JPEG", exif=turned)
    with Image.open(io.BytesIO(logo_png(file.getvalue()))) as seen:
        assert seen.size == (48, 96)


@pytest.mark.parametrize(
    "raw",
    [b"", b"not a picture", b"<svg/>", saved(noise(300, 300), "PNG")[:900], SMALL[:40]],
    ids=["empty", "text", "svg", "cut", "head"],
)
def test_what_is_no_picture_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError) as caught:
        logo_png(raw)
    assert caught.value.code == "logo_not_a_picture"


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="16 MB"):
        logo_png(bytes(16_777_217))
    monkeypatch.setattr(logo, "_MOST_PIXELS", 10_000)
    with pytest.raises(InputError, match="megapixels"):
        logo_png(saved(Image.new("1", (200, 100)), "PNG"))


def test_a_file_becomes_what_the_page_carries(tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(SMALL)
    assert base64.b64decode(shop_logo(str(file))) == SMALL
    assert shop_logo("") == ""
    assert BOX == (288, 96)


def test_a_lost_or_broken_logo_never_stops_the_shop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"x")
    with caplog.at_level(logging.WARNING):
        assert shop_logo(str(tmp_path / "none.png")) == ""
        assert shop_logo(str(broken)) == ""
    assert [record.getMessage() for record in caplog.records] == [
        "the shop's logo cannot be read: No such file or directory",
        "the shop's logo cannot be used: logo_not_a_picture",
    ]


def test_the_practice_shop_shows_its_logo() -> None:
    """As it is: the practice shop's start needs no Pillow."""
    raw = assets.path("demo/logo.png").read_bytes()
    assert logo_png(raw) is raw
