"""What wraps every answer: security headers, HEAD, refusal of encodings, a log without tokens."""

import time
from collections.abc import Iterable
from typing import cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from pos_relay.journal import FEED, Journal
from pos_relay.node import Node
from pos_relay.page_texts import STYLE_CSP
from pos_relay.settings import Settings

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
_ENCODED = b'{"code":"encoding","text":"send the body without content encoding"}'


def security_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """What every answer carries, unless its route says otherwise."""
    headers = dict(_BASE_HEADERS)
    if settings.public_url.startswith("https://"):
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class Outer:
    """The outermost layer. Never logs a path: only the route's pattern and a page id's prefix."""

    def __init__(self, app: ASGIApp, node: Node, journal: Journal) -> None:
        self._app = app
        self._node = node
        self._journal = journal
        self._headers = security_headers(node.settings)

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
                streams = asked["path"] == FEED and not head and _is_stream(message["headers"])
                if streams:
                    self._node.meters.streams.inc()
                have = {name.lower() for name, _ in message["headers"]}
                added = [pair for pair in self._headers if pair[0] not in have]
                message["headers"] = [*message["headers"], *added]
            elif head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        try:
            if encoded(asked):
                await _refuse_encoding(outward)
            else:
                await self._app(inner, receive, outward)
        finally:
            if streams:
                self._node.meters.streams.dec()
            asked_for = (inner.get("path_template") or "none", inner["method"], status)
            page = inner.get("state", {}).get("page")
            self._journal.note(asked_for, time.monotonic() - began, page)


def _is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in headers
    )


def encoded(scope: HTTPScope) -> bool:
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
