"""One counter: the real services on a real SQLite file, in a process that may die at any moment."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from pos_desktop.domain.errors import RaseedError, StoreError
from pos_desktop.domain.options import Options
from pos_desktop.gateways.manual_upi import OwnUpi
from pos_desktop.ports import NumberFence, UnitOfWork
from pos_desktop.storage.store import SqliteStore
from pos_desktop.wire import v1
from tests.simulation.account import Account
from tests.simulation.feed import FeedReader
from tests.simulation.gateway import SimGateway
from tests.simulation.lanes import SimLanes
from tests.simulation.line import Line
from tests.simulation.loop import Loop
from tests.simulation.provider import Provider, SimMessenger
from tests.simulation.relay import Relay, SimRelay
from tests.simulation.wiring import WholeCounter
from tests.simulation.world import World
from tests.support.pins import PlainPins
from tests.support.rig import PlainRenderer

T = TypeVar("T")
_DOWNTIMES = (200, 3_000, 40_000, 900_000)


class PcClock:
    """The computer's clock: the true time and what it is wrong by."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.offset = 0

    def now(self) -> int:
        return self._world.now + self.offset

    def monotonic(self) -> float:
        return self._world.now / 1000


class SimIds:
    """Identities that no other counter makes; chance from the seed."""

    def __init__(self, number: int, chance: Random) -> None:
        self._number = number
        self._chance = chance
        self._count = 0

    def order_id(self, now: int) -> str:
        self._count += 1
        return f"0{self._number}{self._count:024d}"

    def token(self) -> str:
        self._count += 1
        return f"{self._number}{self._count:020d}A"

    def jitter(self) -> float:
        return self._chance.random()


class SimSealer:
    """As the real one: pure, so that the same content is the same bytes."""

    def page(self, token: str, revision: int, content: v1.PageContent) -> bytes:
        return f"{token} {revision} {content!r}".encode()

    def pdf(self, token: str, revision: int, pdf: bytes) -> bytes:
        return b"sealed " + pdf

    def picture(self, token: str, png: bytes) -> bytes:
        return f"{token} ".encode() + png


class FaultyStore:
    """The store, whose commits fail, or are the last thing that the process does."""

    def __init__(self, world: World, number: int, store: SqliteStore) -> None:
        self._world = world
        self._number = number
        self._store = store

    def write(self) -> UnitOfWork:
        unit = self._store.write()
        commit, faults = unit.commit, self._world.faults

        def shaky() -> None:
            faults.kill("killed_before_commit")
            if faults.strike("disk_full", 0.1):
                raise StoreError("disk_full", "The disk is full.")
            self._world.dirty.add(self._number)
            commit()
            faults.kill("killed_after_commit")

        unit.commit = shaky  # type: ignore[method-assign]  # the fault that is played
        return unit

    def read(self) -> UnitOfWork:
        return self._store.read()

    @property
    def fence(self) -> NumberFence:
        return self._store.fence

    def checkpoint(self) -> None:
        self._store.checkpoint()

    def close(self) -> None:
        self._store.close()

    def drop(self) -> None:
        """The process is gone: nothing is folded or tidied."""
        self._store._end(clean=False)


class Outside:
    """Everybody beyond the counter's wall, shared by all counters of the shop."""

    def __init__(self, world: World) -> None:
        self.account = Account(world, "razorpay")
        self.provider = Provider(world)
        self.relay = Relay(world)
        relay, account = self.relay, self.account
        account.on_change = lambda event, thing, payment: relay.hook(
            account.name, event, thing, payment
        )
        self.provider.report = self.relay.delivery


class SimCounter(WholeCounter):
    """A counter that boots, works, dies and boots again; its file and its peers stay."""

    def __init__(self, world: World, number: int, path: Path, options: Options) -> None:
        self.number = number
        self.label = options.counter.label
        self.path = path
        self.options = options
        self.world = world
        self.chance = world.chance(f"counter {number}")
        self.pc = PcClock(world)
        self.clock = self.pc
        self.ids = SimIds(number, world.chance(f"ids {number}"))
        self.pins = PlainPins()
        self.alive = False
        self.listening = True
        self.errors: list[Exception] = []
        self.on_reopen: Callable[[], None] = _nothing
        self._life = 0

    # -- what the peers ask (gateway.Caller) ---------------------------------------------------

    def travels(self, ms: int) -> None:
        self.work.travel = ms

    def offset(self) -> int:
        return self.pc.offset

    def meet_outside(self, outside: Outside) -> None:
        """The peers, once for all lives of this counter."""
        world = self.world
        self.line = Line(world, outside.account, self)
        self.gate = SimGateway(world, outside.account, self.line, self)
        self.gateway = self.gate
        self.phone_line = SimMessenger(world, outside.provider, self)
        self.messenger = self.phone_line
        self.relay = SimRelay(world, outside.relay, self)
        self.renderer = PlainRenderer()
        self.sealer = SimSealer()
        self._net = outside.relay

    # -- birth and death -----------------------------------------------------------------------

    def boot(self) -> None:
        """Open the file as a new process does, and begin to turn."""
        self._life += 1
        self.alive = True
        self.own_upi = OwnUpi(self.options.own_upi, self.clock)
        self.work = SimLanes(self.world, self.chance, self._die)
        self.work.errors = self.errors
        self.lanes = self.work
        self.file = FaultyStore(self.world, self.number, SqliteStore(self.path).open())
        self.store = self.file
        self.connect()
        self.on_reopen()
        self.world.note(self.label, "booted")
        self.loop = Loop(self.world, self.chance, self.work, self)
        self.loop.begin()
        if not self.world.faults.on:
            self.world.after(30_000, self._living(self.looked_after))
        self._feed_on()

    def _feed_on(self) -> None:
        if self.listening:
            self.feed = FeedReader(self.world, self._net, self.chance, self.work)
            self.feed.begin(self.hints, self._pushed)
            self._net.listeners[self.number] = self.feed

    def _pushed(self, connected: bool) -> None:
        self.watcher.push_connected = connected

    def die(self, kind: str) -> None:
        """Dropped between two steps."""
        if self.alive:
            self._die(kind)

    def _die(self, kind: str) -> None:
        self.world.crashes += 1
        self.world.note(self.label, "died", how=kind)
        self._drop()
        self.on_reopen()
        faults = self.world.faults
        wait = self.chance.choice(_DOWNTIMES if faults.on else _DOWNTIMES[:2])
        self.world.after(wait, self.boot)

    def shut(self) -> None:
        """The end of the run."""
        if self.alive:
            self._drop()

    def _drop(self) -> None:
        self.work.dead = True
        self.alive = False
        self.file.drop()

    # -- the computer --------------------------------------------------------------------------

    def set_clock(self, offset: int) -> None:
        """Somebody sets it wrong, or right again; the engine notices at its next turn."""
        self.pc.offset = offset
        if self.alive:
            self.loop.noticed_jump()

    def sleep(self, ms: int) -> None:
        """The lid is closed: nothing turns, answers that come meanwhile wait."""
        if self.alive:
            self.work.asleep_until = self.world.now + ms
            self.world.note(self.label, "sleeps", ms=ms)
            self.world.after(ms, self._living(self.loop.noticed_jump))

    def looked_after(self) -> None:
        """Somebody sits down at it: what was switched off is tested, what waits is looked at."""
        if self.alive:
            self.switch_on()
            self.loop.look()

    def switch_on(self) -> None:
        """Ask every service that is off whether it works again."""
        with self.store.read() as uow:
            off = [service.name for service in self.standing.off(uow)]
        for name in off:
            test = partial(self.standing.test_again, name)
            self.lanes.submit("net", test, _ignore, self.errors.append)

    # -- people --------------------------------------------------------------------------------

    def ask(
        self, what: str, work: Callable[[], T], done: Callable[[T], None], **more: object
    ) -> None:
        """A person asks for something; the history says what and what came of it."""
        if not self.alive:
            return
        self.world.note(self.label, f"asks {what}", **more)

        def granted(result: T) -> None:
            self.world.note(self.label, f"got {what}", **more)
            done(result)

        def refused(error: Exception) -> None:
            code = error.code if isinstance(error, RaseedError) else repr(error)
            self.world.note(self.label, f"refused {what}", code=code, **more)
            if not isinstance(error, RaseedError):
                self.errors.append(error)

        self.lanes.submit("db", work, granted, refused)

    def _living(self, act: Callable[[], None]) -> Callable[[], None]:
        life = self._life

        def run() -> None:
            if self.alive and self._life == life:
                act()

        return run


def _nothing() -> None:
    """Nobody reads the file beside us."""


def _ignore(_: object) -> None:
    """Nothing more to do."""
