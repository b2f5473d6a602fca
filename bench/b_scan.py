"""From a scanned code to the painted line, in the real window with the real catalogue."""

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench import goods
from bench.counter import OpenCounter, turn
from bench.harness import Bench
from bench.qt_sides import Frame, NaiveCounter
from bench.setting import FEW, Setting


@contextmanager
def scan_10(setting: Setting) -> Iterator[Bench]:
    """The tenth line of a bill."""
    with _scan(setting.few, 10) as bench:
        yield bench


@contextmanager
def scan_200(setting: Setting) -> Iterator[Bench]:
    """The two-hundredth line of a bill."""
    with _scan(setting.few, 200) as bench:
        yield bench


@contextmanager
def scan_items(setting: Setting) -> Iterator[Bench]:
    """The tenth line of a bill, with few and with many articles in the catalogue."""
    with closing(OpenCounter.on(setting.few)) as few, closing(OpenCounter.on(setting.many)) as many:
        small, large = _Bill(few, 10), _Bill(many, 10)

        def fresh(side: str) -> None:
            (small if side == "floor" else large).ready()

        yield Bench(floor=small.scan, ours=large.scan, fresh=fresh)


@contextmanager
def _scan(database: Path, lines: int) -> Iterator[Bench]:
    with closing(OpenCounter.on(database)) as open_counter, closing(NaiveCounter()) as naive:
        bill, frame = _Bill(open_counter, lines), Frame()

        def fresh(side: str) -> None:
            if side == "ours":
                bill.ready()
            elif side == "naive":
                naive.fill(lines - 1)

        yield Bench(
            floor=frame.paint,
            ours=bill.scan,
            naive=naive.scan,
            fresh=fresh,
            naive_rounds=5,
        )


class _Bill:
    """A bill of one line less than wanted, ready for the scan that is timed."""

    def __init__(self, open_counter: OpenCounter, lines: int) -> None:
        self._open = open_counter
        self._lines = lines
        self._codes = itertools.cycle([goods.barcode(number) for number in range(FEW)])
        while open_counter.lines() < lines - 1:
            open_counter.scan(next(self._codes))

    def ready(self) -> None:
        """Take the last line off again and let everything settle."""
        while self._open.lines() >= self._lines:
            self._open.take_off()
        turn()

    def scan(self) -> None:
        """One article more."""
        before = self._open.lines()
        self._open.scan(next(self._codes))
        assert self._open.lines() == before + 1
