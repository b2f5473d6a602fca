"""Bills with their lines, messages and pages."""

import sqlalchemy as sa
from sqlalchemy import BLOB, INTEGER, TEXT, CheckConstraint, Column, Index, UniqueConstraint

from pos_desktop.storage.tables.parts import key, order, paise, table, text, whole, word, yes_no

sales = table(
    "sales",
    key("order_id"),
    whole("token_no"),
    word("state", "awaiting", "issued", "abandoned"),
    text("counter"),
    text("cashier"),
    text("channel"),
    paise("taxable"),
    paise("cgst"),
    paise("sgst"),
    paise("igst"),
    paise("cess"),
    paise("total"),
    whole("round_off"),
    paise("payable"),
    text("supplier_state"),
    text("place_of_supply"),
    text("scheme"),
    paise("due"),
    text("bill_hash"),
    text("link_token"),
    whole("created_at"),
    text("phone", null=True),
    text("consent_purpose", null=True),
    text("consent_asked_by", null=True),
    whole("consent_at", null=True),
    text("consent_text_version", null=True),
    text("invoice_number", null=True),
    whole("issued_at", null=True),
    text("confirmed_by", null=True),
    whole("handed_over_at", null=True),
    text("handed_over_by", null=True),
    yes_no("remote"),
    word("link_style", "gateway", "page"),
    # How often the customer's number was corrected; see contact_changes.
    whole("contact"),
    # In the shop's time; of the issue once there is one, of the freezing before.
    whole("day"),
    whole("hour"),
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

sale_lines = table(
    "sale_lines",
    Column("order_id", TEXT, sa.ForeignKey("sales.order_id"), primary_key=True, nullable=False),
    Column("line_no", INTEGER, primary_key=True, nullable=False),
    text("name"),
    Column("qty", INTEGER, CheckConstraint("qty > 0"), nullable=False),
    paise("price"),
    yes_no("price_includes_tax"),
    paise("gst_rate"),
    paise("gross"),
    paise("discount"),
    paise("bill_discount"),
    paise("net"),
    paise("taxable"),
    paise("cgst"),
    paise("sgst"),
    paise("igst"),
    paise("cess"),
    paise("total"),
    whole("item_id", null=True),
    text("barcode"),
    paise("mrp", null=True),
    text("hsn"),
    text("unit"),
    text("tax_class"),
    paise("cess_rate"),
    paise("cess_per_unit"),
    rowid=False,
)

# What a bill's number and link were before they were corrected. The phone may be erased.
contact_changes = table(
    "contact_changes",
    Column("change_id", INTEGER, primary_key=True),
    order(),
    whole("contact"),
    whole("at"),
    text("by"),
    text("phone", null=True),
    text("link_token"),
    UniqueConstraint("order_id", "contact"),
    UniqueConstraint("link_token"),
)

messages = table(
    "messages",
    key("message_id"),
    order(),
    text("purpose"),
    whole("attempt"),
    word("channel", "whatsapp", "sms"),
    text("to"),
    text("state"),
    whole("created_at"),
    text("template"),
    text("parameters"),
    text("body", null=True),
    text("media_url", null=True),
    text("url", null=True),
    text("url_suffix", null=True),
    text("sid", null=True),
    whole("code", null=True),
    text("reason", null=True),
    whole("not_before"),
    whole("polls"),
    # When and by whom the present state was told: what a fact says of it.
    whole("told_at"),
    text("told_by"),
    UniqueConstraint("order_id", "purpose", "attempt"),
)
Index("messages_by_sid", messages.c.sid, sqlite_where=sa.text("sid IS NOT NULL"))
Index(
    "messages_to_poll",
    messages.c.not_before,
    sqlite_where=sa.text("channel = 'sms' AND state IN ('accepted', 'sent')"),
)

message_facts = table(
    "message_facts",
    Column("fact_id", INTEGER, primary_key=True),
    Column("message_id", TEXT, sa.ForeignKey("messages.message_id"), nullable=False),
    whole("at"),
    text("state"),
    whole("code", null=True),
    text("reason", null=True),
    text("source"),
)
Index("message_facts_of", message_facts.c.message_id)

# Numbers that want no messages, and those that want them again: the newest word counts. ``tag``
# names a number that this counter never wrote to (wire/tags.py).
opt_outs = table(
    "opt_outs",
    Column("opt_id", INTEGER, primary_key=True),
    text("phone", null=True),
    text("tag", null=True),
    whole("at"),
    word("kind", "out", "in"),
    word("source", "stop", "counter"),
    text("by"),
    CheckConstraint("phone IS NOT NULL OR tag IS NOT NULL"),
)
Index("opt_outs_by_phone", opt_outs.c.phone, sqlite_where=sa.text("phone IS NOT NULL"))
Index("opt_outs_by_tag", opt_outs.c.tag, sqlite_where=sa.text("tag IS NOT NULL"))

pages = table(
    "pages",
    Column("order_id", TEXT, sa.ForeignKey("sales.order_id"), primary_key=True, nullable=False),
    Column("contact", INTEGER, primary_key=True, nullable=False),
    Column("revision", INTEGER, primary_key=True, nullable=False),
    Column("content", BLOB, nullable=False),
    Column("pdf", BLOB, nullable=True),
    yes_no("acknowledged"),
)

pictures = table(
    "pictures",
    key("reference"),
    text("token"),
    Column("sealed", BLOB, nullable=True),
    yes_no("acknowledged"),
    yes_no("closed"),
    UniqueConstraint("token"),
)
