"""The operator's routes for a shop's own secrets."""

import msgspec
from litestar import post
from litestar.params import FromPath

from pos_relay.routes.admin import BEARER
from pos_relay.routes.common import Asked, needs_operator, node_of, not_found
from pos_relay.store import notices
from pos_relay.store.tenants import callback_paths


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """The new secret and the addresses for Exotel; shown once. The old one counts as long."""

    callback_secret: str
    callback_paths: dict[str, str]
    previous_secret_hours: int = 24


@post(
    "/v1/operator/tenants/{tenant:str}/callback",
    status_code=200,
    guards=[needs_operator],
    security=BEARER,
    sync_to_thread=True,
)
def rotate_callback(request: Asked, tenant: FromPath[str]) -> Callback:
    """A new secret for the addresses of callbacks; the counters hear of it by the feed."""
    node = node_of(request)
    with node.store.database.write() as sql:
        fresh = notices.rotate_callback(sql, node.store.box, tenant, node.now())
    if fresh is None:
        raise not_found()
    node.bus.wake(tenant)
    return Callback(callback_secret=fresh, callback_paths=callback_paths(tenant, fresh))
