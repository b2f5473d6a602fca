"""A database of an older version becomes one of version 3 or stays; a copy of it is kept."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as dbapi

from pos_desktop.domain.delivery import MessageFact
from pos_desktop.domain.errors import StoreError
from pos_desktop.domain.payment import CollectState, PaymentStatus
from pos_desktop.domain.sale import LinkStyle, SaleState, TenderKind
from pos_desktop.storage import migrate
from pos_desktop.storage.marker import NumberMarker
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.verify import VerifyResult, verify_database
from tests.unit.storage.samples import FY, SERIES, order_id, sale, sell

ROOT = Path(__file__).parents[3]
OLD = ROOT / "tests" / "data"
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(params=[1, 2])
def version(request: pytest.FixtureRequest) -> int:
    """The version that wrote the database."""
    number: int = request.param
    return number


@pytest.fixture
def old(path: Path, version: int) -> Path:
    """A database as that version wrote it: three issued bills, one waiting, one given up."""
    raw = dbapi.connect(str(path), isolation_level=None)
    raw.executescript((OLD / f"schema_v{version}.sql").read_text(encoding="utf-8"))
    raw.close()
    marker = NumberMarker(path.with_name("counter.db.numbers"))
    marker.open()
    marker.prepare({(SERIES, FY): 3})
    marker.done({(SERIES, FY): 3})
    marker.close()
    return path


def _ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    raw = dbapi.connect(str(path))
    try:
        found: list[tuple[object, ...]] = raw.execute(sql).fetchall()
    finally:
        raw.close()
    return found


def _version(path: Path) -> object:
    ((version,),) = _ask(path, "PRAGMA user_version")
    return version


def _backup(path: Path, version: int) -> Path:
    return path.with_name(f"counter.db.v{version}-backup")


def _tables(path: Path) -> dict[str, list[str]]:
    """Table -> columns, without those that SQLite and the search keep for themselves."""
    names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'items_fts%'"
    return {
        str(name): [str(row[1]) for row in _ask(path, f"PRAGMA table_info({name})")]
        for (name,) in _ask(path, names)
    }


def _rows(path: Path, columns: dict[str, list[str]]) -> Rows:
    return {
        table: _ask(path, f"SELECT {', '.join(map(_quoted, names))} FROM {table}")  # noqa: S608 - our own names
        for table, names in columns.items()
    }


def _quoted(name: str) -> str:
    return f'"{name}"'


def _schema(path: Path) -> set[tuple[object, ...]]:
    # Whatever was typed with other spaces is the same statement.
    asked = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
    return {(*row[:3], re.sub(r"\s+", " ", str(row[3])).strip()) for row in _ask(path, asked)}


def test_everything_survives(old: Path) -> None:
    columns = _tables(old)
    before = _rows(old, columns)
    SqliteStore(old).open().close()
    after = _rows(old, columns)
    # Every start counts itself.
    assert after.pop("tallies") != before.pop("tallies")
    assert after == before
    assert min(len(before[table]) for table in ("sales", "facts", "tenders", "ledger")) >= 3
    assert _version(old) == 3000
    assert verify_database(old) == VerifyResult(True, 4, None, "")


def test_it_has_the_schema_of_a_new_file(old: Path, tmp_path: Path) -> None:
    SqliteStore(old).open().close()
    new = tmp_path / "new.db"
    SqliteStore(new).open().close()
    assert _schema(old) == _schema(new)
    assert _ask(old, "PRAGMA integrity_check") == [("ok",)]
    assert _ask(old, "PRAGMA foreign_key_check") == []


def test_the_counter_goes_on_with_it(old: Path) -> None:
    with SqliteStore(old).open() as store:
        with store.read() as unit:
            paid, waiting = unit.sales.get(order_id(3)), unit.sales.get(order_id(4))
            assert paid is not None and waiting is not None
            assert (paid.state, paid.remote, waiting.state) == (
                SaleState.ISSUED, False, SaleState.AWAITING,
            )  # fmt: skip
            (tender,) = unit.tenders.of(order_id(3))
            assert (tender.kind, tender.approved_by) == (TenderKind.GATEWAY_LINK, "")
            assert [fact.status for _, fact in unit.facts.of(order_id(3))] == [
                PaymentStatus.FAILED, PaymentStatus.CAPTURED,
            ]  # fmt: skip
            (open_one,) = unit.collects.in_states([CollectState.OPEN], 2**60)
            assert unit.collects.longest_unasked(0) == open_one.asked_at
            (flag,) = unit.flags.open()
            assert (flag.kind, flag.closed_at, flag.resolution) == ("late", None, None)
            # The flagged one was given up.
            assert [bill.token_no for bill in unit.panel.bills()] == [3, 4, 5]
        assert sell(store, 9) == f"{SERIES}/{FY}/000004"
        with store.write() as unit:
            unit.flags.close(flag.flag_id, 1, "Meera", "attached")
            # Not only the tables: what guards them came along.
            with pytest.raises(Exception, match="figures"):
                unit.session.change("UPDATE sales SET due = 1")
            unit.commit()
        assert store.core().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert verify_database(old).ok


def test_what_is_known_of_older_messages_and_links_is_kept(old: Path) -> None:
    with SqliteStore(old).open() as store, store.read() as unit:
        bill = unit.sales.get(order_id(3))
        assert bill is not None
        assert (bill.link_style, bill.contact) == (LinkStyle.GATEWAY, 0)
        (message,) = unit.messages.of(order_id(3))
        assert unit.messages.facts(message.message_id) == (
            MessageFact(message.created_at, message.state, None, None, "machine"),
        )
        page = unit.pages.latest(order_id(3))
        assert page is not None and (page.revision, page.acknowledged) == (2, True)


def test_a_copy_of_the_old_one_stays_and_is_the_owners_alone(old: Path, version: int) -> None:
    columns = _tables(old)
    before = _rows(old, columns)
    SqliteStore(old).open().close()
    copy = _backup(old, version)
    assert sorted(p.name for p in old.parent.iterdir()) == [
        "counter.db", "counter.db.lock", "counter.db.numbers", f"counter.db.v{version}-backup",
    ]  # fmt: skip
    assert _version(copy) == version * 1000
    assert _rows(copy, columns) == before
    if sys.platform != "win32":
        assert copy.stat().st_mode & 0o077 == 0
    kept = copy.read_bytes()
    SqliteStore(old).open().close()
    assert copy.read_bytes() == kept


def test_what_only_the_log_holds_comes_along(old: Path, version: int) -> None:
    """The old program was killed: its last sale stands in the -wal alone."""
    code = """
        import os, sys
        from pysqlite3 import dbapi2 as dbapi
        raw = dbapi.connect(sys.argv[1], isolation_level=None)
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA wal_autocheckpoint=0")
        raw.execute("UPDATE notes SET value = 'from the log'")
        os._exit(9)
    """
    assert _python(code, str(old)).returncode == 9
    assert old.with_name("counter.db-wal").stat().st_size > 0
    with SqliteStore(old).open() as store, store.read() as unit:
        assert unit.notes.get("draft") == "from the log"
    copied = _ask(_backup(old, version), "SELECT value FROM notes")
    assert copied == [("from the log",)]


KILLER = """
    import os, shutil, sys
    from pathlib import Path
    from pysqlite3 import dbapi2 as dbapi
    from pos_desktop.storage import migrate
    from pos_desktop.storage.session import Session
    from pos_desktop.storage.store import SqliteStore

    source, home, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    count = 0

    def counting(name):
        real = getattr(Session, name)
        def counted(*values):
            global count
            if values[1].startswith("UPDATE tallies"):
                os._exit(7)  # It is open: the migration is over.
            count += 1
            if count == stop:
                os.kill(os.getpid(), 9)
            return real(*values)
        setattr(Session, name, counted)

    def attempt():
        for name in ("control", "rows", "change"):
            counting(name)
        SqliteStore(home / str(stop) / "counter.db").open()

    stop = 1
    while True:
        (home / str(stop)).mkdir()
        shutil.copyfile(source, home / str(stop) / "counter.db")
        child = os.fork()
        if not child:
            attempt()
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 7
            break
        stop += step
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each kill is of a fork of one process")
def test_killed_between_any_two_statements_it_is_of_one_version_and_goes_on(
    old: Path, tmp_path: Path, version: int
) -> None:
    columns = _tables(old)
    before = _rows(old, columns)
    home = tmp_path / "killed"
    home.mkdir()
    done = _python(KILLER, str(old), str(home), "3")
    assert done.returncode == 0, done.stderr
    versions = []
    for number in sorted(int(folder.name) for folder in home.iterdir()):
        path = home / str(number) / "counter.db"
        versions.append(_version(path))
        left = _rows(path, columns)
        assert left == before, f"killed at statement {number}"
        SqliteStore(path).open().close()
        assert verify_database(path) == VerifyResult(True, 4, None, ""), number
        assert _version(_backup(path, version)) == version * 1000
        assert not list(path.parent.glob("*.new*"))
    # It was killed before and after the commit, and very often in between.
    assert versions.count(version * 1000) > 20
    assert versions[-1] == 3000


def test_a_failure_in_the_middle_leaves_the_older_version(
    old: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    columns = _tables(old)
    before = _rows(old, columns)

    def full() -> list[str]:
        return ["SELECT RAISE(ABORT, 'no')"]

    with monkeypatch.context() as patch:
        patch.setattr(migrate, "create_triggers", full)
        with pytest.raises(dbapi.OperationalError):
            SqliteStore(old).open()
    assert (_version(old), _tables(old), _rows(old, columns)) == (version * 1000, columns, before)
    with SqliteStore(old).open() as store, store.write() as unit:
        unit.sales.add(sale(7))
        unit.commit()


def test_a_row_without_its_bill_is_not_carried_over(old: Path, version: int) -> None:
    raw = dbapi.connect(str(old), isolation_level=None)
    raw.execute("INSERT INTO pages VALUES ('nobody', 1, x'00', NULL, 0)")
    raw.close()
    with pytest.raises(StoreError) as caught:
        SqliteStore(old).open()
    assert caught.value.code == "damaged"
    assert _version(old) == version * 1000


def test_no_room_for_the_copy_is_told_and_changes_nothing(old: Path, version: int) -> None:
    _backup(old, version).mkdir()
    with pytest.raises(StoreError) as caught:
        SqliteStore(old).open()
    assert caught.value.code == "cannot_create"
    assert "copied before its update" in str(caught.value)
    assert str(old.parent) not in str(caught.value)
    assert _version(old) == version * 1000
    assert not list(old.parent.glob("*.new*"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_is_told_and_changes_nothing(old: Path, version: int) -> None:
    size = old.stat().st_size
    code = f"""
        import resource, signal, sys
        from pathlib import Path
        from pos_desktop.domain.errors import StoreError
        from pos_desktop.storage.store import SqliteStore
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({size} - 4096, {size} - 4096))
        try:
            SqliteStore(Path({str(old)!r})).open()
        except StoreError as error:
            sys.exit(error.code + ": " + str(error).split(". ")[1][:15])
    """
    done = _python(code)
    assert done.stderr.strip() == "cannot_create: Free some space", done.stderr
    assert _version(old) == version * 1000
    assert not list(old.parent.glob("*.new*"))
    SqliteStore(old).open().close()
    assert _version(old) == 3000


def test_damage_is_found_before_anything_is_changed(old: Path) -> None:
    body = bytearray(old.read_bytes())
    for page in range(5, len(body) // 4096):
        body[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    old.write_bytes(body)
    with pytest.raises(StoreError) as caught:
        SqliteStore(old).open()
    assert caught.value.code == "damaged"
    assert not list(old.parent.glob("*-backup*"))


def test_another_programs_file_is_not_touched(old: Path, version: int) -> None:
    raw = dbapi.connect(str(old), isolation_level=None)
    raw.execute("PRAGMA application_id=7")
    raw.close()
    with pytest.raises(StoreError) as caught:
        SqliteStore(old).open()
    assert caught.value.code == "not_ours"
    assert (_version(old), list(old.parent.glob("*-backup*"))) == (version * 1000, [])


def test_verification_does_not_update(old: Path, version: int) -> None:
    with pytest.raises(StoreError) as caught:
        verify_database(old)
    assert caught.value.code == "older_schema"
    assert "open it once" in str(caught.value)
    assert _version(old) == version * 1000


def _python(code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
