"""Cashfree's payments and refunds, both of which hang on orders (reference gateways 2.3, 2.4)."""

from collections.abc import Sequence

from pos_desktop.domain.payment import PaymentFact, PaymentStatus, RefundFact, RefundStatus
from pos_desktop.gateways import cashfree_asks as asks
from pos_desktop.gateways import cashfree_wire as wire
from pos_desktop.gateways.cashfree_calls import CashfreeCalls, order_path
from pos_desktop.gateways.reading import unexpected, written
from pos_desktop.net.urls import segment
from pos_desktop.ports import GatewayError, GatewayErrorKind, RefundOrder

_MIN_AMOUNT = 100
# "Already refunded" and "this id exists" may be the work of this very key.
_REFUSED = frozenset(
    {GatewayErrorKind.DUPLICATE, GatewayErrorKind.STATE, GatewayErrorKind.VALIDATION}
)


class CashfreeMoney:
    """What was paid and given back."""

    def __init__(self, calls: CashfreeCalls) -> None:
        self._calls = calls

    def of_order(self, order_id: str) -> tuple[PaymentFact, ...]:
        """Every attempt to pay this order; full entities, so nothing is asked again."""
        listed = self._calls.get_list(f"{order_path(order_id)}/payments")
        return wire.payment_facts(listed, order_id)

    def running(self, order_id: str) -> bool:
        """Whether an attempt on this order may still become money."""
        listed = self._calls.get_list(f"{order_path(order_id)}/payments")
        return any(item.get("payment_status") in wire.RUNNING for item in listed)

    def less_refunds(self, facts: Sequence[PaymentFact]) -> tuple[PaymentFact, ...]:
        """The same payments with what was given back of them: payments alone do not tell that.

        One request for each order with money ("get refund" is limited to 30 a minute).
        """
        captured = [fact for fact in facts if fact.status is PaymentStatus.CAPTURED]
        told = tuple(facts)
        for order_id in sorted({fact.provider_order_id or "" for fact in captured}):
            refunds = self._calls.get_list(f"{order_path(order_id)}/refunds")
            told = wire.with_refunds(told, order_id, refunds)
        return told

    def refund(self, order: RefundOrder) -> RefundFact:
        """Ask once for each key: it is the refund's id there."""
        if order.amount < _MIN_AMOUNT:
            raise GatewayError(GatewayErrorKind.VALIDATION, "A refund must be at least Rs 1.")
        try:
            item = self._calls.post(f"{_order_of(order)}/refunds", asks.refund_body(order))
        except GatewayError as error:
            done = self.find_refund(order) if error.kind in _REFUSED else None
            if done is None:
                raise
            return done
        with written():
            return _asked(wire.refund_fact(item, order.key), order)

    def find_refund(self, order: RefundOrder) -> RefundFact | None:
        """The refund with one of our keys; None proves that none exists.

        One that failed under an earlier key is over: it says nothing about the present attempt.
        """
        last: RefundFact | None = None
        for key in reversed(order.keys):
            fact = self._with_key(order, key)
            if fact is None:
                continue
            if fact.status is not RefundStatus.FAILED:
                return fact
            if key == order.key:
                last = fact
        return last

    def _with_key(self, order: RefundOrder, key: str) -> RefundFact | None:
        path = f"{_order_of(order)}/refunds/{segment(wire.refund_id(key))}"
        item = self._calls.find(path)
        return None if item is None else _asked(wire.refund_fact(item, key), order)


def _order_of(order: RefundOrder) -> str:
    """The path of the payment's order. Raises GatewayError ``validation`` where it is not known."""
    if order.provider_order_id is None:
        text = "The order of this payment is not known, so Cashfree cannot give it back."
        raise GatewayError(GatewayErrorKind.VALIDATION, text)
    return order_path(order.provider_order_id)


def _asked(fact: RefundFact, order: RefundOrder) -> RefundFact:
    """Cashfree itself chooses which payment of the order a refund takes back, but not how much."""
    if fact.amount != order.amount:
        raise unexpected("a refund of another amount was answered")
    return fact
