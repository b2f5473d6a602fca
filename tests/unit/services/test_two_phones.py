"""Two phones pay one link: the second payment comes when the collect is paid already."""

from dataclasses import replace

from pos_desktop.domain.payment import PaymentStatus
from pos_desktop.domain.sale import SaleState
from pos_desktop.wire import v1
from tests.support.till import Till


def test_a_hook_about_an_unknown_payment_wakes_what_is_paid(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = f"{sale.order_id}-1"
    first = till.gateway.pay(reference)
    till.run(8)
    assert till.collect(sale.order_id).next_ask_at is None
    second = till.gateway.pay(reference)
    asked = len(till.gateway.calls)
    known = v1.FeedEvent(seq=1, kind="hook", at=0, reference=reference, payment_id=first.payment_id)
    till.hints.apply(known)
    till.run(2)
    assert len(till.gateway.calls) == asked, "every payment is announced more than once"
    till.hints.apply(
        v1.FeedEvent(seq=2, kind="hook", at=0, reference=reference, payment_id=second.payment_id)
    )
    till.run(2)
    (flag,) = till.flags()
    assert (flag.kind, flag.amount, flag.detail) == ("duplicate", sale.due, second.payment_id)
    assert till.collect(sale.order_id).next_ask_at is None


def test_a_second_phone_is_looked_for_although_its_hook_is_lost(till: Till) -> None:
    """Both began to pay; the bank confirms the second two days later."""
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = f"{sale.order_id}-1"
    first = till.gateway.pay(reference)
    begun = replace(first, payment_id="pay_late", status=PaymentStatus.CREATED)
    till.gateway.add(reference, begun)
    till.run(8)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.flags() == ()
    till.run(2 * 86_400, step=3600)
    till.gateway.add(reference, replace(begun, status=PaymentStatus.CAPTURED))
    till.run(86_400, step=3600)
    assert [(flag.kind, flag.detail) for flag in till.flags()] == [("duplicate", "pay_late")]
    assert till.collect(sale.order_id).next_ask_at is None, "all that was begun has come"


def test_a_second_phone_is_looked_for_although_closing_told_of_the_first(till: Till) -> None:
    """She paid while the cashier switched to cash: it is the answer to the closing that says so."""
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = f"{sale.order_id}-1"
    first = till.gateway.pay(reference)
    begun = replace(first, payment_id="pay_late", status=PaymentStatus.CREATED)
    till.gateway.add(reference, begun)
    till.checkout.cash_for_waiting(sale.order_id, sale.due, "Asha")
    till.settle_down()
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert f"fetch {reference}" not in till.gateway.calls
    till.gateway.add(reference, replace(begun, status=PaymentStatus.CAPTURED))
    till.run(86_400, step=3600)
    assert [(flag.kind, flag.detail) for flag in till.flags()] == [("duplicate", "pay_late")]


def test_a_second_attempt_that_never_comes_is_watched_for_five_days(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = f"{sale.order_id}-1"
    first = till.gateway.pay(reference)
    failed = replace(first, payment_id="pay_failed", status=PaymentStatus.FAILED)
    till.gateway.add(reference, failed)
    till.run(8)
    asked = till.gateway.calls.count(f"fetch {reference}")
    till.run(7 * 86_400, step=3600)
    assert till.gateway.calls.count(f"fetch {reference}") - asked <= 9
    assert till.collect(sale.order_id).next_ask_at is None
