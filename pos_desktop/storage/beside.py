"""Reading a database beside the counter that may be running on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_desktop.storage.engine import connect_reader
from pos_desktop.storage.schema import check_header, check_version
from pos_desktop.storage.session import Session


@contextmanager
def reading_beside(path: Path) -> Iterator[Session]:
    """A read-only session on the file at ``path``; changes nothing and holds up nobody.

    Raises StoreError where the file is not a database of ours.
    """
    check_header(path)
    # With a log beside it somebody may be writing, or died writing: SQLite must read both.
    alone = not path.with_name(path.name + "-wal").exists()
    raw = connect_reader(path, alone=alone)
    try:
        session = Session(raw, writes=False)
        check_version(session)
        yield session
    finally:
        raw.close()
