"""The rows measure what they say: floor and ours do the same work."""

import csv
from pathlib import Path

from pysqlite3 import dbapi2 as dbapi
from stdnum import ean

from bench import b_import, b_sale, floors, goods
from bench.b_documents import content, pdf_10, qr
from bench.b_sale import ten_lines
from bench.setting import Setting
from pos_desktop.services.checkout import Checkout
from pos_desktop.services.order import Order
from pos_desktop.storage.store import SqliteStore

BOOKS = ("sales", "sale_lines", "tenders", "collects", "messages", "outbox", "ledger", "numbers")


def test_the_goods_are_the_same_every_time_and_valid(tmp_path: Path) -> None:
    file = goods.write_csv(tmp_path / "goods.csv", 500)
    assert file.read_bytes() == goods.write_csv(tmp_path / "again.csv", 500).read_bytes()
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert len({row["barcode"] for row in rows}) == 500
    assert all(ean.is_valid(row["barcode"]) for row in rows)


def rows_of(path: Path, table: str) -> list[tuple[object, ...]]:
    raw = dbapi.connect(str(path))
    try:
        found: list[tuple[object, ...]] = raw.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - our own names
        return found
    finally:
        raw.close()


def test_the_replay_of_a_sale_writes_the_very_same_books(tmp_path: Path) -> None:
    def sell(checkout: Checkout, order: Order) -> object:
        checkout.request(order)
        return checkout.cash(order, 10_000_000)

    with SqliteStore(tmp_path / "floor.db").open():
        pass
    sales = b_sale.record(tmp_path / "ours.db", sell, ten_lines(), 3)
    raw = floors.raw_database(tmp_path / "floor.db")
    for statements in sales:
        floors.replay(raw, statements)
    assert raw.execute("PRAGMA synchronous").fetchone() == (2,)
    raw.close()
    for table in BOOKS:
        assert rows_of(tmp_path / "ours.db", table) == rows_of(tmp_path / "floor.db", table)
        assert rows_of(tmp_path / "ours.db", table)


def test_the_bare_import_fills_the_same_catalogue(tmp_path: Path) -> None:
    with b_import.csv_import(Setting(tmp_path, quick=True)) as bench:
        assert bench.fresh is not None
        for side, work in (("floor", bench.floor), ("ours", bench.ours)):
            bench.fresh(side)
            work()
    home = tmp_path / "import"
    wanted = "barcode, name, price, mrp, gst_rate, hsn, unit, category, tax_class, active"
    asked = f"(SELECT {wanted} FROM items ORDER BY barcode)"  # noqa: S608 - our own names
    ours = rows_of(home / "ours.db", asked)
    assert len(ours) == 20_000
    assert ours == rows_of(home / "floor.db", asked)
    found = "items_fts WHERE items_fts MATCH 'ghee'"
    assert len(rows_of(home / "ours.db", found)) == len(rows_of(home / "floor.db", found)) > 0


def test_the_bare_invoice_sets_down_every_text(tmp_path: Path) -> None:
    setting = Setting(tmp_path, quick=True)
    with pdf_10(setting) as bench:
        for work in (bench.floor, bench.ours, bench.naive):
            assert work is not None
            made = work()
            assert isinstance(made, bytes)
            assert made.startswith(b"%PDF")
    assert {line.amount for line in content(10).lines} == {"500.00"}


def test_the_qr_of_both_sides_has_the_same_size(tmp_path: Path) -> None:
    with qr(Setting(tmp_path, quick=True)) as bench:
        floor, ours = bench.floor(), bench.ours()
    assert isinstance(floor, tuple)
    assert isinstance(ours, tuple)
    assert len(floor) == len(ours)
