"""Receipts read back from their bytes, as a printer would take them."""

from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pos_desktop import assets
from pos_desktop.documents.receipt import Receipts, broken, printable
from pos_desktop.ports.paper import Slip
from pos_desktop.wire import v1
from tests.support.paper_roll import Roll, read
from tests.unit.documents.bills import MILK, TOOTHPASTE, bill

FONTS = assets.path("fonts")
LINK = "https://relay.example.in/i/AbCdEfGhIjKlMnOpQrStUv"
HINDI = "आशीर्वाद सुपीरियर शरबती आटा 5 kg"
WIDTHS = pytest.mark.parametrize("columns", [48, 32])


def printed(
    content: v1.PageContent, columns: int = 48, link: str = "", again: bool = False
) -> Roll:
    return read(Receipts(FONTS, columns).receipt(Slip(content, link, again)))


def said(roll: Roll) -> str:
    """The words alone, whatever stands between them."""
    return " ".join(" ".join(roll.texts).split())


@WIDTHS
def test_every_field_of_rule_46_is_on_the_paper(columns: int) -> None:
    words = said(printed(bill(buyer=("Sharma Traders", "GSTIN 29AAGCB7383J1Z4")), columns))
    for part in (
        *("Fresh Mart", "FC Road", "Pune 411004", "GSTIN 27AAPFU0939F1ZV", "TAX INVOICE"),
        *("C2A/2627/000124", "23-11-2026 10:43", "Token 19", "Counter 2 Asha"),
        *("Place of supply: 27-Maharashtra", "Reverse charge: No", "Sharma Traders"),
        *("Toned Milk 1 L", "2 x 72.00", "HSN 0401", "MRP 72.00", "144.00", "228.00"),
        *("Round-off -0.11", "TOTAL Rs 372.00", "4 items", "Includes GST 10.86"),
        *("You saved 12.00", "Rupees Three Hundred Seventy-Two Only", "GST 5 % on 217.14"),
        *("CGST 5.43", "SGST 5.43", "Paid by UPI", "UPI ref 6327 1234 5678"),
        "Exchange within 7 days with this bill.",
    ):
        assert part in words
    for part in ("IGST", "Cess", "DUPLICATE", "PRACTICE"):
        assert part not in words


@WIDTHS
def test_every_line_fits_and_amounts_end_at_the_margin(columns: int) -> None:
    content = bill(
        lines=(MILK, TOOTHPASTE, v1.BillLine(name="Gold 1 g", qty="1.235 kg", price="9,99,999.00",
                                              amount="1,23,45,678.90")),
        total="₹1,23,45,678.90",
        cashier="A cashier whose name nobody has made shorter than this",
        shop_name="Sri Venkateswara Provision and General Stores",
    )  # fmt: skip
    roll = printed(content, columns)
    for line in roll.lines:
        assert len(line.text) <= (columns // 2 if line.big else columns), line.text
    for amount in ("144.00", "228.00", "1,23,45,678.90", "-0.11", "10.86", "12.00"):
        ends = [line for line in roll.lines if line.text.endswith(amount)]
        widths = {columns // 2 if line.big else columns for line in ends}
        assert {len(line.text) for line in ends} == widths
        assert ends, amount
    # A total that is too wide for the large letters is set in usual ones, whole.
    (total,) = (line for line in roll.lines if line.text.startswith("TOTAL"))
    assert total.text.endswith("Rs 1,23,45,678.90")
    assert total.bold
    assert total.big is (columns == 48)


def test_the_paper_is_started_cut_once_and_the_drawer_stays_shut() -> None:
    job = Receipts(FONTS, 48).receipt(Slip(bill()))
    roll = read(job)
    assert job.startswith(b"\x1b@")
    assert job.endswith(b"\x1dVB\x00")
    assert (roll.starts, roll.cuts, roll.pulses) == (1, 1, 0)


@WIDTHS
def test_the_link_can_be_scanned(columns: int) -> None:
    roll = printed(bill(), columns, LINK)
    (picture,) = roll.pictures
    assert picture.width == columns * 12
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [LINK]
    assert printed(bill(), columns).pictures == []


@WIDTHS
def test_a_reprint_says_duplicate_at_both_ends(columns: int) -> None:
    roll = printed(bill(), columns, LINK, again=True)
    marks = [at for at, text in enumerate(roll.texts) if "DUPLICATE" in text]
    assert marks == [0, len(roll.texts) - 1]
    assert roll.lines[0].big


def test_practice_and_a_bill_without_number_say_so() -> None:
    unpaid = bill(kind="bill", title="BILL", number="", paid=None, tax_rows=(), practice=True)
    words = said(printed(unpaid, 32))
    assert words.startswith("PRACTICE Fresh Mart")
    assert "Order 01JDCZ9QK3M8W2X5T7RB4N6VYE" in words
    assert "Paid" not in words


def test_a_split_is_told_by_its_parts() -> None:
    paid = v1.PaidStamp(label="Paid", when="now", tenders=(("cash", "100.00"), ("UPI", "272.00")))
    roll = printed(bill(paid=paid))
    assert [text for text in roll.texts if text.startswith(("cash", "UPI"))] == [
        "cash".ljust(42) + "100.00",
        "UPI".ljust(42) + "272.00",
    ]


def test_tax_of_other_states_and_cess_have_their_heads() -> None:
    row = v1.TaxRow(label="28 %", taxable="100.00", central="—", state="—", integrated="28.00",
                    cess="12.00")  # fmt: skip
    none = v1.TaxRow(label="Exempt", taxable="5.00", central="—", state="—", integrated="—",
                     cess="—")  # fmt: skip
    assert "IGST 28.00 Cess 12.00 GST Exempt on 5.00 -" in said(printed(bill(tax_rows=(row, none))))
    assert "IGST 28.00 Cess 12.00 GST Exempt" in said(printed(bill(tax_rows=(row, none)), 32))


@WIDTHS
def test_a_hindi_name_is_drawn_and_its_amount_is_not(columns: int) -> None:
    roll = printed(bill(lines=(MILK, v1.BillLine(name=HINDI, qty="1", price="250.00",
                                                  amount="250.00"))), columns)  # fmt: skip
    (picture,) = roll.pictures
    # No wider than its ink: what is white at the right would only take time.
    box = Image.eval(picture, lambda dot: 255 - dot).getbbox()
    assert box is not None
    assert box[2] <= picture.width <= min(columns * 12, box[2] + 7)
    assert picture.height % 36 == 0
    at = next(n for n, part in enumerate(roll.parts) if isinstance(part, Image.Image))
    below = next(part for part in roll.parts[at:] if not isinstance(part, Image.Image))
    assert below.text == "  1 x 250.00".ljust(columns - 6) + "250.00"


def test_hindi_beside_an_amount_keeps_the_amount_at_the_margin() -> None:
    roll = printed(bill(sums=(("छूट", "−10.00"),), shop_name="फ्रेश मार्ट"))
    name, discount = roll.pictures
    assert (name.height, discount.size) == (66, (576, 36))
    box = Image.eval(discount, lambda dot: 255 - dot).getbbox()
    assert box is not None
    assert box[0] <= 3
    assert 570 <= box[2] <= 576
    # The name stands in the middle.
    box = Image.eval(name, lambda dot: 255 - dot).getbbox()
    assert box is not None
    assert abs(box[0] - (576 - box[2])) <= 12


def test_hindi_on_a_line_with_a_wide_amount_takes_two_lines() -> None:
    roll = printed(bill(sums=((HINDI, "1,23,45,678.90"),)), 32)
    assert [picture.height for picture in roll.pictures] == [72]


def test_shaping_joins_letters() -> None:
    """The sign of कि is drawn before its letter: not what letters one after the other make."""
    one, other = (printed(bill(sums=((text, ""),))).pictures[0] for text in ("कि", "िक"))
    assert one.tobytes() != other.tobytes()


@given(st.text(max_size=60), st.sampled_from([48, 32]))
def test_no_name_is_an_order_to_the_printer(name: str, columns: int) -> None:
    content = bill(lines=(v1.BillLine(name=name, qty="1", price="1.00", amount="1.00"),))
    roll = printed(content, columns)
    assert (roll.starts, roll.cuts, roll.pulses) == (1, 1, 0)
    assert all(len(line.text) <= columns for line in roll.lines)


def test_nothing_in_a_picture_is_a_real_time_order() -> None:
    """DLE EOT, DLE ENQ and DLE DC4 are heeded wherever they stand, in pictures too."""
    job = Receipts(FONTS, 48).receipt(
        Slip(bill(lines=tuple(v1.BillLine(name=f"{HINDI} {n}", qty="1", price="1.00",
                                          amount="1.00") for n in range(200))), LINK)
    )  # fmt: skip
    for order in (b"\x10\x04", b"\x10\x05", b"\x10\x14"):
        assert order not in job


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("₹1,234.00", "Rs 1,234.00"),
        ("₹ 5", "Rs 5"),
        ("−0.11 – a — b · c × d… “x” ’", '-0.11 - a - b - c x d... "x" \''),
        ("a\x1bp\x002\nb", "a p 2 b"),
    ],
)
def test_signs_that_printers_lack_have_stand_ins(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_lines_break_at_spaces_and_never_inside_a_letter_with_its_sign() -> None:
    assert list(broken("aa bbb c", 5, len)) == ["aa", "bbb c"]
    assert list(broken("abcdefgh i", 3, len)) == ["abc", "def", "gh", "i"]
    assert list(broken("कि" * 3, 3, len)) == ["कि", "कि", "कि"]
    assert list(broken("", 3, len)) == []
    # What no shop writes still ends.
    assert list(broken("कििि", 2, len)) == ["क", "ि", "िि"]


def test_without_the_faces_plain_bills_print_all_the_same(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path, 48)
    assert "Fresh Mart" in said(read(receipts.receipt(Slip(bill(), LINK))))
    with pytest.raises(OSError, match="NotoSans"):
        receipts.receipt(Slip(bill(shop_name=HINDI)))


def test_the_drawer_gets_one_pulse_and_nothing_else() -> None:
    roll = read(Receipts(FONTS, 48).drawer())
    assert (roll.pulses, roll.starts, roll.cuts, roll.parts) == (1, 0, 0, [])
