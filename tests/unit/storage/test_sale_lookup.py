"""Looking for a bill that was sold: by its number, and who gave its goods out."""

from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import NOW, order_id, sale, sell


def test_the_newest_bill_whose_number_ends_so(store: SqliteStore) -> None:
    numbers = [sell(store, n) for n in range(1, 13)]
    assert numbers[1].endswith("000002")
    with store.read() as unit:
        assert unit.sales.numbered(numbers[1]) == order_id(2)
        assert unit.sales.numbered("/000002") == order_id(2)
        assert unit.sales.numbered("2") == order_id(12)
        assert [unit.sales.numbered(text) for text in ("", "%", "99", "_2")] == [None] * 4


def test_a_bill_without_a_number_is_not_found(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.sales.add(sale(1))
        unit.commit()
    with store.read() as unit:
        assert unit.sales.numbered("1") is None


def test_who_gave_the_goods_out(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.sales.add(sale(1))
        unit.sales.issue(order_id(1), "P2A/2627/000001", NOW, "cash")
        assert unit.sales.handed_over_by(order_id(1)) == ""
        unit.sales.hand_over(order_id(1), NOW, "Ravi")
        unit.sales.hand_over(order_id(1), NOW + 1, "Asha")
        assert unit.sales.handed_over_by(order_id(1)) == "Ravi"
        assert unit.sales.handed_over_by("nobody") == ""
