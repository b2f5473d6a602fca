"""Reading a control call and refusing it; shared by everything below ``/control``."""

import json
from typing import Any

from litestar import Request, Response

from pos_desktop.sandbox.shapes import Json

Asked = Request[Any, Any, Any]


class ControlRefused(Exception):
    """A control call asks for something that cannot be."""

    def __init__(self, code: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status


def control_answer(refused: ControlRefused) -> Response[Json]:
    """A refusal as HTTP."""
    return Response({"code": refused.code, "text": refused.text}, status_code=refused.status)


async def control_body(request: Asked) -> Json:
    """The JSON object of the body, ``{}`` for none. Raises ControlRefused."""
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ControlRefused("bad_json", "the body must be a JSON object")
    return body


def whole_number(body: Json, name: str, default: int | None = None) -> int:
    """A number of at least 0. Raises ControlRefused."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ControlRefused("bad_field", f"{name} must be a whole number")
    return value
