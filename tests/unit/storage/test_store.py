"""Opening, closing and the unit of work."""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as dbapi

from pos_desktop.domain.errors import StoreError
from pos_desktop.ports import Store, UnitOfWork
from pos_desktop.storage.engine import check_sqlite, connect_reader, connect_writer
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import FY, NOW, SERIES, sale, sell

ROOT = Path(__file__).parents[3]


def test_it_is_the_port(store: SqliteStore) -> None:
    as_port: Store = store
    unit: UnitOfWork = as_port.read()
    with unit:
        assert unit.notes.get("draft") is None


def test_settings_are_set_on_every_connection(path: Path, store: SqliteStore) -> None:
    for raw in (connect_writer(path), connect_reader(path)):
        found = {
            name: raw.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "wal_autocheckpoint", "foreign_keys", "mmap_size")
        }
        busy = raw.execute("PRAGMA busy_timeout").fetchone()[0]
        mode = raw.execute("PRAGMA journal_mode").fetchone()[0]
        raw.close()
        assert found == {
            "synchronous": 2,
            "wal_autocheckpoint": 0,
            "foreign_keys": 1,
            "mmap_size": 0,
        }
        assert (busy, mode) == (5000, "wal")


def test_an_old_sqlite_is_refused() -> None:
    with pytest.raises(StoreError) as caught:
        check_sqlite((3, 51, 2))
    assert caught.value.code == "old_sqlite"
    check_sqlite((3, 51, 3))


def test_what_is_committed_stays_and_what_is_not_goes(path: Path) -> None:
    with SqliteStore(path).open() as store:
        with store.write() as unit:
            unit.notes.put("draft", "kept")
            unit.commit()
        with store.write() as unit:
            unit.notes.put("draft", "forgotten")
        with pytest.raises(ZeroDivisionError), store.write() as unit:
            unit.notes.put("draft", str(1 // 0))
        with store.read() as reading:
            assert reading.notes.get("draft") == "kept"
    with SqliteStore(path).open() as store, store.read() as reading:
        assert reading.notes.get("draft") == "kept"


def test_a_roll_back_gives_the_number_back(store: SqliteStore) -> None:
    with store.write() as unit:
        assert unit.numbers.take(SERIES, FY) == 1
    with store.write() as unit:
        assert unit.numbers.take(SERIES, FY) == 1
        assert unit.numbers.take(SERIES, FY) == 2
        assert unit.numbers.take(SERIES, "2728") == 1
        unit.commit()
    with store.write() as unit:
        assert unit.numbers.take(SERIES, FY) == 3


def test_reading_units_cannot_write(store: SqliteStore) -> None:
    with store.read() as unit:
        with pytest.raises(RuntimeError, match="only reads"):
            unit.notes.put("draft", "x")
        with pytest.raises(RuntimeError, match="only reads"):
            unit.sales.next_token(20261123)
        with pytest.raises(RuntimeError, match="only reads"):
            unit.sales.add(sale())
        with pytest.raises(RuntimeError, match="only reads"):
            unit.commit()


def test_nothing_is_written_after_the_end(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.commit()
        with pytest.raises(RuntimeError, match="open unit"):
            unit.notes.put("draft", "x")
        with pytest.raises(RuntimeError, match="ended"):
            unit.commit()


def test_a_unit_within_a_unit_is_a_bug_when_writing_and_shared_when_reading(
    store: SqliteStore,
) -> None:
    with store.write(), pytest.raises(RuntimeError, match="open in this thread"):
        store.write().__enter__()
    with store.read() as outer, store.read() as inner:
        assert inner.notes.get("draft") is outer.notes.get("draft")
    with store.write() as unit:
        unit.notes.put("draft", "still works")
        unit.commit()


def test_a_reader_sees_one_moment(store: SqliteStore) -> None:
    with store.read() as reading:
        assert reading.notes.get("draft") is None
        with store.write() as unit:
            unit.notes.put("draft", "new")
            unit.commit()
        assert reading.notes.get("draft") is None
    with store.read() as reading:
        assert reading.notes.get("draft") == "new"


def test_threads_read_on_their_own_connections(store: SqliteStore) -> None:
    sell(store, 1)
    seen: list[int] = []

    def read() -> None:
        with store.read() as unit:
            last = unit.sales.last_issued()
            seen.append(0 if last is None else last.token_no)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1, 1, 1, 1]


def test_threads_write_one_after_the_other(store: SqliteStore) -> None:
    taken: list[int] = []

    def take() -> None:
        for _ in range(20):
            with store.write() as unit:
                number = unit.numbers.take(SERIES, FY)
                unit.commit()
            taken.append(number)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 81))


def test_a_second_copy_is_refused(path: Path, store: SqliteStore) -> None:
    with pytest.raises(StoreError) as caught:
        SqliteStore(path).open()
    assert caught.value.code == "in_use"
    code = f"""
        import sys
        from pathlib import Path
        from pos_desktop.domain.errors import StoreError
        from pos_desktop.storage.store import SqliteStore
        try:
            SqliteStore(Path({str(path)!r})).open()
        except StoreError as error:
            sys.exit(error.code)
    """
    done = _python(code)
    assert (done.returncode, done.stderr.strip()) == (1, "in_use")
    sell(store, 1)
    store.close()
    SqliteStore(path).open().close()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + b"x" * 5000, b"SQLite format 3\x00junk"])
def test_what_is_no_database_is_refused_in_words(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        SqliteStore(path).open()
    assert caught.value.code == "damaged"
    assert "backup" in str(caught.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize("keep", [100, 4096, 4097, 20_000])
def test_a_truncated_file_is_refused(path: Path, keep: int) -> None:
    with SqliteStore(path).open() as store:
        sell(store, 1)
    os.truncate(path, keep)
    with pytest.raises(StoreError) as caught:
        SqliteStore(path).open()
    assert caught.value.code == "damaged"


def test_damage_is_found_after_an_unclean_end(path: Path) -> None:
    with SqliteStore(path).open() as store:
        for n in range(1, 60):
            sell(store, n, lines=5)
    body = bytearray(path.read_bytes())
    for page in range(20, len(body) // 4096):
        body[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(body)
    path.with_name(path.name + ".unclean").touch()
    with pytest.raises(StoreError) as caught:
        SqliteStore(path).open()
    assert caught.value.code == "damaged"


def test_the_unclean_mark_stands_only_while_open(path: Path) -> None:
    mark = path.with_name(path.name + ".unclean")
    store = SqliteStore(path).open()
    assert mark.exists()
    store.close()
    assert not mark.exists()
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "counter.db",
        "counter.db.lock",
        "counter.db.numbers",
    ]


def test_versions(path: Path) -> None:
    SqliteStore(path).open().close()
    for version, code in ((3007, ""), (4000, "newer_schema"), (0, "older_schema")):
        _pragma(path, f"user_version={version}")
        if code:
            with pytest.raises(StoreError) as caught:
                SqliteStore(path).open()
            assert caught.value.code == code
        else:
            SqliteStore(path).open().close()
    assert "update" in str(_refused_newer(path))
    _pragma(path, "application_id=7")
    with pytest.raises(StoreError) as caught:
        SqliteStore(path).open()
    assert caught.value.code == "not_ours"


def _refused_newer(path: Path) -> StoreError:
    _pragma(path, "user_version=9000")
    with pytest.raises(StoreError) as caught:
        SqliteStore(path).open()
    return caught.value


def _pragma(path: Path, text: str) -> None:
    raw = dbapi.connect(str(path))
    raw.execute(f"PRAGMA {text}")
    raw.close()


def test_a_read_only_folder_is_refused_with_the_remedy() -> None:
    folder = Path(tempfile.mkdtemp(prefix="raseed-"))
    try:
        code = f"""
            import os, sys
            from pathlib import Path
            from pos_desktop.domain.errors import StoreError
            from pos_desktop.storage.store import SqliteStore
            folder = Path({str(folder)!r})
            folder.chmod(0o555)
            if os.geteuid() == 0:
                os.setuid(65534)
            try:
                SqliteStore(folder / "counter.db").open()
            except StoreError as error:
                sys.exit(error.code + ": " + str(error))
        """
        done = _python(code)
        assert done.returncode == 1
        assert done.stderr.startswith("read_only: "), done.stderr
        assert "permission" in done.stderr
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        SqliteStore(tmp_path / "nowhere" / "counter.db").open()
    assert caught.value.code == "cannot_open"


def test_a_closed_store_says_so(path: Path) -> None:
    store = SqliteStore(path).open()
    with store.read() as unit:
        assert unit.notes.get("x") is None
    store.close()
    store.close()
    for use in (store.write, store.read, store.core):
        with pytest.raises(StoreError) as caught:
            use()
        assert caught.value.code == "closed"


def test_a_half_made_file_is_made_again(path: Path) -> None:
    path.with_name(path.name + ".new").write_bytes(b"half")
    with SqliteStore(path).open() as store:
        assert sell(store, 1) == "C2A/2627/000001"


def test_checkpoint_folds_the_log(path: Path, store: SqliteStore) -> None:
    before = path.stat().st_size
    store.checkpoint()
    assert path.stat().st_size == before
    for n in range(1, 200):
        sell(store, n)
    store.checkpoint()
    assert path.stat().st_size > before
    log = path.with_name(path.name + "-wal").stat().st_size
    for n in range(200, 300):
        sell(store, n)
    assert path.with_name(path.name + "-wal").stat().st_size == log


def test_another_program_that_holds_the_file_is_waited_for_then_told(
    path: Path, store: SqliteStore
) -> None:
    other = dbapi.connect(str(path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    unit = store.write()
    unit.session.control("PRAGMA busy_timeout=50")
    with pytest.raises(StoreError) as caught:
        unit.__enter__()
    assert caught.value.code == "busy"
    other.execute("ROLLBACK")
    other.close()
    assert sell(store, 1) == "C2A/2627/000001"


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.serial
def test_one_flush_of_the_database_per_sale_and_two_of_the_marker(path: Path) -> None:
    code = f"""
        from pathlib import Path
        from pos_desktop.storage.store import SqliteStore
        from tests.unit.storage.samples import sell
        store = SqliteStore(Path({str(path)!r})).open()
        store.checkpoint()
        open("/proc/self/comm", "w").write("sales")
        for n in range(1, 31):
            sell(store, n, lines=10)
        open("/proc/self/comm", "w").write("over")
        store.close()
    """
    trace = path.with_name("trace")
    done = _python(
        code, "strace", "-f", "-y", "-e", "trace=fsync,fdatasync,write", "-o", str(trace)
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("this machine lets no process be traced")
    assert done.returncode == 0, done.stderr
    lines = trace.read_text().splitlines()
    begin = next(i for i, text in enumerate(lines) if "comm>" in text and '"sales"' in text)
    end = next(i for i, text in enumerate(lines) if "comm>" in text and '"over"' in text)
    flushed = [text for text in lines[begin:end] if "sync(" in text]
    log = [text for text in flushed if "counter.db-wal>" in text]
    marker = [text for text in flushed if "counter.db.numbers>" in text]
    assert (len(log), len(marker), len(flushed)) == (30, 60, 90)


def test_tokens_start_at_one_each_day(store: SqliteStore) -> None:
    with store.write() as unit:
        assert [unit.sales.next_token(20261123) for _ in range(3)] == [1, 2, 3]
        assert unit.sales.next_token(20261124) == 1
        unit.commit()
    with store.write() as unit:
        assert unit.sales.next_token(20261123) == 4


def test_core_reads_for_reports(store: SqliteStore) -> None:
    sell(store, 1)
    rows = store.core().exec_driver_sql("SELECT day, hour FROM sales").all()
    assert [tuple(row) for row in rows] == [(20261123, 10)]
    assert NOW % 1000 == 0


def _python(code: str, *before: str) -> "subprocess.CompletedProcess[str]":
    command = [*before, sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
