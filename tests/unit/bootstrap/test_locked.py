"""A database that is older than its last bill is told of at the start, not by a paid customer."""

import shutil
from pathlib import Path

from pos_desktop.bootstrap.window import tell_locked
from pos_desktop.gui.events import Events
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import SERIES, sell


def test_a_restored_database_is_told_of_and_a_good_one_is_not(tmp_path: Path) -> None:
    path, heard = tmp_path / "counter.db", list[str]()
    events = Events()
    events.locked.connect(lambda: heard.append("locked"))
    with SqliteStore(path).open() as store:
        sell(store, 1)
        tell_locked(store, SERIES, events)
    assert heard == []
    backup = shutil.copyfile(path, tmp_path / "backup.db")
    with SqliteStore(path).open() as store:
        sell(store, 2)
    shutil.copyfile(backup, path)
    with SqliteStore(path).open() as store:
        tell_locked(store, "E7KQ", events)
        assert heard == []
        tell_locked(store, SERIES, events)
    assert heard == ["locked"]
