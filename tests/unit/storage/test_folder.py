"""What a person meets in the data folder: who may read it, and sentences when it cannot be used."""

import sys
import threading
from pathlib import Path

import pytest

from pos_desktop.domain.errors import RaseedError, StoreError
from pos_desktop.storage.importer import check_file
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.verify import verify_database
from tests.unit.storage.samples import sell


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_owner_may_read_the_bills(path: Path) -> None:
    with SqliteStore(path).open() as store:
        sell(store, 1)
        for ending in ("", "-wal", "-shm"):
            assert path.with_name(path.name + ending).stat().st_mode & 0o077 == 0, ending


def test_sentences_are_for_a_person(tmp_path: Path) -> None:
    """No error number and no path of ours where somebody misspelt a name."""
    for attempt in (
        lambda: verify_database(tmp_path / "no.db"),
        lambda: verify_database(tmp_path),
        lambda: check_file(tmp_path / "no.csv"),
        lambda: check_file(tmp_path),
        lambda: SqliteStore(tmp_path / "no" / "counter.db").open(),
    ):
        with pytest.raises(RaseedError) as caught:
            attempt()
        assert "Errno" not in str(caught.value)
        assert str(tmp_path) not in str(caught.value)


def test_closing_waits_for_who_still_reads(path: Path) -> None:
    """A lane that reads while the window closes: cut off, its statement would read freed memory."""
    store = SqliteStore(path).open()
    reading, go_on, found = threading.Event(), threading.Event(), list[object]()

    def read() -> None:
        with store.read() as unit:
            reading.set()
            go_on.wait(5)
            found.append(unit.notes.get("draft"))
        try:
            store.read().__enter__()
        except StoreError as error:
            found.append(error.code)

    reader = threading.Thread(target=read)
    reader.start()
    assert reading.wait(5)
    threading.Timer(0.2, go_on.set).start()
    store.close()
    reader.join(5)
    assert found == [None, "closed"]
