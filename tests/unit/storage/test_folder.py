"""What a person meets in the data folder: who may read it, and sentences when it cannot be used."""

import sys
from pathlib import Path

import pytest

from pos_desktop.domain.errors import RaseedError
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
