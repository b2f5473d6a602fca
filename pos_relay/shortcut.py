"""Almost everything that customers ask for is a page that is there: the short way to it.

Whatever else an address may come to (a miss, a pause for guessers, a damaged file, another
language) goes on to the framework, whose route says it; the page is the same on both ways.
"""

import logging
import time

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from pos_desktop.wire import seal
from pos_relay.journal import Journal
from pos_relay.middleware import encoded, security_headers
from pos_relay.node import Node
from pos_relay.opening import Link, opened

log = logging.getLogger("raseed.relay")

_FORM = "/i/{}"
_NOTED = ("/i/{name}", "GET", 200)
_BEFORE = len("/i/")


class Shortcut:
    """Answers ``GET /i/{token}`` of known pages; everything else is for ``app``."""

    def __init__(self, app: ASGIApp, node: Node, journal: Journal) -> None:
        self._app = app
        self._node = node
        self._journal = journal
        kind = (b"content-type", b"text/html; charset=utf-8")
        self._headers = [kind, *security_headers(node.settings)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        began = time.monotonic()
        link = _link(scope) if scope["type"] == ScopeType.HTTP else None
        page = None if link is None else await self._page(link, scope)
        if link is None or page is None:
            await self._app(scope, receive, send)
            return
        headers = [(b"content-length", b"%d" % len(page)), *self._headers]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page, "more_body": False})
        self._journal.note(_NOTED, time.monotonic() - began, link.page_id)

    async def _page(self, link: Link, scope: Scope) -> bytes | None:
        try:
            return await self._node.store.views.run(lambda: self._known(link, scope["client"]))
        except Exception as error:  # the route meets it again and knows what to say
            log.debug("the long way: %s", type(error).__name__)
            return None

    def _known(self, link: Link, client: tuple[str, int] | None) -> bytes | None:
        view = self._node.store.views.page(link.page_id)
        # Counted only here or on the long way: a page that is not there is judged there.
        if view is None or self._node.limiter.wait(client[0] if client else "unknown"):
            return None
        return opened(self._node, link, view)


def _link(scope: HTTPScope) -> Link | None:
    """What is asked for, if it is a page and nothing but that."""
    path = scope["path"]
    if not path.startswith("/i/") or scope["method"] != "GET" or scope["query_string"]:
        return None
    if encoded(scope):
        return None
    token = path[_BEFORE:]
    try:
        return Link(_FORM, token, seal.page_id(token), None)
    except seal.SealError:
        return None
