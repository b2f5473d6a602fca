"""What routes share: who is calling, and checked values."""

import hmac
import re
from typing import Any

from anyio import to_thread
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from pos_desktop.wire import seal
from pos_relay.errors import Refused, refused
from pos_relay.node import Node
from pos_relay.store import devices
from pos_relay.store.devices import Counter

Asked = Request[Any, Any, State]
_PAGE_ID = re.compile(r"[0-9a-f]{64}")
BIGGEST_REVISION = 1_000_000_000
BEARER = [{"counter": list[str]()}]


def node_of(request: Asked) -> Node:
    """The running relay."""
    node: Node = request.app.state.node
    return node


def counter_of(request: Asked) -> Counter:
    """The enrolled counter that ``needs_counter`` let in."""
    counter: Counter = request.state.counter
    return counter


async def needs_counter(
    connection: ASGIConnection[Any, Any, Any, State], _route: BaseRouteHandler
) -> None:
    """Guard: a bearer session token of a counter that is not revoked (401/403)."""
    node: Node = connection.app.state.node
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")

    def find() -> Counter | None:
        with node.store.database.read() as sql:
            return devices.by_token(sql, token)

    counter = await to_thread.run_sync(find) if scheme.lower() == "bearer" and token else None
    if counter is None:
        raise refused(401, "unknown_session", "enrol this counter")
    if counter.revoked:
        raise refused(403, "revoked", "this counter was revoked: enrol it again")
    connection.state.counter = counter


async def needs_operator(
    connection: ASGIConnection[Any, Any, Any, State], _route: BaseRouteHandler
) -> None:
    """Guard: the operator's token; without one in the environment nothing opens (404)."""
    node: Node = connection.app.state.node
    wanted = node.settings.operator_token
    shown = connection.headers.get("authorization", "").removeprefix("Bearer ")
    if wanted is None:
        raise refused(404, "not_found", "there is nothing here")
    if not hmac.compare_digest(wanted.encode(), shown.encode("utf-8", "surrogatepass")):
        raise refused(401, "unknown_session", "the operator's token is needed")


def checked_page_id(page_id: str) -> str:
    """A page id in its one spelling; 404 otherwise."""
    if not _PAGE_ID.fullmatch(page_id):
        raise not_found()
    return page_id


def sealed_bytes(text: str, biggest: int) -> bytes:
    """Decoded sealed bytes; 400 if they are none, 413 over ``biggest``."""
    try:
        data = seal.decode(text)
    except seal.SealError as error:
        raise refused(400, "not_sealed", "base64url without padding is expected") from error
    if len(data) > biggest:
        raise refused(413, "too_large", f"at most {biggest} sealed bytes")
    if len(data) < seal.OVERHEAD or data[0] != seal.VERSION:
        raise refused(400, "not_sealed", "a sealed value of version 1 is expected")
    return data


def not_found() -> Refused:
    """What another shop's things and things that do not exist answer alike."""
    return refused(404, "not_found", "there is nothing here")
