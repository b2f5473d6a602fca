"""Databases of older relays become this one's, and nothing in them is lost."""

import os
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2

from pos_desktop.wire import seal
from pos_relay.settings import Settings
from pos_relay.store import migrations
from pos_relay.store.files import SealedFolder, digest
from pos_relay.store.opened import open_rows
from tests.relay.contract import ROWS
from tests.relay.samples import TOKEN
from tests.relay.support import batch, chain, command, operator, running

GOLDEN = Path(__file__).parent / "golden"
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
SESSION = "lQ3j0Si_xUjzYM0W3NdJIyhbJ68VlxLJ8KiXC7tB-Js"
SHOP = "TMRK6KHHWX"
BILL = (
    b'{"kind":"bill","shop_name":"Fresh Mart","token_no":"19","counter":"2","title":"BILL",'
    b'"date":"23-11-2026","time":"10:42","lines":[],"total":"Rs 5.00"}'
)
INVOICE = (
    b'{"kind":"invoice","shop_name":"Fresh Mart","token_no":"19","counter":"2",'
    b'"title":"TAX INVOICE","number":"C2A/2627/000124","date":"23-11-2026","time":"10:43",'
    b'"lines":[],"total":"Rs 5.00"}'
)
PDF = b"%PDF-1.4 an invoice"
CALLBACK = f"/cb/exotel/sms/{SHOP}/W3xrQUtClMv5qCmkLuCspw"


def older(path: Path, version: int = 1) -> Path:
    """A database as an older relay left it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = dbapi2.connect(str(path))
    connection.executescript((GOLDEN / f"schema_{version}.sql").read_text())
    connection.close()
    return path


def query(path: Path, statement: str, *values: str) -> list[tuple[Any, ...]]:
    """Rows of a statement on the closed file."""
    connection = dbapi2.connect(str(path))
    found: list[tuple[Any, ...]] = connection.execute(statement, values).fetchall()
    connection.close()
    return found


def counts(path: Path) -> dict[str, int]:
    """How many rows each table has."""
    tables = query(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {
        name: query(path, f'SELECT count(*) FROM "{name}"')[0][0]  # noqa: S608  # its own name
        for (name,) in tables
    }


def shape(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Tables with their columns, keys and indexes, however they came to be."""
    found = {}
    for (table,) in query(path, "SELECT name FROM sqlite_schema WHERE type = 'table'"):
        columns = query(path, f"PRAGMA table_info('{table}')")
        indexes = []
        for _, name, unique, origin, _ in query(path, f"PRAGMA index_list('{table}')"):
            on = [row[2] for row in query(path, f"PRAGMA index_info('{name}')")]
            indexes.append((unique, origin, *on))
        keys = [row[2:5] for row in query(path, f"PRAGMA foreign_key_list('{table}')")]
        strict = query(path, "SELECT strict FROM pragma_table_list(?)", table)
        found[table] = [*(row[1:] for row in columns), *sorted(indexes), *sorted(keys), *strict]
    return found


def test_both_ways_lead_to_the_same_schema(tmp_path: Path) -> None:
    old = older(tmp_path / "rows.db")
    before = counts(old)
    for place in (tmp_path, tmp_path / "new"):
        place.mkdir(exist_ok=True)
        rows = ROWS["sqlite"](place)
        assert rows.migrate() == migrations.NEWEST
        assert rows.version() == migrations.NEWEST
        rows.close()
    assert shape(old) == shape(tmp_path / "new" / "rows.db")
    assert {name: counts(old)[name] for name in before} == before
    assert query(old, "PRAGMA integrity_check") == [("ok",)]
    assert query(old, "PRAGMA foreign_key_check") == []


def test_an_older_relay_s_data_is_served_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASEED_RELAY_KEY", KEY)
    older(data / "relay.db")
    folder = SealedFolder(data / "sealed")
    page, mine = seal.page_id(TOKEN), {"authorization": f"Bearer {SESSION}"}
    for kind, revision, plain in (
        (seal.PAGE, 1, BILL),
        (seal.PAGE, 2, INVOICE),
        (seal.PDF, 2, PDF),
    ):
        sealed = seal.seal(TOKEN, kind, revision, plain)
        folder.put(page, digest(sealed), sealed)
    assert command(data, "migrate") == {"schema": migrations.NEWEST}
    with running(data, key=KEY) as relay:
        assert "C2A/2627/000124" in relay.http.get(f"/i/{TOKEN}").text
        assert relay.http.get(f"/i/{TOKEN}.pdf").content == PDF
        body = batch(chain(5)[3:], head_seq=5)
        answer = relay.http.post("/v1/sync", json=body, headers=mine)
        assert (answer.status_code, answer.json()["last_seq"]) == (200, 5)
        assert relay.http.post(CALLBACK, data={"SmsSid": "x", "Status": "sent"}).status_code == 200
        feed = relay.http.get("/v1/feed?wait=0", headers=mine).json()
        assert [hint["sid"] for hint in feed["events"]] == ["abc", "x"]


def test_a_migration_that_breaks_off_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shape(older(tmp_path / "rows.db"))
    newest = migrations.NEWEST + 1
    steps = {**migrations.STEPS, newest: ("CREATE TABLE half (a TEXT)", "not a statement")}
    monkeypatch.setattr(migrations, "STEPS", steps)
    monkeypatch.setattr(migrations, "NEWEST", newest)
    rows = ROWS["sqlite"](tmp_path)
    with pytest.raises(Exception, match="syntax error"):
        rows.migrate()
    assert rows.version() == 1
    rows.close()
    assert shape(tmp_path / "rows.db") == before


def test_the_database_may_lie_elsewhere(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "100% another" / "rows.db"
    file.parent.mkdir()
    added = command(data, "tenant", "add", "Fresh Mart", "--database", f"sqlite:///{file}")
    assert not (data / "relay.db").exists()
    code, out, _ = operator(data, "tenant", "list", "--database", f"sqlite:///{file}")
    assert (code, added["tenant"] in out) == (0, True)
    relative = os.path.relpath(file)
    assert operator(data, "tenant", "list", "--database", f"sqlite:///{relative}")[1] == out


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://raseed:pa55word@db.example/raseed", "kind 'postgresql'"),
        ("postgresql+psycopg://raseed:pa55word@db.example/raseed", "SQLite only"),
        ("nats://x", "kind 'nats'"),
        ("sqlite://", "SQLite only"),
        ("/srv/relay.db", "SQLite only"),
        ("sqlite:///", "path of a file"),
        ("sqlite:///:memory:", "path of a file"),
        ("sqlite:///relay.db?mode=ro", "path of a file"),
    ],
)
def test_another_database_is_refused_with_a_sentence(data: Path, url: str, words: str) -> None:
    for arguments in (("serve", "--port", "0"), ("migrate",)):
        code, out, err = operator(data, *arguments, "--database", url)
        assert (code, out) == (2, "")
        assert words in err
        assert "pa55word" not in err
    assert not (data / "relay.db").exists()


def test_the_environment_may_name_the_database(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RASEED_RELAY_DATABASE", f"sqlite:///{tmp_path / 'there.db'}")
    command(data, "migrate")
    assert (tmp_path / "there.db").exists()
    monkeypatch.setenv("RASEED_RELAY_DATABASE", "postgresql://pa55word@x/y")
    assert operator(data, "migrate")[0] == 2
    rows = open_rows(Settings(data=data))
    rows.close()
