"""Verification finds every kind of tampering and names the place."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as dbapi

from pos_desktop.domain.errors import StoreError
from pos_desktop.services.freeze import bill_hash, freeze
from pos_desktop.storage.schema import VERSION
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.verify import VerifyResult, bill_digest, verify_database
from pos_desktop.wire.chain import link
from tests.support.till import Till
from tests.unit.storage.samples import order_id, sale, sell

GOOD = VerifyResult(True, 5, None, "")


@pytest.fixture
def closed(path: Path) -> Path:
    """Five issued sales and one that waits, ended in order."""
    with SqliteStore(path).open() as store:
        for n in range(1, 6):
            sell(store, n, lines=3)
        with store.write() as unit:
            unit.sales.add(sale(6))
            unit.commit()
    return path


@contextmanager
def _unguarded(path: Path) -> Iterator[dbapi.Connection]:
    """What a person with a SQLite tool does: no trigger is an obstacle, all stand again after."""
    with closing(dbapi.connect(str(path), isolation_level=None)) as raw:
        wanted = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        triggers = raw.execute(wanted).fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("PRAGMA ignore_check_constraints=ON")
        yield raw
        for _, trigger in triggers:
            raw.execute(trigger)


def _tamper(path: Path, *statements: str) -> None:
    with _unguarded(path) as raw:
        for statement in statements:
            raw.execute(statement)


def test_a_good_database(closed: Path) -> None:
    assert verify_database(closed) == GOOD


def test_the_hash_is_that_of_the_services() -> None:
    for lines in (1, 7):
        assert bill_digest(sale(1, lines=lines).bill) == bill_hash(sale(1, lines=lines).bill)


def test_an_empty_database(path: Path) -> None:
    SqliteStore(path).open().close()
    assert verify_database(path) == VerifyResult(True, 0, None, "")


def test_a_database_in_use_and_one_whose_program_was_killed(path: Path) -> None:
    with SqliteStore(path).open() as store:
        sell(store, 1)
        assert verify_database(path) == VerifyResult(True, 1, None, "")
        sell(store, 2)
        copy = path.with_name("killed.db")
        shutil.copyfile(path, copy)
        shutil.copyfile(f"{path}-wal", f"{copy}-wal")
    assert verify_database(copy) == VerifyResult(True, 2, None, "")


def test_it_leaves_nothing_behind_and_changes_nothing(closed: Path) -> None:
    before = {p.name: p.read_bytes() for p in closed.parent.iterdir()}
    verify_database(closed)
    assert {p.name: p.read_bytes() for p in closed.parent.iterdir()} == before


@pytest.mark.parametrize(
    ("statements", "seq", "words"),
    [
        (["UPDATE ledger SET body = replace(body, 'C2A', 'C2B') WHERE seq = 3"], 3, "was changed"),
        (["UPDATE ledger SET actor = 'Ravi' WHERE seq = 2"], 2, "was changed"),
        (["UPDATE ledger SET at = at + 1 WHERE seq = 4"], 4, "was changed"),
        (["UPDATE ledger SET body = '{}}' WHERE seq = 1"], 1, "canonical"),
        (["UPDATE ledger SET body = '[]' WHERE seq = 1"], 1, "canonical"),
        (["UPDATE ledger SET body = '{\"a\":0.5}' WHERE seq = 1"], 1, "canonical"),
        (["DELETE FROM ledger WHERE seq = 2"], 3, "2 is missing"),
        (["DELETE FROM ledger WHERE seq = 2", "UPDATE ledger SET seq = seq - 1 WHERE seq > 2"], 2,
         "does not follow"),
        (["DELETE FROM ledger WHERE seq = 5"], None, "C2A/2627/000005 has no ledger entry"),
        (["UPDATE sales SET due = due - 100, payable = payable - 100, round_off = round_off - 100 "
          "WHERE token_no = 2"], 2, "was changed after"),
        (["UPDATE sales SET due = due - 100 WHERE token_no = 2"], 2, "payable"),
        (["UPDATE sales SET payable = payable + 1 WHERE token_no = 2"], 2, "payable"),
        (["UPDATE sale_lines SET total = total - 1 WHERE line_no = 2"], 1, "sums of its lines"),
        (["UPDATE sale_lines SET name = 'Gold' WHERE line_no = 2"], 1, "was changed after"),
        (["DELETE FROM sale_lines"], 1, "sums of its lines"),
        (["UPDATE sale_lines SET tax_class = 'odd'"], None, "not ours"),
        (["UPDATE sale_lines SET line_no = line_no + 1 WHERE line_no = 3"], None, "not numbered"),
        (["UPDATE sale_lines SET price_includes_tax = 2"], None, "price includes tax"),
        (["UPDATE sales SET day = day + 1 WHERE token_no = 3"], 3, "under a day or hour"),
        (["UPDATE sales SET hour = hour - 1 WHERE token_no = 6"], None, "under a day or hour"),
        (["UPDATE sales SET created_at = created_at * 100000 WHERE token_no = 6"], None,
         "under a day or hour"),
        (["UPDATE sales SET cashier = 'Ravi' WHERE token_no = 4"], 4, "another person"),
        (["UPDATE tenders SET change = 100 WHERE tender_id = 2"], 2, "the change of"),
        (["UPDATE tenders SET tendered = tendered + 1 WHERE tender_id = 2"], 2, "the change of"),
        (["UPDATE sales SET bill_hash = 'x' WHERE token_no = 6"], None, "was changed after"),
        (["UPDATE sales SET invoice_number = 'C2A/2627/000009' WHERE token_no = 5"], 5,
         "another number"),
        (["DELETE FROM sales WHERE token_no = 5",
          "DELETE FROM sale_lines WHERE order_id LIKE '%5'"], 5, "is missing"),
        (["UPDATE sales SET state = 'abandoned', invoice_number = NULL, issued_at = NULL "
          "WHERE token_no = 5"], 5, "but was issued"),
        (["UPDATE numbers SET last_no = 4"], None, "stands at 4"),
        (["UPDATE numbers SET last_no = 6"], None, "stands at 6"),
        (["DELETE FROM numbers"], None, "is not known"),
        (["INSERT INTO numbers VALUES ('D3B', '2627', 1)"], None, "D3B/2627 stands at 1"),
    ],
)  # fmt: skip
def test_tampering_is_found(
    closed: Path, statements: list[str], seq: int | None, words: str
) -> None:
    _tamper(closed, *statements)
    result = verify_database(closed)
    assert not result.ok
    assert words in result.problem
    assert result.first_broken == seq


def test_a_series_of_credit_notes_has_no_bills(closed: Path) -> None:
    _tamper(closed, "INSERT INTO numbers VALUES ('C2AC', '2627', 3), ('E7KQC', '2627', 1)")
    assert verify_database(closed) == GOOD
    _tamper(closed, "INSERT INTO numbers VALUES ('E7KC', '2627', 1)")
    assert "E7KC/2627 stands at 1" in verify_database(closed).problem


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DROP TRIGGER ledger_no_update",
         "the trigger ledger_no_update of the database is missing"),
        ("CREATE TRIGGER lower AFTER INSERT ON sales BEGIN SELECT 1; END",
         "the trigger lower of the database is not ours"),
        ("DROP INDEX sales_by_day", "the index sales_by_day of the database is missing"),
        ("CREATE TABLE notebook (x)", "the table notebook of the database is not ours"),
        ("ALTER TABLE tokens ADD COLUMN extra TEXT",
         "the table tokens of the database was changed"),
    ],
)  # fmt: skip
def test_changed_rules_of_the_database_are_found(
    closed: Path, statement: str, problem: str
) -> None:
    raw = dbapi.connect(str(closed), isolation_level=None)
    raw.execute(statement)
    raw.execute("PRAGMA user_version = 3001")
    raw.close()
    # A later minor version may have more than we know.
    assert verify_database(closed) == GOOD
    raw = dbapi.connect(str(closed), isolation_level=None)
    raw.execute(f"PRAGMA user_version = {VERSION}")
    raw.close()
    assert verify_database(closed).problem == problem


@pytest.mark.parametrize("by", ["requested", "begun"])
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE sales SET cashier = 'Ravi'", "is another bill in the ledger"),
        ("UPDATE sales SET created_at = created_at - 1", "is another bill in the ledger"),
        ("DELETE FROM sales", "is missing"),
    ],
)
def test_a_bill_that_waits_is_the_one_of_the_ledger(
    tmp_path: Path, by: str, statement: str, words: str
) -> None:
    till = Till(tmp_path)
    sale = till.checkout.request(till.order(phone=None)) if by == "requested" else None
    if sale is None:
        with till.store.write() as unit:
            sale = freeze(unit, till.order(phone=None), till.options, till.clock.now(), till.ids)
            body: dict[str, object] = {"order_id": sale.order_id, "bill_hash": sale.bill_hash}
            unit.ledger.append("sale.begun", sale.cashier, sale.created_at, body)
            unit.commit()
    till.store.close()
    assert verify_database(till.path).ok
    _tamper(till.path, "DELETE FROM sale_lines" if words == "is missing" else "SELECT 1",
            "DELETE FROM collects", statement)  # fmt: skip
    result = verify_database(till.path)
    assert words in result.problem
    assert result.first_broken == 1


def _rewrite_ledger(path: Path, old: str, new: str, seq: int) -> None:
    """A forger who knows how to chain: every hash from ``seq`` on is made anew."""
    with _unguarded(path) as raw:
        raw.execute("UPDATE ledger SET body = replace(body, ?, ?) WHERE seq = ?", (old, new, seq))
        before = "0" * 64
        rows = raw.execute("SELECT seq, kind, actor, at, body FROM ledger ORDER BY seq").fetchall()
        for number, kind, actor, at, body in rows:
            made = link(before, number, kind, actor, at, json.loads(body))
            raw.execute(
                "UPDATE ledger SET prev_hash = ?, hash = ? WHERE seq = ?", (before, made, number)
            )
            before = made


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2627/000003", "2627/000004", "another number"),
        (f"{order_id(3)}", f"{order_id(2)}", "issued twice"),
        (f'"bill_hash":"{sale(3, lines=3).bill_hash}"', '"bill_hash":"x"', "another bill"),
    ],
)
def test_a_chain_made_anew_still_has_to_fit_the_bills(
    closed: Path, old: str, new: str, words: str
) -> None:
    _rewrite_ledger(closed, old, new, 3)
    result = verify_database(closed)
    assert words in result.problem
    assert result.first_broken == 3


def test_a_gap_is_found(closed: Path) -> None:
    _rewrite_ledger(closed, "2627/000003", "2627/000013", 3)
    _tamper(
        closed,
        "UPDATE sales SET invoice_number = 'C2A/2627/000013' WHERE token_no = 3",
    )
    assert "C2A/2627/000003 is missing" in verify_database(closed).problem


def test_a_number_of_no_series_is_found(closed: Path) -> None:
    _rewrite_ledger(closed, "C2A/2627/000005", "nonsense", 5)
    _tamper(closed, "UPDATE sales SET invoice_number = 'nonsense' WHERE token_no = 5")
    assert verify_database(closed).problem == "nonsense is no invoice number"


def test_what_cannot_be_read_is_told(path: Path, closed: Path) -> None:
    for keep, code in ((0, "damaged"), (10, "damaged"), (8192, "damaged")):
        copy = path.with_name("copy.db")
        shutil.copyfile(closed, copy)
        os.truncate(copy, keep)
        with pytest.raises(StoreError) as caught:
            verify_database(copy)
        assert caught.value.code == code
    with pytest.raises(StoreError) as caught:
        verify_database(path.with_name("none.db"))
    assert caught.value.code == "cannot_open"
    other = path.with_name("other.db")
    raw = dbapi.connect(str(other))
    raw.execute("CREATE TABLE t (x)")
    raw.close()
    with pytest.raises(StoreError) as caught:
        verify_database(other)
    assert caught.value.code == "not_ours"


def test_another_invoice_date_is_found(closed: Path) -> None:
    day_before = "UPDATE sales SET issued_at = issued_at - 86400000"
    _tamper(closed, f"{day_before} WHERE order_id = '{order_id(3)}'")
    found = verify_database(closed)
    assert not found.ok
    assert "another date" in found.problem


def test_a_number_that_only_the_index_knows_is_no_exception(closed: Path) -> None:
    # NULL stands in the row; the index still leads there as to a number.
    with closing(dbapi.connect(str(closed))) as raw:
        (page,) = raw.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_sales_3'"
        ).fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    whole = bytearray(closed.read_bytes())
    index = whole[(page - 1) * size : page * size]
    _tamper(closed, "UPDATE sales SET state = 'awaiting', invoice_number = NULL, issued_at = NULL "
                    "WHERE token_no = 5", "DELETE FROM ledger WHERE seq = 5")  # fmt: skip
    whole = bytearray(closed.read_bytes())
    whole[(page - 1) * size : page * size] = index
    closed.write_bytes(whole)
    assert not verify_database(closed).ok


def test_an_index_that_differs_from_its_table_is_found(closed: Path) -> None:
    raw = dbapi.connect(str(closed))
    wanted = "SELECT rootpage FROM sqlite_schema WHERE name = 'sales_by_day'"
    ((page,), (size,)) = (raw.execute(q).fetchone() for q in (wanted, "PRAGMA page_size"))
    raw.close()
    whole = bytearray(closed.read_bytes())
    # Cells grow from the end of a page: its last byte belongs to the key of the first entry.
    whole[page * size - 1] ^= 1
    closed.write_bytes(whole)
    found = verify_database(closed)
    assert not found.ok
    assert found.problem.startswith("the file is damaged")


def test_no_flipped_byte_escapes_as_an_exception(closed: Path, tmp_path: Path) -> None:
    """Every 97th byte: sound, broken with a sentence, or a StoreError; never a traceback."""
    whole, copy = closed.read_bytes(), tmp_path / "flipped.db"
    told = {"ok": 0, "broken": 0, "damaged": 0}
    for at in range(18, len(whole), 97):
        if whole[at]:
            flipped = bytearray(whole)
            flipped[at] ^= 0x91
            copy.write_bytes(flipped)
            try:
                found = verify_database(copy)
            except StoreError:
                told["damaged"] += 1
            else:
                assert found.ok == (found.problem == "")
                told["ok" if found.ok else "broken"] += 1
    assert min(told.values()) > 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tenders SET amount = 500",
        "DELETE FROM tenders",
        "UPDATE tenders SET kind = 'gateway_qr'",
    ],
)
def test_how_a_bill_was_paid_is_what_the_ledger_says(tmp_path: Path, statement: str) -> None:
    till = Till(tmp_path)
    till.checkout.cash(till.order(), 23700)
    till.store.close()
    assert verify_database(till.path).ok
    _tamper(till.path, statement)
    result = verify_database(till.path)
    assert (result.ok, result.first_broken) == (False, 1)
    assert "was paid otherwise by the ledger" in result.problem
