"""Our words of ESC/POS against those of python-escpos, whose printer writes into memory."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pos_desktop.documents import escpos
from pos_desktop.domain.errors import InputError


@pytest.fixture
def dummy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    # Else it leaves a folder behind at each import.
    monkeypatch.setenv("ESCPOS_CAPABILITIES_PICKLE_DIR", str(tmp_path))
    from escpos.printer import Dummy

    return Dummy(profile="TM-T88V")


def test_cut_and_pulse_are_theirs(dummy: Any) -> None:
    dummy.cut(mode="PART", feed=False)
    assert dummy.output == escpos.CUT
    dummy.clear()
    dummy.cashdraw(2)
    assert dummy.output == escpos.DRAWER


def test_the_start_is_theirs(dummy: Any) -> None:
    dummy.hw("INIT")
    assert escpos.START.startswith(dummy.output)


def test_pictures_are_theirs(dummy: Any) -> None:
    picture = Image.new("1", (384, 30), 1)
    for x in range(0, 384, 5):
        picture.putpixel((x, x % 30), 0)
    dummy.image(picture, impl="bitImageRaster")
    rows = [
        bytes(
            sum(1 << (7 - bit) for bit in range(8) if picture.getpixel((at * 8 + bit, y)) == 0)
            for at in range(48)
        )
        for y in range(30)
    ]
    assert escpos.picture(rows) == dummy.output


def test_a_tall_picture_goes_in_bands() -> None:
    job = escpos.picture([b"\xff" * 48] * 500)
    heads = [b"\x1dv0\x00\x30\x00" + n.to_bytes(2, "little") for n in (240, 20)]
    assert job.count(heads[0]) == 2
    assert job.count(heads[1]) == 1
    assert len(job) == 3 * 8 + 500 * 48


def test_letters_are_theirs(dummy: Any) -> None:
    dummy.magic.force_encoding("CP437")
    dummy.text("Total Rs 12.00\n")
    assert dummy.output.endswith(escpos.text("Total Rs 12.00"))
    assert escpos.text("") == b"\n"
    assert escpos.text("x", bold=True, big=True) == b"\x1d!\x11\x1bE\x01x\n\x1bE\x00\x1d!\x00"


@pytest.mark.parametrize("line", ["a\x1b@", "a\nb", "é", "₹", "\x7f"])
def test_what_is_no_printable_ascii_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="printable ASCII"):
        escpos.text(line)


@pytest.mark.parametrize("order", [b"\x10\x04", b"\x10\x05", b"\x10\x14"])
def test_a_picture_holds_no_real_time_order(order: bytes) -> None:
    job = escpos.picture([order * 4, b"\x00" * 7 + b"\x10", order[1:] + b"\x00" * 7])
    assert order not in job
    # One more black dot, which nobody sees.
    assert job[8:10] == b"\x18" + order[1:]
