"""The test's end of ``tests.e2e.counter``: starts it, presses, looks, kills it."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pysqlite3 import dbapi2 as sqlite

from pos_desktop.storage.verify import verify_database

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]
_PATIENCE_S = 20
MILK, SALT, OIL = "8901234000083", "8901234001554", "8901234001769"


class Remote:
    """One run of a counter on its folder; several may follow one another on the same."""

    def __init__(self, endpoints: Path, data: Path, channel: str = "whatsapp_qr") -> None:
        self.data = data
        self.longest_turn = 0.0
        command = [sys.executable, "-m", "tests.e2e.counter", str(endpoints), str(data), channel]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        data.mkdir(parents=True, exist_ok=True)
        with (data.parent / f"{data.name}.err").open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )

    def __enter__(self) -> Self:
        self.until(lambda look: bool(look["ready"]), "the counter is open", 20)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def do(self, what: str, **more: object) -> Json:
        """One command and its answer."""
        self.begin(what, **more)
        return self.answer()

    def begin(self, what: str, **more: object) -> None:
        """Send a command and wait for nothing."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self) -> Json:
        """The answer of the command that was begun."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], _PATIENCE_S)
        assert ready, f"no answer within {_PATIENCE_S} s: {self.errors()}"
        line = self._process.stdout.readline()
        assert line, f"the counter ended with {self._process.wait()}: {self.errors()}"
        answer = dict(json.loads(line))
        assert "error" not in answer, answer["error"]
        return answer

    def errors(self) -> str:
        """What it said on standard error, and the errors of its log."""
        said = (self.data.parent / f"{self.data.name}.err").read_text(encoding="utf-8")
        logs = [
            line
            for file in sorted((self.data / "logs").glob("*"))
            for line in file.read_text(encoding="utf-8").splitlines()
            if '"ERROR"' in line or '"CRITICAL"' in line
        ]
        return "\n".join([said, *logs]).strip()

    def look(self) -> Json:
        """What a person sees now. ``longest_turn``: seconds for which the window served nobody."""
        seen = self.do("look")
        self.longest_turn = max(self.longest_turn, seen["longest_turn"])
        return seen

    def until(self, happened: Callable[[Json], bool], what: str, seconds: float = 10) -> float:
        """Look until it happened; the seconds that it took."""
        began = time.monotonic()
        while not happened(look := self.look()):
            waited = time.monotonic() - began
            assert waited < seconds, f"{what}: not within {seconds:g} s; seen {look}"
            time.sleep(0.03)
        return time.monotonic() - began

    def sell(self, codes: Sequence[str] = (MILK, SALT, OIL), phone: str = "9876543210") -> None:
        """Scan goods and type the phone: F9 comes next."""
        self.do("scan", codes=list(codes))
        if phone:
            self.do("press", keys=["F3"])
            self.do("write", text=phone)
            self.do("press", keys=["Return"])
        self.until(lambda look: look["lines"] == len(set(codes)), "the lines")

    def request(self) -> str:
        """F9, and the order id as soon as the bill waits."""
        before = set(self.orders())
        self.do("press", keys=["F9"])
        wait_for(lambda: len(set(self.orders()) - before) == 1, "the bill is committed")
        (order,) = set(self.orders()) - before
        return order

    def orders(self) -> list[str]:
        """All order ids, oldest first."""
        return [row[0] for row in self.rows("SELECT order_id FROM sales ORDER BY created_at")]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the database from outside."""
        file = self.data / "counter.db"
        if not file.exists():
            return []
        connection = sqlite.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            return list(connection.execute(query, values))
        finally:
            connection.close()

    def kill(self) -> None:
        """SIGKILL, as a power cut would; harmless where it ended already."""
        self._process.kill()
        self._leave()

    def kill_when(self, query: str, seconds: float = 10) -> None:
        """SIGKILL within a millisecond of the commit that gives ``query`` a row."""
        file = f"{(self.data / 'counter.db').as_uri()}?mode=ro"
        end = time.monotonic() + seconds
        connection = sqlite.connect(file, uri=True, timeout=5)
        try:
            while connection.execute(query).fetchone() is None:
                assert time.monotonic() < end, f"{query}: no row within {seconds:g} s"
        finally:
            self.kill()
            connection.close()

    def end(self) -> None:
        """Close the window and wait; a counter that does not go is killed."""
        if self._process.poll() is not None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._leave()
        assert code == 0, self.errors()

    def verify(self) -> None:
        """Ledger, numbers and totals are sound; nothing unforeseen was logged."""
        result = verify_database(self.data / "counter.db")
        assert (result.ok, result.problem) == (True, "")
        assert self.errors() == ""

    def _leave(self) -> None:
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None and not stream.closed:
                stream.close()


def wait_for(happened: Callable[[], bool], what: str, seconds: float = 10) -> float:
    """Ask every few milliseconds until it happened; the seconds that it took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds:g} s"
        time.sleep(0.005)
    return time.monotonic() - began
