"""Two phones pay one link: the second payment comes when the collect is paid already."""

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
