"""The numbering fence: every case of reference reliability (d) that this machine can meet."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from pos_desktop.domain.errors import DomainError, StoreError
from pos_desktop.storage import marker as marker_module
from pos_desktop.storage.marker import Mark, NumberMarker, fence
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import FY, SERIES, sell

KEY = (SERIES, FY)


class Crash(BaseException):
    """The process ends here."""


def _marker(path: Path) -> Path:
    return path.with_name(path.name + ".numbers")


def _copy(path: Path) -> Path:
    backup = path.with_name("backup.db")
    shutil.copyfile(path, backup)
    return backup


def _refused(store: SqliteStore, series: str = SERIES) -> DomainError:
    with store.write() as unit, pytest.raises(DomainError) as caught:
        unit.numbers.take(series, FY)
    return caught.value


def test_a_rolled_back_database_locks_its_series_for_good(path: Path) -> None:
    with SqliteStore(path).open() as store:
        sell(store, 1)
    backup = _copy(path)
    with SqliteStore(path).open() as store:
        assert sell(store, 2) == "C2A/2627/000002"
    shutil.copyfile(backup, path)
    with SqliteStore(path).open() as store:
        assert store.locked_series == {SERIES: "rolled_back"}
        error = _refused(store)
        assert error.code == "series_locked"
        assert error.params == {"series": SERIES, "reason": "rolled_back"}
        with pytest.raises(DomainError):
            sell(store, 2)
        assert sell(store, 3, series="E7KQ") == "E7KQ/2627/000001"
        assert sell(store, 4, series="D3B") == "D3B/2627/000001"
    with SqliteStore(path).open() as store:
        assert store.locked_series == {SERIES: "rolled_back"}
        assert sell(store, 5, series="D3B") == "D3B/2627/000002"


def test_one_number_back_is_enough(path: Path) -> None:
    with SqliteStore(path).open() as store:
        for n in range(1, 5):
            sell(store, n)
    backup = _copy(path)
    with SqliteStore(path).open() as store:
        sell(store, 5)
    shutil.copyfile(backup, path)
    with SqliteStore(path).open() as store:
        assert _refused(store).code == "series_locked"


def test_a_deleted_database_is_no_first_run(path: Path) -> None:
    with SqliteStore(path).open() as store:
        sell(store, 1)
    path.unlink()
    with SqliteStore(path).open() as store:
        assert store.locked_series == {SERIES: "rolled_back"}


def test_a_database_without_its_marker_is_locked(path: Path) -> None:
    with SqliteStore(path).open() as store:
        sell(store, 1)
    _marker(path).unlink()
    for _ in range(2):
        with SqliteStore(path).open() as store:
            assert list(store.locked_series) == [SERIES]
            assert _refused(store).code == "series_locked"


def test_an_old_marker_is_locked(path: Path) -> None:
    with SqliteStore(path).open() as store:
        sell(store, 1)
    old = _marker(path).read_bytes()
    with SqliteStore(path).open() as store:
        sell(store, 2)
    _marker(path).write_bytes(old)
    with SqliteStore(path).open() as store:
        assert store.locked_series == {SERIES: "marker_behind"}


def test_a_marker_in_another_folder_notices_a_whole_folder_put_back(tmp_path: Path) -> None:
    folder, away = tmp_path / "shop", tmp_path / "away.numbers"
    folder.mkdir()
    with SqliteStore(folder / "counter.db", marker=away).open() as store:
        sell(store, 1)
    shutil.copytree(folder, tmp_path / "image")
    with SqliteStore(folder / "counter.db", marker=away).open() as store:
        sell(store, 2)
    shutil.rmtree(folder)
    (tmp_path / "image").rename(folder)
    with SqliteStore(folder / "counter.db", marker=away).open() as store:
        assert _refused(store).code == "series_locked"


def test_a_crash_between_prepare_and_commit_gives_the_number_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(path).open()
    sell(store, 1)
    original = NumberMarker.prepare

    def crash(self: NumberMarker, taken: dict[tuple[str, str], int]) -> None:
        original(self, taken)
        raise Crash

    monkeypatch.setattr(NumberMarker, "prepare", crash)
    with pytest.raises(Crash):
        sell(store, 2)
    monkeypatch.undo()
    _die(store)
    with SqliteStore(path).open() as again:
        assert again.locked_series == {}
        assert sell(again, 3) == "C2A/2627/000002"


def test_a_crash_between_commit_and_done_is_completed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(path).open()
    sell(store, 1)

    def crash(self: NumberMarker, taken: dict[tuple[str, str], int]) -> None:
        raise Crash

    monkeypatch.setattr(NumberMarker, "done_if_possible", crash)
    with pytest.raises(Crash):
        sell(store, 2)
    monkeypatch.undo()
    _die(store)
    backup = _copy(path)
    with SqliteStore(path).open() as again:
        assert again.locked_series == {}
        assert again._marker.marks == {KEY: Mark(2, 2)}
        assert sell(again, 3) == "C2A/2627/000003"
    shutil.copyfile(backup, path)
    with SqliteStore(path).open() as again:
        assert again.locked_series == {SERIES: "rolled_back"}


def test_a_prepare_that_the_disk_refuses_refuses_the_sale(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqliteStore(path).open() as store:
        monkeypatch.setattr(marker_module, "_flush", _no_disk)
        with pytest.raises(StoreError) as caught:
            sell(store, 1)
        assert caught.value.code == "marker"
        monkeypatch.undo()
        with store.read() as reading:
            assert reading.sales.last_issued() is None
        assert sell(store, 2) == "C2A/2627/000001"


def test_a_done_that_the_disk_refuses_is_written_before_the_next_sale(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync
    calls = 0

    def second_fails(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            _no_disk(handle)
        real(handle)

    with SqliteStore(path).open() as store:
        monkeypatch.setattr(marker_module, "_flush", second_fails)
        assert sell(store, 1) == "C2A/2627/000001"
        with pytest.raises(StoreError):
            sell(store, 2)
        monkeypatch.undo()
        assert sell(store, 3) == "C2A/2627/000002"
        assert store._marker.marks == {KEY: Mark(2, 2)}


def _no_disk(handle: int) -> None:
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("torn", [1, 8, 40, 63])
def test_a_torn_last_record_is_as_if_it_was_never_written(path: Path, torn: int) -> None:
    with SqliteStore(path).open() as store:
        sell(store, 1)
        at = store._marker._at
    body = bytearray(_marker(path).read_bytes())
    record = marker_module._record(f"prepare {SERIES}/{FY} 2")
    body[at : at + torn] = record[:torn]
    _marker(path).write_bytes(body)
    with SqliteStore(path).open() as store:
        assert store.locked_series == {}
        assert sell(store, 2) == "C2A/2627/000002"
    with SqliteStore(path).open() as store:
        assert store.locked_series == {}


@pytest.mark.parametrize("at", [0, 70, 130])
def test_a_damaged_marker_locks_what_it_knew_for_good(path: Path, at: int) -> None:
    with SqliteStore(path).open() as store:
        for n in range(1, 4):
            sell(store, n)
    body = bytearray(_marker(path).read_bytes())
    body[at] ^= 1
    _marker(path).write_bytes(body)
    for _ in range(2):
        with SqliteStore(path).open() as store:
            assert list(store.locked_series) == [SERIES]
            assert _refused(store).code == "series_locked"


def test_an_empty_marker_is_damaged(path: Path) -> None:
    with SqliteStore(path).open() as store:
        sell(store, 1)
    _marker(path).write_bytes(b"")
    with SqliteStore(path).open() as store:
        assert _refused(store).code == "series_locked"


def test_the_file_begins_anew_when_it_is_full_and_forgets_nothing(path: Path) -> None:
    marker = NumberMarker(path)
    marker.open()
    for n in range(1, 1200):
        marker.prepare({KEY: n})
        marker.done({KEY: n})
        if n % 400 == 0:
            marker.prepare({("D3B", FY): n})
    marker.lock(["E7KQ"])
    marker.close()
    marker.close()
    assert path.stat().st_size == 1024 * 64
    again = NumberMarker(path)
    again.open()
    again.close()
    assert again.marks == {KEY: Mark(1199, 1199), ("D3B", FY): Mark(800, 0)}
    assert (again.locked, again.damaged) == ({"E7KQ"}, False)


def test_a_marker_that_cannot_be_opened_is_told(path: Path) -> None:
    _marker(path).mkdir()
    with pytest.raises(StoreError) as caught:
        SqliteStore(path).open()
    assert caught.value.code == "marker"


@pytest.mark.parametrize(
    ("mark", "number", "reason"),
    [
        (Mark(0, 0), 0, None),
        (Mark(5, 5), 5, None),
        (Mark(5, 4), 5, None),
        (Mark(5, 4), 4, None),
        (Mark(5, 5), 4, "rolled_back"),
        (Mark(6, 5), 4, "rolled_back"),
        (Mark(5, 5), 0, "rolled_back"),
        (Mark(5, 5), 6, "marker_behind"),
        (Mark(0, 0), 1, "marker_behind"),
        (Mark(7, 4), 4, None),
    ],
)
def test_what_the_fence_says(mark: Mark, number: int, reason: str | None) -> None:
    database = {KEY: number} if number else {}
    assert fence({KEY: mark}, database).get(SERIES) == reason


def _die(store: SqliteStore) -> None:
    """What a kill leaves: nothing is folded, nothing is cleaned up, the lock goes."""
    assert store._writer is not None
    store._end(clean=False)
