"""GSTR-1: hand-made figures of the reference, and sums to the paisa over any bills."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.gstr1 import Gstr1, Issued
from pos_desktop.domain.gstr1_sheets import (
    HEADERS,
    Row,
    place_text,
    safe_text,
    sheet_date,
    sheets,
)
from pos_desktop.domain.invoicing import bears_tax
from pos_desktop.domain.month import Month
from pos_desktop.domain.numbering import invoice_number
from pos_desktop.domain.sale import PricedBill, RoundOff, Scheme, TaxClass
from pos_desktop.domain.states import STATES
from pos_desktop.domain.tax import LineToPrice, price_bill
from tests.unit.domain.test_tax import bills

MONTH = Month.parse("2026-11")
DAY_MS = 86_400_000
NOON = MONTH.begins + DAY_MS // 2

SHAMPOO = LineToPrice("Shampoo", 19_900, gst_rate=50_000, hsn="330510", unit="BTL")
CHARGER = LineToPrice("Charger", 34_900, gst_rate=180_000, hsn="85044030")
RICE = LineToPrice("Rice", 26_250, tax_class=TaxClass.EXEMPT, hsn="1006", unit="BAG")
X10 = LineToPrice("Paneer", 36_000, qty=355, gst_rate=50_000, hsn="0406", unit="KGS")
X12 = LineToPrice("Onion", 4_300, qty=1235, tax_class=TaxClass.EXEMPT, hsn="0703", unit="KGS")
X14 = LineToPrice("Phone", 2_499_900, gst_rate=180_000, hsn="8517")
X18 = LineToPrice(
    "Pump", 30_200_000, price_includes_tax=False, gst_rate=180_000, hsn="8413", unit="NOS"
)


def bill(
    *lines: LineToPrice, place: str = "27", off: int = 0, scheme: Scheme = Scheme.REGULAR
) -> PricedBill:
    return price_bill(
        lines,
        supplier_state="27",
        place_of_supply=place,
        scheme=scheme,
        round_off=RoundOff.NEAREST,
        bill_discount=off,
    )


def report_of(*made: PricedBill, at: int = NOON, digits: int = 4, series: str = "C2A") -> Gstr1:
    report = Gstr1(digits)
    for n, each in enumerate(made, 1):
        report.add(Issued(invoice_number(series, "2627", n), at + n, each))
    return report


def rows(report: Gstr1, name: str, month: Month = MONTH) -> list[Row]:
    return sheets(report, month)[name][1:]


@pytest.fixture
def reference() -> Gstr1:
    """X16, X17, X10, X12, X14 and X18 of the reference, by one shop in Maharashtra."""
    return report_of(
        bill(SHAMPOO, CHARGER, RICE),
        bill(SHAMPOO, CHARGER, RICE, off=5_000),
        bill(X10),
        bill(X12),
        bill(X14, place="29"),
        bill(X18, place="29"),
    )


def test_the_worked_examples_stand_in_their_tables(reference: Gstr1) -> None:
    # 189.52 + 177.82 + 121.72; 295.76 + 277.51; X14 alone.
    assert rows(reference, "b2cs") == [
        ("OE", "27-Maharashtra", "", "5", "489.06", "0.00", ""),
        ("OE", "27-Maharashtra", "", "18", "573.27", "0.00", ""),
        ("OE", "29-Karnataka", "", "18", "21185.59", "0.00", ""),
    ]
    assert rows(reference, "b2cl") == [
        (
            "C2A/2627/000006", "01-Nov-2026", "356360.00", "29-Karnataka", "", "18", "302000.00",
            "0.00", "",
        )
    ]  # fmt: skip
    # 262.50 + 246.31 + 53.11.
    assert rows(reference, "exemp") == [
        ("Inter-State supplies to registered persons", "0.00", "0.00", "0.00"),
        ("Intra-State supplies to registered persons", "0.00", "0.00", "0.00"),
        ("Inter-State supplies to unregistered persons", "0.00", "0.00", "0.00"),
        ("Intra-State supplies to unregistered persons", "0.00", "561.92", "0.00"),
    ]
    assert rows(reference, "docs") == [
        ("Invoices for outward supply", "C2A/2627/000001", "C2A/2627/000006", "6", "0")
    ]
    assert reference.stored.taxable == 32_480_984
    assert reference.sound


def test_the_worked_examples_by_hsn(reference: Gstr1) -> None:
    assert rows(reference, "hsn_b2b") == []
    assert rows(reference, "hsn_b2c") == [
        ("0406", "", "KGS-KILOGRAMS", "0.36", "127.80", "5", "121.72", "0.00", "3.04", "3.04",
         "0.00"),
        ("0703", "", "KGS-KILOGRAMS", "1.24", "53.11", "0", "53.11", "0.00", "0.00", "0.00",
         "0.00"),
        ("1006", "", "BAG-BAGS", "2.00", "508.81", "0", "508.81", "0.00", "0.00", "0.00", "0.00"),
        ("3305", "", "BTL-BOTTLES", "2.00", "385.72", "5", "367.34", "0.00", "9.19", "9.19",
         "0.00"),
        ("8413", "", "NOS-NUMBERS", "1.00", "356360.00", "18", "302000.00", "54360.00", "0.00",
         "0.00", "0.00"),
        ("8504", "", "PCS-PIECES", "2.00", "676.47", "18", "573.27", "0.00", "51.60", "51.60",
         "0.00"),
        ("8517", "", "PCS-PIECES", "1.00", "24999.00", "18", "21185.59", "3813.41", "0.00",
         "0.00", "0.00"),
    ]  # fmt: skip


def test_the_headers_are_those_of_the_tool() -> None:
    assert {name: ",".join(cells) for name, cells in HEADERS.items()} == {
        "b2cs": "Type,Place Of Supply,Applicable % of Tax Rate,Rate,Taxable Value,Cess Amount,"
        "E-Commerce GSTIN",
        "b2cl": "Invoice Number,Invoice date,Invoice Value,Place Of Supply,"
        "Applicable % of Tax Rate,Rate,Taxable Value,Cess Amount,E-Commerce GSTIN",
        "b2b": "GSTIN/UIN of Recipient,Receiver Name,Invoice Number,Invoice date,Invoice Value,"
        "Place Of Supply,Reverse Charge,Applicable % of Tax Rate,Invoice Type,E-Commerce GSTIN,"
        "Rate,Taxable Value,Cess Amount",
        "cdnr": "GSTIN/UIN of Recipient,Receiver Name,Note Number,Note Date,Note Type,"
        "Place Of Supply,Reverse Charge,Note Supply Type,Note Value,Applicable % of Tax Rate,"
        "Rate,Taxable Value,Cess Amount",
        "cdnur": "UR Type,Note Number,Note Date,Note Type,Place Of Supply,Note Value,"
        "Applicable % of Tax Rate,Rate,Taxable Value,Cess Amount",
        "exemp": "Description,Nil Rated Supplies,Exempted(other than nil rated/non GST supply),"
        "Non-GST Supplies",
        "hsn": "HSN,Description,UQC,Total Quantity,Total Value,Rate,Taxable Value,"
        "Integrated Tax Amount,Central Tax Amount,State/UT Tax Amount,Cess Amount",
        "docs": "Nature of Document,Sr. No. From,Sr. No. To,Total Number,Cancelled",
    }
    made = sheets(Gstr1(), MONTH)
    assert set(made) == {
        "b2b", "b2cl", "b2cs", "cdnr", "cdnur", "exemp", "hsn_b2b", "hsn_b2c", "docs",
    }  # fmt: skip
    for name, found in made.items():
        assert found[0] == HEADERS[name.partition("_")[0]]
        assert len(found) == (5 if name == "exemp" else 1)


def amounts(found: Iterable[Row], header: Row, column: str) -> Decimal:
    return sum((Decimal(row[header.index(column)]) for row in found), Decimal(0))


def in_rupees(paise: Iterable[int]) -> Decimal:
    return Decimal(sum(paise)) / 100


@given(st.lists(bills(), max_size=8))
def test_the_sheets_sum_up_to_the_stored_lines(made: Sequence[PricedBill]) -> None:
    report = report_of(*made)
    found = sheets(report, MONTH)
    lines = [line for each in made if each.scheme is Scheme.REGULAR for line in each.lines]
    exempt = sum((Decimal(cell) for row in found["exemp"][1:] for cell in row[1:]), Decimal(0))
    by_rate = sum(
        (amounts(found[name][1:], HEADERS[name], "Taxable Value") for name in ("b2cs", "b2cl")),
        Decimal(0),
    )
    assert by_rate == in_rupees(line.taxable for line in lines if bears_tax(line))
    assert exempt == in_rupees(line.taxable for line in lines if not bears_tax(line))
    cess = sum(
        (amounts(found[name][1:], HEADERS[name], "Cess Amount") for name in ("b2cs", "b2cl")),
        Decimal(0),
    )
    assert cess == in_rupees(line.cess for line in lines)
    for column, name in (
        ("Taxable Value", "taxable"),
        ("Total Value", "total"),
        ("Integrated Tax Amount", "igst"),
        ("Central Tax Amount", "cgst"),
        ("State/UT Tax Amount", "sgst"),
        ("Cess Amount", "cess"),
    ):
        told = amounts(found["hsn_b2c"][1:], HEADERS["hsn"], column)
        assert told == in_rupees(getattr(line, name) for line in lines)
    assert all(check.holds for check in report.checks())
    assert report.sound
    regular = [each for each in made if each.scheme is Scheme.REGULAR]
    assert report.documents == len(regular) == sum(int(row[3]) for row in found["docs"][1:])
    assert report.round_off == sum(each.totals.round_off for each in regular)


@given(st.lists(bills(), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_bills_changes_no_sheet(made: list[PricedBill], random: object) -> None:
    known = [Issued(f"C2A/2627/{n:06d}", NOON, each) for n, each in enumerate(made, 1)]
    one, other = Gstr1(), Gstr1()
    for issued in known:
        one.add(issued)
    for issued in reversed(known):
        other.add(issued)
    assert sheets(one, MONTH) == sheets(other, MONTH)


@pytest.mark.parametrize(
    ("price", "day", "large"),
    [
        (10_000_000, "2024-08", False),
        (10_000_100, "2024-08", True),
        (10_000_100, "2024-07", False),
        (25_000_100, "2024-07", True),
    ],
)
def test_what_stands_in_table_5_goes_by_value_and_day(price: int, day: str, large: bool) -> None:
    goods = LineToPrice("Television", price, gst_rate=180_000, hsn="8528")
    month = Month.parse(day)
    for place in ("27", "29"):
        report = report_of(bill(goods, place=place), at=month.begins)
        assert bool(report.b2cl) == (large and place == "29")
        assert bool(report.b2cs) != bool(report.b2cl)


def test_a_large_bill_has_a_row_for_each_rate_and_its_exempt_goods_in_table_8() -> None:
    goods = (X14, SHAMPOO, replace(RICE, price=12_000_000))
    report = report_of(bill(*goods, place="29"))
    assert [(row[5], row[2]) for row in rows(report, "b2cl")] == [
        ("5", "145198.00"), ("18", "145198.00"),
    ]  # fmt: skip
    assert rows(report, "exemp")[2][2] == "120000.00"
    assert report.sound


def test_nil_exempt_and_other_goods_have_their_columns() -> None:
    report = report_of(
        bill(
            LineToPrice("Milk", 3_000, hsn="0401"),
            LineToPrice("Roti", 2_000, tax_class=TaxClass.NIL, hsn="1905"),
            LineToPrice("Rice", 1_000, tax_class=TaxClass.EXEMPT, hsn="1006"),
            LineToPrice("Petrol", 400, tax_class=TaxClass.NON_GST, hsn="2710", unit="LTR"),
        )
    )
    assert rows(report, "exemp")[3][1:] == ("50.00", "10.00", "4.00")
    assert rows(report, "b2cs") == []


def test_cess_alone_is_a_taxable_supply() -> None:
    report = report_of(bill(LineToPrice("Old stock", 1_000, cess_per_unit=100, hsn="2202")))
    assert rows(report, "b2cs") == [("OE", "27-Maharashtra", "", "0", "9.00", "1.00", "")]
    assert report.sound


def test_before_may_2025_there_is_one_sheet_of_hsn() -> None:
    month = Month.parse("2025-04")
    made = sheets(report_of(bill(SHAMPOO), at=month.begins), month)
    assert [row[0] for row in made["hsn"]] == ["HSN", "3305"]
    assert not {"hsn_b2b", "hsn_b2c"} & set(made)


def test_digits_and_units_of_table_12() -> None:
    lines = (
        CHARGER,
        replace(SHAMPOO, hsn="33"),
        replace(RICE, name="Loose goods", hsn=""),
        LineToPrice("Repair", 10_000, gst_rate=180_000, hsn="998713"),
        LineToPrice("Cloth", 10_000, gst_rate=50_000, hsn="5208", unit="ELLS"),
    )
    report = report_of(bill(*lines), digits=6)
    assert [(row[0], row[2]) for row in rows(report, "hsn_b2c")] == [
        ("", "BAG-BAGS"), ("33", "BTL-BOTTLES"), ("5208", "OTH-OTHERS"),
        ("850440", "PCS-PIECES"), ("998713", "NA"),
    ]  # fmt: skip
    assert report.noted.short_hsn == {"33", "5208"}
    assert report.noted.odd_units == {"ELLS"}
    assert {name: sums.taxable for name, sums in report.noted.no_hsn.items()} == {
        "Loose goods": 26_250
    }
    # Fewer than four are never enough.
    assert {row[0] for row in rows(report_of(bill(CHARGER), digits=0), "hsn_b2c")} == {"8504"}


def test_rates_that_were_not_in_force_are_noted() -> None:
    report = report_of(bill(replace(SHAMPOO, gst_rate=280_000)), bill(SHAMPOO))
    assert report.noted.odd_rates == {280_000: ["C2A/2627/000001"]}
    january = Month.parse("2026-01")
    assert not report_of(
        bill(replace(SHAMPOO, gst_rate=280_000)), at=january.begins
    ).noted.odd_rates


def test_bills_of_50000_want_a_named_buyer() -> None:
    goods = replace(X18, price=5_000_000)
    exempt = replace(RICE, price=9_000_000)
    made = (bill(replace(goods, price=4_999_999)), bill(goods), bill(exempt))
    assert report_of(*made).noted.buyer_unnamed == ["C2A/2627/000002"]


def test_bills_of_another_scheme_are_left_out_and_named() -> None:
    report = report_of(
        bill(SHAMPOO), bill(SHAMPOO, scheme=Scheme.COMPOSITION), bill(SHAMPOO), bill(SHAMPOO)
    )
    assert [issued.number for issued in report.noted.other_scheme] == ["C2A/2627/000002"]
    assert [row[1:4] for row in rows(report, "docs")] == [
        ("C2A/2627/000001", "C2A/2627/000001", "1"),
        ("C2A/2627/000003", "C2A/2627/000004", "2"),
    ]
    assert report.documents == 3
    assert report.sound


def test_a_missing_number_is_named_and_never_counted() -> None:
    report = Gstr1()
    for n in (7, 8, 11):
        report.add(Issued(f"C2A/2627/{n:06d}", NOON, bill(SHAMPOO)))
    assert [(str(run.first), str(run.last)) for run in report.missing] == [
        ("C2A/2627/000009", "C2A/2627/000010")
    ]
    assert [row[1:4] for row in rows(report, "docs")] == [
        ("C2A/2627/000007", "C2A/2627/000008", "2"),
        ("C2A/2627/000011", "C2A/2627/000011", "1"),
    ]
    assert not report.sound


@pytest.mark.parametrize(
    ("number", "strange", "twice"),
    [("A1", ["A1"], []), ("C2A/2627/000001", [], ["C2A/2627/000001"])],
)
def test_numbers_that_cannot_be_filed(number: str, strange: list[str], twice: list[str]) -> None:
    report = report_of(bill(SHAMPOO))
    report.add(Issued(number, NOON, bill(SHAMPOO)))
    assert (report.strange, report.twice) == (strange, twice)
    assert not report.sound
    assert not report.checks()[-1].holds


def test_practice_sales_are_told() -> None:
    assert report_of(bill(SHAMPOO), series="P2A").noted.practice == ["P2A/2627/000001"]


def test_stored_totals_that_are_not_the_sums_of_lines_are_found() -> None:
    made = bill(SHAMPOO)
    wrong = replace(made, totals=replace(made.totals, cgst=made.totals.cgst + 1))
    report = report_of(wrong)
    assert [check.name for check in report.checks() if not check.holds] == [
        "tables_cgst", "hsn_cgst",
    ]  # fmt: skip
    assert not report.sound


def test_the_place_of_supply_as_the_tool_spells_it() -> None:
    assert place_text("27") == "27-Maharashtra"
    assert place_text("01") == "01-Jammu & Kashmir"
    assert place_text("31") == "31-Lakshdweep"
    assert [place_text(code)[:3] for code in STATES] == [f"{code}-" for code in STATES]
    nowhere = price_bill(
        [SHAMPOO], supplier_state="", place_of_supply="", scheme=Scheme.REGULAR,
        round_off=RoundOff.NONE,
    )  # fmt: skip
    report = report_of(nowhere)
    assert rows(report, "b2cs")[0][1] == ""
    assert report.noted.no_place == ["C2A/2627/000001"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", "\u202e=1", " =1"]
)
def test_no_text_is_a_formula(text: str) -> None:
    assert safe_text(text)[0] == "'"


def test_text_and_money_stay_what_they_are() -> None:
    assert safe_text("C2A/2627/000001") == "C2A/2627/000001"
    assert safe_text("") == ""
    odd = replace(SHAMPOO, hsn="=1+")
    assert rows(report_of(bill(odd)), "hsn_b2c")[0][0] == "'=1+"
    assert sheet_date(NOON) == "01-Nov-2026"
