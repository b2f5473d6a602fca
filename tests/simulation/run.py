"""One run: a seed, a shop day, faults, then rest."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from pos_desktop.domain.options import Channel, GatewayOptions, LinkStyle, Options
from pos_desktop.storage.store import SqliteStore
from tests.simulation.account import Thing
from tests.simulation.books import Books
from tests.simulation.cashier import Cashier
from tests.simulation.checker import Broken, Checker
from tests.simulation.checker import Outside as Seen
from tests.simulation.counter import Outside, SimCounter
from tests.simulation.customers import Customers
from tests.simulation.world import DAY, START, World
from tests.support.rig import options

# A day lasts so long before the faults end.
_ACTIVE_MS = 25 * 60 * 1000
_REST_MS = 6 * DAY
_MOST_STEPS = 60_000


@dataclass
class Result:
    """What came of one seed; ``broken`` is the first promise that did not hold, or ""."""

    seed: int
    steps: int = 0
    crashes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    broken: str = ""
    history: list[dict[str, object]] = field(default_factory=list)


def scratch() -> Path:
    """A folder in memory where there is one."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else None
    return Path(tempfile.mkdtemp(prefix="raseed-simulation-", dir=place))


def template(folder: Path) -> Path:
    """An empty database to copy: making one costs more than most runs."""
    path = folder / "template" / "counter.db"
    path.parent.mkdir(parents=True)
    SqliteStore(path).open().close()
    return path.parent


def simulate(seed: int, empty: Path, folder: Path) -> Result:
    """Run one seed; ``empty`` is the template, ``folder`` is made and removed."""
    shutil.copytree(empty, folder)
    day = Day(seed, folder)
    result = Result(seed)
    try:
        day.run()
    except Broken as broken:
        result.broken = str(broken)
    except Exception as error:  # a bug of the program or of the simulation: both must be seen
        result.broken = f"crashed: {error!r}"
    finally:
        day.close()
        shutil.rmtree(folder)
    world = day.world
    result.steps, result.crashes = world.steps, world.crashes
    result.faults, result.history = world.faults.hits, world.history
    return result


class Day:
    """Everybody of one run."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.world = World(seed)
        self.chance = self.world.chance("day")
        self.outside = Outside(self.world)
        self.books: dict[int, Books] = {}
        self.counters: list[SimCounter] = []
        self._add_counter(folder / "counter.db")
        self.customers = Customers(self.world, self.outside.account, self._shown)
        self.cashiers = [
            Cashier(self.world, counter, self.chance.choice((1, 2, 3, 4, 6)))
            for counter in self.counters
        ]
        seen = Seen(
            self.outside.account.state(),
            self.outside.provider.state(),
            self.outside.relay.state(),
            self.world.history,
        )
        self.checker = Checker(seen, self.books)

    def _add_counter(self, path: Path) -> None:
        number = len(self.counters) + 1
        counter = SimCounter(self.world, number, path, _options(self.chance, number))
        counter.meet_outside(self.outside)
        counter.listening = self.chance.random() < 0.7
        counter.gate.payload = self.chance.random() < 0.8
        self.books[number] = Books(path)
        counter.on_reopen = self.books[number].reopen
        self.counters.append(counter)

    def _shown(self, thing: Thing) -> bool:
        """Whether a customer could have seen it: on the screen, or in a message that went out."""
        for sent in self.outside.provider.sent:
            if sent["order"] == thing["order"] and sent["purpose"] == "payment_request":
                return True
        for books in self.books.values():
            known = books.rows("SELECT state FROM collects WHERE gateway_id = ?", (thing["id"],))
            if known:
                return bool(known[0]["state"] == "open")
        return False

    def run(self) -> None:
        """The day, then the rest. Raises Broken."""
        for counter in self.counters:
            counter.boot()
        for cashier in self.cashiers:
            cashier.begin()
        self._trouble()
        end = START + _ACTIVE_MS
        while self._turn(end):
            self.checker.after_step(self.world.now)
        self._calm_down()
        while self._turn(self.world.now + _REST_MS) and self.world.steps < _MOST_STEPS:
            self.checker.after_step(self.world.now)
        for counter in self.counters:
            _judge_errors(counter.errors)
        self.checker.at_rest(self.world.now)

    def _turn(self, until: int) -> bool:
        moment = self.world.next_moment()
        if moment is None or moment > until:
            return False
        self.world.step()
        return True

    # -- what goes wrong with whole machines ---------------------------------------------------

    def _trouble(self) -> None:
        world, faults = self.world, self.world.faults
        chance = world.chance("trouble")
        for moment in range(20_000, _ACTIVE_MS, 20_000):
            world.after(moment + chance.choice((0, 3_000, 11_000)), lambda: self._strike(chance))
        if faults.has("gateway_down"):
            self._later(chance, lambda: self._gateway_down(chance))
        if faults.has("relay_down"):
            self._later(chance, lambda: self._relay_down(chance))

    def _later(self, chance: Random, act: Callable[[], None]) -> None:
        self.world.after(chance.randrange(_ACTIVE_MS), act)

    def _strike(self, chance: Random) -> None:
        faults = self.world.faults
        counter = chance.choice(self.counters)
        if faults.strike("killed_between_steps"):
            counter.die("killed_between_steps")
        if faults.strike("clock_jump", 0.5):
            counter.pc.offset = chance.choice((0, DAY, -DAY, 40_000, -40_000, 5_000))
            counter.noticed_jump()

    def _gateway_down(self, chance: Random) -> None:
        if not self.world.faults.strike("gateway_down", 99):
            return
        for counter in self.counters:
            counter.line.down = True

        def up() -> None:
            for counter in self.counters:
                counter.line.down = False

        self.world.after(chance.choice((8_000, 60_000, 400_000)), up)

    def _relay_down(self, chance: Random) -> None:
        if not self.world.faults.strike("relay_down", 99):
            return
        self.outside.relay.go_down()

        def up() -> None:
            self.outside.relay.down = False

        self.world.after(chance.choice((8_000, 60_000, 400_000)), up)

    def _calm_down(self) -> None:
        self.world.faults.on = False
        self.outside.relay.down = False
        self.world.note("world", "faults end")
        for counter in self.counters:
            counter.line.down = counter.phone_line.down = False

    def close(self) -> None:
        """Let go of every file."""
        for counter in self.counters:
            counter.shut()
        for books in self.books.values():
            books.close()


def _judge_errors(errors: list[Exception]) -> None:
    """What escaped from the lanes is a bug, unless we played it."""
    for error in errors:
        if getattr(error, "code", "") != "disk_full":
            raise Broken("no_bug", repr(error)) from error


def _options(chance: Random, number: int) -> Options:
    base = options(chance.choice(list(Channel)))
    gateway = GatewayOptions(
        link_minutes=chance.choice((2, 3, 6)),
        screen_qr_minutes=chance.choice((1, 3)),
        message_qr_minutes=chance.choice((2, 6)),
        share_and_pay_cap=chance.choice((20_000, 200_000)),
    )
    style = chance.choice(list(LinkStyle))
    counter = replace(base.counter, label=f"Counter {number}", number=number, series=f"P{number}A")
    return replace(base, gateway=gateway, link_style=style, counter=counter)
