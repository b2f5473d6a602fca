"""Simulated days of a shop: nothing that was promised about money is ever broken.

``python -m tests.simulation --seeds 1-100000`` does the same for as long as one likes.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SEEDS = 2000


def simulated(seeds: str) -> tuple[int, dict[str, Any], str]:
    """(exit code, the sums, everything that was said) of one run on two processes."""
    words = [sys.executable, "-m", "tests.simulation", "--seeds", seeds, "--jobs", "2"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    sums: dict[str, Any] = next((line for line in lines if "runs" in line), {})
    return ran.returncode, sums, ran.stdout + ran.stderr


@pytest.mark.timeout(1800)
def test_no_promise_is_broken() -> None:
    """So many that the run also counts: every row of the tables and every fault 50 times."""
    code, sums, said = simulated(f"1-{SEEDS}")
    assert (code, sums.get("violations"), sums.get("runs")) == (0, 0, SEEDS), said
    assert sums["crashes"] > SEEDS
    assert sums["faults"] > 10 * SEEDS
