"""Backs up a relay while it serves: the database first, then the folder of sealed files.

In this order no row of the copy names a file that the copy lacks: the relay makes a file durable
before the row that names it. A picture that was closed in between has lost its file; the copy then
learns that it is closed. The relay's key is not copied: with it, a stolen backup would open.

Exit codes: 0 done, 1 done but the copy has faults (each on a line), 2 not done.
"""

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pysqlite3 import dbapi2

# Down to the microsecond: one by hand may come in the same second as that of the timer.
_STAMP = re.compile(r"\d{8}T\d{12}Z")
_HASH_IN_NAME = 24  # store/files.py: "<page id>.<first characters of the content's SHA-256>"
# What the relay itself knows to be lost (it logs and counts that) is no fault of a backup.
_NAMED = """
    SELECT page_id, content_hash FROM revisions WHERE lost_at IS NULL
    UNION SELECT page_id, pdf_hash FROM revisions WHERE lost_at IS NULL AND pdf_hash IS NOT NULL
    UNION SELECT page_id, content_hash FROM pictures WHERE lost_at IS NULL AND closed_at IS NULL
"""
_CLOSED = "SELECT closed_at FROM pictures WHERE page_id = ? AND closed_at IS NOT NULL"


class Refusal(Exception):
    """Why there is no backup; the text is for the operator."""


def back_up(data: Path, target: Path, stamp: str) -> tuple[Path, list[str]]:
    """A new folder ``target/stamp`` and what is wrong with it. Raises OSError.

    Only while ``alone``: what another has begun is taken for left behind.
    """
    database = data / "relay.db"
    for left_over in target.glob("*.part"):
        shutil.rmtree(left_over)
    earlier = finished(target)
    draft = target / f"{stamp}.part"
    draft.mkdir(mode=0o700)
    with closing(_opened(database)) as live:
        live.execute("VACUUM INTO ?", (str(draft / "relay.db"),))
        _copy_folder(data / "sealed", draft / "sealed", earlier[-1] if earlier else None)
        _learn_of_closed(draft, live)
    _flush(draft / "relay.db")
    found = faults(draft)
    _flush(draft)
    final = target / stamp
    draft.rename(final)
    _flush(target)
    return final, found


@contextmanager
def alone(data: Path, target: Path) -> Iterator[None]:
    """Hold the folder of backups, at the longest until the process ends. Refusal while another
    backup does, or if there is nothing that this user can back up."""
    database = data / "relay.db"
    if not database.is_file():
        raise Refusal(f"there is no {database}")
    if os.name == "posix" and database.stat().st_uid != os.geteuid():
        raise Refusal("run this as the user of the relay, or its database becomes another's")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Refusal(f"another backup to {target} is running") from error
    else:
        yield
    finally:
        os.close(descriptor)


def finished(target: Path) -> list[Path]:
    """Whole backups, oldest first."""
    return sorted(path for path in target.iterdir() if _STAMP.fullmatch(path.name))


def faults(backup: Path) -> list[str]:
    """What is wrong with a backup: a damaged database, rows whose files are lost or damaged."""
    with closing(_opened(backup / "relay.db")) as database:
        said = [str(row[0]) for row in database.execute("PRAGMA integrity_check")]
    found = [f"relay.db: {line}" for line in said if line != "ok"]
    for path in _named(backup):
        place = path.relative_to(backup).as_posix()
        if not path.is_file():
            found.append(f"{place}: lost")
        elif not hashlib.sha256(path.read_bytes()).hexdigest().startswith(path.suffix[1:]):
            found.append(f"{place}: damaged")
    return found


def forget(target: Path, keep: int) -> list[Path]:
    """Remove all whole backups but the newest ``keep``."""
    old = finished(target)[:-keep]
    for path in old:
        shutil.rmtree(path)
    return old


def _opened(database: Path) -> dbapi2.Connection:
    connection = dbapi2.connect(f"{database.as_uri()}?mode=rw", uri=True, isolation_level=None)
    connection.execute("PRAGMA busy_timeout = 10000").fetchall()
    return connection


def _named(backup: Path) -> Iterator[Path]:
    with closing(_opened(backup / "relay.db")) as database:
        for page_id, content_hash in database.execute(_NAMED):
            name = f"{page_id}.{content_hash[:_HASH_IN_NAME]}"
            yield backup / "sealed" / page_id[:2] / name


def _copy_folder(source: Path, copy: Path, earlier: Path | None) -> None:
    """Copy every sealed file. One that the last backup has is linked: their bytes never change."""
    copy.mkdir(mode=0o700)
    for folder in sorted(path for path in source.iterdir() if path.is_dir()):
        here = copy / folder.name
        here.mkdir(mode=0o700)
        for file in sorted(folder.iterdir()):
            if file.suffix != ".part":
                known = earlier / "sealed" / folder.name / file.name if earlier else None
                _copy_file(file, here / file.name, known)
        _flush(here)
    _flush(copy)


def _copy_file(file: Path, copy: Path, known: Path | None) -> None:
    try:
        if known and known.is_file() and known.stat().st_size == file.stat().st_size:
            copy.hardlink_to(known)
            return
        shutil.copyfile(file, copy)
    except FileNotFoundError:
        return  # a picture that was closed just now, or an orphan that was swept
    copy.chmod(0o600)
    _flush(copy)


def _learn_of_closed(backup: Path, live: dbapi2.Connection) -> None:
    """Close those pictures in the copy that were closed, and lost their file, after its moment."""
    lost = [path.name.partition(".")[0] for path in _named(backup) if not path.is_file()]
    with closing(_opened(backup / "relay.db")) as copy:
        for page_id in lost:
            row = live.execute(_CLOSED, (page_id,)).fetchone()
            if row is not None:
                closed = "UPDATE pictures SET closed_at = ? WHERE page_id = ?"
                copy.execute(closed, (row[0], page_id))


def _flush(path: Path) -> None:
    """Make a file's bytes, or a folder's names, last; Windows has no flush of folders."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    fresh = sum(path.stat().st_size for path in files if path.stat().st_nlink == 1)
    return f"{len(files)} files, {fresh / 1e6:.1f} MB of them new"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Back up a relay while it serves.")
    parser.add_argument("--data", type=Path, default=Path("/var/lib/raseed-relay"))
    parser.add_argument("--to", type=Path, default=Path("/var/backups/raseed-relay"))
    parser.add_argument("--keep", type=int, default=14, help="so many backups, at least 1")
    parser.add_argument(
        "--check", type=Path, metavar="BACKUP", help="only look whether it is whole"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Back up, or check a backup; the exit code."""
    options = _options(arguments)
    try:
        if options.check:
            return _told(options.check, faults(options.check.absolute()))
        with alone(options.data.absolute(), options.to):
            return _new(options)
    except (Refusal, OSError, dbapi2.Error) as error:
        print(f"raseed-relay-backup: {error}", file=sys.stderr)
        return 2


def _new(options: argparse.Namespace) -> int:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    code = _told(*back_up(options.data.absolute(), options.to.absolute(), stamp))
    if code == 0:
        for old in forget(options.to, max(options.keep, 1)):
            print(f"{old}: removed")
        if (options.data / "relay.key").exists():
            print("relay.key is not in the backup: keep a copy of it elsewhere")
    return code


def _told(folder: Path, found: Sequence[str]) -> int:
    for fault in found:
        print(f"raseed-relay-backup: {fault}", file=sys.stderr)
    if found:
        return 1
    print(f"{folder}: whole, {_size(folder)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
