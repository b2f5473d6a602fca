"""The cash that one customer gave today, on whatever bills."""

from dataclasses import replace

from pos_desktop.domain.numbering import invoice_number, ist_midnight
from pos_desktop.domain.sale import SaleState, Tender, TenderKind
from pos_desktop.storage.repositories import tenders
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import FY, NOW, SERIES, order_id, sale

PHONE, OTHER = "+919876543210", "+919812345670"
TODAY = ist_midnight(NOW)
YESTERDAY = TODAY - 3_600_000


def _bill(store: SqliteStore, n: int, phone: str | None, made: int, *given: Tender) -> list[int]:
    """A waiting bill with these tenders; their ids."""
    with store.write() as unit:
        consent = sale(n).consent if phone else None
        unit.sales.add(replace(sale(n), phone=phone, consent=consent, created_at=made))
        ids = [unit.tenders.add(order_id(n), tender).tender_id for tender in given]
        unit.commit()
    return ids


def _cash(amount: int, at: int = NOW) -> Tender:
    return Tender(TenderKind.CASH, amount, at, "Asha", tendered=amount)


def _taken(store: SqliteStore, phone: str = PHONE) -> int:
    with store.read() as unit:
        return unit.tenders.cash_from(phone, TODAY)


def test_standing_cash_of_one_phone_since_midnight(store: SqliteStore) -> None:
    assert _taken(store) == 0
    card = Tender(TenderKind.CARD, 900, NOW, "Asha", reference="0042")
    first, _, _ = _bill(store, 1, PHONE, NOW, _cash(100), _cash(20), card)
    _bill(store, 2, OTHER, NOW, _cash(5000))
    _bill(store, 3, None, NOW, _cash(7000))
    _bill(store, 4, PHONE, YESTERDAY, _cash(300), _cash(40_000, YESTERDAY))
    assert (_taken(store), _taken(store, OTHER)) == (420, 5000)
    with store.write() as unit:
        unit.tenders.take_back(first, NOW, "Asha", "counted wrong")
        unit.commit()
    assert _taken(store) == 320


def test_bills_that_are_issued_count_and_abandoned_ones_do_not(store: SqliteStore) -> None:
    _bill(store, 1, PHONE, YESTERDAY, _cash(100))
    _bill(store, 2, PHONE, NOW, _cash(20))
    _bill(store, 3, PHONE, YESTERDAY, _cash(3))
    with store.write() as unit:
        number = invoice_number(SERIES, FY, unit.numbers.take(SERIES, FY))
        unit.sales.issue(order_id(1), number, NOW, "cash")
        unit.sales.hand_over(order_id(1), NOW, "Asha")
        unit.sales.close(order_id(3), SaleState.ABANDONED)
        unit.commit()
    assert _taken(store) == 120


def test_years_of_cash_are_not_looked_through(store: SqliteStore) -> None:
    with store.read() as unit:
        plan = unit.session.rows(f"EXPLAIN QUERY PLAN {tenders.CASH_FROM}", (0, PHONE, 0, PHONE))
    words = " | ".join(str(row[3]) for row in plan)
    assert "SEARCH tenders USING INDEX tenders_of" in words, words
    assert "SEARCH sales USING INDEX sales_by_day" in words, words
    # This index holds no more than the bills that wait.
    assert words.count("SCAN") == words.count("SCAN sales USING INDEX sales_open") == 1, words
