"""POST /cb/exotel/...: the fate of messages. Unsigned, so the address carries a secret."""

import hmac
from urllib.parse import parse_qsl

import msgspec
from anyio import to_thread
from litestar import Response, post
from litestar.exceptions import LitestarException
from litestar.params import FromPath

from pos_relay import codes, hints
from pos_relay.errors import Refused, refused, slow_down
from pos_relay.node import Node
from pos_relay.routes.common import Asked, node_of, not_found, wrong
from pos_relay.settings import LIMITS
from pos_relay.store import feed, tenants

_CHANNELS = {"sms": "sms", "wa": "whatsapp"}
_LONGEST_CHALLENGE = 256
_MOST_FIELDS = 100
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)


@post(
    "/cb/exotel/{channel:str}/{tenant:str}/{secret:str}",
    status_code=200,
    request_max_body_size=LIMITS.callback_body,
)
async def exotel(
    request: Asked, channel: FromPath[str], tenant: FromPath[str], secret: FromPath[str]
) -> Response[dict[str, str]]:
    """Store what is said about messages (JSON, form or multipart) and answer 200.

    404 for a wrong address, 400 for an unreadable body, 413 over 64 KiB, 429 beyond the allowance
    of the secret. Unknown shapes: 200.
    """
    node = node_of(request)
    current = await to_thread.run_sync(_newest_if_ours, node, channel, tenant, secret)
    if not current:
        node.meters.hints.labels("callback", "forged").inc()
        raise wrong(request, not_found())
    if seconds := node.doors.callbacks.take(codes.hashed(f"{tenant}/{secret}")):
        raise slow_down(seconds)
    body = await _body(request)
    challenge = body.get("challenge")
    if body.get("type") == "verification" and isinstance(challenge, str):
        return Response({"challenge": challenge[:_LONGEST_CHALLENGE]})
    news = list(hints.of_exotel(_CHANNELS[channel], body, node.now(), current))
    await to_thread.run_sync(_store, node, tenant, news)
    return Response({})


def _newest_if_ours(node: Node, channel: str, tenant: str, secret: str) -> str:
    """The shop's newest secret if ``secret`` is a valid one, else "". In constant time; an unknown
    shop costs one comparison, too."""
    with node.store.database.read() as sql:
        valid = tenants.callback_secrets(sql, node.store.box, tenant, node.now()) or ("",)
    shown = secret.encode("utf-8", "surrogatepass")
    fits = [hmac.compare_digest(value.encode(), shown) and value != "" for value in valid]
    return valid[0] if any(fits) and channel in _CHANNELS else ""


async def _body(request: Asked) -> dict[str, object]:
    """The fields. A JSON body may come under the name of a form or of nothing, and a form without
    any name; only ``application/json`` is believed."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            form = await request.form()
            return {name: value for name, value in form.items() if isinstance(value, str)}
        return _decoded(await request.body(), form=kind != "application/json")
    except LitestarException as error:
        if getattr(error, "status_code", 400) == 413:  # too large is its own answer
            raise
        raise _unreadable() from error
    except _UNREADABLE as error:
        raise _unreadable() from error


def _decoded(raw: bytes, *, form: bool) -> dict[str, object]:
    if form and not raw.lstrip().startswith((b"{", b"[")):
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        return dict(pairs)
    value = msgspec.json.decode(raw)
    return value if isinstance(value, dict) else {}


def _unreadable() -> Refused:
    return refused(400, "bad_callback", "the body cannot be read")


def _store(node: Node, tenant: str, news: list[hints.News]) -> None:
    if not news:
        node.meters.hints.labels("callback", "nothing").inc()
        return
    with node.store.database.write() as sql:
        fresh = [feed.append(sql, tenant, one.key, one.hint) for one in news]
    for seq in fresh:
        node.meters.hints.labels("callback", "same" if seq is None else "stored").inc()
    if any(seq is not None for seq in fresh):
        node.bus.wake(tenant)
