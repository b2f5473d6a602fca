"""One changed byte anywhere in the file: verification finds it, or it was none of the books'.

After each flip that nothing was said about, every cell of the file is compared with what it was:
what differs must stand in ``NOT_BOOKS``, a list of what verification does not vouch for.
"""

import contextlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from pysqlite3 import dbapi2 as dbapi

from pos_desktop.domain.errors import StoreError
from pos_desktop.domain.sale import Channel
from pos_desktop.storage.verify import verify_database
from tests.support.till import PHONE, Till

Cells = dict[tuple[str, str], list[object]]

# What goes with a bill without being the bill: whom to send it to, who gave the goods out, from
# which counter. (The cashier and the freezing of a bill that waited are in the ledger.)
_BESIDE_A_BILL = {
    "token_no", "counter", "channel", "link_token", "link_style", "created_at", "phone",
    "consent_purpose", "consent_asked_by", "consent_at", "consent_text_version", "confirmed_by",
    "handed_over_at", "handed_over_by", "remote", "contact",
}  # fmt: skip
_BESIDE_A_TENDER = {"tender_id", "at", "by", "approved_by"}
# Work to do, messages, pages, the catalogue, what gateways were asked: none of it is the books.
_WORK = {
    "collects", "contact_changes", "flags", "items", "items_fts", "items_fts_config",
    "items_fts_data", "items_fts_docsize", "items_fts_idx", "message_facts", "messages", "notes",
    "opt_outs", "outbox", "pages", "people", "pictures", "sqlite_sequence", "sqlite_stat1",
    "tallies", "tokens", "wishes",
}  # fmt: skip
# A gateway's statement is compared by its sums only.
_STATEMENTS = {"facts", "refund_facts", "refunds", "tender_reversals"}
_BOOKS = {"ledger", "numbers", "sale_lines", "sales", "tenders"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A morning at the counter: cash, links that were paid, one that waits, one given up."""
    till = Till(tmp_path_factory.mktemp("till"), Channel.WHATSAPP_LINK)
    for n in range(12):
        till.clock.pass_seconds(400)
        if n % 3 == 0:
            till.checkout.cash(till.order(phone=None), 50_000)
            continue
        order_id = till.checkout.request(till.order(phone=PHONE)).order_id
        till.settle_down()
        if n % 3 == 1:
            till.gateway.pay(f"{order_id}-1", now=till.clock.now())
            till.run(60)
        elif n == 5:
            till.checkout.abandon(order_id, "changed his mind", "Asha")
            till.settle_down()
    assert till.told() == []
    till.store.close()
    return till.path


def cells(path: Path) -> Cells:
    """Every value of every table, in the order of the rows; the text of the schema too."""
    found: Cells = {}
    with closing(dbapi.connect(str(path))) as raw:
        raw.text_factory = bytes
        schema = raw.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()
        found["schema", "sql"] = [schema]
        for name in [row[1].decode() for row in schema if row[0] == b"table"]:
            try:
                cursor = raw.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name of the schema
                titles = [column[0] for column in cursor.description]
                columns = zip(*cursor, strict=True)
                found |= {(name, t): list(c) for t, c in zip(titles, columns, strict=False)}
            except (dbapi.Error, UnicodeDecodeError):
                found[name, "unreadable"] = []
    return found


def is_books(table: str, column: str) -> bool:
    """Whether verification vouches for this column."""
    if table == "sales":
        return column not in _BESIDE_A_BILL
    if table == "tenders":
        return column not in _BESIDE_A_TENDER
    return table in _BOOKS


def silent_about(path: Path) -> bool:
    """Whether verification says nothing."""
    with contextlib.suppress(StoreError):
        return verify_database(path).ok
    return False


def places(content: bytes, count: int, seed: int) -> Iterator[tuple[int, int]]:
    """Places and what to flip there; half of them anywhere, half where something stands."""
    random = Random(seed)
    filled = [at for at, byte in enumerate(content) if byte]
    for n in range(count):
        at = random.choice(filled) if n % 2 else random.randrange(len(content))
        yield at, random.randrange(1, 256)


def judged(whole: Path, folder: Path, count: int, seed: int) -> dict[str, int]:
    """How many flips were found, changed nothing that anybody reads, or changed no books."""
    content, before, copy = whole.read_bytes(), cells(whole), folder / "flipped.db"
    told = {"found": 0, "nothing": 0, "beside": 0}
    for at, mask in places(content, count, seed):
        flipped = bytearray(content)
        flipped[at] ^= mask
        copy.write_bytes(flipped)
        if not silent_about(copy):
            told["found"] += 1
            continue
        after = cells(copy)
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        books = sorted(f"{table}.{column}" for table, column in changed if is_books(table, column))
        assert not books, f"byte {at} ^ {mask}: {', '.join(books)} changed, and nothing was said"
        told["beside" if changed else "nothing"] += 1
    return told


def test_a_flipped_byte_is_found_or_none_of_the_books(whole: Path, tmp_path: Path) -> None:
    told = judged(whole, tmp_path, 40, seed=2026)
    assert sum(told.values()) == 40
    assert min(told.values()) > 0


@pytest.mark.full
@pytest.mark.parametrize("seed", range(4))
def test_500_flipped_bytes_are_found_or_none_of_the_books(
    whole: Path, tmp_path: Path, seed: int
) -> None:
    told = judged(whole, tmp_path, 500, seed)
    assert sum(told.values()) == 500
    assert told["found"] > 50


def test_every_table_is_judged(whole: Path) -> None:
    tables = {table for table, _ in cells(whole)} - {"schema"}
    assert tables - _WORK - _STATEMENTS - _BOOKS == set()
    with closing(dbapi.connect(str(whole))) as raw:
        for table, beside in (("sales", _BESIDE_A_BILL), ("tenders", _BESIDE_A_TENDER)):
            columns = {row[1] for row in raw.execute(f"PRAGMA table_info({table})")}
            assert beside < columns


@pytest.mark.parametrize("table", sorted(_BOOKS))
def test_every_column_of_the_books_is_vouched_for(whole: Path, tmp_path: Path, table: str) -> None:
    """Each by itself: its highest value, changed in every row that has it."""
    copy = tmp_path / "changed.db"
    with closing(dbapi.connect(str(whole))) as raw:
        columns = [(row[1], row[2]) for row in raw.execute(f"PRAGMA table_info({table})")]
    for column, kind in columns:
        if not is_books(table, column):
            continue
        copy.write_bytes(whole.read_bytes())
        with closing(dbapi.connect(str(copy), isolation_level=None)) as raw:
            for (name,) in raw.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            raw.execute("PRAGMA ignore_check_constraints=ON")
            wanted = f'SELECT MAX("{column}") FROM {table}'  # noqa: S608 - names of the schema
            highest = raw.execute(wanted).fetchone()[0]
            if highest is None:
                continue
            other = highest + 1 if kind == "INTEGER" else f"{highest[:-1]}~"
            change = f'UPDATE {table} SET "{column}" = ? WHERE "{column}" = ?'  # noqa: S608 - as above
            raw.execute(change, (other, highest))
        assert not silent_about(copy), f"{table}.{column}"
