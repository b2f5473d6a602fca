"""The one command: runs rows, prints the table, exits with 1 if a goal was missed."""

import argparse
import json
import math
import os
import platform
import sys
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bench.harness import Bench, Measured, measure
from bench.setting import Setting

GOALS = Path(__file__).with_name("goals.toml")
MODULES = {
    "start": "b_start",
    "start_items": "b_start",
    "scan_10": "b_scan",
    "scan_200": "b_scan",
    "scan_items": "b_scan",
    "lookup": "b_catalogue",
    "search": "b_catalogue",
    "sale": "b_sale",
    "cash_sale": "b_sale",
    "csv_import": "b_import",
    "qr": "b_documents",
    "pdf_10": "b_documents",
    "pdf_200": "b_documents",
    "publish": "b_relay",
    "page_view": "b_relay",
    "page_p99": "b_relay",
    "ingest": "b_relay",
    "feed_event": "b_feed",
    "feed_memory": "b_feed",
}
QUICK_ALLOWANCE = 1.5
NOISY = 0.6
TRIES = 3
WIDTHS = (62, 10, 10, 13, 14, 7, 9, 7)
TITLES = (
    "metric", "floor", "ours", "ours / floor", "naive / floor", "goal", "verdict", "spread"
)  # fmt: skip

Maker = Callable[[Setting], AbstractContextManager[Bench]]


@dataclass(frozen=True, slots=True)
class Goal:
    """One entry of goals.toml; ``cap``, where there is one, is the most that ours itself may be."""

    name: str
    metric: str
    floor: str
    naive: str
    most: float
    rounds: int
    quick: int
    reason: str
    cap: float = math.inf
    unit: str = "s"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``verdict``: met, MISSED or an error that kept it from running."""

    goal: Goal
    limit: float
    measured: Measured | None
    verdict: str

    @property
    def missed(self) -> bool:
        """Whether this line turns the exit code."""
        return self.verdict != "met"


def main(arguments: Sequence[str]) -> int:
    """0: every goal met. 1: one was missed, or a row could not run. 2: no such row."""
    goals = read_goals(GOALS)
    asked = _parsed(arguments)
    names = asked.only.split(",") if asked.only else list(goals)
    unknown = [name for name in names if name not in goals]
    if unknown:
        print(f"no such row: {', '.join(unknown)}; there are: {', '.join(goals)}", file=sys.stderr)
        return 2
    print(_machine(asked.quick))
    print(line(TITLES), flush=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="raseed-bench-") as folder:
        setting = Setting(Path(folder), asked.quick)
        for name in names:
            rows.append(run_row(goals[name], maker_of(name), setting))
            print(line(shown(rows[-1])), flush=True)
    if asked.json:
        Path(asked.json).write_text(json.dumps([plain(row) for row in rows], indent=1) + "\n")
    return int(any(row.missed for row in rows))


def read_goals(file: Path) -> dict[str, Goal]:
    """The goals by name, in the order of the file."""
    return {
        name: Goal(name=name, **fields) for name, fields in tomllib.loads(file.read_text()).items()
    }


def maker_of(name: str) -> Maker:
    """What makes the row; its module is imported now, so that rows do not load each other's
    libraries."""
    maker: Maker = getattr(import_module(f"bench.{MODULES[name]}"), name)
    return maker


def run_row(goal: Goal, maker: Maker, setting: Setting) -> Row:
    """Measure until a quiet try meets the goal, three times at most; the quietest try counts."""
    limit = goal.most * (QUICK_ALLOWANCE if setting.quick else 1)
    rounds = goal.quick if setting.quick else goal.rounds
    tries: list[Measured] = []
    try:
        with maker(setting) as bench:
            while len(tries) < TRIES and not (tries and good(tries[-1], goal, limit)):
                tries.append(measure(bench, rounds))
    except Exception as error:  # a row that breaks is a result; the others still run
        return Row(goal, limit, None, f"{type(error).__name__}: {error}")
    chosen = next((one for one in tries if good(one, goal, limit)), None)
    if chosen is None:
        chosen = min(tries, key=lambda one: one.spread)
    return Row(goal, limit, chosen, "met" if met(chosen, goal, limit) else "MISSED")


def met(measured: Measured, goal: Goal, limit: float) -> bool:
    """Whether the ratio is within ``limit`` and ours itself within the goal's cap."""
    return measured.ratio <= limit and measured.ours <= goal.cap


def good(measured: Measured, goal: Goal, limit: float) -> bool:
    """Met, and quiet enough to be believed."""
    return met(measured, goal, limit) and measured.spread <= NOISY


def shown(row: Row) -> tuple[str, ...]:
    """The cells of one line."""
    measured = row.measured
    if measured is None:
        return (row.goal.metric, "", "", "", "", f"{row.limit:.1f}", row.verdict, "")
    naive = f"{measured.naive_ratio:.1f}" if measured.naive_ratio is not None else "-"
    return (
        row.goal.metric,
        figure(measured.floor, row.goal.unit),
        figure(measured.ours, row.goal.unit),
        f"{measured.ratio:.2f}",
        naive,
        f"{row.limit:.2f}",
        row.verdict,
        f"{measured.spread:.0%}",
    )


def line(cells: Sequence[str]) -> str:
    """One line of the table: words left, figures right."""
    first = cells[0].ljust(WIDTHS[0])
    rest = (cell.rjust(width) for cell, width in zip(cells[1:], WIDTHS[1:], strict=True))
    return " | ".join((first, *rest)).rstrip()


def figure(value: float, unit: str) -> str:
    """A figure of a row: a time, or an amount of ``unit``."""
    return seconds(value) if unit == "s" else f"{value:.3g} {unit}"


def seconds(value: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def plain(row: Row) -> dict[str, object]:
    """The row for ``--json``; times in seconds."""
    measured = row.measured
    return {
        "name": row.goal.name,
        "metric": row.goal.metric,
        "floor_is": row.goal.floor,
        "naive_is": row.goal.naive,
        "goal": row.goal.most,
        "limit": row.limit,
        "verdict": row.verdict,
        "floor": measured and measured.floor,
        "ours": measured and measured.ours,
        "ratio": measured and measured.ratio,
        "naive_ratio": measured and measured.naive_ratio,
        "spread": measured and measured.spread,
    }


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", metavar="NAMES", help="rows to run, separated by commas")
    parser.add_argument(
        "--quick", action="store_true", help="about a minute; limits 1.5 x the goals"
    )
    parser.add_argument("--json", metavar="FILE", help="write the results there as well")
    return parser.parse_args(arguments)


def _machine(quick: bool) -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    kind = "quick: limits are 1.5 x the goals" if quick else "full"
    return f"Python {platform.python_version()}, {os.cpu_count()} cores{load}; {kind}"
