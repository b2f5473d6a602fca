"""The ledger on its way to the relay: gapless, resumable, replayed without harm.

Each push tells where this counter stands, and each answer what the relay knows of it: so a counter
that was put back or copied is found out, also while it has nothing to send.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import Clock, Head, Ids, Lanes, LedgerEntry, Relay, Store, Taken, UnitOfWork
from pos_desktop.services.entries import open_entry
from pos_desktop.services.fence import AHEAD, EMERGENCY, PROVES, STRANGER, Numbering
from pos_desktop.services.lanes import record
from pos_desktop.services.outbox import Listener, backoff

_CURSOR = "sync.last_seq"
_PARKED = "sync.parked"
_BATCH = 200
_LONGEST_WAIT_MS = 40_000
# What a counter without sales says of itself from time to time.
_TOLD_EVERY_MS = 900_000
_MOST_PARKED = 1000


@dataclass(frozen=True, slots=True)
class _Push:
    """What is sent: entries behind ``before``, and where the counter stands."""

    entries: Sequence[LedgerEntry]
    head: Head
    before: int


@dataclass
class Syncing:
    """``step`` and its callbacks run in the db lane, the push in ``net``."""

    store: Store
    lanes: Lanes
    clock: Clock
    ids: Ids
    relay: Relay
    listener: Listener
    numbering: Numbering
    failures: int = 0
    problem: str = ""
    _busy: bool = False
    _not_before: int = 0
    _told_at: int | None = None

    def unsent(self) -> tuple[int, int | None]:
        """(entries the relay does not hold yet, moment of the oldest)."""
        with self.store.read() as uow:
            head, _ = uow.ledger.head()
            last = cursor_of(uow)
            first = uow.ledger.after(last, 1)
        return max(0, head - last), first[0].at if first else None

    def trouble(self) -> str:
        """What a person must do something about: why no numbers are given, or how the relay turns
        this counter away (codes of ``services.fence``); "" where all is well."""
        reason = self.numbering.reason()
        turned_away = self.problem if self.problem in STRANGER else ""
        return reason or turned_away or (EMERGENCY if self.numbering.emergency else "")

    def step(self, now: int) -> int | None:
        """Push the next batch, or tell where this counter stands; when to come again, or None."""
        if self._busy:
            return None
        # A moment far ahead is one of a clock that has been put back since.
        if now < self._not_before <= now + _LONGEST_WAIT_MS:
            return self._not_before
        with self.store.read() as uow:
            last = cursor_of(uow)
            entries = list(uow.ledger.after(last, _BATCH))
            head, _ = uow.ledger.head()
        if entries or self._silent(now):
            self._push(_Push(entries, Head(head, self.numbering.marks()), last))
        return None

    def _silent(self, now: int) -> bool:
        """Whether the relay has not heard of this counter for long, or not in this life."""
        return self._told_at is None or not 0 <= now - self._told_at < _TOLD_EVERY_MS

    def _push(self, push: _Push) -> None:
        self._busy = True

        def done(outcome: Taken | Exception) -> None:
            record(self.lanes, lambda: self._record(push, outcome))

        self.lanes.submit("net", lambda: self.relay.sync(push.entries, push.head), done, done)

    def _record(self, push: _Push, outcome: Taken | Exception) -> None:
        self._busy = False
        was, taken = self.trouble(), _taken(outcome, push.head)
        try:
            if taken is None:
                self._refused(_problem(outcome, push.head))
            elif push.entries and taken.last_seq == push.before:
                self._failed(_problem(outcome, push.head))
            else:
                self._moved(taken)
        except Exception as error:
            self._failed(repr(error))
            raise
        if push.entries or self.trouble() != was:
            self.listener.changed()
        if isinstance(outcome, Exception) and not isinstance(outcome, RaseedError):
            raise outcome

    def _refused(self, problem: str) -> None:
        """What proves that this counter was put back or copied is written down at once."""
        now = self.clock.now()
        # An emergency series was made behind the roll-back, which this is about.
        if problem in PROVES and not self.numbering.emergency:
            with self.store.write() as uow:
                if self.numbering.lock(uow, problem, now):
                    uow.commit()
        self._failed(problem)

    def _moved(self, taken: Taken) -> None:
        now = self.clock.now()
        with self.store.write() as uow:
            set_cursor(uow, taken.last_seq)
            self.numbering.compare(uow, taken.marks, now)
            _park(uow, taken.parked, now)
            uow.commit()
        self.failures, self.problem, self._not_before = 0, "", 0
        self._told_at = now

    def _failed(self, problem: str) -> None:
        self.failures += 1
        self.problem = problem
        wait = backoff(self.failures) * (0.8 + 0.4 * self.ids.jitter())
        self._not_before = self.clock.now() + int(wait * 1000)


def cursor_of(uow: UnitOfWork) -> int:
    """The last entry that the relay is known to hold; 0 for none."""
    return int(uow.notes.get(_CURSOR) or 0)


def set_cursor(uow: UnitOfWork, seq: int) -> None:
    """From here on the relay gets the ledger."""
    uow.notes.put(_CURSOR, str(seq))


def _park(uow: UnitOfWork, parked: Sequence[int], now: int) -> None:
    """Entries that the relay could not read: it holds their place, this counter their words. A
    person hears of each once."""
    known = (uow.notes.get(_PARKED) or "").split()
    new = [str(seq) for seq in parked if str(seq) not in known]
    if new:
        uow.notes.put(_PARKED, " ".join([*known, *new][-_MOST_PARKED:]))
        open_entry(uow, "", "relay_parked", 0, now, " ".join(new))


def _held(outcome: Taken | Exception) -> int | None:
    """The last entry that the relay has by its own word; None where it did not say, or where its
    refusal is about more than a gap."""
    if isinstance(outcome, Taken):
        return outcome.last_seq
    if isinstance(outcome, RaseedError) and outcome.code == "relay_gap":
        last = outcome.params.get("last_seq")
        return last if isinstance(last, int) else None
    return None


def _taken(outcome: Taken | Exception, head: Head) -> Taken | None:
    """What the relay has; one with a gap (it was put back) says where to go on.

    None for every other refusal: ahead or fork mean that this counter was put back or cloned, and
    the relay's word must not move the cursor then (reliability d).
    """
    last = _held(outcome)
    if last is None or last > head.seq:
        return None
    return outcome if isinstance(outcome, Taken) else Taken(last)


def _problem(outcome: Taken | Exception, head: Head) -> str:
    """The code of what went wrong. A relay that has more than this counter is ahead of it, whatever
    it called that: of an empty database, and of an epoch that branched off, it cannot tell."""
    last = _held(outcome)
    if last is not None and last > head.seq:
        return AHEAD
    if isinstance(outcome, Taken):
        return "relay_took_nothing"
    return outcome.code if isinstance(outcome, RaseedError) else repr(outcome)
