"""Traffic to the gateway: one budget per counter, and when to ask less (design payments 4).

The *account* behind a gateway is shared by all counters of the shop. A 429 widens this counter's
intervals, other errors back off, five failures in a row open the circuit. Db lane only; nothing
here outlives the process, and a clock that is put back ends every wait.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from pos_desktop.ports import GatewayError, GatewayErrorKind

# Two requests a second, five at once.
_RATE_MS = 500
_BURST = 5
# A push may borrow so many requests, a customer at the counter twice as many. A question that took
# many leaves a debt, too, but never one that keeps a push waiting.
_PUSH_DEBT = 5
_MOST_DEBT = 10
# The most questions that may be paid and not made yet: watcher 3, refund watch 2, sweep 1.
_UNDER_WAY = 6
_BACKOFF_MS = (1_000, 2_000, 4_000, 8_000, 15_000, 30_000)
_CIRCUIT_FAILURES = 5
_CIRCUIT_MS = 30_000
# How long one 429 holds; where the account turns out to be as small as before, twice as long each
# time. No collect's interval becomes longer by this than its ``schedule.longest``.
_WIDE_MS = 10 * 60 * 1000
_WIDE_FOR_LONG_MS = 80 * 60 * 1000
_MOST_FACTOR = 32
# After a 429 the counter is silent for so long: it grows, but what is free again after a minute is
# found soon. What is refused for longer than that is asked less, by pushes too.
_LIMITED_MS = (1_000, 2_000, 4_000, 6_000)
_LIMITED_FOR_LONG_MS = 30_000
_LONG_MS = 60_000
# A push tries again sooner: the customer stands there.
_PUSH_SHARE = 0.25
_LONGEST_WAIT_MS = 300_000
_LATELY_MS = 60_000

_DEFINITE = frozenset(
    {
        GatewayErrorKind.NOT_FOUND,
        GatewayErrorKind.STATE,
        GatewayErrorKind.VALIDATION,
        GatewayErrorKind.DUPLICATE,
        GatewayErrorKind.FEATURE_OFF,
    }
)
_ANSWERS = _DEFINITE | {GatewayErrorKind.RATE_LIMITED, GatewayErrorKind.AUTH}


@dataclass
class Budget:
    """A bucket of milliseconds over the given moments: each request by this counter takes 500."""

    credit: int = _BURST * _RATE_MS
    filled_at: int = 0

    def take(self, now: int, debt: int = 0) -> bool:
        """Whether one more request may go now, which may leave a ``debt`` of so many."""
        self._fill(now)
        if self.credit < (1 - debt) * _RATE_MS:
            return False
        self.credit -= _RATE_MS
        return True

    def spend(self, now: int, most: int = _MOST_DEBT) -> None:
        """One request went without asking here; the debt grows to at most so many."""
        self._fill(now)
        self.credit = max(self.credit - _RATE_MS, min(self.credit, -most * _RATE_MS))

    def free_at(self, now: int) -> int:
        """When the next question may go."""
        self._fill(now)
        return now + max(0, _RATE_MS - self.credit)

    def _fill(self, now: int) -> None:
        gained = max(0, now - self.filled_at)
        self.credit = min(_BURST * _RATE_MS, self.credit + gained)
        self.filled_at = now


@dataclass(frozen=True, slots=True)
class _Span:
    """From one moment to another; before its beginning (a clock put back) it is over, too."""

    start: int = 0
    end: int = 0

    def covers(self, now: int) -> bool:
        return self.start <= now < self.end


_NEVER = _Span()


@dataclass
class _Account:
    """What this counter knows of one gateway account."""

    failures: int = 0
    refusals: int = 0
    refused_since: int = 0
    factor: int = 1
    hold: int = _WIDE_MS
    shut: _Span = _NEVER
    silent: _Span = _NEVER
    told_to_wait: _Span = _NEVER
    wide: _Span = _NEVER
    answers: bool = False
    answered_at: int = 0
    unanswered_since: int | None = None
    unanswered_at: int = 0


@dataclass
class Traffic:
    """Watcher, refund watch and sweep ``take`` before they ask and say ``told`` afterwards; calls
    that a customer waits for go at once and are reported by ``made``.

    ``jitter`` gives numbers in [0, 1). ``requests`` counts what went out since the start (any
    thread): a question of several requests costs as many. ``stopped`` names the gateways that are
    off for the owner's reasons; the watcher keeps it (standing.py).
    """

    jitter: Callable[[], float]
    requests: Callable[[], int] | None = None
    stopped: Collection[str] = ()
    budget: Budget = field(default_factory=Budget)
    _paid: int = 0
    _accounts: dict[str, _Account] = field(default_factory=lambda: defaultdict(_Account))

    def take(self, gateway: str, now: int, *, urgent: bool = False, narrow: bool = False) -> bool:
        """Whether one more question may go to this gateway now; counted if so.

        ``urgent`` (a push named what to ask) may borrow, and does not mind that the account was
        limited a moment ago. ``narrow``: it is about refunds (``GatewayError.narrow``). Nothing
        goes while the circuit is open.
        """
        quiet = self.quiet_until(gateway, now, urgent=urgent)
        if quiet is not None or (narrow and self.narrow_until(gateway, now) is not None):
            return False
        taken = self.budget.take(now, _PUSH_DEBT if urgent else 0)
        self._paid += taken
        return taken

    def quiet_until(self, gateway: str, now: int, *, urgent: bool = False) -> int | None:
        """When this gateway may be asked again, or None if it may be asked now."""
        if gateway in self.stopped:
            return now + _CIRCUIT_MS
        account = self._accounts[gateway]
        spans = [account.shut, account.told_to_wait]
        if not urgent:
            spans.append(account.silent)
        return max((span.end for span in spans if span.covers(now)), default=None)

    def narrow_until(self, gateway: str, now: int) -> int | None:
        """When it may be asked about refunds again, or None if now."""
        account = self._accounts[_narrow(gateway)]
        spans = (account.told_to_wait, account.silent)
        return max((span.end for span in spans if span.covers(now)), default=None)

    def made(self, gateway: str, outcome: object, now: int) -> None:
        """A call that did not wait for the budget, and what came of it."""
        self.budget.spend(now)
        self._paid += 1
        self.told(gateway, outcome, now)

    def told(self, gateway: str, outcome: object, now: int) -> None:
        """What came of a question: an exception, or whatever the gateway answered."""
        self._pay_up(now)
        if isinstance(outcome, GatewayError) and outcome.narrow:
            self._limited(self._accounts[_narrow(gateway)], outcome, now)
            # The account itself goes on.
            outcome = None
        account = self._accounts[gateway]
        kind = outcome.kind if isinstance(outcome, GatewayError) else None
        if not isinstance(outcome, Exception) or kind in _ANSWERS:
            account.unanswered_since, account.answers = None, True
            account.answered_at = now
        else:
            account.answers = False
            if account.unanswered_since is None or now < account.unanswered_since:
                account.unanswered_since = now
            account.unanswered_at = now
        if isinstance(outcome, GatewayError) and kind is GatewayErrorKind.RATE_LIMITED:
            self._limited(account, outcome, now)
        elif isinstance(outcome, Exception) and not definite(outcome):
            account.failures += 1
            if account.failures >= _CIRCUIT_FAILURES:
                account.shut = _Span(now, now + _CIRCUIT_MS)
        else:
            account.failures = account.refusals = 0
            account.shut = _NEVER

    def again(self, gateway: str, now: int, *, urgent: bool = False) -> int:
        """When a question that has just failed may be repeated at the earliest."""
        account = self._accounts[gateway]
        quiet = self.quiet_until(gateway, now, urgent=urgent)
        if quiet is not None:
            return quiet
        if account.silent.covers(now):
            return now + int((account.silent.end - now) * _PUSH_SHARE)
        step = min(max(account.failures, 1), len(_BACKOFF_MS)) - 1
        return now + self._spread(_BACKOFF_MS[step])

    def factor(self, gateway: str, now: int) -> int:
        """By how much intervals are wider now because the account is limited; 1 where it is not."""
        account = self._accounts[gateway]
        if account.factor > 1 and not account.wide.covers(now):
            # It held so long: feel the way back, half the width each time.
            gone = 1 + max(0, now - account.wide.end) // account.hold
            account.factor = max(1, account.factor >> gone)
            self._hold(account, now)
        return account.factor

    def shut(self, gateway: str, now: int) -> bool:
        """Whether the circuit to this gateway is open: nobody asks."""
        return self._accounts[gateway].shut.covers(now)

    def unreachable_since(self, gateway: str) -> int | None:
        """Since when no question was answered; None while answers come, or nobody has asked."""
        return self._accounts[gateway].unanswered_since

    def silent(self, wait: int) -> list[str]:
        """The gateways whose questions went without any answer for so long (ms): from the first of
        them to the last."""
        return [
            name
            for name, account in self._accounts.items()
            if account.unanswered_since is not None
            and account.unanswered_at - account.unanswered_since >= wait
        ]

    def answers(self, gateway: str) -> bool:
        """Whether the last question was answered; False where none was asked since the start."""
        return self._accounts[gateway].answers

    def heard(self, gateway: str, now: int) -> bool:
        """Whether a question was answered well within the last minute (any thread may ask)."""
        account = self._accounts.get(gateway)
        if account is None or not account.answers or account.failures:
            return False
        return 0 <= now - account.answered_at < _LATELY_MS

    def _pay_up(self, now: int) -> None:
        """Each question was paid as one request; what it took beyond that is paid now."""
        if self.requests is None:
            return
        made = self.requests()
        for _ in range(min(made - self._paid, _MOST_DEBT)):
            self.budget.spend(now, _PUSH_DEBT - 1)
        # Questions under way are paid and not made yet; those that were never made are no credit.
        self._paid = min(max(made, self._paid), made + _UNDER_WAY)

    def _limited(self, account: _Account, error: GatewayError, now: int) -> None:
        """The account has had enough for now: step back, but stay in business."""
        if account.factor == 1:
            again = account.wide.covers(now)
            account.hold = min(account.hold * 2, _WIDE_FOR_LONG_MS) if again else _WIDE_MS
        account.factor = min(account.factor * 2, _MOST_FACTOR)
        self._hold(account, now)
        if account.refusals == 0 or now < account.refused_since:
            account.refused_since = now
        pause = self._spread(_LIMITED_MS[min(account.refusals, len(_LIMITED_MS) - 1)])
        wait = min(int((error.retry_after or 0) * 1000), _LONGEST_WAIT_MS)
        if now - account.refused_since > _LONG_MS:
            wait = max(wait, self._spread(_LIMITED_FOR_LONG_MS))
        account.refusals += 1
        account.silent = _Span(now, now + pause)
        account.told_to_wait = _Span(now, now + wait)

    def _hold(self, account: _Account, now: int) -> None:
        # Spread: counters that were refused together must not all come back together.
        account.wide = _Span(now, now + self._spread(account.hold))

    def _spread(self, wait: int) -> int:
        return int(wait * (0.8 + 0.4 * self.jitter()))


def _narrow(gateway: str) -> str:
    return f"{gateway} refunds"


def definite(error: Exception) -> bool:
    """Whether the gateway answered about this very object, so that the line and the key work."""
    return isinstance(error, GatewayError) and error.kind in _DEFINITE
