"""The tables of the counter's database, schema version 1 (STRICT; amounts paise, moments UTC ms).

Columns stand in the order of the dataclass fields that they hold, so that a row is a value. The
triggers that keep the books stand in ``triggers.py``.
"""

import sqlalchemy as sa
from sqlalchemy import BLOB, INTEGER, TEXT, CheckConstraint, Column, Index, Table, UniqueConstraint

metadata = sa.MetaData()


def _text(name: str, *, null: bool = False) -> "Column[str]":
    return Column(name, TEXT, nullable=null)


def _int(name: str, *, null: bool = False) -> "Column[int]":
    return Column(name, INTEGER, nullable=null)


def _paise(name: str, *, null: bool = False) -> "Column[int]":
    return Column(name, INTEGER, CheckConstraint(f"{name} >= 0"), nullable=null)


def _flag(name: str) -> "Column[int]":
    return Column(name, INTEGER, CheckConstraint(f"{name} IN (0, 1)"), nullable=False)


def _word(name: str, *words: str) -> "Column[str]":
    known = ", ".join(f"'{word}'" for word in words)
    return Column(name, TEXT, CheckConstraint(f"{name} IN ({known})"), nullable=False)


def _key(name: str) -> "Column[str]":
    return Column(name, TEXT, primary_key=True, nullable=False)


def _order() -> "Column[str]":
    return Column("order_id", TEXT, sa.ForeignKey("sales.order_id"), nullable=False)


def _table(name: str, *parts: sa.schema.SchemaItem, rowid: bool = True) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


sales = _table(
    "sales",
    _key("order_id"),
    _int("token_no"),
    _word("state", "awaiting", "issued", "abandoned"),
    _text("counter"),
    _text("cashier"),
    _text("channel"),
    _paise("taxable"),
    _paise("cgst"),
    _paise("sgst"),
    _paise("igst"),
    _paise("cess"),
    _paise("total"),
    _int("round_off"),
    _paise("payable"),
    _text("supplier_state"),
    _text("place_of_supply"),
    _text("scheme"),
    _paise("due"),
    _text("bill_hash"),
    _text("link_token"),
    _int("created_at"),
    _text("phone", null=True),
    _text("consent_purpose", null=True),
    _text("consent_asked_by", null=True),
    _int("consent_at", null=True),
    _text("consent_text_version", null=True),
    _text("invoice_number", null=True),
    _int("issued_at", null=True),
    _text("confirmed_by", null=True),
    _int("handed_over_at", null=True),
    _text("handed_over_by", null=True),
    # In the shop's time; of the issue once there is one, of the freezing before.
    _int("day"),
    _int("hour"),
    UniqueConstraint("link_token"),
    UniqueConstraint("invoice_number"),
    CheckConstraint("(state = 'issued') = (invoice_number IS NOT NULL)"),
    CheckConstraint("(state = 'issued') = (issued_at IS NOT NULL)"),
    CheckConstraint("payable = total + round_off"),
    CheckConstraint("hour BETWEEN 0 AND 23"),
)
Index("sales_by_day", sales.c.day)
Index("sales_issued", sales.c.issued_at, sqlite_where=sa.text("issued_at IS NOT NULL"))
Index(
    "sales_open",
    sales.c.created_at,
    sqlite_where=sa.text("state <> 'abandoned' AND handed_over_at IS NULL"),
)

sale_lines = _table(
    "sale_lines",
    Column("order_id", TEXT, sa.ForeignKey("sales.order_id"), primary_key=True, nullable=False),
    Column("line_no", INTEGER, primary_key=True, nullable=False),
    _text("name"),
    Column("qty", INTEGER, CheckConstraint("qty > 0"), nullable=False),
    _paise("price"),
    _flag("price_includes_tax"),
    _paise("gst_rate"),
    _paise("gross"),
    _paise("discount"),
    _paise("bill_discount"),
    _paise("net"),
    _paise("taxable"),
    _paise("cgst"),
    _paise("sgst"),
    _paise("igst"),
    _paise("cess"),
    _paise("total"),
    _int("item_id", null=True),
    _text("barcode"),
    _paise("mrp", null=True),
    _text("hsn"),
    _text("unit"),
    _text("tax_class"),
    _paise("cess_rate"),
    _paise("cess_per_unit"),
    rowid=False,
)

tenders = _table(
    "tenders",
    Column("tender_id", INTEGER, primary_key=True),
    _order(),
    _text("kind"),
    Column("amount", INTEGER, CheckConstraint("amount > 0"), nullable=False),
    _int("at"),
    _text("by"),
    _paise("tendered"),
    _paise("change"),
    _text("reference"),
)
Index("tenders_of", tenders.c.order_id)

collects = _table(
    "collects",
    _key("reference"),
    _order(),
    _int("attempt"),
    _word("kind", "link", "qr"),
    _text("state"),
    _text("gateway"),
    Column("amount", INTEGER, CheckConstraint("amount > 0"), nullable=False),
    _int("created_at"),
    _text("gateway_id", null=True),
    _text("url", null=True),
    _text("upi_payload", null=True),
    _text("image_url", null=True),
    _text("provider_order_id", null=True),
    _int("expires_at", null=True),
    _int("closed_at", null=True),
    _text("reason", null=True),
    _int("next_ask_at", null=True),
    _int("asked_at", null=True),
    _int("asks"),
    _text("last_error", null=True),
    UniqueConstraint("order_id", "attempt"),
)
Index("collects_by_gateway_id", collects.c.gateway_id)
Index("collects_due", collects.c.next_ask_at, sqlite_where=sa.text("next_ask_at IS NOT NULL"))

# No foreign key: a statement about money is never refused because its bill is not known.
facts = _table(
    "facts",
    Column("fact_seq", INTEGER, primary_key=True),
    _text("order_id"),
    _text("reference"),
    _int("seen_at"),
    _text("gateway"),
    _text("payment_id"),
    _text("status"),
    _paise("amount"),
    _text("currency"),
    _int("created_at"),
    _text("method"),
    _paise("amount_refunded"),
    _text("rrn", null=True),
    _text("vpa", null=True),
    _text("error_reason", null=True),
    _text("provider_order_id", null=True),
    UniqueConstraint("gateway", "payment_id", "status"),
)
Index("facts_of", facts.c.order_id)

messages = _table(
    "messages",
    _key("message_id"),
    _order(),
    _text("purpose"),
    _int("attempt"),
    _word("channel", "whatsapp", "sms"),
    _text("to"),
    _text("state"),
    _int("created_at"),
    _text("template"),
    _text("parameters"),
    _text("body", null=True),
    _text("media_url", null=True),
    _text("url", null=True),
    _text("url_suffix", null=True),
    _text("sid", null=True),
    _int("code", null=True),
    _text("reason", null=True),
    _int("not_before"),
    _int("polls"),
    UniqueConstraint("order_id", "purpose", "attempt"),
)
Index("messages_by_sid", messages.c.sid, sqlite_where=sa.text("sid IS NOT NULL"))
Index(
    "messages_to_poll",
    messages.c.not_before,
    sqlite_where=sa.text("channel = 'sms' AND state IN ('accepted', 'sent')"),
)

outbox = _table(
    "outbox",
    Column("effect_id", INTEGER, primary_key=True),
    _text("kind"),
    _text("subject"),
    _text("order_id"),
    _word("state", "queued", "doing", "done", "dropped"),
    _int("attempts"),
    _int("not_before"),
    _int("created_at"),
    _text("last_error", null=True),
    _int("finished_at", null=True),
    UniqueConstraint("kind", "subject"),
)
Index("outbox_due", outbox.c.not_before, sqlite_where=sa.text("state = 'queued'"))
Index("outbox_unsent", outbox.c.created_at, sqlite_where=sa.text("state IN ('queued', 'doing')"))
Index("outbox_of", outbox.c.order_id)

ledger = _table(
    "ledger",
    Column("seq", INTEGER, primary_key=True),
    _text("kind"),
    _text("actor"),
    _int("at"),
    _text("body"),
    Column("prev_hash", TEXT, CheckConstraint("length(prev_hash) = 64"), nullable=False),
    Column("hash", TEXT, CheckConstraint("length(hash) = 64"), nullable=False),
)

numbers = _table(
    "numbers",
    _key("series"),
    _key("fy"),
    Column("last_no", INTEGER, CheckConstraint("last_no BETWEEN 1 AND 999999"), nullable=False),
    rowid=False,
)

tokens = _table("tokens", Column("day", INTEGER, primary_key=True), _int("last_no"))

pages = _table(
    "pages",
    Column("order_id", TEXT, sa.ForeignKey("sales.order_id"), primary_key=True, nullable=False),
    Column("revision", INTEGER, primary_key=True, nullable=False),
    Column("content", BLOB, nullable=False),
    Column("pdf", BLOB, nullable=True),
    _flag("acknowledged"),
)

pictures = _table(
    "pictures",
    _key("reference"),
    _text("token"),
    Column("sealed", BLOB, nullable=True),
    _flag("acknowledged"),
    _flag("closed"),
    UniqueConstraint("token"),
)

# No foreign key, like facts: money without a known bill needs a person all the more.
flags = _table(
    "flags",
    Column("flag_id", INTEGER, primary_key=True),
    _text("order_id"),
    _text("kind"),
    _paise("amount"),
    _int("at"),
    _text("state"),
    _text("detail"),
    _text("action"),
    UniqueConstraint("order_id", "kind", "detail"),
)
Index("flags_open", flags.c.at, sqlite_where=sa.text("state = 'open'"))

notes = _table("notes", _key("name"), _text("value"), rowid=False)

items = _table(
    "items",
    Column("item_id", INTEGER, primary_key=True),
    _text("barcode"),
    _text("name"),
    _paise("price"),
    _paise("mrp", null=True),
    _flag("price_includes_tax"),
    _paise("gst_rate"),
    _text("hsn"),
    _text("unit"),
    _text("category"),
    _text("tax_class"),
    _paise("cess_rate"),
    _paise("cess_per_unit"),
    _int("quick_order", null=True),
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
tallies = _table("tallies", _key("name"), _int("value"), rowid=False)


def column_names(table: Table, *without: str) -> tuple[str, ...]:
    """The columns of a table in order, without those named."""
    return tuple(column.name for column in table.columns if column.name not in without)


# The names below are those of our own tables; values always travel as parameters.


def insert_sql(table: Table, names: tuple[str, ...], conflict: str = "") -> str:
    """``INSERT`` of these columns with positional parameters; ``conflict`` is the ending clause."""
    listed = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table.name} ({listed}) VALUES ({marks}) {conflict}".rstrip()  # noqa: S608 - see above


def update_sql(table: Table, names: tuple[str, ...], rest: str) -> str:
    """``UPDATE`` of these columns with positional parameters; ``rest`` begins with WHERE."""
    listed = ", ".join(f'"{name}" = ?' for name in names)
    return f"UPDATE {table.name} SET {listed} {rest}"  # noqa: S608 - see above


def select_sql(table: Table, names: tuple[str, ...], rest: str = "") -> str:
    """``SELECT`` of these columns; ``rest`` begins with WHERE or ORDER BY."""
    listed = ", ".join(f'"{name}"' for name in names)
    return f"SELECT {listed} FROM {table.name} {rest}".rstrip()  # noqa: S608 - see above
