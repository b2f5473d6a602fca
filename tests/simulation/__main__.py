"""``python -m tests.simulation --seeds 1-2000 [--jobs 2] [--history DIR]``"""

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.simulation.rows import every_row
from tests.simulation.run import Result, scratch, simulate, template
from tests.simulation.world import KINDS

_CHUNK = 25
LONG_RUN = 2000
"""From so many seeds on a run has to meet everything ..."""
LEAST = 50
"""... so often."""


def seeds_of(text: str) -> range:
    """``7`` or ``1-2000``."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def run_chunk(seeds: Sequence[int], keep: str | None) -> list[Result]:
    """Some seeds in this process; the history is written for those that fail."""
    place = scratch()
    try:
        empty = template(place)
        folder = None if keep is None else Path(keep)
        return [simulate(seed, empty, place / str(seed), folder) for seed in seeds]
    finally:
        shutil.rmtree(place)


def results_of(seeds: range, jobs: int, keep: str | None) -> Iterator[Result]:
    """Every result, in the order of the seeds."""
    if jobs < 2:
        for seed in seeds:
            yield from run_chunk([seed], keep)
        return
    chunks = [seeds[i : i + _CHUNK] for i in range(0, len(seeds), _CHUNK)]
    with ProcessPoolExecutor(jobs) as pool:
        for results in pool.map(run_chunk, chunks, [keep] * len(chunks)):
            yield from results


def too_rare(runs: int, faults: Counter[str], rows: Counter[str]) -> dict[str, int]:
    """Faults and rows of the tables that a long run met less often than it must."""
    if runs < LONG_RUN:
        return {}
    met = {f"fault {name}": faults[name] for name in KINDS}
    met.update({name: rows[name] for name in every_row()})
    return {name: times for name, times in met.items() if times < LEAST}


def main(words: Sequence[str]) -> int:
    """Exit code 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", default="1-200", help="a seed, or the first and the last")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first", action="store_true", help="end at the first broken promise")
    parser.add_argument("--history", help="folder for the histories of failing seeds")
    asked = parser.parse_args(words)
    sums: Counter[str] = Counter(violations=0)
    faults: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for result in results_of(seeds_of(asked.seeds), asked.jobs, asked.history):
        sums.update(runs=1, steps=result.steps, crashes=result.crashes)
        faults.update(result.faults)
        rows.update(result.rows)
        if result.broken:
            sums["violations"] += 1
            print(json.dumps({"seed": result.seed, "broken": result.broken}), flush=True)
            if asked.first:
                break
    rare = too_rare(sums["runs"], faults, rows)
    for name, times in rare.items():
        print(json.dumps({"too_rare": name, "times": times}))
    line = {name: sums[name] for name in ("runs", "steps")}
    line |= {"faults": faults.total(), "crashes": sums["crashes"]}
    print(json.dumps({**line, "violations": sums["violations"]}))
    return int(sums["violations"] > 0 or bool(rare))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
