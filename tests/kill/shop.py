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
from pos_desktop.services.traffic import Budget
from tests.support.practice import Practice

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]
_OPENING_S = 20.0
# What the counter's budget gives each request once the burst is spent.
_REQUEST_S = Budget(credit=0).free_at(0) / 1000
# The longest question: the link or QR, the payments of its order or QR, and one that was captured.
_REQUESTS = 3
# What takes money has four turns (turns.py), of one request each, before what is closed has one.
_REQUESTS_BETWEEN = 4


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
        """A life in which nobody sells and which ends in order: it ends as soon as it is quiet.

        At a start everything that may still receive money is asked about, also what was closed
        within five days, at two requests a second and no faster: a third of the links and QRs of
        these tests, which were all made within minutes. ``seconds`` are for the rest; the asking's
        come on top.
        """
        most = seconds + self._asking_s()
        self._born(f"settle {most}")
        ended = self._until("settled", most + _OPENING_S)
        self._until("dead")
        assert ended["quiet"], (most, ended, self.rows(
            "SELECT kind, subject, last_error FROM outbox WHERE state IN ('queued', 'doing')"
        ))  # fmt: skip

    def _asking_s(self) -> float:
        """The longest that the budget takes to ask about all that is watched now."""
        watched, payable = self.rows(
            "SELECT count(*), "
            "coalesce(sum(state IN ('requested', 'unknown', 'open', 'closing')), 0) "
            "FROM collects WHERE next_ask_at IS NOT NULL"
        )[0]
        between = _REQUESTS_BETWEEN if payable else 0
        return float(watched * (_REQUESTS + between) * _REQUEST_S)

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
