"""The outbox action that takes what a bank has authorised (gateways 6.6)."""

from dataclasses import dataclass

from pos_desktop.domain.collect import settle
from pos_desktop.domain.payment import Collect, PaymentFact, PaymentStatus
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.ports import Effect, Gateway, GatewayError, GatewayErrorKind, Gateways, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.captures import money_of
from pos_desktop.services.outbox import Call, Done, Dropped, Later, Recorded
from pos_desktop.services.payments import Payments

# The gateway has decided: asking again changes nothing. The watcher sees what became of it.
_FINAL = frozenset(
    {
        GatewayErrorKind.STATE,
        GatewayErrorKind.VALIDATION,
        GatewayErrorKind.NOT_FOUND,
        GatewayErrorKind.FEATURE_OFF,
    }
)


@dataclass(frozen=True, slots=True)
class _Capture:
    gateway: Gateway
    payment_id: str
    amount: int

    def perform(self) -> PaymentFact:
        return self.gateway.capture(self.payment_id, self.amount)


@dataclass(frozen=True, slots=True)
class CapturePayment:
    """``payment.capture``: harmless to repeat, since one that is captured answers as it stands."""

    gateways: Gateways
    payments: Payments
    target: str = "gateway"

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        collect, sale = _subject(uow, effect)
        if collect is None or sale is None or sale.state is not SaleState.AWAITING:
            return Dropped("bill_settled")
        facts = money_of(uow, sale.order_id)
        _, payment_id = effects.capture_of(effect.subject)
        told = [fact for _, fact in facts if fact.payment_id == payment_id]
        if any(fact.status is not PaymentStatus.AUTHORISED for fact in told):
            return Dropped("payment_moved_on")
        open_amount = settle(sale.due, facts, uow.tenders.of(sale.order_id)).open
        amounts = {fact.amount for fact in told}
        if amounts != {open_amount}:
            # It would be too much or too little by now: it goes back by itself.
            return Dropped("amount_not_open")
        return _Capture(self.gateways.named(collect.gateway), payment_id, open_amount)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        reference, _ = effects.capture_of(effect.subject)
        if isinstance(outcome, PaymentFact):
            return Done(self.payments.learn(uow, reference, outcome, now, "poll"))
        if isinstance(outcome, GatewayError) and outcome.kind in _FINAL:
            return Dropped(outcome.text or outcome.kind.value)
        wait = outcome.retry_after if isinstance(outcome, GatewayError) else None
        return Later(f"{outcome!r}", wait)

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """Nothing to note: the bank gives back what is not captured."""

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        return Later("stopped while capturing", 0)


def _subject(uow: UnitOfWork, effect: Effect) -> tuple[Collect | None, Sale | None]:
    reference, _ = effects.capture_of(effect.subject)
    collect = uow.collects.get(reference)
    return collect, uow.sales.get(collect.order_id) if collect else None
