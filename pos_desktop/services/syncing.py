"""The ledger on its way to the relay: gapless, resumable, replayed without harm."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import Clock, Ids, Lanes, LedgerEntry, Relay, Store
from pos_desktop.services.lanes import record
from pos_desktop.services.outbox import Listener, backoff

_CURSOR = "sync.last_seq"
_BATCH = 200
_LONGEST_WAIT_MS = 40_000


@dataclass
class Syncing:
    """``step`` and its callbacks run in the db lane, the push in ``net``."""

    store: Store
    lanes: Lanes
    clock: Clock
    ids: Ids
    relay: Relay
    listener: Listener
    failures: int = 0
    problem: str = ""
    _busy: bool = False
    _not_before: int = 0

    def unsent(self) -> tuple[int, int | None]:
        """(entries the relay does not hold yet, moment of the oldest)."""
        with self.store.read() as uow:
            head, _ = uow.ledger.head()
            last = int(uow.notes.get(_CURSOR) or 0)
            first = uow.ledger.after(last, 1)
        return max(0, head - last), first[0].at if first else None

    def step(self, now: int) -> int | None:
        """Push the next batch if there is one; when to come again, or None."""
        if self._busy:
            return None
        # A moment far ahead is one of a clock that has been put back since.
        if now < self._not_before <= now + _LONGEST_WAIT_MS:
            return self._not_before
        with self.store.read() as uow:
            last = int(uow.notes.get(_CURSOR) or 0)
            entries = list(uow.ledger.after(last, _BATCH))
        if entries:
            self._push(entries)
        return None

    def _push(self, entries: Sequence[LedgerEntry]) -> None:
        self._busy = True

        def done(outcome: int | Exception) -> None:
            record(self.lanes, lambda: self._record(entries[0].seq - 1, outcome))

        self.lanes.submit("net", lambda: self.relay.sync(entries), done, done)

    def _record(self, before: int, outcome: int | Exception) -> None:
        self._busy = False
        held = _held(outcome)
        if held is None or held == before:
            self._failed(_problem(outcome))
        else:
            try:
                self._moved(held)
            except Exception as error:
                self._failed(repr(error))
                raise
        self.listener.changed()
        if isinstance(outcome, Exception) and not isinstance(outcome, RaseedError):
            raise outcome

    def _moved(self, last: int) -> None:
        with self.store.write() as uow:
            uow.notes.put(_CURSOR, str(last))
            uow.commit()
        self.failures, self.problem, self._not_before = 0, "", 0

    def _failed(self, problem: str) -> None:
        self.failures += 1
        self.problem = problem
        wait = backoff(self.failures) * (0.8 + 0.4 * self.ids.jitter())
        self._not_before = self.clock.now() + int(wait * 1000)


def _held(outcome: int | Exception) -> int | None:
    """The last entry that the relay has; a relay with a gap (it was put back) says where to go on.

    None for every other refusal: ahead or fork mean that this counter was put back or cloned, and
    the relay's word must not move the cursor then (reliability d).
    """
    if isinstance(outcome, int):
        return outcome
    if isinstance(outcome, RaseedError) and outcome.code == "relay_gap":
        last = outcome.params.get("last_seq")
        return last if isinstance(last, int) else None
    return None


def _problem(outcome: int | Exception) -> str:
    if isinstance(outcome, int):
        return "relay_took_nothing"
    return outcome.code if isinstance(outcome, RaseedError) else repr(outcome)
