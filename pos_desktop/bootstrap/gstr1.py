"""``raseed gstr1``: one month's sheets for the GST portal's offline tool, and a summary."""

import csv
import io
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pos_desktop.bootstrap.gstr1_words import Told, summary
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.errors import InputError, RaseedError
from pos_desktop.domain.gstr1 import Gstr1
from pos_desktop.domain.gstr1_sheets import Row, sheets
from pos_desktop.domain.month import Month
from pos_desktop.domain.options import Shop
from pos_desktop.ports import Clock
from pos_desktop.settings.paths import folders
from pos_desktop.settings.store import OptionsFile
from pos_desktop.storage.issued import issued_in

_SENTENCES = {
    "month_invalid": "a month is written like 2026-11",
    "month_before_gst": "GST began in July 2017",
    "month_future": "that month has not begun yet",
    "gstin_differs": "the folders belong to shops with different GSTINs; a return is for one",
}


def export_gstr1(written: str, target: Path, counters: Sequence[Path | None], clock: Clock) -> int:
    """Write the sheets of the month ``2026-11`` of these counters' folders (None: the usual one)
    into the new or empty folder ``target``.

    0 done, 1 written but the sheets and the bills do not agree, 2 cannot.
    """
    try:
        month = Month.parse(written)
        if month.begins > clock.now():
            raise InputError("month_future")
        files, report = _made(month, counters, clock.now())
        _write(target, files)
    except RaseedError as error:
        sys.stderr.write(f"gstr1: {_SENTENCES.get(error.code, str(error))}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"gstr1: {error.filename or target} cannot be written: {error.strerror}\n")
        return 2
    sys.stdout.write(f"{report.documents} documents of {month}; read {target / 'summary.txt'}\n")
    if not report.sound:
        sys.stderr.write("gstr1: something does not agree; the summary says what. Do not file.\n")
    return 0 if report.sound else 1


def _made(month: Month, counters: Sequence[Path | None], now: int) -> tuple[dict[str, str], Gstr1]:
    shop, places = _shop(counters)
    report = Gstr1(shop.hsn_digits)
    for place in places:
        for issued in issued_in(place, month):
            report.add(issued)
    told = Told(shop.name, shop.gstin, [str(place) for place in places], now)
    files = {f"{name}.csv": _csv(rows) for name, rows in sheets(report, month).items()}
    return files | {"summary.txt": summary(report, month, told)}, report


def _shop(counters: Sequence[Path | None]) -> tuple[Shop, list[Path]]:
    """The shop that all these counters belong to, and their databases, each once."""
    found = [folders(each) for each in counters]
    shops = [OptionsFile(each.options).load().options.shop for each in found]
    if len({shop.gstin for shop in shops}) > 1:
        raise InputError("gstin_differs")
    return shops[0], list(dict.fromkeys(each.data / DATABASE for each in found))


def _csv(rows: Sequence[Row]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _write(target: Path, files: Mapping[str, str]) -> None:
    """All files or none: they are written beside and moved when they are complete."""
    target = target.absolute()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError("export_folder", f"The folder {target} is not empty.")
    draft = target.with_name(f"{target.name}.new")
    draft.mkdir(mode=0o700)
    try:
        for name, text in files.items():
            file = draft / name
            file.touch(mode=0o600)
            file.write_bytes(text.encode())
        if target.exists():
            target.rmdir()
        draft.replace(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        raise
