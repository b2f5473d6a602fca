"""The lanes: one writer, answers in their lane, nothing after the end."""

import threading
import time
from collections.abc import Callable

import pytest

from pos_desktop.host.clock import SystemClock
from pos_desktop.host.lanes import ThreadLanes


def nothing(_: object) -> None:
    """An answer that nobody waits for."""


def test_the_answer_comes_in_the_lane_of_the_work() -> None:
    failures: list[Exception] = []
    lanes = ThreadLanes(failures.append)
    seen: dict[str, str] = {}
    over = threading.Event()

    def done(name: str) -> None:
        seen["done"] = name
        seen["in"] = threading.current_thread().name
        over.set()

    lanes.submit("net", lambda: threading.current_thread().name, done, failures.append)
    assert over.wait(5)
    assert seen["done"] == seen["in"]
    assert seen["in"].startswith("net")
    lanes.close()
    assert failures == []


def test_an_error_of_the_work_goes_to_failed_and_one_of_the_answer_to_the_reporter() -> None:
    failures: list[Exception] = []
    refused: list[Exception] = []
    lanes = ThreadLanes(failures.append)

    def fail(word: str) -> Callable[[object], None]:
        def raising(_: object) -> None:
            raise ValueError(word)

        return raising

    lanes.submit("db", lambda: fail("work")(None), nothing, refused.append)
    lanes.submit("db", lambda: None, fail("done"), refused.append)
    lanes.submit("db", lambda: fail("work")(None), nothing, fail("failed"))
    lanes.close()
    assert [str(error) for error in refused] == ["work"]
    assert [str(error) for error in failures] == ["done", "failed"]


def test_the_db_lane_is_one_thread_in_order_and_is_finished_at_the_end() -> None:
    failures: list[Exception] = []
    lanes = ThreadLanes(failures.append)
    order: list[int] = []
    names: set[str] = set()

    def work(number: int) -> None:
        names.add(threading.current_thread().name)
        time.sleep(0.001)
        order.append(number)

    for number in range(30):
        lanes.submit("db", lambda number=number: work(number), nothing, failures.append)  # type: ignore[misc]  # bound now
    lanes.close()
    assert order == list(range(30))
    assert len(names) == 1
    assert failures == []


def test_an_answer_after_the_end_is_not_begun_and_no_failure() -> None:
    """The gateway answers while the counter closes: the row is found again at the next start."""
    failures: list[Exception] = []
    lanes = ThreadLanes(failures.append)
    release, over, written = threading.Event(), threading.Event(), []

    def record(_: object) -> None:
        lanes.submit("db", lambda: written.append(1), nothing, failures.append)
        over.set()

    lanes.submit("net", lambda: release.wait(5), record, failures.append)
    time.sleep(0.05)
    lanes.close()
    release.set()
    assert over.wait(5)
    assert (written, failures) == ([], [])


def test_an_open_pool_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    lanes = ThreadLanes(lambda error: None)

    def full(*given: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("concurrent.futures.ThreadPoolExecutor.submit", full)
    with pytest.raises(RuntimeError, match="new thread"):
        lanes.submit("net", lambda: None, nothing, nothing)
    monkeypatch.undo()
    lanes.close()


def test_the_clocks_of_this_computer() -> None:
    clock = SystemClock()
    assert abs(clock.now() - time.time() * 1000) < 1000
    before = clock.monotonic()
    assert clock.monotonic() >= before
