"""What gateways say about money, and what the shop finds in its books and its inbox afterwards."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import Purpose
from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.payment import CollectState, GatewayStatus, PaymentFact, PaymentStatus
from pos_desktop.domain.sale import Sale, SaleState, TenderKind
from pos_desktop.ports import CollectIntent, CollectSeen, GatewayError, GatewayErrorKind
from tests.support.till import PHONE, Till

REQUEST, RECEIPT = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT
DUE = 23700


def waiting(till: Till, phone: str | None = PHONE) -> tuple[Sale, str]:
    """A bill with an open collect and its reference."""
    sale = till.checkout.request(till.order(phone))
    till.settle_down()
    return sale, f"{sale.order_id}-1"


def fact(number: int, amount: int, **given: object) -> PaymentFact:
    made = PaymentFact("razorpay", f"pay_{number}", PaymentStatus.CAPTURED, amount, "INR", number)
    return replace(made, **given)  # type: ignore[arg-type]  # fields by name


def inbox(till: Till) -> list[tuple[str, int]]:
    return [(flag.kind, flag.amount) for flag in till.flags()]


def tenders(till: Till, sale: Sale) -> list[tuple[TenderKind, int, str]]:
    with till.store.read() as uow:
        return [(t.kind, t.amount, t.reference) for t in uow.tenders.of(sale.order_id)]


def test_a_paisa_too_little_pays_nothing_and_asks_a_person(till: Till) -> None:
    sale, reference = waiting(till)
    till.gateway.pay(reference, DUE - 1)
    till.run(30)
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    assert till.collect(sale.order_id).state is CollectState.OPEN
    assert inbox(till) == [("part", DUE - 1)]
    bill = till.bill(sale.order_id)
    assert (bill.words, bill.attention) == ("part_paid", True)
    till.gateway.pay(reference, 1)
    till.run(20)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert [amount for _, amount, _ in tenders(till, sale)] == [DUE - 1, 1]
    assert inbox(till) == []
    with till.store.read() as uow:
        (flag,) = uow.flags.of(sale.order_id)
    assert (flag.kind, flag.closed_by, flag.resolution) == ("part", "machine", "paid")
    assert till.bill(sale.order_id).words == "paid_give_goods"


def test_a_paisa_too_much_pays_and_is_owed_back(till: Till) -> None:
    sale, reference = waiting(till)
    till.gateway.pay(reference, DUE + 1)
    till.run(10)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert tenders(till, sale) == [(TenderKind.GATEWAY_LINK, DUE, "pay_1")]
    assert inbox(till) == [("over", 1)]
    assert till.bill(sale.order_id).words == "paid_give_goods"


def test_two_part_payments_that_are_too_much_together(till: Till) -> None:
    sale, reference = waiting(till)
    till.gateway.pay(reference, 10000)
    till.gateway.pay(reference, 20000)
    till.run(10)
    assert [amount for _, amount, _ in tenders(till, sale)] == [10000, 13700]
    assert inbox(till) == [("over", 6300)]


def test_two_payments_are_one_receipt_and_one_entry_in_the_inbox(till: Till) -> None:
    """However often the gateway is asked again: the excess stands there once, by its own id."""
    sale, reference = waiting(till)
    till.gateway.pay(reference)
    till.gateway.pay(reference)
    till.run(10)
    till.restart()
    with till.store.write() as uow:
        seen = till.gateway.seen[reference]
        assert till.payments.apply(uow, reference, seen, till.clock.now(), "poll") is None
        uow.commit()
    till.run(60)
    assert tenders(till, sale) == [(TenderKind.GATEWAY_LINK, DUE, "pay_1")]
    (flag,) = till.flags()
    assert (flag.kind, flag.amount, flag.detail, flag.action) == (
        "duplicate", DUE, "pay_2", "refund",
    )  # fmt: skip
    assert [m.purpose for m in till.messenger.sent] == [REQUEST, RECEIPT]


def test_paid_by_the_old_link_and_by_the_qr_that_followed(till: Till) -> None:
    """The link expired, the cashier showed a QR, and the customer paid both."""
    sale, reference = waiting(till)
    till.clock.pass_seconds(31 * 60)
    till.gateway.seen[reference] = replace(
        till.gateway.seen[reference], status=GatewayStatus.EXPIRED
    )
    till.run(2)
    assert till.bill(sale.order_id).words == "link_expired"
    till.checkout.show_qr(sale.order_id, "Asha")
    till.settle_down()
    till.gateway.pay(f"{sale.order_id}-2")
    till.run(5)
    till.gateway.pay(reference)
    till.run(60)
    assert tenders(till, sale) == [(TenderKind.GATEWAY_QR, DUE, "pay_1")]
    assert inbox(till) == [("duplicate", DUE)]
    assert till.collect(sale.order_id).state is CollectState.PAID


def test_dollars_are_not_rupees(till: Till) -> None:
    sale, reference = waiting(till)
    till.gateway.add(reference, fact(1, DUE, currency="USD"))
    till.run(20)
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    assert [kind for kind, _ in inbox(till)] == ["mismatch"]
    till.gateway.pay(reference)
    till.run(20)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert tenders(till, sale) == [(TenderKind.GATEWAY_LINK, DUE, "pay_2")]


@pytest.mark.parametrize("change", [{"amount": DUE * 100}, {"currency": "USD"}])
def test_a_link_about_another_amount_is_never_shown(till: Till, change: dict[str, object]) -> None:
    create = till.gateway.create

    def wrong(intent: CollectIntent) -> CollectSeen:
        seen = create(intent)
        bad = replace(seen, **change)  # type: ignore[arg-type]  # fields by name
        till.gateway.seen[str(seen.reference)] = bad
        return bad

    till.gateway.create = wrong  # type: ignore[method-assign]  # the played fault
    sale, _ = waiting(till)
    collect = till.collect(sale.order_id)
    assert (collect.state, collect.reason) == (CollectState.CANCELLED, "amount_mismatch")
    shown = till.desk.payable(sale.order_id)
    assert shown is not None
    assert shown.payload is None
    assert till.messenger.sent == []
    assert inbox(till) == [("mismatch", DUE)]
    bill = till.bill(sale.order_id)
    assert (bill.words, bill.attention) == ("amount_wrong", True)
    till.run(20)
    assert till.desk.state().unsent == 0
    assert inbox(till) == [("mismatch", DUE)]


def test_money_on_a_link_that_changed_its_amount_is_a_persons_business(till: Till) -> None:
    sale, reference = waiting(till)
    seen = till.gateway.seen[reference]
    till.gateway.seen[reference] = replace(seen, amount=DUE * 100)
    till.gateway.add(reference, fact(2, DUE * 100, status=PaymentStatus.FAILED))
    till.gateway.add(reference, fact(1, DUE * 100))
    till.run(20)
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert inbox(till) == [("mismatch", DUE), ("mismatch", DUE * 100)]
    till.run(60)
    assert len(till.flags()) == 2


def test_a_failed_try_is_not_the_end(till: Till) -> None:
    sale, reference = waiting(till)
    till.gateway.add(reference, fact(1, DUE, status=PaymentStatus.FAILED))
    till.run(6)
    assert till.bill(sale.order_id).words == "last_attempt_failed"
    till.gateway.add(reference, fact(2, DUE, status=PaymentStatus.AUTHORISED))
    till.run(6)
    assert till.bill(sale.order_id).words == "bank_confirming"
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    till.gateway.add(reference, fact(2, DUE))
    till.run(6)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert inbox(till) == []


def test_paid_then_created_then_failed_stays_paid(till: Till) -> None:
    sale, reference = waiting(till)
    till.gateway.pay(reference)
    till.run(6)
    for status in (GatewayStatus.OPEN, GatewayStatus.EXPIRED, GatewayStatus.UNKNOWN):
        older = replace(till.gateway.seen[reference], status=status, payments=())
        with till.store.write() as uow:
            till.payments.apply(uow, reference, older, till.clock.now(), "poll")
            uow.commit()
    assert till.collect(sale.order_id).state is CollectState.PAID
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert inbox(till) == []


def test_a_captured_payment_that_was_given_back_does_not_pay(till: Till) -> None:
    sale, reference = waiting(till)
    till.gateway.add(reference, fact(1, DUE))
    till.gateway.add(reference, fact(1, DUE, status=PaymentStatus.REFUNDED, amount_refunded=DUE))
    till.run(6)
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    assert tenders(till, sale) == []


def test_paid_says_the_gateway_but_shows_no_payment(till: Till) -> None:
    """Only money counts; the status alone never closes a bill."""
    sale, reference = waiting(till)
    seen = replace(till.gateway.seen[reference], status=GatewayStatus.PAID)
    till.gateway.seen[reference] = seen
    till.run(20)
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    assert till.collect(sale.order_id).state is CollectState.OPEN


def wordless(till: Till, reference: str) -> None:
    """The gateway's status is a word that we do not know."""
    seen = till.gateway.seen[reference]
    till.gateway.seen[reference] = replace(seen, status=GatewayStatus.UNKNOWN)


def test_what_is_over_but_still_takes_money_is_closed_before_anything_else(till: Till) -> None:
    sale, reference = waiting(till, None)
    till.run(5 * 60 + 12)
    assert f"close {reference}" in till.gateway.calls
    assert till.gateway.seen[reference].status is GatewayStatus.CANCELLED
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert till.bill(sale.order_id).words == "link_expired"
    till.checkout.show_qr(sale.order_id, "Asha")
    till.settle_down()
    live = [s for s in till.gateway.seen.values() if s.status is GatewayStatus.OPEN]
    assert len(live) == 1


def test_an_answer_that_was_overtaken_is_no_mismatch(till: Till) -> None:
    """The fetch says open, the close is recorded first: the older answer counts no more."""
    sale, _ = waiting(till)
    till.clock.pass_seconds(10)
    till.watcher.step(till.clock.now())
    till.lanes.step()  # the gateway has answered; nothing is written down yet
    answer = till.lanes.queue.popleft()
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    till.lanes.queue.append(answer)
    till.lanes.drain()
    assert till.flags() == ()
    assert till.collect(sale.order_id).state is CollectState.CANCELLED


def test_a_payment_that_was_given_back_is_not_the_one_that_pays(till: Till) -> None:
    sale, reference = waiting(till)
    first = till.gateway.pay(reference)
    till.gateway.add(
        reference, replace(first, status=PaymentStatus.REFUNDED, amount_refunded=first.amount)
    )
    good = till.gateway.pay(reference)
    till.run(8)
    with till.store.read() as uow:
        (tender,) = uow.tenders.of(sale.order_id)
    assert tender.reference == good.payment_id


def test_a_qr_that_ends_in_silence_ends_and_is_watched_on(till: Till) -> None:
    """Where the gateway has no word for it, our own timer is the only signal."""
    sale, reference = waiting(till, None)
    wordless(till, reference)
    till.run(5 * 60 + 5)
    collect = till.collect(sale.order_id)
    assert (collect.state, collect.reason) == (CollectState.EXPIRED, "expiry")
    bill = till.bill(sale.order_id)
    assert (bill.words, bill.can_show_qr, bill.expires_at) == ("link_expired", False, None)
    till.gateway.pay(reference)
    till.run(35)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.collect(sale.order_id).state is CollectState.PAID


def test_what_expired_is_asked_about_for_five_days_and_no_longer(till: Till) -> None:
    sale, reference = waiting(till, None)
    wordless(till, reference)
    till.run(5 * 60 + 5)
    asked = []
    before = len(till.gateway.calls)
    while (moment := till.collect(sale.order_id).next_ask_at) is not None:
        till.clock.at = max(till.clock.at, moment)
        till.tick()
        asked.append(till.clock.now() - (till.collect(sale.order_id).closed_at or 0))
    assert len(till.gateway.calls) - before == len(asked)
    minutes = [moment // 60_000 for moment in asked]
    assert minutes[:4] == [0, 0, 2, 10]
    assert 9 <= len(asked) <= 13
    assert minutes[-1] >= 5 * 24 * 60


def test_money_four_days_after_an_abandoned_bill(till: Till) -> None:
    sale, reference = waiting(till)
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.run(4 * 24 * 3600, step=1800)
    till.gateway.pay(reference)
    till.run(24 * 3600, step=1800)
    (flag,) = till.flags()
    assert (flag.kind, flag.amount, flag.action) == ("late", DUE, "refund_or_attach")
    assert till.sale(sale.order_id).invoice_number is None
    assert till.desk.state().attention == 1


def test_the_shop_hears_of_a_duplicate_although_the_goods_are_gone(till: Till) -> None:
    """A bill that is handed over left the panel; money that came all the same brings it back."""
    sale, reference = waiting(till)
    till.gateway.pay(reference)
    till.checkout.cash_for_waiting(sale.order_id, DUE, "Asha", risk=True)
    till.run(10)
    state = till.desk.state()
    (card,) = state.waiting
    assert (card.order_id, card.words, card.attention) == (sale.order_id, "late_money", True)
    assert state.attention == 1


def slow_create(till: Till, meanwhile: Callable[[], None]) -> None:
    """While the first create is in the wire, this happens."""
    create = till.gateway.create

    def slow(intent: CollectIntent) -> CollectSeen:
        till.gateway.create = create  # type: ignore[method-assign]  # the played delay ends
        meanwhile()
        return create(intent)

    till.gateway.create = slow  # type: ignore[method-assign]  # the played delay


def test_cash_while_the_link_is_being_made_closes_the_link(till: Till) -> None:
    """The create is in the wire when cash is taken: what it makes is closed and watched."""
    sale = till.checkout.request(till.order())

    def meanwhile() -> None:
        till.checkout.cash_for_waiting(sale.order_id, DUE, "Asha")
        till.settle_down()  # the close asks: "no such reference", the create has not arrived yet
        assert till.collect(sale.order_id).state is CollectState.CLOSING

    slow_create(till, meanwhile)
    till.settle_down()
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.gateway.seen[f"{sale.order_id}-1"].status is GatewayStatus.CANCELLED
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]


def test_cash_before_the_gateway_ever_heard_of_the_bill(till: Till) -> None:
    till.gateway.trouble.extend([GatewayError(GatewayErrorKind.UNAVAILABLE)] * 2)
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.checkout.cash_for_waiting(sale.order_id, DUE, "Asha")
    till.run(90)
    assert till.gateway.seen == {}
    collect = till.collect(sale.order_id)
    assert (collect.state, collect.next_ask_at) == (CollectState.CANCELLED, None)
    assert till.desk.state().unsent == 0


def test_a_live_link_that_was_counted_as_gone_is_told_and_watched(till: Till) -> None:
    sale = till.checkout.request(till.order())

    def meanwhile() -> None:
        till.checkout.cash_for_waiting(sale.order_id, DUE, "Asha", risk=True)
        till.run(90)  # longer than any call may last
        assert till.collect(sale.order_id).state is CollectState.CANCELLED

    slow_create(till, meanwhile)
    till.settle_down()
    told = [("risk_taken", DUE), ("mismatch", DUE)]
    assert inbox(till) == told
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(60)
    assert inbox(till) == [*told, ("duplicate", DUE)]


def test_a_close_that_errs_is_repeated_until_it_is_answered(till: Till) -> None:
    sale, reference = waiting(till)
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.gateway.trouble.extend([GatewayError(GatewayErrorKind.UNAVAILABLE)] * 2)
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.CLOSING
    till.run(20)
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert till.gateway.seen[reference].status is GatewayStatus.CANCELLED


def test_what_takes_money_after_its_closing_is_closed_again(till: Till) -> None:
    """A link that is paid in part is not cancelled; at last it ends."""
    sale, reference = waiting(till)
    till.gateway.pay(reference, 10000)
    part = replace(till.gateway.seen[reference], status=GatewayStatus.PART)
    till.gateway.seen[reference] = part
    till.checkout.free(sale.order_id, "Asha")
    till.run(130)
    assert till.collect(sale.order_id).state is CollectState.CLOSING
    assert till.gateway.calls.count(f"close {reference}") >= 2
    till.gateway.seen[reference] = replace(part, status=GatewayStatus.EXPIRED)
    till.run(70)
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert till.desk.state().unsent == 0


def test_a_close_of_what_the_gateway_does_not_know_ends(till: Till) -> None:
    sale, _ = waiting(till)
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.gateway.trouble.append(GatewayError(GatewayErrorKind.NOT_FOUND))
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert till.desk.state().unsent == 0


def test_a_close_after_a_kill_is_asked_again(till: Till) -> None:
    sale, _ = waiting(till)
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.outbox.step(till.clock.now())
    till.lanes.step()
    till.restart()
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert till.desk.state().unsent == 0


def test_payment_wins_over_close(till: Till) -> None:
    sale, reference = waiting(till)
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.gateway.pay(reference)
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.PAID
    assert inbox(till) == []
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    with till.store.read() as uow:
        assert uow.wishes.get(sale.order_id) is None


def test_an_unknown_link_is_found_closed(till: Till) -> None:
    """The answer was lost, the gateway was away for longer than the link lived."""
    lost = GatewayError(GatewayErrorKind.TIMEOUT, outcome_unknown=True)
    till.gateway.trouble.append(lost)
    sale = till.checkout.request(till.order())
    till.outbox.step(till.clock.now())
    till.lanes.drain()
    reference = f"{sale.order_id}-1"
    till.gateway.seen[reference] = replace(
        till.gateway.seen[reference], status=GatewayStatus.EXPIRED
    )
    till.run(5)
    assert till.collect(sale.order_id).state is CollectState.EXPIRED
    assert till.bill(sale.order_id).words == "link_expired"
    assert (till.messenger.sent, inbox(till)) == ([], [])


def test_a_link_that_the_gateway_made_although_it_said_no_is_found_closed(till: Till) -> None:
    till.gateway.trouble.append(GatewayError(GatewayErrorKind.UNAVAILABLE, "502"))
    sale = till.checkout.request(till.order())
    till.outbox.step(till.clock.now())
    till.lanes.drain()
    assert till.collect(sale.order_id).state is CollectState.REQUESTED
    till.checkout.request(till.order())
    till.settle_down()
    other = next(iter(till.gateway.seen.values()))
    till.gateway.seen[f"{sale.order_id}-1"] = replace(
        other, gateway_id="plink_9", status=GatewayStatus.CANCELLED
    )
    till.run(3)
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert inbox(till) == []


def test_a_lost_answer_about_a_link_that_was_never_made_makes_one(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.outbox.step(till.clock.now())
    till.restart()  # claimed, not begun
    till.settle_down()
    assert till.gateway.calls == [f"find {sale.order_id}-1", f"create {sale.order_id}-1"]
    assert till.collect(sale.order_id).state is CollectState.OPEN


def test_a_repeat_without_any_answer_before_finds_what_is_paid(till: Till) -> None:
    """Killed after the gateway acted; the customer had the link from there and paid."""
    sale = till.checkout.request(till.order())
    till.outbox.step(till.clock.now())
    till.lanes.step()
    till.gateway.pay(f"{sale.order_id}-1")
    till.restart()
    till.settle_down()
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert len(till.heard.news) == 1
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]


def test_an_answer_that_is_no_gateways_answer_is_tried_again(till: Till) -> None:
    till.gateway.trouble.append(NotImplementedError("odd"))
    sale = till.checkout.screen_qr(till.order(phone=None))
    till.settle_down()
    assert till.told() == ["odd"]
    assert till.bill(sale.order_id).words == "asking_gateway"
    till.run(7)
    assert till.bill(sale.order_id).words == "not_confirmed_checking"
    till.run(40)
    assert till.bill(sale.order_id).words == "qr_on_screen"


def test_cash_after_a_kill_in_the_create_finds_the_link_and_closes_it(till: Till) -> None:
    """We never learned its id: it is looked up by our reference and closed there."""
    sale = till.checkout.request(till.order())
    till.outbox.step(till.clock.now())
    till.lanes.step()
    till.restart()
    till.checkout.cash_for_waiting(sale.order_id, DUE, "Asha")
    till.run(5)
    assert till.gateway.seen[f"{sale.order_id}-1"].status is GatewayStatus.CANCELLED
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]


def test_an_error_of_the_line_that_no_gateway_names_is_tried_again(till: Till) -> None:
    till.gateway.trouble.append(Unavailable("net_odd"))
    sale = till.checkout.request(till.order())
    till.run(3)
    assert till.collect(sale.order_id).state is CollectState.OPEN


def test_a_bill_settled_before_its_turn_is_never_asked_for(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.checkout.cash_for_waiting(sale.order_id, DUE, "Asha")
    till.run(90)
    assert not [call for call in till.gateway.calls if call.startswith("create")]
    assert till.desk.state().unsent == 0


def test_what_has_moved_on_is_never_made_a_second_time(till: Till) -> None:
    """A restored file may hold a create that is still queued beside a collect that is open."""
    till.gateway.trouble.append(GatewayError(GatewayErrorKind.UNAVAILABLE))
    sale = till.checkout.request(till.order())
    till.settle_down()
    with till.store.write() as uow:
        collect = till.collect(sale.order_id)
        uow.collects.save(replace(collect, state=CollectState.OPEN, gateway_id="plink_0"))
        uow.commit()
    till.run(5)
    assert len([call for call in till.gateway.calls if call.startswith("create")]) == 1
    assert till.desk.state().unsent == 0


def test_a_qr_that_may_have_been_made_is_looked_for_twice(till: Till) -> None:
    """A list may lag behind: one more QR beside a live one would be two ways to pay."""
    lost = GatewayError(GatewayErrorKind.TIMEOUT, outcome_unknown=True)
    find = till.gateway.find
    blind = deque([None])

    def lagging(intent: CollectIntent) -> CollectSeen | None:
        found = find(intent)
        return blind.popleft() if blind else found

    till.gateway.find = lagging  # type: ignore[method-assign]  # the lag that is played
    till.gateway.trouble.append(lost)
    sale = till.checkout.screen_qr(till.order(None))
    till.run(8)
    assert till.collect(sale.order_id).state is CollectState.UNKNOWN
    till.run(15)
    assert till.collect(sale.order_id).state is CollectState.OPEN
    assert len([call for call in till.gateway.calls if call.startswith("create")]) == 1


def test_a_qr_that_was_never_made_is_made_after_two_looks(till: Till) -> None:
    sale = till.checkout.screen_qr(till.order(None))
    till.outbox.step(till.clock.now())
    till.restart()  # claimed, not begun
    till.run(3)
    assert till.gateway.calls == [f"find {sale.order_id}-1"]
    till.run(12)
    assert [call.partition(" ")[0] for call in till.gateway.calls[:3]] == ["find", "find", "create"]
    assert till.collect(sale.order_id).state is CollectState.OPEN
