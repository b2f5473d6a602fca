"""Sealed files in a folder: written whole, flushed, renamed, never overwritten with other bytes."""

import hashlib
import os
import secrets
from pathlib import Path


def digest(data: bytes) -> str:
    """The name under which bytes are kept and compared."""
    return hashlib.sha256(data).hexdigest()


class SealedFolder:
    """Files by (page id, content hash); 256 sub-folders."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, page_id: str, content_hash: str, data: bytes) -> None:
        """Durable when it returns; the same bytes again change nothing."""
        path = self._path(page_id, content_hash)
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _write(path, data)
        # Also for a file that is there: whoever made it may have died before this.
        _flush_folder(self._root)
        _flush_folder(path.parent)

    def get(self, page_id: str, content_hash: str) -> bytes:
        """The bytes; OSError where the folder lost them."""
        return self._path(page_id, content_hash).read_bytes()

    def drop(self, page_id: str, content_hash: str) -> None:
        """Remove a file that nothing refers to any more."""
        self._path(page_id, content_hash).unlink(missing_ok=True)

    def _path(self, page_id: str, content_hash: str) -> Path:
        return self._root / page_id[:2] / f"{page_id}.{content_hash[:24]}"


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}.part")
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
