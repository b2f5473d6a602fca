"""What the counter keeps beside the bills: effects, ledger, numbers, inbox, people, articles."""

import sqlalchemy as sa
from sqlalchemy import INTEGER, TEXT, CheckConstraint, Column, Index, UniqueConstraint

from pos_desktop.storage.tables.parts import key, paise, table, text, whole, word, yes_no

outbox = table(
    "outbox",
    Column("effect_id", INTEGER, primary_key=True),
    text("kind"),
    text("subject"),
    text("order_id"),
    word("state", "queued", "doing", "done", "dropped"),
    whole("attempts"),
    whole("not_before"),
    whole("created_at"),
    text("last_error", null=True),
    whole("finished_at", null=True),
    UniqueConstraint("kind", "subject"),
)
Index("outbox_due", outbox.c.not_before, sqlite_where=sa.text("state = 'queued'"))
Index("outbox_unsent", outbox.c.created_at, sqlite_where=sa.text("state IN ('queued', 'doing')"))
Index("outbox_of", outbox.c.order_id)

ledger = table(
    "ledger",
    Column("seq", INTEGER, primary_key=True),
    text("kind"),
    text("actor"),
    whole("at"),
    text("body"),
    Column("prev_hash", TEXT, CheckConstraint("length(prev_hash) = 64"), nullable=False),
    Column("hash", TEXT, CheckConstraint("length(hash) = 64"), nullable=False),
)

numbers = table(
    "numbers",
    key("series"),
    key("fy"),
    Column("last_no", INTEGER, CheckConstraint("last_no BETWEEN 1 AND 999999"), nullable=False),
    rowid=False,
)

tokens = table("tokens", Column("day", INTEGER, primary_key=True), whole("last_no"))

# No foreign key, like facts: money without a known bill needs a person all the more.
flags = table(
    "flags",
    Column("flag_id", INTEGER, primary_key=True),
    text("order_id"),
    text("kind"),
    paise("amount"),
    whole("at"),
    word("state", "open", "closed"),
    text("detail"),
    text("action"),
    whole("closed_at", null=True),
    text("closed_by", null=True),
    text("resolution", null=True),
    UniqueConstraint("order_id", "kind", "detail"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)"),
    CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL)"),
    CheckConstraint("(state = 'closed') = (resolution IS NOT NULL)"),
)
Index("flags_open", flags.c.at, sqlite_where=sa.text("state = 'open'"))

notes = table("notes", key("name"), text("value"), rowid=False)

# The PIN itself is nowhere: the hash is over the PIN and a pepper that is kept elsewhere.
people = table(
    "people",
    key("person_id"),
    text("name"),
    word("role", "cashier", "manager"),
    Column("pin_hash", TEXT, CheckConstraint("pin_hash GLOB '*[^0-9]*'"), nullable=False),
    whole("created_at"),
    Column("failures", INTEGER, CheckConstraint("failures >= 0"), nullable=False),
    whole("locked_until", null=True),
)

items = table(
    "items",
    Column("item_id", INTEGER, primary_key=True),
    text("barcode"),
    text("name"),
    paise("price"),
    paise("mrp", null=True),
    yes_no("price_includes_tax"),
    paise("gst_rate"),
    text("hsn"),
    text("unit"),
    text("category"),
    text("tax_class"),
    paise("cess_rate"),
    paise("cess_per_unit"),
    whole("quick_order", null=True),
    Column(
        "active",
        INTEGER,
        CheckConstraint("active IN (0, 1)"),
        nullable=False,
        server_default=sa.text("1"),
    ),
    UniqueConstraint("barcode"),
)
Index("items_by_name", sa.text("name COLLATE NOCASE"), _table=items)
Index(
    "items_quick",
    items.c.quick_order,
    sqlite_where=sa.text("quick_order IS NOT NULL AND active = 1"),
)

# One row per counted thing, kept by triggers: counting a million items would cost the start.
tallies = table("tallies", key("name"), whole("value"), rowid=False)
