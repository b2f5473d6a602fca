"""The operator's routes, closed (404) unless the relay was started with an operator token."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from pos_relay.routes.common import Asked, needs_operator, node_of, not_found
from pos_relay.settings import LIMITS
from pos_relay.store import devices, tenants
from pos_relay.store.devices import Terms

BEARER = [{"operator": list[str]()}]
_MINUTE = 60_000


class CodeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time code: for which label, how long, how many counters, and with what rights."""

    label: Annotated[str, msgspec.Meta(max_length=60)] = ""
    minutes: Annotated[int, msgspec.Meta(ge=1, le=10_080)] = 15
    uses: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    manager: bool = False


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """The code as people read it; shown once."""

    code: str
    expires_at: int


class Revoked(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a session was ended just now."""

    revoked: bool


@get("/v1/operator/counters", guards=[needs_operator], security=BEARER, sync_to_thread=True)
def counters(request: Asked) -> list[dict[str, object]]:
    """Every counter with its series, last entry and fork alarm."""
    with node_of(request).store.database.read() as sql:
        return devices.listed(sql)


@post(
    "/v1/operator/tenants/{tenant:str}/codes",
    guards=[needs_operator],
    security=BEARER,
    sync_to_thread=True,
    request_max_body_size=LIMITS.small_body,
)
def make_code(request: Asked, tenant: FromPath[str], data: JSONBody[CodeRequest]) -> Code:
    """A one-time enrolment code for a shop."""
    node = node_of(request)
    expires_at = node.now() + data.minutes * _MINUTE
    with node.store.database.write() as sql:
        if tenants.get(sql, tenant) is None:
            raise not_found()
        terms = Terms(expires_at, node.now(), data.uses, data.manager)
        code = devices.make_code(sql, tenant, data.label, terms)
    return Code(code=code, expires_at=expires_at)


@post(
    "/v1/operator/counters/{device:str}/revoke",
    status_code=200,
    guards=[needs_operator],
    security=BEARER,
    sync_to_thread=True,
)
def revoke(request: Asked, device: FromPath[str]) -> Revoked:
    """End a counter's session; its stream ends at once."""
    node = node_of(request)
    with node.store.database.write() as sql:
        revoked = devices.revoke(sql, device, node.now())
        shops = devices.shops_of(sql, device)
    for shop in shops:
        node.bus.wake(shop)
    return Revoked(revoked=revoked)
