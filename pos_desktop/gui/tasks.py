"""Lanes of threads, and the one way back to the thread of the windows: a queued signal."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")
LANES: Mapping[str, int] = {"db": 1, "net": 4, "doc": 1}

_log = logging.getLogger(__name__)


class TaskRunner(QObject):
    """``gui.presenters.ports.Runner`` for the windows and ``ports.Lanes`` for the engine."""

    _landed = Signal(object)

    def __init__(self, lanes: Mapping[str, int] = LANES, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._sizes = lanes
        self._landed.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @cached_property
    def _lanes(self) -> Mapping[str, ThreadPoolExecutor]:
        """Made with the first work, which comes after the first paint."""
        from concurrent.futures import ThreadPoolExecutor

        return {
            name: ThreadPoolExecutor(size, thread_name_prefix=name)
            for name, size in self._sizes.items()
        }

    def run(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Start ``work`` in ``lane``; one of the two is called on the thread of the windows."""

        def land(future: Future[T]) -> None:
            if not future.cancelled():
                self.post(lambda: _give(future, done, failed))

        self._start(lane, work, land)

    def submit(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Start ``work`` in ``lane``; one of the two is called in that lane (``ports.Lanes``)."""

        def both() -> None:
            try:
                result = work()
            except Exception as error:
                failed(error)
            else:
                done(result)

        self._start(lane, both, _log_fault)

    def post(self, call: Callable[[], None]) -> None:
        """Have ``call`` run on the thread of the windows; from any thread, never blocks."""
        if not self._closed:
            self._landed.emit(call)

    def close(self) -> None:
        """Finish what the ``db`` lane holds, forget what ``net`` and ``doc`` have not begun.

        Afterwards nothing is delivered any more; a request on the wire ends by its own time-out.
        """
        self._closed = True
        for name, pool in self._lanes.items():
            pool.shutdown(wait=name == "db", cancel_futures=name != "db")

    def _start(self, lane: str, work: Callable[[], T], land: Callable[[Future[T]], None]) -> None:
        if self._closed:
            _log.info("the counter closes: work for lane %s is not begun", lane)
            return
        self._lanes[lane].submit(work).add_done_callback(land)

    def _deliver(self, call: Callable[[], None]) -> None:
        if not self._closed:
            call()


def _give(
    future: Future[T], done: Callable[[T], None], failed: Callable[[Exception], None]
) -> None:
    error = future.exception()
    if error is None:
        done(future.result())
    elif isinstance(error, Exception):
        failed(error)
    else:
        raise error


def _log_fault(future: Future[Any]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        _log.error("a lane's callback failed", exc_info=error)
