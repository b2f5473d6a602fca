"""One run: a seed, a shop day, faults, then rest."""

import json
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pos_desktop.storage.store import SqliteStore
from tests.simulation.books import Books
from tests.simulation.day import Day
from tests.simulation.promise import Broken
from tests.simulation.rows import count_rows, taken


@dataclass
class Result:
    """What came of one seed; ``broken`` is the first promise that did not hold, or ""."""

    seed: int
    steps: int = 0
    crashes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    broken: str = ""


def scratch() -> Path:
    """A folder in memory where there is one."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else None
    return Path(tempfile.mkdtemp(prefix="raseed-simulation-", dir=place))


def template(folder: Path) -> Path:
    """An empty database to copy: making one costs more than most runs."""
    path = folder / "empty" / "empty"
    path.parent.mkdir(parents=True)
    SqliteStore(path).open().close()
    return path.parent


def simulate(seed: int, empty: Path, folder: Path, keep: Path | None = None) -> Result:
    """Run one seed; ``empty`` is the template, ``folder`` is made and removed. What a broken
    promise left behind goes to ``keep``."""
    folder.mkdir()
    count_rows()
    taken()
    day = Day(seed, folder)
    for counter in day.counters:
        for kept in empty.iterdir():
            shutil.copy(kept, folder / kept.name.replace(empty.name, counter.path.name))
    result = Result(seed)
    try:
        day.run()
    except Broken as broken:
        result.broken = str(broken)
    except Exception as error:  # a bug of the program or of the simulation: both must be seen
        result.broken = f"crashed: {error!r}"
    finally:
        day.close()
        if result.broken and keep is not None:
            write_down(day, seed, keep)
        shutil.rmtree(folder)
    world = day.world
    result.steps, result.crashes = world.steps, world.crashes
    result.faults, result.rows = world.faults.hits, taken()
    return result


def write_down(day: "Day", seed: int, folder: Path) -> None:
    """The history, one JSON line for each thing that happened, and the databases."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(event, default=str) for event in day.world.history]
    (folder / f"seed-{seed}.jsonl").write_text("\n".join([*lines, ""]))
    for counter in day.counters:
        kept = folder / f"seed-{seed}-counter-{counter.number}.db"
        kept.unlink(missing_ok=True)
        books = Books(counter.path)
        books.reopen()
        # With what still stands in the -wal.
        books.rows("VACUUM INTO ?", (str(kept),))
        books.close()
