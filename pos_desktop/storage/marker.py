"""The numbering fence: a small file outside the database that knows which numbers were given out.

Two steps (reference reliability (d)): ``prepare n`` is on the disk before the transaction commits,
``done n`` after it, and only then is the sale acknowledged. So at the next start a database that
stands behind ``done n`` was rolled back for certain, while one that stands behind ``prepare n``
only crashed before its commit, when nobody had been told n.

The file is a log of 64-byte records in space set aside beforehand: a step overwrites zeros inside
the file, so that its flush moves one sector and no metadata.
"""

import os
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pos_desktop.domain.errors import DomainError, StoreError
from pos_desktop.storage.schema import flush_folder

Key = tuple[str, str]
"""(series, financial year)"""

_RECORD = 64
_ROOM = 1024 * _RECORD
_HEAD = "raseed-numbers 1 -"
_SERIES = re.compile(r"[A-Z0-9]{1,8}")
_FY = re.compile(r"[0-9]{4}")
_flush = getattr(os, "fdatasync", os.fsync)


@dataclass(frozen=True, slots=True)
class Mark:
    """The highest number of a series and year in either step (0: none)."""

    prepared: int = 0
    done: int = 0


def check_key(series: str, fy: str) -> None:
    """Refuse what no document number may carry (architecture 10); raises DomainError."""
    if not _SERIES.fullmatch(series) or not _FY.fullmatch(fy):
        raise DomainError("series_invalid", f"{series}/{fy} is no series of this shop")


def family(series: str) -> tuple[str, str]:
    """A series and that of its credit notes, from either (``C2A`` and ``C2AC``): one that must not
    go on takes the other along."""
    length = 4 if series.startswith("E") else 3
    notes = len(series) == length + 1 and series.endswith("C")
    first = series[:-1] if notes else series
    return first, f"{first}C"


class NumberMarker:
    """The file. Only the db lane uses it. Every method raises StoreError where the disk fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1
        self._at = 0
        self._unwritten: dict[Key, int] = {}
        self.marks: dict[Key, Mark] = {}
        self.locked: set[str] = set()
        self.damaged = False

    def open(self) -> None:
        """Read what stands, or make a new file."""
        try:
            if self._path.exists():
                self._read(self._path.read_bytes())
            if self.damaged or self._at == 0:
                # Locked in the same write that replaces the damaged file: a crash forgets nothing.
                if self.damaged:
                    self.locked |= {series for series, _ in self.marks}
                self._rewrite()
            else:
                self._handle = _open(self._path)
        except OSError as error:
            raise StoreError(
                "marker", f"The number marker cannot be used: {error.strerror or error}."
            ) from error

    def look(self) -> None:
        """Read what stands and change nothing, beside a counter that may be running."""
        try:
            if self._path.exists():
                self._read(self._path.read_bytes())
        except OSError as error:
            raise StoreError(
                "marker", f"The number marker cannot be read: {error.strerror or error}."
            ) from error

    def close(self) -> None:
        """Harmless twice."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def prepare(self, taken: Mapping[Key, int]) -> None:
        """These numbers are about to be committed; on the disk when it returns."""
        # A ``done`` that the disk refused comes first: without it, a roll-back of that number
        # could not be told from a crash.
        self.retry()
        self._append("prepare", taken)
        for key, number in taken.items():
            old = self.marks.get(key, Mark())
            self.marks[key] = Mark(max(old.prepared, number), old.done)

    def done(self, taken: Mapping[Key, int]) -> None:
        """The commit of these numbers has returned."""
        self._unwritten.update(taken)
        self.retry()

    def done_if_possible(self, taken: Mapping[Key, int]) -> None:
        """Like ``done``, after a commit: the sale is saved whatever this file does, so a refusal
        waits for the next ``prepare``, which repeats it or refuses the next sale."""
        try:
            self.done(taken)
        except StoreError:
            # Kept in ``_unwritten``; ``prepare`` raises it again before anything is committed.
            return

    def retry(self) -> None:
        """Write the ``done`` records that the disk refused earlier."""
        if not self._unwritten:
            return
        self._append("done", self._unwritten)
        for key, number in self._unwritten.items():
            self.marks[key] = Mark(max(number, self.marks[key].prepared), number)
        self._unwritten = {}

    def lock(self, series: Iterable[str]) -> None:
        """Never give out numbers of these series again, whatever the database says later."""
        new = set(series) - self.locked
        if new:
            self._append("locked", {(name, "0000"): 0 for name in sorted(new)})
            self.locked |= new

    def _append(self, step: str, numbers: Mapping[Key, int]) -> None:
        records = b"".join(_record(f"{step} {s}/{f} {n}") for (s, f), n in numbers.items())
        try:
            if self._at + len(records) > _ROOM:
                self._rewrite()
            _write_at(self._handle, self._at, records)
        except OSError as error:
            raise StoreError(
                "marker", f"The number marker cannot be written: {error.strerror or error}."
            ) from error
        self._at += len(records)

    def _read(self, content: bytes) -> None:
        # Most of the file is room for what will come.
        used = -(-len(content.rstrip(b"\0")) // _RECORD)
        texts = [_text(content[i * _RECORD : (i + 1) * _RECORD]) for i in range(used)]
        # The last record may be torn by a power cut: then its step had not returned.
        good = used - 1 if used > 1 and texts[used - 1] is None else used
        self.damaged = used == 0 or texts[0] != _HEAD or None in texts[:good]
        for text in texts[1:good]:
            if text is not None:
                self._apply(text)
        self._at = good * _RECORD

    def _apply(self, text: str) -> None:
        step, name, number = text.split(" ")
        series, fy = name.split("/")
        if step == "locked":
            self.locked.add(series)
            return
        old = self.marks.get((series, fy), Mark())
        value = int(number)
        if step == "done":
            self.marks[series, fy] = Mark(max(old.prepared, value), max(old.done, value))
        else:
            self.marks[series, fy] = Mark(max(old.prepared, value), old.done)

    def _rewrite(self) -> None:
        """A new file with only the newest record of each kind, in place of the old one."""
        records = [_record(_HEAD)]
        for (series, fy), mark in self.marks.items():
            if mark.prepared > mark.done:
                records.append(_record(f"prepare {series}/{fy} {mark.prepared}"))
            records.append(_record(f"done {series}/{fy} {mark.done}"))
        records += [_record(f"locked {series}/0000 0") for series in sorted(self.locked)]
        body = b"".join(records)
        draft = self._path.with_name(self._path.name + ".new")
        draft.write_bytes(body.ljust(_ROOM, b"\0"))
        handle = _open(draft)
        os.fsync(handle)
        # Windows moves no file that is open.
        os.close(handle)
        self.close()
        draft.replace(self._path)
        flush_folder(self._path.parent)
        self._handle = _open(self._path)
        self._at = len(body)


def fence(marks: Mapping[Key, Mark], database: Mapping[Key, int]) -> dict[str, str]:
    """Series that must not go on, with the reason.

    ``rolled_back``: a number that was acknowledged is missing in the database (restored, copied or
    re-imaged). ``marker_behind``: the marker does not know numbers of the database (it was
    restored, or the file came here without it), so it cannot vouch for the newest.
    """
    locked: dict[str, str] = {}
    for key in marks.keys() | database.keys():
        mark = marks.get(key, Mark())
        number = database.get(key, 0)
        if number < mark.done:
            locked[key[0]] = "rolled_back"
        elif number > mark.prepared:
            locked[key[0]] = "marker_behind"
    return locked


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))


def _write_at(handle: int, at: int, records: bytes) -> None:
    os.lseek(handle, at, os.SEEK_SET)
    written = os.write(handle, records)
    if written != len(records):
        raise OSError(f"only {written} of {len(records)} bytes were written")
    _flush(handle)


def _record(text: str) -> bytes:
    body = text.encode("ascii")
    return f"{text} {zlib.crc32(body):08x}".encode("ascii").ljust(_RECORD - 1) + b"\n"


def _text(chunk: bytes) -> str | None:
    """The text of a whole record, None for anything else (zeros, torn, damaged)."""
    try:
        text, check = chunk.decode("ascii").rstrip().rsplit(" ", 1)
        whole = len(chunk) == _RECORD and int(check, 16) == zlib.crc32(text.encode("ascii"))
    except ValueError:
        return None
    return text if whole else None
