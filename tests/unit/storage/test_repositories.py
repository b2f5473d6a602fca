"""Every repository keeps what it is given and answers as the port says."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import (
    Message,
    MessageFact,
    MessageState,
    OptKind,
    OptOut,
    Purpose,
)
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    CollectState,
    PaymentFact,
    PaymentStatus,
)
from pos_desktop.domain.sale import Channel, PricedLine, SaleState, TaxClass, Tender, TenderKind
from pos_desktop.ports import FormerContact
from pos_desktop.storage.repositories.sales import LINE_NAMES
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.tables import collects, column_names, facts, messages
from tests.unit.storage.samples import NOW, bill, line, order_id, sale


def _add(store: SqliteStore, *numbers: int) -> None:
    with store.write() as unit:
        for n in numbers:
            unit.sales.add(sale(n))
        unit.commit()


def test_columns_follow_the_dataclasses() -> None:
    def names(kind: type) -> tuple[str, ...]:
        return tuple(field.name for field in dataclasses.fields(kind))

    assert names(PricedLine) == LINE_NAMES
    assert names(Collect) == column_names(collects)
    assert names(Message) == column_names(messages, "told_at", "told_by")
    assert names(PaymentFact) == column_names(facts, "fact_seq", "order_id", "reference", "seen_at")


def test_a_sale_comes_back_as_it_was(store: SqliteStore) -> None:
    odd = replace(
        line("₹ आटा 'quoted'", 1_003),
        qty=1_235,
        tax_class=TaxClass.EXEMPT,
        price_includes_tax=False,
        mrp=None,
        item_id=None,
        barcode="",
        cess_rate=120_000,
    )
    for kept in (
        sale(1),
        replace(sale(2, phone=None), bill=bill(odd, line())),
        sale(3, lines=30),
    ):
        with store.write() as unit:
            unit.sales.add(kept)
            unit.commit()
        with store.read() as unit:
            assert unit.sales.get(kept.order_id) == kept
            assert unit.sales.get("nothing") is None


def test_restored_states_come_back(store: SqliteStore) -> None:
    issued = replace(
        sale(1),
        state=SaleState.ISSUED,
        invoice_number="C2A/2627/000001",
        issued_at=NOW,
        confirmed_by="poll",
        handed_over_at=NOW + 5,
    )
    given_up = replace(sale(2), state=SaleState.ABANDONED)
    with store.write() as unit:
        unit.sales.add(issued)
        unit.sales.add(given_up)
        with pytest.raises(DomainError):
            unit.sales.add(replace(sale(3), state=SaleState.ISSUED))
        unit.commit()
    with store.read() as unit:
        assert unit.sales.get(issued.order_id) == issued
        assert unit.sales.get(given_up.order_id) == given_up


def test_the_way_of_a_sale(store: SqliteStore) -> None:
    _add(store, 3, 1, 2)
    with store.write() as unit:
        assert [s.token_no for s in unit.sales.waiting()] == [1, 2, 3]
        assert unit.sales.last_issued() is None
        unit.sales.issue(order_id(2), "C2A/2627/000001", NOW + 9, "push")
        unit.sales.close(order_id(1), SaleState.ABANDONED)
        assert [s.token_no for s in unit.sales.waiting()] == [2, 3]
        with pytest.raises(DomainError, match="not_paid_yet"):
            unit.sales.hand_over(order_id(3), NOW, "Asha")
        unit.sales.hand_over(order_id(2), NOW + 10, "Asha")
        unit.sales.hand_over(order_id(2), NOW + 11, "Ravi")
        assert [s.token_no for s in unit.sales.waiting()] == [3]
        found = unit.sales.last_issued()
        assert found is not None
        assert (found.invoice_number, found.confirmed_by) == ("C2A/2627/000001", "push")
        assert (found.issued_at, found.handed_over_at) == (NOW + 9, NOW + 10)
        acts: tuple[Callable[[], None], ...] = (
            lambda: unit.sales.issue(order_id(2), "C2A/2627/000002", NOW, "poll"),
            lambda: unit.sales.issue("nothing", "C2A/2627/000002", NOW, "poll"),
            lambda: unit.sales.close(order_id(2), SaleState.ABANDONED),
            lambda: unit.sales.close(order_id(3), SaleState.ISSUED),
        )
        for act in acts:
            with pytest.raises(DomainError) as caught:
                act()
            assert caught.value.code == "not_waiting"
        with pytest.raises(DomainError, match="UNIQUE"):
            unit.sales.issue(order_id(3), "C2A/2627/000001", NOW, "poll")


def test_secrets_and_orders_are_unique(store: SqliteStore) -> None:
    _add(store, 1)
    for twin in (sale(1), replace(sale(2), link_token=sale(1).link_token)):
        with store.write() as unit, pytest.raises(DomainError) as caught:
            unit.sales.add(twin)
        assert caught.value.code == "conflict"


def test_day_and_hour_are_of_the_issue_in_india(store: SqliteStore) -> None:
    _add(store, 1)
    columns = "SELECT day, hour FROM sales"
    with store.write() as unit:
        assert unit.session.rows(columns) == [(20261123, 10)]
        unit.sales.issue(order_id(1), "C2A/2627/000001", NOW + 14 * 3_600_000, "push")
        assert unit.session.rows(columns) == [(20261124, 0)]


def test_tenders(store: SqliteStore) -> None:
    _add(store, 1)
    cash = Tender(TenderKind.CASH, 25_000, NOW, "Asha", tendered=30_000, change=5_000)
    link_paid = Tender(TenderKind.GATEWAY_LINK, 100, NOW, "gateway", reference="pay_1")
    with store.write() as unit:
        first = unit.tenders.add(order_id(1), cash)
        second = unit.tenders.add(order_id(1), link_paid)
        assert (first, second) == (replace(cash, tender_id=1), replace(link_paid, tender_id=2))
        assert list(unit.tenders.of(order_id(1))) == [first, second]
        assert list(unit.tenders.of(order_id(2))) == []
        with pytest.raises(DomainError, match="FOREIGN KEY"):
            unit.tenders.add(order_id(9), cash)
        with pytest.raises(DomainError, match="amount > 0"):
            unit.tenders.add(order_id(1), replace(cash, amount=0))


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
    )
    return replace(made, **changes)  # type: ignore[arg-type] # names of its own fields


def test_collects_are_kept_and_saved(store: SqliteStore) -> None:
    _add(store, 1)
    first, second = _collect(1), _collect(2, kind=CollectKind.QR)
    with store.write() as unit:
        unit.collects.add(second)
        unit.collects.add(first)
        assert unit.collects.get(first.reference) == first
        assert unit.collects.get("nothing") is None
        assert list(unit.collects.of(order_id(1))) == [first, second]
        changed = _collect(
            1, state=CollectState.PAID, gateway_id="plink_1", url="https://rzp.io/i/x",
            upi_payload="upi://pay", image_url="https://x/y.png", provider_order_id="order_1",
            expires_at=1, closed_at=2, reason="r", next_ask_at=3, asked_at=4, asks=5,
            last_error="e",
        )  # fmt: skip
        unit.collects.save(changed)
        assert unit.collects.by_gateway_id("plink_1") == changed
        assert unit.collects.by_gateway_id("plink_2") is None
        with pytest.raises(DomainError):
            unit.collects.save(_collect(3))
        with pytest.raises(DomainError):
            unit.collects.add(_collect(1))


def test_collects_come_due_qr_first_then_the_longest_unasked(store: SqliteStore) -> None:
    _add(store, 1)
    with store.write() as unit:
        assert unit.collects.next_due() is None
        for collect in (
            _collect(1, next_ask_at=50, asked_at=20),
            _collect(2, next_ask_at=60, asked_at=10),
            _collect(3, next_ask_at=70),
            _collect(4, next_ask_at=80, asked_at=30, kind=CollectKind.QR),
            _collect(5, next_ask_at=101),
            _collect(6),
        ):
            unit.collects.add(collect)
        assert [c.attempt for c in unit.collects.due(100, 10)] == [4, 3, 2, 1]
        assert [c.attempt for c in unit.collects.due(100, 2)] == [4, 3, 2]
        assert unit.collects.next_due() == 50
        unit.collects.wake_all(7)
        assert unit.collects.next_due() == 7
        assert len(unit.collects.due(7, 10)) == 5


def test_facts_are_told_once(store: SqliteStore) -> None:
    fact = PaymentFact("razorpay", "pay_1", PaymentStatus.AUTHORISED, 25_000, "INR", NOW)
    full = replace(
        fact, status=PaymentStatus.CAPTURED, method="upi", rrn="123456789012", vpa="a***@x"
    )
    with store.write() as unit:
        assert unit.facts.add("a", "a-1", fact, NOW)
        assert unit.facts.add("a", "a-1", full, NOW)
        assert not unit.facts.add("a", "a-2", replace(full, amount=1), NOW + 1)
        assert unit.facts.add("a", "a-2", replace(full, gateway="cashfree"), NOW)
        assert list(unit.facts.of("a")) == [
            ("a-1", fact),
            ("a-1", full),
            ("a-2", replace(full, gateway="cashfree")),
        ]
        assert list(unit.facts.of("b")) == []


def _message(n: int, **changes: object) -> Message:
    made = Message(
        message_id=f"m{n}",
        order_id=order_id(1),
        purpose=Purpose.PAYMENT_REQUEST,
        attempt=n,
        channel="whatsapp",
        to="+919876543210",
        state=MessageState.WAITING,
        created_at=NOW + n,
    )
    return replace(made, **changes)  # type: ignore[arg-type] # names of its own fields


def _sms(store: SqliteStore, n: int) -> None:
    with store.write() as unit:
        unit.sales.add(replace(sale(n), channel=Channel.SMS_LINK))
        unit.commit()


def test_messages(store: SqliteStore) -> None:
    _add(store, 1)
    first = _message(1, template="pay", parameters=("₹ 250", "आशा", ""))
    with store.write() as unit:
        assert unit.messages.add(first)
        assert not unit.messages.add(replace(first, message_id="other"))
        assert unit.messages.add(_message(2))
        assert unit.messages.get("m1") == first
        assert unit.messages.get("other") is None
        changed = replace(
            first, state=MessageState.ACCEPTED, sid="sid-1", code=25, reason="r", body="b",
            media_url="https://m", url="https://u", url_suffix="s", not_before=9, polls=2,
            parameters=("x",),
        )  # fmt: skip
        unit.messages.save(changed, NOW + 5, "answer")
        unit.messages.save(replace(changed, polls=3), NOW + 6, "poll")
        unit.messages.save(changed, NOW + 7, "poll")
        # Only news becomes a fact.
        assert unit.messages.facts("m1") == (
            MessageFact(NOW + 1, MessageState.WAITING, None, None, "machine"),
            MessageFact(NOW + 5, MessageState.ACCEPTED, 25, "r", "answer"),
        )
        assert list(unit.messages.of(order_id(1))) == [changed, _message(2)]
        assert unit.messages.match("sid-1", None) == changed
        assert unit.messages.match("sid-9", "m1.m2") == _message(2)
        assert unit.messages.match(None, "m1.m1") == changed
        assert unit.messages.match(None, "m1.") is None
        assert unit.messages.match(None, "m1") is None
        assert unit.messages.match(None, None) is None
        with pytest.raises(DomainError):
            unit.messages.save(_message(7), NOW)


def test_messages_to_poll_are_sms_that_were_taken(store: SqliteStore) -> None:
    _sms(store, 1)
    _add(store, 2)
    kinds: tuple[dict[str, object], ...] = (
        {"state": MessageState.ACCEPTED, "not_before": 30},
        {"state": MessageState.SENT, "not_before": 20},
        {"state": MessageState.ACCEPTED, "not_before": 101},
        {"state": MessageState.ACCEPTED, "channel": "whatsapp", "order_id": order_id(2)},
        {"state": MessageState.DELIVERED},
        {"state": MessageState.QUEUED},
    )
    with store.write() as unit:
        for n, changes in enumerate(kinds, 1):
            unit.messages.add(_message(n, **{"channel": "sms", **changes}))
        assert [m.attempt for m in unit.messages.to_poll(100, 10)] == [2, 1]
        assert [m.attempt for m in unit.messages.to_poll(100, 1)] == [2]


def test_a_corrected_number_keeps_the_former_beside(store: SqliteStore) -> None:
    _add(store, 1)
    first, second = sale(1).link_token, "another-token"
    with store.write() as unit:
        unit.sales.change_contact(order_id(1), "+919800000001", second, NOW + 1, "Asha")
        unit.sales.change_contact(order_id(1), None, "third-token", NOW + 2, "Ravi")
        found = unit.sales.get(order_id(1))
        assert found is not None
        assert (found.phone, found.link_token, found.contact) == (None, "third-token", 2)
        assert unit.sales.contacts(order_id(1)) == (
            FormerContact(0, NOW + 1, "Asha", sale(1).phone, first),
            FormerContact(1, NOW + 2, "Ravi", "+919800000001", second),
        )
        unit.commit()
    with store.write() as unit:
        unit.sales.issue(order_id(1), "C2A/2627/000001", NOW + 3, "cash")
        with pytest.raises(DomainError) as caught:
            unit.sales.change_contact(order_id(1), "+919800000001", "fourth", NOW + 4, "Asha")
    assert caught.value.code == "not_waiting"


def test_the_newest_word_about_a_number_counts(store: SqliteStore) -> None:
    out = OptOut("+919876543210", None, NOW, OptKind.OUT, "counter", "Asha")
    tagged = OptOut(None, "ab12", NOW + 1, OptKind.OUT, "stop")
    again = OptOut("+919876543210", "cd34", NOW + 2, OptKind.IN, "counter", "Asha")
    with store.write() as unit:
        assert unit.opt_outs.latest("+919876543210") is None
        unit.opt_outs.add(out)
        assert unit.opt_outs.latest("+919876543210") == out
        assert unit.opt_outs.latest("+919800000001", ["ab12"]) is None
        unit.opt_outs.add(tagged)
        assert unit.opt_outs.latest("+919800000001", ["zz", "ab12"]) == tagged
        assert unit.opt_outs.latest("+919876543210") == out
        unit.opt_outs.add(again)
        assert unit.opt_outs.latest("+919876543210") == again
        assert unit.opt_outs.latest("+919800000001", ["cd34"]) == again
