"""The watcher: asks the gateway about every collect that may still receive money.

A service, not a screen: it runs whatever page is shown and resumes from the database.
"""

from dataclasses import dataclass, replace

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.payment import Collect, CollectState
from pos_desktop.ports import (
    Clock,
    CollectSeen,
    Gateway,
    GatewayError,
    GatewayErrorKind,
    Ids,
    Lanes,
    Store,
    UnitOfWork,
)
from pos_desktop.services.lanes import record
from pos_desktop.services.outbox import Listener
from pos_desktop.services.payments import Payments
from pos_desktop.services.schedule import next_ask
from pos_desktop.services.views import PaidNews

# Two requests a second, five at once (design payments 4).
_RATE_MS = 500
_BURST = 5
_AT_A_TIME = 2
_WIDEN_MS = 10 * 60 * 1000
_BACKOFF_S = (1, 2, 4, 8, 15, 30)
_CIRCUIT_FAILURES = 5
_CIRCUIT_MS = 30_000
# An answer that could not be written down is asked for again after this.
_REST_MS = 15_000
_DEFINITE = frozenset(
    {
        GatewayErrorKind.NOT_FOUND,
        GatewayErrorKind.STATE,
        GatewayErrorKind.VALIDATION,
        GatewayErrorKind.FEATURE_OFF,
    }
)


@dataclass
class Budget:
    """A token bucket over the injected clock: questions to the gateway per counter."""

    tokens: float = float(_BURST)
    filled_at: int = 0

    def take(self, now: int) -> bool:
        """Whether one more question may go now."""
        gained = max(0, now - self.filled_at) / _RATE_MS
        self.tokens = min(float(_BURST), self.tokens + gained)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(frozen=True, slots=True)
class Watching:
    """What the watcher works with."""

    store: Store
    lanes: Lanes
    clock: Clock
    ids: Ids
    gateway: Gateway
    payments: Payments
    listener: Listener


class Watcher:
    """``step`` and every callback run in the db lane; only ``gateway.fetch`` runs in ``net``."""

    def __init__(self, watching: Watching) -> None:
        self._w = watching
        self._budget = Budget()
        self._asking: set[str] = set()
        self._pushed: set[str] = set()
        self._resting: dict[str, int] = {}
        self._failures = 0
        self._closed_until = 0
        self._wide_until = 0
        self.push_connected = False

    def resume(self) -> None:
        """After a start, a sleep or a jump of the clock: all that may receive money is due now."""
        # Moments of the old clock mean nothing any more.
        self._closed_until = self._wide_until = 0
        self._resting.clear()
        with self._w.store.write() as uow:
            uow.collects.wake_all(self._w.clock.now())
            uow.commit()

    def wake(self, uow: UnitOfWork, collect: Collect, now: int) -> None:
        """A push named this collect: it is asked at once (part of the caller's transaction)."""
        self._pushed.add(collect.reference)
        uow.collects.save(replace(collect, next_ask_at=now))

    def step(self, now: int) -> int | None:
        """Ask what is due within the budget; when to come again, or None."""
        if now < self._closed_until:
            return self._closed_until
        self._resting = {ref: at for ref, at in self._resting.items() if at > now}
        passed = self._asking | self._resting.keys()
        with self._w.store.read() as uow:
            due = uow.collects.due(now, _AT_A_TIME + len(passed))
            later = uow.collects.next_due()
        for collect in due:
            if len(self._asking) >= _AT_A_TIME:
                break
            if collect.reference in passed:
                continue
            if not self._budget.take(now):
                break
            self._ask(collect)
        # What is due and not asked waits for the budget or for an answer: no use in turning fast.
        return now + _RATE_MS if due else later

    def _ask(self, collect: Collect) -> None:
        self._asking.add(collect.reference)
        pushed = collect.reference in self._pushed
        self._pushed.discard(collect.reference)

        def work() -> CollectSeen:
            return self._w.gateway.fetch(collect)

        def done(outcome: CollectSeen | Exception) -> None:
            record(self._w.lanes, lambda: self._record(collect, outcome, pushed))

        self._w.lanes.submit("net", work, done, done)

    def _record(self, asked: Collect, outcome: CollectSeen | Exception, pushed: bool) -> None:
        reference, now = asked.reference, self._w.clock.now()
        self._asking.discard(reference)
        if isinstance(outcome, CollectSeen):
            self._failures = 0
        else:
            self._failed(outcome, now)
        try:
            news = self._write(asked, outcome, pushed, now)
        except Exception:
            # It stays due in the database; asking again repeats nothing, but not at once.
            self._resting[reference] = now + _REST_MS
            raise
        self._w.listener.changed()
        if news is not None:
            self._w.listener.paid(news)
        if isinstance(outcome, Exception) and not isinstance(outcome, RaseedError):
            raise outcome

    def _write(
        self, asked: Collect, outcome: CollectSeen | Exception, pushed: bool, now: int
    ) -> PaidNews | None:
        news = None
        with self._w.store.write() as uow:
            if isinstance(outcome, CollectSeen) and not _overtaken(uow, asked, outcome):
                source = "push" if pushed else "poll"
                news = self._w.payments.apply(uow, asked.reference, outcome, now, source)
            elif pushed and isinstance(outcome, Exception):
                self._pushed.add(asked.reference)
            self._schedule(uow, asked.reference, now, outcome)
            uow.commit()
        return news

    def _schedule(
        self, uow: UnitOfWork, reference: str, now: int, outcome: CollectSeen | Exception
    ) -> None:
        collect = uow.collects.get(reference)
        if collect is None:
            return
        jitter = self._w.ids.jitter()
        moment = next_ask(collect, now, push=self.push_connected, jitter=jitter)
        if isinstance(outcome, Exception):
            moment = self._after_error(moment, outcome, now)
        elif reference in self._pushed:
            # A push came while this answer was on its way: it may know nothing of it yet.
            moment = None if collect.state is CollectState.PAID else now
        elif moment is not None and now < self._wide_until:
            moment += moment - now
        error = outcome.kind.value if isinstance(outcome, GatewayError) else None
        uow.collects.save(
            replace(
                collect,
                next_ask_at=moment,
                asked_at=now,
                asks=collect.asks + 1,
                last_error=error,
            )
        )

    def _after_error(self, moment: int | None, error: Exception, now: int) -> int | None:
        if definite(error):
            # The gateway is well, it only does not know this one: no hurry, and no end without it.
            return moment and max(moment, now + _BACKOFF_S[-1] * 1000)
        wait = _BACKOFF_S[min(max(self._failures, 1), len(_BACKOFF_S)) - 1]
        asked_for = error.retry_after or 0 if isinstance(error, GatewayError) else 0
        return max(moment or 0, now + int(max(wait, asked_for) * 1000))

    def _failed(self, error: Exception, now: int) -> None:
        if definite(error):
            return
        self._failures += 1
        limited = isinstance(error, GatewayError) and error.kind is GatewayErrorKind.RATE_LIMITED
        if limited:
            # The account is shared by all counters of the shop: step back, but stay in business.
            self._wide_until = now + _WIDEN_MS
            self._failures = min(self._failures, _CIRCUIT_FAILURES - 1)
        elif self._failures >= _CIRCUIT_FAILURES:
            self._closed_until = now + _CIRCUIT_MS
            self._failures = 0


def definite(error: Exception) -> bool:
    """Whether the gateway answered about this very object, so that the line and the key work."""
    return isinstance(error, GatewayError) and error.kind in _DEFINITE


def _overtaken(uow: UnitOfWork, asked: Collect, seen: CollectSeen) -> bool:
    """Whether the answer is older than what we know: the collect moved on while it was on its way.

    With money in it an answer is never too old.
    """
    current = uow.collects.get(asked.reference)
    return current is not None and current.state is not asked.state and not seen.payments
