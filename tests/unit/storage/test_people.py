"""People, wishes, the inbox's closing and the panel."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    CollectState,
    PaymentFact,
    PaymentStatus,
    RefundFact,
    RefundStatus,
)
from pos_desktop.domain.people import Person, Role
from pos_desktop.domain.refund import Refund, RefundState
from pos_desktop.domain.sale import Channel, SaleState, Tender, TenderKind
from pos_desktop.domain.wish import Wish, WishKind
from pos_desktop.ports import Flag
from pos_desktop.storage.repositories import panel, people
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.tables import column_names, flags
from pos_desktop.storage.tables import people as people_table
from pos_desktop.storage.uow import ReadUnit, WriteUnit
from tests.unit.storage.samples import NOW, order_id, sale, sell

HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"
MEERA = Person("p1", "Meera", Role.MANAGER, HASH, NOW)


def test_columns_follow_the_dataclasses() -> None:
    def names(kind: type) -> tuple[str, ...]:
        return tuple(field.name for field in dataclasses.fields(kind))

    assert names(Person) == column_names(people_table)
    assert names(Wish) == people.WISH_NAMES
    assert names(Flag) == column_names(flags)


def test_people_and_their_wrong_pins_outlive_a_restart(store: SqliteStore) -> None:
    asha = Person("p0", "Asha", Role.CASHIER, HASH, NOW + 1, failures=2, locked_until=NOW + 9)
    with store.write() as unit:
        assert list(unit.people.all()) == []
        unit.people.add(asha)
        unit.people.add(MEERA)
        with pytest.raises(DomainError, match="UNIQUE"):
            unit.people.add(replace(asha, person_id="p1"))
        unit.commit()
    locked = replace(MEERA, failures=5, locked_until=NOW + 60_000, pin_hash=HASH + "x")
    with store.write() as unit:
        unit.people.save(locked)
        with pytest.raises(DomainError, match="no person"):
            unit.people.save(replace(MEERA, person_id="p9"))
        unit.commit()
    path = store.path
    store.close()
    with SqliteStore(path).open() as again, again.read() as reading:
        assert list(reading.people.all()) == [locked, asha]


def test_name_and_role_are_not_changed_by_a_save(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.people.add(replace(MEERA, role=Role.CASHIER))
        unit.people.save(replace(MEERA, name="Ravi", failures=1))
        assert list(unit.people.all()) == [replace(MEERA, role=Role.CASHIER, failures=1)]


def test_a_bare_pin_is_not_stored(store: SqliteStore) -> None:
    with store.write() as unit:
        with pytest.raises(DomainError, match="CHECK"):
            unit.people.add(replace(MEERA, pin_hash="835274"))
        unit.people.add(MEERA)
        with pytest.raises(DomainError, match="CHECK"):
            unit.people.save(replace(MEERA, pin_hash="835274"))


def test_one_wish_per_bill(store: SqliteStore) -> None:
    first = Wish(order_id(1), WishKind.CASH, NOW, "Asha", tendered=50_000)
    second = Wish(order_id(1), WishKind.ABANDON, NOW + 1, "Ravi", reason="went away")
    with store.write() as unit:
        unit.sales.add(sale(1))
        assert unit.wishes.get(order_id(1)) is None
        unit.wishes.put(first)
        assert unit.wishes.get(order_id(1)) == first
        unit.wishes.put(second)
        assert unit.wishes.get(order_id(1)) == second
        assert unit.wishes.all() == (second,)
        unit.wishes.drop(order_id(1))
        unit.wishes.drop(order_id(1))
        assert unit.wishes.get(order_id(1)) is None
        with pytest.raises(DomainError, match="FOREIGN KEY"):
            unit.wishes.put(replace(first, order_id=order_id(9)))


def test_an_entry_of_the_inbox_is_closed_once(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.flags.raise_flag("o1", "late", 500, NOW, "pay_1", "refund")
        (raised,) = unit.flags.open()
        unit.flags.close(raised.flag_id, NOW + 5, "Meera", "refunded")
        closed = replace(
            raised, state="closed", closed_at=NOW + 5, closed_by="Meera", resolution="refunded"
        )
        assert unit.flags.get(raised.flag_id) == closed
        assert list(unit.flags.open()) == []
        assert list(unit.flags.of("o1")) == [closed]
        for number in (raised.flag_id, 99):
            with pytest.raises(DomainError) as caught:
                unit.flags.close(number, NOW + 9, "Ravi", "attached")
            assert caught.value.code == "conflict"
        assert unit.flags.get(99) is None
        # Told again it stays closed: who decided has decided.
        assert not unit.flags.raise_flag("o1", "late", 500, NOW + 9, "pay_1", "refund")
        assert unit.flags.get(raised.flag_id) == closed


def test_a_remote_bill_stays_remote(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.sales.add(replace(sale(1), remote=True))
        unit.sales.add(sale(2))
        unit.commit()
    with store.read() as reading:
        found = [reading.sales.get(order_id(n)) for n in (1, 2)]
        assert [each.remote for each in found if each is not None] == [True, False]
        assert [each.remote for each in reading.sales.waiting()] == [True, False]
        assert [each.remote for each in reading.panel.bills()] == [True, False]


def _full(unit: WriteUnit, n: int) -> None:
    """A waiting bill with something of everything."""
    unit.sales.add(sale(n))
    for attempt in (2, 1):
        unit.collects.add(
            Collect(
                f"{order_id(n)}-{attempt}", order_id(n), attempt, CollectKind.QR,
                CollectState.OPEN, "razorpay", 100, NOW,
            )
        )  # fmt: skip
        unit.messages.add(
            Message(
                f"m{n}-{attempt}", order_id(n), Purpose.PAYMENT_REQUEST, attempt, "whatsapp",
                "+919876543210", MessageState.WAITING, NOW - attempt, parameters=("x", "y"),
            )
        )  # fmt: skip
    for status in (PaymentStatus.FAILED, PaymentStatus.CAPTURED):
        fact = PaymentFact("razorpay", f"pay_{n}", status, 100, "INR", NOW)
        unit.facts.add(order_id(n), f"{order_id(n)}-1", fact, NOW)
    unit.tenders.add(order_id(n), Tender(TenderKind.CASH, 100, NOW, "Asha"))
    wrong = unit.tenders.add(order_id(n), Tender(TenderKind.CARD, 7, NOW, "Asha", reference="s"))
    unit.tenders.take_back(wrong.tender_id, NOW, "Meera", "typed twice")
    unit.wishes.put(Wish(order_id(n), WishKind.QR, NOW, "Asha"))
    unit.flags.raise_flag(order_id(n), "part", 100, NOW, f"pay_{n}", "collect")


def test_the_panel_shows_each_bill_as_its_repositories_do(store: SqliteStore) -> None:
    with store.write() as unit:
        _full(unit, 2)
        unit.sales.add(sale(1, phone=None))
        _full(unit, 3)
        unit.sales.issue(order_id(3), "C2A/2627/000001", NOW + 9, "push")
        unit.commit()
    with store.read() as reading:
        found = reading.panel.bills()
        assert [bill.order_id for bill in found] == [order_id(n) for n in (1, 2, 3)]
        for bill in found:
            order, frozen = bill.order_id, reading.sales.get(bill.order_id)
            assert frozen is not None
            for name in (
                "token_no", "state", "channel", "due", "created_at", "phone", "invoice_number",
                "issued_at", "remote",
            ):  # fmt: skip
                assert getattr(bill, name) == getattr(frozen, name), name
            assert bill.collects == reading.collects.of(order)
            assert bill.facts == reading.facts.of(order)
            assert bill.messages == reading.messages.of(order)
            assert bill.tenders == reading.tenders.of(order)
            assert bill.flags == reading.flags.of(order)
            assert bill.wish == reading.wishes.get(order)
        plain, waiting, paid = found
        assert (plain.phone, plain.collects, plain.wish) == (None, (), None)
        assert (waiting.state, waiting.channel) == (SaleState.AWAITING, Channel.WHATSAPP_LINK)
        assert [len(part) for part in (paid.collects, paid.facts, paid.messages)] == [2, 2, 2]
        assert (len(paid.tenders), len(paid.flags)) == (1, 1)
        assert paid.wish is not None


def test_which_bills_the_panel_shows(store: SqliteStore) -> None:
    for n in (1, 2):
        sell(store, n)
    with store.write() as unit:
        for n in (3, 4, 5, 6):
            unit.sales.add(sale(n))
        unit.sales.issue(order_id(3), "C2A/2627/000009", NOW, "push")
        for n in (4, 5):
            unit.sales.close(order_id(n), SaleState.ABANDONED)
        unit.flags.raise_flag(order_id(2), "duplicate", 100, NOW, "pay_2", "refund")
        unit.flags.raise_flag(order_id(5), "late", 100, NOW, "pay_5", "refund")
        unit.flags.raise_flag("", "unmatched", 100, NOW, "pay_9", "look")
        unit.flags.raise_flag(order_id(77), "late", 100, NOW, "pay_8", "look")
        # Paid and waiting for its goods, waiting, handed over with money too much, late money.
        assert [bill.token_no for bill in unit.panel.bills()] == [2, 3, 5, 6]
        late = next(flag for flag in unit.flags.open() if flag.kind == "late")
        unit.flags.close(late.flag_id, NOW, "Meera", "refunded")
        assert [bill.token_no for bill in unit.panel.bills()] == [2, 3, 6]


def _statements(store: SqliteStore, unit: ReadUnit) -> tuple[int, int]:
    """(statements, bills) of one look at the panel."""
    told: list[str] = []
    raw = store._reading().held().raw
    raw.set_trace_callback(told.append)
    try:
        found = unit.panel.bills()
    finally:
        raw.set_trace_callback(None)
    return len(told), len(found)


def test_200_bills_cost_as_many_statements_as_one(store: SqliteStore) -> None:
    with store.write() as unit:
        _full(unit, 1)
        unit.commit()
    with store.read() as reading:
        one, count = _statements(store, reading)
        assert count == 1
    with store.write() as unit:
        for n in range(2, 201):
            _full(unit, n)
        unit.commit()
    with store.read() as reading:
        assert _statements(store, reading) == (one, 200)
    assert one == 7


def test_the_panel_looks_at_no_other_bill(store: SqliteStore) -> None:
    for sql, count in (
        (panel._BILLS, 0),
        (panel._COLLECTS, 1),
        (panel._FACTS, 1),
        (panel._MESSAGES, 1),
        (panel._TENDERS, 1),
        (panel._FLAGS, 1),
        (panel._WISHES, 1),
    ):
        with store.write() as unit:
            plan = [
                row[3] for row in unit.session.rows(f"EXPLAIN QUERY PLAN {sql}", ["[]"] * count)
            ]
        scans = [step for step in plan if step.startswith("SCAN") and " USING " not in step]
        allowed = ("json_each", "(subquery")
        assert [s for s in scans if not any(word in s for word in allowed)] == [], (sql, plan)


def test_a_reading_unit_changes_nothing_of_it(store: SqliteStore) -> None:
    fact = RefundFact("razorpay", "r", "p", RefundStatus.PENDING, 1, "INR", NOW)
    refund = Refund("k", "", "razorpay", "p", 1, "r", RefundState.ASKED, NOW, "a", "b")
    with store.read() as unit:
        acts: tuple[Callable[[], object], ...] = (
            lambda: unit.tenders.add(order_id(1), Tender(TenderKind.CASH, 1, NOW, "Asha")),
            lambda: unit.tenders.take_back(1, NOW, "Asha", "x"),
            lambda: unit.refunds.add(refund),
            lambda: unit.refunds.save(refund),
            lambda: unit.refunds.add_fact("", fact, NOW),
            lambda: unit.wishes.put(Wish(order_id(1), WishKind.QR, NOW, "Asha")),
            lambda: unit.wishes.drop(order_id(1)),
            lambda: unit.people.add(MEERA),
            lambda: unit.people.save(MEERA),
            lambda: unit.flags.close(1, NOW, "Asha", "x"),
        )
        for act in acts:
            with pytest.raises(RuntimeError, match="only reads"):
                act()
