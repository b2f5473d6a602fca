"""What the relay knows of the shop and this counter should act on: the secret of Exotel's reports,
pages whose files the relay lost, another machine that shows the same identity.

Asked at a start, every hour, and when the feed says that something is new.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

import msgspec

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import Lanes, Page, Relay, Store, UnitOfWork
from pos_desktop.services.entries import MACHINE
from pos_desktop.services.fence import FORK, Numbering
from pos_desktop.services.lanes import record
from pos_desktop.services.outbox import Listener
from pos_desktop.wire import seal
from pos_desktop.wire.store import StoreState

#: Kinds of feed events after which the relay is asked (wire v1, FeedEvent).
KINDS: Final = frozenset({"callback", "credentials", "revoked"})
_NOTE = "shop.news"
_KEYS = "shop.keys"
_EVERY_MS = 3_600_000
_AGAIN_MS = 60_000


class _News(NamedTuple):
    """``forked``: the relay has seen another history under this counter's identity. ``keys``: the
    versions of the shop's keys that are used here."""

    forked: bool
    keys: Mapping[str, int]


def heard(uow: UnitOfWork, seq: int) -> None:
    """The feed says that something about the shop is new; part of the caller's transaction."""
    uow.notes.put(_NOTE, str(seq))


@dataclass
class ShopNews:
    """``step`` and what it records run in the db lane, the asking in ``net``.

    ``renew`` is given what the relay tells: it keeps the secret of Exotel's reports and the keys of
    the shop's accounts, and gives the versions of these; ``find`` the ids of pages,
    and gives the newest revision of those that are this counter's, with their tokens. Both may
    block.
    """

    store: Store
    lanes: Lanes
    relay: Relay
    numbering: Numbering
    listener: Listener
    renew: Callable[[StoreState], Mapping[str, int]]
    find: Callable[[Collection[str]], Iterable[tuple[str, Page]]]
    _busy: bool = False
    _next: int | None = None
    _news: str = ""
    _pushed: set[str] = field(default_factory=set)

    def step(self, now: int) -> int | None:
        """Ask when it is time; when to come again, or None while it is under way."""
        if self._busy:
            return None
        with self.store.read() as uow:
            news = uow.notes.get(_NOTE) or ""
            # A moment far ahead is one of a clock that has been put back since.
            waits = self._next is not None and now < self._next <= now + _EVERY_MS
            if waits and news == self._news:
                return self._next
            head, _ = uow.ledger.head()
        self._busy, self._news = True, news

        def done(outcome: _News | Exception) -> None:
            record(self.lanes, lambda: self._record(outcome, now))

        self.lanes.submit("net", partial(self._ask, head), done, done)
        return None

    def _ask(self, head: int) -> _News:
        told = self.relay.store()
        keys = self.renew(told)
        lost = set(told.lost_pages) - self._pushed
        if lost:
            for token, page in self.find(lost):
                self.relay.publish(token, page.revision, page.content, page.pdf)
                self._pushed.add(seal.page_id(token))
        forked = any(epoch.forked for epoch in self.relay.ledger(head).epochs[-1:])
        return _News(forked, keys)

    def _record(self, outcome: _News | Exception, now: int) -> None:
        self._busy = False
        if isinstance(outcome, Exception):
            self._next = now + _AGAIN_MS
            if not isinstance(outcome, RaseedError):
                raise outcome
            return
        self._next = now + _EVERY_MS
        self._note_keys(dict(outcome.keys), now)
        # An emergency series was made behind what the relay speaks of.
        if outcome.forked and not self.numbering.emergency:
            with self.store.write() as uow:
                locked = self.numbering.lock(uow, FORK, now)
                if locked:
                    uow.commit()
            if locked:
                self.listener.changed()

    def _note_keys(self, keys: dict[str, int], now: int) -> None:
        """Which version of a key is used stands in the ledger once, whenever it was kept."""
        text = msgspec.json.encode(keys, order="sorted").decode()
        with self.store.write() as uow:
            if text != (uow.notes.get(_KEYS) or "{}"):
                uow.ledger.append(_KEYS, MACHINE, now, {"versions": keys})
                uow.notes.put(_KEYS, text)
                uow.commit()
