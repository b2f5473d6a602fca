"""The lanes of one process: every piece takes its time, answers come in any order."""

from collections import deque
from collections.abc import Callable
from random import Random
from typing import TypeVar

from tests.simulation.world import Act, Killed, World

T = TypeVar("T")

# As many calls at once as the program's own lanes take.
_PLACES = {"net": 4, "doc": 1, "probe": 3}


class SimLanes:
    """``ports.Lanes`` of one life of a process; a dead process does nothing any more.

    The db lane is one thread: its pieces run in the order in which they came. A piece of another
    lane runs when it has a place, and its answer comes ``travel`` milliseconds later: what is
    called sets that.
    """

    def __init__(self, world: World, chance: Random, die: Callable[[str], None]) -> None:
        self._world = world
        self._chance = chance
        self._die = die
        self._db: deque[Act] = deque()
        self._free = dict(_PLACES)
        self._queued: dict[str, deque[Act]] = {lane: deque() for lane in _PLACES}
        self.dead = False
        self.asleep_until = 0
        self.travel = 0
        self.errors: list[Exception] = []
        self.after_piece: Act = _nothing

    def submit(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """See ports.Lanes."""
        if lane == "db":
            self._db.append(lambda: self._in_turn(work, done, failed))
            if len(self._db) == 1:
                self._world.after(self._chance.choice((0, 1, 5, 40)), self._living(self._run_db))
            return

        def begin() -> None:
            self._perform(lane, work, done, failed)

        if self._free[lane]:
            self._free[lane] -= 1
            self._world.after(self._chance.choice((0, 1, 3, 20)), self._living(begin))
        else:
            self._queued[lane].append(begin)

    def _run_db(self) -> None:
        self._guarded(self._db[0])
        self._next_in_db()

    def _next_in_db(self) -> None:
        if self.dead:
            return
        self._db.popleft()
        self.after_piece()
        if self._db:
            self._world.after(self._chance.choice((0, 0, 1, 5)), self._living(self._run_db))

    def _in_turn(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        try:
            result = work()
        except Exception as error:
            failed(error)
            return
        done(result)

    def _perform(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.travel = self._chance.choice((30, 80, 200, 700))
        outcome: Act
        try:
            result = work()
        except Exception as error:
            problem = error
            outcome = lambda: failed(problem)  # noqa: E731 - bound to this one answer
        except Killed as death:
            self._die(str(death))
            return
        else:
            outcome = lambda: done(result)  # noqa: E731 - bound to this one answer

        def arrive() -> None:
            self._give_place(lane)
            self._guarded(outcome)

        self._world.after(self.travel, self._living(arrive))

    def _give_place(self, lane: str) -> None:
        if self._queued[lane]:
            self._world.after(1, self._living(self._queued[lane].popleft()))
        else:
            self._free[lane] += 1

    def _living(self, act: Act) -> Act:
        def run() -> None:
            if self.dead:
                return
            if self._world.now < self.asleep_until:
                self._world.at(self.asleep_until, run)
            else:
                act()

        return run

    def _guarded(self, act: Act) -> None:
        try:
            act()
        except Exception as error:
            # The lanes' reporter: what escaped from ``done`` or ``failed``.
            self.errors.append(error)
        except Killed as death:
            self._die(str(death))


def _nothing() -> None:
    """Nobody waits for the end of a piece."""
