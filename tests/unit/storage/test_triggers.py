"""The books hold against any writer, also one with a SQLite tool."""

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import sale, sell


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
