"""The books hold against any writer, also one with a SQLite tool."""

from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import Message, MessageState, OptKind, OptOut, Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import PaymentFact, PaymentStatus, RefundFact, RefundStatus
from pos_desktop.domain.people import Person, Role
from pos_desktop.domain.refund import Refund, RefundState
from pos_desktop.domain.sale import Channel, Tender, TenderKind
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import NOW, order_id, sale, sell


def test_the_books_hold_against_any_writer(store: SqliteStore) -> None:
    sell(store, 1)
    with store.write() as unit:
        unit.sales.add(sale(2))
        unit.commit()
    refused = (
        "UPDATE ledger SET body = '{}'",
        "DELETE FROM ledger",
        "REPLACE INTO ledger SELECT * FROM ledger",
        "UPDATE sale_lines SET name = 'x'",
        "DELETE FROM sale_lines",
        "UPDATE tenders SET amount = 1",
        "DELETE FROM sales",
        "UPDATE sales SET due = 1 WHERE state = 'awaiting'",
        "UPDATE sales SET payable = 1",
        "UPDATE sales SET invoice_number = 'X/1/1' WHERE state = 'issued'",
        "UPDATE sales SET state = 'awaiting', invoice_number = NULL, issued_at = NULL "
        "WHERE state = 'issued'",
        "UPDATE sales SET phone = '+911111111111' WHERE phone IS NOT NULL",
        "UPDATE numbers SET last_no = last_no - 1",
        "UPDATE numbers SET last_no = last_no + 2",
        "DELETE FROM numbers",
        "INSERT INTO sale_lines SELECT order_id, 2, name, qty, price, price_includes_tax, gst_rate,"
        " gross, discount, bill_discount, net, taxable, cgst, sgst, igst, cess, total, item_id,"
        " barcode, mrp, hsn, unit, tax_class, cess_rate, cess_per_unit FROM sale_lines",
    )
    for statement in refused:
        with store.write() as unit, pytest.raises(DomainError) as caught:
            unit.session.change(statement)
        assert caught.value.code == "conflict", statement
    with store.write() as unit:
        unit.session.change("UPDATE sales SET phone = NULL, consent_purpose = NULL")
        unit.commit()
    with store.read() as reading:
        found = reading.sales.get(sale(2).order_id)
    assert found is not None and found.phone is None and found.consent is None


def _money(store: SqliteStore) -> None:
    """A tender taken back, one refund done and one asked, an inbox of two, a manager."""
    sell(store, 1)
    paid = PaymentFact("razorpay", "pay_1", PaymentStatus.CAPTURED, 500, "INR", NOW)
    back = RefundFact("razorpay", "rfnd_1", "pay_1", RefundStatus.PROCESSED, 500, "INR", NOW)
    refund = Refund(
        "dup-pay_1", order_id(1), "razorpay", "pay_1", 500, "duplicate", RefundState.DONE, NOW,
        "Asha", "Meera", provider_order_id="order_1",
    )  # fmt: skip
    asked = replace(refund, key="dup-pay_2", state=RefundState.ASKED, provider_order_id=None)
    with store.write() as unit:
        card = Tender(TenderKind.CARD, 100, NOW, "Asha", reference="slip", approved_by="Meera")
        taken = unit.tenders.add(order_id(1), card)
        unit.tenders.take_back(taken.tender_id, NOW, "Meera", "typed twice")
        unit.facts.add(order_id(1), "", paid, NOW)
        unit.refunds.add_fact(order_id(1), back, NOW)
        unit.refunds.add(refund)
        unit.refunds.add(asked)
        unit.people.add(Person("p1", "Meera", Role.MANAGER, "$argon2id$x", NOW))
        for detail in ("pay_1", "pay_2"):
            unit.flags.raise_flag(order_id(1), "duplicate", 500, NOW, detail, "refund")
        unit.flags.close(unit.flags.open()[0].flag_id, NOW, "Meera", "refunded")
        unit.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts SET amount = 1",
        "DELETE FROM facts",
        "UPDATE refund_facts SET amount = 1",
        "DELETE FROM refund_facts",
        "REPLACE INTO refund_facts SELECT * FROM refund_facts",
        "UPDATE tender_reversals SET reason = 'x'",
        "DELETE FROM tender_reversals",
        "REPLACE INTO tender_reversals SELECT * FROM tender_reversals",
        "UPDATE tenders SET approved_by = 'Ravi'",
        "UPDATE sales SET remote = 1",
        "UPDATE refunds SET amount = 1",
        "UPDATE refunds SET payment_id = 'pay_9'",
        "UPDATE refunds SET lines = '[[1, 1, 1]]'",
        "UPDATE refunds SET approved_by = 'Ravi'",
        "UPDATE refunds SET provider_order_id = 'order_2' WHERE key = 'dup-pay_1'",
        "UPDATE refunds SET provider_order_id = NULL WHERE key = 'dup-pay_1'",
        "UPDATE refunds SET state = 'asked' WHERE key = 'dup-pay_1'",
        "DELETE FROM refunds",
        "REPLACE INTO refunds SELECT * FROM refunds",
        "UPDATE people SET name = 'Ravi'",
        "UPDATE people SET role = 'cashier'",
        "DELETE FROM people",
        "UPDATE flags SET amount = 1 WHERE state = 'open'",
        "UPDATE flags SET state = 'closed', amount = 1, closed_at = 1, closed_by = 'x', "
        "resolution = 'x' WHERE state = 'open'",
        "UPDATE flags SET state = 'closed', closed_at = 1, closed_by = 'x' WHERE state = 'open'",
        "UPDATE flags SET state = 'open', closed_at = NULL, closed_by = NULL, resolution = NULL",
        "UPDATE flags SET resolution = 'x' WHERE state = 'closed'",
        "DELETE FROM flags WHERE state = 'open'",
        "DELETE FROM flags WHERE state = 'closed'",
        "INSERT INTO tender_reversals VALUES (99, 1, 'x', 'x', 0)",
        "INSERT INTO tenders (order_id, kind, amount, at, by, tendered, change, reference, "
        "approved_by) SELECT order_id, 'cash', -1, 1, 'x', 0, 0, '', '' FROM sales",
    ],
)
def test_what_was_said_about_money_stands(store: SqliteStore, statement: str) -> None:
    _money(store)
    with store.write() as unit, pytest.raises(DomainError) as caught:
        unit.session.change(statement)
    assert caught.value.code == "conflict"


def test_a_refund_learns_its_order_at_the_gateway_once(store: SqliteStore) -> None:
    _money(store)
    with store.write() as unit:
        asked = unit.refunds.get("dup-pay_2")
        assert asked is not None
        known = replace(asked, provider_order_id="order_2", state=RefundState.PENDING)
        unit.refunds.save(known)
        unit.refunds.save(known)
        assert unit.refunds.get("dup-pay_2") == known
        with pytest.raises(DomainError, match="whom it pays"):
            unit.refunds.save(replace(known, provider_order_id="order_3"))
        done = unit.refunds.get("dup-pay_1")
        assert done is not None
        with pytest.raises(DomainError, match="not owed again"):
            unit.refunds.save(replace(done, state=RefundState.FAILED))


@pytest.mark.parametrize("value", ["twelve", 1.5, -1, None])
def test_money_columns_take_only_integers(store: SqliteStore, value: object) -> None:
    with store.write() as unit, pytest.raises(DomainError) as caught:
        unit.session.change(
            "INSERT INTO items (barcode, name, price, price_includes_tax, gst_rate, hsn, unit, "
            "category, tax_class, cess_rate, cess_per_unit, active) "
            "VALUES ('1', 'x', ?, 1, 0, '', 'PCS', '', 'taxable', 0, 0, 1)",
            (value,),
        )
    assert caught.value.code == "conflict"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sales SET phone = '+919800000001'",
        "UPDATE sales SET link_token = 'other'",
        "UPDATE sales SET contact = 2",
        "UPDATE sales SET phone = '+919800000001', link_token = 'other', contact = 2",
        "UPDATE contact_changes SET phone = '+919800000001'",
        "UPDATE contact_changes SET by = 'Ravi'",
        "DELETE FROM contact_changes",
        "UPDATE messages SET channel = 'sms'",
        "INSERT INTO messages SELECT 'm2', order_id, purpose, 2, 'sms', \"to\", state, created_at, "
        "template, parameters, body, media_url, url, url_suffix, sid, code, reason, not_before, "
        "polls, told_at, told_by FROM messages",
        "DELETE FROM messages",
        "UPDATE message_facts SET at = 1",
        "DELETE FROM message_facts",
        "UPDATE opt_outs SET kind = 'in'",
        "DELETE FROM opt_outs",
    ],
)
def test_messages_and_numbers_hold_against_any_writer(store: SqliteStore, statement: str) -> None:
    with store.write() as unit:
        unit.sales.add(sale(1))
        unit.sales.change_contact(order_id(1), "+919800000000", "second-token", NOW, "Asha")
        unit.opt_outs.add(OptOut("+919800000000", None, NOW, OptKind.OUT, "stop"))
        unit.messages.add(
            Message(
                "m1", order_id(1), Purpose.PAYMENT_REQUEST, 1, "whatsapp", "+919800000000",
                MessageState.WAITING, NOW,
            )
        )  # fmt: skip
        unit.commit()
    with store.write() as unit, pytest.raises(DomainError) as caught:
        unit.session.change(statement)
    assert caught.value.code == "conflict"


def test_a_former_number_may_be_erased_and_a_picture_never_goes_by_sms(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.sales.add(sale(1))
        unit.sales.change_contact(order_id(1), "+919800000000", "second-token", NOW, "Asha")
        unit.session.change("UPDATE contact_changes SET phone = NULL")
        assert unit.sales.contacts(order_id(1))[0].phone is None
        by_sms = Message(
            "m1", order_id(2), Purpose.PAYMENT_REQUEST, 1, "sms", "+919800000000",
            MessageState.WAITING, NOW,
        )  # fmt: skip
        unit.sales.add(replace(sale(2), channel=Channel.SMS_LINK))
        unit.messages.add(by_sms)
        with pytest.raises(DomainError):
            unit.messages.save(replace(by_sms, media_url="https://relay.example/q/x.png"), NOW)
