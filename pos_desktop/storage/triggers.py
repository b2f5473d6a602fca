"""Triggers and full-text tables of schema version 1: what must hold whoever writes to the file.

The books: ledger and facts only grow; a frozen bill keeps its figures; an issued one keeps all but
the hand-over. A phone and its consent may be erased, never replaced (DPDP, reference domain 3.2).
"""

from pos_desktop.storage import tables

_MAY_CHANGE = frozenset(
    {
        "state", "invoice_number", "issued_at", "confirmed_by", "day", "hour",
        "handed_over_at", "handed_over_by",
        "phone", "consent_purpose", "consent_asked_by", "consent_at", "consent_text_version",
    }
)  # fmt: skip
_UNTIL_ISSUED = ("state", "invoice_number", "issued_at", "confirmed_by", "day", "hour")
_ONLY_ERASED = (
    "phone", "consent_purpose", "consent_asked_by", "consent_at", "consent_text_version",
)  # fmt: skip
_APPEND_ONLY = ("ledger", "facts", "tenders", "sale_lines")


def _append_only(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        for verb in ("update", "delete")
    ]


def _sales() -> list[str]:
    frozen = tables.column_names(tables.sales, *_MAY_CHANGE)
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in frozen)
    late = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _UNTIL_ISSUED)
    replaced = " OR ".join(
        f"(NEW.{name} IS NOT NULL AND NEW.{name} IS NOT OLD.{name})" for name in _ONLY_ERASED
    )
    return [
        "CREATE TRIGGER sales_no_delete BEFORE DELETE ON sales "
        "BEGIN SELECT RAISE(ABORT, 'a bill is never deleted'); END",
        f"CREATE TRIGGER sales_frozen BEFORE UPDATE ON sales WHEN {changed} "
        "BEGIN SELECT RAISE(ABORT, 'a frozen bill keeps its figures'); END",
        f"CREATE TRIGGER sales_final BEFORE UPDATE ON sales WHEN OLD.state <> 'awaiting' "
        f"AND ({late}) BEGIN SELECT RAISE(ABORT, 'an issued bill never changes'); END",
        f"CREATE TRIGGER sales_erase BEFORE UPDATE ON sales WHEN {replaced} "
        "BEGIN SELECT RAISE(ABORT, 'a phone may be erased, not replaced'); END",
        "CREATE TRIGGER sale_lines_late BEFORE INSERT ON sale_lines "
        "WHEN (SELECT state FROM sales WHERE order_id = NEW.order_id) <> 'awaiting' "
        "BEGIN SELECT RAISE(ABORT, 'an issued bill never changes'); END",
        "CREATE TRIGGER numbers_forward BEFORE UPDATE ON numbers "
        "WHEN NEW.last_no <> OLD.last_no + 1 "
        "BEGIN SELECT RAISE(ABORT, 'numbers go forward one by one'); END",
        "CREATE TRIGGER numbers_no_delete BEFORE DELETE ON numbers "
        "BEGIN SELECT RAISE(ABORT, 'a series is never deleted'); END",
        "CREATE TRIGGER ledger_next BEFORE INSERT ON ledger "
        "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger) "
        "BEGIN SELECT RAISE(ABORT, 'the ledger has no gaps'); END",
    ]


# Categories keep Indian words whole: vowel signs are marks, not separators (performance 3).
SEARCH_TABLE = (
    "CREATE VIRTUAL TABLE items_fts USING fts5(name, content='items', content_rowid='item_id', "
    "tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'\", prefix='1 2 3')"
)
SEARCH_REBUILD = "INSERT INTO items_fts(items_fts) VALUES ('rebuild')"

_FTS_OUT = "INSERT INTO items_fts(items_fts, rowid, name) VALUES ('delete', OLD.item_id, OLD.name)"
_FTS_IN = "INSERT INTO items_fts(rowid, name) VALUES (NEW.item_id, NEW.name)"
_COUNT = "UPDATE tallies SET value = value + {} WHERE name = 'items'"

ITEM_TRIGGERS = {
    "items_in": f"AFTER INSERT ON items BEGIN {_FTS_IN}; {_COUNT.format('NEW.active')}; END",
    "items_out": f"AFTER DELETE ON items BEGIN {_FTS_OUT}; {_COUNT.format('-OLD.active')}; END",
    "items_renamed": f"AFTER UPDATE OF name ON items BEGIN {_FTS_OUT}; {_FTS_IN}; END",
    "items_active": "AFTER UPDATE OF active ON items BEGIN "
    f"{_COUNT.format('NEW.active - OLD.active')}; END",
}
RECOUNT = (
    "UPDATE tallies SET value = (SELECT COUNT(*) FROM items WHERE active = 1) WHERE name = 'items'"
)


def create_item_triggers() -> list[str]:
    """The triggers that keep search and count up to date from day to day."""
    return [f"CREATE TRIGGER {name} {body}" for name, body in ITEM_TRIGGERS.items()]


def drop_item_triggers() -> list[str]:
    """A large import drops them and rebuilds afterwards: seven times quicker."""
    return [f"DROP TRIGGER {name}" for name in ITEM_TRIGGERS]


def all_statements() -> list[str]:
    """Everything that ``metadata.create_all`` does not make."""
    books = [statement for table in _APPEND_ONLY for statement in _append_only(table)]
    return [
        *books,
        *_sales(),
        SEARCH_TABLE,
        "INSERT INTO tallies (name, value) "
        "VALUES ('items', 0), ('opened', 0), ('folded', 0), ('buried', 0)",
        *create_item_triggers(),
    ]
