"""What every row is given: a folder to work in, and whether time is short."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench import goods
from pos_desktop import assets
from pos_desktop.documents.invoice_pdf import RaseedRenderer
from pos_desktop.storage.importer import ProductImport
from pos_desktop.storage.store import SqliteStore

FEW = 1_000
MANY = 100_000


@dataclass
class Setting:
    """One run of the suite; databases with goods are made on first use and shared by the rows."""

    folder: Path
    quick: bool

    @cached_property
    def few(self) -> Path:
        """A database with 1,000 articles."""
        return self._stocked(FEW)

    @cached_property
    def many(self) -> Path:
        """A database with 100,000 articles."""
        return self._stocked(MANY)

    @cached_property
    def renderer(self) -> RaseedRenderer:
        """The maker of documents with the shipped fonts."""
        return RaseedRenderer(assets.path("fonts"))

    def _stocked(self, count: int) -> Path:
        home = self.folder / f"goods-{count}"
        home.mkdir()
        file = goods.write_csv(home / "goods.csv", count)
        path = home / "counter.db"
        with SqliteStore(path).open() as store:
            ProductImport(store).import_file(file, skip_bad_rows=False)
        return path
