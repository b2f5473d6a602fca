"""The counter of the services' tests under the engine: real clock, lanes and loop."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from pos_desktop.domain.errors import Unavailable
from pos_desktop.host.engine import Engine, Works
from pos_desktop.host.ids import SystemIds
from pos_desktop.host.lanes import ThreadLanes
from pos_desktop.ports import Relay
from pos_desktop.storage.store import SqliteStore
from pos_desktop.wire import v1
from tests.support.rig import PlayedRelay, ShakyStore, options
from tests.support.till import Services

T = TypeVar("T")


class MovedClock:
    """The clock of this computer, which a test may put forward or back."""

    def __init__(self) -> None:
        self.offset_ms = 0

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self.offset_ms

    def monotonic(self) -> float:
        return time.monotonic()


class FeedingRelay(PlayedRelay):
    """A relay whose feed gives what a test puts into ``line``; an exception there cuts it."""

    def __init__(self) -> None:
        super().__init__()
        self.line: SimpleQueue[v1.FeedEvent | Exception] = SimpleQueue()
        self.asked: list[int] = []

    def feed(self, after: int, stop: Callable[[], bool]) -> Iterator[v1.FeedEvent]:
        self.asked.append(after)
        while not stop():
            try:
                given = self.line.get(timeout=0.02)
            except Empty:
                continue
            if isinstance(given, Exception):
                raise given
            yield given


class Running(Services):
    """Built, not started: ``engine.start()`` is the test's."""

    store: ShakyStore
    clock: MovedClock
    relay: FeedingRelay

    def __init__(self, folder: Path) -> None:
        self.failures: list[Exception] = []
        self.steps: list[float] = []
        self.fault: Exception | None = None
        self.options = options()
        self.clock = MovedClock()
        self.ids = SystemIds()
        self.threads = ThreadLanes(self.failures.append)
        self.lanes = self.threads
        self.store = ShakyStore(SqliteStore(folder / "counter.db").open())
        self.meet()
        self.relay = FeedingRelay()
        self.connect()
        self.engine = Engine(self.works(self.relay))

    def works(self, relay: Relay | None) -> Works:
        outbox, watcher, syncing = self.outbox.step, self.watcher.step, self.syncing.step
        return Works(
            store=self.store,
            lanes=self.lanes,
            clock=self.clock,
            outbox=self.outbox,
            watcher=self.watcher,
            steps=(self.step, outbox, watcher, syncing, self.polls.step),
            relay=relay,
            hints=self.hints,
            on_failure=self.failures.append,
            jitter=self.ids.jitter,
        )

    def step(self, now: int) -> None:
        """A step that counts the turns and errs when a test wants it to."""
        self.steps.append(time.monotonic())
        if self.fault is not None:
            raise self.fault

    def in_db(self, work: Callable[[], T]) -> T:
        """Run ``work`` in the db lane, as the window does, and wait for it."""
        answers: list[T] = []
        failures: list[Exception] = []
        over = threading.Event()

        def done(answer: T) -> None:
            answers.append(answer)
            over.set()

        def failed(error: Exception) -> None:
            failures.append(error)
            over.set()

        self.lanes.submit("db", work, done, failed)
        assert over.wait(10)
        assert failures == []
        self.engine.wake()
        return answers[0]

    def told(self) -> list[str]:
        """What was reported since the last time; every test has to ask."""
        words = [str(error) for error in self.failures]
        self.failures.clear()
        return words

    def cut(self) -> None:
        """The feed breaks off."""
        self.relay.line.put(Unavailable("relay_stream_ended"))

    def end(self) -> None:
        self.engine.stop()
        self.threads.close()
        self.store.close()


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that other threads bring about."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
