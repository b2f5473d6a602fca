"""Lanes without a window: named thread pools for commands and tests (ports.Lanes)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

SIZES = {"db": 1, "net": 4, "doc": 1, "probe": 3}


class ThreadLanes:
    """One pool per lane; what escapes from ``done`` or ``failed`` goes to ``on_failure``."""

    def __init__(self, on_failure: Callable[[Exception], None]) -> None:
        self._pools = {
            name: ThreadPoolExecutor(size, thread_name_prefix=name) for name, size in SIZES.items()
        }
        self._on_failure = on_failure

    def submit(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """See ports.Lanes; after ``close`` nothing is started any more."""

        def run() -> None:
            try:
                self._run(work, done, failed)
            except Exception as error:
                self._on_failure(error)

        self._pools[lane].submit(run)

    def _run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        try:
            result = work()
        except Exception as error:
            failed(error)
            return
        done(result)

    def close(self) -> None:
        """Finish what the db lane holds, forget what waits in the others."""
        for name, pool in self._pools.items():
            pool.shutdown(wait=name == "db", cancel_futures=name != "db")
