"""Interleaved timing: floor, ours and naive take turns, and each round gives one ratio.

A machine shared with other work slows the three of one round alike, so the median of the rounds'
ratios holds still where the times themselves move by a factor of two (reference performance 1).
"""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Bench:
    """What one row of the table runs.

    ``inner`` calls make one sample; ``fresh(side)`` runs before each sample and is not timed;
    ``naive_rounds`` limits a slow naive twin to the first rounds. Works of a ``told`` bench are not
    timed: each returns its figure.
    """

    floor: Work
    ours: Work
    naive: Work | None = None
    inner: int = 1
    fresh: Callable[[str], None] | None = None
    naive_rounds: int = 1_000
    told: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians in seconds per call, medians of the paired ratios, and how far these spread.

    ``spread`` is the 10th to the 90th percentile of ours / floor, as a share of the median.
    """

    floor: float
    ours: float
    naive: float | None
    ratio: float
    naive_ratio: float | None
    spread: float


def measure(bench: Bench, rounds: int) -> Measured:
    """Run ``rounds`` rounds after one that is thrown away."""
    sides: dict[str, Work] = {"floor": bench.floor, "ours": bench.ours}
    if bench.naive is not None:
        sides["naive"] = bench.naive
    times: dict[str, list[float]] = {side: [] for side in sides}
    _round(bench, sides, {side: [] for side in sides})
    for number in range(rounds):
        if number == bench.naive_rounds:
            sides.pop("naive", None)
        # A collection in the middle of a sample would be counted to whoever runs then.
        gc.collect()
        _round(bench, sides, times)
    return result(times)


def result(times: dict[str, list[float]]) -> Measured:
    """The figures of the samples of all rounds; ``naive`` may have fewer samples, or none."""
    floor = times["floor"]
    ratios = paired(times["ours"], floor)
    naive = times.get("naive") or None
    return Measured(
        floor=statistics.median(floor),
        ours=statistics.median(times["ours"]),
        naive=statistics.median(naive) if naive else None,
        ratio=statistics.median(ratios),
        naive_ratio=statistics.median(paired(naive, floor)) if naive else None,
        spread=(_quantile(ratios, 0.9) - _quantile(ratios, 0.1)) / statistics.median(ratios),
    )


def paired(samples: list[float], floor: list[float]) -> list[float]:
    """Each sample over the floor of its own round."""
    return [sample / beside for sample, beside in zip(samples, floor, strict=False)]


def _round(bench: Bench, sides: dict[str, Work], times: dict[str, list[float]]) -> None:
    for side, work in sides.items():
        if bench.fresh is not None:
            bench.fresh(side)
        times[side].append(_sample(bench, work))


def _sample(bench: Bench, work: Work) -> float:
    if bench.told:
        figure = work()
        assert isinstance(figure, float)
        return figure
    start = time.perf_counter()
    for _ in range(bench.inner):
        work()
    return (time.perf_counter() - start) / bench.inner


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
