"""The surroundings of a practice counter: gateway, Exotel and relay as child processes.

They have ports of their own, survive a kill of the counter and end with the process that started
them (architecture 5). The counter learns about them from one JSON file.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx

SHOP = "Fresh Mart"
_STARTING_S = 30.0


class NotStarted(RuntimeError):
    """A child process did not come up; the text says which and what it said last."""


class Surroundings:
    """Starts and stops practice servers and relay; ``endpoints`` is what the counter reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: dict[str, subprocess.Popen[str]] = {}
        self.endpoints: dict[str, Any] = {}

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def file(self) -> Path:
        """The JSON file for ``raseed --practice FILE``."""
        return self._folder / "practice.json"

    def start(self) -> None:
        """Bring everything up, introduce the servers to each other, write the file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        practice = self._practice()
        relay = self.start_relay()
        tenant = self._tenant(practice["webhook_secret"], practice["cashfree_secret"])
        hook = relay["base_url"] + tenant["hook_path"]
        cashfree = hook.replace("/hook/razorpay/", "/hook/cashfree/")
        control = practice["control"]
        _tell(f"{control}/webhook", {"url": hook, "secret": practice["webhook_secret"]})
        _tell(f"{control}/webhook", {"gateway": "cashfree", "url": cashfree})
        _tell(f"{control}/features", {"page_base": relay["base_url"]})
        self.endpoints = {**practice, "relay": relay["base_url"], "tenant": tenant["tenant"]}
        self.endpoints["enrolment_code"] = self._code(tenant["tenant"])
        self.file.write_text(json.dumps(self.endpoints, indent=1), encoding="utf-8")
        self.file.chmod(0o600)

    def stop(self) -> None:
        """End every child, politely first."""
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            _gone(child, 5)
        self._children.clear()

    def stop_relay(self) -> None:
        """Take the relay away, as an outage would."""
        child = self._children.pop("relay")
        child.terminate()
        _gone(child, 10)

    def start_relay(self) -> dict[str, Any]:
        """Start the relay on its port of always: the links that it hosts must go on working."""
        port = str(_kept_port(self._folder / "relay.port"))
        command = ["-m", "pos_relay", "serve", "--port", port, "--announce"]
        return self._child("relay", [*command, "--data", str(self._relay_folder)])

    @property
    def _relay_folder(self) -> Path:
        return self._folder / "relay"

    def _practice(self) -> dict[str, Any]:
        port = str(_kept_port(self._folder / "practice.port"))
        return self._child("practice", ["-m", "pos_desktop", "practice", "--port", port])

    def _child(self, name: str, arguments: list[str]) -> dict[str, Any]:
        command = [sys.executable, "-P", *arguments, "--parent", str(os.getpid())]
        log = (self._folder / f"{name}.log").open("a", encoding="utf-8")
        child = subprocess.Popen(  # noqa: S603  # our own interpreter and modules
            command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
        log.close()
        self._children[name] = child
        return _announced(name, child, self._folder)

    def _tenant(self, razorpay: str, cashfree: str) -> dict[str, Any]:
        """The shop at the relay: added once, later told the webhook secrets of this run."""
        secrets = f"{razorpay}\n{cashfree}\n"
        kept = self._folder / "tenant.json"
        if kept.exists():
            tenant = dict(json.loads(kept.read_text(encoding="utf-8")))
            both = ["--gateway", "razorpay", "--gateway", "cashfree"]
            self._relay(["tenant", "secret", tenant["tenant"], *both], secrets)
            return tenant
        words = ["tenant", "add", SHOP, "--practice", "--razorpay-secret-stdin"]
        tenant = self._relay([*words, "--cashfree-secret-stdin"], secrets)
        kept.write_text(json.dumps(tenant), encoding="utf-8")
        kept.chmod(0o600)
        return tenant

    def _code(self, tenant: str) -> str:
        return str(self._relay(["enrol", tenant], "")["code"])

    def _relay(self, words: list[str], secret: str) -> dict[str, Any]:
        command = [sys.executable, "-P", "-m", "pos_relay", *words]
        done = subprocess.run(  # noqa: S603  # our own interpreter and modules
            [*command, "--data", str(self._relay_folder)],
            input=secret,
            capture_output=True,
            text=True,
            check=False,
            timeout=_STARTING_S,
        )
        if done.returncode != 0:
            raise NotStarted(f"relay {' '.join(words)}: {done.stderr.strip()}")
        return dict(json.loads(done.stdout))


def _gone(child: subprocess.Popen[str], seconds: float) -> None:
    """Wait for the end of a child that was asked to go; one that does not is killed."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _announced(name: str, child: subprocess.Popen[str], folder: Path) -> dict[str, Any]:
    """The JSON line by which a server says that it is ready."""
    stream: IO[str] | None = child.stdout
    line = stream.readline() if stream else ""
    if not line:
        last = (folder / f"{name}.log").read_text(encoding="utf-8")[-500:]
        raise NotStarted(f"{name} did not start: {last}")
    return dict(json.loads(line))


def _kept_port(file: Path) -> int:
    """The port of the last run if it is free, else a new one, remembered."""
    kept = int(file.read_text(encoding="utf-8")) if file.exists() else 0
    for port in (kept, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found = int(probe.getsockname()[1])
            file.write_text(str(found), encoding="utf-8")
            return found
    raise NotStarted("no free port on loopback")


def _tell(url: str, body: dict[str, Any]) -> None:
    httpx.post(url, json=body, timeout=5).raise_for_status()
