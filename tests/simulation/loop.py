"""The loop of one process, as the program's engine turns it, but only when there may be work."""

from collections.abc import Callable, Sequence
from random import Random

from tests.simulation.lanes import SimLanes
from tests.simulation.wiring import WholeCounter
from tests.simulation.world import World

Step = Callable[[int], int | None]

_SHORTEST_MS = 20
_TURN_MS = 500
# Between two looks where nothing changes and nothing is due; the rounds of an hour are not among
# them, or a run would never end.
_QUIET_MS = (60_000, 240_000)


class Loop:
    """Turns the services of one life of a process in its db lane."""

    def __init__(
        self, world: World, chance: Random, lanes: SimLanes, services: WholeCounter
    ) -> None:
        self._world = world
        self._chance = chance
        self._lanes = lanes
        self._s = services
        self._tick_at: int | None = None
        self._recovered = False
        self._stale = True
        self._heard = self._quiet = self._idle = 0
        lanes.after_piece = self._looked

    def begin(self) -> None:
        """Recover what a kill left, ask about all live collects, then turn."""
        self._tick_in(_SHORTEST_MS)

    def noticed_jump(self) -> None:
        """The engine compares its two clocks at every turn."""
        self._stale = True
        self._tick_in(_TURN_MS)

    def look(self) -> None:
        """Something may be due that has no moment of its own."""
        self._quiet = 0
        self._tick_in(_SHORTEST_MS)

    def _steps(self) -> Sequence[Step]:
        """What has moments of its own."""
        s = self._s
        return (self._recover, s.outbox.step, s.watcher.step, s.refund_watch.step)

    def _rounds(self) -> Sequence[Step]:
        """What only looks round every few seconds or hours."""
        s = self._s
        return (s.polls.step, s.syncing.step, s.sweep.step, s.solving.step)

    def _tick_in(self, ms: float) -> None:
        moment = self._world.now + max(_SHORTEST_MS, int(ms))
        if self._tick_at is None or moment < self._tick_at:
            self._tick_at = moment
            self._world.at(moment, lambda: self._begin_tick(moment))

    def _begin_tick(self, moment: int) -> None:
        if self._tick_at == moment and not self._lanes.dead:
            self._tick_at = None
            self._lanes.submit("db", self._tick, _nothing, self._lanes.errors.append)

    def _tick(self) -> None:
        now, moments = self._s.clock.now(), []
        steps = self._steps()
        for turn in (*steps, *self._rounds()):
            try:
                moments.append(turn(now))
            except Exception as error:
                self._lanes.errors.append(error)
                moments.append(now + 1000)
            if not self._recovered:
                break
        # What waits for an answer wants to come again at once, and the answer takes its time.
        pause = _TURN_MS << min(self._idle, 3)
        self._idle += 1
        due = [max(pause, m - now) for m in moments[: len(steps)] if m is not None]
        # A change wakes the loop. Without one it looks less and less often, at last no more.
        if self._quiet < (len(_QUIET_MS) if self._world.faults.on else 1):
            due.append(_QUIET_MS[self._quiet])
            self._quiet += 1
        if due:
            self._tick_in(min(due))

    def _recover(self, now: int) -> None:
        if not self._recovered:
            self._s.outbox.recover()
            self._recovered = True
        if self._stale:
            self._s.outbox.hurry()
            self._s.watcher.resume()
            self._stale = False

    def _looked(self) -> None:
        """After every piece of the db lane: what changed wakes the loop, as the program's does."""
        changes = self._s.heard.changes
        if changes != self._heard:
            self._heard = changes
            self._quiet = self._idle = 0
            self._tick_in(self._chance.choice((20, _TURN_MS, _TURN_MS)))


def _nothing(_: object) -> None:
    """Its moments say when it turns again."""
