"""The web application: routes, errors as bodies, and what runs beside them."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp

from pos_desktop.wire import v1
from pos_relay import __version__
from pos_relay.errors import Lost, Missing, Refused
from pos_relay.housekeeping import keep_house
from pos_relay.journal import Journal
from pos_relay.middleware import Outer
from pos_relay.node import Node
from pos_relay.pages import plain
from pos_relay.reading import ReadingRequest
from pos_relay.routes import (
    admin,
    callbacks,
    enrol,
    feed,
    health,
    hooks,
    links,
    pages,
    shops,
    store,
    sync,
)
from pos_relay.routes.common import address_of
from pos_relay.shortcut import Shortcut
from pos_relay.store.faults import BROKEN, BUSY, FULL, storage_fault

log = logging.getLogger("raseed.relay")

GONE = plain("gone")
Body = Response[v1.Problem]
_COUNTERS = "/v1/"  # a newer counter may ask an older relay for what it has not
_TROUBLE = {
    FULL: (507, v1.Problem(code="storage_full", text="the relay's disk is full: try again later")),
    BUSY: (503, v1.Problem(code="storage_busy", text="the relay is busy: try again")),
    BROKEN: (503, v1.Problem(code="storage", text="the relay cannot reach its disk: try later")),
}
_ROUTES: list[Any] = [
    enrol.enrol,
    sync.sync,
    sync.own_ledger,
    pages.put_page,
    pages.revoke_page,
    pages.put_picture,
    pages.close_picture,
    links.open_link,
    links.open_query_link,
    links.open_header_link,
    links.open_picture,
    links.payment_return,
    hooks.hook,
    callbacks.exotel,
    feed.read_feed,
    health.healthz,
    health.readyz,
    health.metrics,
    admin.counters,
    admin.make_code,
    admin.revoke,
    shops.rotate_callback,
    store.state,
    store.newest,
    store.replace,
    store.mine,
    store.rotate,
    store.counters,
    store.ledger,
    store.revoke,
    store.keep_code,
]
_BEARER = SecurityScheme(type="http", scheme="bearer")
_OPENAPI = OpenAPIConfig(
    title="Raseed relay",
    version=__version__,
    path="/schema",
    render_plugins=[JsonRenderPlugin()],
    components=Components(security_schemes={"counter": _BEARER, "operator": _BEARER}),
)


def create_app(node: Node) -> ASGIApp:
    """The ASGI application of an opened node; the caller closes the node's store afterwards."""
    journal = Journal(node.meters)
    app = Litestar(
        _ROUTES,
        openapi_config=_OPENAPI,
        lifespan=[_running(node, journal)],
        logging_config=None,
        request_class=ReadingRequest,
        exception_handlers={
            Missing: _missing,
            Lost: _lost,
            NotFoundException: _nowhere,
            MethodNotAllowedException: _refused_by_framework,
            Refused: _refused,
            HTTPException: _refused_by_framework,
            msgspec.MsgspecError: _garbled,
            Exception: _broken,
        },
    )
    app.state.node = node
    return Shortcut(Outer(app, node, journal), node, journal)


def _running(node: Node, journal: Journal) -> Any:  # noqa: ANN401 - Litestar's own type of a lifespan manager
    @asynccontextmanager
    async def running(_app: Litestar) -> AsyncIterator[None]:
        node.bus.start()
        purge = asyncio.create_task(keep_house(node))
        try:
            yield
        finally:
            node.bus.stop()
            purge.cancel()
            journal.close()

    return running


def _problem(status: int, problem: v1.Problem, headers: dict[str, str] | None = None) -> Body:
    return Response(problem, status_code=status, headers=headers, media_type="application/json")


def _refused(_request: Request[Any, Any, Any], error: Refused) -> Body:
    headers = {"www-authenticate": "Bearer"} if error.status == 401 else {}
    if error.wait:
        headers["retry-after"] = str(error.wait)
    return _problem(error.status, error.problem, headers)


def _missing(_request: Request[Any, Any, Any], _error: Exception) -> Response[bytes]:
    """One body for every address that opens nothing."""
    return Response(GONE, status_code=404, media_type="text/html")


def _nowhere(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """An address that no route has: whoever tries many is a guesser like any other."""
    node: Node = request.app.state.node
    if not request.scope["path"].startswith(_COUNTERS):
        if seconds := node.limiter.wait(address_of(request)):
            return links.slow(seconds)
        node.limiter.missed(address_of(request))
    return _missing(request, error)


def _lost(request: Request[Any, Any, Any], error: Lost) -> Response[bytes]:
    """For the customer a page like any that is not there; the operator hears of it."""
    node: Node = request.app.state.node
    node.meters.lost.labels(error.fault).inc()
    log.error(json.dumps({"lost": error.fault, "page": error.page}))
    return _missing(request, error)


def _garbled(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A page that a counter sealed, but that is no page: customers see none."""
    page = request.scope.get("state", {}).get("page")
    return _lost(request, Lost("garbled", page)) if page else _broken(request, error)


def _refused_by_framework(_request: Request[Any, Any, Any], error: HTTPException) -> Body:
    """Bad JSON, wrong method, too large; the framework's texts may quote input, so not them."""
    allow = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
    texts = {405: "not this way", 413: "too large"}
    text = texts.get(error.status_code, "the request cannot be read")
    return _problem(error.status_code, v1.Problem(code="bad_request", text=text), allow)


def _broken(request: Request[Any, Any, Any], error: Exception) -> Body:
    """A bug or a broken disk: the log gets the trace (no path, no body), the caller no detail.

    Where the store is in trouble nothing was stored, and callers come again: 507 for a full disk,
    503 for the rest.
    """
    route = request.scope.get("path_template") or "none"
    log.error(json.dumps({"route": route, "error": type(error).__name__}), exc_info=error)
    fault = storage_fault(error)
    if fault is not None:
        node: Node = request.app.state.node
        node.meters.storage.labels(fault).inc()
        status, problem = _TROUBLE[fault]
        return _problem(status, problem, {"retry-after": "30"})
    return _problem(500, v1.Problem(code="internal", text="the relay has a problem"))
