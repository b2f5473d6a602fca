"""Measuring the table of goods and spreading its rows over pages."""

from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.documents.invoice_table import Row, measured, paged
from pos_desktop.documents.typeface import Typefaces
from pos_desktop.wire import v1
from tests.unit.documents.bills import MILK


def rows_of(heights: Sequence[int]) -> list[Row]:
    return [Row(str(at), ("x",), height) for at, height in enumerate(heights)]


@given(
    st.lists(st.integers(10, 60), max_size=80),
    st.integers(100, 300),
    st.integers(300, 500),
    st.integers(20, 250),
)
def test_every_row_stands_on_one_page_and_fits(
    heights: list[int], first: int, later: int, tail: int
) -> None:
    rows = rows_of(heights)
    pages = paged(rows, first, later, tail)
    assert [at for page in pages for at in page] == list(range(len(rows)))
    for number, page in enumerate(pages):
        used = sum(rows[at].height for at in page)
        assert used <= (later if number else first)
    last_free = (first if len(pages) == 1 else later) - sum(rows[at].height for at in pages[-1])
    assert last_free >= tail or (len(pages) > 1 and not pages[-1])


def titles(lines: Sequence[v1.BillLine], faces: Typefaces) -> set[str]:
    table = measured(lines, faces, 36, 559)
    return {column.title for column in (*table.faint, *table.strong)}


def test_columns_that_say_nothing_are_left_out(faces: Typefaces) -> None:
    bare = v1.BillLine(name="Tea", qty="1", price="10.00", amount="10.00")
    assert titles([bare], faces) == {"Qty", "Price", "Amount"}
    assert titles([MILK, bare], faces) == {
        "HSN",
        "Qty",
        "MRP",
        "Price",
        "Taxable",
        "GST",
        "Tax",
        "Amount",
    }


def test_when_figures_are_long_optional_columns_make_room_for_the_name(faces: Typefaces) -> None:
    long = msgspec.structs.replace(
        MILK,
        qty="1,23,456.789 kg",
        mrp="12,34,56,789.00",
        price="12,34,56,789.00",
        taxable="12,34,56,789.00",
        tax="12,34,56,789.00",
        amount="12,34,56,789.00",
    )
    shown = titles([long], faces)
    assert {"HSN", "Qty", "Price", "GST", "Amount"} <= shown
    assert "MRP" not in shown
    assert measured([long], faces, 36, 559).rows[0].name == ("Toned Milk 1 L",)
