"""Hints from the relay: each moves the cursor and wakes or updates in one transaction.

A hook never moves money: it only makes the watcher ask the gateway (architecture rule 5).
"""

from collections.abc import Callable
from dataclasses import dataclass

from pos_desktop.domain.delivery import DeliverySeen
from pos_desktop.domain.payment import CollectState
from pos_desktop.ports import Clock, Store, UnitOfWork
from pos_desktop.services.messages import delivered
from pos_desktop.services.outbox import Listener
from pos_desktop.services.watcher import Watcher
from pos_desktop.wire import v1

_CURSOR = "feed.cursor"


@dataclass(frozen=True, slots=True)
class Hints:
    """Applies feed events in the db lane."""

    store: Store
    clock: Clock
    watcher: Watcher
    listener: Listener
    read_delivery: Callable[[v1.FeedEvent], DeliverySeen | None]

    def cursor(self) -> int:
        """The last event that was applied."""
        with self.store.read() as uow:
            return int(uow.notes.get(_CURSOR) or 0)

    def apply(self, event: v1.FeedEvent) -> None:
        """One event; an older one (a replay) changes nothing."""
        now = self.clock.now()
        with self.store.write() as uow:
            if event.seq <= int(uow.notes.get(_CURSOR) or 0):
                return
            if event.kind == "hook":
                self._hook(uow, event, now)
            elif event.kind == "delivery":
                seen = self.read_delivery(event)
                if seen is not None:
                    delivered(uow, seen, now)
            uow.notes.put(_CURSOR, str(event.seq))
            uow.commit()
        self.listener.changed()

    def _hook(self, uow: UnitOfWork, event: v1.FeedEvent, now: int) -> None:
        collect = uow.collects.by_gateway_id(event.collect_id) if event.collect_id else None
        if collect is None and event.reference:
            collect = uow.collects.get(event.reference)
        if collect is None or collect.gateway_id is None:
            return
        # Also when its watch is over: nobody would hint at a collect where nothing happened.
        if collect.state is not CollectState.PAID:
            self.watcher.wake(uow, collect, now)
