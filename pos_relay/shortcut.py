"""Almost everything that customers ask for is a page that is there: the short way to it.

Whatever else an address may come to (a miss, a pause for guessers, a damaged file, another
language) goes on to the framework, whose route says it; the page is the same on both ways.
"""

import logging

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from pos_desktop.wire import seal
from pos_relay.node import Node
from pos_relay.opening import Link, opened

log = logging.getLogger("raseed.relay")

_FORM = "/i/{}"
_ROUTE = "/i/{name}"
_BEFORE = len("/i/")
_TYPE = (b"content-type", b"text/html; charset=utf-8")


class Shortcut:
    """Answers ``GET /i/{token}`` of known pages; everything else is for ``app``."""

    def __init__(self, app: ASGIApp, node: Node) -> None:
        self._app = app
        self._node = node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        page = await self._page(scope) if scope["type"] == ScopeType.HTTP else None
        if page is None:
            await self._app(scope, receive, send)
            return
        headers = [_TYPE, (b"content-length", b"%d" % len(page))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page, "more_body": False})

    async def _page(self, scope: HTTPScope) -> bytes | None:
        path = scope["path"]
        if not path.startswith("/i/") or scope["method"] != "GET" or scope["query_string"]:
            return None
        token = path[_BEFORE:]
        try:
            link = Link(_FORM, token, seal.page_id(token), None)
            page = await self._node.store.views.run(lambda: self._known(link, scope["client"]))
        except Exception as error:  # the route meets it again and knows what to say
            log.debug("the long way: %s", type(error).__name__)
            return None
        if page is not None:
            scope["path_template"] = _ROUTE
            scope["state"]["page"] = link.page_id
        return page

    def _known(self, link: Link, client: tuple[str, int] | None) -> bytes | None:
        view = self._node.store.views.page(link.page_id)
        # Counted only here or on the long way: a page that is not there is judged there.
        if view is None or self._node.limiter.wait(client[0] if client else "unknown"):
            return None
        return opened(self._node, link, view)
