"""What wraps every answer: security headers, HEAD, refusal of encodings, a log without tokens."""

import json
import logging
import time
from collections.abc import Iterable
from typing import cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from pos_relay.node import Node
from pos_relay.page_texts import STYLE_CSP

log = logging.getLogger("raseed.relay")

PAGE_CSP = (
    f"default-src 'none'; style-src '{STYLE_CSP}'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_BASE_HEADERS = {
    "cache-control": "private, no-store",
    "content-security-policy": PAGE_CSP,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
_FEED = "/v1/feed"
_ENCODED = b'{"code":"encoding","text":"send the body without content encoding"}'


class Outer:
    """The outermost layer. Never logs a path: only the route's pattern and a page id's prefix."""

    def __init__(self, app: ASGIApp, node: Node) -> None:
        self._app = app
        self._node = node
        headers = dict(_BASE_HEADERS)
        if node.settings.public_url.startswith("https://"):
            headers["strict-transport-security"] = "max-age=31536000"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        asked = scope
        head = asked["method"] == "HEAD"
        # HEAD is GET without a body, for every route; link checkers and previews use it.
        inner = cast("HTTPScope", {**asked, "method": "GET"}) if head else asked
        status, streams = 500, False

        async def outward(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                streams = asked["path"] == _FEED and not head and _is_stream(message["headers"])
                if streams:
                    self._node.meters.streams.inc()
                have = {name.lower() for name, _ in message["headers"]}
                added = [pair for pair in self._headers if pair[0] not in have]
                message["headers"] = [*message["headers"], *added]
            elif head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        try:
            if _encoded(asked):
                await _refuse_encoding(outward)
            else:
                await self._app(inner, receive, outward)
        finally:
            if streams:
                self._node.meters.streams.dec()
            self._note(inner, status, time.monotonic() - began)

    def _note(self, scope: HTTPScope, status: int, seconds: float) -> None:
        route = scope.get("path_template") or "none"
        self._node.meters.requests.labels(route, str(status)).inc()
        if route != _FEED:
            self._node.meters.seconds.labels(route).observe(seconds)
        entry: dict[str, object] = {
            "route": route,
            "method": scope["method"],
            "status": status,
            "ms": int(seconds * 1000),
        }
        page = scope.get("state", {}).get("page")
        if page:
            entry["page"] = page[:6]
        log.info(json.dumps(entry))


def _is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in headers
    )


def _encoded(scope: HTTPScope) -> bool:
    """A compressed body could grow without bound; nobody who calls us needs one."""
    return any(
        name == b"content-encoding" and value.strip().lower() not in {b"", b"identity"}
        for name, value in scope["headers"]
    )


async def _refuse_encoding(send: Send) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(_ENCODED)).encode()),
    ]
    await send({"type": "http.response.start", "status": 415, "headers": headers})
    await send({"type": "http.response.body", "body": _ENCODED, "more_body": False})
