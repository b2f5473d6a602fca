"""For the operator: is it alive, is it ready, what does it count."""

import hmac
import ipaddress

from litestar import Response, get
from prometheus_client import generate_latest

from pos_relay.routes.common import Asked, node_of, not_found
from pos_relay.store import tenants


@get("/healthz")
async def healthz() -> dict[str, bool]:
    """The process answers."""
    return {"ok": True}


@get("/readyz", sync_to_thread=True)
def readyz(request: Asked) -> dict[str, bool]:
    """The database answers (500 otherwise)."""
    with node_of(request).store.database.read() as sql:
        return {"ok": tenants.has_key_check(sql)}


@get("/metrics", sync_to_thread=True)
def metrics(request: Asked) -> Response[bytes]:
    """Prometheus text for the operator's token; 404 for everybody else.

    This machine needs none as long as there is no public address: behind a proxy everybody may
    seem to be here.
    """
    node = node_of(request)
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    wanted = node.settings.operator_token or ""
    trusted = bool(wanted) and hmac.compare_digest(wanted.encode(), shown.encode())
    here = _is_here(request.client.host if request.client else "")
    if not trusted and (node.settings.public_url or not here):
        raise not_found()
    return Response(generate_latest(node.meters.registry), media_type="text/plain; version=0.0.4")


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
