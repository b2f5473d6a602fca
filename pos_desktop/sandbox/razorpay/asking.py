"""Reading a request as Razorpay does: key, JSON body, paging."""

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from litestar import Request

from pos_desktop.sandbox.razorpay.objects import Register
from pos_desktop.sandbox.razorpay.refusals import Refusal, not_authenticated
from pos_desktop.sandbox.shapes import Json

Asked = Request[Any, Any, Any]
T = TypeVar("T")


def mode_of(request: Asked, reg: Register) -> str:
    """``live`` or ``test`` by the key; the word ``Basic`` must be spelt so. Raises Refusal."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        raise not_authenticated()
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise not_authenticated() from None
    modes = {reg.keys.key_id: "live", reg.keys.test_key_id: "test"}
    if user not in modes:
        raise Refusal("The api key provided is invalid", status=401)
    if not hmac.compare_digest(password.encode(), reg.keys.key_secret.encode()):
        raise not_authenticated()
    return modes[user]


async def body_of(request: Asked) -> Json:
    """The JSON object of the body, ``{}`` for none. Raises Refusal."""
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refusal("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refusal("The request body must be a JSON object.")
    return body


def page(request: Asked, items: Sequence[T], created: Sequence[int]) -> list[T]:
    """One page of ``items`` (newest first) by ``from``, ``to``, ``count``, ``skip``."""
    count, skip = _number(request, "count", 10), _number(request, "skip", 0)
    if count > 100:
        raise Refusal("The count may not be greater than 100.", field="count")
    first, last = _number(request, "from", 0), _number(request, "to", 2**62)
    kept = [item for item, at in zip(items, created, strict=True) if first <= at <= last]
    return kept[skip : skip + count]


def collection(items: list[Json]) -> Json:
    """The usual wrapping of lists (1.1)."""
    return {"entity": "collection", "count": len(items), "items": items}


def _number(request: Asked, name: str, default: int) -> int:
    value = request.query_params.get(name)
    if value is None:
        return default
    if not str(value).isdigit():
        raise Refusal(f"The {name} must be an integer.", field=name)
    return int(value)
