"""``./run`` as a person starts and ends it: nothing is left behind, nothing of hers is touched."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

RUN = [sys.executable, "-P", "-m", "pos_desktop", "run"]
SCREENLESS = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def until(happened: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"waited for: {what}"
        time.sleep(0.05)


def alive(folder: Path, launcher: int) -> list[str]:
    """The command lines of the processes that name ``folder``, or follow ``launcher``."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if str(folder) in words or f"--parent {launcher}" in words:
            found.append(words)
    return found


@contextmanager
def practice(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Practice with a window, open when the body begins."""
    launcher = subprocess.Popen(
        [*RUN, "--data", str(folder)],
        env=SCREENLESS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until((folder / "counter" / "counter.db.unclean").exists, "the counter is open")
        yield launcher
    finally:
        launcher.kill()
        launcher.communicate()


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGKILL, -9)],
)
def test_however_practice_ends_all_ends_in_order(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    folder = tmp_path / "practice"
    with practice(folder) as launcher:
        assert len(alive(folder, launcher.pid)) == 4
        if number == signal.SIGTERM:
            second = subprocess.run(
                [*RUN, "--data", str(folder)],
                check=False,
                env=SCREENLESS,
                capture_output=True,
                text=True,
            )
            assert second.returncode == 3
            assert second.stderr == "run: Raseed practice is already open\n"
        launcher.send_signal(number)
        assert launcher.wait(20) == code
        until(lambda: not alive(folder, launcher.pid), "everything has ended")
        assert launcher.stderr is not None
        assert launcher.stderr.read() == ""
    # The counter closed its books: the next start has nothing to repair.
    assert not (folder / "counter" / "counter.db.unclean").exists()


def test_stories_end_with_ctrl_c(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [*RUN, "--headless", "--story", "all", "--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as launcher:
        until(lambda: list(out.glob("*/shop/counter/counter.db")), "the first story plays")
        launcher.send_signal(signal.SIGINT)
        _, said = launcher.communicate(timeout=20)
    assert (launcher.returncode, said) == (130, "")
    until(lambda: not alive(out, launcher.pid), "everything has ended")
