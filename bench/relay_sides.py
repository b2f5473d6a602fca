"""Our relay and the bare servers beside it, each in a process of its own."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch
from urllib.parse import urlsplit

from pos_desktop.net.http import HttpClient
from pos_desktop.relay_client import identity
from pos_desktop.relay_client.client import RelayClient
from pos_relay.cli import main

WEBHOOK_SECRET = b"whsec_of_the_bench"
_ROOT = Path(__file__).resolve().parent.parent


class _Process:
    """A server as a child; it ends with the block."""

    def __init__(self, *words: str) -> None:
        self.child = subprocess.Popen(
            [sys.executable, *words],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.child.stdout is not None
        self.said = self.child.stdout.readline()
        if not self.said:
            raise RuntimeError(f"{words[1]} did not start: {self.child.wait(10)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.child.terminate()
        self.child.communicate(timeout=20)

    def resident(self) -> int:
        """Kilobytes of memory that the process holds (Linux)."""
        status = Path(f"/proc/{self.child.pid}/status").read_text("ascii")
        return int(next(row for row in status.splitlines() if row.startswith("VmRSS")).split()[1])


class Bare(_Process):
    """A floor of ``bench.bare_web``."""

    def __init__(self, *words: str) -> None:
        super().__init__("-m", "bench.bare_web", *words)
        self.port = int(self.said)


class Ours(_Process):
    """The relay with one shop on a new folder."""

    def __init__(self, data: Path) -> None:
        self._data = data
        with patch("sys.stdin", io.StringIO(WEBHOOK_SECRET.decode() + "\n")):
            self.shop = self._operator("tenant", "add", "Bench", "--razorpay-secret-stdin")
        super().__init__("-m", "bench.relay_ours", str(data))
        self.base_url = str(json.loads(self.said)["base_url"])
        self.port = urlsplit(self.base_url).port or 0

    def tills(self, count: int) -> list["Till"]:
        """Counters, enrolled as counters are."""
        uses = ("--uses", str(count))
        code = str(self._operator("enrol", str(self.shop["tenant"]), *uses)["code"])
        return [Till(self.base_url, code) for _ in range(count)]

    def _operator(self, *words: str) -> dict[str, Any]:
        out = io.StringIO()
        with redirect_stdout(out):
            if main([*words, "--data", str(self._data)]) != 0:
                raise RuntimeError(f"the relay refused: {words[0]}")
        answer: dict[str, Any] = json.loads(out.getvalue())
        return answer


class Till:
    """A counter: the real client on a key store in memory."""

    def __init__(self, base_url: str, code: str) -> None:
        self._secrets: dict[str, str] = {}
        self.http = HttpClient(base_url)
        self.client = RelayClient(self.http, self)
        enrolled = self.client.enrol(code, "Bench")
        self.device, self.epoch, self.token = enrolled.device, enrolled.epoch, enrolled.token
        self.shop_key = identity.Identity(self).shop_key()

    def get(self, name: str) -> str | None:
        """ports.SecretStore."""
        return self._secrets.get(name)

    def put(self, name: str, value: str) -> None:
        """ports.SecretStore."""
        self._secrets[name] = value
