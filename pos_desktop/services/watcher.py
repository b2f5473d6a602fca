"""The watcher: asks the gateway about every collect that may still receive money.

A service, not a screen: it runs whatever page is shown and resumes from the database.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.payment import Collect, CollectState
from pos_desktop.ports import (
    Clock,
    CollectSeen,
    GatewayError,
    GatewayErrorKind,
    Gateways,
    Ids,
    Lanes,
    Store,
    UnitOfWork,
)
from pos_desktop.services.dated import dated, offset
from pos_desktop.services.entering import wait_beside
from pos_desktop.services.lanes import record
from pos_desktop.services.outbox import Listener
from pos_desktop.services.payments import Payments
from pos_desktop.services.schedule import interval, spread, takes_money, widened
from pos_desktop.services.standing import GATEWAY, Standing
from pos_desktop.services.traffic import Traffic, definite
from pos_desktop.services.turns import Turns, hidden
from pos_desktop.services.views import PaidNews

_AT_A_TIME = 2
# A push finds a place even while two questions hang.
_PUSHED_AT_A_TIME = _AT_A_TIME + 1
_BUSY_MS = 500
# More than a counter ever has due at once; read only when the first few may not be asked.
_ALL = 10_000
# An answer that could not be written down is asked for again after this.
_REST_MS = 15_000
# What is closed or not known at the gateway is not asked again sooner than this after an error.
_CALM_MS = 30_000
# Whose turn is over for so long because the account refused it stands before the others.
_LATE_MS = 1_500
# How old the shown age of the longest unasked collect may be.
_AGE_MS = 10_000
_LIVE = (CollectState.REQUESTED, CollectState.UNKNOWN, CollectState.OPEN, CollectState.CLOSING)
_ALWAYS = 1 << 62


@dataclass(frozen=True, slots=True)
class Watching:
    """What the watcher works with."""

    store: Store
    lanes: Lanes
    clock: Clock
    ids: Ids
    gateways: Gateways
    payments: Payments
    listener: Listener
    traffic: Traffic
    standing: Standing


@dataclass(frozen=True, slots=True)
class _Push:
    """A push named a collect of this gateway, which is to be asked at this moment. Without
    ``hinted``: its turn is over since the account refused it."""

    gateway: str
    at: int
    hinted: bool = True


@dataclass(frozen=True, slots=True)
class _Question:
    """What was asked, as it was known then; ``push``: what put it before the others."""

    collect: Collect
    push: _Push | None = None


class Watcher:
    """``step`` and every callback run in the db lane; only ``gateway.fetch`` runs in ``net``."""

    def __init__(self, watching: Watching) -> None:
        self._w = watching
        self._turns = Turns()
        self._asking: set[str] = set()
        self._pushed: dict[str, _Push] = {}
        self._resting: dict[str, int] = {}
        self._had_push = False
        self._resumed_at = 0
        self._told_at = 0
        self.push_connected = False

    def resume(self) -> None:
        """After a start, a sleep or a jump of the clock: all that may receive money is due now."""
        # Moments of the old clock mean nothing any more.
        self._resting.clear()
        self._pushed = {ref: replace(push, at=0) for ref, push in self._pushed.items()}
        self._resumed_at = self._w.clock.now()
        with self._w.store.write() as uow:
            uow.collects.wake_all(self._resumed_at)
            uow.commit()

    def wake(self, uow: UnitOfWork, collect: Collect, now: int) -> None:
        """A push named this collect: it is asked at once (part of the caller's transaction)."""
        self._pushed[collect.reference] = _Push(collect.gateway, now)
        uow.collects.save(replace(collect, next_ask_at=now))

    def step(self, now: int) -> int | None:
        """Ask what is due within the budget; when to come again, or None."""
        if self._had_push and not self.push_connected:
            self._shorten(now)
        self._had_push = self.push_connected
        self._resting = {ref: at for ref, at in self._resting.items() if now < at}
        with self._w.store.read() as uow:
            standing = self._w.standing
            self._w.traffic.stopped = (standing.primary,) if standing.is_off(uow, GATEWAY) else ()
            line = _Line(self._w.traffic, uow, now)
            self._ask_pushed(line)
            early: list[Collect] = []
            moments = [self._ask_due(line, early)]
        self._put_off(early)
        moments += [max(push.at, now + _BUSY_MS) for push in self._pushed.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    def _shorten(self, now: int) -> None:
        """The push is lost: nobody waits for the end of an interval that relied on it."""
        with self._w.store.write() as uow:
            for collect in uow.collects.in_states(_LIVE, _ALWAYS):
                wait = self._wait(collect, now)
                at = collect.next_ask_at
                if wait is None or at is None or at <= now + wait:
                    continue
                # Spread over their new interval: they need not all be asked in the same second.
                soon = now + int(wait * self._w.ids.jitter())
                uow.collects.save(replace(collect, next_ask_at=soon))
            uow.commit()

    def _ask_pushed(self, line: "_Line") -> None:
        for reference, push in list(self._pushed.items()):
            if len(self._asking) >= _PUSHED_AT_A_TIME:
                return
            passed = reference in self._asking or reference in self._resting
            if passed or push.at > line.now or not line.open(push.gateway, urgent=True):
                continue
            collect = line.uow.collects.get(reference)
            if collect is None or collect.next_ask_at is None:
                del self._pushed[reference]
            elif self._w.traffic.take(push.gateway, line.now, urgent=True):
                del self._pushed[reference]
                self._ask(_Question(collect, push))

    def _ask_due(self, line: "_Line", early: list[Collect]) -> int | None:
        """When something that had no push has its turn again; ``early`` gets what is put off."""
        passed = self._asking | self._resting.keys() | self._pushed.keys()
        while len(self._asking) < _AT_A_TIME:
            collect = self._turns.pick(line.candidates(passed))
            if collect is None:
                break
            passed.add(collect.reference)
            if self._too_early(collect, line.now):
                early.append(collect)
            elif self._w.traffic.take(collect.gateway, line.now):
                self._turns.took(collect)
                self._ask(_Question(collect))
            else:
                break
        return line.again()

    def _too_early(self, collect: Collect, now: int) -> bool:
        """Whether it is due only because there might have been no push when it was opened, or an
        account with room."""
        if not self.push_connected and self._w.traffic.factor(collect.gateway, now) == 1:
            return False
        if collect.created_at <= self._resumed_at:
            # A hook may have come while nobody was here, or before we knew its id.
            return False
        wait = self._wait(collect, now) or 0
        return collect.asks == 0 and now < collect.created_at + wait // 2

    def _put_off(self, early: Sequence[Collect]) -> None:
        if not early:
            return
        with self._w.store.write() as uow:
            for collect in early:
                wait = self._wait(collect, collect.created_at) or 0
                first = collect.created_at + spread(collect, wait, self._w.ids.jitter())
                uow.collects.save(replace(collect, next_ask_at=first))
            uow.commit()

    def _ask(self, question: _Question) -> None:
        collect, began = question.collect, offset(self._w.clock)
        self._asking.add(collect.reference)

        def work() -> CollectSeen:
            return self._w.gateways.named(collect.gateway).fetch(collect)

        def done(outcome: CollectSeen | Exception) -> None:
            def take() -> None:
                self._record(question, dated(outcome, self._w.clock, began))

            record(self._w.lanes, take)

        self._w.lanes.submit("net", work, done, done)

    def _record(self, question: _Question, outcome: CollectSeen | Exception) -> None:
        asked, now = question.collect, self._w.clock.now()
        self._asking.discard(asked.reference)
        self._w.traffic.told(asked.gateway, outcome, now)
        if isinstance(outcome, Exception) and not definite(outcome):
            self._push_again(question, outcome, now)
        try:
            with self._w.store.write() as uow:
                news, visible = self._write(uow, question, outcome, now)
                uow.commit()
        except Exception:
            # It stays due in the database; asking again repeats nothing, but not at once.
            self._resting[asked.reference] = now + _REST_MS
            if question.push is not None:
                rested = replace(question.push, at=now + _REST_MS)
                self._pushed.setdefault(asked.reference, rested)
            raise
        if visible or not 0 <= now - self._told_at < _AGE_MS:
            self._told_at = now
            self._w.listener.changed()
        if news is not None:
            self._w.listener.paid(news)
        if isinstance(outcome, Exception) and not isinstance(outcome, RaseedError):
            raise outcome

    def _push_again(self, question: _Question, error: Exception, now: int) -> None:
        """Nobody has answered the push yet; or the account refuses one whose turn is long over."""
        asked, push = question.collect, question.push
        if push is None and _limited(error):
            since = asked.asked_at or asked.created_at
            late = now - since >= (self._wait(asked, now) or now) + _LATE_MS
            push = _Push(asked.gateway, now, hinted=False) if late else None
        if push is not None:
            again = self._w.traffic.again(asked.gateway, now, urgent=True)
            refunds = self._w.traffic.narrow_until(asked.gateway, now) if _narrow(error) else None
            self._pushed.setdefault(asked.reference, replace(push, at=max(again, refunds or 0)))

    def _write(
        self, uow: UnitOfWork, question: _Question, outcome: CollectSeen | Exception, now: int
    ) -> tuple[PaidNews | None, bool]:
        """What it issued, and whether it changed anything that somebody may see."""
        asked, news = question.collect, None
        before = _face(uow, asked.reference)
        if isinstance(outcome, CollectSeen) and not _overtaken(before, asked, outcome):
            source = "push" if question.push is not None and question.push.hinted else "poll"
            news = self._w.payments.apply(uow, asked.reference, outcome, now, source)
        off = self._w.standing.asked(uow, asked.gateway, outcome, now)
        collect = uow.collects.get(asked.reference)
        if collect is None:
            return news, True
        answered = not isinstance(outcome, Exception) or definite(outcome)
        uow.collects.save(
            replace(
                collect,
                next_ask_at=self._next(uow, collect, now, outcome),
                asked_at=now if answered else collect.asked_at,
                asks=collect.asks + 1,
                last_error=_word(collect, outcome),
            )
        )
        return news, off or _face(uow, asked.reference) != before

    def _wait(self, collect: Collect, now: int) -> int | None:
        """The interval of the schedule, widened where the account is limited."""
        wait = interval(collect, now, push=self.push_connected)
        if wait is None:
            return None
        factor = self._w.traffic.factor(collect.gateway, now)
        return widened(collect, wait, factor, push=self.push_connected)

    def _next(
        self, uow: UnitOfWork, collect: Collect, now: int, outcome: CollectSeen | Exception
    ) -> int | None:
        wait = self._wait(collect, now)
        if collect.state is CollectState.PAID:
            wait = wait_beside(uow, collect, now)
        if wait is not None:
            wait = spread(collect, wait, self._w.ids.jitter())
        if isinstance(outcome, Exception):
            return self._after_error(collect, wait, outcome, now)
        if collect.state is not CollectState.PAID and collect.reference in self._pushed:
            # A push came while this answer was on its way: it may know nothing of it yet.
            return now
        return None if wait is None else now + wait

    def _after_error(
        self, collect: Collect, wait: int | None, error: Exception, now: int
    ) -> int | None:
        if definite(error):
            # The gateway is well, it only does not know this one: no hurry, no end without it.
            return None if wait is None else now + max(wait, _CALM_MS)
        again = self._w.traffic.again(collect.gateway, now)
        if _narrow(error):
            again = self._w.traffic.narrow_until(collect.gateway, now) or again
        if wait is None or not takes_money(collect):
            return max(again, now + min(wait or 0, _CALM_MS))
        # A refusal for the account's sake takes nothing from its turn.
        since = (collect.asked_at or collect.created_at) if _limited(error) else now
        return max(again, since + wait)


class _Line:
    """One look at who is due, within one reading unit."""

    def __init__(self, traffic: Traffic, uow: UnitOfWork, now: int) -> None:
        self.uow = uow
        self.now = now
        self._traffic = traffic
        self._closed: dict[str, int] = {}
        self._stuck = False

    def open(self, gateway: str, *, urgent: bool = False) -> bool:
        """Whether this gateway may be asked at all now."""
        until = self._traffic.quiet_until(gateway, self.now, urgent=urgent)
        if until is not None:
            self._closed[gateway] = until
        return until is None

    def candidates(self, passed: Collection[str]) -> list[Collect]:
        """Who may have a turn now, the first few of every rank in the order of ``Collects.due``."""
        limit = _AT_A_TIME + len(passed)
        due = self.uow.collects.due(self.now, limit)
        free = self._free(due, passed)
        if hidden(due, free, limit):
            free = self._free(self.uow.collects.due(self.now, _ALL), passed)
        self._stuck = not free
        return free

    def again(self) -> int | None:
        """When to look again: at the next due moment, or soon where somebody is due already."""
        due = self.uow.collects.next_due()
        if due is None or due > self.now:
            return due
        soon = self.now + _BUSY_MS
        closed = self._closed.values()
        return max(soon, min(closed)) if self._stuck and closed else soon

    def _free(self, due: Sequence[Collect], passed: Collection[str]) -> list[Collect]:
        return [c for c in due if c.reference not in passed and self.open(c.gateway)]


def _word(collect: Collect, outcome: CollectSeen | Exception) -> str | None:
    """What is wrong with this collect; that the account is limited says nothing about it."""
    if not isinstance(outcome, GatewayError):
        return None
    return collect.last_error if _limited(outcome) else outcome.kind.value


def _limited(error: Exception) -> bool:
    return isinstance(error, GatewayError) and error.kind is GatewayErrorKind.RATE_LIMITED


def _narrow(error: Exception) -> bool:
    return isinstance(error, GatewayError) and error.narrow


def _overtaken(before: "_Face | None", asked: Collect, seen: CollectSeen) -> bool:
    """Whether the answer is older than what we know: the collect moved on while it was on its way.

    With money in it an answer is never too old.
    """
    return before is not None and before.state is not asked.state and not seen.payments


@dataclass(frozen=True, slots=True)
class _Face:
    """What may be seen of a collect somewhere."""

    state: CollectState
    payable: tuple[str | None, ...]
    expires_at: int | None
    troubled: bool
    facts: int


def _face(uow: UnitOfWork, reference: str) -> _Face | None:
    collect = uow.collects.get(reference)
    if collect is None:
        return None
    return _Face(
        state=collect.state,
        payable=(collect.url, collect.upi_payload, collect.image_url),
        expires_at=collect.expires_at,
        troubled=collect.last_error is not None,
        facts=len(uow.facts.of(collect.order_id)),
    )
