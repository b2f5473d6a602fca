"""Reading what a gateway answers: tolerant of everything but money. Pure; shared by all adapters.

An unknown word never raises here. An amount that is not what it should be always does, because
guessing it could close a bill wrongly.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from pos_desktop.ports import CollectIntent, GatewayError, GatewayErrorKind

TEXT_LIMIT = 200
_RUPEES = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")


def as_object(value: object) -> dict[str, object]:
    """A JSON object, or ``{}`` for the ``[]`` and null that stand for "empty"."""
    return {str(key): item for key, item in value.items()} if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[dict[str, object]]:
    """The objects of a JSON array; null and absent are empty. Raises GatewayError on others."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise unexpected("a list is not a list of objects")
    return [as_object(item) for item in value]


def as_text(value: object) -> str | None:
    """A string, or None for anything else and for the empty string."""
    return value if isinstance(value, str) and value else None


def as_id(value: object) -> str | None:
    """An identity, sent as text or as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return as_text(value)


def plain(text: str) -> str:
    """A gateway's sentence on one line and of bounded length."""
    return " ".join(text.split())[:TEXT_LIMIT]


def unexpected(what: str, status: int | None = None) -> GatewayError:
    """The error for an answer that breaks the documented form; nothing may be concluded from it."""
    return GatewayError(
        GatewayErrorKind.UNAVAILABLE, plain(f"Unexpected answer: {what}."), http_status=status
    )


def unreadable(status: int, write: bool) -> GatewayError:
    """No answer in the gateway's form: what happened is unknown where something was asked to."""
    kind = GatewayErrorKind.UNKNOWN_OUTCOME if write else GatewayErrorKind.UNAVAILABLE
    text = "The gateway gave an unexpected answer."
    return GatewayError(kind, text, http_status=status, outcome_unknown=write)


@contextmanager
def written() -> Iterator[None]:
    """Around what follows a write: where its answer breaks the form or cannot be looked up, the
    gateway has acted all the same, so the outcome is unknown."""
    try:
        yield
    except GatewayError as error:
        if error.kind not in (GatewayErrorKind.UNAVAILABLE, GatewayErrorKind.TIMEOUT):
            raise
        raise GatewayError(
            GatewayErrorKind.UNKNOWN_OUTCOME,
            error.text,
            http_status=error.http_status,
            outcome_unknown=True,
        ) from error


def check_owner(notes: object, intent: CollectIntent) -> None:
    """Raises GatewayError ``duplicate`` where another device of the shop has used our reference:
    its link must not be shown for our bill, nor its money counted."""
    device = as_text(as_object(notes).get("device"))
    if device is not None and device != intent.device:
        text = "Another counter of the account uses the same reference."
        raise GatewayError(GatewayErrorKind.DUPLICATE, text)


def mask_vpa(vpa: str | None) -> str | None:
    """A payer's UPI id as it may be stored: two characters and the bank's handle."""
    if vpa is None:
        return None
    name, at, handle = vpa.partition("@")
    return f"{name[:2]}***{at}{handle}"


def url_allowed(url: str, hosts: Sequence[str]) -> bool:
    """Whether ``url`` is https on one of ``hosts`` exactly, without user name or odd port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain_host = parts.username is None and parts.password is None and port in (None, 443)
    return plain_host and parts.scheme == "https" and parts.hostname in hosts


def upi_amount(payload: str) -> int | None:
    """The paise that a ``upi://pay`` text asks for, or None where it names none."""
    try:
        values = parse_qs(urlsplit(payload).query).get("am", [])
    except ValueError:
        return None
    found = _RUPEES.fullmatch(values[0]) if len(values) == 1 else None
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
