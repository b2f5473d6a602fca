"""The story of a bill's money: what happened, when, and who said so."""

from collections.abc import Sequence
from dataclasses import replace

from pos_desktop.domain.payment import GatewayStatus, PaymentStatus, RefundFact, RefundStatus
from pos_desktop.domain.sale import Tender, TenderKind
from pos_desktop.services.history import history
from pos_desktop.services.views import HistoryLine
from tests.support.money_till import DUE, REFUSED, MoneyTill


def told(lines: Sequence[HistoryLine]) -> list[tuple[str, str, int]]:
    return [(line.what, line.who, line.amount) for line in of_money(lines)]


def of_money(lines: Sequence[HistoryLine]) -> list[HistoryLine]:
    """Without what became of its messages."""
    return [line for line in lines if not line.purpose]


def test_no_bill_no_story(money: MoneyTill) -> None:
    with money.store.read() as uow:
        assert history(uow, "nothing") is None


def test_a_payment_from_the_request_to_the_hand_over(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    failed = replace(
        money.gateway.pay(reference, now=money.clock.now() + 1000),
        status=PaymentStatus.FAILED,
        error_reason="payment_cancelled",
    )
    money.gateway.seen[reference] = replace(
        money.gateway.seen[reference], payments=(failed,), status=GatewayStatus.OPEN
    )
    money.run(10)
    authorised = replace(failed, status=PaymentStatus.AUTHORISED, error_reason=None)
    money.gateway.add(reference, authorised)
    money.run(10)
    money.gateway.add(reference, replace(authorised, status=PaymentStatus.CAPTURED))
    money.run(15)
    money.checkout.hand_over(sale.order_id, "Ravi")
    story = money.story(sale.order_id)
    assert told(story.lines) == [
        ("requested", "machine", DUE),
        ("attempt_failed", "razorpay", DUE),
        ("authorised", "razorpay", DUE),
        ("captured", "razorpay", DUE),
        ("issued", "Asha", DUE),
        ("handed_over", "Ravi", 0),
    ]
    assert [line.at for line in story.lines] == sorted(line.at for line in story.lines)
    lines = of_money(story.lines)
    assert lines[1].detail == "payment_cancelled"
    assert (lines[3].reference, lines[3].detail) == ("pay_1", "RRN 632700000001")
    assert (lines[4].reference, lines[4].detail) == ("P2A/2627/000001", "poll")
    assert (story.state, story.due, story.received, story.refunded) == ("issued", DUE, DUE, 0)
    assert (story.open_amount, story.excess, story.flags) == (0, 0, ())
    assert (story.token_no, story.invoice_number) == (sale.token_no, "P2A/2627/000001")


def test_a_payment_that_says_little(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    fact = money.gateway.pay(reference, 5000)
    bare = replace(fact, rrn=None, status=PaymentStatus.CREATED)
    seen = money.gateway.seen[reference]
    money.gateway.seen[reference] = replace(seen, payments=(bare,))
    money.run(10)
    assert told(money.story(sale.order_id).lines) == [("requested", "machine", DUE)]
    money.gateway.seen[reference] = replace(seen, payments=(replace(fact, rrn=None),))
    money.run(10)
    (line,) = [line for line in money.story(sale.order_id).lines if line.what == "captured"]
    assert line.detail == "upi"
    assert money.story(sale.order_id).flags == ("part",)
    assert money.story(sale.order_id).open_amount == DUE - 5000


def test_a_bill_that_was_given_up_and_paid_late(money: MoneyTill) -> None:
    for _ in range(3):
        money.checkout.cash(money.order(None), DUE)
    money.clock.pass_seconds(5)
    sale, fact = money.late_money()
    for _ in range(2):
        money.checkout.cash(money.order(None), DUE)
    story = money.story(sale.order_id)
    lines = {line.what: line for line in story.lines}
    assert (lines["closed"].who, lines["closed"].detail) == ("razorpay", "wish_abandon")
    assert (lines["abandoned"].who, lines["abandoned"].detail) == ("Asha", "customer left")
    assert lines["flag_raised"].reference == fact.payment_id
    assert (story.state, story.open_amount, story.excess) == ("abandoned", 0, DUE)
    assert story.flags == ("late",)
    money.decide(money.entry("late"), "refund")
    money.run(5)
    closed = money.story(sale.order_id).lines[-3:]
    assert {line.what for line in closed} >= {"flag_closed", "refund_pending"}
    assert money.story(sale.order_id).excess == 0


def test_a_bill_whose_end_no_ledger_tells(money: MoneyTill) -> None:
    """Restored from elsewhere: the story says nothing that nobody knows."""
    sale, _ = money.waiting()
    with money.store.write() as uow:
        uow.sales.close(sale.order_id, sale.state.ABANDONED)
        uow.commit()
    lines = money.story(sale.order_id).lines
    assert "abandoned" not in {line.what for line in lines}


def test_expired_and_refused_ends(money: MoneyTill) -> None:
    money.gateway.trouble.append(REFUSED)
    refused, _ = money.waiting()
    lines = of_money(money.story(refused.order_id).lines)
    assert told(lines) == [("requested", "machine", DUE), ("closed", "razorpay", DUE)]
    assert lines[1].detail == "not enough balance"
    expired, reference = money.waiting()
    seen = money.gateway.seen[reference]
    money.gateway.seen[reference] = replace(seen, status=seen.status.EXPIRED)
    money.run(10)
    assert told(money.story(expired.order_id).lines)[-1] == ("expired", "razorpay", DUE)


def test_what_people_took_and_gave_back(money: MoneyTill) -> None:
    sale = money.checkout.cash(money.order(), 24000)
    lines = {line.what: line for line in money.story(sale.order_id).lines}
    assert (lines["cash"].who, lines["cash"].amount) == ("Asha", DUE)
    assert lines["cash"].detail == "change 300"
    waiting, _ = money.waiting()
    now = money.clock.now()
    with money.store.write() as uow:
        card = Tender(TenderKind.CARD, 5000, now, "Ravi", reference="slip 7")
        rrn = Tender(
            TenderKind.OWN_UPI, 6000, now, "Ravi", reference="632712345678", approved_by="Meera"
        )
        uow.tenders.add(waiting.order_id, rrn)
        taken = uow.tenders.add(waiting.order_id, card)
        uow.tenders.take_back(taken.tender_id, now + 1, "Asha", "wrong bill")
        uow.commit()
    assert told(money.story(waiting.order_id).lines)[1:] == [
        ("own_upi", "Meera", 6000), ("card", "Ravi", 5000), ("taken_back", "Asha", 5000),
    ]  # fmt: skip


def test_money_that_goes_back_step_by_step(money: MoneyTill) -> None:
    sale, _ = money.sold()
    money.back(sale, (1, 1000))
    money.run(5)
    money.gateway.finish_refund("ret-pay_1-1", RefundStatus.FAILED)
    money.run(65)
    money.gateway.ends = RefundStatus.PROCESSED
    money.refunds.again("ret-pay_1-1", money.yes())
    money.run(5)
    with money.store.write() as uow:
        stranger = RefundFact(
            "razorpay", "rfnd_9", "pay_1", RefundStatus.PROCESSED, 100, "INR", 1, None, None, ""
        )
        uow.refunds.add_fact(sale.order_id, stranger, money.clock.now())
        uow.commit()
    lines = [line for line in money.story(sale.order_id).lines if "refund" in line.what]
    assert [(line.what, line.who, line.amount) for line in lines] == [
        ("refund_asked", "Meera", 7200),
        ("refund_pending", "razorpay", 7200),
        ("refund_failed", "razorpay", 7200),
        ("refund_done", "razorpay", 7200),
        ("refunded", "razorpay", 7200),
        ("refund_done", "razorpay", 100),
    ]
    assert [line.detail for line in lines if line.what == "refund_done"] == ["", "not asked here"]
    story = money.story(sale.order_id)
    assert (story.refunded, story.open_amount, story.excess) == (7200, 0, 0)


def test_attached_money_is_told_where_it_counts(money: MoneyTill) -> None:
    old, _ = money.late_money()
    new, _ = money.waiting()
    money.decide(money.entry("late"), "attach", target=new.order_id)
    lines = {line.what: line for line in money.story(new.order_id).lines}
    assert (lines["captured"].who, lines["captured"].detail) == ("Meera", "attached")
    assert lines["captured"].reference == "pay_1"
    assert [line.detail for line in money.story(old.order_id).lines if line.what == "captured"] == [
        "RRN 632700000001"
    ]
