"""The ledger on its way to the relay: gapless, resumable, replayed without harm."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import Clock, Ids, Lanes, LedgerEntry, Relay, Store
from pos_desktop.services.lanes import record
from pos_desktop.services.outbox import Listener, backoff

_CURSOR = "sync.last_seq"
_BATCH = 200


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
        if now < self._not_before:
            return self._not_before
        with self.store.read() as uow:
            last = int(uow.notes.get(_CURSOR) or 0)
            entries = list(uow.ledger.after(last, _BATCH))
        if not entries:
            return None
        self._push(entries)
        return None

    def _push(self, entries: Sequence[LedgerEntry]) -> None:
        self._busy = True

        def done(outcome: int | Exception) -> None:
            record(self.lanes, lambda: self._record(outcome))

        self.lanes.submit("net", lambda: self.relay.sync(entries), done, done)

    def _record(self, outcome: int | Exception) -> None:
        self._busy = False
        now = self.clock.now()
        if isinstance(outcome, int):
            with self.store.write() as uow:
                uow.notes.put(_CURSOR, str(outcome))
                uow.commit()
            self.failures, self.problem, self._not_before = 0, "", 0
        else:
            self.failures += 1
            self.problem = outcome.code if isinstance(outcome, RaseedError) else repr(outcome)
            wait = backoff(self.failures) * (0.8 + 0.4 * self.ids.jitter())
            self._not_before = now + int(wait * 1000)
        self.listener.changed()
