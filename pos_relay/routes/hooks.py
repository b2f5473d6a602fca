"""POST /hook/...: gateways' webhooks. Size, signature on the raw bytes, only then parsing."""

import hashlib

import msgspec
from litestar import Response, post
from litestar.params import FromPath, RawBody

from pos_desktop.wire import v1
from pos_relay import hints
from pos_relay.errors import refused, slow_down
from pos_relay.gateways import FORMS, HookForm
from pos_relay.node import Node
from pos_relay.routes.common import Asked, node_of, not_found, wrong
from pos_relay.settings import LIMITS
from pos_relay.store import feed, tenants
from pos_relay.store.tenants import HookKeys


@post(
    "/hook/{gateway:str}/{tenant_key:str}",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=LIMITS.hook_body,
)
def hook(
    request: Asked, gateway: FromPath[str], tenant_key: FromPath[str], body: RawBody
) -> Response[dict[str, bool]]:
    """Store a hint once and answer 200; the counter asks the gateway itself.

    404 unknown address, 401 wrong signature, 403 another merchant's account, 400 not an event,
    429 beyond the shop's allowance or for an address that was wrong too often.
    """
    node = node_of(request)
    now = node.now()
    form = FORMS.get(gateway)
    with node.store.database.read() as sql:
        keys = tenants.hook_keys(sql, node.store.box, gateway, tenant_key, now)
    if keys is None or form is None:
        node.meters.hints.labels("hook", "unknown").inc()
        raise wrong(request, not_found())
    if not _signed(request, body, form, keys):
        node.meters.hints.labels("hook", "forged").inc()
        raise wrong(request, refused(401, "bad_signature", "the signature does not fit"))
    if seconds := node.doors.hooks.take(f"{keys.tenant}/{gateway}"):
        raise slow_down(seconds)
    event = _event(body, keys)
    # Gateways name each event; where they do not, or a proxy ate it, the bytes name themselves.
    event_id = hints.safe_id(request.headers.get(form.event_id, ""))
    hint = form.read(event, event_id or hashlib.sha256(body).hexdigest(), now)
    _store(node, keys.tenant, hint)
    return Response({"ok": True})


def _signed(request: Asked, body: bytes, form: HookForm, keys: HookKeys) -> bool:
    """Whether the raw body is signed with a valid secret; all are tried, in constant time."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    good = [form.signed(headers, body, secret) for secret in keys.secrets]
    return any(good)


def _event(body: bytes, keys: HookKeys) -> dict[str, object]:
    try:
        event = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise refused(400, "bad_event", "not a JSON object") from error
    if keys.account is not None and event.get("account_id") != keys.account:
        raise refused(403, "other_account", "this event belongs to another merchant")
    return event


def _store(node: Node, tenant: str, hint: v1.FeedEvent) -> None:
    with node.store.database.write() as sql:
        seq = feed.append(sql, tenant, hints.hook_key(hint), hint)
    node.meters.hints.labels("hook", "same" if seq is None else "stored").inc()
    if seq is not None:
        node.bus.wake(tenant)
