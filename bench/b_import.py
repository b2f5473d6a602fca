"""A product file becomes a catalogue that can be searched."""

import csv
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench import floors, goods, naive
from bench.harness import Bench
from bench.setting import MANY, Setting
from pos_desktop.storage.importer import ProductImport
from pos_desktop.storage.store import SqliteStore

_QUICK = 20_000


@contextmanager
def csv_import(setting: Setting) -> Iterator[Bench]:
    """100,000 rows (20,000 with ``--quick``) into an empty database, ready at the end."""
    count = _QUICK if setting.quick else MANY
    home = setting.folder / "import"
    home.mkdir()
    file = goods.write_csv(home / "goods.csv", count)
    with SqliteStore(home / "empty.db").open():
        pass
    sides = _Sides(home)

    def ours() -> None:
        with SqliteStore(home / "ours.db").open() as store:
            report = ProductImport(store).import_file(file, skip_bad_rows=False)
            assert report.imported == count

    yield Bench(
        floor=lambda: raw_import(home / "floor.db", file),
        ours=ours,
        naive=lambda: naive.orm_import(home / "naive.db", numbers(file)),
        fresh=sides.fresh,
        naive_rounds=1,
    )


class _Sides:
    """Gives each side an empty copy of the database before each sample."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def fresh(self, side: str) -> None:
        for old in self._home.glob(f"{side}.db*"):
            old.unlink()
        shutil.copyfile(self._home / "empty.db", self._home / f"{side}.db")


def raw_import(database: Path, file: Path) -> None:
    """Rows into the same table with the same indices, then the search index, unchecked."""
    with closing(floors.raw_database(database)) as raw:
        names = raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'items'"
        ).fetchall()
        raw.execute("BEGIN IMMEDIATE")
        for (name,) in names:
            raw.execute(f"DROP TRIGGER {name}")
        raw.executemany(
            "INSERT INTO items (barcode, name, mrp, price, price_includes_tax, gst_rate, hsn, "
            "unit, category, tax_class, cess_rate, cess_per_unit, active) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'taxable', 0, 0, 1)",
            numbers(file),
        )
        raw.execute("INSERT INTO items_fts(items_fts) VALUES ('rebuild')")
        raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def numbers(file: Path) -> Iterator[tuple[object, ...]]:
    """The rows with their figures as integers, believed as they are."""
    with file.open(encoding="utf-8", newline="") as text:
        reader = csv.reader(text)
        next(reader)
        for code, name, mrp, price, _, rate, hsn, unit, category in reader:
            yield (
                code, name, int(mrp.replace(".", "")), int(price.replace(".", "")), 1,
                int(rate) * 10_000, hsn, unit, category,
            )  # fmt: skip
