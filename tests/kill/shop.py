"""Around the counter that is killed: the servers, the forking parent, what was acknowledged."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pysqlite3 import dbapi2 as sqlite

from pos_desktop.sandbox.surroundings import Surroundings
from tests.support.practice import Practice

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]
_OPENING_S = 20.0


class Killed:
    """One shop with one counter; ``told`` is everything that any of its lives acknowledged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counter = folder / "till"
        self.around = Surroundings(folder)
        self.told: list[Json] = []

    def __enter__(self) -> Self:
        self.around.start()
        self.practice = Practice(self.around.endpoints)
        # Deliveries are told at once: a life lasts no longer than a blink.
        self.practice.features(pace_ms=5)
        command = [sys.executable, "-m", "tests.kill.seller"]
        self._parent = subprocess.Popen(
            [*command, str(self.around.file), str(self.counter)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip
        self._rest = b""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._parent.kill()
        self._parent.wait()
        for pipe in (self._parent.stdin, self._parent.stdout):
            if pipe is not None:
                pipe.close()
        self.practice.close()
        self.around.stop()

    def life(self, seed: int) -> float:
        """Sell, be killed at a random moment after the opening; the seconds that it lived."""
        pid = self._born(f"sell {seed}")
        chance = random.Random(seed)
        seconds = chance.choice((0.02, 0.1, 0.3, 0.5)) * chance.random()
        if chance.random() < 0.8:
            # Else the kill may come in the middle of the opening.
            self._until("opened")
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._until("dead")
        return seconds

    def settle(self, seconds: float) -> None:
        """A life in which nobody sells and which ends in order."""
        self._born(f"settle {seconds}")
        ended = self._until("settled", seconds + _OPENING_S)
        self._until("dead")
        assert ended["quiet"], self.rows("SELECT kind, subject, last_error FROM outbox "
                                         "WHERE state IN ('queued', 'doing')")  # fmt: skip

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the counter's file past the program."""
        db = sqlite.connect(f"file:{self.counter / 'counter.db'}?mode=ro", uri=True)
        try:
            return list(db.execute(query, values))
        finally:
            db.close()

    def _born(self, line: str) -> int:
        assert self._parent.stdin is not None
        self._parent.stdin.write(line.encode() + b"\n")
        return int(self._until("born")["pid"])

    def _until(self, what: str, seconds: float = _OPENING_S) -> Json:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            told = self._line()
            self.told.append(told)
            assert told["what"] not in ("broken", "failure"), told
            if told["what"] == what:
                return told
        raise AssertionError(f"it never said {what}")

    def _line(self) -> Json:
        assert self._parent.stdout is not None
        while b"\n" not in self._rest:
            piece = os.read(self._parent.stdout.fileno(), 65536)
            assert piece, "the counter's parent has ended"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        # A killed life may leave half a line before the next one's first.
        return dict(json.loads(line[line.index(b'{"what"') :]))
