"""The watcher: asks the gateway about every collect that may still receive money.

A service, not a screen: it runs whatever page is shown and resumes from the database.
"""

from dataclasses import dataclass, replace

from pos_desktop.domain.payment import Collect
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

# Two requests a second, five at once (design payments 4).
_RATE_MS = 500
_BURST = 5
_AT_A_TIME = 2
_WIDEN_MS = 10 * 60 * 1000
_BACKOFF_S = (1, 2, 4, 8, 15, 30)
_CIRCUIT_FAILURES = 5
_CIRCUIT_MS = 30_000


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
        self._failures = 0
        self._closed_until = 0
        self._wide_until = 0
        self.push_connected = False

    def resume(self) -> None:
        """After a start or a sleep: everything that may receive money is due at once."""
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
        with self._w.store.read() as uow:
            due = uow.collects.due(now, _AT_A_TIME + len(self._asking))
            later = uow.collects.next_due()
        for collect in due:
            if collect.reference in self._asking or collect.gateway_id is None:
                continue
            if len(self._asking) >= _AT_A_TIME:
                break
            if not self._budget.take(now):
                return now + _RATE_MS
            self._ask(collect)
        return later

    def _ask(self, collect: Collect) -> None:
        self._asking.add(collect.reference)

        def work() -> CollectSeen:
            return self._w.gateway.fetch(collect)

        def done(outcome: CollectSeen | Exception) -> None:
            record(self._w.lanes, lambda: self._record(collect, outcome))

        self._w.lanes.submit("net", work, done, done)

    def _record(self, asked: Collect, outcome: CollectSeen | Exception) -> None:
        self._asking.discard(asked.reference)
        now = self._w.clock.now()
        news = None
        with self._w.store.write() as uow:
            if isinstance(outcome, CollectSeen):
                source = "push" if asked.reference in self._pushed else "poll"
                news = self._w.payments.apply(uow, asked.reference, outcome, now, source)
                self._failures = 0
            else:
                self._failed(outcome, now)
            self._schedule(uow, asked.reference, now, outcome)
            uow.commit()
        if isinstance(outcome, CollectSeen):
            self._pushed.discard(asked.reference)
        self._w.listener.changed()
        if news is not None:
            self._w.listener.paid(news)

    def _schedule(self, uow: UnitOfWork, reference: str, now: int, outcome: object) -> None:
        collect = uow.collects.get(reference)
        if collect is None:
            return
        push = self.push_connected
        moment = next_ask(collect, now, push=push, jitter=self._w.ids.jitter())
        if isinstance(outcome, Exception):
            wait = _BACKOFF_S[min(self._failures, len(_BACKOFF_S)) - 1] * 1000
            moment = max(moment or 0, now + wait)
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

    def _failed(self, error: Exception, now: int) -> None:
        self._failures += 1
        limited = isinstance(error, GatewayError) and error.kind is GatewayErrorKind.RATE_LIMITED
        if limited:
            # The account is shared by all counters of the shop: step back, but stay in business.
            self._wide_until = now + _WIDEN_MS
            self._failures = min(self._failures, _CIRCUIT_FAILURES - 1)
        elif self._failures >= _CIRCUIT_FAILURES:
            self._closed_until = now + _CIRCUIT_MS
            self._failures = 0
