"""A relay on loopback for tests: the real server in a thread, and a plain HTTP client."""

import asyncio
import hashlib
import io
import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import update

from pos_desktop.wire import enrolment, seal, v1
from pos_relay.cli import main
from pos_relay.node import Node, now_ms, open_node
from pos_relay.serving import make_server
from pos_relay.settings import LIMITS, Limits, Settings
from pos_relay.store import devices, tenants
from pos_relay.store.devices import Terms
from pos_relay.store.feed import KEPT_MS
from pos_relay.store.tables import feed

WEBHOOK_SECRET = b"whsec_demo_1"
QUICK = replace(LIMITS, heartbeat=0.1, long_poll=1.0, misses_per_minute=10_000)
QUICK = replace(QUICK, hits_per_minute=100_000, enrols_per_minute=100_000)
QUICK = replace(QUICK, enrol_misses_per_minute=10_000, wrong_secrets_per_minute=10_000)
OPERATOR = "operator-token-of-the-tests"


@dataclass(frozen=True)
class Shop:
    """A tenant with what its owner was shown."""

    tenant: str
    hook_key: str
    callback_secret: str


@dataclass
class Till:
    """An enrolled counter."""

    answer: v1.EnrolAnswer
    key: Ed25519PrivateKey
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = {"authorization": f"Bearer {self.answer.token}"}


@dataclass
class Relay:
    """A running relay and what a test does with it."""

    node: Node
    base_url: str
    http: httpx.Client

    def shop(self, name: str = "Fresh Mart", *, practice: bool = False) -> Shop:
        """Add a tenant with a Razorpay secret."""
        store, now = self.node.store, now_ms()
        with store.database.write() as sql:
            new = tenants.add(sql, store.box, name, practice=practice, now=now)
            tenants.set_gateway_secret(sql, store.box, new.tenant, WEBHOOK_SECRET, now)
        return Shop(new.tenant, new.hook_key, new.callback_secret)

    def code(self, shop: Shop, *, minutes: int = 15, uses: int = 1) -> str:
        """A one-time code."""
        now = now_ms()
        with self.node.store.database.write() as sql:
            terms = Terms(now + minutes * 60_000, now, uses)
            return devices.make_code(sql, shop.tenant, "", terms)

    def enrol(self, shop: Shop, key: Ed25519PrivateKey | None = None) -> Till:
        """Enrol a counter over HTTP."""
        key = key or Ed25519PrivateKey.generate()
        reply = self.http.post("/v1/enrol", json=enrol_body(self.code(shop), key))
        assert reply.status_code == 200, reply.text
        return Till(msgspec.json.decode(reply.content, type=v1.EnrolAnswer), key)

    def publish(
        self,
        till: Till,
        token: str,
        content: v1.PageContent,
        *,
        revision: int = 1,
        pdf: bytes | None = None,
    ) -> httpx.Response:
        """Seal and push a page."""
        plain = msgspec.json.encode(content)
        body: dict[str, object] = {
            "revision": revision,
            "content": seal.encode(seal.seal(token, seal.PAGE, revision, plain)),
        }
        if pdf is not None:
            body["pdf"] = seal.encode(seal.seal(token, seal.PDF, revision, pdf))
        url = f"/v1/pages/{seal.page_id(token)}"
        return self.http.put(url, json=body, headers=till.headers)

    def hints(self, till: Till, after: int = 0) -> list[v1.FeedEvent]:
        """The feed as it stands."""
        reply = self.http.get("/v1/feed", params={"after": after, "wait": 0}, headers=till.headers)
        assert reply.status_code == 200, reply.text
        return list(msgspec.json.decode(reply.content, type=v1.FeedPage).events)


def make_old(relay: Relay, shop: Shop) -> None:
    """Let every hint of a shop be older than any counter's absence."""
    with relay.node.store.database.write() as sql:
        mine = update(feed).where(feed.c.tenant == shop.tenant)
        sql.execute(mine.values(at=now_ms() - KEPT_MS - 24 * 3_600_000))


def enrol_body(code: str, key: Ed25519PrivateKey, label: str = "Till 1") -> dict[str, str]:
    """What a counter sends for a code."""
    wire = enrolment.wire_code(code)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        "code": wire,
        "label": label,
        "public_key": seal.encode(public),
        "signature": seal.encode(key.sign(enrolment.possession_text(wire, label))),
    }


def event(seq: int, prev: str, *, salt: str = "") -> dict[str, Any]:
    """A well-formed ledger entry; ``salt`` makes another history."""
    digest = hashlib.sha256(f"{prev}{seq}{salt}".encode()).hexdigest()
    sealed = seal.encode(b"\x01" + hashlib.sha256(digest.encode()).digest() * 2)
    return {
        "seq": seq,
        "kind": "sale_issued",
        "at": 1_795_409_000_000 + seq,
        "prev_hash": prev,
        "hash": digest,
        "sealed": sealed,
    }


def chain(count: int, *, salt: str = "") -> list[dict[str, Any]]:
    """``count`` entries from 1 on."""
    entries: list[dict[str, Any]] = []
    prev = "0" * 64
    for seq in range(1, count + 1):
        entries.append(event(seq, prev, salt=salt))
        prev = entries[-1]["hash"]
    return entries


def batch(entries: list[dict[str, Any]], *, epoch: int = 1, **more: object) -> dict[str, Any]:
    """A sync batch of entries."""
    return {"epoch": epoch, "from_seq": entries[0]["seq"], "events": entries, **more}


@contextmanager
def running(data: Path, limits: Limits = QUICK, **more: Any) -> Iterator[Relay]:
    """Serve a relay on loopback in a thread of this process; ``more`` goes to its Settings."""
    settings = Settings(data=data, operator_token=OPERATOR, limits=limits)
    node = open_node(replace(settings, **more))
    listening = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    server = make_server(node, ready.set)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True
    )
    thread.start()
    assert ready.wait(10)
    base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        with httpx.Client(base_url=base_url, timeout=10, trust_env=False) as http:
            yield Relay(node, base_url, http)
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
        node.store.close()


@contextmanager
def process(data: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``raseed-relay serve`` as a child process: (process, base url); stderr goes to a file."""
    command = [sys.executable, "-m", "pos_relay", "serve", "--data", str(data)]
    with (data.parent / "relay.log").open("a") as log:
        child = subprocess.Popen(
            [*command, "--port", "0", "--announce", *more],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert child.stdout is not None
            yield child, json.loads(child.stdout.readline())["base_url"]
        finally:
            child.terminate()
            child.wait(10)
            if child.stdout is not None:
                child.stdout.close()


def operator(data: Path, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """Run one operator's command in this process: (exit code, stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch("sys.stdin", io.StringIO(stdin)),
    ):
        code = main([*arguments, "--data", str(data)])
    return code, out.getvalue(), err.getvalue()


def command(data: Path, *arguments: str, stdin: str = "") -> dict[str, Any]:
    """The JSON line of a command that succeeds."""
    code, out, err = operator(data, *arguments, stdin=stdin)
    assert code == 0, err
    answer: dict[str, Any] = json.loads(out)
    return answer


@contextmanager
def captured_log() -> Iterator[list[str]]:
    """Everything that any logger of this process says, but the tests' own HTTP client.

    Line by line; lines of requests come up to a fifth of a second after the answer.
    """
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith(("httpx", "httpcore")):
                lines.extend(self.format(record).split("\n"))

    root = logging.getLogger()
    keep, level = Keep(), root.level
    root.addHandler(keep)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(keep)
        root.setLevel(level)
