"""The sweep: the account's own list of payments against the bills of each counter."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.numbering import ist_day, ist_midnight
from pos_desktop.domain.options import CounterOptions
from pos_desktop.domain.payment import (
    CollectKind,
    GatewayStatus,
    PaymentFact,
    PaymentStatus,
    RefundStatus,
)
from pos_desktop.domain.sale import SaleState, Tender, TenderKind
from pos_desktop.ports import (
    CollectSeen,
    ListedPayment,
)
from pos_desktop.services.sweep_result import SweepResult, Tally, doubts, watermark
from tests.support.money_till import DUE, UNAVAILABLE, MoneyTill, RefundingGateway
from tests.support.rig import START, options

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
HALF_PAST_NINE = ist_midnight(START) + 21 * HOUR + 30 * MINUTE


def counter(folder: Path, number: int, gateway: RefundingGateway) -> MoneyTill:
    """One of the counters of a shop; the first is the manager's."""
    label = CounterOptions(f"Counter {number}", number, f"P{number}A", "fresh-mart")
    setup = replace(options(), counter=replace(label, manager=number == 1))
    till = MoneyTill(folder / str(number), setup)
    till.ids.count = number * 100_000
    till.gateway = gateway
    till.connect()
    return till


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[list[MoneyTill]]:
    """Three counters, three databases, one account at the gateway."""
    account = RefundingGateway()
    tills = [counter(tmp_path, number, account) for number in (1, 2, 3)]
    yield tills
    for till in tills:
        till.store.close()
        assert till.told() == []


def result(till: MoneyTill) -> SweepResult:
    found = till.sweep.last()
    assert found is not None
    return found


def fact(till: MoneyTill, number: int, amount: int = 5000) -> PaymentFact:
    return PaymentFact(
        "razorpay", f"pay_s{number}", PaymentStatus.CAPTURED, amount, "INR", till.clock.now()
    )


def paid_unseen(till: MoneyTill) -> tuple[str, PaymentFact]:
    """Paid at the gateway, and the watcher was not told; (reference, what the list says)."""
    _, reference = till.waiting()
    paid = till.gateway.pay(reference, now=till.clock.now())
    seen = till.gateway.seen[reference]
    till.gateway.seen[reference] = replace(seen, payments=(), status=seen.status.OPEN)
    listed = ListedPayment(paid, seen.gateway_id, reference, till.options.counter.label)
    till.gateway.strangers.append(listed)
    return reference, paid


def test_three_counters_find_only_their_own(shop: list[MoneyTill]) -> None:
    """No counter calls the money of another one extra, nor its own."""
    for round_ in range(3):
        for till in shop:
            till.sold()
            till.late_money()
            if round_ == 1:
                till.gateway.pay(till.waiting()[1], 10000, now=till.clock.now())
                till.run(10)
    nobody = ListedPayment(fact(shop[0], 1))
    shop[0].gateway.strangers.append(nobody)
    newest = max(till.clock.now() for till in shop)
    for till in shop:
        till.clock.at = newest
        till.swept()
    results = [result(till) for till in shop]
    assert [found.extra for found in results] == [Tally()] * 3
    assert [found.missing for found in results] == [Tally()] * 3
    assert [found.asked for found in results] == [Tally()] * 3
    assert [found.matched for found in results] == [Tally(7, 6 * DUE + 10000)] * 3
    assert [found.others.count for found in results] == [14] * 3
    assert [found.unnamed for found in results] == [Tally(1, 5000), Tally(), Tally()]
    assert [[f.kind for f in till.flags() if f.kind == "unmatched"] for till in shop] == [
        ["unmatched"], [], [],
    ]  # fmt: skip
    for till in shop:
        till.clock.pass_seconds(3600)
        till.swept()
    assert [result(till).extra for till in shop] == [Tally()] * 3
    assert sum(f.kind == "unmatched" for till in shop for f in till.flags()) == 1


def test_counted_once_although_the_windows_overlap(money: MoneyTill) -> None:
    money.sold()
    money.swept()
    assert result(money).matched == Tally(1, DUE)
    money.clock.pass_seconds(300)
    money.sweep.run_now()
    money.swept()
    assert (result(money).matched, result(money).clean) == (Tally(1, DUE), True)
    assert money.flags() == ()


def test_at_the_start_and_every_hour(money: MoneyTill) -> None:
    start = money.clock.now()
    assert money.sweep.step(start) is None
    assert money.sweep.step(start) is None
    money.lanes.drain()
    assert money.sweep.step(start + 1) == start + HOUR
    assert money.sweep.step(start + HOUR) is None
    money.lanes.drain()
    assert money.gateway.calls.count("payments_between") == 2
    assert (result(money).start, result(money).end) == (start - 10 * MINUTE, start + HOUR)


def test_the_first_look_goes_a_day_back(money: MoneyTill) -> None:
    money.swept()
    assert result(money).start == money.clock.now() - DAY
    assert result(money).whole_day is False


def test_at_the_end_of_the_day_the_whole_day(money: MoneyTill) -> None:
    money.sold()
    money.swept()
    day = ist_day(START)
    assert money.sweep.last(day) is None
    money.clock.at = HALF_PAST_NINE - 10 * MINUTE
    money.swept()
    assert money.sweep.step(money.clock.now()) == HALF_PAST_NINE
    assert money.sweep.last(day) is None
    money.clock.at = HALF_PAST_NINE
    money.swept()
    whole = money.sweep.last(day)
    assert whole is not None
    assert (whole.start, whole.end, whole.matched) == (
        ist_midnight(START), HALF_PAST_NINE, Tally(1, DUE),
    )  # fmt: skip
    assert money.sweep.step(money.clock.now()) == HALF_PAST_NINE + HOUR
    money.clock.at = HALF_PAST_NINE + DAY
    money.swept()
    assert money.sweep.last(ist_day(START + DAY)) is not None


def test_when_asked_at_once_the_whole_day(money: MoneyTill) -> None:
    money.swept()
    money.clock.pass_seconds(60)
    money.sweep.run_now()
    money.sweep.step(money.clock.now())
    money.sweep.run_now()
    money.lanes.drain()
    assert result(money).whole_day is True
    before = money.gateway.calls.count("payments_between")
    money.swept()
    assert money.gateway.calls.count("payments_between") == before + 1


def test_a_clock_that_was_put_back_does_not_stop_it(money: MoneyTill) -> None:
    money.swept()
    money.clock.pass_seconds(-3 * 86400)
    money.swept()
    assert money.gateway.calls.count("payments_between") == 2
    assert result(money).start < result(money).end


def test_a_month_away_is_read_day_by_day(money: MoneyTill) -> None:
    money.swept()
    money.clock.pass_seconds(3 * 86400 + 7200)
    money.sweep.run_now()
    looks = []
    for _ in range(3):
        money.swept()
        looks.append((result(money).whole_day, result(money).end - result(money).start))
    day = DAY + 10 * MINUTE
    # Yesterday ended while nobody was here, and today was asked for: one list.
    yesterday = money.clock.now() - ist_midnight(START + 2 * DAY)
    assert looks == [(False, day), (False, day), (True, yesterday)]
    assert result(money).end == money.clock.now()
    assert money.sweep.last(ist_day(START + 2 * DAY)) == result(money)
    before = money.gateway.calls.count("payments_between")
    money.swept()
    assert money.gateway.calls.count("payments_between") == before


def test_money_that_nobody_told_of_is_asked_about_at_once(money: MoneyTill) -> None:
    reference, paid = paid_unseen(money)
    money.gateway.add(reference, paid)
    money.gateway.strangers.clear()
    money.swept()
    found = result(money)
    assert (found.asked, found.extra, found.clean) == (Tally(1, DUE), Tally(), False)
    assert [(e.kind, e.payment_id, e.reference) for e in found.entries] == [
        ("asked", "pay_1", reference)
    ]
    with money.store.read() as uow:
        sale = uow.sales.get(found.entries[0].order_id)
        assert watermark(uow, "razorpay") == paid.created_at
    assert sale is not None
    assert sale.state is SaleState.ISSUED
    money.clock.pass_seconds(120)
    money.swept()
    assert (result(money).matched, result(money).clean) == (Tally(1, DUE), True)
    with money.store.read() as uow:
        assert watermark(uow, "razorpay") == money.clock.now()
        assert doubts(uow, "razorpay").asked == ()


def test_what_the_collect_does_not_tell_is_taken_from_the_list(money: MoneyTill) -> None:
    reference, _ = paid_unseen(money)
    money.swept()
    assert money.sale(reference[:-2]).state is SaleState.AWAITING
    assert money.sweep.step(money.clock.now()) == money.clock.now() + 2 * MINUTE
    money.clock.pass_seconds(120)
    money.swept()
    assert money.sale(reference[:-2]).state is SaleState.ISSUED
    assert [news.order_id for news in money.heard.news] == [reference[:-2]]
    assert (result(money).learnt, result(money).asked) == (Tally(1, DUE), Tally())
    assert money.flags() == ()


def test_a_second_payment_that_only_the_list_tells_is_a_double_one(money: MoneyTill) -> None:
    sale, _ = money.sold()
    twice = replace(fact(money, 2), amount=DUE)
    listed = ListedPayment(twice, "plink_1", f"{sale.order_id}-1", "Counter 2")
    money.gateway.strangers.append(listed)
    money.swept()
    money.clock.pass_seconds(120)
    money.swept()
    assert (result(money).learnt, result(money).matched) == (Tally(1, DUE), Tally(1, DUE))
    assert [(flag.kind, flag.detail) for flag in money.flags()] == [("duplicate", "pay_s2")]


def test_found_by_the_gateways_own_id(money: MoneyTill) -> None:
    reference, paid = paid_unseen(money)
    gateway_id = money.gateway.seen[reference].gateway_id
    money.gateway.strangers[:] = [ListedPayment(paid, gateway_id)]
    money.swept()
    assert result(money).asked == Tally(1, DUE)


def test_a_collect_that_never_got_an_id_is_taken_from_the_list(money: MoneyTill) -> None:
    sale = money.checkout.request(money.order())
    paid = replace(fact(money, 1), amount=DUE)
    reference = f"{sale.order_id}-1"
    money.gateway.strangers.append(ListedPayment(paid, None, reference, "Counter 2"))
    money.sweep.step(money.clock.now())
    money.lanes.drain()
    money.clock.pass_seconds(120)
    money.sweep.step(money.clock.now())
    money.lanes.drain()
    assert money.sale(sale.order_id).state is SaleState.ISSUED


def test_money_for_a_bill_of_a_lost_database(money: MoneyTill) -> None:
    """It names this counter and a reference that nobody knows: kept, and a person decides."""
    lost = ListedPayment(fact(money, 1), "plink_9", "01LOST-1", "Counter 2")
    money.gateway.strangers.append(lost)
    money.swept()
    assert (result(money).extra, result(money).clean) == (Tally(1, 5000), False)
    entry = money.entry("unmatched")
    assert (entry.order_id, entry.amount, entry.payment_id) == ("", 5000, "pay_s1")
    with money.store.read() as uow:
        assert [reference for reference, _ in uow.facts.of("")] == ["01LOST-1"]
    money.clock.pass_seconds(120)
    money.sweep.run_now()
    money.swept()
    assert [flag.kind for flag in money.flags()] == ["unmatched"]
    money.decide(entry, "refund")
    money.gateway.ends = RefundStatus.PROCESSED
    money.gateway.seen["01LOST-1"] = CollectSeen(
        "plink_9", CollectKind.LINK, GatewayStatus.PAID, 5000, "INR", payments=(lost.fact,)
    )
    money.run(5)
    assert money.gateway.given("pay_s1") == 5000
    assert money.refunds.owed() == ()
    assert money.closed("") == [("unmatched", "refund asked dup-pay_s1")]


def test_money_that_names_nobody_is_the_managers(money: MoneyTill) -> None:
    money.gateway.strangers.append(ListedPayment(fact(money, 1), "plink_9"))
    money.swept()
    assert result(money).unnamed == Tally()
    assert money.flags() == ()
    money.sweep.counter = replace(money.options.counter, manager=True)
    money.sweep.run_now()
    money.swept()
    assert result(money).unnamed == Tally(1, 5000)
    assert [flag.kind for flag in money.flags()] == ["unmatched"]


def test_what_went_back_already_needs_nobody(money: MoneyTill) -> None:
    back = replace(fact(money, 1), status=PaymentStatus.REFUNDED)
    money.gateway.strangers.append(ListedPayment(back, "plink_9", "01LOST-1", "Counter 2"))
    money.swept()
    assert result(money).extra == Tally(1, 5000)
    assert money.flags() == ()


def test_what_is_not_money_is_not_counted(money: MoneyTill) -> None:
    failed = replace(fact(money, 1), status=PaymentStatus.FAILED)
    money.gateway.strangers.append(ListedPayment(failed, "plink_9", "01LOST-1", "Counter 2"))
    money.swept()
    assert result(money).entries == ()


def test_missing_is_told_after_a_second_look(money: MoneyTill) -> None:
    sale, paid = money.sold()
    reference = f"{sale.order_id}-1"
    kept = money.gateway.seen[reference]
    money.gateway.seen[reference] = replace(kept, payments=())
    money.swept()
    assert (result(money).missing, money.flags()) == (Tally(), ())
    money.clock.pass_seconds(120)
    money.swept()
    assert result(money).missing == Tally(1, DUE)
    entry = money.entry("mismatch")
    assert (entry.order_id, entry.detail, entry.payment_id) == (
        sale.order_id, f"missing {paid.payment_id}", paid.payment_id,
    )  # fmt: skip
    money.clock.pass_seconds(3600)
    money.swept()
    assert (result(money).missing, len(money.flags())) == (Tally(), 1)
    money.gateway.seen[reference] = kept
    money.sweep.run_now()
    money.swept()
    assert result(money).matched == Tally(1, DUE)
    assert money.closed(sale.order_id) == [("mismatch", "in the gateway's list now")]


def test_the_practice_gateway_forgets_and_nothing_is_missing(money: MoneyTill) -> None:
    """Practice goes on with the bills of yesterday before an account that begins today."""
    money.sold()
    money.clock.pass_seconds(600)
    money.gateway.seen.clear()
    money.connect()
    money.sweep.forgetful = True
    for _ in range(2):
        money.sweep.run_now()
        money.swept()
    assert (result(money).missing, result(money).clean, money.flags()) == (Tally(), True, ())
    _, reference = money.waiting()
    money.gateway.add(reference, replace(fact(money, 1), amount=DUE))
    money.run(10)
    money.gateway.seen[reference] = replace(money.gateway.seen[reference], payments=())
    for _ in range(2):
        money.sweep.run_now()
        money.swept()
    assert result(money).missing == Tally(1, DUE)


def test_captures_of_a_former_gateway_are_not_missing(money: MoneyTill) -> None:
    sale, paid = money.sold()
    with money.store.write() as uow:
        elsewhere = replace(paid, gateway="cashfree", payment_id="9100")
        uow.facts.add(sale.order_id, f"{sale.order_id}-1", elsewhere, money.clock.now())
        uow.commit()
    for _ in range(2):
        money.sweep.run_now()
        money.swept()
    assert (result(money).matched.count, result(money).missing) == (1, Tally())


def test_money_that_a_stranger_gave_back_is_stored_and_shown(money: MoneyTill) -> None:
    sale, _ = money.sold()
    money.gateway.tell_back("pay_1", elsewhere=DUE)
    money.swept()
    assert result(money).matched == Tally(1, DUE)
    story = money.story(sale.order_id)
    assert (story.refunded, story.lines[-1].what) == (DUE, "refunded")
    assert money.gateway.refunded == {}
    assert money.refunds.owed() == ()


def test_attached_money_stands_on_a_bill(money: MoneyTill) -> None:
    money.gateway.strangers.append(ListedPayment(replace(fact(money, 1), amount=DUE)))
    money.sweep.counter = replace(money.options.counter, manager=True)
    money.swept()
    new, _ = money.waiting()
    money.decide(money.entry("unmatched"), "attach", target=new.order_id)
    money.sweep.run_now()
    money.swept()
    assert (result(money).matched, result(money).unnamed) == (Tally(1, DUE), Tally())


def test_no_line_is_tried_again(money: MoneyTill) -> None:
    money.gateway.trouble.append(UNAVAILABLE)
    money.sweep.run_now()
    money.sweep.step(money.clock.now())
    money.lanes.drain()
    assert money.sweep.last() is None
    assert money.sweep.step(money.clock.now()) == money.clock.now() + MINUTE
    money.clock.pass_seconds(60)
    money.swept()
    assert result(money).whole_day is True


def test_a_budget_that_is_spent_waits(money: MoneyTill) -> None:
    now = money.clock.now()
    for _ in range(5):
        assert money.traffic.take("razorpay", now)
    assert money.sweep.step(now) == now + 500
    assert money.sweep.last() is None


def test_a_failure_of_the_adapter_is_told(money: MoneyTill) -> None:
    def broken(start: int, end: int) -> list[ListedPayment]:
        raise ZeroDivisionError("a bug")

    money.gateway.payments_between = broken  # type: ignore[method-assign]  # the played fault
    money.sweep.step(money.clock.now())
    money.lanes.drain()
    assert money.told() == ["a bug"]
    assert money.sweep.step(money.clock.now()) == money.clock.now() + MINUTE


def test_a_result_that_cannot_be_written_down_is_looked_for_again(money: MoneyTill) -> None:
    money.sold()
    money.sweep.step(money.clock.now())
    money.store.broken = 1
    money.lanes.drain()
    assert money.told() == ["The disk is full."]
    assert money.sweep.last() is None
    money.clock.pass_seconds(61)
    money.swept()
    assert result(money).matched == Tally(1, DUE)


def test_a_reference_that_another_counters_payment_carries_is_doubted(
    shop: list[MoneyTill],
) -> None:
    """Her phone showed our cashier the UPI reference of what she had paid elsewhere in the shop."""
    first, second, _ = shop
    sale = second.checkout.request(second.order())
    second.settle_down()
    paid = account_pay(second, f"{sale.order_id}-1")
    ours = first.checkout.request(first.order())
    with first.store.write() as uow:
        word = Tender(TenderKind.OWN_UPI, DUE, first.clock.now(), "Asha", reference=paid.rrn or "")
        uow.tenders.add(ours.order_id, word)
        uow.commit()
    first.sweep.run_now()
    first.swept()
    (flag,) = [flag for flag in first.flags() if flag.order_id == ours.order_id]
    assert (flag.kind, flag.amount) == ("mismatch", DUE)
    assert flag.detail == f"paid for another bill {paid.rrn}"


def account_pay(till: MoneyTill, reference: str) -> PaymentFact:
    return till.gateway.pay(reference, now=till.clock.now())


def test_a_mark_of_a_clock_that_ran_ahead_hides_nothing(money: MoneyTill) -> None:
    """The clock was a day ahead when it swept, and was put right afterwards."""
    money.clock.pass_seconds(24 * 3600)
    money.swept()
    money.clock.pass_seconds(-24 * 3600)
    stranger = ListedPayment(fact(money, 7))
    money.gateway.strangers.append(stranger)
    money.clock.pass_seconds(3700)
    money.options = replace(money.options, counter=replace(money.options.counter, manager=True))
    money.connect()
    money.swept()
    assert [flag.detail for flag in money.flags()] == ["pay_s7"]


def test_two_counters_with_one_label_are_two_devices(money: MoneyTill) -> None:
    label = money.options.counter.label
    money.options = replace(
        money.options, counter=replace(money.options.counter, device="till-1", manager=True)
    )
    money.connect()
    theirs = ListedPayment(fact(money, 1), "plink_9", "theirs-1", label, "till-2")
    ours = ListedPayment(fact(money, 2), "plink_8", "ours-1", label, "till-1")
    money.gateway.strangers += [theirs, ours]
    money.swept()
    assert [flag.detail for flag in money.flags()] == ["pay_s2"]
    assert (result(money).others.count, result(money).extra.count) == (1, 1)


def test_a_counter_that_moved_to_another_pc_knows_its_former_name(money: MoneyTill) -> None:
    counter = replace(money.options.counter, device="till-3", former_devices=("till-1",))
    money.options = replace(money.options, counter=counter)
    money.connect()
    label = money.options.counter.label
    money.gateway.strangers += [
        ListedPayment(fact(money, number), f"plink_{number}", f"lost-{number}", label, device)
        for number, device in ((1, "till-1"), (2, "till-2"), (3, "till-3"))
    ]
    money.swept()
    assert [flag.detail for flag in money.flags()] == ["pay_s1", "pay_s3"]
