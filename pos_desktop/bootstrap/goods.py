"""``raseed import``: a product file into the counter's catalogue."""

import sys
from pathlib import Path

from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.errors import RaseedError
from pos_desktop.settings.paths import folders
from pos_desktop.storage.importer import ImportReport, ProductImport
from pos_desktop.storage.store import SqliteStore

_SHOWN = 50


def import_items(file: Path, data: Path | None, *, skip_bad_rows: bool) -> int:
    """Import and report on stdout/stderr; 0 done, 1 bad rows and nothing imported, 2 unreadable."""
    try:
        places = folders(data)
        places.make()
        store = SqliteStore(places.data / DATABASE).open()
        try:
            report = ProductImport(store).import_file(file, skip_bad_rows=skip_bad_rows)
        finally:
            store.close()
    except RaseedError as error:
        sys.stderr.write(f"import: {error}\n")
        return 2
    return _tell(report, places.data / DATABASE, skip_bad_rows=skip_bad_rows)


def _tell(report: ImportReport, database: Path, *, skip_bad_rows: bool) -> int:
    for fault in report.faults[:_SHOWN]:
        sys.stderr.write(f"row {fault.row}: {fault.field}: {fault.text}\n")
    if report.bad > _SHOWN:
        sys.stderr.write(f"... and {report.bad - _SHOWN} more\n")
    if report.bad and not skip_bad_rows:
        sys.stderr.write(
            f"nothing imported: {report.bad} of {report.rows} rows are bad; mend them, or import "
            f"the other {report.good} with --skip-bad-rows\n"
        )
        return 1
    sys.stdout.write(f"{report.imported} items imported into {database}\n")
    return 0
