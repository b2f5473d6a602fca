"""Triggers and full-text tables of schema version 3: what must hold whoever writes to the file.

The books: ledger, facts and tenders only grow; a frozen bill keeps its figures; an issued one keeps
all but the hand-over; its number and link may be corrected while it waits if the former ones are
kept beside; a message goes by the channel of its bill; a refund keeps whom it pays; an entry of the
inbox is closed once. A phone and its consent may be erased (DPDP, reference domain 3.2).
"""

from collections.abc import Iterable

from sqlalchemy import Table

from pos_desktop.storage import tables

_MAY_CHANGE = frozenset(
    {
        "state", "invoice_number", "issued_at", "confirmed_by", "day", "hour",
        "handed_over_at", "handed_over_by",
        "phone", "consent_purpose", "consent_asked_by", "consent_at", "consent_text_version",
        "link_token", "contact",
    }
)  # fmt: skip
_UNTIL_ISSUED = ("state", "invoice_number", "issued_at", "confirmed_by", "day", "hour")
_ONLY_ERASED = (
    "consent_purpose", "consent_asked_by", "consent_at", "consent_text_version",
)  # fmt: skip
_APPEND_ONLY = (
    "ledger", "facts", "tenders", "tender_reversals", "refund_facts", "sale_lines",
    "message_facts", "opt_outs",
)  # fmt: skip
_CLOSING = ("state", "closed_at", "closed_by", "resolution")
_OF_A_PERSON = ("pin_hash", "failures", "locked_until")
_OF_A_REFUND = (
    "state", "provider_order_id", "attempt", "refund_id", "bank_ref", "next_ask_at", "asked_at",
    "asks", "last_error", "done_at",
)  # fmt: skip


def _append_only(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        for verb in ("update", "delete")
    ]


def _differs(names: Iterable[str]) -> str:
    return " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in names)


def _kept(table: Table, *but: str) -> str:
    return _differs(tables.column_names(table, *but))


def _sales() -> list[str]:
    changed = _kept(tables.sales, *_MAY_CHANGE)
    late = _differs(_UNTIL_ISSUED)
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
        # Another number is another customer's: with it her own consent.
        f"CREATE TRIGGER sales_erase BEFORE UPDATE ON sales WHEN ({replaced}) "
        "AND NEW.contact = OLD.contact "
        "BEGIN SELECT RAISE(ABORT, 'a consent may be erased, not replaced'); END",
        # Written in one statement with the rest, so that no moment has half of it.
        "CREATE TRIGGER sales_contact BEFORE UPDATE ON sales WHEN "
        "(NEW.contact <> OLD.contact OR NEW.link_token <> OLD.link_token "
        "OR (NEW.phone IS NOT NULL AND NEW.phone IS NOT OLD.phone)) "
        "AND NOT (OLD.state = 'awaiting' AND NEW.contact = OLD.contact + 1 "
        "AND NEW.link_token <> OLD.link_token AND EXISTS (SELECT 1 FROM contact_changes AS c "
        "WHERE c.order_id = OLD.order_id AND c.contact = OLD.contact "
        "AND c.phone IS OLD.phone AND c.link_token = OLD.link_token)) "
        "BEGIN SELECT RAISE(ABORT, 'a number is corrected with its link, the former ones kept'); "
        "END",
        "CREATE TRIGGER sale_lines_late BEFORE INSERT ON sale_lines "
        "WHEN (SELECT state FROM sales WHERE order_id = NEW.order_id) <> 'awaiting' "
        "BEGIN SELECT RAISE(ABORT, 'an issued bill never changes'); END",
    ]


def _books() -> list[str]:
    return [
        "CREATE TRIGGER numbers_forward BEFORE UPDATE ON numbers "
        "WHEN NEW.last_no <> OLD.last_no + 1 "
        "BEGIN SELECT RAISE(ABORT, 'numbers go forward one by one'); END",
        "CREATE TRIGGER numbers_no_delete BEFORE DELETE ON numbers "
        "BEGIN SELECT RAISE(ABORT, 'a series is never deleted'); END",
        "CREATE TRIGGER ledger_next BEFORE INSERT ON ledger "
        "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger) "
        "BEGIN SELECT RAISE(ABORT, 'the ledger has no gaps'); END",
    ]


def _messages() -> list[str]:
    told = "INSERT INTO message_facts (message_id, at, state, code, reason, source) VALUES "
    fact = "(NEW.message_id, NEW.told_at, NEW.state, NEW.code, NEW.reason, NEW.told_by)"
    news = "NEW.state IS NOT OLD.state OR NEW.code IS NOT OLD.code OR NEW.reason IS NOT OLD.reason"
    wrong = (
        "(NEW.channel = 'sms' AND NEW.media_url IS NOT NULL) OR NEW.channel <> "
        "(SELECT CASE channel WHEN 'sms_link' THEN 'sms' ELSE 'whatsapp' END "
        "FROM sales WHERE order_id = NEW.order_id)"
    )
    refuse = "BEGIN SELECT RAISE(ABORT, 'a message goes by the channel of its bill'); END"
    former = _kept(tables.contact_changes, "phone")
    return [
        f"CREATE TRIGGER messages_channel BEFORE INSERT ON messages WHEN {wrong} {refuse}",
        "CREATE TRIGGER messages_channel_kept BEFORE UPDATE OF order_id, channel, media_url "
        f"ON messages WHEN {wrong} {refuse}",
        f"CREATE TRIGGER messages_begun AFTER INSERT ON messages BEGIN {told}{fact}; END",
        f"CREATE TRIGGER messages_told AFTER UPDATE ON messages WHEN {news} "
        f"BEGIN {told}{fact}; END",
        "CREATE TRIGGER messages_no_delete BEFORE DELETE ON messages "
        "BEGIN SELECT RAISE(ABORT, 'a message is never deleted'); END",
        "CREATE TRIGGER contact_changes_fixed BEFORE UPDATE ON contact_changes "
        f"WHEN NEW.phone IS NOT NULL OR {former} "
        "BEGIN SELECT RAISE(ABORT, 'a former number may be erased, nothing else'); END",
        "CREATE TRIGGER contact_changes_no_delete BEFORE DELETE ON contact_changes "
        "BEGIN SELECT RAISE(ABORT, 'a former number may be erased, nothing else'); END",
    ]


def _money() -> list[str]:
    refund = _kept(tables.refunds, *_OF_A_REFUND)
    return [
        # A partial index cannot see that the other tender was taken back.
        "CREATE TRIGGER tenders_rrn BEFORE INSERT ON tenders WHEN NEW.kind = 'own_upi' AND EXISTS ("
        "SELECT 1 FROM tenders WHERE kind = 'own_upi' AND reference = NEW.reference "
        "AND reference <> '' AND NOT EXISTS "
        "(SELECT 1 FROM tender_reversals AS r WHERE r.tender_id = tenders.tender_id)) "
        "BEGIN SELECT RAISE(ABORT, 'this UPI reference stands on a bill already'); END",
        f"CREATE TRIGGER refunds_fixed BEFORE UPDATE ON refunds WHEN {refund} "
        "BEGIN SELECT RAISE(ABORT, 'a refund keeps whom it pays and how much'); END",
        "CREATE TRIGGER refunds_order BEFORE UPDATE ON refunds WHEN OLD.provider_order_id "
        "IS NOT NULL AND NEW.provider_order_id IS NOT OLD.provider_order_id "
        "BEGIN SELECT RAISE(ABORT, 'a refund keeps whom it pays and how much'); END",
        "CREATE TRIGGER refunds_done BEFORE UPDATE ON refunds "
        "WHEN OLD.state = 'done' AND NEW.state <> 'done' "
        "BEGIN SELECT RAISE(ABORT, 'what was given back is not owed again'); END",
        "CREATE TRIGGER refunds_no_delete BEFORE DELETE ON refunds "
        "BEGIN SELECT RAISE(ABORT, 'a refund is never deleted'); END",
    ]


def _desk() -> list[str]:
    flag = _kept(tables.flags, *_CLOSING)
    person = _kept(tables.people, *_OF_A_PERSON)
    return [
        "CREATE TRIGGER flags_once BEFORE UPDATE ON flags "
        f"WHEN OLD.state <> 'open' OR NEW.state <> 'closed' OR {flag} "
        "BEGIN SELECT RAISE(ABORT, 'an entry of the inbox is closed once'); END",
        "CREATE TRIGGER flags_no_delete BEFORE DELETE ON flags "
        "BEGIN SELECT RAISE(ABORT, 'nothing leaves the inbox silently'); END",
        f"CREATE TRIGGER people_fixed BEFORE UPDATE ON people WHEN {person} "
        "BEGIN SELECT RAISE(ABORT, 'a person keeps name and role'); END",
        "CREATE TRIGGER people_no_delete BEFORE DELETE ON people "
        "BEGIN SELECT RAISE(ABORT, 'a person is never deleted'); END",
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


def create_triggers() -> list[str]:
    """Every trigger."""
    growing = [statement for table in _APPEND_ONLY for statement in _append_only(table)]
    return [
        *growing,
        *_sales(),
        *_books(),
        *_messages(),
        *_money(),
        *_desk(),
        *create_item_triggers(),
    ]


def all_statements() -> list[str]:
    """Everything that ``metadata.create_all`` does not make."""
    return [
        SEARCH_TABLE,
        "INSERT INTO tallies (name, value) "
        "VALUES ('items', 0), ('opened', 0), ('folded', 0), ('buried', 0)",
        *create_triggers(),
    ]
