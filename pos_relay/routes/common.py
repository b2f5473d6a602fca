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
from pos_relay import codes
from pos_relay.errors import Refused, refused, slow_down
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


def address_of(connection: ASGIConnection[Any, Any, Any, State]) -> str:
    """Who calls, as far as the proxy in front is believed."""
    return connection.client.host if connection.client else "unknown"


async def needs_counter(
    connection: ASGIConnection[Any, Any, Any, State], _route: BaseRouteHandler
) -> None:
    """Guard: a bearer session token of a counter that is not revoked (401/403); 429 for floods."""
    node: Node = connection.app.state.node
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    counter = None
    if scheme.lower() == "bearer" and token:
        counter = await to_thread.run_sync(_session, node, address_of(connection), token)
    if counter is None:
        raise wrong(connection, refused(401, "unknown_session", "enrol this counter"))
    if seconds := node.doors.devices.take(f"{counter.tenant}/{counter.device}"):
        raise slow_down(seconds)
    if counter.revoked:
        raise refused(403, "revoked", "this counter was revoked: enrol it again")
    connection.state.counter = counter


async def needs_manager(
    connection: ASGIConnection[Any, Any, Any, State], route: BaseRouteHandler
) -> None:
    """Guard: a counter that may ask for the whole store (403 for the others)."""
    await needs_counter(connection, route)
    if not connection.state.counter.manager:
        raise refused(403, "not_manager", "this is for the manager's counter")


def _session(node: Node, address: str, token: str) -> Counter | None:
    """Who shows this token. A wrong one is looked up once in a while, whoever repeats it."""
    sessions, hashed = node.doors.sessions, codes.hashed(token)
    known = sessions.known(hashed)
    if known is False:
        if seconds := sessions.wrong_again(hashed):
            raise slow_down(seconds)
        raise refused(401, "unknown_session", "enrol this counter")
    if known is None and (seconds := node.doors.strangers.barred(address)):
        raise slow_down(seconds)
    with node.store.database.read() as sql:
        counter = devices.by_token(sql, token)
    sessions.remember(hashed, right=counter is not None)
    return counter


def wrong(connection: ASGIConnection[Any, Any, Any, State], answer: Refused) -> Refused:
    """Count a wrong secret of this address: ``answer``, or 429 once there were too many."""
    strangers, address = connection.app.state.node.doors.strangers, address_of(connection)
    if seconds := strangers.barred(address):
        return slow_down(seconds)
    strangers.missed(address)
    return answer


async def needs_operator(
    connection: ASGIConnection[Any, Any, Any, State], _route: BaseRouteHandler
) -> None:
    """Guard: the operator's token; without one in the environment nothing opens (404)."""
    node: Node = connection.app.state.node
    if node.settings.operator_token is None:
        raise refused(404, "not_found", "there is nothing here")
    if not is_operator(connection):
        text = "the operator's token is needed"
        raise wrong(connection, refused(401, "unknown_session", text))


def is_operator(connection: ASGIConnection[Any, Any, Any, State]) -> bool:
    """Whether the operator's token is shown; never without one in the environment."""
    wanted = connection.app.state.node.settings.operator_token or ""
    shown = connection.headers.get("authorization", "").removeprefix("Bearer ")
    same = hmac.compare_digest(wanted.encode(), shown.encode("utf-8", "surrogatepass"))
    return bool(wanted) and same


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


def number(text: str | None) -> int:
    """A whole number of a query, 0 where there is none; 400 for anything else."""
    if text is None or text == "":
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise refused(400, "bad_number", "a whole number is expected")
    return int(text)


def not_found() -> Refused:
    """What another shop's things and things that do not exist answer alike."""
    return refused(404, "not_found", "there is nothing here")
