"""``raseed gstr1`` on the files of counters."""

import csv
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from pysqlite3 import dbapi2 as dbapi

from pos_desktop import cli
from pos_desktop.bootstrap.gstr1 import export_gstr1
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.month import Month
from pos_desktop.domain.numbering import financial_year, invoice_number
from pos_desktop.domain.options import Options, Scheme, Shop
from pos_desktop.domain.sale import PricedBill, RoundOff, TaxClass
from pos_desktop.domain.tax import LineToPrice, price_bill
from pos_desktop.services.freeze import bill_hash
from pos_desktop.settings.paths import folders
from pos_desktop.settings.store import OptionsFile
from pos_desktop.storage.store import SqliteStore
from tests.support.rig import FixedClock
from tests.unit.storage.samples import sale

OCTOBER, NOVEMBER = Month.parse("2026-10"), Month.parse("2026-11")
DAY_MS = 86_400_000
GSTIN = "27AAPFU0939F1ZV"
SOAP = LineToPrice("Soap", 4_200, gst_rate=180_000, hsn="3401", mrp=4_200)
RICE = LineToPrice("Rice", 6_000, qty=1_355, tax_class=TaxClass.EXEMPT, hsn="1006", unit="KGS")


def priced(*lines: LineToPrice, place: str = "27", scheme: Scheme = Scheme.REGULAR) -> PricedBill:
    return price_bill(
        lines,
        supplier_state="27",
        place_of_supply=place,
        scheme=scheme,
        round_off=RoundOff.NEAREST,
    )


def sold(store: SqliteStore, bill: PricedBill, at: int, n: int, series: str = "C2A") -> None:
    """A cash sale, as the books keep it."""
    made = replace(
        sale(n, phone=None), bill=bill, due=bill.totals.payable, bill_hash=bill_hash(bill),
        created_at=at,
    )  # fmt: skip
    with store.write() as unit:
        unit.sales.add(made)
        fy = financial_year(at)
        number = invoice_number(series, fy, unit.numbers.take(series, fy))
        unit.sales.issue(made.order_id, number, at, "cash")
        unit.commit()


def counter(folder: Path, gstin: str = GSTIN) -> Path:
    """A counter's folder with settings and nothing sold yet."""
    shop = Shop(name="Sharma Stores", gstin=gstin, state="27")
    OptionsFile(folders(folder).options).save(Options(shop=shop))
    return folder


@pytest.fixture
def till(tmp_path: Path) -> Path:
    """Five bills about two months; a sixth waits unpaid."""
    folder = counter(tmp_path / "till")
    with SqliteStore(folder / DATABASE).open() as store:
        sold(store, priced(SOAP), NOVEMBER.begins - 1, 1)
        sold(store, priced(SOAP, RICE), NOVEMBER.begins, 2)
        sold(store, priced(replace(SOAP, price=11_800_000), place="29"), NOVEMBER.begins + 1, 3)
        sold(store, priced(SOAP), NOVEMBER.ends - 1, 4)
        sold(store, priced(SOAP), NOVEMBER.ends, 5)
        with store.write() as unit:
            unit.sales.add(replace(sale(6), created_at=NOVEMBER.begins + 5))
            unit.commit()
    return folder


def made(target: Path, *tills: Path, month: str = "2026-11", now: int = NOVEMBER.ends) -> int:
    return export_gstr1(month, target, tills, FixedClock(now))


def sheet(target: Path, name: str) -> list[list[str]]:
    with (target / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_month_as_files(till: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "returns" / "november"
    assert made(target, till) == 0
    said = capsys.readouterr()
    assert said.out == f"3 documents of 2026-11; read {target / 'summary.txt'}\n"
    assert said.err == ""
    assert sorted(file.name for file in target.iterdir()) == [
        "b2b.csv", "b2cl.csv", "b2cs.csv", "cdnr.csv", "cdnur.csv", "docs.csv", "exemp.csv",
        "hsn_b2b.csv", "hsn_b2c.csv", "summary.txt",
    ]  # fmt: skip
    # 42.00 at 18 %: 35.60 + 3.20 + 3.20, twice.
    assert sheet(target, "b2cs")[1:] == [["OE", "27-Maharashtra", "", "18", "71.20", "0.00", ""]]
    assert sheet(target, "b2cl")[1][:4] == [
        "C2A/2627/000003", "01-Nov-2026", "118000.00", "29-Karnataka",
    ]  # fmt: skip
    assert sheet(target, "exemp")[4][2] == "81.30"
    assert sheet(target, "docs")[1:] == [
        ["Invoices for outward supply", "C2A/2627/000002", "C2A/2627/000004", "3", "0"]
    ]
    assert [len(sheet(target, name)) for name in ("b2b", "cdnr", "cdnur", "hsn_b2b")] == [1] * 4
    assert (target / "docs.csv").read_bytes().endswith(b",3,0\r\n")
    assert [oct(file.stat().st_mode & 0o777) for file in target.iterdir()] == ["0o600"] * 10


def test_what_the_summary_says(till: Path, tmp_path: Path) -> None:
    target = tmp_path / "november"
    made(target, till)
    text = (target / "summary.txt").read_text("utf-8")
    assert text.startswith("GSTR-1 of 2026-11 (period 112026), made by raseed")
    for told in (
        f"Shop: Sharma Stores, GSTIN {GSTIN}",
        "27 at 18 %: taxable value 71.20, CGST 6.40, SGST/UTGST 6.40",
        "b2cl     table 5, 1 rows of 1 inter-State bills",
        "C2A/2627/000002 to C2A/2627/000004 (3)",
        "b2b, cdnr, cdnur: only their headers.",
        "ok   taxable value: tables 5+7+8 1,00,152.50, bills 1,00,152.50",
        "ok   CGST: table 12 6.40, bills 6.40",
        "ok   documents: 3 in table 13, 3 bills",
        "address and State on: C2A/2627/000003",
    ):
        assert told in text
    for never in ("WRONG", "DO NOT FILE", "PRACTICE", "is not over", "+91", "2627/000001"):
        assert never not in text


def test_what_an_accountant_has_to_look_at(tmp_path: Path) -> None:
    folder = counter(tmp_path / "till", gstin="27AAPFU0939F1ZW")
    odd = replace(SOAP, name="=Loose\nsoap", hsn="", unit="CAKE", gst_rate=280_000)
    with SqliteStore(folder / DATABASE).open() as store:
        for n in range(1, 25):
            sold(store, priced(odd, replace(RICE, hsn="10")), NOVEMBER.begins + n, n, "P2A")
        sold(store, priced(SOAP, scheme=Scheme.COMPOSITION), NOVEMBER.begins + 90, 90, "P2A")
    target = tmp_path / "november"
    assert made(target, folder, now=NOVEMBER.begins + DAY_MS) == 0
    text = (target / "summary.txt").read_text("utf-8")
    for told in (
        "PRACTICE SALES: NOTHING OF THIS MAY BE FILED.",
        "2026-11 is not over: these are the bills until now.",
        "The GSTIN in the settings is missing or wrong",
        "No HSN: =Loose soap, taxable value",
        "HSN shorter than the shop's turnover asks for: 10",
        "Units without a code, shown as OTH: CAKE",
        "28 % is no rate of goods on the day of: P2A/2627/000001, ",
        " P2A/2627/000020 and 4 more",
        "1 bills (42.00) were issued as composition dealer or unregistered",
    ):
        assert told in text


def test_counters_of_one_shop_make_one_return(till: Path, tmp_path: Path) -> None:
    second = counter(tmp_path / "second")
    with SqliteStore(second / DATABASE).open() as store:
        sold(store, priced(SOAP), NOVEMBER.begins + 9, 1, "D3B")
    target = tmp_path / "both"
    assert made(target, till, second, till) == 0
    assert sheet(target, "b2cs")[1][4] == "106.80"
    assert [row[1] for row in sheet(target, "docs")[1:]] == ["C2A/2627/000002", "D3B/2627/000001"]
    text = (target / "summary.txt").read_text("utf-8")
    assert text.count("\nCounter: ") == 2


def test_a_copied_counter_is_found_out(till: Path, tmp_path: Path,
                                       capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    copy = tmp_path / "copy"
    shutil.copytree(till, copy)
    assert made(tmp_path / "both", till, copy) == 1
    assert "Do not file." in capsys.readouterr().err
    text = (tmp_path / "both" / "summary.txt").read_text("utf-8")
    assert "WRONG C2A/2627/000003 was issued twice" in text
    assert "WRONG documents: 3 in table 13, 6 bills" in text
    assert "DO NOT FILE YET" in text


def test_a_missing_and_an_odd_number_are_told(till: Path, tmp_path: Path) -> None:
    raw = dbapi.connect(str(till / DATABASE), isolation_level=None)
    raw.execute("DROP TRIGGER sales_final")
    raw.execute("UPDATE sales SET invoice_number = 'X1' WHERE token_no = 3")
    raw.close()
    assert made(tmp_path / "out", till) == 1
    text = (tmp_path / "out" / "summary.txt").read_text("utf-8")
    assert "WRONG X1 is no number of a document" in text
    assert "WRONG C2A/2627/000003 is missing in this month; see: raseed numbers" in text


def test_beside_a_running_counter(till: Path, tmp_path: Path) -> None:
    with SqliteStore(till / DATABASE).open() as store:
        # Its clock went back, so that number 6 is of November and number 5 of December.
        sold(store, priced(SOAP), NOVEMBER.begins + 7, 7)
        assert made(tmp_path / "out", till) == 1
        assert sheet(tmp_path / "out", "b2cs")[1][4] == "106.80"
        sold(store, priced(SOAP), NOVEMBER.begins + 8, 8)


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Path]:
    """Bills of every kind, 700 of November and some of October; more than are read at once."""
    folder, random = counter(tmp_path / "year"), Random(11)
    rates = [0, 2_500, 30_000, 50_000, 180_000, 400_000]
    with SqliteStore(folder / DATABASE).open() as store:
        for n in range(1, 741):
            lines = [
                LineToPrice(
                    f"Goods {k}",
                    random.randrange(1, 4_000_000),
                    qty=random.choice([1_000, 3_000, 355, 1_235]),
                    price_includes_tax=random.random() < 0.8,
                    gst_rate=random.choice(rates),
                    cess_per_unit=random.choice([0, 0, 0, 1]),
                    tax_class=random.choice([TaxClass.TAXABLE] * 3 + list(TaxClass)),
                    hsn=random.choice(["3401", "10063010", "040110", "9987"]),
                    unit=random.choice(["PCS", "KGS", "LTR"]),
                )
                for k in range(random.randrange(1, 5))
            ]
            at = OCTOBER.ends + (n - 40) * 3_000_000
            sold(store, priced(*lines, place=random.choice(["27", "27", "29", "01"])), at, n)
    yield folder


def test_a_generated_month_sums_up_to_plain_sql(year: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert made(target, year) == 0
    with closing(dbapi.connect(str(year / DATABASE))) as raw:
        names = ("taxable", "total", "igst", "cgst", "sgst", "cess")
        sums = raw.execute(
            f"SELECT {', '.join(f'SUM(l.{name})' for name in names)} FROM sale_lines AS l "  # noqa: S608 - constants
            "JOIN sales USING (order_id) WHERE issued_at >= ? AND issued_at < ?",
            (NOVEMBER.begins, NOVEMBER.ends),
        ).fetchone()
    told = dict(zip(names, (Decimal(each) / 100 for each in sums), strict=True))
    hsn = sheet(target, "hsn_b2c")[1:]
    columns = (6, 4, 7, 8, 9, 10)
    assert [sum(Decimal(row[n]) for row in hsn) for n in columns] == list(told.values())
    taxed = [Decimal(row[4]) for row in sheet(target, "b2cs")[1:]]
    taxed += [Decimal(row[6]) for row in sheet(target, "b2cl")[1:]]
    taxed += [Decimal(cell) for row in sheet(target, "exemp")[1:] for cell in row[1:]]
    assert sum(taxed) == told["taxable"]
    assert [row[3] for row in sheet(target, "docs")[1:]] == ["701"]
    assert len(sheet(target, "b2cl")) > 10


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        ("2026-13", "a month is written like 2026-11"),
        ("2017-06", "GST began in July 2017"),
        ("2027-02", "that month has not begun yet"),
    ],
)
def test_months_that_are_none(
    till: Path, tmp_path: Path, month: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(tmp_path / "out", till, month=month) == 2
    assert capsys.readouterr().err == f"gstr1: {sentence}\n"
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_written_or_read(
    till: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full, file = tmp_path / "full", tmp_path / "file"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    file.write_text("")
    for target in (full, file):
        assert made(target, till) == 2
        assert "is not empty" in capsys.readouterr().err
    assert [each.name for each in full.iterdir()] == ["mine.txt"]
    assert made(file / "below", till) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert made(tmp_path / "out", counter(tmp_path / "bare")) == 2
    assert "cannot be read" in capsys.readouterr().err
    other = counter(tmp_path / "other", gstin="29AAGCB7383J1Z4")
    assert made(tmp_path / "out", till, other) == 2
    assert "different GSTINs" in capsys.readouterr().err
    raw = dbapi.connect(str(till / DATABASE), isolation_level=None)
    raw.execute("DROP TRIGGER sale_lines_no_update")
    raw.execute("UPDATE sale_lines SET tax_class = 'odd'")
    raw.close()
    assert made(tmp_path / "out", till) == 2
    assert "damaged" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_empty_folder_is_taken_and_a_failed_write_leaves_nothing(
    till: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    whole = Path.write_bytes

    def fails(self: Path, content: bytes) -> int:
        if self.name == "docs.csv":
            raise OSError(28, "No space left on device")
        return whole(self, content)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "write_bytes", fails)
        assert made(target, till) == 2
    assert list(tmp_path.glob("out*")) == [target]
    assert list(target.iterdir()) == []
    assert made(target, till) == 0


def test_as_typed(till: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert cli.run(["gstr1", "2026-09", "--out", out, "--data", str(till)]) == 0
    assert capsys.readouterr().out.startswith("0 documents of 2026-09;")
    with pytest.raises(SystemExit) as caught:
        cli.run(["gstr1", "2026-09"])
    assert caught.value.code == 2
