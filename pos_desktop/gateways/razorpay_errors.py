"""Razorpay's refusals in our words (reference gateways 1.2)."""

from collections.abc import Mapping

from pos_desktop.gateways.reading import as_object, as_text, plain, unreadable
from pos_desktop.net.http import GarbledAnswer, HttpAnswer
from pos_desktop.ports import GatewayError, GatewayErrorKind

# Texts of 1.2, in lower case; the first that occurs decides. The wire has no finer code.
_WORDS = (
    ("requested url was not found", GatewayErrorKind.FEATURE_OFF),
    ("authentication failed", GatewayErrorKind.AUTH),
    ("api key provided is invalid", GatewayErrorKind.AUTH),
    ("access denied", GatewayErrorKind.AUTH),
    ("merchant is suspended", GatewayErrorKind.AUTH),
    ("live mode is disabled", GatewayErrorKind.AUTH),
    ("reference id already attempted", GatewayErrorKind.DUPLICATE),
    ("different request with the same idempotency key", GatewayErrorKind.STATE),
    ("does not exist", GatewayErrorKind.NOT_FOUND),
    ("invalid input [id]", GatewayErrorKind.NOT_FOUND),
    ("cannot cancel or expire", GatewayErrorKind.STATE),
    ("can only be made in", GatewayErrorKind.STATE),
    ("already closed", GatewayErrorKind.STATE),
    ("already paid", GatewayErrorKind.STATE),
    ("already been captured", GatewayErrorKind.STATE),
    ("fully refunded already", GatewayErrorKind.STATE),
    ("more than 6 months", GatewayErrorKind.STATE),
    ("status should be captured", GatewayErrorKind.STATE),
    ("enough balance", GatewayErrorKind.STATE),
)
_BY_STATUS = {
    401: GatewayErrorKind.AUTH,
    403: GatewayErrorKind.AUTH,
    404: GatewayErrorKind.NOT_FOUND,
    409: GatewayErrorKind.STATE,
}


def entity(answer: HttpAnswer, write: bool) -> dict[str, object]:
    """The object of a successful answer. Raises GatewayError for everything else.

    ``write``: the call may have changed something, so an answer that is no answer (5xx, not JSON,
    3xx) leaves the outcome unknown.
    """
    if not answer.ok:
        raise error_of(answer, write)
    try:
        value = answer.json()
    except GarbledAnswer as error:
        raise unreadable(answer.status, write) from error
    if not isinstance(value, Mapping):
        raise unreadable(answer.status, write)
    return as_object(value)


def error_of(answer: HttpAnswer, write: bool) -> GatewayError:
    """The GatewayError for a status outside 2xx."""
    status = answer.status
    if status == 429:
        text = "The gateway asks to slow down."
        retry = answer.retry_after
        return GatewayError(
            GatewayErrorKind.RATE_LIMITED, text, http_status=status, retry_after=retry
        )
    if status == 401:
        return GatewayError(GatewayErrorKind.AUTH, _description(answer), http_status=status)
    description = _description(answer) if 400 <= status < 500 else ""
    if not description:
        return unreadable(status, write)
    return GatewayError(_kind(status, description), description, http_status=status)


def _description(answer: HttpAnswer) -> str:
    """The gateway's sentence as plain text of bounded length; "" if it sent none."""
    try:
        body = as_object(answer.json())
    except GarbledAnswer:
        return ""
    inner = as_object(body.get("error"))
    return plain(as_text(inner.get("description")) or as_text(inner.get("code")) or "")


def _kind(status: int, description: str) -> GatewayErrorKind:
    lowered = description.lower()
    for words, kind in _WORDS:
        if words in lowered:
            return kind
    return _BY_STATUS.get(status, GatewayErrorKind.VALIDATION)
