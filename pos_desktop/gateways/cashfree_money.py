"""Cashfree's payments and refunds, both of which hang on orders (reference gateways 2.3, 2.4)."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pos_desktop.domain.payment import PaymentFact, PaymentStatus, RefundFact, RefundStatus
from pos_desktop.gateways import cashfree_asks as asks
from pos_desktop.gateways import cashfree_wire as wire
from pos_desktop.gateways.cashfree_calls import CashfreeCalls, order_path
from pos_desktop.gateways.reading import unexpected, written
from pos_desktop.net.urls import segment
from pos_desktop.ports import GatewayError, GatewayErrorKind, RefundOrder

log = logging.getLogger(__name__)

Refunds = Mapping[str, list[dict[str, object]]]
"""What goes back, by the order on which it hangs."""

_MIN_AMOUNT = 100
# After a 429 of "get refunds" that does not say how long.
_WAIT_S = 60.0
# "Already refunded" and "this id exists" may be the work of this very key.
_REFUSED = frozenset(
    {GatewayErrorKind.DUPLICATE, GatewayErrorKind.STATE, GatewayErrorKind.VALIDATION}
)


class CashfreeMoney:
    """What was paid and given back."""

    def __init__(self, calls: CashfreeCalls) -> None:
        self._calls = calls
        self._refused_until = 0.0

    def of_order(self, order_id: str) -> tuple[PaymentFact, ...]:
        """Every attempt to pay this order; full entities, so nothing is asked again."""
        listed = self._calls.get_list(f"{order_path(order_id)}/payments")
        return wire.payment_facts(listed, order_id)

    def running(self, order_id: str) -> bool:
        """Whether an attempt on this order may still become money."""
        listed = self._calls.get_list(f"{order_path(order_id)}/payments")
        return any(item.get("payment_status") in wire.RUNNING for item in listed)

    def refunds(self, order_id: str | None) -> Refunds:
        """What goes back of this order, asked before anything else about what is paid: it is
        limited to 30 a minute for the account, so that a refusal costs nothing of the rest.

        Raises GatewayError, ``narrow`` where that limit is reached.
        """
        if order_id is None:
            return {}
        with self._narrow():
            return {order_id: self._calls.get_list(f"{order_path(order_id)}/refunds")}

    def less_refunds(
        self, facts: Sequence[PaymentFact], known: Refunds | None
    ) -> tuple[PaymentFact, ...]:
        """The same payments with what goes back of them: payments alone do not tell that.

        One request for each order with money, unless it is ``known``. None: the money itself is the
        news, so a look that fails is left to the next, and none is tried after a refusal.
        """
        captured = [fact for fact in facts if fact.status is PaymentStatus.CAPTURED]
        told = tuple(facts)
        for order_id in sorted({fact.provider_order_id or "" for fact in captured}):
            if known is None and self._calls.monotonic() < self._refused_until:
                continue
            try:
                asked = known if known and order_id in known else self.refunds(order_id)
                told = wire.with_refunds(told, order_id, asked[order_id])
            except GatewayError as error:
                if known is not None:
                    raise
                log.warning("refunds of an order are not known yet: %s", error.kind.value)
        return told

    def refund(self, order: RefundOrder) -> RefundFact:
        """Ask once for each key: it is the refund's id there."""
        if order.amount < _MIN_AMOUNT:
            raise GatewayError(GatewayErrorKind.VALIDATION, "A refund must be at least Rs 1.")
        self._check_paid(order)
        try:
            item = self._calls.post(f"{_order_of(order)}/refunds", asks.refund_body(order))
        except GatewayError as error:
            done = self.find_refund(order) if error.kind in _REFUSED else None
            if done is None:
                raise
            return done
        with written():
            fact = wire.refund_fact(item, order.key)
            # Which payment of the order it takes back is Cashfree's choice, how much is not.
            if fact.amount != order.amount:
                raise unexpected("a refund of another amount was answered")
            return fact

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

    def _check_paid(self, order: RefundOrder) -> None:
        """Refunds name an order only: what was not paid there must not take back what was."""
        path = f"{_order_of(order)}/payments/{segment(order.payment_id)}"
        fact = wire.payment_fact(self._calls.get(path), order.provider_order_id or "")
        if fact.payment_id != order.payment_id:
            raise unexpected("another payment was answered")
        if fact.status is not PaymentStatus.CAPTURED:
            raise GatewayError(GatewayErrorKind.STATE, "This payment was never captured.")

    def _with_key(self, order: RefundOrder, key: str) -> RefundFact | None:
        path = f"{_order_of(order)}/refunds/{segment(wire.refund_id(key))}"
        with self._narrow():
            item = self._calls.find(path)
        return None if item is None else wire.refund_fact(item, key)

    @contextmanager
    def _narrow(self) -> Iterator[None]:
        """Around a question about refunds: its limit is not that of the account."""
        try:
            yield
        except GatewayError as error:
            if error.kind is GatewayErrorKind.RATE_LIMITED:
                error.narrow = True
                wait = _WAIT_S if error.retry_after is None else error.retry_after
                self._refused_until = self._calls.monotonic() + wait
            raise


def _order_of(order: RefundOrder) -> str:
    """The path of the payment's order. Raises GatewayError ``validation`` where it is not known."""
    if order.provider_order_id is None:
        text = "The order of this payment is not known, so Cashfree cannot give it back."
        raise GatewayError(GatewayErrorKind.VALIDATION, text)
    return order_path(order.provider_order_id)
