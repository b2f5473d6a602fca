"""Sealed files in a folder: written whole, flushed, renamed, never overwritten with other bytes."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from pos_relay.errors import Lost

SHELVES = tuple(f"{number:02x}" for number in range(256))
ASIDE_MS = 30 * 24 * 3600 * 1000  # how long a file that nothing names can still be fetched back
_PIECE = 1 << 16
_NAME = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{24}")
_DRAFT = ".part"
_ASIDE = "aside"


def digest(data: bytes) -> str:
    """The name under which bytes are kept and compared."""
    return hashlib.sha256(data).hexdigest()


def blob_name(page_id: str, content_hash: str) -> str:
    """What stands on the shelf ``page_id[:2]``."""
    return f"{page_id}.{content_hash[:24]}"


class SealedFolder:
    """Files by (page id, content hash); 256 sub-folders."""

    def __init__(self, root: Path) -> None:
        self._root, self._text = root, str(root)
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, page_id: str, content_hash: str, data: bytes) -> None:
        """Durable when it returns; the same bytes again change nothing, and mend a damaged file."""
        path = self._path(page_id, content_hash)
        if not _holds(path, data):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _write(path, data)
        # Also for a file that is there: whoever made it may have died before this.
        _flush_folder(self._root)
        _flush_folder(path.parent)

    def get(self, page_id: str, content_hash: str) -> bytes:
        """The bytes. Lost where the folder lost them."""
        try:
            return _read(f"{self._text}/{page_id[:2]}/{blob_name(page_id, content_hash)}")
        except FileNotFoundError as error:
            raise Lost("missing", page_id) from error
        except OSError as error:
            raise Lost("unreadable", page_id) from error

    def drop(self, page_id: str, content_hash: str) -> None:
        """Remove a file that nothing refers to any more."""
        self._path(page_id, content_hash).unlink(missing_ok=True)

    def held(self, shelf: str) -> set[str]:
        """Names of the whole files of a sub-folder."""
        return {entry.name for entry in _entries(self._root / shelf) if _NAME.fullmatch(entry.name)}

    def set_aside(self, name: str, before: int) -> bool:
        """Move a file older than ``before`` (UTC ms) to ``aside``, from where it goes in 30 days.

        Moved, not removed: a database from an older copy names fewer files than there are.
        """
        path = self._root / name[:2] / name
        if path.stat().st_mtime_ns // 1_000_000 >= before:
            return False
        aside = self._root / _ASIDE
        aside.mkdir(mode=0o700, exist_ok=True)
        os.utime(path)
        path.replace(aside / name)
        return True

    def tidy(self, now: int) -> int:
        """Remove drafts and what was set aside 30 days ago. Only while nobody writes."""
        old = [
            Path(entry.path)
            for entry in _entries(self._root / _ASIDE)
            if entry.stat().st_mtime_ns // 1_000_000 < now - ASIDE_MS
        ]
        shelves = (_entries(self._root / shelf) for shelf in SHELVES)
        drafts = [
            Path(entry.path) for shelf in shelves for entry in shelf if entry.name.endswith(_DRAFT)
        ]
        for path in old + drafts:
            path.unlink()
        return len(old + drafts)

    def _path(self, page_id: str, content_hash: str) -> Path:
        return self._root / page_id[:2] / blob_name(page_id, content_hash)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except FileNotFoundError:
        return


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


def _read(path: str) -> bytes:
    """As ``Path.read_bytes`` with half of its calls to the system: every view comes this way."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        pieces = []
        while piece := os.read(descriptor, _PIECE):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}{_DRAFT}")
    try:
        with draft.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except BaseException:
        # A full disk must not be filled further by what it could not take.
        draft.unlink(missing_ok=True)
        raise


def _flush_folder(folder: Path) -> None:
    """Make a rename durable; Windows has no flush of folders."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
