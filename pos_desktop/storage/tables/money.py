"""Money: tenders, payable objects, what gateways say, and what goes back."""

import sqlalchemy as sa
from sqlalchemy import INTEGER, TEXT, CheckConstraint, Column, Index, UniqueConstraint

from pos_desktop.storage.tables.parts import (
    above_zero,
    key,
    order,
    paise,
    table,
    text,
    whole,
    word,
    yes_no,
)

tenders = table(
    "tenders",
    Column("tender_id", INTEGER, primary_key=True),
    order(),
    text("kind"),
    above_zero("amount"),
    whole("at"),
    text("by"),
    paise("tendered"),
    paise("change"),
    text("reference"),
    text("approved_by"),
    CheckConstraint("kind <> 'own_upi' OR reference <> ''"),
)
Index("tenders_of", tenders.c.order_id)
Index(
    "tenders_by_reference",
    tenders.c.kind,
    tenders.c.reference,
    sqlite_where=sa.text("reference <> ''"),
)

# A tender is never changed: that it counts no more is a row of its own. ``after_issue``: the bill
# had its number by then, so the ledger's entry of the issue names the tender.
tender_reversals = table(
    "tender_reversals",
    Column("tender_id", INTEGER, sa.ForeignKey("tenders.tender_id"), primary_key=True),
    whole("at"),
    text("by"),
    text("reason"),
    yes_no("after_issue"),
)

collects = table(
    "collects",
    key("reference"),
    order(),
    whole("attempt"),
    word("kind", "link", "qr"),
    text("state"),
    text("gateway"),
    above_zero("amount"),
    whole("created_at"),
    text("gateway_id", null=True),
    text("url", null=True),
    text("upi_payload", null=True),
    text("image_url", null=True),
    text("provider_order_id", null=True),
    whole("expires_at", null=True),
    whole("closed_at", null=True),
    text("reason", null=True),
    whole("next_ask_at", null=True),
    whole("asked_at", null=True),
    whole("asks"),
    text("last_error", null=True),
    UniqueConstraint("order_id", "attempt"),
)
Index("collects_by_gateway_id", collects.c.gateway_id)
Index("collects_by_state", collects.c.state, collects.c.created_at)
# The same expression as in the query, or SQLite would look at every collect there ever was.
Index(
    "collects_unasked",
    sa.text("COALESCE(asked_at, created_at)"),
    sqlite_where=sa.text(
        "state IN ('requested', 'unknown', 'open', 'closing') AND gateway_id IS NOT NULL"
    ),
    _table=collects,
)
Index("collects_due", collects.c.next_ask_at, sqlite_where=sa.text("next_ask_at IS NOT NULL"))

# No foreign key: a statement about money is never refused because its bill is not known.
facts = table(
    "facts",
    Column("fact_seq", INTEGER, primary_key=True),
    text("order_id"),
    text("reference"),
    whole("seen_at"),
    text("gateway"),
    text("payment_id"),
    text("status"),
    paise("amount"),
    text("currency"),
    whole("created_at"),
    text("method"),
    paise("amount_refunded"),
    text("rrn", null=True),
    text("vpa", null=True),
    text("error_reason", null=True),
    text("provider_order_id", null=True),
    UniqueConstraint("gateway", "payment_id", "status", "amount_refunded"),
)
Index("facts_of", facts.c.order_id)
Index("facts_by_rrn", facts.c.rrn, sqlite_where=sa.text("rrn IS NOT NULL"))
Index("facts_captured", facts.c.created_at, sqlite_where=sa.text("status = 'captured'"))

# No foreign key either: money that names no bill is given back too.
refunds = table(
    "refunds",
    key("key"),
    text("order_id"),
    text("gateway"),
    text("payment_id"),
    above_zero("amount"),
    text("reason"),
    text("state"),
    whole("created_at"),
    text("asked_by"),
    text("approved_by"),
    text("provider_order_id", null=True),
    above_zero("attempt"),
    text("lines"),
    text("refund_id", null=True),
    text("bank_ref", null=True),
    whole("next_ask_at", null=True),
    whole("asked_at", null=True),
    whole("asks"),
    text("last_error", null=True),
    whole("done_at", null=True),
)
Index("refunds_of", refunds.c.order_id)
Index("refunds_of_payment", refunds.c.gateway, refunds.c.payment_id)
Index("refunds_owed", refunds.c.created_at, sqlite_where=sa.text("state <> 'done'"))
Index("refunds_due", refunds.c.next_ask_at, sqlite_where=sa.text("next_ask_at IS NOT NULL"))

refund_facts = table(
    "refund_facts",
    Column("fact_seq", INTEGER, primary_key=True),
    text("order_id"),
    whole("seen_at"),
    text("gateway"),
    text("refund_id"),
    text("payment_id"),
    text("status"),
    paise("amount"),
    text("currency"),
    whole("created_at"),
    text("key", null=True),
    text("bank_ref", null=True),
    text("reason", null=True),
    UniqueConstraint("gateway", "refund_id", "status"),
)
Index("refund_facts_of", refund_facts.c.order_id)

wishes = table(
    "wishes",
    Column("order_id", TEXT, sa.ForeignKey("sales.order_id"), primary_key=True, nullable=False),
    text("kind"),
    whole("at"),
    text("by"),
    paise("tendered"),
    text("reason"),
    rowid=False,
)
