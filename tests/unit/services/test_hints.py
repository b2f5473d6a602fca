"""Hints wake whom they name, and whatever else they say is not believed."""

from dataclasses import replace

import pytest

from pos_desktop.domain.payment import OWN_UPI, CollectState, PaymentFact, PaymentStatus
from pos_desktop.domain.refund import Refund, RefundState
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.wire import v1
from tests.support.till import PHONE, Till

DUE = 23700
RAZORPAY = "razorpay"


def opened(till: Till) -> Sale:
    sale = till.checkout.request(till.order(PHONE))
    till.settle_down()
    return sale


def asked(till: Till, sale: Sale) -> int:
    return till.gateway.calls.count(f"fetch {sale.order_id}-1")


def hint(till: Till, **names: str) -> None:
    seq = till.hints.cursor() + 1
    till.hints.apply(v1.FeedEvent(seq=seq, kind="hook", at=0, **names))  # type: ignore[arg-type]  # names only
    till.tick()


@pytest.mark.parametrize("gateway", ["", RAZORPAY])
def test_a_collect_is_named_by_either_of_its_ids(till: Till, gateway: str) -> None:
    sale = opened(till)
    hint(till, gateway=gateway, collect_id="plink_1")
    assert asked(till, sale) == 1
    hint(till, gateway=gateway, reference=f"{sale.order_id}-1")
    assert asked(till, sale) == 2
    # Some gateways know a link by our id only.
    hint(till, gateway=gateway, collect_id=f"{sale.order_id}-1")
    assert asked(till, sale) == 3
    assert till.hints.unknown() == 0


def test_the_same_id_at_another_gateway_is_somebody_elses(till: Till) -> None:
    sale = opened(till)
    hint(till, gateway="cashfree", collect_id="plink_1")
    hint(till, gateway="cashfree", reference=f"{sale.order_id}-1")
    assert asked(till, sale) == 0
    assert till.hints.unknown() == 2


def test_what_this_counter_never_made_is_counted_and_asks_nobody(till: Till) -> None:
    sale = opened(till)
    heard = till.heard.changes
    hint(till, gateway=RAZORPAY, collect_id="plink_9", reference="other-1", payment_id="pay_9")
    hint(till, gateway=RAZORPAY)
    assert (till.hints.unknown(), till.hints.cursor()) == (2, 2)
    assert (asked(till, sale), till.heard.changes) == (0, heard)
    till.restart()
    assert till.hints.unknown() == 2


def test_forged_content_never_counts(till: Till) -> None:
    """A relay that says "paid" in every field it has makes us ask, and the gateway says no."""
    sale = opened(till)
    for event in ("payment_link.paid", "payment.captured", "order.paid", "qr_code.credited"):
        hint(
            till,
            gateway=RAZORPAY,
            event=event,
            collect_id="plink_1",
            reference=f"{sale.order_id}-1",
            payment_id="pay_forged",
            status="captured",
            detail="captured",
        )
    assert asked(till, sale) == 4
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    with till.store.read() as uow:
        assert uow.facts.of(sale.order_id) == ()
        assert uow.tenders.of(sale.order_id) == ()
    assert till.flags() == ()


def test_a_payment_that_is_known_names_its_collect(till: Till) -> None:
    """A hook about a payment alone: the customer's second try on the same link."""
    sale, other = opened(till), opened(till)
    fact = PaymentFact(RAZORPAY, "pay_1", PaymentStatus.FAILED, DUE, "INR", 0)
    till.gateway.add(f"{sale.order_id}-1", fact)
    till.run(6)
    before = asked(till, sale), asked(till, other)
    hint(till, gateway=RAZORPAY, payment_id="pay_1")
    assert (asked(till, sale), asked(till, other)) == (before[0] + 1, before[1])
    # The same number at another gateway is another payment.
    hint(till, gateway="cashfree", payment_id="pay_1")
    assert asked(till, sale) == before[0] + 1
    assert till.hints.unknown() == 1


def test_what_has_no_id_there_yet_and_what_nobody_can_tell_of_is_known(till: Till) -> None:
    sale, own = opened(till), opened(till)
    with till.store.write() as uow:
        collect = uow.collects.of(sale.order_id)[0]
        nameless = replace(collect, state=CollectState.UNKNOWN, gateway_id=None, next_ask_at=None)
        uow.collects.save(nameless)
        mine = replace(nameless, reference=f"{own.order_id}-2", order_id=own.order_id, attempt=2)
        uow.collects.add(replace(mine, gateway=OWN_UPI, gateway_id="own"))
        uow.commit()
    hint(till, reference=f"{sale.order_id}-1")
    hint(till, reference=f"{own.order_id}-2")
    assert (asked(till, sale), till.hints.unknown()) == (0, 0)


def test_a_second_payment_on_a_paid_link_is_looked_for(till: Till) -> None:
    sale = opened(till)
    first = till.gateway.pay(f"{sale.order_id}-1")
    till.run(6)
    before = asked(till, sale)
    hint(till, gateway=RAZORPAY, collect_id="plink_1", payment_id=first.payment_id)
    hint(till, gateway=RAZORPAY, collect_id="plink_1")
    assert asked(till, sale) == before, "nothing that we do not know"
    second = till.gateway.pay(f"{sale.order_id}-1")
    hint(till, gateway=RAZORPAY, collect_id="plink_1", payment_id=second.payment_id)
    assert asked(till, sale) == before + 1
    assert [flag.kind for flag in till.flags()] == ["duplicate"]
    till.run(60)
    assert asked(till, sale) == before + 1, "and it is not watched any more"


def refund(till: Till, sale: Sale, key: str, state: RefundState, **changes: object) -> None:
    made = Refund(key, sale.order_id, RAZORPAY, "pay_1", 100, "late", state, 0, "Asha", "Meera")
    with till.store.write() as uow:
        uow.refunds.add(replace(made, **changes))  # type: ignore[arg-type]  # fields by name
        uow.commit()


def due(till: Till, key: str) -> bool:
    with till.store.read() as uow:
        found = uow.refunds.get(key)
    assert found is not None
    return found.next_ask_at == till.clock.now()


def test_a_hook_about_a_refund_wakes_those_that_may_still_change(till: Till) -> None:
    sale = opened(till)
    later = till.clock.now() + 900_000
    refund(till, sale, "pending", RefundState.PENDING, next_ask_at=later, refund_id="rfnd_1")
    refund(till, sale, "failed", RefundState.FAILED, refund_id="rfnd_2")
    refund(till, sale, "never_there", RefundState.FAILED)
    refund(till, sale, "tried_twice", RefundState.FAILED, attempt=2)
    refund(till, sale, "asked", RefundState.ASKED)
    refund(till, sale, "done", RefundState.DONE, refund_id="rfnd_3")
    hint(till, gateway="cashfree", event="refund.processed", payment_id="pay_1")
    assert not due(till, "pending")
    assert till.hints.unknown() == 1
    hint(till, gateway=RAZORPAY, event="refund.processed", payment_id="pay_1")
    keys = ("pending", "failed", "tried_twice", "never_there", "asked", "done")
    assert [due(till, key) for key in keys] == [True, True, True, False, False, False]
    assert till.hints.unknown() == 1


def test_only_news_about_a_message_is_shown(till: Till) -> None:
    opened(till)
    sid = till.messenger.sent and "sid1"
    heard = till.heard.changes
    for status in ("delivered", "delivered", "sent", "what?"):
        seq = till.hints.cursor() + 1
        event = v1.FeedEvent(seq=seq, kind="delivery", at=0, sid=str(sid), status=status)
        till.hints.apply(event)
    assert till.heard.changes == heard + 1
