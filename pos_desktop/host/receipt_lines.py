"""What a receipt printer is told over a line that answers, and what its answers mean.

A printer that was switched off raises nothing by itself: the system takes the bytes all the same.
So it is asked before a job whether it is there and has paper, and after it, in the order of its
work, whether it has come to the end. One that never answers anything is only given the job.
"""

import os
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pos_desktop.domain.errors import Unavailable
from pos_desktop.ports.paper import HalfPrinted

_CONNECT_S = 3.0
_NO_STATUS_BACK = b"\x1da\x00"
_ASK = {kind: b"\x10\x04" + bytes([kind]) for kind in (1, 2, 4)}
_ASK_END = b"\x1dr\x01"
_OFFLINE, _COVER, _FAULT, _PAPER_END = 0x08, 0x04, 0x40, 0x60
_PAPER_END_AFTER = 0x0C
_CHUNK = 4096
_EMPTY_S = 0.02


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: until the answer to a question, without any progress of a job, for its end, and how
    long one that answers nothing is listened to after a job."""

    answer: float = 1.5
    stall: float = 8.0
    end: float = 12.0
    mute: float = 0.5


class Line(Protocol):
    """A way to a printer that never blocks; ``receive`` is b"" for nothing, None when the other
    side is gone."""

    def fileno(self) -> int: ...
    def send(self, job: bytes) -> int: ...
    def receive(self) -> bytes | None: ...
    def close(self) -> None: ...


class NetworkLine:
    """A connection to a printer's raw port. Raises OSError."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=_CONNECT_S)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, job: bytes) -> int:
        return self._socket.send(job)

    def receive(self) -> bytes | None:
        return self._socket.recv(64) or None

    def close(self) -> None:
        self._socket.close()


class DeviceLine:
    """A printer at a USB port as the system's device file. Raises OSError."""

    def __init__(self, file: Path) -> None:
        # Not to be made where it is missing, and no terminal of ours.
        flags = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
        self._handle = os.open(file, flags)

    def fileno(self) -> int:
        return self._handle

    def send(self, job: bytes) -> int:
        return os.write(self._handle, job)

    def receive(self) -> bytes | None:
        # An empty packet on USB is no end.
        with suppress(BlockingIOError):
            return os.read(self._handle, 64)
        return b""

    def close(self) -> None:
        os.close(self._handle)


class Talk:
    """One conversation with the printer at the other end of ``line``."""

    def __init__(self, line: Line, patience: Patience) -> None:
        self._line = line
        self._wait = patience

    def ready(self) -> bool:
        """True if it says that it takes a job, False if it says nothing at all.

        Raises Unavailable ``printer_not_ready`` or ``printer_no_paper``; OSError.
        """
        self._line.send(_NO_STATUS_BACK)
        state = self._ask(1)
        if state is None:
            return False
        paper = self._ask(4) or 0
        if paper & _PAPER_END:
            raise Unavailable("printer_no_paper")
        if state & _OFFLINE:
            raise Unavailable("printer_not_ready")
        return True

    def give(self, job: bytes, *, answers: bool) -> None:
        """Print. Raises OSError where not a byte of it left, HalfPrinted where some did and its end
        is not known."""
        sent, whole = 0, job + _ASK_END if answers else job
        try:
            while sent < len(whole):
                sent += self._push(whole[sent : sent + _CHUNK])
            self._end(len(job), answers=answers)
        except OSError as error:
            if not sent:
                raise
            raise HalfPrinted("print_doubt", f"{sent} of {len(job)} bytes: {error}") from error

    def _push(self, part: bytes) -> int:
        _, writable, _ = select.select([], [self._line], [], self._wait.stall)
        if not writable:
            raise TimeoutError("it takes no more")
        with suppress(BlockingIOError):
            return self._line.send(part)
        return 0

    def _end(self, size: int, *, answers: bool) -> None:
        if not answers:
            # Nothing will come but the news that it went away.
            self._listen(lambda _: False, self._wait.mute)
            return
        # Some 20 kB of letters and pictures are a second of printing or two.
        end = self._listen(_is_end, self._wait.end + size / 4000)
        if end is None:
            raise TimeoutError("it does not say that it has come to the end")
        if end & _PAPER_END_AFTER:
            raise TimeoutError("its paper came to the end first")

    def _ask(self, kind: int) -> int | None:
        self._line.send(_ASK[kind])
        return self._listen(_is_state, self._wait.answer)

    def _listen(self, wanted: Callable[[int], bool], seconds: float) -> int | None:
        """The first byte that is ``wanted``; None after so many seconds. Raises OSError."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self._line], [], [], left)
            if not readable:
                break
            heard = self._line.receive()
            if heard is None:
                raise ConnectionResetError("it went away")
            if not heard:
                time.sleep(_EMPTY_S)
            found = next(filter(wanted, heard), None)
            if found is not None:
                return found
        return None


def _is_state(answer: int) -> bool:
    """The fixed bits of an answer to DLE EOT."""
    return answer & 0x93 == 0x12


def _is_end(answer: int) -> bool:
    """The fixed bits of an answer to GS r, which those to DLE EOT do not share."""
    return answer & 0x90 == 0
