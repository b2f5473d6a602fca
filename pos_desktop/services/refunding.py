"""The outbox action that gives money back; on doubt it looks first and only then asks."""

from dataclasses import dataclass, replace

from pos_desktop.domain.payment import RefundFact
from pos_desktop.domain.refund import Refund, RefundEvent, RefundState
from pos_desktop.ports import (
    Effect,
    GatewayError,
    GatewayErrorKind,
    Gateways,
    RefundOrder,
    UnitOfWork,
)
from pos_desktop.services import effects
from pos_desktop.services.outbox import Call, Done, Dropped, Later, Recorded, backoff
from pos_desktop.services.refund_book import RefundBook, found, order_of

_REFUSALS = frozenset(
    {
        GatewayErrorKind.VALIDATION,
        GatewayErrorKind.STATE,
        GatewayErrorKind.NOT_FOUND,
        GatewayErrorKind.FEATURE_OFF,
    }
)
# Asking again at once would not tell more, and the account is shared.
_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class _NotSeen:
    """Looking failed: whatever the gateway said, it said nothing about giving back."""

    error: GatewayError


@dataclass(frozen=True, slots=True)
class _Ask:
    gateways: Gateways
    name: str
    order: RefundOrder
    look_first: bool
    look_only: bool

    def perform(self) -> RefundFact | _NotSeen | None:
        """What the gateway says of the refund; None if it was only looked for and none exists."""
        gateway = self.gateways.named(self.name)
        if self.look_first:
            try:
                fact = found(gateway, self.order)
            except GatewayError as error:
                return _NotSeen(error)
            if fact is not None or self.look_only:
                return fact
        return gateway.refund(self.order)


@dataclass(frozen=True, slots=True)
class AskRefund:
    """``refund.ask``: the row of the refund is committed first, then the call with its key."""

    gateways: Gateways
    book: RefundBook
    target: str = "gateway"

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        refund = _subject(uow, effect)
        if refund is None or refund.state not in (RefundState.ASKED, RefundState.UNKNOWN):
            return Dropped("refund_moved_on")
        doubt = refund.state is RefundState.UNKNOWN
        # A repeat asks first: an earlier try may have acted although its answer was lost; and no
        # new key is used before the old ones are proved to have given nothing back.
        repeat = effect.attempts > 1 or refund.attempt > 1
        order = order_of(refund)
        return _Ask(self.gateways, refund.gateway, order, doubt or repeat, look_only=doubt)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        refund = _subject(uow, effect)
        if refund is None:
            return Dropped("refund_moved_on")
        if isinstance(outcome, RefundFact):
            self.book.told(uow, replace(refund, asked_at=now), outcome, now)
            return Done()
        if outcome is None:
            self.book.event(uow, refund, RefundEvent.NOT_FOUND, now)
            return Later("not_found", 0)
        if isinstance(outcome, _NotSeen):
            return self._not_seen(uow, refund, outcome.error, now)
        return self._failed(uow, effect, refund, outcome, now)

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """Nothing to note: the refund says itself where it stands."""

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        refund = _subject(uow, effect)
        if refund is not None and refund.state in (RefundState.ASKED, RefundState.UNKNOWN):
            self.book.event(uow, refund, RefundEvent.OUTCOME_UNKNOWN, now)
        return Later("stopped while asking", 0)

    def _failed(
        self, uow: UnitOfWork, effect: Effect, refund: Refund, outcome: object, now: int
    ) -> Recorded:
        if not isinstance(outcome, GatewayError):
            return Later(f"unexpected answer {outcome!r}")
        word = _word(outcome)
        noted = replace(refund, asked_at=now, last_error=word)
        if outcome.outcome_unknown or outcome.kind is GatewayErrorKind.DUPLICATE:
            self.book.event(uow, noted, RefundEvent.OUTCOME_UNKNOWN, now)
            return Later(word, max(_PAUSE_S, backoff(effect.attempts)))
        if outcome.kind in _REFUSALS:
            self.book.event(uow, noted, RefundEvent.REFUSED, now)
            return Done()
        return self._not_now(uow, refund, outcome, now)

    def _not_seen(self, uow: UnitOfWork, refund: Refund, error: GatewayError, now: int) -> Recorded:
        """The look itself failed. Of a payment that the gateway does not know nothing went back."""
        if error.kind is not GatewayErrorKind.NOT_FOUND or refund.state is RefundState.ASKED:
            return self._not_now(uow, refund, error, now)
        noted = replace(refund, asked_at=now, last_error=_word(error))
        self.book.event(uow, noted, RefundEvent.REFUSED, now)
        return Done()

    def _not_now(self, uow: UnitOfWork, refund: Refund, error: GatewayError, now: int) -> Later:
        uow.refunds.save(replace(refund, asked_at=now, last_error=_word(error)))
        return Later(_word(error), error.retry_after)


def _word(error: GatewayError) -> str:
    return error.text or error.kind.value


def _subject(uow: UnitOfWork, effect: Effect) -> Refund | None:
    """The refund, while the attempt that this effect asks for is its present one."""
    key, attempt = effects.refund_of(effect.subject)
    refund = uow.refunds.get(key)
    return refund if refund is not None and refund.attempt == attempt else None
