"""Hints from the relay: each moves the cursor and wakes or updates in one transaction.

A hook never moves money: it only makes a watcher ask the gateway (architecture rule 5). What it
says beside the names of its subject is not even read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pos_desktop.domain.delivery import DeliverySeen
from pos_desktop.domain.payment import OWN_UPI, Collect, CollectState
from pos_desktop.domain.refund import Refund
from pos_desktop.ports import Clock, Store, UnitOfWork
from pos_desktop.services import shop_news
from pos_desktop.services.consent import Stops
from pos_desktop.services.messages import delivered, quarantine
from pos_desktop.services.outbox import Listener
from pos_desktop.services.refund_book import look_now
from pos_desktop.services.standing import Standing
from pos_desktop.services.watcher import Watcher
from pos_desktop.wire import v1
from pos_desktop.wire.tags import phone_tag

_CURSOR = "feed.cursor"
_UNKNOWN = "feed.unknown_hooks"


@dataclass(frozen=True, slots=True)
class Hints:
    """Applies feed events in the db lane."""

    store: Store
    clock: Clock
    watcher: Watcher
    standing: Standing
    listener: Listener
    read_delivery: Callable[[v1.FeedEvent], DeliverySeen | None]
    stops: Stops

    def cursor(self) -> int:
        """The last event that was applied."""
        with self.store.read() as uow:
            return int(uow.notes.get(_CURSOR) or 0)

    def unknown(self) -> int:
        """How many hooks named nothing that this counter made; most are other counters'."""
        with self.store.read() as uow:
            return int(uow.notes.get(_UNKNOWN) or 0)

    def apply(self, event: v1.FeedEvent) -> None:
        """One event; an older one (a replay) changes nothing."""
        now, visible = self.clock.now(), False
        with self.store.write() as uow:
            if event.seq <= int(uow.notes.get(_CURSOR) or 0):
                return
            if event.kind == "hook":
                self._hook(uow, event, now)
            elif event.kind == "delivery":
                visible = self._delivery(uow, event, now)
            elif event.kind == "stop":
                visible = self.stops.apply(uow, event, now)
            elif event.kind in shop_news.KINDS:
                shop_news.heard(uow, event.seq)
            uow.notes.put(_CURSOR, str(event.seq))
            uow.commit()
        if visible:
            self.listener.changed()

    def _delivery(self, uow: UnitOfWork, event: v1.FeedEvent, now: int) -> bool:
        seen = self.read_delivery(event)
        if seen is None:
            return False
        before = uow.messages.match(seen.sid, seen.label)
        if before is not None and not self._fits(event.tag, before.to):
            quarantine(uow)
            return False
        after = delivered(uow, seen, now)
        self.standing.reported(uow, before, after, now)
        return before != after

    def _fits(self, tag: str, phone: str) -> bool:
        """Whether the feed's tag is that of the number. Without a tag (an older relay), a secret or
        the number itself (it was forgotten) nobody can tell, and the report is believed."""
        secrets = self.stops.refusals.secrets()
        if not (tag and phone and secrets):
            return True
        return tag in (phone_tag(secret, phone) for secret in secrets)

    def _hook(self, uow: UnitOfWork, event: v1.FeedEvent, now: int) -> None:
        known = False
        for collect in _collects(uow, event):
            known = True
            # Also when its watch is over: nobody would hint at one where nothing happened. What
            # has no id there yet is looked for by its own row of the outbox.
            asked = collect.gateway_id is not None and collect.gateway != OWN_UPI
            if asked and (collect.state is not CollectState.PAID or _news(uow, collect, event)):
                self.watcher.wake(uow, collect, now)
        for refund in _refunds(uow, event):
            known = True
            look_now(uow, refund, now)
        if not known:
            uow.notes.put(_UNKNOWN, str(int(uow.notes.get(_UNKNOWN) or 0) + 1))


def _collects(uow: UnitOfWork, event: v1.FeedEvent) -> Iterator[Collect]:
    """What the hook names: by the gateway's id, by ours, or by a payment that was made there."""
    found = uow.collects.by_gateway_id(event.collect_id) if event.collect_id else None
    for reference in (event.reference, event.collect_id):
        if found is None and reference:
            found = uow.collects.get(reference)
    named = iter((found,)) if found is not None else _of_payment(uow, event)
    # The same id at another gateway is somebody else's.
    yield from (c for c in named if event.gateway in ("", c.gateway))


def _news(uow: UnitOfWork, collect: Collect, event: v1.FeedEvent) -> bool:
    """Whether it is about a payment that nobody has told us of: two phones may pay one link."""
    known = {fact.payment_id for _, fact in uow.facts.of(collect.order_id)}
    return event.payment_id != "" and event.payment_id not in known


def _of_payment(uow: UnitOfWork, event: v1.FeedEvent) -> Iterator[Collect]:
    if not event.payment_id:
        return
    bills = {order_id for order_id, _ in uow.facts.of_payment(event.gateway, event.payment_id)}
    for order_id in sorted(bills):
        told = uow.facts.of(order_id)
        references = {ref for ref, fact in told if fact.payment_id == event.payment_id}
        yield from (c for c in uow.collects.of(order_id) if c.reference in references)


def _refunds(uow: UnitOfWork, event: v1.FeedEvent) -> Iterator[Refund]:
    if event.payment_id:
        yield from uow.refunds.of_payment(event.gateway, event.payment_id)
