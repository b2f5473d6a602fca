"""A gateway that is played: it holds links, QRs, payments and refunds in memory."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pos_desktop.domain.payment import (
    OWN_UPI,
    Collect,
    CollectKind,
    GatewayStatus,
    PaymentFact,
    PaymentStatus,
    RefundFact,
    RefundStatus,
)
from pos_desktop.ports import (
    Capabilities,
    CollectIntent,
    CollectSeen,
    GatewayError,
    GatewayErrorKind,
    ListedPayment,
    RefundOrder,
)

START = 1_795_409_130_000  # 23-11-2026 10:15:30 IST


@dataclass
class PlayedGateway:
    """Holds links and QRs by reference; ``trouble`` is raised by the next calls (before acting
    unless it says that the outcome is unknown: then after)."""

    name: str = "razorpay"
    seen: dict[str, CollectSeen] = field(default_factory=dict)
    trouble: deque[Exception] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    payload: bool = True
    refunded: dict[str, RefundFact] = field(default_factory=dict)
    counters: dict[str, str] = field(default_factory=dict)
    strangers: list[ListedPayment] = field(default_factory=list)

    def capabilities(self) -> Capabilities:
        return Capabilities(True, True, self.payload, True, 7200, 900)

    def ping(self) -> None:
        self._trouble("ping")

    def create(self, intent: CollectIntent) -> CollectSeen:
        self.calls.append(f"create {intent.reference}")
        pending = self.trouble.popleft() if self.trouble else None
        acted = isinstance(pending, GatewayError) and pending.outcome_unknown
        if pending is not None and not acted:
            raise pending
        if intent.reference in self.seen:
            raise GatewayError(GatewayErrorKind.DUPLICATE, "already attempted")
        is_qr = intent.kind is CollectKind.QR
        number = len(self.seen) + 1
        made = CollectSeen(
            gateway_id=f"{'qr' if is_qr else 'plink'}_{number}",
            kind=intent.kind,
            status=GatewayStatus.OPEN,
            amount=intent.amount,
            currency="INR",
            reference=intent.reference,
            url=None if is_qr else f"https://rzp.io/rzp/L{number}",
            upi_payload=f"upi://pay?pa=s@b&am={intent.amount / 100:.2f}&cu=INR" if is_qr else None,
            image_url="https://rzp.io/i/P" if is_qr else None,
            expires_at=intent.created_at + intent.life * 1000,
        )
        if not self.payload:
            made = replace(made, upi_payload=None)
        self.seen[intent.reference] = made
        self.counters[intent.reference] = intent.counter
        if pending is not None:
            raise pending
        return made

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        self._trouble(f"find {intent.reference}")
        return self.seen.get(intent.reference)

    def fetch(self, collect: Collect) -> CollectSeen:
        self._trouble(f"fetch {collect.reference}")
        return self.seen[collect.reference]

    def close(self, collect: Collect) -> CollectSeen:
        self._trouble(f"close {collect.reference}")
        seen = self.seen[collect.reference]
        if seen.status is GatewayStatus.OPEN:
            seen = replace(seen, status=GatewayStatus.CANCELLED)
            self.seen[collect.reference] = seen
        return seen

    def pay(self, reference: str, amount: int | None = None, *, now: int = START) -> PaymentFact:
        """The customer pays on her phone (all of it unless told otherwise)."""
        seen = self.seen[reference]
        number = sum(len(s.payments) for s in self.seen.values()) + 1
        fact = PaymentFact(
            gateway=self.name,
            payment_id=f"pay_{number}",
            status=PaymentStatus.CAPTURED,
            amount=seen.amount if amount is None else amount,
            currency="INR",
            created_at=now,
            method="upi",
            rrn=f"6327{number:08d}",
        )
        self.add(reference, fact)
        return fact

    def add(self, reference: str, fact: PaymentFact) -> None:
        """Let the gateway tell this about the collect from now on."""
        seen = self.seen[reference]
        payments = (*seen.payments, fact)
        paid = sum(p.amount for p in payments if p.status is PaymentStatus.CAPTURED)
        status = GatewayStatus.PAID if paid >= seen.amount else seen.status
        self.seen[reference] = replace(seen, payments=payments, status=status)

    def capture(self, payment_id: str, amount: int) -> PaymentFact:
        self._trouble(f"capture {payment_id}")
        reference, fact = self._payment(payment_id)
        if fact.status is PaymentStatus.CAPTURED:
            return fact
        if fact.status is not PaymentStatus.AUTHORISED or fact.amount != amount:
            raise GatewayError(GatewayErrorKind.STATE, "cannot be captured")
        captured = replace(fact, status=PaymentStatus.CAPTURED)
        self.add(reference, captured)
        return captured

    def refund(self, order: RefundOrder) -> RefundFact:
        """The same key gives back once; ``unknown_outcome`` troubles come after acting."""
        self.calls.append(f"refund {order.key}")
        pending = self.trouble.popleft() if self.trouble else None
        acted = isinstance(pending, GatewayError) and pending.outcome_unknown
        if pending is not None and not acted:
            raise pending
        if order.key not in self.refunded:
            self._give_back(order)
        if pending is not None:
            raise pending
        return self.refunded[order.key]

    def find_refund(self, order: RefundOrder) -> RefundFact | None:
        self._trouble(f"find_refund {order.key}")
        found = [self.refunded[key] for key in order.keys if key in self.refunded]
        return found[-1] if found else None

    def finish_refund(self, key: str, status: RefundStatus, bank_ref: str = "ARN1") -> None:
        """The bank has paid it out, or given up."""
        ref = bank_ref if status is RefundStatus.PROCESSED else None
        self.refunded[key] = replace(self.refunded[key], status=status, bank_ref=ref)

    def payments_between(self, start: int, end: int) -> Sequence[ListedPayment]:
        self._trouble("payments_between")
        listed = [
            ListedPayment(fact, seen.gateway_id, reference, self.counters.get(reference))
            for reference, seen in self.seen.items()
            for fact in seen.payments
            if start <= fact.created_at <= end
        ]
        return sorted([*listed, *self.strangers], key=lambda one: one.fact.created_at)

    def _give_back(self, order: RefundOrder) -> None:
        _, fact = self._payment(order.payment_id)
        sent = [r for r in self.refunded.values() if r.payment_id == order.payment_id]
        given = sum(r.amount for r in sent if r.status is not RefundStatus.FAILED)
        if fact.status is not PaymentStatus.CAPTURED or given + order.amount > fact.amount:
            raise GatewayError(GatewayErrorKind.VALIDATION, "greater than amount captured")
        self.refunded[order.key] = RefundFact(
            gateway=self.name,
            refund_id=f"rfnd_{len(self.refunded) + 1}",
            payment_id=order.payment_id,
            status=RefundStatus.PENDING,
            amount=order.amount,
            currency="INR",
            created_at=START,
            key=order.key,
        )

    def _payment(self, payment_id: str) -> tuple[str, PaymentFact]:
        for reference, seen in self.seen.items():
            told = [fact for fact in seen.payments if fact.payment_id == payment_id]
            if told:
                return reference, told[-1]
        raise GatewayError(GatewayErrorKind.NOT_FOUND, "no such payment")

    def _trouble(self, call: str) -> None:
        self.calls.append(call)
        if self.trouble:
            raise self.trouble.popleft()


@dataclass
class PlayedOwnUpi(PlayedGateway):
    """The shop's own UPI address: a QR, and nobody who tells what was paid."""

    name: str = OWN_UPI

    def capabilities(self) -> Capabilities:
        return Capabilities(
            False, True, True, False, 7200, 900, confirms=False, refunds=False, lists_payments=False
        )
