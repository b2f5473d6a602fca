"""The tables of the counter's database, schema version 3 (STRICT; amounts paise, moments UTC ms).

Columns stand in the order of the dataclass fields that they hold, so that a row is a value. The
triggers that keep the books stand in ``triggers.py``.
"""

from pos_desktop.storage.tables.bills import (
    contact_changes,
    message_facts,
    messages,
    opt_outs,
    pages,
    pictures,
    sale_lines,
    sales,
)
from pos_desktop.storage.tables.desk import (
    flags,
    items,
    ledger,
    notes,
    numbers,
    outbox,
    people,
    tallies,
    tokens,
)
from pos_desktop.storage.tables.money import (
    collects,
    facts,
    refund_facts,
    refunds,
    tender_reversals,
    tenders,
    wishes,
)
from pos_desktop.storage.tables.parts import metadata
from pos_desktop.storage.tables.sql import column_names, insert_sql, select_sql, update_sql

__all__ = [
    "collects",
    "column_names",
    "contact_changes",
    "facts",
    "flags",
    "insert_sql",
    "items",
    "ledger",
    "message_facts",
    "messages",
    "metadata",
    "notes",
    "numbers",
    "opt_outs",
    "outbox",
    "pages",
    "people",
    "pictures",
    "refund_facts",
    "refunds",
    "sale_lines",
    "sales",
    "select_sql",
    "tallies",
    "tender_reversals",
    "tenders",
    "tokens",
    "update_sql",
    "wishes",
]
