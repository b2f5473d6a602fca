"""The outbox worker: does, outside, what was committed inside; once where once is all there is.

An action has three phases: ``prepare`` reads (any thread, read-only), ``perform`` talks to the
outside (net lane, no database), ``record`` writes what came of it (db lane, one transaction). A
kill between any two of them leaves the row in ``doing``; ``recover`` then decides per kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import Clock, Effect, Ids, Lanes, Store, UnitOfWork
from pos_desktop.services.lanes import record
from pos_desktop.services.views import PaidNews

_BACKOFF = (1, 2, 4, 8, 15, 30)


@dataclass(frozen=True, slots=True)
class Done:
    """The effect happened; ``news`` if it issued a sale."""

    news: PaidNews | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """It did not happen and may be tried again after ``seconds`` (None: back off)."""

    error: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """It must not happen any more."""

    reason: str


Recorded = Done | Later | Dropped


class Call(Protocol):
    """What ``prepare`` found: everything that ``perform`` needs, no database."""

    def perform(self) -> object:
        """Talk to the outside; may raise RaseedError."""
        ...


class Action(Protocol):
    """One kind of effect."""

    @property
    def target(self) -> str:
        """Who is called: actions with the same target share a limit of calls at a time."""
        ...

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped: ...
    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded: ...
    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """``prepare`` said that it must not happen: note it where a person looks."""
        ...

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        """After a kill in mid-call: may it be repeated?"""
        ...


class Listener(Protocol):
    """Who wants to know that bills changed; called in the db lane after the commit."""

    def changed(self) -> None: ...
    def paid(self, news: PaidNews) -> None: ...


class Outbox:
    """Claims due effects and runs them in the lanes; ``step`` and its callbacks run in ``db``."""

    def __init__(
        self,
        store: Store,
        lanes: Lanes,
        clock: Clock,
        ids: Ids,
        actions: Mapping[str, Action],
        listener: Listener,
    ) -> None:
        self._store = store
        self._lanes = lanes
        self._clock = clock
        self._ids = ids
        self._actions = actions
        self._listener = listener
        self._limit = 2
        self._busy: dict[str, int] = {}

    def recover(self) -> None:
        """Once at start: decide about rows that a killed process left in the middle."""
        now = self._clock.now()
        with self._store.write() as uow:
            for effect in uow.outbox.interrupted():
                action = self._actions.get(effect.kind)
                if action is not None:
                    self._write(uow, effect, action.recover(uow, effect, now), now)
            uow.commit()

    def step(self, now: int) -> int | None:
        """Start what is due; the moment at which the next row becomes due, or None."""
        for target in sorted({a.target for a in self._actions.values()}):
            kinds = [k for k, a in self._actions.items() if a.target == target]
            free = self._limit - self._busy.get(target, 0)
            if free <= 0:
                continue
            for effect in self._claim(kinds, now, free):
                self._start(effect, self._actions[effect.kind])
        with self._store.read() as uow:
            return uow.outbox.next_due(self._actions)

    def _claim(self, kinds: list[str], now: int, limit: int) -> list[Effect]:
        with self._store.read() as uow:
            due = uow.outbox.next_due(kinds)
        if due is None or due > now:
            return []
        with self._store.write() as uow:
            claimed = list(uow.outbox.claim(now, kinds, limit))
            uow.commit()
        return claimed

    def _start(self, effect: Effect, action: Action) -> None:
        self._busy[action.target] = self._busy.get(action.target, 0) + 1

        def work() -> object:
            with self._store.read() as uow:
                call = action.prepare(uow, effect, self._clock.now())
            return call if isinstance(call, Dropped) else call.perform()

        def done(outcome: object) -> None:
            record(self._lanes, lambda: self._record(effect, action, outcome))

        self._lanes.submit("net", work, done, done)

    def _record(self, effect: Effect, action: Action, outcome: object) -> None:
        self._busy[action.target] -= 1
        now = self._clock.now()
        with self._store.write() as uow:
            result = self._judge(uow, effect, action, outcome, now)
            self._write(uow, effect, result, now)
            uow.commit()
        self._listener.changed()
        if isinstance(result, Done) and result.news is not None:
            self._listener.paid(result.news)

    def _judge(
        self, uow: UnitOfWork, effect: Effect, action: Action, outcome: object, now: int
    ) -> Recorded:
        if isinstance(outcome, Dropped):
            action.dropped(uow, effect, outcome.reason, now)
            return outcome
        if isinstance(outcome, Exception) and not isinstance(outcome, RaseedError):
            # A bug in an adapter must neither lose the effect nor spin: it waits and is told.
            return Later(f"bug: {outcome!r}", 30)
        return action.record(uow, effect, outcome, now)

    def _write(self, uow: UnitOfWork, effect: Effect, result: Recorded, now: int) -> None:
        match result:
            case Done():
                uow.outbox.done(effect.effect_id, now)
            case Dropped(reason):
                uow.outbox.drop(effect.effect_id, reason, now)
            case Later(error, seconds):
                wait = backoff(effect.attempts) if seconds is None else seconds
                spread = wait * (0.8 + 0.4 * self._ids.jitter())
                uow.outbox.retry(effect.effect_id, now + int(spread * 1000), error)


def backoff(attempts: int) -> float:
    """Seconds to wait after this many tries: 1, 2, 4, 8, 15, then 30."""
    return float(_BACKOFF[min(max(attempts, 1), len(_BACKOFF)) - 1])
