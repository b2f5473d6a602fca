"""Tenders that are taken back, refunds, and what gateways say: kept as the ports say."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import (
    OWN_UPI,
    Collect,
    CollectKind,
    CollectState,
    PaymentFact,
    PaymentStatus,
    RefundFact,
    RefundStatus,
)
from pos_desktop.domain.refund import Refund, RefundLine, RefundState
from pos_desktop.domain.sale import Tender, TenderKind
from pos_desktop.storage.repositories import collects, facts, refunds, tenders
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.tables import column_names
from pos_desktop.storage.tables import refund_facts as refund_facts_table
from pos_desktop.storage.tables import refunds as refunds_table
from pos_desktop.storage.uow import WriteUnit
from tests.unit.storage.samples import NOW, order_id, sale, sell

RRN = "412345678901"
ASSERTED = Tender(TenderKind.OWN_UPI, 10_000, NOW, "Asha", reference=RRN, approved_by="Meera")


def _bills(store: SqliteStore, *numbers: int) -> None:
    with store.write() as unit:
        for n in numbers:
            unit.sales.add(sale(n))
        unit.commit()


def _refused(unit: WriteUnit, act: Callable[[], object], words: str) -> None:
    with pytest.raises(DomainError, match=words) as caught:
        act()
    assert caught.value.code == "conflict"
    assert unit.session.in_transaction


def test_columns_follow_the_dataclasses() -> None:
    def names(kind: type) -> tuple[str, ...]:
        return tuple(field.name for field in dataclasses.fields(kind))

    assert names(Tender) == tenders.TENDER_NAMES
    assert names(Refund) == column_names(refunds_table)
    assert names(RefundFact) == column_names(refund_facts_table, "fact_seq", "order_id", "seen_at")
    fixed = {
        "key", "order_id", "gateway", "payment_id", "amount", "reason", "created_at", "asked_by",
        "approved_by", "lines",
    }  # fmt: skip
    assert set(refunds.MUTABLE) == set(names(Refund)) - fixed


def test_a_tender_that_was_taken_back_counts_no_more(store: SqliteStore) -> None:
    _bills(store, 1)
    with store.write() as unit:
        wrong = unit.tenders.add(order_id(1), ASSERTED)
        cash = unit.tenders.add(order_id(1), Tender(TenderKind.CASH, 50, NOW, "Asha"))
        assert wrong == replace(ASSERTED, tender_id=wrong.tender_id)
        unit.tenders.take_back(wrong.tender_id, NOW + 5, "Meera", "wrong bill")
        assert list(unit.tenders.of(order_id(1))) == [cash]
        assert list(unit.tenders.taken_back(order_id(1))) == [
            (wrong, NOW + 5, "Meera", "wrong bill")
        ]
        assert list(unit.tenders.taken_back(order_id(2))) == []
        again = partial(unit.tenders.take_back, wrong.tender_id, NOW + 6, "Ravi", "x")
        _refused(unit, again, "UNIQUE")
        _refused(unit, lambda: unit.tenders.take_back(99, NOW, "Ravi", "x"), "no tender 99")
        unit.commit()


def test_whether_the_bill_was_issued_with_it_is_kept(store: SqliteStore) -> None:
    _bills(store, 1)
    with store.write() as unit:
        before = unit.tenders.add(order_id(1), ASSERTED)
        unit.tenders.take_back(before.tender_id, NOW, "Meera", "typed wrong")
        after = unit.tenders.add(order_id(1), ASSERTED)
        unit.sales.issue(order_id(1), "C2A/2627/000001", NOW, "asserted")
        # The very same moment: no clock could tell the two apart.
        unit.tenders.take_back(after.tender_id, NOW, "Meera", "bank's own fact")
        kept = unit.session.rows("SELECT tender_id, after_issue FROM tender_reversals")
        assert kept == [(before.tender_id, 0), (after.tender_id, 1)]


def test_an_upi_reference_stands_once(store: SqliteStore) -> None:
    _bills(store, 1, 2)
    with store.write() as unit:
        first = unit.tenders.add(order_id(1), ASSERTED)
        for order in (order_id(1), order_id(2)):
            _refused(unit, partial(unit.tenders.add, order, ASSERTED), "stands on a bill")
        assert unit.tenders.using(TenderKind.OWN_UPI, RRN) == (order_id(1),)
        unit.tenders.take_back(first.tender_id, NOW, "Meera", "the other bill")
        assert unit.tenders.using(TenderKind.OWN_UPI, RRN) == ()
        second = unit.tenders.add(order_id(2), ASSERTED)
        assert unit.tenders.using(TenderKind.OWN_UPI, RRN) == (order_id(2),)
        _refused(unit, lambda: unit.tenders.add(order_id(1), ASSERTED), "stands on a bill")
        blank = replace(ASSERTED, reference="")
        _refused(unit, lambda: unit.tenders.add(order_id(1), blank), "CHECK")
        assert [t.tender_id for t in unit.tenders.of(order_id(2))] == [second.tender_id]


def test_other_references_may_repeat(store: SqliteStore) -> None:
    """Slips of two terminals, or a bill paid in two parts by one credit."""
    _bills(store, 1, 2)
    slip = Tender(TenderKind.CARD, 100, NOW, "Asha", reference=RRN)
    with store.write() as unit:
        unit.tenders.add(order_id(1), ASSERTED)
        for order in (order_id(2), order_id(1), order_id(2)):
            unit.tenders.add(order, slip)
        unit.tenders.add(order_id(1), Tender(TenderKind.CASH, 1, NOW, "Asha"))
        assert unit.tenders.using(TenderKind.CARD, RRN) == (order_id(2), order_id(1))
        assert unit.tenders.using(TenderKind.CASH, "") == ()


def _collect(n: int, **changes: object) -> Collect:
    made = Collect(
        reference=f"{order_id(1)}-{n}",
        order_id=order_id(1),
        attempt=n,
        kind=CollectKind.LINK,
        state=CollectState.OPEN,
        gateway="razorpay",
        amount=25_000,
        created_at=NOW + n,
        gateway_id=f"plink_{n}",
    )
    return replace(made, **changes)  # type: ignore[arg-type] # names of its own fields


def test_collects_by_state_and_age(store: SqliteStore) -> None:
    _bills(store, 1)
    with store.write() as unit:
        assert unit.collects.longest_unasked(NOW) is None
        for made in (
            _collect(1, state=CollectState.UNKNOWN, gateway_id=None),
            _collect(2, state=CollectState.PAID),
            _collect(3, asked_at=NOW + 50),
            _collect(4, state=CollectState.CLOSING, asked_at=NOW + 40),
            _collect(5, state=CollectState.UNKNOWN),
            _collect(6, state=CollectState.EXPIRED),
            _collect(0, gateway=OWN_UPI),
        ):
            unit.collects.add(made)
        unknown = {CollectState.UNKNOWN}
        assert [c.attempt for c in unit.collects.in_states(unknown, NOW + 6)] == [1, 5]
        assert [c.attempt for c in unit.collects.in_states(unknown, NOW + 5)] == [1]
        both = (CollectState.PAID, CollectState.UNKNOWN)
        assert [c.attempt for c in unit.collects.in_states(both, NOW + 6)] == [1, 2, 5]
        assert list(unit.collects.in_states((), NOW + 6)) == []
        # The fifth was never asked, so it counts from its making; the first has no id yet, and
        # nothing more is to be asked of the second and the sixth.
        assert unit.collects.longest_unasked(NOW) == NOW + 5
        unit.collects.save(_collect(5, state=CollectState.PAID))
        assert unit.collects.longest_unasked(NOW) == NOW + 40
        unit.collects.save(_collect(4, state=CollectState.CANCELLED))
        assert unit.collects.longest_unasked(NOW) == NOW + 50
        # What is closed waits only since it is due.
        unit.collects.save(_collect(6, state=CollectState.EXPIRED, asked_at=5, next_ask_at=NOW + 9))
        unit.collects.save(_collect(2, state=CollectState.PAID, asked_at=5, next_ask_at=NOW + 70))
        assert unit.collects.longest_unasked(NOW + 8) == NOW + 50
        assert unit.collects.longest_unasked(NOW + 9) == NOW + 9
        unit.collects.save(_collect(3, state=CollectState.PAID))
        assert unit.collects.longest_unasked(NOW + 8) is None


@pytest.mark.parametrize("sql", [collects._DUE, collects._LONGEST_UNASKED])
def test_who_waits_is_found_without_looking_at_every_one(store: SqliteStore, sql: str) -> None:
    with store.write() as unit:
        plan = [row[3] for row in unit.session.rows(f"EXPLAIN QUERY PLAN {sql}", (NOW, 9))]
    read = [step for step in plan if " collects" in step]
    assert read and all(" USING " in step for step in read), plan
    assert any("collects_due" in step for step in read), plan


def test_qrs_that_are_shown_come_first_then_links_then_what_is_closed(store: SqliteStore) -> None:
    _bills(store, 1)
    qr = CollectKind.QR
    with store.write() as unit:
        for made in (
            _collect(1, asked_at=NOW + 10),
            _collect(2, asked_at=NOW + 20, kind=qr),
            _collect(3),
            _collect(4, asked_at=NOW + 5, kind=qr, state=CollectState.CLOSING),
            _collect(5, asked_at=NOW + 1, kind=qr, state=CollectState.EXPIRED),
            _collect(6, asked_at=NOW, state=CollectState.CANCELLED),
            _collect(7, asked_at=NOW + 2, state=CollectState.PAID),
        ):
            unit.collects.add(replace(made, next_ask_at=NOW))
        assert [c.attempt for c in unit.collects.due(NOW, 9)] == [4, 2, 3, 1, 6, 5, 7]
        assert [c.attempt for c in unit.collects.due(NOW, 2)] == [4, 2, 3, 1, 6, 5], "of each rank"
        assert [c.attempt for c in unit.collects.due(NOW, 1)] == [4, 3, 6]


def test_what_only_a_person_has_told_of(store: SqliteStore) -> None:
    _bills(store, 1, 2)
    with store.write() as unit:
        unit.tenders.add(order_id(1), Tender(TenderKind.CARD, 1, NOW, "Asha", reference="1" * 12))
        told = unit.tenders.add(order_id(1), ASSERTED)
        other = unit.tenders.add(order_id(2), replace(ASSERTED, reference="7" * 12))
        assert unit.tenders.unconfirmed(ASSERTED.at) == ()
        both = ((order_id(1), told), (order_id(2), other))
        assert unit.tenders.unconfirmed(ASSERTED.at + 1) == both
        # A try that failed confirms nothing.
        unit.facts.add("", "", replace(FACT, status=PaymentStatus.FAILED), NOW)
        assert unit.tenders.unconfirmed(ASSERTED.at + 1) == both
        unit.facts.add("", "", FACT, NOW)
        assert unit.tenders.unconfirmed(ASSERTED.at + 1) == both[1:]
        unit.tenders.take_back(other.tender_id, NOW, "Meera", "typed twice")
        assert unit.tenders.unconfirmed(ASSERTED.at + 1) == ()


FACT = PaymentFact(
    "razorpay", "pay_1", PaymentStatus.CAPTURED, 25_000, "INR", NOW, "upi", rrn=RRN
)  # fmt: skip


def test_a_partial_refund_is_news(store: SqliteStore) -> None:
    part = replace(FACT, amount_refunded=500)
    with store.write() as unit:
        assert unit.facts.add("a", "a-1", FACT, NOW)
        assert unit.facts.add("a", "a-1", part, NOW + 1)
        assert not unit.facts.add("a", "a-1", part, NOW + 2)
        assert list(unit.facts.told("a")) == [(NOW, "a-1", FACT), (NOW + 1, "a-1", part)]
        assert list(unit.facts.told("b")) == []


def test_facts_are_found_by_payment_reference_and_date(store: SqliteStore) -> None:
    failed = replace(FACT, status=PaymentStatus.FAILED, rrn=None)
    later = replace(FACT, amount_refunded=500)
    other = replace(FACT, payment_id="pay_2", rrn="999999999999", created_at=NOW + 10)
    elsewhere = replace(FACT, gateway="cashfree", created_at=NOW + 11)
    with store.write() as unit:
        for order, fact in (
            ("a", failed), ("a", FACT), ("", other), ("b", elsewhere), ("a", later),
        ):  # fmt: skip
            assert unit.facts.add(order, order and f"{order}-1", fact, NOW)
        told = unit.facts.of_payment("razorpay", "pay_1")
        assert list(told) == [("a", failed), ("a", FACT), ("a", later)]
        assert list(unit.facts.of_payment("razorpay", "pay_9")) == []
        # Each capture once, as it was told last: nobody may add it up twice.
        assert list(unit.facts.by_rrn(RRN)) == [("b", elsewhere), ("a", later)]
        assert list(unit.facts.by_rrn("")) == []
        between = unit.facts.captured_between
        assert list(between(NOW, NOW + 11)) == [("a", later), ("", other), ("b", elsewhere)]
        assert list(between(NOW + 1, NOW + 10)) == [("", other)]
        assert list(between(NOW + 12, NOW + 99)) == []


def _refund(key: str = "dup-pay_1", **changes: object) -> Refund:
    made = Refund(
        key=key,
        order_id=order_id(1),
        gateway="razorpay",
        payment_id="pay_1",
        amount=25_000,
        reason="duplicate",
        state=RefundState.ASKED,
        created_at=NOW,
        asked_by="Asha",
        approved_by="Meera",
    )
    return replace(made, **changes)  # type: ignore[arg-type] # names of its own fields


def test_refunds_are_kept_and_saved(store: SqliteStore) -> None:
    lines = (RefundLine(1, 500, 12_500), RefundLine(3, 1000, 100))
    goods = _refund("ret-pay_1-1", lines=lines, created_at=NOW - 1)
    with store.write() as unit:
        assert unit.refunds.add(_refund())
        assert not unit.refunds.add(_refund(amount=1))
        assert unit.refunds.add(goods)
        assert unit.refunds.get("dup-pay_1") == _refund()
        assert unit.refunds.get("dup-pay_9") is None
        assert list(unit.refunds.of(order_id(1))) == [goods, _refund()]
        assert list(unit.refunds.of(order_id(2))) == []
        assert list(unit.refunds.of_payment("razorpay", "pay_1")) == [goods, _refund()]
        assert list(unit.refunds.of_payment("cashfree", "pay_1")) == []
        done = replace(
            goods, state=RefundState.DONE, provider_order_id="order_1", attempt=2,
            refund_id="rfnd_1", bank_ref="arn", next_ask_at=3, asked_at=4, asks=5,
            last_error="e", done_at=6,
        )  # fmt: skip
        unit.refunds.save(done)
        assert unit.refunds.get(goods.key) == done
        assert list(unit.refunds.owed()) == [_refund()]
        _refused(unit, lambda: unit.refunds.save(_refund("dup-pay_9")), "no refund")
        _refused(unit, lambda: unit.refunds.add(_refund("dup-pay_8", amount=0)), "CHECK")
        unit.refunds.save(_refund(state=RefundState.FAILED))
        assert list(unit.refunds.owed()) == [_refund(state=RefundState.FAILED)]


def test_refunds_come_due_the_longest_unasked_first(store: SqliteStore) -> None:
    with store.write() as unit:
        assert unit.refunds.next_due() is None
        for n, (due, asked) in enumerate(((50, 20), (60, 10), (70, None), (101, 1), (None, None))):
            unit.refunds.add(_refund(f"r{n}", next_ask_at=due, asked_at=asked, created_at=NOW + n))
        assert [r.key for r in unit.refunds.due(100, 9)] == ["r2", "r1", "r0"]
        assert [r.key for r in unit.refunds.due(100, 1)] == ["r2"]
        assert unit.refunds.next_due() == 50


def test_what_gateways_say_about_refunds_is_told_once(store: SqliteStore) -> None:
    pending = RefundFact("razorpay", "rfnd_1", "pay_1", RefundStatus.PENDING, 500, "INR", NOW)
    done = replace(
        pending, status=RefundStatus.PROCESSED, key="dup-pay_1", bank_ref="arn", reason="r"
    )
    with store.write() as unit:
        assert unit.refunds.add_fact("a", pending, NOW)
        assert unit.refunds.add_fact("a", done, NOW + 1)
        assert not unit.refunds.add_fact("b", replace(done, amount=1), NOW + 2)
        assert unit.refunds.add_fact("", replace(done, gateway="cashfree"), NOW + 3)
        assert list(unit.refunds.facts_of("a")) == [(NOW, pending), (NOW + 1, done)]
        assert list(unit.refunds.facts_of("b")) == []


def test_reads_of_money_use_their_indices(store: SqliteStore) -> None:
    sell(store, 1)
    for sql, count in (
        (tenders._OF, 1),
        (tenders._USING, 2),
        (tenders._TAKEN_BACK, 1),
        (collects._OF, 1),
        (collects._IN_STATES, 2),
        (tenders._UNCONFIRMED, 2),
        (collects._LONGEST_UNASKED, 2),
        (facts._OF, 1),
        (facts._TOLD, 1),
        (facts._OF_PAYMENT, 2),
        (facts._BY_RRN, 1),
        (facts._CAPTURED, 2),
        (refunds._OF, 1),
        (refunds._OF_PAYMENT, 2),
        (refunds._OWED, 0),
        (refunds._DUE, 2),
        (refunds._NEXT_DUE, 0),
        (refunds._FACTS_OF, 1),
    ):
        with store.write() as unit:
            plan = [
                row[3] for row in unit.session.rows(f"EXPLAIN QUERY PLAN {sql}", ["[]"] * count)
            ]
        scans = [step for step in plan if step.startswith("SCAN") and " USING " not in step]
        tables = [s for s in scans if "json_each" not in s and "(subquery-" not in s]
        assert tables == [], (sql, plan)
