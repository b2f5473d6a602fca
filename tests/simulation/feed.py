"""The reader of the relay's hints in one process, as the program's engine has one."""

from collections.abc import Callable
from random import Random

from pos_desktop.domain.errors import RaseedError
from pos_desktop.services.hints import Hints
from pos_desktop.wire import v1
from tests.simulation.lanes import SimLanes
from tests.simulation.relay import Relay
from tests.simulation.world import World


class FeedReader:
    """Applies each hint in the db lane; after a break it reads on from the database's cursor."""

    def __init__(self, world: World, relay: Relay, chance: Random, lanes: SimLanes) -> None:
        self._world = world
        self._relay = relay
        self._chance = chance
        self._lanes = lanes
        self._read_to = 0
        self._connected: Callable[[bool], None] = _nobody
        self.hearing = False

    def begin(self, hints: Hints, connected: Callable[[bool], None]) -> None:
        """``connected`` is told whether pushes come."""
        self._hints = hints
        self._connected = connected
        self._read_to = hints.cursor()
        self._again_in((300, 4_000), self._connect)

    def hinted(self) -> None:
        """The relay has something new."""
        if self.hearing:
            self._again_in((5, 50, 400), self._read)

    def unplugged(self) -> None:
        """The relay is gone."""
        self._hear(False)
        self._again_in((1_000, 15_000), self._connect)

    def _connect(self) -> None:
        self._hear(not self._relay.down)
        if self.hearing:
            self._read()
        else:
            self._again_in((1_000, 15_000), self._connect)

    def _hear(self, hearing: bool) -> None:
        self.hearing = hearing
        self._connected(hearing)

    def _again_in(self, waits: tuple[int, ...], act: Callable[[], None]) -> None:
        def run() -> None:
            if not self._lanes.dead:
                act()

        self._world.after(self._chance.choice(waits), run)

    def _read(self) -> None:
        for event in self._relay.feed[self._read_to :]:
            self._read_to = event.seq
            self._apply(event)

    def _apply(self, event: v1.FeedEvent) -> None:
        def again(error: Exception) -> None:
            if not isinstance(error, RaseedError):
                self._lanes.errors.append(error)
                return
            # It could not be kept: the feed is read again from where it stands in the database.
            self._read_to = min(self._read_to, event.seq - 1)
            self._again_in((1_000,), self._read)

        self._lanes.submit("db", lambda: self._hints.apply(event), _nothing, again)


def _nobody(_: bool) -> None:
    """Nobody cares yet."""


def _nothing(_: object) -> None:
    """It is kept."""
