"""Cashfree's answers, and its refusals by status and ``type``, never by ``code`` (gateways 2.1)."""

from collections.abc import Mapping

from pos_desktop.gateways.reading import as_list, as_object, as_text, plain, unreadable
from pos_desktop.net.http import GarbledAnswer, HttpAnswer
from pos_desktop.ports import GatewayError, GatewayErrorKind

_WAIT_S = 60.0  # after a 429 that does not say how long
_BY_STATUS = {
    403: GatewayErrorKind.AUTH,
    404: GatewayErrorKind.NOT_FOUND,
    409: GatewayErrorKind.DUPLICATE,
}
_BY_TYPE = {
    "authentication_error": GatewayErrorKind.AUTH,
    "idempotency_error": GatewayErrorKind.STATE,
}


def entity(answer: HttpAnswer, *, write: bool) -> dict[str, object]:
    """The object of a successful answer. Raises GatewayError for everything else.

    ``write``: the call may have changed something, so an answer that is no answer (5xx, not JSON,
    3xx) leaves the outcome unknown.
    """
    value = _value(answer, write=write)
    if not isinstance(value, Mapping):
        raise unreadable(answer.status, write)
    return as_object(value)


def listing(answer: HttpAnswer) -> list[dict[str, object]]:
    """The array of a successful answer to a read. Raises GatewayError."""
    value = _value(answer, write=False)
    if not isinstance(value, list):
        raise unreadable(answer.status, write=False)
    return as_list(value)


def error_of(answer: HttpAnswer, *, write: bool) -> GatewayError:
    """The GatewayError for a status outside 2xx."""
    status, body = answer.status, _body(answer)
    text, word = plain(as_text(body.get("message")) or ""), as_text(body.get("type"))
    if status == 429 or (status < 500 and word == "rate_limit_error"):
        wait = answer.retry_after
        return GatewayError(
            GatewayErrorKind.RATE_LIMITED,
            text or "The gateway asks to slow down.",
            http_status=status,
            retry_after=_WAIT_S if wait is None else wait,
        )
    if status == 401:
        return GatewayError(GatewayErrorKind.AUTH, text, http_status=status)
    # Without the documented form it may be anybody's page: no proof that something is not there.
    if not 400 <= status < 500 or word is None or word == "api_error":
        return unreadable(status, write)
    return GatewayError(_kind(status, word, text), text, http_status=status)


def _value(answer: HttpAnswer, *, write: bool) -> object:
    if not answer.ok:
        raise error_of(answer, write=write)
    try:
        return answer.json()
    except GarbledAnswer as error:
        raise unreadable(answer.status, write) from error


def _kind(status: int, word: str, text: str) -> GatewayErrorKind:
    if status == 404 and text.lower().startswith("bad url"):
        # The address of the API is wrong: this says nothing about the thing that was asked for.
        return GatewayErrorKind.VALIDATION
    return _BY_TYPE.get(word) or _BY_STATUS.get(status, GatewayErrorKind.VALIDATION)


def _body(answer: HttpAnswer) -> dict[str, object]:
    try:
        return as_object(answer.json())
    except GarbledAnswer:
        return {}
