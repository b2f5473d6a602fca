"""Importing a product file: streaming, checked row by row, all or nothing, one transaction."""

import csv
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from pos_desktop.domain.errors import InputError
from pos_desktop.storage.product_rows import STORED, ProductRows, RowProblem
from pos_desktop.storage.session import Session
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.tables import insert_sql, items
from pos_desktop.storage.triggers import (
    RECOUNT,
    SEARCH_REBUILD,
    create_item_triggers,
    drop_item_triggers,
)

MAX_BYTES = 256 * 1024 * 1024
MAX_ROWS = 2_000_000
MAX_FAULTS = 1000
"""So many faults are listed; all are counted."""

_BATCH = 2000
# A line is read in pieces of at most this size, so that one of 100 MB costs no memory.
_PIECE = 65_536
_SHORT_ROW = 60
_KEPT = ("barcode", "quick_order")
_UPSERT = insert_sql(
    items,
    STORED,
    "ON CONFLICT (barcode) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in STORED if name not in _KEPT)
    + ", quick_order = COALESCE(excluded.quick_order, quick_order), active = 1",
)

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in one row. ``row`` is its line in the file, from 1 (header included)."""

    row: int
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``rows`` read, ``good`` among them, the first faults, and how many rows were imported.

    ``ignored`` names columns of the file that mean nothing to us.
    """

    rows: int
    good: int
    faults: tuple[RowFault, ...]
    imported: int = 0
    ignored: tuple[str, ...] = ()

    @property
    def bad(self) -> int:
        """Rows with a fault; may be more than are listed."""
        return self.rows - self.good


def check_file(path: Path, progress: Progress | None = None) -> ImportReport:
    """Read the whole file and say what is good; changes nothing.

    Raises InputError: ``file_unreadable``, ``file_too_large``, ``too_many_rows``, ``csv_header``,
    ``csv_encoding``, ``csv_broken``.
    """
    with _opened(path) as file:
        reading = _Reading(file, progress)
        for _ in reading.values():
            pass
    return reading.report()


class ProductImport:
    """Writes product files into a store's catalogue; db lane."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def check_file(self, path: Path, progress: Progress | None = None) -> ImportReport:
        """See ``check_file``."""
        return check_file(path, progress)

    def import_file(
        self, path: Path, *, skip_bad_rows: bool, progress: Progress | None = None
    ) -> ImportReport:
        """Insert new articles and update known ones (by barcode); one transaction.

        With a bad row nothing is imported, unless ``skip_bad_rows``. Articles that are not in the
        file stay. ``progress`` gets the number of rows read. Raises StoreError and InputError as
        ``check_file`` does.
        """
        with _opened(path) as file, self._store.write() as unit:
            reading = _Reading(file, progress)
            large = _is_large(unit.session, path)
            if large:
                _run_all(unit.session, drop_item_triggers())
            imported = _load(unit.session, reading, keep_going=skip_bad_rows)
            if reading.faults and not skip_bad_rows:
                return reading.report()
            if large:
                _run_all(unit.session, [SEARCH_REBUILD, RECOUNT, *create_item_triggers()])
            unit.commit()
        self._store.checkpoint()
        return reading.report(imported)


class _Reading:
    """One pass over the file: yields the values of good rows, counts and notes the others."""

    def __init__(self, file: TextIO, progress: Progress | None) -> None:
        self._before, first = _first_line(file)
        pieces = iter(partial(file.readline, _PIECE), "")
        # The separator that occurs most in the header: comma, semicolon (Excel in Europe) or tab.
        mark = max(",;\t", key=first.count)
        self._reader = csv.reader(itertools.chain([first], pieces), delimiter=mark)
        self._table = ProductRows(next(self._reader, []))
        self._progress = progress
        self.rows = 0
        self.good = 0
        self.faults: list[RowFault] = []

    def values(self) -> Iterator[tuple[object, ...]]:
        """The values of ``STORED`` of every good row."""
        seen: dict[object, int] = {}
        line = self._line()
        try:
            for cells in self._reader:
                if cells:
                    self._count()
                    row = self._checked(cells, line, seen)
                    if row is not None:
                        self.good += 1
                        yield row
                line = self._line()
        except csv.Error as error:
            text = f"The file cannot be read from line {line}: {error}."
            raise InputError("csv_broken", text, row=line) from error

    def report(self, imported: int = 0) -> ImportReport:
        """What was read so far."""
        faults = tuple(self.faults)
        return ImportReport(self.rows, self.good, faults, imported, self._table.ignored)

    def _checked(
        self, cells: list[str], line: int, seen: dict[object, int]
    ) -> tuple[object, ...] | None:
        try:
            row = self._table.values(cells)
        except RowProblem as problem:
            self._fault(line, problem.field, problem.text)
            return None
        first = seen.setdefault(row[0], line)
        if first != line:
            self._fault(line, "barcode", f"{row[0]} stands in row {first} already")
            return None
        return row

    def _line(self) -> int:
        return self._before + self._reader.line_num + 1

    def _count(self) -> None:
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise InputError("too_many_rows", f"More than {MAX_ROWS} rows.", limit=MAX_ROWS)
        if self._progress is not None and self.rows % _BATCH == 0:
            self._progress(self.rows)

    def _fault(self, line: int, field: str, text: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(RowFault(line, field, text))


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            text = f"The file is larger than {MAX_BYTES // 2**20} MB."
            raise InputError("file_too_large", text, limit=MAX_BYTES)
        # Bytes that are no UTF-8 become lone surrogates: the row that holds them is named.
        file = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise InputError(
            "file_unreadable", f"The file cannot be read: {error.strerror or error}."
        ) from error
    with file:
        yield file


def _first_line(file: TextIO) -> tuple[int, str]:
    """(comment lines before it, the header line)."""
    before = 0
    line = file.readline(_PIECE)
    while line.startswith("#"):
        before += 1
        line = file.readline(_PIECE)
    if "\0" in line or "\udcff" in line:
        raise InputError("csv_encoding", "The file is not UTF-8 text; save it as CSV UTF-8.")
    return before, line


def _is_large(session: Session, path: Path) -> bool:
    """Whether building the search anew costs less than keeping it up row by row."""
    row = session.row("SELECT value FROM tallies WHERE name = 'items'")
    have = 0 if row is None else int(row[0])
    return path.stat().st_size // _SHORT_ROW * 2 >= have


def _load(session: Session, reading: _Reading, *, keep_going: bool) -> int:
    """Write the good rows in batches; how many. Without ``keep_going`` a fault ends the writing."""
    written = 0
    source = reading.values()
    while batch := list(itertools.islice(source, _BATCH)):
        if keep_going or not reading.faults:
            session.change_many(_UPSERT, batch)
            written += len(batch)
    return written


def _run_all(session: Session, statements: list[str]) -> None:
    for statement in statements:
        session.change(statement)
