"""For the operator: is it alive, is it ready, what does it count."""

import ipaddress

from litestar import Response, get
from prometheus_client import generate_latest

from pos_relay.routes.common import Asked, address_of, is_operator, node_of, not_found, wrong
from pos_relay.store import tenants

_FORWARDED = ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


@get("/healthz")
async def healthz() -> dict[str, bool]:
    """The process answers."""
    return {"ok": True}


@get("/readyz", sync_to_thread=True)
def readyz(request: Asked) -> dict[str, bool]:
    """The database answers (503 otherwise)."""
    with node_of(request).store.database.read() as sql:
        return {"ok": tenants.has_key_check(sql)}


@get("/metrics", sync_to_thread=True)
def metrics(request: Asked) -> Response[bytes]:
    """Prometheus text for the operator's token; 404 for everybody else.

    ``--metrics-local`` lets in who calls from this machine by no proxy: behind one, everybody may
    seem to be here.
    """
    node = node_of(request)
    local = node.settings.metrics_local and _is_here(request)
    if not (local or is_operator(request)):
        raise wrong(request, not_found())
    return Response(generate_latest(node.meters.registry), media_type="text/plain; version=0.0.4")


def _is_here(request: Asked) -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
