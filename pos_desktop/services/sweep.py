"""The sweep: the account's own list of payments against this counter's bills (design payments 4).

It finds what no collect was asked for: lost answers, payments of a database that was lost, money
that names nobody. At the start, every hour, and at the end of the day for the whole day; a day
that ended while the till was off is looked over at the next start. Former gateways, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.numbering import ist_day, ist_midnight
from pos_desktop.domain.options import CounterOptions
from pos_desktop.ports import Gateway, ListedPayment, UnitOfWork
from pos_desktop.services.captures import capture
from pos_desktop.services.lanes import record
from pos_desktop.services.payments import Payments
from pos_desktop.services.refund_watch import Asking
from pos_desktop.services.sweep_accounts import accounts
from pos_desktop.services.sweep_matching import Matched, Matching, Window
from pos_desktop.services.sweep_result import (
    Doubts,
    SweepResult,
    Tally,
    day_done,
    doubts,
    keep_day_done,
    keep_mark,
    keep_result,
    last_result,
    watermark,
)
from pos_desktop.services.sweep_round import PaidRound

_MINUTE = 60 * 1000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_OVERLAP = 10 * _MINUTE
# What is in doubt is looked for again after this.
_SOON = 2 * _MINUTE
_BUSY_MS = 500
# 21:30 in the shop.
_DAY_END = 21 * _HOUR + 30 * _MINUTE


@dataclass
class _Turn:
    """Where the look over one account stands; ``done``: the last day that was looked over after its
    end; ``asked``: somebody wants to see today."""

    gateway: Gateway
    done: int
    next: int | None = None
    rests_until: int = 0
    under_way: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """One question: ``day`` is the day (``yyyymmdd``) that is to be seen whole, or None."""

    turn: _Turn
    window: Window
    day: int | None
    asked: bool


@dataclass
class Sweep:
    """``step`` and every callback run in the db lane, the question in ``net``.

    ``forgetful``: the account knows nothing from before this start (the practice gateway).
    """

    asking: Asking
    payments: Payments
    counter: CounterOptions
    forgetful: bool = False
    _began: int | None = None
    _turns: dict[str, _Turn] = field(default_factory=dict)
    _counted_at: int | None = None
    _round: PaidRound | None = None

    def step(self, now: int) -> int | None:
        """Begin what is due; when to come again, or None while it is under way."""
        self._began = now if self._began is None else min(now, self._began)
        if self._counted_at is None or not 0 <= now - self._counted_at < _HOUR:
            self._counted_at = now
            self._count(now)
        moments = [self._take(turn, now) for turn in list(self._turns.values())]
        moments.append(self._paid_round().step(now))
        return min((moment for moment in moments if moment is not None), default=None)

    def run_now(self) -> None:
        """Look at the whole day at the next step (db lane)."""
        if not self._turns:
            self._count(self.asking.clock.now())
        for turn in self._turns.values():
            turn.asked, turn.next, turn.rests_until = True, None, 0

    def last(self, day: int | None = None) -> SweepResult | None:
        """What the last sweep found, or that of a whole day (``yyyymmdd``)."""
        with self.asking.store.read() as uow:
            return last_result(uow, day)

    def _paid_round(self) -> PaidRound:
        if self._round is None:
            self._round = PaidRound(self.asking)
        return self._round

    def _count(self, now: int) -> None:
        """Which accounts there are; a new one begins with today."""
        known, self._turns = self._turns, {}
        with self.asking.store.read() as uow:
            for gateway in accounts(uow, self.asking.gateways, now):
                done = day_done(uow, gateway.name)
                turn = _Turn(gateway, _ended_day(now) if done is None else done)
                self._turns[gateway.name] = known.get(gateway.name, turn)
            missing = [t for t in self._turns.values() if day_done(uow, t.gateway.name) is None]
        if not missing:
            return
        with self.asking.store.write() as uow:
            for turn in missing:
                keep_day_done(uow, turn.gateway.name, turn.done)
            uow.commit()

    def _take(self, turn: _Turn, now: int) -> int | None:
        if turn.under_way:
            return None
        # A day that has not ended yet was marked by a clock that has been put back.
        turn.done = min(turn.done, _ended_day(now))
        # So was a moment further ahead than an hour.
        if now < turn.rests_until <= now + _HOUR:
            return turn.rests_until
        whole = turn.asked or turn.done < _ended_day(now)
        if not whole and turn.next is not None and now < turn.next <= now + _HOUR:
            return min(turn.next, _next_day_end(now))
        gateway = turn.gateway
        if not gateway.capabilities().lists_payments:
            return self._ask_all(turn, now, whole=whole)
        if not self.asking.traffic.take(gateway.name, now):
            return now + _BUSY_MS
        self._ask(turn, now, whole=whole)
        return None

    def _ask(self, turn: _Turn, now: int, *, whole: bool) -> None:
        gateway, since = turn.gateway, _day_begins(turn, now) if whole else now
        with self.asking.store.read() as uow:
            start = min(_start(uow, gateway.name, now), since)
        # After a long sleep day by day: a list has to fit into the memory. The day that is to be
        # seen whole, perhaps yesterday, is one list.
        end = now if whole and start == since else min(now, start + _DAY + _OVERLAP)
        known_from = self._began if self.forgetful and self._began is not None else start
        window = Window(gateway.name, start, end, now, known_from)
        look = _Look(turn, window, _day_of(turn, now) if whole else None, turn.asked)
        turn.asked, turn.under_way = False, True

        def work() -> Sequence[ListedPayment]:
            return gateway.payments_between(window.start, window.end)

        def done(outcome: Sequence[ListedPayment] | Exception) -> None:
            record(self.asking.lanes, lambda: self._record(look, outcome))

        self.asking.lanes.submit("net", work, done, done)

    def _record(self, look: _Look, outcome: Sequence[ListedPayment] | Exception) -> None:
        now, turn, asked = self.asking.clock.now(), look.turn, look.window
        turn.under_way = False
        self.asking.traffic.told(asked.gateway, outcome, now)
        if isinstance(outcome, Exception):
            self._not_now(look, now)
            if not isinstance(outcome, RaseedError):
                raise outcome
            return
        reached = asked.end >= asked.now
        try:
            matched = self._write(look, now, outcome)
        except Exception:
            self._not_now(look, now)
            raise
        turn.asked = turn.asked or (look.asked and not reached)
        in_doubt = bool(matched.left.asked or matched.left.missing)
        turn.next = now + (_SOON if in_doubt else _HOUR) if reached else None
        self.asking.listener.changed()
        for news in matched.news:
            self.asking.listener.paid(news)

    def _not_now(self, look: _Look, now: int) -> None:
        turn, gateway = look.turn, look.window.gateway
        turn.asked = turn.asked or look.asked
        turn.rests_until = max(now + _MINUTE, self.asking.traffic.again(gateway, now))

    def _write(self, look: _Look, now: int, listed: Sequence[ListedPayment]) -> Matched:
        window = replace(look.window, now=now)
        whole = look.day is not None and look.window.end >= look.window.now
        with self.asking.store.write() as uow:
            before = doubts(uow, window.gateway)
            matching = Matching(uow, self.payments, self.counter, window, before)
            matched = matching.match(listed)
            until = window.end if matched.oldest is None else min(window.end, matched.oldest)
            keep_mark(uow, window.gateway, until, matched.left)
            if window.gateway == self.asking.gateways.primary.name:
                keep_result(uow, _result(window, matched, (look.day or 0) if whole else None))
            done = _kept(uow, look.turn, look.day or 0, now) if whole else look.turn.done
            uow.commit()
        look.turn.done = done
        return matched

    def _ask_all(self, turn: _Turn, now: int, *, whole: bool) -> int:
        """This gateway has no list: at the end of the day ask about every collect of it once more;
        what is still watched is asked anyway."""
        if whole:
            name, day, begins = turn.gateway.name, _day_of(turn, now), _day_begins(turn, now)
            # What cannot be written down is tried again, but not at once.
            turn.rests_until = now + _MINUTE
            with self.asking.store.write() as uow:
                start = min(_start(uow, name, now, unknown=begins), begins)
                uow.collects.wake_all(now)
                references, asked = _paid(uow, name, start, now)
                self._paid_round().begin(uow, references)
                if name == self.asking.gateways.primary.name:
                    keep_result(uow, SweepResult(name, start, now, True, asked=asked, day=day))
                keep_mark(uow, name, now, Doubts())
                done = _kept(uow, turn, day, now)
                uow.commit()
            turn.done, turn.asked, turn.rests_until = done, False, 0
            self.asking.listener.changed()
        turn.next = now + _HOUR
        return min(turn.next, _next_day_end(now))


def _kept(uow: UnitOfWork, turn: _Turn, day: int, now: int) -> int:
    """The last day that needs no look any more, once this one was seen whole."""
    if day > _ended_day(now):
        return turn.done
    keep_day_done(uow, turn.gateway.name, day)
    return day


def _ended_day(now: int) -> int:
    """The last day (``yyyymmdd``) whose end has come."""
    return ist_day(now - _DAY_END)


def _next_day_end(now: int) -> int:
    return ist_midnight(now - _DAY_END) + _DAY + _DAY_END


def _day_of(turn: _Turn, now: int) -> int:
    """The day that is to be seen whole: one that has ended, else today."""
    ended = _ended_day(now)
    return ended if turn.done < ended else ist_day(now)


def _day_begins(turn: _Turn, now: int) -> int:
    ended = turn.done < _ended_day(now)
    return ist_midnight(now - _DAY_END if ended else now)


def _start(uow: UnitOfWork, gateway: str, now: int, unknown: int | None = None) -> int:
    """Ten minutes before what was read last; ``unknown`` (a day back) where nobody knows."""
    read = watermark(uow, gateway)
    # A mark that lies ahead was set by a clock that has been put right since.
    if read is None or read > now:
        return now - _DAY if unknown is None else unknown
    return read - _OVERLAP


def _paid(uow: UnitOfWork, gateway: str, start: int, now: int) -> tuple[list[str], Tally]:
    """The collects that were paid since then, which nobody watches any more."""
    references: list[str] = []
    amount = 0
    for _, fact in uow.facts.captured_between(start, now):
        payment = capture(uow, fact.gateway, fact.payment_id)
        collect = uow.collects.get(payment.reference) if payment is not None else None
        if fact.gateway == gateway and collect is not None and collect.gateway_id is not None:
            references.append(collect.reference)
            amount += fact.amount
    return references, Tally(len(references), amount)


def _result(window: Window, matched: Matched, day: int | None) -> SweepResult:
    counted = matched.sheet.tallies
    return SweepResult(
        gateway=window.gateway,
        start=window.start,
        end=window.end,
        whole_day=day is not None,
        day=day or 0,
        matched=counted.get("matched", Tally()),
        asked=counted.get("asked", Tally()),
        learnt=counted.get("learnt", Tally()),
        extra=counted.get("extra", Tally()),
        missing=counted.get("missing", Tally()),
        unnamed=counted.get("unnamed", Tally()),
        others=counted.get("others", Tally()),
        entries=tuple(matched.sheet.entries),
    )
