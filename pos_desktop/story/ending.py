"""Ctrl-C and SIGTERM as an orderly end: whatever was started is stopped, nothing is printed."""

import _thread
import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from types import FrameType

from pos_desktop.host.parents import follow

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_POLITE_S = 15.0


class Ending:
    """Raises SystemExit(128 + signal) in the main thread, once; later signals find it ending."""

    def __init__(self) -> None:
        self._code: int | None = None
        self._patient = False

    @contextlib.contextmanager
    def listening(self, parent: int | None = None) -> Iterator[None]:
        """Meanwhile signals, and the end of process ``parent``, end this program in order."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        if parent is not None:
            follow(parent, lambda: _thread.interrupt_main(signal.SIGTERM))
        try:
            yield
        finally:
            for number, action in before.items():
                signal.signal(number, action)

    @contextlib.contextmanager
    def patient(self) -> Iterator[None]:
        """Meanwhile only ``check`` raises: an exception inside a slot of Qt would be lost."""
        self.check()
        self._patient = True
        try:
            yield
        finally:
            self._patient = False

    def check(self) -> None:
        """Raise SystemExit if a signal came while we were patient."""
        if self._code is not None:
            raise SystemExit(self._code)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        first = self._code is None
        self._code = 128 + number
        if first and not self._patient:
            self.check()


def attended(command: Sequence[str]) -> int:
    """Run a child of our own program until it ends; its exit code.

    However we are interrupted, it is asked to go first, and killed only if it does not.
    """
    child = subprocess.Popen([sys.executable, "-P", *command])  # noqa: S603  # our own program
    try:
        return child.wait()
    except BaseException:
        child.terminate()
        try:
            child.wait(_POLITE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise
