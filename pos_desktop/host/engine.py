"""The loop of the counter: calls the services' steps in the db lane and reads the relay's feed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import Clock, Lanes, Relay, Store
from pos_desktop.services.hints import Hints
from pos_desktop.services.outbox import Outbox
from pos_desktop.services.watcher import Watcher

_LOG = logging.getLogger(__name__)

_SHORTEST_S = 0.02
_LONGEST_S = 0.5
_FEED_BACKOFF_S = (1, 2, 4, 8, 15)
# A wall clock that moved this much further than the loop slept: the computer was asleep.
_SLEPT_MS = 30_000
_CHECKPOINT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Works:
    """What the loop drives. ``steps`` return the moment at which they want to come again."""

    store: Store
    lanes: Lanes
    clock: Clock
    outbox: Outbox
    watcher: Watcher
    steps: Sequence[Callable[[int], int | None]]
    relay: Relay | None
    hints: Hints
    on_failure: Callable[[Exception], None]


class Engine:
    """Two threads that never touch the database themselves: a ticker and a feed reader."""

    def __init__(self, works: Works) -> None:
        self._w = works
        self._stop = Event()
        self._wake = Event()
        self._threads: list[Thread] = []
        self._next: int | None = None
        self._checkpointed_at = 0

    def start(self) -> None:
        """Recover what a kill left, ask about all live collects, then run."""
        self._w.lanes.submit("db", self._recover, self._started, self._w.on_failure)

    def wake(self) -> None:
        """Something was committed: look at once."""
        self._wake.set()

    def stop(self) -> None:
        """Ends both threads; calls that are under way finish in their lanes."""
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def _recover(self) -> None:
        self._w.outbox.recover()
        self._w.watcher.resume()

    def _started(self, _: None) -> None:
        runs = [("ticker", self._tick_on)]
        if self._w.relay is not None:
            runs.append(("feed", self._feed_on))
        for name, target in runs:
            thread = Thread(target=target, name=f"engine-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _tick_on(self) -> None:
        expected = self._w.clock.now()
        while not self._stop.is_set():
            now = self._w.clock.now()
            ticked = Event()
            slept = now - expected > _SLEPT_MS
            self._w.lanes.submit(
                "db",
                lambda slept=slept: self._tick(slept),  # type: ignore[misc]  # bound default
                lambda _, ticked=ticked: ticked.set(),  # type: ignore[misc]  # bound default
                lambda error, ticked=ticked: self._tick_failed(error, ticked),  # type: ignore[misc]
            )
            while not ticked.wait(1) and not self._stop.is_set():
                continue
            wait = self._pause()
            expected = self._w.clock.now() + int(wait * 1000)
            self._wake.wait(wait)
            self._wake.clear()

    def _tick_failed(self, error: Exception, ticked: Event) -> None:
        self._w.on_failure(error)
        ticked.set()

    def _pause(self) -> float:
        if self._next is None:
            return _LONGEST_S
        wait = (self._next - self._w.clock.now()) / 1000
        return min(_LONGEST_S, max(_SHORTEST_S, wait))

    def _tick(self, slept: bool) -> None:
        if slept:
            self._w.watcher.resume()
        now = self._w.clock.now()
        moments = [step(now) for step in self._w.steps]
        self._next = min((m for m in moments if m is not None), default=None)
        if now - self._checkpointed_at > _CHECKPOINT_MS and (self._next or now + 1) > now:
            self._w.store.checkpoint()
            self._checkpointed_at = now

    def _feed_on(self) -> None:
        relay, failures = self._w.relay, 0
        while relay is not None and not self._stop.is_set():
            try:
                for event in relay.feed(self._w.hints.cursor(), self._stop.is_set):
                    failures = 0
                    self._w.watcher.push_connected = True
                    if event.seq > 0:
                        record = lambda event=event: self._w.hints.apply(event)  # noqa: E731
                        self._w.lanes.submit("db", record, self._applied, self._w.on_failure)
            except RaseedError as error:
                _LOG.info("feed interrupted: %s", error.code)
            self._w.watcher.push_connected = False
            wait = _FEED_BACKOFF_S[min(failures, len(_FEED_BACKOFF_S) - 1)]
            failures += 1
            self._stop.wait(wait)

    def _applied(self, _: None) -> None:
        self.wake()
