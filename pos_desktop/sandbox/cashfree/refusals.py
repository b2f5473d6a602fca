"""Refusals of the practice Cashfree (reference gateways 2.1)."""

from pos_desktop.sandbox.shapes import Json

_TYPES = {
    401: "authentication_error",
    422: "idempotency_error",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "api_error",
}
TEXTS = {
    401: "authentication Failed",
    429: "Too many requests from the App ID",
    500: "internal Server Error",
    502: "bank processing failure",
}


class CashfreeRefusal(Exception):
    """An answer with ``message``, ``code`` and ``type``."""

    def __init__(self, text: str, status: int = 400, code: str = "request_invalid") -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.code = code


def error_body(status: int, text: str, code: str = "request_failed") -> Json:
    """The JSON of a refusal; ``type`` follows from the status."""
    return {"message": text, "code": code, "type": _TYPES.get(status, "invalid_request_error")}


def bad_url() -> CashfreeRefusal:
    """Wrong path or method."""
    return CashfreeRefusal("bad URL, please check API documentation", 404, "request_failed")


def not_found(what: str) -> CashfreeRefusal:
    """An id that belongs to nothing here."""
    return CashfreeRefusal(f"{what} not found", 404, f"{what}_not_found")


def taken(what: str) -> CashfreeRefusal:
    """An id of the merchant that was used before."""
    text = f"{what} with same id is already present"
    return CashfreeRefusal(text, 409, f"{what}_already_exists")
