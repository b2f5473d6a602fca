"""The sweep: the account's own list of payments against this counter's bills (design payments 4).

It finds what no collect was asked for: lost answers, payments of a database that was lost, money
that names nobody. At the start, every hour, and at the end of the day for the whole day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.numbering import ist_midnight
from pos_desktop.domain.options import CounterOptions
from pos_desktop.ports import Gateway, ListedPayment, UnitOfWork
from pos_desktop.services.captures import capture
from pos_desktop.services.lanes import record
from pos_desktop.services.payments import Payments
from pos_desktop.services.refund_watch import Asking
from pos_desktop.services.sweep_matching import Matched, Matching, Window
from pos_desktop.services.sweep_result import (
    SweepResult,
    Tally,
    doubts,
    keep_mark,
    keep_result,
    last_result,
    watermark,
)

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
class Sweep:
    """``step`` and every callback run in the db lane, the question in ``net``.

    ``forgetful``: the account knows nothing from before this start (the practice gateway).
    """

    asking: Asking
    payments: Payments
    counter: CounterOptions
    forgetful: bool = False
    _began: int | None = None
    _next: int | None = None
    _whole_day: bool = False
    _under_way: bool = False
    _day_end: int = field(default=0)

    def step(self, now: int) -> int | None:
        """Begin what is due; when to come again, or None while it is under way."""
        self._began = now if self._began is None else min(now, self._began)
        if self._under_way:
            return None
        if self._day_end == 0 or self._day_end > now + _DAY:
            self._day_end = _next_day_end(now)
        if now >= self._day_end:
            self._whole_day, self._next = True, None
            self._day_end = _next_day_end(now)
        # A moment further ahead than an hour was set by a clock that has been put back.
        if self._next is not None and now < self._next <= now + _HOUR:
            return min(self._next, self._day_end)
        gateway = self.asking.gateways.primary
        if not gateway.capabilities().lists_payments:
            return self._ask_all(gateway, now)
        if not self.asking.traffic.take(gateway.name, now):
            return now + _BUSY_MS
        self._ask(gateway, now)
        return None

    def run_now(self) -> None:
        """Look at the whole day at the next step (db lane)."""
        self._whole_day, self._next = True, None

    def last(self, day: int | None = None) -> SweepResult | None:
        """What the last sweep found, or that of a whole day (``yyyymmdd``)."""
        with self.asking.store.read() as uow:
            return last_result(uow, day)

    def _ask(self, gateway: Gateway, now: int) -> None:
        whole_day, self._whole_day, self._under_way = self._whole_day, False, True
        with self.asking.store.read() as uow:
            start = _start(uow, gateway.name, now, whole_day=whole_day)
        # After a long sleep day by day: a list has to fit into the memory.
        end = min(now, start + _DAY + _OVERLAP)
        known_from = self._began if self.forgetful and self._began is not None else start
        window = Window(gateway.name, start, end, now, known_from)

        def work() -> Sequence[ListedPayment]:
            return gateway.payments_between(window.start, window.end)

        def done(outcome: Sequence[ListedPayment] | Exception) -> None:
            record(self.asking.lanes, lambda: self._record(window, whole_day, outcome))

        self.asking.lanes.submit("net", work, done, done)

    def _record(
        self, asked: Window, whole_day: bool, outcome: Sequence[ListedPayment] | Exception
    ) -> None:
        now = self.asking.clock.now()
        self._under_way = False
        self.asking.traffic.told(asked.gateway, outcome, now)
        if isinstance(outcome, Exception):
            self._not_now(asked, whole_day, now)
            if not isinstance(outcome, RaseedError):
                raise outcome
            return
        reached = asked.end >= asked.now
        try:
            matched = self._write(replace(asked, now=now), whole_day and reached, outcome)
        except Exception:
            self._not_now(asked, whole_day, now)
            raise
        self._whole_day = self._whole_day or (whole_day and not reached)
        in_doubt = bool(matched.left.asked or matched.left.missing)
        at_once = self._whole_day or not reached
        self._next = None if at_once else now + (_SOON if in_doubt else _HOUR)
        self.asking.listener.changed()
        for news in matched.news:
            self.asking.listener.paid(news)

    def _not_now(self, asked: Window, whole_day: bool, now: int) -> None:
        self._whole_day = self._whole_day or whole_day
        self._next = max(now + _MINUTE, self.asking.traffic.again(asked.gateway, now))

    def _write(self, window: Window, whole_day: bool, listed: Sequence[ListedPayment]) -> Matched:
        with self.asking.store.write() as uow:
            before = doubts(uow, window.gateway)
            matching = Matching(uow, self.payments, self.counter, window, before)
            matched = matching.match(listed)
            until = window.end if matched.oldest is None else min(window.end, matched.oldest)
            keep_mark(uow, window.gateway, until, matched.left)
            keep_result(uow, _result(window, matched, whole_day=whole_day))
            uow.commit()
        return matched

    def _ask_all(self, gateway: Gateway, now: int) -> int:
        """This gateway has no list: at the end of the day ask about every collect of it once more;
        what is still watched is asked anyway."""
        self._next = now + _HOUR
        if not self._whole_day:
            return min(self._next, self._day_end)
        self._whole_day = False
        start = ist_midnight(now)
        with self.asking.store.write() as uow:
            uow.collects.wake_all(now)
            asked = _wake_paid(uow, gateway.name, start, now)
            keep_result(uow, SweepResult(gateway.name, start, now, whole_day=True, asked=asked))
            uow.commit()
        self.asking.listener.changed()
        return min(self._next, self._day_end)


def _next_day_end(now: int) -> int:
    today = ist_midnight(now) + _DAY_END
    return today if now < today else today + _DAY


def _start(uow: UnitOfWork, gateway: str, now: int, *, whole_day: bool) -> int:
    """Ten minutes before what was read last; a day back where nobody knows."""
    read = watermark(uow, gateway)
    # A mark that lies ahead was set by a clock that has been put right since.
    start = now - _DAY if read is None or read > now else read - _OVERLAP
    return min(start, ist_midnight(now)) if whole_day else start


def _wake_paid(uow: UnitOfWork, gateway: str, start: int, now: int) -> Tally:
    """Have the collects that were paid today told again, which nobody watches any more."""
    woken = Tally()
    for _, fact in uow.facts.captured_between(start, now):
        payment = capture(uow, fact.gateway, fact.payment_id)
        collect = uow.collects.get(payment.reference) if payment is not None else None
        if fact.gateway == gateway and collect is not None and collect.gateway_id is not None:
            uow.collects.save(replace(collect, next_ask_at=now))
            woken = Tally(woken.count + 1, woken.amount + fact.amount)
    return woken


def _result(window: Window, matched: Matched, *, whole_day: bool) -> SweepResult:
    counted = matched.sheet.tallies
    return SweepResult(
        gateway=window.gateway,
        start=window.start,
        end=window.end,
        whole_day=whole_day,
        matched=counted.get("matched", Tally()),
        asked=counted.get("asked", Tally()),
        learnt=counted.get("learnt", Tally()),
        extra=counted.get("extra", Tally()),
        missing=counted.get("missing", Tally()),
        unnamed=counted.get("unnamed", Tally()),
        others=counted.get("others", Tally()),
        entries=tuple(matched.sheet.entries),
    )
