"""Razorpay's payments and refunds (reference gateways 1.6 and 1.7).

Money counts only when the payment itself, asked by its id, says that it is captured.
"""

import re
from collections.abc import Mapping, Sequence

from pos_desktop.domain.payment import PaymentFact, PaymentStatus, RefundFact, RefundStatus
from pos_desktop.gateways import razorpay_wire as wire
from pos_desktop.gateways.razorpay_calls import RazorpayCalls, payment_path
from pos_desktop.gateways.reading import as_object, as_text, unexpected, written
from pos_desktop.ports import GatewayError, GatewayErrorKind, RefundOrder

_KEY = re.compile(r"[A-Za-z0-9_-]{10,40}")
_MIN_AMOUNT = 100
_REFUND_PAGES = 10
_REFUSED = frozenset({GatewayErrorKind.STATE, GatewayErrorKind.VALIDATION})
_TAKEN = frozenset({PaymentStatus.CAPTURED, PaymentStatus.REFUNDED})
# Which of several refunds with keys of ours tells how the matter stands.
_RANK = (
    RefundStatus.PROCESSED,
    RefundStatus.PENDING,
    RefundStatus.ON_HOLD,
    RefundStatus.UNKNOWN,
    RefundStatus.FAILED,
)


class RazorpayMoney:
    """What was paid, taken and given back."""

    def __init__(self, calls: RazorpayCalls) -> None:
        self._calls = calls

    def confirmed(
        self, listed: Sequence[Mapping[str, object]], reference: str
    ) -> tuple[PaymentFact, ...]:
        """Each payment once; what claims to be captured is asked by its own id.

        Raises GatewayError where one of them names another reference than this.
        """
        latest: dict[str, PaymentFact] = {}
        claims: set[str] = set()
        for item in listed:
            if wire.own_reference(item) not in (None, reference):
                raise unexpected("somebody else's payment was answered")
            fact = wire.payment_fact(item)
            latest[fact.payment_id] = fact
            if item.get("status") == "captured":
                claims.add(fact.payment_id)
        for payment_id in sorted(claims):
            latest[payment_id] = self.payment(payment_id)
        return tuple(latest.values())

    def payment(self, payment_id: str) -> PaymentFact:
        """One payment as it stands now."""
        return _named(wire.payment_fact(self._calls.get(payment_path(payment_id))), payment_id)

    def capture(self, payment_id: str, amount: int) -> PaymentFact:
        """Take what is authorised; what was taken already answers as it stands."""
        body = {"amount": amount, "currency": "INR"}
        try:
            item = self._calls.post(f"{payment_path(payment_id)}/capture", body)
        except GatewayError as error:
            if error.kind not in _REFUSED:
                raise
            found = self.payment(payment_id)
            if found.status in _TAKEN:
                return found
            raise
        with written():
            return _named(wire.payment_fact(item), payment_id)

    def refund(self, order: RefundOrder) -> RefundFact:
        """Ask once for each key; a refusal is checked against what the key may have done before."""
        _check(order)
        body: dict[str, object] = {
            "amount": order.amount,
            "speed": "normal",
            "notes": {"key": order.key, "reason": order.note[:255]},
            "receipt": order.key,
        }
        path = f"{payment_path(order.payment_id)}/refund"
        try:
            item = self._calls.post(path, body, {"X-Refund-Idempotency": order.key})
        except GatewayError as error:
            if error.http_status == 409:
                # The first request with this key is still running: nobody knows yet.
                raise _running(error) from error
            # "Refunded already" may be the work of this very key, or of one of its elders.
            done = self.find_refund(order) if error.kind in _REFUSED else None
            if done is None:
                raise
            return done
        with written():
            return _of(wire.refund_fact(item, order.keys), order)

    def find_refund(self, order: RefundOrder) -> RefundFact | None:
        """The refund with one of our keys, or with the id we know; None proves that none exists.

        One that failed under an earlier key is over: it says nothing about the present attempt.
        """
        found = []
        path = f"{payment_path(order.payment_id)}/refunds"
        for page in self._calls.pages(path, {}, most=_REFUND_PAGES):
            for item in page:
                fact = wire.refund_fact(_with_key(item), order.keys)
                if fact.key is None and fact.refund_id != order.refund_id:
                    continue
                over = fact.status is RefundStatus.FAILED and fact.key not in (None, order.key)
                if not over:
                    found.append(_of(fact, order))
        return min(found, key=lambda fact: _RANK.index(fact.status), default=None)


def _check(order: RefundOrder) -> None:
    if order.amount < _MIN_AMOUNT:
        raise GatewayError(GatewayErrorKind.VALIDATION, "A refund must be at least Rs 1.")
    if not _KEY.fullmatch(order.key):
        raise GatewayError(GatewayErrorKind.VALIDATION, "The refund's key must be 10 to 40 signs.")


def _running(error: GatewayError) -> GatewayError:
    return GatewayError(
        GatewayErrorKind.UNKNOWN_OUTCOME, error.text, http_status=409, outcome_unknown=True
    )


def _with_key(item: Mapping[str, object]) -> Mapping[str, object]:
    """An answer without our receipt may still carry our key among its notes."""
    key = as_text(as_object(item.get("notes")).get("key"))
    return {**item, "receipt": item.get("receipt") or key}


def _named(fact: PaymentFact, payment_id: str) -> PaymentFact:
    if fact.payment_id != payment_id:
        raise unexpected("another payment was answered")
    return fact


def _of(fact: RefundFact, order: RefundOrder) -> RefundFact:
    if fact.payment_id != order.payment_id:
        raise unexpected("a refund of another payment was answered")
    return fact
