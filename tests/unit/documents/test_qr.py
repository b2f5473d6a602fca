"""The QR that a customer's camera must read, read back by an independent decoder."""

import io
import struct

import pytest
import zxingcpp
from PIL import Image

from pos_desktop.documents.qr import qr_matrix, qr_png
from pos_desktop.domain.errors import InputError

UPI = (
    "upi://pay?pa=freshmart.pune@examplebank&pn=Fresh%20Mart&tr=EZQ8712309871&am=1132.00"
    "&cu=INR&tn=Bill%20C2A-19"
)


def decoded(png: bytes) -> str:
    results = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))
    assert len(results) == 1
    return results[0].text


@pytest.mark.parametrize(
    "text",
    [
        UPI,
        "https://rzp.io/i/AbCdEf12",
        "1",
        "फ्रेश मार्ट ₹1,132.00",
        "u" * 600,
        "upi://pay?" + "x" * 2000,
    ],
)
def test_a_decoder_reads_back_exactly_the_text(text: str) -> None:
    assert decoded(qr_png(text)) == text


@pytest.mark.parametrize("length", [1, 40, 120, 300, 700, 1500, 2900])
def test_the_picture_has_between_800_and_1000_pixels(length: int) -> None:
    width, height = struct.unpack(">II", qr_png("a" * length)[16:24])
    assert width == height
    assert 800 <= width <= 1000


def test_the_quiet_zone_is_four_modules_wide_and_white() -> None:
    modules = len(qr_matrix(UPI))
    picture = Image.open(io.BytesIO(qr_png(UPI))).convert("L")
    scale = picture.width // (modules + 8)
    dark = picture.point([255 - level for level in range(256)]).getbbox()
    assert dark == (4 * scale, 4 * scale, picture.width - 4 * scale, picture.height - 4 * scale)


def test_a_payment_link_uses_level_m() -> None:
    # 122 characters at level M are version 7: 45 modules (reference performance 7).
    text = "upi://pay?pa=" + "a" * 109
    assert len(text) == 122
    assert len(qr_matrix(text)) == 45
    assert zxingcpp.read_barcodes(Image.open(io.BytesIO(qr_png(text))).convert("L"))[
        0
    ].ec_level.startswith("M")


def test_a_long_text_trades_redundancy_for_larger_modules() -> None:
    result = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr_png("a" * 500))).convert("L"))[0]
    assert result.ec_level.startswith("L")


def test_rows_are_square_and_of_plain_booleans() -> None:
    modules = qr_matrix(UPI)
    assert {len(row) for row in modules} == {len(modules)}
    assert {type(cell) for row in modules for cell in row} == {bool}


@pytest.mark.parametrize(("text", "code"), [("", "qr_empty"), ("x" * 3000, "qr_too_long")])
def test_a_text_that_no_qr_can_hold_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        qr_matrix(text)
    assert refused.value.code == code
