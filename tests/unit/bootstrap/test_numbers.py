"""``raseed numbers`` on the files of counters, good and otherwise."""

import shutil
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as dbapi

from pos_desktop import cli
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.services.rejoin import NewIdentity, write_down
from pos_desktop.services.rejoin_copy import Copy, LostBill
from pos_desktop.storage.store import SqliteStore
from tests.support.rig import FixedClock
from tests.unit.storage.samples import FY, NOW, SERIES, order_id, sell

MARKER = f"{DATABASE}.numbers"


@pytest.fixture
def till(tmp_path: Path) -> Path:
    """Five bills, all there."""
    folder = tmp_path / "till"
    folder.mkdir()
    with SqliteStore(folder / DATABASE).open() as store:
        for n in range(1, 6):
            sell(store, n)
    return folder


def told(capsys: pytest.CaptureFixture[str], *tills: Path) -> tuple[int, list[str]]:
    words = [word for folder in tills for word in ("--data", str(folder))]
    code = cli.run(["numbers", *words])
    said = capsys.readouterr()
    return code, (said.out + said.err).splitlines()


def tamper(till: Path, *statements: str) -> None:
    """What a person with a SQLite tool does."""
    raw = dbapi.connect(str(till / DATABASE), isolation_level=None)
    for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("PRAGMA ignore_check_constraints=ON")
    for statement in statements:
        raw.execute(statement)
    raw.close()


def test_a_whole_series(till: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {file.name: file.read_bytes() for file in till.iterdir()}
    assert told(capsys, till) == (
        0,
        ["C2A/2627: 5 bills, C2A/2627/000001 to C2A/2627/000005, none missing, none twice"],
    )
    assert {file.name: file.read_bytes() for file in till.iterdir()} == before


def test_beside_a_running_counter(till: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with SqliteStore(till / DATABASE).open() as store:
        sell(store, 6)
        code, lines = told(capsys, till)
        assert (code, lines[0][:17]) == (0, "C2A/2627: 6 bills")
        sell(store, 7)


def test_nothing_sold_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    SqliteStore(tmp_path / DATABASE).open().close()
    assert told(capsys, tmp_path) == (0, ["no number was given out yet"])


def test_a_database_that_was_put_back(till: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup = till / "backup.db"
    shutil.copyfile(till / DATABASE, backup)
    with SqliteStore(till / DATABASE).open() as store:
        sell(store, 6)
        sell(store, 7)
    shutil.copyfile(backup, till / DATABASE)
    lost = (
        "  C2A/2627/000006 to C2A/2627/000007 (2) missing: given out, then the database was put "
        "back to an older state; the series is locked"
    )
    # Before the counter was opened again, and after.
    code, lines = told(capsys, till)
    assert (code, lines[1:]) == (0, [lost])
    with SqliteStore(till / DATABASE).open() as store:
        assert store.locked_series == {SERIES: "rolled_back"}
        lost_bill = LostBill("C2A/2627/000006", order_id(6), 10_100, NOW + 6)
        doubled = LostBill("C2A/2627/000005", order_id(55), 500, NOW)
        same = LostBill("C2A/2627/000004", order_id(4), 500, NOW)
        copy = Copy(entries=3, bills=(lost_bill, doubled, same))
        identity = NewIdentity(SERIES, "D3B", "device", 2)
        write_down(store, FixedClock(NOW + 90), identity, copy, {(SERIES, FY): 8})
        sell(store, 9, series="D3B")
    assert told(capsys, till) == (
        1,
        [
            "C2A/2627: 5 bills, C2A/2627/000001 to C2A/2627/000005, locked: it never goes on",
            "  C2A/2627/000006 to C2A/2627/000008 (3) missing: given out and lost, as the ledger "
            "says since the counter was joined anew",
            "  C2A/2627/000005: only the relay has this bill, 5.00",
            "  C2A/2627/000006: only the relay has this bill, 101.00",
            "  C2A/2627/000005: TWICE",
            "D3B/2627: 1 bills, D3B/2627/000001 to D3B/2627/000001, none missing, none twice",
        ],
    )


def test_a_number_that_was_begun_as_the_series_was_locked(
    till: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SqliteStore(till / DATABASE).open() as store:
        # As a crash before the commit leaves it, in a series that goes on no more.
        store._marker.prepare({(SERIES, FY): 6})
        store.fence.lock(SERIES, "relay_ahead")
    code, lines = told(capsys, till)
    assert code == 0
    assert lines[1:] == ["  C2A/2627/000006: begun, and nobody was told it"]


def test_two_counters_and_a_copy_of_one(
    till: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, copy = tmp_path / "other", tmp_path / "copy"
    other.mkdir()
    with SqliteStore(other / DATABASE).open() as store:
        sell(store, 1, series="D3B")
    code, lines = told(capsys, till, other, till)
    assert (code, len(lines)) == (0, 2)
    shutil.copytree(till, copy)
    code, lines = told(capsys, till, copy)
    assert code == 1
    assert lines[1:] == [f"  C2A/2627/00000{n}: TWICE" for n in range(1, 6)]


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["DELETE FROM sale_lines", "DELETE FROM tenders", "DELETE FROM sales WHERE token_no = 2"],
         "C2A/2627/000002 missing: NOT EXPLAINED: the ledger has the issue"),
        (["UPDATE sales SET state = 'abandoned', invoice_number = NULL, issued_at = NULL "
          "WHERE token_no = 3", "DELETE FROM ledger WHERE seq = 3"],
         "C2A/2627/000003 missing: NOT EXPLAINED: nothing is known of it"),
        (["UPDATE sales SET invoice_number = 'X1' WHERE token_no = 3"], "X1: NO NUMBER of ours"),
        (["UPDATE numbers SET last_no = 4"],
         "C2A/2627/000005: ABOVE the last number of the series"),
        (["UPDATE sales SET issued_at = issued_at + 31536000000 WHERE token_no = 5"],
         "C2A/2627/000005: ISSUED IN ANOTHER FINANCIAL YEAR"),
        (["UPDATE ledger SET body = '[]' WHERE seq = 1"], "numbers: The database file is damaged"),
        (["UPDATE sales SET issued_at = NULL WHERE token_no = 5"],
         "numbers: The database file is damaged"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    till: Path, capsys: pytest.CaptureFixture[str], statements: list[str], words: str
) -> None:
    tamper(till, "PRAGMA foreign_keys=OFF", *statements)
    code, lines = told(capsys, till)
    assert code in (1, 2)
    assert words in "\n".join(lines)


def test_a_clock_that_went_back_is_no_fault(till: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(till, "UPDATE sales SET issued_at = issued_at - 86400000 WHERE token_no = 4")
    assert told(capsys, till) == (
        0,
        [
            "C2A/2627: 5 bills, C2A/2627/000001 to C2A/2627/000005, none missing, none twice",
            "  C2A/2627/000004: issued before the number below it: the computer's clock went back",
        ],
    )


def test_a_long_list_is_cut(till: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with SqliteStore(till / DATABASE).open() as store:
        for n in range(6, 64):
            sell(store, n)
    copy = till.with_name("copy")
    shutil.copytree(till, copy)
    _, lines = told(capsys, till, copy)
    assert (len(lines), lines[-1]) == (52, "  ... and 13 more of C2A/2627")


def test_without_a_sound_marker_the_end_cannot_be_known(
    till: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (till / MARKER).read_bytes()
    for content in (None, b"", b"X" + whole[1:]):
        (till / MARKER).unlink(missing_ok=True)
        if content is not None:
            (till / MARKER).write_bytes(content)
        code, lines = told(capsys, till)
        assert code == 0
        assert lines[-1].endswith(
            "no sound marker beside it, so what came after the last bill cannot be known"
        )
        assert ((till / MARKER).read_bytes() if content is not None else None) == content


def test_what_cannot_be_read(
    tmp_path: Path, till: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, tmp_path / "none")[0] == 2
    (till / MARKER).unlink()
    (till / MARKER).mkdir()
    code, lines = told(capsys, till)
    assert code == 2
    assert lines == ["numbers: The number marker cannot be read: Is a directory."]
