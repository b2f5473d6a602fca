"""The loop of the counter: calls the services' steps in the db lane and reads the relay's feed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread

from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.ports import Clock, Lanes, Relay, Store
from pos_desktop.services.hints import Hints
from pos_desktop.services.outbox import Outbox
from pos_desktop.services.watcher import Watcher
from pos_desktop.wire import v1

_LOG = logging.getLogger(__name__)

_SHORTEST_S = 0.02
_LONGEST_S = 0.5
_BACKOFF_S = (1, 2, 4, 8, 15)
# A stream that broke is begun again so soon that its lamp is back within ten seconds; who was
# refused has more time. Where many counters lost one relay, each takes its own moment.
_AGAIN_S = (2, 4, 6)
_REFUSED_S = (2, 4, 8, 15)
_STOP_S = 5.0
# More than this between two turns, or between the two clocks: the computer was asleep or somebody
# set its clock, forwards or back.
_JUMP_S = 30
_CHECKPOINT_MS = 60_000

Step = Callable[[int], int | None]


@dataclass(frozen=True, slots=True)
class Works:
    """What the loop drives. ``steps`` return the moment at which they want to come again."""

    store: Store
    lanes: Lanes
    clock: Clock
    outbox: Outbox
    watcher: Watcher
    steps: Sequence[Step]
    relay: Relay | None
    hints: Hints
    on_failure: Callable[[Exception], None]
    jitter: Callable[[], float]


class _Outcome:
    """Lets a thread of the engine wait for what a lane does."""

    def __init__(self) -> None:
        self._over = Event()
        self.error: Exception | None = None

    def done(self, _: object) -> None:
        self._over.set()

    def failed(self, error: Exception) -> None:
        self.error = error
        self._over.set()

    def wait(self, stop: Event) -> bool:
        """True when it is over, False when the engine stops before."""
        while not self._over.wait(0.1):
            if stop.is_set():
                return False
        return True


class _Turn:
    """One step of the loop; after an error it rests, so that the others go on in peace."""

    def __init__(self, run: Step) -> None:
        self._run = run
        self._failures = 0
        self._rests_until = 0.0

    def take(self, now: int, monotonic: float) -> int | None:
        if monotonic < self._rests_until:
            return None
        try:
            moment = self._run(now)
        except Exception:
            self._rests_until = monotonic + _backoff(self._failures)
            self._failures += 1
            raise
        self._failures = 0
        return moment


class Engine:
    """Two threads: a ticker, which works in the db lane only, and a reader of the feed."""

    def __init__(self, works: Works) -> None:
        self._w = works
        self._turns = [_Turn(self._recover), *map(_Turn, works.steps), _Turn(self._fold)]
        self._stop = Event()
        self._wake = Event()
        self._threads: list[Thread] = []
        self._next: int | None = None
        self._recovered = False
        self._stale = True
        self._folded_at = 0
        self._heard = False

    def start(self) -> None:
        """Recover what a kill left, ask about all live collects, then run."""
        self._folded_at = self._w.clock.now()
        runs = [("ticker", self._tick_on)]
        if self._w.relay is not None:
            runs.append(("feed", partial(self._feed_on, self._w.relay)))
        for name, target in runs:
            thread = Thread(target=target, name=f"engine-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def wake(self) -> None:
        """Something was committed: look at once."""
        self._wake.set()

    def stop(self) -> None:
        """Ends the ticker within five seconds; calls under way finish in their lanes.

        The feed's reader may sit in a read until the relay's next sign of life. It is not waited
        for: it only hands work to lanes, and what it hands in from now on is not begun.
        """
        self._stop.set()
        self._wake.set()
        for thread in self._threads[:1]:
            thread.join(timeout=_STOP_S)

    # -- the ticker ----------------------------------------------------------------------------

    def _tick_on(self) -> None:
        clock = self._w.clock
        now, monotonic = clock.now(), clock.monotonic()
        while not self._stop.is_set():
            tick = _Outcome()
            self._w.lanes.submit("db", self._tick, tick.done, tick.failed)
            if not tick.wait(self._stop):
                return
            if tick.error is not None:
                self._w.on_failure(tick.error)
            self._wake.wait(self._pause())
            self._wake.clear()
            passed, went = clock.monotonic() - monotonic, clock.now() - now
            if passed > _JUMP_S or abs(went - passed * 1000) > _JUMP_S * 1000:
                self._stale = True
            now, monotonic = clock.now(), clock.monotonic()

    def _pause(self) -> float:
        if self._next is None:
            return _LONGEST_S
        wait = (self._next - self._w.clock.now()) / 1000
        return min(_LONGEST_S, max(_SHORTEST_S, wait))

    def _tick(self) -> None:
        now, monotonic = self._w.clock.now(), self._w.clock.monotonic()
        moments = []
        for turn in self._turns:
            try:
                moments.append(turn.take(now, monotonic))
            except Exception as error:
                self._w.on_failure(error)
            if not self._recovered:
                # What a killed process left is decided before anything new is begun.
                break
        self._next = min((m for m in moments if m is not None), default=None)

    def _recover(self, now: int) -> None:
        if not self._recovered:
            self._w.outbox.recover()
            self._recovered = True
        if self._stale:
            self._w.outbox.hurry()
            self._w.watcher.resume()
            self._stale = False

    def _fold(self, now: int) -> None:
        if abs(now - self._folded_at) > _CHECKPOINT_MS:
            self._w.store.checkpoint()
            self._folded_at = now

    # -- the feed ------------------------------------------------------------------------------

    def _feed_on(self, relay: Relay) -> None:
        failures = 0
        while not self._stop.is_set():
            self._heard, waits = False, self._read_feed(relay)
            self._w.watcher.push_connected = False
            failures = 0 if self._heard else failures + 1
            longest = waits[min(max(0, failures - 1), len(waits) - 1)]
            self._stop.wait(longest * (0.2 + 0.8 * self._w.jitter()))

    def _read_feed(self, relay: Relay) -> Sequence[int]:
        """Until it is interrupted; the longest waits, in seconds, before the tries that follow."""
        try:
            for event in relay.feed(self._w.hints.cursor(), self._stop.is_set):
                self._w.watcher.push_connected = True
                # Of a sign of life alone there is nothing to keep.
                self._heard = event.seq == 0 or self._apply(event)
                if not self._heard:
                    return _REFUSED_S
        except Unavailable as error:
            _LOG.info("feed interrupted: %s", error.code)
            return _AGAIN_S
        except RaseedError as error:
            _LOG.info("feed refused: %s", error.code)
        except Exception as error:
            self._w.on_failure(error)
        return _REFUSED_S

    def _apply(self, event: v1.FeedEvent) -> bool:
        """False: it could not be kept now, the feed is read again from the cursor."""
        applied = _Outcome()
        hint = partial(self._w.hints.apply, event)
        self._w.lanes.submit("db", hint, applied.done, applied.failed)
        if not applied.wait(self._stop):
            return False
        if applied.error is None:
            self.wake()
            return True
        self._w.on_failure(applied.error)
        # A full disk passes; an event that nobody can read must not stop those behind it.
        return not isinstance(applied.error, RaseedError)


def _backoff(failures: int) -> float:
    return float(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])
