"""The far end of ``story.child``: a window in another process, which can be killed."""

from __future__ import annotations

import select
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from pos_desktop.gui.eyes import Seen
from pos_desktop.story.record import Broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pos_desktop.story.window import Place

_POLITE_S = 15.0
_PATIENCE_S = 30.0
_TURN_S = 0.005


@dataclass(frozen=True, slots=True)
class Command:
    """What a hand does: scan, press, write or shot with a text; see or ready without one."""

    do: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it."""

    took: float = 0.0
    ready: bool = False
    seen: Seen | None = None


class FarWindow:
    """``story.window.Window`` in a child process; ``check`` raises SystemExit once all ends."""

    def __init__(self, story: str, place: Place, check: Callable[[], None]) -> None:
        self._check = check
        words = [story, str(place.endpoints), str(place.data)]
        self._child = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-P", "-m", "pos_desktop.story.child", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def scan(self, code: str) -> float:
        return self._ask("scan", code).took

    def press(self, sequence: str) -> None:
        self._ask("press", sequence)

    def write(self, text: str) -> None:
        self._ask("write", text)

    def shot(self, file: Path) -> None:
        self._ask("shot", str(file))

    def see(self) -> Seen:
        seen = self._ask("see").seen
        if seen is None:
            raise Broken("the counter's child did not look")
        return seen

    def ready(self) -> bool:
        return self._ask("ready").ready

    def turn(self) -> None:
        self._check()
        time.sleep(_TURN_S)

    def kill(self) -> None:
        """SIGKILL: as if somebody had pulled the plug."""
        self._child.kill()
        self._leave()

    def end(self) -> None:
        if self._child.poll() is not None:
            self._leave()
            return
        if self._child.stdin is not None:
            self._child.stdin.close()
        try:
            self._child.wait(_POLITE_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
        self._leave()

    def _ask(self, do: str, text: str = "") -> Answer:
        self._check()
        stdin, stdout = self._child.stdin, self._child.stdout
        if stdin is None or stdout is None:
            raise Broken("the counter's child cannot be reached")
        stdin.write(msgspec.json.encode(Command(do, text)) + b"\n")
        stdin.flush()
        answers, _, _ = select.select([stdout], [], [], _PATIENCE_S)
        if not answers:
            raise Broken(f"the counter's child does not answer for {_PATIENCE_S:g} s")
        line = stdout.readline()
        if not line:
            raise Broken(f"the counter's child ended with {self._child.wait()}")
        return msgspec.json.decode(line, type=Answer)

    def _leave(self) -> None:
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None and not stream.closed:
                stream.close()
