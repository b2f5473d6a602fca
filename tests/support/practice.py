"""The practice servers as a child process, and a listener for what they send."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]
_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; from pos_desktop.sandbox.serve import run_practice; "
    "sys.exit(run_practice(sys.argv[1:]))"
)


class Practice:
    """A running practice server: its announced line, its control API, its customers' doors."""

    def __init__(self, line: Json, process: "subprocess.Popen[str] | None" = None) -> None:
        self.line = line
        self.process = process
        self.control = httpx.Client(base_url=line["control"], timeout=10, trust_env=False)
        self.razorpay = httpx.Client(
            base_url=line["razorpay"],
            auth=(line["key_id"], line["key_secret"]),
            timeout=10,
            trust_env=False,
        )
        self.cashfree = httpx.Client(
            base_url=line["cashfree"],
            headers={
                "x-client-id": line["cashfree_id"],
                "x-client-secret": line["cashfree_secret"],
                "x-api-version": "2025-01-01",
            },
            timeout=10,
            trust_env=False,
        )
        self.exotel = httpx.Client(
            base_url=line["exotel"],
            auth=(line["exotel_key"], line["exotel_token"]),
            timeout=10,
            trust_env=False,
        )

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return str(self.line["control"]).removesuffix("/control")

    def close(self) -> None:
        """Close the connections (not the server)."""
        for client in (self.control, self.razorpay, self.cashfree, self.exotel):
            client.close()

    def do(self, action: str, **body: object) -> Json:
        """POST to ``/control/ACTION``: pay, fail, authorise, expire, reply, keys ..."""
        answer = self.control.post(f"/{action}", json=body)
        answer.raise_for_status()
        done: Json = answer.json()
        return done

    def pay(self, collect: str, **more: object) -> str:
        """Pay a link or QR (its id, or our reference); the payment id."""
        key = "collect_id" if collect.startswith(("plink_", "qr_")) else "reference"
        return str(self.do("pay", **{key: collect}, **more)["payment_id"])

    def fault(self, target: str, kind: str, **more: object) -> Json:
        """Arm a fault (``count`` 1 unless told)."""
        return self.do("faults", target=target, kind=kind, **more)

    def features(self, **switches: object) -> Json:
        """Change switches."""
        return self.do("features", **switches)

    def webhook(self, url: str, **more: object) -> Json:
        """Where webhooks go."""
        return self.do("webhook", url=url, **more)

    def state(self) -> Json:
        """Links, QRs, payments, messages ..."""
        answer: Json = self.control.get("/state").raise_for_status().json()
        return answer

    def journal(self, server: str = "", since: int = 0) -> list[Json]:
        """Requests and deliveries."""
        answer = self.control.get("/journal", params={"since": since, "server": server})
        entries: list[Json] = answer.raise_for_status().json()["entries"]
        return entries

    def sent_to(self, url: str) -> list[int | None]:
        """What each delivery to addresses that begin with ``url`` was answered, in order."""
        return [e["status"] for e in self.journal() if e["path"].startswith(url)]

    def calm(self) -> None:
        """No fault, no webhook, every switch as at the start."""
        self.control.delete("/faults").raise_for_status()
        self.do("limit", server="razorpay", per_minute=0)
        self.do("limit", server="cashfree", per_minute=0)
        self.webhook("", events=[])
        self.webhook("", events=[], gateway="cashfree")
        self.features(**_DEFAULTS)


_DEFAULTS: Json = {
    "qr": True,
    "image_content": True,
    "qr_notes_on_payments": False,
    "merchant": "Practice Shop",
    "refunds": "processed",
    "refund_ms": 400,
    "refund_ref_ms": 0,
    "refund_pause_ms": 0,
    "attempt_s": 600,
    "capture_s": 259_200,
    "pace_ms": 120,
    "callback_to": "plus",
    "callback_string_codes": False,
    "callback_without_label": False,
    "callback_extra_keys": False,
    "callback_batch": False,
    "callback_retries": 4,
    "retry_ms": 500,
    "page_base": "",
    "cashfree_limits": False,
    "cashfree_hooks": "2025-01-01",
    "cashfree_auto_refund": False,
}


@contextlib.contextmanager
def practice_server(*arguments: str) -> Iterator[Practice]:
    """Start ``raseed practice`` on a free port; ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", _START, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, f"the practice server ended with {process.wait()}"
        practice = Practice(json.loads(line), process)
        try:
            yield practice
        finally:
            practice.close()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@dataclass(frozen=True, slots=True)
class Heard:
    """One request that the listener got."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body, parsed."""
        parsed: Json = json.loads(self.body)
        return parsed


@dataclass
class Listener:
    """Keeps every request; answers ``statuses`` one after the other, then 200."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    files: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)

    def wait(self, count: int, seconds: float = 10.0) -> list[Heard]:
        """The first ``count`` requests; fails when they do not come."""
        wait_for(lambda: len(self.heard) >= count, seconds)
        return self.heard[:count]

    def events(self) -> list[str]:
        """Names of the webhook events heard."""
        return [heard.json["event"] for heard in self.heard]


def wait_for(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until ``true()``; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@contextlib.contextmanager
def listener() -> Iterator[Listener]:
    """A server on loopback that hears webhooks and callbacks, and serves ``files`` on GET."""
    kept = Listener()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("content-length", 0))
            body = self.rfile.read(size)
            headers = {k.lower(): v for k, v in self.headers.items()}
            status = kept.statuses.pop(0) if kept.statuses else 200
            kept.heard.append(Heard(self.path, headers, body))
            self._say(status, "application/json", b"{}")

        def do_GET(self) -> None:
            self._say(*kept.files.get(self.path, (404, "text/plain", b"")))

        def _say(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status in (301, 302):
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
