"""The invoice as another program reads it (poppler), and as a printer would ink it."""

import base64
import io
import re
import subprocess
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageColor

from pos_desktop.documents.invoice_pdf import RaseedRenderer
from pos_desktop.wire import v1
from tests.unit.documents.bills import MILK, TOOTHPASTE, bill
from tests.unit.documents.conftest import Words

RULE_46 = [
    ("a", "Fresh Mart"),
    ("a", "FC Road"),
    ("a", "27AAPFU0939F1ZV"),
    ("b", "C2A/2627/000124"),
    ("c", "23-11-2026"),
    ("g", "3306"),
    ("h", "Toothpaste Mint 150 g"),
    ("i", "2"),
    ("j", "₹372.00"),
    ("k", "217.14"),
    ("l, m", "CGST"),
    ("l, m", "SGST"),
    ("l, m", "5.43"),
    ("l, m", "5%"),
    ("n", "27-Maharashtra"),
    ("p", "Reverse charge"),
    ("cross-reference of the payment", "6327 1234 5678"),
    ("order", "01JDCZ9QK3M8W2X5T7RB4N6VYE"),
    ("words", "Rupees Three Hundred Seventy-Two Only"),
    ("title", "TAX INVOICE"),
]


@pytest.mark.parametrize(("letter", "text"), RULE_46)
def test_every_field_of_rule_46_can_be_read(words_of: Words, letter: str, text: str) -> None:
    assert text in words_of(bill()), f"Rule 46 ({letter})"


@pytest.mark.parametrize("order", ["01M84A3WND1CYCB7DDR8E01C0W", "01M84WMWMWQWMNDWQ8WGMW0WMQ"])
def test_an_order_of_wide_letters_is_not_cut(words_of: Words, order: str) -> None:
    assert order in words_of(bill(order_ref=order))


def test_a_registered_buyer_is_named(words_of: Words) -> None:
    read = words_of(bill(buyer=("Sharma Traders", "12 MG Road, Pune", "GSTIN 29AAGCB7383J1Z4")))
    assert re.search(r"Billed to.*\n.*Sharma Traders", read)
    assert "29AAGCB7383J1Z4" in read


def test_only_heads_of_tax_that_occur_are_columns(words_of: Words) -> None:
    row = v1.TaxRow(
        label="18 %",
        taxable="21,185.59",
        central="\u2014",
        state="\u2014",
        integrated="3,813.41",
        cess="12.50",
    )
    read = words_of(bill(tax_rows=(row,)))
    assert "3,813.41" in read
    assert "Cess" in read
    assert "CGST" not in read


def test_a_union_territory_prints_its_own_label(words_of: Words) -> None:
    assert "UTGST" in words_of(bill(state_tax_label="UTGST"))


def test_a_composition_dealer_prints_the_declaration_at_the_top(words_of: Words) -> None:
    said = "Composition taxable person, not eligible to collect tax on supplies"
    read = words_of(bill(title="BILL OF SUPPLY", declaration=said, tax_rows=()))
    assert read.strip().startswith(said)
    assert "CGST" not in read


def test_split_tenders_are_listed_with_their_amounts(words_of: Words) -> None:
    stamp = v1.PaidStamp(
        label="Paid", when="10:43", tenders=(("Cash", "100.00"), ("UPI 6327", "272.00"))
    )
    read = words_of(bill(paid=stamp))
    assert re.search(r"Cash +100\.00", read)
    assert re.search(r"UPI 6327 +272\.00", read)


def test_an_unpaid_bill_says_so_and_claims_no_signature_rule(words_of: Words) -> None:
    read = words_of(bill(kind="bill", number="", paid=None))
    assert "Not paid yet" in read
    assert "Information Technology Act" not in read


@pytest.mark.parametrize("lines", [1, 34, 75, 200, 999])
def test_every_line_is_printed_once_and_every_page_is_numbered(words_of: Words, lines: int) -> None:
    many = tuple(msgspec.structs.replace(MILK, name=f"Article {at:03d}") for at in range(lines))
    read = words_of(bill(lines=many))
    assert re.findall(r"Article (\d{3})", read) == [f"{at:03d}" for at in range(lines)]
    pages = read.split("\f")[:-1]
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "C2A/2627/000124" in page
        assert ("Item" in page) == ("Article" in page)
    assert "₹372.00" in pages[-1]


def test_a_bill_without_lines_still_has_a_page(words_of: Words) -> None:
    assert "Page 1 of 1" in words_of(bill(lines=()))


def test_a_long_name_is_wrapped_and_complete(words_of: Words) -> None:
    name = "Sunflower oil refined family pack with a free steel spoon and a recipe book inside"
    read = words_of(bill(lines=(msgspec.structs.replace(MILK, name=name),)))
    item = read[read.index("Item") : read.index("Round-off")]
    seen = re.findall(r"[A-Za-z]+", item)
    assert [word for word in name.split() if word not in seen] == []


def test_markup_in_a_name_is_plain_text(words_of: Words) -> None:
    nasty = "<b>Tea</b> & <a href='http://x.example'>milk</a>"
    read = words_of(bill(lines=(msgspec.structs.replace(MILK, name=nasty),)))
    assert "<b>Tea</b> &" in read


@pytest.mark.parametrize(
    "nasty",
    [
        "",
        "\x00\x1b[31m\r\n\t",
        "\ud800 lone",
        "\u202eevil\u2066",
        "😀 emoji",
        "தமிழ் বাংলা",
        "x" * 9000,
        "क" * 4000,
        "\u200d",
        "(unbalanced \\ parens",
    ],
)
def test_no_text_from_outside_breaks_a_document(words_of: Words, nasty: str) -> None:
    line = v1.BillLine(name=nasty, hsn=nasty, qty=nasty, price=nasty, amount=nasty, mrp=nasty)
    content = bill(
        lines=(line, TOOTHPASTE),
        shop_name=nasty,
        shop_address=(nasty,),
        buyer=(nasty,),
        return_policy=nasty,
        words=nasty,
        sums=((nasty, "1.00"),),
        cashier=nasty,
    )
    assert "Toothpaste" in words_of(content)


def test_hindi_is_shaped_and_its_letters_can_be_copied(words_of: Words) -> None:
    name = "टाटा नमक 1 kg (आयोडीन युक्त)"
    read = words_of(bill(lines=(msgspec.structs.replace(MILK, name=name),), shop_name="श्री गणेश"))
    assert "आयोडीन युक्त" in read
    assert "श्री गणेश" in read


def test_ten_lines_stay_small_and_carry_only_embedded_fonts(
    renderer: RaseedRenderer, tmp_path: Path
) -> None:
    pdf = renderer.invoice_pdf(bill(lines=(MILK, TOOTHPASTE) * 5), practice=False)
    assert len(pdf) <= 40_000
    file = tmp_path / "ten.pdf"
    file.write_bytes(pdf)
    listed = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True, text=True)
    fonts = listed.stdout.splitlines()[2:]
    # reportlab names Helvetica in each document without drawing with it.
    drawn = [font for font in fonts if not font.startswith("Helvetica")]
    assert len(drawn) == 2
    assert all(re.search(r"TrueType +\S+ +yes yes yes", font) for font in drawn)


def test_a_hindi_shop_stays_small_too(renderer: RaseedRenderer) -> None:
    salt = msgspec.structs.replace(MILK, name="टाटा नमक 1 kg (आयोडीन युक्त)")
    hindi = bill(lines=(salt, TOOTHPASTE) * 5, shop_name="श्री गणेश किराना भंडार")
    assert len(renderer.invoice_pdf(hindi, practice=True)) <= 40_000


def test_the_same_bill_is_the_same_bytes(renderer: RaseedRenderer) -> None:
    assert renderer.invoice_pdf(bill(), practice=False) == renderer.invoice_pdf(
        bill(), practice=False
    )


@pytest.mark.parametrize(("content", "practice"), [(False, True), (True, False)])
def test_practice_is_written_across_every_page(
    renderer: RaseedRenderer, tmp_path: Path, content: bool, practice: bool
) -> None:
    many = bill(practice=content, lines=(MILK,) * 60)
    file = tmp_path / "practice.pdf"
    file.write_bytes(renderer.invoice_pdf(many, practice=practice))
    read = subprocess.run(
        ["pdftotext", str(file), "-"], capture_output=True, check=True, text=True
    ).stdout
    pages = read.split("\f")[:-1]
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "PRACTICE: not a tax document" in page
        assert slanted_ink(file, number) > 1000
    assert "Information Technology Act" not in read


def slanted_ink(file: Path, number: int) -> int:
    """Pixels of the watermark's colour at 30 dots an inch."""
    picture = ["pdftoppm", "-r", "30", "-png", "-singlefile", "-f", str(number)]
    subprocess.run([*picture, file, file.with_suffix("")], check=True)
    inked = Image.open(file.with_suffix(".png")).convert("RGB").tobytes()
    pixels = zip(inked[::3], inked[1::3], inked[2::3], strict=True)
    return sum(abs(r - 243) + abs(g - 227) + abs(b - 218) < 20 for r, g, b in pixels)


def test_a_real_invoice_is_not_marked_as_practice(words_of: Words) -> None:
    assert "practice" not in words_of(bill()).lower()


def test_figures_end_on_one_edge(renderer: RaseedRenderer, tmp_path: Path) -> None:
    """The amounts are right-aligned: their ink ends in the same pixel column on every row."""
    lines = tuple(
        msgspec.structs.replace(MILK, amount=amount)
        for amount in ("5.00", "45.00", "1,145.00", "12,34,145.00")
    )
    file = tmp_path / "edges.pdf"
    file.write_bytes(renderer.invoice_pdf(bill(lines=lines), practice=False))
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(file), "-"], capture_output=True, check=True, text=True
    ).stdout
    edges = re.findall(r'xMax="([\d.]+)" yMax="[\d.]+">(?:[\d,]+\.00)<', boxes)
    rightmost = max(float(edge) for edge in edges)
    assert sum(abs(float(edge) - rightmost) < 0.5 for edge in edges) >= 5


def test_nothing_is_drawn_outside_the_margins(renderer: RaseedRenderer, tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    file.write_bytes(renderer.invoice_pdf(bill(lines=(MILK, TOOTHPASTE) * 12), practice=False))
    subprocess.run(
        ["pdftoppm", "-r", "72", "-png", "-singlefile", str(file), str(tmp_path / "page")],
        check=True,
    )
    page = Image.open(tmp_path / "page.png").convert("L")
    box = page.point([255 if level < 250 else 0 for level in range(256)]).getbbox()
    assert box is not None
    assert box[0] >= 34
    assert box[2] <= page.width - 34
    assert box[1] >= 34
    assert box[3] <= page.height - 16


def test_the_shops_logo_stands_for_its_initials(renderer: RaseedRenderer, tmp_path: Path) -> None:
    green = io.BytesIO()
    Image.new("RGB", (288, 96), "#12a05c").save(green, "PNG")
    logo = base64.b64encode(green.getvalue()).decode()
    made = renderer.invoice_pdf(bill(logo=logo), practice=False)
    assert made == renderer.invoice_pdf(bill(logo=logo), practice=False), (
        "sealed once, byte by byte"
    )
    file = tmp_path / "logo.pdf"
    file.write_bytes(made)
    words = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout
    assert b"Fresh Mart" in words
    assert b"FM" not in words.split()
    subprocess.run(["pdftoppm", "-r", "72", "-png", str(file), str(tmp_path / "seen")], check=True)
    with Image.open(next(tmp_path.glob("seen*.png"))) as seen:
        red, green_part, blue = seen.convert("RGB").split()
        shades = [part.getpixel((90, 54)) for part in (red, green_part, blue)]
    wanted = ImageColor.getrgb("#12a05c")
    assert shades == [pytest.approx(shade, abs=2) for shade in wanted]
    broken = renderer.invoice_pdf(bill(logo="no picture"), practice=False)
    assert broken == renderer.invoice_pdf(bill(), practice=False)
