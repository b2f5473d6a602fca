"""Importing products: what is good goes in at once, what is not is named by its row."""

import gzip
import shutil
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as dbapi

from pos_desktop.domain.errors import InputError
from pos_desktop.storage import importer
from pos_desktop.storage.catalogue import SqliteCatalogue
from pos_desktop.storage.importer import ImportReport, ProductImport, RowFault, check_file
from pos_desktop.storage.store import SqliteStore

HEAD = "barcode,name,mrp,price,price_includes_tax,gst_rate,hsn,unit,category\n"
GOOD = "8901030865275,Atta,60.00,55.50,yes,5,1101,PCS,Staples\n"


def _file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "products.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _import(store: SqliteStore, path: Path, *, skip: bool = False) -> ImportReport:
    return ProductImport(store).import_file(path, skip_bad_rows=skip)


def _items(store: SqliteStore) -> list[tuple[object, ...]]:
    with store.read() as unit:
        return unit.session.rows("SELECT barcode, name, price, mrp FROM items ORDER BY barcode")


def test_a_file_as_given(store: SqliteStore, reference: Path) -> None:
    path = reference / "data" / "products_in.csv"
    steps: list[int] = []
    report = check_file(path, steps.append)
    assert (report.rows, report.good, report.faults, report.ignored) == (860, 860, (), ())
    assert _items(store) == []
    report = _import(store, path)
    assert (report.imported, report.bad) == (860, 0)
    reader = SqliteCatalogue(store.path)
    assert reader.count() == 860
    item = reader.find("8901001555082")
    assert item is not None
    assert (item.name, item.price, item.mrp) == ("Mango Chutney Sweet", 500, 500)
    assert (item.gst_rate, item.hsn, item.unit) == (50_000, "1704", "PCS")
    assert item.price_includes_tax is True
    assert item in reader.search("mango ch")
    reader.close()


def test_all_columns(store: SqliteStore, tmp_path: Path) -> None:
    text = (
        "quick_order,tax_class,cess_rate,cess_per_unit,category,unit,hsn,gst_rate,"
        "price_includes_tax,name,price,barcode,mrp,colour\n"
        "3,taxable,12,4170.5,Drinks,kgs,22021010,28%,no,Cola,40,PRIV-1,,red\n"
        ",Exempt,,,,,,0,,Milk,30.5,0000,,white\n"
    )
    report = _import(store, _file(tmp_path, text))
    assert (report.faults, report.imported, report.ignored) == ((), 2, ("colour",))
    with store.read() as unit:
        rows = unit.session.rows("SELECT * FROM items ORDER BY item_id")
    assert rows == [
        (1, "PRIV-1", "Cola", 4000, None, 0, 280_000, "22021010", "KGS", "Drinks", "taxable",
         120_000, 417_050, 3, 1),
        (2, "0000", "Milk", 3050, None, 1, 0, "", "PCS", "", "exempt", 0, 0, None, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        HEAD + GOOD,
        "\ufeff" + HEAD + GOOD,
        "# licence, of the data\n# second\n" + HEAD + GOOD,
        "\ufeff# licence\r\n" + HEAD.replace("\n", "\r\n") + GOOD.replace("\n", "\r\n"),
        (HEAD + GOOD).replace(",", ";"),
        (HEAD + GOOD).replace(",", "\t"),
        HEAD.upper() + "\n\n" + GOOD + "\n",
        HEAD + GOOD.replace("Atta", '"Atta"').rstrip("\n"),
        HEAD + GOOD.replace("Atta", '" Atta\u202e\n"'),
    ],
)
def test_shapes_of_csv(store: SqliteStore, tmp_path: Path, text: str) -> None:
    report = _import(store, _file(tmp_path, text))
    assert report.faults == ()
    assert _items(store) == [("8901030865275", "Atta", 5550, 6000)]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("036000291452", "0036000291452"),
        ("96385074", "96385074"),
        (" 8901030865275 ", "8901030865275"),
        ("\x1d8901030865275\x03", "8901030865275"),
        ("sku-7", "SKU-7"),
        ("12345", "12345"),
    ],
)
def test_codes_are_stored_as_they_will_be_scanned(
    store: SqliteStore, tmp_path: Path, typed: str, stored: str
) -> None:
    report = _import(store, _file(tmp_path, HEAD + GOOD.replace("8901030865275", typed)))
    assert report.faults == ()
    assert [row[0] for row in _items(store)] == [stored]


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("8901030865275", "8901030865276", "barcode", "check digit"),
        ("8901030865275", "96385075", "barcode", "check digit"),
        ("8901030865275", "036000291453", "barcode", "check digit"),
        ("8901030865275", "", "barcode", "no barcode"),
        ("8901030865275", "9" * 65, "barcode", "too long"),
        ("55.50", "60.01", "price", "above the MRP"),
        ("55.50", "", "price", "amount"),
        ("55.50", "-1", "price", "amount"),
        ("55.50", "55.505", "price", "amount"),
        ("55.50", "5e1", "price", "amount"),
        ("55.50", "NaN", "price", "amount"),
        ("55.50", "५५", "price", "amount"),
        ("55.50", "9999999999", "price", "amount"),
        ("60.00", "sixty", "mrp", "amount"),
        (",5,1101", ",17,1101", "gst_rate", "not a GST rate"),
        (",5,1101", ",118,1101", "gst_rate", "not a GST rate"),
        (",5,1101", ",,1101", "gst_rate", "not a rate"),
        (",5,1101", ",0.05,1101", "gst_rate", "not a GST rate"),
        ("1101", "110", "hsn", "HSN"),
        ("PCS", "PIECES", "unit", "UNIT"),
        (",yes,", ",perhaps,", "price_includes_tax", "words"),
        ("Atta", "", "name", "no name"),
        ("Atta", " \u202e ", "name", "no name"),
        ("Atta", "A" * 201, "name", "longer"),
        ("Atta", "At\0ta", "", "NUL"),
        ("Staples", "Staples,more", "", "10 columns instead of 9"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_imported(
    store: SqliteStore, tmp_path: Path, old: str, new: str, field: str, words: str
) -> None:
    other = GOOD.replace("8901030865275", "96385074")
    path = _file(tmp_path, "# comment\n" + HEAD + other + GOOD.replace(old, new))
    report = _import(store, path)
    assert [(f.row, f.field) for f in report.faults] == [(4, field)]
    assert words in report.faults[0].text
    assert (report.rows, report.good, report.bad, report.imported) == (2, 1, 1, 0)
    assert _items(store) == []
    assert check_file(path).faults == report.faults
    report = _import(store, path, skip=True)
    assert (report.imported, len(report.faults)) == (1, 1)
    assert [row[0] for row in _items(store)] == ["96385074"]


@pytest.mark.parametrize(
    "rate", ["0", "0.25", "1.5", "3", "5", "12", "18", "28", "40", "5.0", "18 %"]
)
def test_legal_rates(tmp_path: Path, rate: str) -> None:
    path = _file(tmp_path, HEAD + GOOD.replace(",5,1101", f",{rate},1101"))
    assert check_file(path).faults == ()


def test_a_barcode_stands_once_in_a_file(store: SqliteStore, tmp_path: Path) -> None:
    upc = GOOD.replace("8901030865275", "036000291452")
    ean = GOOD.replace("8901030865275", "0036000291452")
    report = _import(store, _file(tmp_path, HEAD + GOOD + upc + ean + GOOD))
    assert report.faults == (
        RowFault(4, "barcode", "0036000291452 stands in row 3 already"),
        RowFault(5, "barcode", "8901030865275 stands in row 2 already"),
    )


def test_bytes_that_are_no_utf8_are_a_row_error(tmp_path: Path) -> None:
    bad = GOOD.encode().replace(b"Atta", b"Caf\xe9").replace(b"8901030865275", b"96385074")
    report = check_file(_file(tmp_path, HEAD.encode() + bad + GOOD.encode()))
    assert [(f.row, f.text) for f in report.faults] == [
        (2, "characters that are not UTF-8 (or a NUL): save the file as CSV UTF-8")
    ]
    assert report.good == 1


def test_rows_are_counted_by_lines_of_the_file(tmp_path: Path) -> None:
    two_lines = GOOD.replace("Atta", '"At\nta"').replace("8901030865275", "96385074")
    report = check_file(_file(tmp_path, HEAD + two_lines + "\n" + GOOD.replace("55.50", "x")))
    assert [f.row for f in report.faults] == [5]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv_header"),
        (b"# only a comment\n", "csv_header"),
        (b"name,price\nx,1\n", "csv_header"),
        ((HEAD.rstrip("\n") + ",name\n" + GOOD).encode(), "csv_header"),
        ((HEAD + GOOD).encode("utf-16"), "csv_encoding"),
        (b"PK\x03\x04\0\0\0\0", "csv_encoding"),
        ((HEAD + '1,"' + "x" * 200_000).encode(), "csv_broken"),
    ],
)
def test_what_is_no_product_file_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        check_file(_file(tmp_path, content))
    assert caught.value.code == code
    assert str(caught.value) != code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError) as caught:
            check_file(path)
        assert caught.value.code == "file_unreadable"


def test_size_is_refused_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(importer.MAX_BYTES + 1)
    with pytest.raises(InputError) as caught:
        check_file(path)
    assert caught.value.code == "file_too_large"


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "MAX_ROWS", 2)
    with pytest.raises(InputError) as caught:
        check_file(_file(tmp_path, HEAD + GOOD * 3))
    assert caught.value.code == "too_many_rows"


def test_only_the_first_faults_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "MAX_FAULTS", 3)
    report = check_file(_file(tmp_path, HEAD + GOOD.replace("Atta", "") * 10))
    assert (len(report.faults), report.bad) == (3, 10)


def test_importing_again_updates_and_keeps_what_is_not_in_the_file(
    store: SqliteStore, tmp_path: Path
) -> None:
    other = GOOD.replace("8901030865275", "96385074").replace("Atta", "Salt")
    _import(store, _file(tmp_path, HEAD + GOOD + other))
    with store.write() as unit:
        unit.session.change("UPDATE items SET quick_order = 4, active = 0")
        unit.commit()
    _import(store, _file(tmp_path, HEAD + GOOD.replace("55.50", "50").replace("Atta", "Maida")))
    assert _items(store) == [
        ("8901030865275", "Maida", 5000, 6000),
        ("96385074", "Salt", 5550, 6000),
    ]
    with store.read() as reading:
        ids = reading.session.rows(
            "SELECT item_id, quick_order, active FROM items ORDER BY item_id"
        )
    assert ids == [(1, 4, 1), (2, 4, 0)]
    reader = SqliteCatalogue(store.path)
    assert [item.name for item in reader.search("mai")] == ["Maida"]
    assert reader.search("atta") == ()
    assert reader.count() == 1
    reader.close()


def test_a_small_file_into_a_large_catalogue_keeps_the_search_by_triggers(
    store: SqliteStore, tmp_path: Path
) -> None:
    rows = "".join(f"P{n},Article {n},,1,yes,5,,PCS,\n" for n in range(500))
    _import(store, _file(tmp_path, HEAD + rows))
    statements: list[str] = []
    assert store._writer is not None
    store._writer.raw.set_trace_callback(statements.append)
    report = _import(store, _file(tmp_path, HEAD + "P7,Renamed,,1,yes,5,,PCS,\n"))
    store._writer.raw.set_trace_callback(None)
    assert report.imported == 1
    assert not any("rebuild" in text for text in statements)
    reader = SqliteCatalogue(store.path)
    assert [item.barcode for item in reader.search("renam")] == ["P7"]
    assert reader.count() == 500
    reader.close()


def test_an_import_is_one_transaction(store: SqliteStore, tmp_path: Path) -> None:
    rows = "".join(f"P{n},Article {n},,1,yes,5,,PCS,\n" for n in range(5000))
    path = _file(tmp_path, HEAD + rows + "P1,Twice,,1,yes,5,,PCS,\n")
    seen: list[int] = []
    report = ProductImport(store).import_file(path, skip_bad_rows=False, progress=seen.append)
    assert (report.imported, seen) == (0, [2000, 4000])
    assert _items(store) == []
    with store.read() as unit:
        triggers = unit.session.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'items_%in'")
    assert ("items_in",) in triggers
    _import(store, path, skip=True)
    raw = dbapi.connect(str(store.path))
    raw.execute("INSERT INTO items_fts(items_fts, rank) VALUES ('integrity-check', 1)")
    raw.close()
    assert len(_items(store)) == 5000


@pytest.mark.full
def test_a_hundred_thousand_rows(store: SqliteStore, tmp_path: Path, reference: Path) -> None:
    path = tmp_path / "products.csv"
    with gzip.open(reference / "data" / "products_100k.csv.gz") as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)
    # The file holds one article twice: as UPC-A and as the EAN-13 of the same digits.
    assert check_file(path).faults == (
        RowFault(20_744, "barcode", "0040000514251 stands in row 13755 already"),
    )
    assert _import(store, path, skip=True).imported == 99_999


@pytest.mark.parametrize("cell", ["8.90103E+12", "8,90103e+12", "9E12"])
def test_a_barcode_that_a_spreadsheet_rounded_is_refused(tmp_path: Path, cell: str) -> None:
    file = tmp_path / "goods.csv"
    file.write_text(f'barcode,name,price,gst_rate\n"{cell}",Soap,10,5\n', encoding="utf-8")
    report = importer.check_file(file)
    assert (report.bad, report.faults[0].field) == (1, "barcode")
    assert "before a spreadsheet rounded it" in report.faults[0].text
