"""``python -m tests.mutants [--seeds 1-500] [NAME ...]``: the first seed that finds each bug.

Whatever changes the simulation or the program moves the seeds: write what this prints into
``catalogue.toml`` where it says that the seed that is named there is too far away.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.planting import AROUND, Mutant, catalogue, first_seed, plant


def hunted(mutant: Mutant, seeds: str) -> tuple[Mutant, int | None]:
    """The mutant and the first of ``seeds`` that finds it."""
    with tempfile.TemporaryDirectory(prefix="raseed-planted-") as folder:
        plant(mutant, Path(folder))
        return mutant, first_seed(Path(folder), seeds)


def told(mutant: Mutant, seed: int | None) -> str:
    """One line about what came of a hunt."""
    if seed is None:
        return f"{mutant.name}: NOT FOUND"
    far = "" if abs(seed - mutant.seed) <= AROUND else f"  (the catalogue says {mutant.seed})"
    return f"{mutant.name}: {seed}{far}"


def main(words: Sequence[str]) -> int:
    """Exit code 1 where a bug was not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--seeds", default="1-500", help="the first and the last")
    parser.add_argument("names", nargs="*", help="planted bugs; all where none is named")
    asked = parser.parse_args(words)
    chosen = [m for m in catalogue() if not asked.names or m.name in asked.names]
    with ThreadPoolExecutor(2) as pool:
        missed = 0
        for mutant, seed in pool.map(lambda m: hunted(m, asked.seeds), chosen):
            print(told(mutant, seed), flush=True)
            missed += seed is None
    return int(missed > 0 or not chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
