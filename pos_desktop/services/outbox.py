"""The outbox worker: does, outside, what was committed inside; once where once is all there is.

An action has three phases: ``prepare`` reads (any thread, read-only), ``perform`` talks to the
outside (net lane, no database), ``record`` writes what came of it (db lane, one transaction). A
kill between any two of them leaves the row in ``doing``; ``recover`` then decides per kind.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import Clock, Effect, Ids, Lanes, Store, UnitOfWork
from pos_desktop.services.dated import dated, offset
from pos_desktop.services.lanes import record
from pos_desktop.services.views import PaidNews

_BACKOFF = (1, 2, 4, 8, 15, 30)
# How often an answer is tried to be written down before it counts as not known.
_WRITE_TRIES = 3
# When to look again at rows for which no place was free.
_BUSY_MS = 500


@dataclass(frozen=True, slots=True)
class Done:
    """The effect happened; ``news`` if it issued a sale."""

    news: PaidNews | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """It did not happen and may be tried again after ``seconds`` (None: back off), or at the
    moment ``at``."""

    error: str
    seconds: float | None = None
    at: int | None = None


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

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Later | Dropped:
        """``Later``: not at this hour; ``record`` is told and says when."""
        ...

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


@dataclass(frozen=True, slots=True)
class _NotBegun:
    """``prepare`` itself failed: nothing has left the house, so the effect may be tried again."""

    error: Exception


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of an effect; ``tries``: how often it could not be written down so far."""

    effect: Effect
    action: Action
    outcome: object
    tries: int = 0
    not_before: int = 0

    @property
    def bug(self) -> Exception | None:
        """The error that no adapter should let out, if that is what came."""
        outcome = self.outcome
        if isinstance(outcome, _NotBegun):
            return outcome.error
        if isinstance(outcome, Exception) and not isinstance(outcome, RaseedError):
            return outcome
        return None


class Outbox:
    """Claims due effects and runs them in the lanes; ``step`` and its callbacks run in ``db``.

    ``held`` names the targets that are not called for now: their rows wait untouched.
    """

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
        self.held: Callable[[UnitOfWork], Collection[str]] = _nothing_held
        self._limit = 2
        self._busy: dict[str, int] = {}
        self._unwritten: list[_Answer] = []

    def recover(self) -> None:
        """Once at start: decide about rows that a killed process left in the middle."""
        now = self._clock.now()
        with self._store.write() as uow:
            for effect in uow.outbox.interrupted():
                action = self._actions.get(effect.kind)
                if action is not None:
                    self._write(uow, effect, action.recover(uow, effect, now), now)
            uow.commit()

    def hurry(self) -> None:
        """After a start, a sleep or a clock put back: nothing waits for a moment that is far."""
        with self._store.write() as uow:
            uow.outbox.hurry(self._clock.now())
            uow.commit()

    def step(self, now: int) -> int | None:
        """Start what is due; the moment at which to come again, or None.

        Rows that wait for a free place are looked at again when a call ends, not by turning fast.
        """
        again = [a for a in self._unwritten if a.not_before <= now]
        for answer in again:
            self._unwritten.remove(answer)
            record(self._lanes, partial(self._record, answer))
        with self._store.read() as uow:
            held = self.held(uow)
            open_for = {kind: a.target for kind, a in self._actions.items() if a.target not in held}
            due = uow.outbox.next_due(open_for)
        if due is not None and due <= now:
            self._start_due(open_for, now)
            with self._store.read() as uow:
                due = uow.outbox.next_due(open_for)
        moments = [a.not_before for a in self._unwritten]
        if due is not None:
            moments.append(due if due > now else now + _BUSY_MS)
        return min(moments, default=None)

    def _start_due(self, open_for: Mapping[str, str], now: int) -> None:
        """``open_for``: kind -> target of what may be called at all."""
        for target in sorted(set(open_for.values())):
            kinds = [kind for kind, called in open_for.items() if called == target]
            free = self._limit - self._busy.get(target, 0)
            if free <= 0:
                continue
            for effect in self._claim(kinds, now, free):
                self._start(effect, self._actions[effect.kind])

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
        began = offset(self._clock)

        def work() -> object:
            try:
                with self._store.read() as uow:
                    call = action.prepare(uow, effect, self._clock.now())
            except Exception as error:
                return _NotBegun(error)
            return call if isinstance(call, Later | Dropped) else call.perform()

        def done(outcome: object) -> None:
            def take() -> None:
                told = dated(outcome, self._clock, began)
                self._answered(_Answer(effect, action, told))

            record(self._lanes, take)

        self._lanes.submit("net", work, done, done)

    def _answered(self, answer: _Answer) -> None:
        """A place is free: write down what came, then go on with what is due at once."""
        self._busy[answer.action.target] -= 1
        self._record(answer)
        self.step(self._clock.now())

    def _record(self, answer: _Answer) -> None:
        now = self._clock.now()
        try:
            with self._store.write() as uow:
                result = self._judge(uow, answer, now)
                self._write(uow, answer.effect, result, now)
                uow.commit()
        except Exception:
            # Still "doing" in the database: kept here until it can be written down, so that it is
            # neither lost nor done twice. A kill before that is a kill in mid-call.
            tries = answer.tries + 1
            wait = int(backoff(tries) * 1000)
            self._unwritten.append(replace(answer, tries=tries, not_before=now + wait))
            raise
        self._listener.changed()
        if isinstance(result, Done) and result.news is not None:
            self._listener.paid(result.news)
        if answer.bug is not None:
            raise answer.bug

    def _judge(self, uow: UnitOfWork, answer: _Answer, now: int) -> Recorded:
        effect, action, outcome = answer.effect, answer.action, answer.outcome
        if isinstance(outcome, Dropped):
            action.dropped(uow, effect, outcome.reason, now)
            return outcome
        if isinstance(outcome, _NotBegun):
            return Later(f"not begun: {outcome.error!r}")
        if isinstance(outcome, Later):
            # Nothing has left the house, so there is nothing to be in doubt about.
            return action.record(uow, effect, outcome, now)
        if answer.bug is None and answer.tries < _WRITE_TRIES:
            return action.record(uow, effect, outcome, now)
        # Nobody can tell what happened outside: the same question as after a kill in mid-call.
        decided = action.recover(uow, effect, now)
        return Later(f"bug: {outcome!r}", 30) if isinstance(decided, Later) else decided

    def _write(self, uow: UnitOfWork, effect: Effect, result: Recorded, now: int) -> None:
        if isinstance(result, Done):
            uow.outbox.done(effect.effect_id, now)
        elif isinstance(result, Dropped):
            uow.outbox.drop(effect.effect_id, result.reason, now)
        elif result.at is not None:
            uow.outbox.retry(effect.effect_id, result.at, result.error)
        else:
            wait = backoff(effect.attempts) if result.seconds is None else result.seconds
            spread = wait * (0.8 + 0.4 * self._ids.jitter())
            uow.outbox.retry(effect.effect_id, now + int(spread * 1000), result.error)


def _nothing_held(uow: UnitOfWork) -> Collection[str]:
    return ()


def backoff(attempts: int) -> float:
    """Seconds to wait after this many tries: 1, 2, 4, 8, 15, then 30."""
    return float(_BACKOFF[min(max(attempts, 1), len(_BACKOFF)) - 1])
