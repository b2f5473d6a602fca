"""Tenders in any mix: what is taken counts once, and the bill is issued when nothing is open."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import Sale, SaleState, Tender, TenderKind
from pos_desktop.ports import GatewayError, GatewayErrorKind
from pos_desktop.services.tendering import Tendering, TenderOrder
from tests.support.rig import START
from tests.support.tender_counter import (
    CARD,
    CASH,
    CREDIT,
    DUE,
    OWN,
    RRN,
    UNREACHABLE,
    YES,
    Counter,
)
from tests.support.till import OIL, PHONE


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path, CN17=10_000)
    yield made
    made.till.store.close()
    assert made.till.told() == []


def test_a_bill_begins_without_asking_anybody(counter: Counter) -> None:
    heard = counter.till.heard.changes
    sale = counter.begin(PHONE)
    assert counter.till.heard.changes == heard + 1
    counter.till.settle_down()
    assert (sale.state, sale.due) == (SaleState.AWAITING, DUE)
    assert counter.till.gateway.calls == []
    assert counter.till.messenger.sent == []
    state = counter.tendering.state(sale.order_id)
    assert (state.due, state.received, state.open, state.tenders) == (DUE, 0, DUE, ())
    assert (state.collect_words, state.by_hand, state.token_no) == ("", (), sale.token_no)
    (entry,) = counter.ledger("sale.begun")
    assert entry.body == {"order_id": sale.order_id, "due": DUE, "bill_hash": sale.bill_hash}


def test_nothing_is_begun_without_goods(counter: Counter) -> None:
    order = counter.till.order(None)
    empty = replace(order, bill=replace(order.bill, lines=()))
    with pytest.raises(DomainError, match="nothing_to_pay"):
        counter.tendering.begin(empty)


def test_any_mix_is_issued_with_its_last_part(counter: Counter) -> None:
    sale = counter.begin(PHONE)
    assert counter.take(sale, CARD, 5_000).open == 18_700
    assert counter.take(sale, CREDIT, 10_000, "cn-17").open == 8_700
    assert counter.take(sale, OWN, 3_700, "6327 1234 5678").open == 5_000
    state = counter.take(sale, CASH, 5_000, tendered=10_000)
    assert (state.state, state.open, state.received) == (SaleState.ISSUED, 0, DUE)
    assert (state.change, state.invoice_number) == (5_000, "P2A/2627/000001")
    assert state.by_hand == ()
    assert [(t.kind, t.amount, t.reference, t.approved_by) for t in state.tenders] == [
        (CARD, 5_000, "batch 7 no 12", ""),
        (CREDIT, 10_000, "CN17", ""),
        (OWN, 3_700, RRN, "Meena"),
        (CASH, 5_000, "", ""),
    ]
    issued = counter.till.sale(sale.order_id)
    assert (issued.confirmed_by, issued.handed_over_at) == ("asserted", START)
    (entry,) = counter.ledger("sale.issued")
    assert entry.body["tenders"] == [
        {"kind": t.kind.value, "amount": t.amount, "reference": t.reference} for t in state.tenders
    ]
    assert [e.body["amount"] for e in counter.ledger("tender.added")] == [
        5_000, 10_000, 3_700, 5_000,
    ]  # fmt: skip
    counter.till.settle_down()
    assert len(counter.till.messenger.sent) == 1, "one receipt"
    assert counter.till.flags() == ()


@pytest.mark.parametrize(
    ("kind", "confirmed_by"), [(CASH, "cash"), (CARD, "card"), (OWN, "asserted")]
)
def test_one_tender_for_all_of_it(counter: Counter, kind: TenderKind, confirmed_by: str) -> None:
    sale = counter.begin()
    assert counter.take(sale, kind, DUE).state is SaleState.ISSUED
    assert counter.till.sale(sale.order_id).confirmed_by == confirmed_by
    assert counter.tenders(sale) == [(kind, DUE)]


def test_only_cash_may_exceed(counter: Counter) -> None:
    sale = counter.begin()
    for kind in (CARD, OWN, CREDIT):
        assert counter.refused(sale, kind, DUE + 1) == "tender_too_big"
    state = counter.take(sale, CASH, 50_000)
    (tender,) = state.tenders
    assert (tender.amount, tender.tendered, tender.change) == (DUE, 50_000, 26_300)
    assert state.change == 26_300


def test_what_is_no_tender(counter: Counter) -> None:
    sale = counter.begin()
    assert counter.refused(sale, CASH, 0) == "amount_not_positive"
    assert counter.refused(sale, TenderKind.GATEWAY_QR, 100) == "not_by_hand"
    assert counter.refused(sale, CARD, 100, "4111 1111 1111 1111") == "card_number_refused"
    assert counter.refused(sale, CARD, 100, "  ") == "slip_needed"
    assert counter.refused(sale, OWN, 100, "12345") == "rrn_invalid"
    with pytest.raises(DomainError, match="cash_too_little"):
        counter.take(sale, CASH, 100, tendered=50)
    with pytest.raises(DomainError, match="not_waiting"):
        counter.tendering.add(TenderOrder("nobody", CASH, 100, "Asha"))
    with pytest.raises(DomainError, match="not_waiting"):
        counter.tendering.state("nobody")
    counter.take(sale, CASH, DUE)
    assert counter.refused(sale, CASH, 100) == "not_waiting"


def test_a_tender_is_taken_back_before_the_issue_and_not_after(counter: Counter) -> None:
    sale = counter.begin()
    (cash,) = counter.take(sale, CASH, 5_000).by_hand
    counter.take(sale, CARD, 8_700)
    with pytest.raises(DomainError, match="reason_needed"):
        counter.tendering.take_back(cash.tender_id, "Asha", " ")
    with pytest.raises(DomainError, match="no_such_tender"):
        counter.tendering.take_back(999, "Asha", "she pays by card")
    state = counter.tendering.take_back(cash.tender_id, "Asha", "she pays by card", YES)
    assert (state.open, state.received, [t.kind for t in state.tenders]) == (15_000, 8_700, [CARD])
    with pytest.raises(DomainError, match="no_such_tender"):
        counter.tendering.take_back(cash.tender_id, "Asha", "again")
    (entry,) = counter.ledger("tender.taken_back")
    assert (entry.actor, entry.body) == (
        "Asha",
        {
            "order_id": sale.order_id,
            "kind": "cash",
            "amount": 5_000,
            "reference": "",
            "reason": "she pays by card",
            "approved_by": "Meena",
        },
    )
    issued = counter.take(sale, CARD, 15_000, "batch 7 no 13")
    assert issued.state is SaleState.ISSUED
    with pytest.raises(DomainError, match="no_such_tender"):
        counter.tendering.take_back(issued.tenders[0].tender_id, "Asha", "too late")


def test_an_issued_bill_on_the_panel_keeps_its_tenders(counter: Counter) -> None:
    """Paid by QR, so it waits for its goods: its cash part stays what it is."""
    sale = counter.begin()
    (cash,) = counter.take(sale, CASH, 5_000).by_hand
    counter.pay_rest(sale)
    assert counter.till.sale(sale.order_id).handed_over_at is None
    with pytest.raises(DomainError, match="not_waiting"):
        counter.tendering.take_back(cash.tender_id, "Asha", "too late")


def test_the_rest_may_come_through_the_gateway(counter: Counter) -> None:
    sale = counter.begin()
    counter.take(sale, CASH, 5_000)
    counter.till.checkout.show_qr(sale.order_id, "Asha")
    assert counter.tendering.state(sale.order_id).collect_words == "asking_gateway"
    counter.till.settle_down()
    assert counter.tendering.state(sale.order_id).collect_words == "qr_on_screen"
    assert counter.till.collect(sale.order_id).amount == DUE - 5_000
    counter.till.run(10)
    assert counter.till.flags() == (), "a planned part is nothing for the inbox"
    counter.till.gateway.pay(f"{sale.order_id}-1")
    counter.till.run(6)
    state = counter.tendering.state(sale.order_id)
    assert (state.state, state.received, state.captured) == (SaleState.ISSUED, DUE, DUE - 5_000)
    assert counter.tenders(sale) == [(CASH, 5_000), (TenderKind.GATEWAY_QR, DUE - 5_000)]
    assert counter.till.flags() == ()


@pytest.mark.parametrize("kind", [CASH, CARD, CREDIT])
def test_what_is_payable_is_closed_first(counter: Counter, kind: TenderKind) -> None:
    counter.credits.worth["CN17"] = DUE
    sale = counter.till.checkout.request(counter.till.order())
    assert counter.refused(sale, kind, DUE) == "closing_first"
    counter.till.settle_down()
    assert counter.tendering.state(sale.order_id).collect_words == "waiting_payment"
    assert counter.refused(sale, kind, DUE) == "closing_first"
    counter.till.gateway.trouble.append(UNREACHABLE)
    assert counter.till.checkout.free(sale.order_id, "Asha") is False
    counter.till.settle_down()
    assert counter.tendering.state(sale.order_id).collect_words == "closing_checking"
    assert counter.refused(sale, kind, DUE) == "closing_first"
    counter.till.run(5)
    assert counter.tendering.state(sale.order_id).collect_words == ""
    assert counter.take(sale, kind, DUE).state is SaleState.ISSUED


def test_an_unknown_outcome_is_closed_first_too(counter: Counter) -> None:
    counter.till.gateway.trouble.append(
        GatewayError(GatewayErrorKind.TIMEOUT, outcome_unknown=True)
    )
    sale = counter.till.checkout.request(counter.till.order())
    counter.till.settle_down(1)
    assert counter.till.collect(sale.order_id).state is CollectState.UNKNOWN
    state = counter.tendering.state(sale.order_id)
    assert state.collect_words == "not_confirmed_checking"
    assert counter.refused(sale, CASH, DUE) == "closing_first"


def test_money_that_came_at_the_gateway_counts_and_stands_in_the_books(counter: Counter) -> None:
    """She paid a part of the link: the rest is taken in cash once the link is closed."""
    sale = counter.till.checkout.request(counter.till.order())
    counter.till.settle_down()
    counter.till.gateway.pay(f"{sale.order_id}-1", 10_000)
    counter.till.run(6)
    assert [flag.kind for flag in counter.till.flags()] == ["part"]
    counter.till.checkout.free(sale.order_id, "Asha")
    counter.till.run(6)
    before = counter.tendering.state(sale.order_id)
    assert (before.received, before.captured, before.open) == (10_000, 10_000, 13_700)
    assert counter.take(sale, CASH, 13_700).state is SaleState.ISSUED
    assert sorted(counter.tenders(sale)) == [(CASH, 13_700), (TenderKind.GATEWAY_LINK, 10_000)]
    assert counter.till.flags() == (), "paid: the part has solved itself"


def test_what_asks_for_too_much_is_closed(counter: Counter) -> None:
    sale = counter.till.checkout.request(counter.till.order())
    counter.till.settle_down()
    state = counter.take(sale, OWN, 10_000)
    assert (state.open, state.collect_words) == (DUE - 10_000, "closing_checking")
    counter.till.settle_down()
    assert counter.take(sale, CASH, DUE - 10_000).state is SaleState.ISSUED


def test_taking_back_closes_what_asks_for_too_little(counter: Counter) -> None:
    sale = counter.begin()
    (cash,) = counter.take(sale, CASH, 5_000).by_hand
    counter.till.checkout.show_qr(sale.order_id, "Asha")
    counter.till.settle_down()
    state = counter.tendering.take_back(cash.tender_id, "Asha", "she pays all by phone")
    assert (state.open, state.collect_words) == (DUE, "closing_checking")
    counter.till.settle_down()
    counter.till.checkout.show_qr(sale.order_id, "Asha")
    counter.till.settle_down()
    assert counter.till.collect(sale.order_id, 2).amount == DUE


def test_a_link_asks_for_the_rest_and_its_message_says_so(counter: Counter) -> None:
    sale = counter.begin(PHONE)
    counter.take(sale, CASH, 5_000)
    counter.till.checkout.send_again(sale.order_id, "Asha")
    counter.till.settle_down()
    (message,) = counter.till.messenger.sent
    assert message.parameters[-1] == str(DUE - 5_000)


def test_a_gateways_payment_is_not_taken_back_by_hand(counter: Counter) -> None:
    """One that was attached to a waiting bill: giving it back is a refund."""
    sale = counter.begin()
    attached = Tender(TenderKind.GATEWAY_QR, 5_000, START, "razorpay", reference="pay_7")
    with counter.till.store.write() as uow:
        attached = uow.tenders.add(sale.order_id, attached)
        uow.commit()
    with pytest.raises(DomainError, match="not_by_hand"):
        counter.tendering.take_back(attached.tender_id, "Asha", "she wants it back")


def test_a_slip_pays_once_a_day(counter: Counter) -> None:
    first, second, third = counter.begin(), counter.begin(), counter.begin()
    counter.take(first, CASH, 100)
    counter.take(first, CARD, DUE - 100, "004217")
    with pytest.raises(DomainError, match="slip_used") as caught:
        counter.take(second, CARD, DUE, " 004217 ", approval=None)
    assert caught.value.params == {"n": first.token_no, "reference": "004217"}
    assert counter.tenders(second) == []
    (own,) = counter.take(third, CARD, 100, "004218").tenders
    assert counter.refused(third, CARD, 100, "004218") == "slip_used", "on the same bill too"
    counter.tendering.take_back(own.tender_id, "Asha", "typed wrong")
    assert counter.take(third, CARD, 100, "004218").received == 100
    assert counter.ledger("slip.used_again") == []
    counter.till.clock.pass_seconds(24 * 3600)
    (again,) = counter.take(second, CARD, DUE, "004217", approval=None).tenders
    assert (again.reference, again.approved_by) == ("004217", "")


def test_a_manager_may_take_a_slip_for_two_bills(counter: Counter) -> None:
    first, second = counter.begin(), counter.begin()
    counter.take(first, CARD, DUE, "004217")
    stale = replace(YES, at=START - 11 * 60_000)
    with pytest.raises(DomainError, match="approval_needed"):
        counter.take(second, CARD, DUE, "004217", approval=stale)
    (tender,) = counter.take(second, CARD, DUE, "004217").tenders
    assert (tender.kind, tender.reference, tender.approved_by) == (CARD, "004217", "Meena")
    (told,) = counter.ledger("slip.used_again")
    assert (told.actor, told.body) == (
        "Asha",
        {
            "order_id": second.order_id,
            "reference": "004217",
            "pays_for": first.order_id,
            "approved_by": "Meena",
        },
    )
    assert [e.body["approved_by"] for e in counter.ledger("tender.added")] == ["", "Meena"]


def test_only_what_the_shop_has_is_offered(counter: Counter) -> None:
    sale, till = counter.begin(), counter.till
    assert counter.tendering.state(sale.order_id).kinds == (CASH, CARD, OWN, CREDIT)
    plain = Tendering(till.store, till.clock, till.heard, till.payments)
    assert plain.state(sale.order_id).kinds == (CASH, CARD, OWN)


def test_store_credit_is_checked_and_used_once(counter: Counter) -> None:
    sale, other = counter.begin(), counter.begin()
    assert counter.refused(sale, CREDIT, 100, "CN99") == "no_such_credit"
    assert counter.refused(sale, CREDIT, 10_001, "CN17") == "credit_too_little"
    assert counter.take(sale, CREDIT, 4_000, "CN17").open == DUE - 4_000
    for bill in (sale, other):
        assert counter.refused(bill, CREDIT, 100, "cn 17") == "credit_used"


def test_a_shop_without_credit_notes_has_none(counter: Counter) -> None:
    till = counter.till
    plain = Tendering(till.store, till.clock, till.heard, till.payments)
    sale = counter.begin()
    with pytest.raises(DomainError, match="no_such_credit"):
        plain.add(TenderOrder(sale.order_id, CREDIT, 100, "Asha", reference="CN17"))


def big(counter: Counter, items: int, phone: str | None) -> Sale:
    return counter.tendering.begin(counter.till.order(phone, (OIL,) * items))


def test_two_lakh_in_cash_on_one_bill(counter: Counter) -> None:
    sale = big(counter, 1300, None)
    counter.take(sale, CASH, 1_00_000_00)
    assert counter.refused(sale, CASH, 1_00_000_00) == "cash_limit"
    assert counter.refused(sale, CASH, 2_00_000_00) == "cash_limit"
    counter.take(sale, CASH, 99_999_99)
    assert counter.refused(sale, CASH, 1) == "cash_limit"
    counter.take(sale, CARD, sale.due - 1_99_999_99)


def test_two_lakh_in_cash_from_one_person_and_day(counter: Counter) -> None:
    first, second, stranger = (
        big(counter, 1000, PHONE),
        big(counter, 1000, PHONE),
        big(counter, 1000, "+919812345670"),
    )
    counter.take(first, CASH, first.due)
    with pytest.raises(DomainError, match="cash_limit_day") as caught:
        counter.take(second, CASH, 2_00_000_00 - first.due)
    assert caught.value.params == {"limit": 2_00_000_00, "taken": first.due}
    with pytest.raises(DomainError, match="cash_limit_day"):
        counter.till.checkout.cash_for_waiting(second.order_id, second.due, "Asha")
    counter.take(stranger, CASH, stranger.due)
    counter.take(second, CASH, 2_00_000_00 - first.due - 1)
    counter.till.clock.pass_seconds(24 * 3600)
    counter.take(second, CASH, 1_00_000_00)


PARTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([CASH, CARD, OWN, CREDIT]), st.integers(1, 30_000)),
        st.tuples(st.none(), st.integers(0, 5)),
    ),
    max_size=12,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(parts=PARTS)
def test_any_mix_adds_up(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[tuple[TenderKind | None, int]],
) -> None:
    """Whatever is given and taken back: what counts is what is kept, never more than is due, and
    the bill is issued just when it reaches that."""
    worth = {f"CN{number}": 8_000 for number in range(12)}
    counter = Counter(tmp_path_factory.mktemp("mix"), **worth)
    sale = counter.begin()
    kept: list[Tender] = []
    for number, (kind, figure) in enumerate(parts):
        before = counter.tendering.state(sale.order_id)
        issued = before.state is SaleState.ISSUED
        try:
            if kind is None:
                chosen = kept[figure % len(kept)].tender_id if kept else -1
                state = counter.tendering.take_back(chosen, "Asha", "changed her mind")
                kept = [tender for tender in kept if tender.tender_id != chosen]
            else:
                reference = {CARD: f"slip {number}", OWN: f"{number:012d}", CREDIT: f"CN{number}"}
                state = counter.take(sale, kind, figure, reference.get(kind, ""))
                kept.append(state.tenders[-1])
        except DomainError:
            state = counter.tendering.state(sale.order_id)
            assert state == before, "a refusal changes nothing"
        assert not issued or state.state is SaleState.ISSUED, "issued is for good"
        assert list(state.tenders) == kept
        assert state.received == sum(tender.amount for tender in kept)
        assert 0 <= state.received <= state.due == state.received + state.open
        assert (state.state is SaleState.ISSUED) == (state.open == 0)
        assert all(t.tendered == t.amount + t.change for t in kept if t.kind is CASH)
    numbers = len(counter.ledger("sale.issued"))
    assert numbers == (counter.tendering.state(sale.order_id).open == 0)
    counter.till.store.close()


def test_a_kill_between_two_tenders_loses_none(counter: Counter) -> None:
    sale = counter.begin()
    counter.take(sale, CASH, 5_000)
    counter.till.restart()
    counter.connect()
    state = counter.tendering.state(sale.order_id)
    assert (state.received, state.open) == (5_000, DUE - 5_000)
    counter.till.store.broken = 1
    with pytest.raises(Exception, match="full"):
        counter.take(sale, CASH, DUE - 5_000)
    assert counter.tendering.state(sale.order_id) == state
    assert counter.take(sale, CASH, DUE - 5_000).invoice_number == "P2A/2627/000001"
