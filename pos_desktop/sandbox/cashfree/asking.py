"""Reading a request as Cashfree does (key, version, limits, JSON), and answering it (2.1)."""

import hmac
import json
import re
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Request, Response

from pos_desktop.sandbox.cashfree.limits import CallLimits, Room
from pos_desktop.sandbox.cashfree.objects import Register
from pos_desktop.sandbox.cashfree.refusals import TEXTS, CashfreeRefusal, error_body
from pos_desktop.sandbox.shapes import Json, tail

Asked = Request[Any, Any, Any]
PREFIX = "/cashfree/pg"
_ROOM = "cashfree_room"
_JSON = msgspec.json.Encoder(decimal_format="number")
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")


async def admit(request: Asked, reg: Register, limits: CallLimits) -> None:
    """Check key and version and count the call. Raises CashfreeRefusal."""
    shown = (request.headers.get("x-client-id", ""), request.headers.get("x-client-secret", ""))
    known = (reg.keys.cashfree_id, reg.keys.cashfree_secret)
    if not all(
        hmac.compare_digest(one.encode(), other.encode())
        for one, other in zip(shown, known, strict=True)
    ):
        raise CashfreeRefusal(TEXTS[401], 401, "request_failed")
    if not _VERSION.fullmatch(request.headers.get("x-api-version", "")):
        raise CashfreeRefusal("version value is missing in the header: x-api-version")
    if not reg.features.cashfree_limits:
        limits.forget()
        return
    room = limits.take(request.method, request.url.path.removeprefix(PREFIX))
    request.state[_ROOM] = room
    if room is not None and room.retry is not None:
        raise CashfreeRefusal(TEXTS[429], 429, "request_failed")


async def body_of(request: Asked) -> Json:
    """The JSON object of the body with exact amounts, ``{}`` for none. Raises CashfreeRefusal."""
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw, parse_float=Decimal)
    except ValueError:
        raise CashfreeRefusal("invalid JSON in the request") from None
    if not isinstance(body, dict):
        raise CashfreeRefusal("the request must be a JSON object")
    return body


def told(request: Asked, content: object, status: int = 200) -> Response[bytes]:
    """An answer; amounts become numbers with two decimals."""
    headers = {
        "x-api-version": request.headers.get("x-api-version", ""),
        "x-request-id": request.headers.get("x-request-id") or tail(20),
    }
    room = request.state.get(_ROOM)
    if isinstance(room, Room):
        headers |= room.headers()
    return Response(
        _JSON.encode(content), status_code=status, media_type="application/json", headers=headers
    )


def refusal_answer(request: Asked, refusal: CashfreeRefusal) -> Response[bytes]:
    """A refusal as HTTP."""
    return told(request, error_body(refusal.status, refusal.text, refusal.code), refusal.status)
