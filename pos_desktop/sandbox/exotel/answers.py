"""How Exotel answers: JSON for paths ending in ``.json``, else XML; refusals alike (2.6)."""

import json
from xml.sax.saxutils import escape

from litestar import Response

from pos_desktop.sandbox.shapes import Json, tail

ACCOUNT_FAILED = 1001


class Refused(Exception):
    """A request is refused with this HTTP status; clients branch on nothing else."""

    def __init__(self, status: int, text: str, *, xml: bool = False) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.xml = xml


def refused_answer(refused: Refused) -> Response[bytes]:
    """The refusal as HTTP; 429 says when to come again."""
    body = {"RestException": {"Status": refused.status, "Message": refused.text}}
    answer = wrapped(body, status=refused.status, xml=refused.xml)
    if refused.status == 429:
        answer.headers["Retry-After"] = "1"
    return answer


def wrapped(body: Json, *, status: int = 200, xml: bool) -> Response[bytes]:
    """``body`` as JSON, or as XML below ``TwilioResponse``."""
    if not xml:
        return Response(
            json.dumps(body).encode(), status_code=status, media_type="application/json"
        )
    text = f"<TwilioResponse>{_xml(body)}</TwilioResponse>"
    return Response(text.encode(), status_code=status, media_type="application/xml")


def whatsapp_answer(
    results: list[Json], *, status: int = 202, method: str = "POST"
) -> Response[bytes]:
    """The envelope of WhatsApp v2 (3.2); ``results`` in the order of the request."""
    failed = sum(1 for result in results if result["status"] == "failure")
    body = {
        "request_id": tail(20).lower(),
        "method": method,
        "http_code": status,
        "metadata": {"failed": failed, "total": len(results), "success": len(results) - failed},
        "response": {"whatsapp": {"messages": results}},
    }
    return Response(json.dumps(body).encode(), status_code=status, media_type="application/json")


def accepted(sid: str | None) -> Json:
    """One accepted message; without ``sid`` for numbers ending in 11."""
    found = {} if sid is None else {"sid": sid}
    return {"code": 202, "error_data": None, "status": "success", "data": found}


def failure(message: str, description: str) -> Json:
    """One refused message inside the envelope; inner keys are an assumption (3.3)."""
    error = {"code": ACCOUNT_FAILED, "message": message, "description": description}
    return {"code": 400, "error_data": error, "status": "failure", "data": None}


def _xml(body: Json) -> str:
    parts = []
    for name, value in body.items():
        if isinstance(value, dict):
            parts.append(f"<{name}>{_xml(value)}</{name}>")
        elif value is None:
            parts.append(f"<{name}/>")
        else:
            parts.append(f"<{name}>{escape(str(value))}</{name}>")
    return "".join(parts)
