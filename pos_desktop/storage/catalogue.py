"""Finding articles while scanning and typing: one indexed SELECT each, never a write."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from pos_desktop.domain.sale import Item, TaxClass
from pos_desktop.storage.engine import Readers
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import column_names, items, select_sql

_NAMES = column_names(items, "quick_order", "active")
_FIND = select_sql(items, _NAMES, "WHERE barcode = ? AND active = 1")
_STARTS = select_sql(
    items,
    _NAMES,
    "WHERE name COLLATE NOCASE >= ? AND name COLLATE NOCASE < ? AND active = 1 "
    "ORDER BY name COLLATE NOCASE LIMIT ?",
)
# Unordered and at most 100 hits: ranking would visit every hit of a short prefix (performance 3),
# and half of the time of two words is spent on the hits after these.
# CROSS JOIN keeps the order: the few hits outside, the articles by their key inside.
_WORDS = select_sql(
    items, _NAMES, "WHERE item_id = hit AND active = 1 ORDER BY name COLLATE NOCASE LIMIT ?"
).replace(
    "FROM items",
    "FROM (SELECT rowid AS hit FROM items_fts WHERE items_fts MATCH ? LIMIT 100) CROSS JOIN items",
)
_QUICK = select_sql(
    items, _NAMES, "WHERE quick_order IS NOT NULL AND active = 1 ORDER BY quick_order LIMIT ?"
)
_COUNT = "SELECT value FROM tallies WHERE name = 'items'"
_LONGEST = 64
_MOST_WORDS = 8
_LAST_CHARACTER = "\U0010ffff"


class SqliteCatalogue:
    """``ports.CatalogueReader`` with one held read-only connection per thread that asks.

    ``path`` is the database of a store that has been opened. Raises StoreError.
    """

    def __init__(self, path: Path) -> None:
        self._readers = Readers(path)

    def find(self, code: str) -> Item | None:
        """The active item with exactly this (normalised) code."""
        row = self._session().row(_FIND, (code,))
        return None if row is None else _item(row)

    def search(self, text: str, limit: int = 20) -> Sequence[Item]:
        """Names that start with ``text``, then names that hold every word of it as a prefix."""
        typed = " ".join(text[:_LONGEST].replace("\0", " ").split())
        if not typed or limit < 1:
            return ()
        session = self._session()
        found = session.rows(_STARTS, (typed, typed + _LAST_CHARACTER, limit))
        if len(found) < limit:
            query = match_query(typed)
            if query:
                have = {row[0] for row in found}
                more = session.rows(_WORDS, (query, limit))
                found += [row for row in more if row[0] not in have]
        return tuple(map(_item, found[:limit]))

    def quick(self, limit: int = 8) -> Sequence[Item]:
        """The loose goods for the quick keys, in their set order."""
        return tuple(map(_item, self._session().rows(_QUICK, (limit,))))

    def count(self) -> int:
        """How many active items there are."""
        row = self._session().row(_COUNT)
        return 0 if row is None else int(row[0])

    def close(self) -> None:
        """Close the connections of all threads; harmless twice."""
        self._readers.close()

    def _session(self) -> Session:
        return self._readers.held().session


def match_query(text: str) -> str:
    """``text`` as an FTS5 query: every word quoted and a prefix, punctuation gone; "" for none.

    Words are cut where the index cuts them: letters, numbers, marks and private characters stay.
    """
    kept = "".join(c if _is_word_character(c) else " " for c in text)
    return " ".join(f'"{word}"*' for word in kept.split()[:_MOST_WORDS])


def _is_word_character(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LN" or category in ("Co", "Mn", "Mc")


def _item(row: Row) -> Item:
    (
        item_id, barcode, name, price, mrp, includes, gst_rate, hsn, unit, category,
        tax_class, cess_rate, cess_per_unit,
    ) = row  # fmt: skip
    return Item(
        item_id, barcode, name, price, mrp, bool(includes), gst_rate, hsn, unit, category,
        TaxClass(tax_class), cess_rate, cess_per_unit,
    )  # fmt: skip
