"""The door of the practice servers: writes the journal and lets armed faults happen.

It stands before the whole application (plain ASGI), because a fault may swallow an answer that
was made, or close the connection without any.
"""

import asyncio
import json
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from pos_desktop.sandbox.cashfree.refusals import TEXTS as CASHFREE_TEXTS
from pos_desktop.sandbox.cashfree.refusals import error_body
from pos_desktop.sandbox.cashfree.replays import Keyed, Replays, Told
from pos_desktop.sandbox.faults import SERVER_TARGETS, Fault, Faults
from pos_desktop.sandbox.journal import Entry, Journal
from pos_desktop.sandbox.limits import Limits

TRANSPORT = "practice_transport"
"""Key of the connection in the scope's state, put there by ``serve``'s protocol."""

HANG = "practice_hang"
"""Key a route sets in the scope's state: keep the answer, say nothing (exotel 9, number ...10)."""

_HTML = (
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)

_LOGIN = b"<html><head><title>Wi-Fi</title></head><body><h1>Please log in</h1></body></html>"
_REMEMBERED = 2_000


class Front:
    """ASGI application around ``app``; see the module."""

    def __init__(self, app: ASGIApp, journal: Journal, faults: Faults, limits: Limits) -> None:
        self._app = app
        self._journal = journal
        self._faults = faults
        self._limits = limits
        self._replays = Replays()
        self._last: dict[tuple[str, str], list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        server, _, rest = str(scope["path"]).lstrip("/").partition("/")
        if server not in SERVER_TARGETS:
            await self._app(scope, receive, send)
            return
        body = await _whole_body(receive)
        method, path = str(scope["method"]), "/" + rest
        query = bytes(scope["query_string"]).decode("latin-1")
        entry = self._journal.open(server, method, (path, query), body)
        if not self._limits.take(server):
            entry.fault = "limit"
            await _Call(self._app, scope, receive, send, body).tell(entry, *_status(server, 429))
            return
        call = _Call(self._app, scope, receive, send, body)
        keyed = Keyed.of(f"{method} {path}", call.headers, body)
        again = self._replays.again(keyed) if server == "cashfree" else None
        if again is not None:
            entry.note = "replayed"
            await call.tell(entry, *again)
            return
        fault = self._faults.take(server, method, path)
        entry.fault = fault.kind if fault else None
        await self._answer(call, entry, fault, keyed)

    async def _answer(self, call: "_Call", entry: Entry, fault: Fault | None, keyed: Keyed) -> None:
        kind = fault.kind if fault else ""
        place = (f"{entry.method} {entry.path}", entry.query)
        if fault is not None and (kind in _PAGES or kind.startswith("status_")):
            instead = _instead(entry.server, fault)
            if kind not in _PAGES:
                self._replays.keep(keyed, instead)
            await call.tell(entry, *instead)
        elif kind == "stale" and place in self._last:
            await call.pass_on(entry, self._last[place])
        elif kind == "hang":
            await call.wait_for_hang_up()
        elif kind == "refuse":
            await call.hang_up()
        else:
            if fault is not None and kind == "delay":
                await asyncio.sleep(fault.delay_ms / 1000)
            answer = await call.work()
            self._remember(place, answer)
            self._replays.keep(keyed, _whole_answer(answer))
            if kind == "hang_after_work" or call.state.get(HANG):
                await call.wait_for_hang_up()
            elif kind == "refuse_after_work":
                await call.hang_up()
            else:
                await call.pass_on(entry, answer)

    def _remember(self, place: tuple[str, str], answer: list[Message]) -> None:
        if place[0].startswith("GET "):
            self._last[place] = answer
            if len(self._last) > _REMEMBERED:
                del self._last[next(iter(self._last))]


class _Call:
    """One request on its way through the door."""

    def __init__(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, body: bytes
    ) -> None:
        self._app, self._scope, self._receive, self._send = app, scope, receive, send
        self._body: bytes | None = body
        state: dict[str, Any] = scope.setdefault("state", {})
        self.state = state
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }

    async def work(self) -> list[Message]:
        """Let the application do its work; its answer is kept, not sent."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(self._scope, self._replay, keep)
        return answer

    async def pass_on(self, entry: Entry, answer: list[Message]) -> None:
        """Send what the application answered."""
        for message in answer:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await self._send(message)

    async def tell(
        self, entry: Entry, status: int, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> None:
        """Send this answer instead of the application's."""
        entry.status = status
        size = (b"content-length", str(len(body)).encode())
        await self._send(
            {"type": "http.response.start", "status": status, "headers": [size, *headers]}
        )
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def wait_for_hang_up(self) -> None:
        """Say nothing until the client goes."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return

    async def hang_up(self) -> None:
        """Close the connection without a word."""
        transport = self.state.get(TRANSPORT)
        if isinstance(transport, asyncio.BaseTransport):
            transport.close()
        await self.wait_for_hang_up()

    async def _replay(self) -> Any:  # noqa: ANN401 - an ASGI event
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _whole_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message["body"])
        if not message["more_body"]:
            return b"".join(parts)


def _whole_answer(messages: list[Message]) -> Told:
    """What the application answered, in one piece."""
    status, headers, body = 500, [], b""
    for message in messages:
        if message["type"] == "http.response.start":
            status = message["status"]
            named = [(bytes(name).lower(), bytes(value)) for name, value in message["headers"]]
            headers = [pair for pair in named if pair[0] != b"content-length"]
        elif message["type"] == "http.response.body":
            body += message["body"]
    return status, headers, body


def _instead(server: str, fault: Fault) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of a fault that answers."""
    if fault.kind in _PAGES:
        status, page = _PAGES[fault.kind]
        return status, [(b"content-type", b"text/html")], page
    return _status(server, int(fault.kind.removeprefix("status_")), fault.retry_after)


def _status(
    server: str, status: int, retry_after: int | None = None
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    headers = [(b"content-type", b"application/json")]
    if retry_after is not None:
        name = b"x-ratelimit-retry" if server == "cashfree" else b"retry-after"
        headers.append((name, str(retry_after).encode()))
    return status, headers, json.dumps(_error_body(server, status)).encode()


def _error_body(server: str, status: int) -> dict[str, object]:
    text = _TEXTS.get(status, "Practice fault")
    if server == "cashfree":
        return error_body(status, CASHFREE_TEXTS.get(status, text))
    if server == "exotel":
        return {"RestException": {"Status": status, "Message": text}}
    code = "SERVER_ERROR" if status >= 500 else "BAD_REQUEST_ERROR"
    return {
        "error": {
            "code": code,
            "description": text,
            "source": "NA",
            "step": "NA",
            "reason": "NA",
            "metadata": {},
        }
    }


_PAGES = {"html": (502, _HTML), "login_page": (200, _LOGIN)}
_TEXTS = {
    401: "Authentication failed",
    409: "Request failed because another request is in progress with the same idempotency key",
    429: "Too Many Requests",
    500: "We are facing some trouble completing your request at the moment.",
    503: "Service Unavailable",
}
