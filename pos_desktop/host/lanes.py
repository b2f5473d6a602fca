"""Lanes without a window: named thread pools for commands and tests (ports.Lanes)."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

SIZES = {"db": 1, "net": 4, "doc": 1, "probe": 3}

_LOG = logging.getLogger(__name__)


class ThreadLanes:
    """One pool per lane; what escapes from ``done`` or ``failed`` goes to ``on_failure``."""

    def __init__(self, on_failure: Callable[[Exception], None]) -> None:
        self._pools = {
            name: ThreadPoolExecutor(size, thread_name_prefix=name) for name, size in SIZES.items()
        }
        self._on_failure = on_failure
        self._closed = False

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

        try:
            self._pools[lane].submit(run)
        except RuntimeError:
            if not self._closed:
                raise
            # An answer that comes now is found again at the next start.
            _LOG.info("the counter closes: work for lane %s is not begun", lane)

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
        self._closed = True
        for name, pool in self._pools.items():
            pool.shutdown(wait=name == "db", cancel_futures=name != "db")
