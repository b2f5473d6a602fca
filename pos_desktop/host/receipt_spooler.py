"""A receipt printer behind a queue of the system's spooler (CUPS), which passes bytes on untouched.

The spooler keeps what it is given until the printer is back, which may be tomorrow: a job that has
not left its queue within seconds is cancelled there, and waits in our own.
"""

import os
import re
import shutil
import subprocess
import time
from threading import Lock

from pos_desktop.domain.errors import Unavailable
from pos_desktop.ports.paper import HalfPrinted

_COMMAND_S = 5.0
_LEAVES_S = 15.0
_LOOK_S = 0.3
_SLOW = "printer_slow"
_REQUEST = re.compile(r"request id is (\S+)")


class Spooler:
    """``ports.ReceiptPrinter``; ``queue`` is its name there, ``leaves`` the seconds that a job may
    take to leave it."""

    def __init__(self, queue: str, leaves: float = _LEAVES_S) -> None:
        self._queue = queue
        self._leaves = leaves
        self._busy = Lock()

    def send(self, job: bytes) -> None:
        """See the port."""
        if not self._busy.acquire(blocking=False):
            raise Unavailable("printer_busy")
        try:
            self.check()
            self._give(job)
        finally:
            self._busy.release()

    def check(self) -> None:
        """Whether the spooler knows the queue and lets it print."""
        said = self._run("lpstat", "-p", self._queue)
        if "disabled" in said:
            raise Unavailable("printer_not_ready", said.strip())

    def _give(self, job: bytes) -> None:
        try:
            said = self._run("lp", "-d", self._queue, "-o", "raw", "-t", "Raseed", "-", job=job)
        except Unavailable as error:
            if error.code != _SLOW:
                raise
            raise HalfPrinted("print_doubt", "the spooler took too long") from error
        found = _REQUEST.search(said)
        if found is None:
            raise HalfPrinted("print_doubt", f"the spooler gave no number: {said.strip()}")
        until = time.monotonic() + self._leaves
        try:
            while self._holds(found[1]):
                if time.monotonic() > until:
                    self._run("cancel", found[1])
                    # Whatever the printer had of it by then.
                    raise HalfPrinted("print_doubt", "it did not leave the spooler's queue")
                time.sleep(_LOOK_S)
        except Unavailable as error:
            raise HalfPrinted("print_doubt", str(error)) from error

    def _holds(self, request: str) -> bool:
        waiting = self._run("lpstat", "-W", "not-completed", "-o", self._queue)
        return any(line.split(" ", 1)[0] == request for line in waiting.splitlines())

    def _run(self, *command: str, job: bytes | None = None) -> str:
        """What the command says. Raises Unavailable where it fails."""
        program = shutil.which(command[0])
        if program is None:
            raise Unavailable("printer_missing", f"there is no {command[0]}")
        try:
            done = subprocess.run(  # noqa: S603 - CUPS' own commands; the queue's name was checked
                [program, *command[1:]],
                input=job,
                capture_output=True,
                timeout=_COMMAND_S,
                check=True,
                env=_plain(),
            )
        except subprocess.CalledProcessError as error:
            raise Unavailable("printer_off", _text(error.stderr)) from error
        except subprocess.TimeoutExpired as error:
            raise Unavailable(_SLOW, str(error)) from error
        return _text(done.stdout)


def _plain() -> dict[str, str]:
    """Our own surroundings, but for the language: we read what the commands say."""
    return {**os.environ, "LC_ALL": "C"}


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace")
