"""Finding articles: exact codes, typed text in any script, and never a scan of the table."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.errors import StoreError
from pos_desktop.domain.sale import Item, TaxClass
from pos_desktop.ports import CatalogueReader
from pos_desktop.storage import catalogue as catalogue_module
from pos_desktop.storage.catalogue import SqliteCatalogue, match_query
from pos_desktop.storage.importer import ProductImport
from pos_desktop.storage.store import SqliteStore

NAMES = (
    "Aashirvaad Atta 5 kg",
    "Atta Whole Wheat",
    "atta loose",
    "Parle-G Biscuit 100 g",
    "Nestlé Café au lait",
    "हिमालय नीम फेस वॉश",
    "அமுல் வெண்ணெய்",
    "తెలుగు పచ్చడి",
    "100% Juice (Mango)",
    'O\'Reilly "Best" * AND near',
    "Salt",
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteCatalogue]:
    """A small shop with awkward names."""
    folder = tmp_path_factory.mktemp("catalogue")
    rows = [
        f'{n:04d},"{name.replace(chr(34), chr(34) * 2)}",10.50,12,5,{n if n < 3 else ""}'
        for n, name in enumerate(NAMES)
    ]
    text = "barcode,name,price,mrp,gst_rate,quick_order\n" + "\n".join(rows) + "\n"
    (folder / "products.csv").write_text(text, encoding="utf-8")
    with SqliteStore(folder / "counter.db").open() as store:
        report = ProductImport(store).import_file(folder / "products.csv", skip_bad_rows=False)
        assert report.faults == ()
        with store.write() as unit:
            unit.session.change("UPDATE items SET active = 0 WHERE name = 'Salt'")
            unit.commit()
        reader = SqliteCatalogue(store.path)
        yield reader
        reader.close()


def _names(found: "tuple[Item, ...] | list[Item]") -> list[str]:
    return [item.name for item in found]


def _search(catalogue: CatalogueReader, text: str, limit: int = 20) -> list[str]:
    return _names(list(catalogue.search(text, limit)))


def test_find(catalogue: SqliteCatalogue) -> None:
    assert catalogue.find("0003") == Item(
        item_id=4, barcode="0003", name=NAMES[3], price=1050, mrp=1200, gst_rate=50_000,
        tax_class=TaxClass.TAXABLE,
    )  # fmt: skip
    assert catalogue.find("0010") is None, "not active"
    assert catalogue.find("9999") is None


def test_starts_with_comes_first_then_words(catalogue: SqliteCatalogue) -> None:
    assert _search(catalogue, "atta") == [
        "atta loose",
        "Atta Whole Wheat",
        "Aashirvaad Atta 5 kg",
    ]
    assert _search(catalogue, "ATTA", 2) == ["atta loose", "Atta Whole Wheat"]
    assert _search(catalogue, "wh att") == ["Atta Whole Wheat"]
    assert _search(catalogue, "a") == [
        "Aashirvaad Atta 5 kg",
        "atta loose",
        "Atta Whole Wheat",
        "Nestlé Café au lait",
        'O\'Reilly "Best" * AND near',
    ]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("नीम", NAMES[5]),
        ("हिमा", NAMES[5]),
        ("फेस हिमालय", NAMES[5]),
        ("வெண்", NAMES[6]),
        ("పచ్చ", NAMES[7]),
        ("cafe", NAMES[4]),
        ("CAFÉ", NAMES[4]),
        ("parle g", NAMES[3]),
        ("Parle-G", NAMES[3]),
        ("juice mango", NAMES[8]),
        ("100%", NAMES[8]),
        ("o'reilly", NAMES[9]),
        ("best and", NAMES[9]),
    ],
)
def test_words_of_any_script_are_found(catalogue: SqliteCatalogue, typed: str, wanted: str) -> None:
    assert wanted in _search(catalogue, typed)


@pytest.mark.parametrize(
    "typed", ["", "   ", "\0", "\t\n", "zzz", "नीमx", "salt", "a" * 10_000, "---", '"', "*", "()"]
)
def test_nothing_is_found_without_harm(catalogue: SqliteCatalogue, typed: str) -> None:
    assert _search(catalogue, typed) == []


@pytest.mark.parametrize(
    "typed",
    ['"', '""', 'a"b', "a*", "NEAR(a b)", "name:atta", "a AND", "OR", "NOT a", "-a", "^a", "a + b",
     "{a}", "a;--", "'; DROP TABLE items;--", "%", "_", "\\", "a\0b"],
)  # fmt: skip
def test_punctuation_is_harmless(catalogue: SqliteCatalogue, typed: str) -> None:
    assert len(_search(catalogue, typed)) <= len(NAMES)
    assert catalogue.count() == len(NAMES) - 1


@given(st.text(max_size=30))
def test_no_text_breaks_the_query(catalogue: SqliteCatalogue, text: str) -> None:
    found = _search(catalogue, text, 5)
    assert len(found) <= 5


def test_query_quotes_every_word() -> None:
    assert match_query('o\'Reilly "x" AND वॉश') == '"o"* "Reilly"* "x"* "AND"* "वॉश"*'
    assert match_query("- * (") == ""
    assert match_query("a " * 20).count("*") == 8


def test_limits(catalogue: SqliteCatalogue) -> None:
    assert _search(catalogue, "a", 1) == ["Aashirvaad Atta 5 kg"]
    assert _search(catalogue, "a", 0) == []


def test_quick_and_count(catalogue: SqliteCatalogue) -> None:
    assert _names(list(catalogue.quick())) == list(NAMES[:3])
    assert _names(list(catalogue.quick(1))) == [NAMES[0]]
    assert catalogue.count() == len(NAMES) - 1


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        (catalogue_module._FIND, 1),
        (catalogue_module._STARTS, 3),
        (catalogue_module._WORDS, 2),
        (catalogue_module._QUICK, 1),
        (catalogue_module._COUNT, 0),
    ],
)
def test_no_query_scans(catalogue: SqliteCatalogue, sql: str, count: int) -> None:
    session = catalogue._session()
    plan = [row[3] for row in session.rows(f"EXPLAIN QUERY PLAN {sql}", ["x"] * count)]
    # A MATCH is listed as a scan of the virtual table's own index; the hits are at most 100.
    scans = [
        step
        for step in plan
        if step.startswith("SCAN")
        and "VIRTUAL TABLE INDEX" not in step
        and not step.startswith("SCAN (subquery")
        and "items_quick" not in step
    ]
    assert scans == [], plan
    assert not any("SCAN items_fts" in s and ":M" not in s for s in plan)


def test_a_change_is_seen_and_search_follows(store: SqliteStore) -> None:
    reader = SqliteCatalogue(store.path)
    insert = (
        "INSERT INTO items (barcode, name, price, price_includes_tax, gst_rate, hsn, unit, "
        "category, tax_class, cess_rate, cess_per_unit, active) "
        "VALUES ('1', ?, 100, 1, 0, '', 'PCS', '', 'taxable', 0, 0, 1)"
    )
    for change, names, count in (
        (insert, ["Red Rice"], 1),
        ("UPDATE items SET name = ?", ["Brown Rice"], 1),
        ("UPDATE items SET active = (? = '')", [], 0),
        ("UPDATE items SET active = (? = 'Brown Rice')", ["Brown Rice"], 1),
        ("DELETE FROM items WHERE name = ?", [], 0),
    ):
        with store.write() as unit:
            unit.session.change(change, ("Red Rice" if change == insert else "Brown Rice",))
            unit.commit()
        assert _search(reader, "rice") == names
        assert reader.count() == count
    reader.close()


def test_each_thread_has_its_own_connection_and_close_ends_all(store: SqliteStore) -> None:
    reader = SqliteCatalogue(store.path)
    sessions: list[object] = [reader._session()]
    thread = threading.Thread(target=lambda: sessions.append(reader._session()))
    thread.start()
    thread.join()
    assert sessions[0] is reader._session()
    assert sessions[0] is not sessions[1]
    reader.close()
    reader.close()
    with pytest.raises(StoreError) as caught:
        reader.count()
    assert caught.value.code == "closed"


def test_it_never_writes(store: SqliteStore) -> None:
    reader = SqliteCatalogue(store.path)
    with pytest.raises(RuntimeError):
        reader._session().change("DELETE FROM items")
    with pytest.raises(StoreError) as caught:
        reader._session().control("DELETE FROM items")
    assert caught.value.code == "read_only"
    reader.close()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    reader = SqliteCatalogue(tmp_path / "none.db")
    with pytest.raises(StoreError) as caught:
        reader.find("1")
    assert caught.value.code == "cannot_open"
