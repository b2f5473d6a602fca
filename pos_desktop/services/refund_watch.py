"""The watcher of money that goes back: asks until the gateway says done or failed.

A service like ``watcher``: it resumes from the database after a restart or a sleep.
"""

from dataclasses import dataclass, field, replace

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.payment import RefundFact, RefundStatus
from pos_desktop.domain.refund import Refund, RefundEvent, RefundState
from pos_desktop.ports import Clock, GatewayError, Gateways, Lanes, Store, UnitOfWork
from pos_desktop.services.lanes import record
from pos_desktop.services.outbox import Listener
from pos_desktop.services.refund_book import DOUBTFUL_MS, RefundBook, found, order_of
from pos_desktop.services.refund_schedule import HOUR
from pos_desktop.services.traffic import Traffic

_AT_A_TIME = 2
_MOST_LOOKED_AT = 100
_BUSY_MS = 500
# An answer that could not be written down is asked for again after this.
_REST_MS = 15_000
# How often it is looked whether a refund has been in doubt for too long.
_ROUND_MS = 60_000


@dataclass(frozen=True, slots=True)
class Asking:
    """What watches over the gateways' accounts work with: the day-end sweep does, too."""

    store: Store
    lanes: Lanes
    clock: Clock
    gateways: Gateways
    traffic: Traffic
    listener: Listener


@dataclass
class RefundWatch:
    """``step`` and every callback run in the db lane, the question in ``net``."""

    asking: Asking
    book: RefundBook
    _under_way: set[str] = field(default_factory=set)
    _resting: dict[str, int] = field(default_factory=dict)
    _round_at: int | None = None
    _seen_at: int | None = None

    def step(self, now: int) -> int | None:
        """Ask what is due within the budget; when to come again, or None."""
        if self._seen_at is None or now < self._seen_at:
            # After a start all are asked at once; moments of another clock mean nothing.
            self._resume(now)
        self._seen_at = now
        self._look_round(now)
        self._resting = {key: at for key, at in self._resting.items() if at > now}
        passed = self._under_way | self._resting.keys()
        with self.asking.store.read() as uow:
            # Those of a gateway that may not be asked now must not hide the others.
            due = uow.refunds.due(now, _MOST_LOOKED_AT + len(passed))
            later = uow.refunds.next_due()
        for refund in due:
            if len(self._under_way) >= _AT_A_TIME:
                break
            if refund.key in passed:
                continue
            if self.asking.traffic.take(refund.gateway, now, narrow=True):
                self._ask(refund)
        return now + _BUSY_MS if due else later

    def _resume(self, now: int) -> None:
        self._resting.clear()
        self._round_at = None
        with self.asking.store.read() as uow:
            watched = [r for r in uow.refunds.owed() if r.next_ask_at is not None]
        if not watched:
            return
        with self.asking.store.write() as uow:
            for refund in watched:
                uow.refunds.save(replace(refund, next_ask_at=now))
            uow.commit()

    def _look_round(self, now: int) -> None:
        if self._round_at is not None and now - self._round_at < _ROUND_MS:
            return
        self._round_at = now
        with self.asking.store.read() as uow:
            doubtful = [refund for refund in uow.refunds.owed() if _in_doubt(refund, now)]
        if not doubtful:
            return
        with self.asking.store.write() as uow:
            for refund in doubtful:
                self.book.doubtful(uow, refund, now)
            uow.commit()
        self.asking.listener.changed()

    def _ask(self, refund: Refund) -> None:
        self._under_way.add(refund.key)
        order = order_of(refund)

        def work() -> RefundFact | None:
            return found(self.asking.gateways.named(refund.gateway), order)

        def done(outcome: RefundFact | Exception | None) -> None:
            record(self.asking.lanes, lambda: self._record(refund, outcome))

        self.asking.lanes.submit("net", work, done, done)

    def _record(self, asked: Refund, outcome: RefundFact | Exception | None) -> None:
        now = self.asking.clock.now()
        self._under_way.discard(asked.key)
        self.asking.traffic.told(asked.gateway, outcome, now)
        try:
            with self.asking.store.write() as uow:
                self._write(uow, asked, outcome, now)
                uow.commit()
        except Exception:
            # It stays due in the database; asking again repeats nothing, but not at once.
            self._resting[asked.key] = now + _REST_MS
            raise
        self.asking.listener.changed()
        if isinstance(outcome, Exception) and not isinstance(outcome, RaseedError):
            raise outcome

    def _write(
        self, uow: UnitOfWork, asked: Refund, outcome: RefundFact | Exception | None, now: int
    ) -> None:
        current = uow.refunds.get(asked.key) or asked
        if current.attempt != asked.attempt:
            self._overtaken(uow, current, outcome, now)
            return
        if isinstance(outcome, Exception):
            word = outcome.kind.value if isinstance(outcome, GatewayError) else repr(outcome)
            traffic, gateway = self.asking.traffic, asked.gateway
            refused = traffic.narrow_until(gateway, now) or now
            again = max(now + HOUR // 60, traffic.again(gateway, now), refused)
            uow.refunds.save(replace(current, last_error=word, next_ask_at=again))
            return
        looked = replace(current, asked_at=now, asks=current.asks + 1)
        if outcome is not None:
            self.book.told(uow, looked, outcome, now)
        elif current.state is RefundState.FAILED:
            # It failed, and nothing else is known of it.
            uow.refunds.save(replace(looked, next_ask_at=None))
        else:
            # It had it and does not know it any more: the table calls that a mismatch.
            self.book.event(uow, looked, RefundEvent.NOT_FOUND, now)

    def _overtaken(
        self,
        uow: UnitOfWork,
        current: Refund,
        outcome: RefundFact | Exception | None,
        now: int,
    ) -> None:
        """Somebody has tried again meanwhile: of the former attempt only its money is news."""
        if not isinstance(outcome, RefundFact):
            return
        if outcome.status is RefundStatus.PROCESSED:
            self.book.told(uow, current, outcome, now)
        else:
            uow.refunds.add_fact(current.order_id, outcome, now)


def _in_doubt(refund: Refund, now: int) -> bool:
    return refund.state is RefundState.UNKNOWN and now - refund.created_at > DOUBTFUL_MS
