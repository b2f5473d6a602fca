"""Reading Razorpay's answers into our words (reference gateways 1.2 to 1.6 and 9).

Everything here is pure and tolerant of what the documentation shows to vary: notes as object,
``[]`` or null, numbers as text, missing keys. An unknown status becomes UNKNOWN. Only money is
strict: an amount that is no integer is refused, because guessing it could close a bill wrongly.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from pos_desktop.domain.payment import CollectKind, GatewayStatus, PaymentFact, PaymentStatus
from pos_desktop.net.http import GarbledAnswer, HttpAnswer
from pos_desktop.ports import CollectSeen, GatewayError, GatewayErrorKind

GATEWAY = "razorpay"
_TEXT_LIMIT = 200
_RUPEES = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")

_LINK_STATUS = {
    "created": GatewayStatus.OPEN,
    "partially_paid": GatewayStatus.PART,
    "paid": GatewayStatus.PAID,
    "cancelled": GatewayStatus.CANCELLED,
    "expired": GatewayStatus.EXPIRED,
}
_PAYMENT_STATUS = {
    "created": PaymentStatus.CREATED,
    "authorized": PaymentStatus.AUTHORISED,
    "captured": PaymentStatus.CAPTURED,
    "failed": PaymentStatus.FAILED,
    "refunded": PaymentStatus.REFUNDED,
}

# Texts of 1.2, in lower case; the first that occurs decides. The wire has no finer code.
_WORDS = (
    ("requested url was not found", GatewayErrorKind.FEATURE_OFF),
    ("authentication failed", GatewayErrorKind.AUTH),
    ("api key provided is invalid", GatewayErrorKind.AUTH),
    ("access denied", GatewayErrorKind.AUTH),
    ("merchant is suspended", GatewayErrorKind.AUTH),
    ("live mode is disabled", GatewayErrorKind.AUTH),
    ("reference id already attempted", GatewayErrorKind.DUPLICATE),
    ("different request with the same idempotency key", GatewayErrorKind.DUPLICATE),
    ("does not exist", GatewayErrorKind.NOT_FOUND),
    ("invalid input [id]", GatewayErrorKind.NOT_FOUND),
    ("cannot cancel or expire", GatewayErrorKind.STATE),
    ("can only be made in", GatewayErrorKind.STATE),
    ("already closed", GatewayErrorKind.STATE),
    ("already paid", GatewayErrorKind.STATE),
    ("fully refunded already", GatewayErrorKind.STATE),
)
_BY_STATUS = {
    401: GatewayErrorKind.AUTH,
    403: GatewayErrorKind.AUTH,
    404: GatewayErrorKind.NOT_FOUND,
    409: GatewayErrorKind.STATE,
}


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


def as_moment(value: object) -> int | None:
    """UTC milliseconds of Unix seconds given as number or text; None for 0, null and junk."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**11:
        return None
    return value * 1000


def as_paise(value: object, name: str) -> int:
    """An amount. Raises GatewayError (validation) unless it is an integer >= 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise unexpected(f"{name} is not a number of paise")
    return value


def unexpected(what: str, status: int | None = None) -> GatewayError:
    """The error for an answer that breaks the documented form."""
    return GatewayError(
        GatewayErrorKind.VALIDATION, f"Unexpected answer: {what}."[:_TEXT_LIMIT], http_status=status
    )


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


def unreadable(status: int, write: bool) -> GatewayError:
    """No answer in the gateway's form: what happened is unknown where something was asked to."""
    kind = GatewayErrorKind.UNKNOWN_OUTCOME if write else GatewayErrorKind.UNAVAILABLE
    text = "The gateway gave an unexpected answer."
    return GatewayError(kind, text, http_status=status, outcome_unknown=write)


def error_of(answer: HttpAnswer, write: bool) -> GatewayError:
    """The GatewayError for a status outside 2xx (1.2)."""
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
    """The gateway's sentence as plain text of at most 200 characters; "" if it sent none."""
    try:
        body = as_object(answer.json())
    except GarbledAnswer:
        return ""
    inner = as_object(body.get("error"))
    text = as_text(inner.get("description")) or as_text(inner.get("code")) or ""
    return " ".join(text.split())[:_TEXT_LIMIT]


def _kind(status: int, description: str) -> GatewayErrorKind:
    lowered = description.lower()
    for words, kind in _WORDS:
        if words in lowered:
            return kind
    return _BY_STATUS.get(status, GatewayErrorKind.VALIDATION)


def mask_vpa(vpa: str | None) -> str | None:
    """A payer's UPI id as it may be stored: two characters and the bank's handle."""
    if vpa is None:
        return None
    name, at, handle = vpa.partition("@")
    return f"{name[:2]}***{at}{handle}"


def payment_fact(item: Mapping[str, object]) -> PaymentFact:
    """One payment: a full entity, or the short element of a link's ``payments[]``.

    Raises GatewayError where it has no id or its amount is no integer.
    """
    payment_id = as_text(item.get("id")) or as_text(item.get("payment_id"))
    if payment_id is None:
        raise unexpected("a payment has no id")
    refunded = item.get("amount_refunded")
    return PaymentFact(
        gateway=GATEWAY,
        payment_id=payment_id,
        status=_payment_status(item),
        amount=as_paise(item.get("amount"), "the amount of a payment"),
        currency=as_text(item.get("currency")) or "",
        created_at=as_moment(item.get("created_at")) or 0,
        method=as_text(item.get("method")) or "",
        amount_refunded=0 if refunded is None else as_paise(refunded, "the refunded amount"),
        rrn=as_id(as_object(item.get("acquirer_data")).get("rrn")),
        vpa=mask_vpa(as_text(item.get("vpa"))),
        error_reason=as_text(item.get("error_reason")),
        provider_order_id=as_text(item.get("order_id")),
    )


def _payment_status(item: Mapping[str, object]) -> PaymentStatus:
    word = item.get("status")
    status = _PAYMENT_STATUS.get(word if isinstance(word, str) else "", PaymentStatus.UNKNOWN)
    # The word alone is not enough: money counts when the entity says ``captured: true`` as well.
    # A link's own list carries no such key; those payments are asked one by one before they count.
    if status is PaymentStatus.CAPTURED and item.get("captured") is not True:
        return PaymentStatus.UNKNOWN
    return status


def captured_total(payments: Sequence[PaymentFact]) -> int:
    """Paise captured in rupees by these payments, refunds not taken off."""
    return sum(
        fact.amount
        for fact in payments
        if fact.status is PaymentStatus.CAPTURED and fact.currency == "INR"
    )


def link_seen(item: Mapping[str, object], payments: Sequence[PaymentFact]) -> CollectSeen:
    """A payment link with the payments that are known of it (1.3)."""
    amount = as_paise(item.get("amount"), "the amount of the link")
    word = item.get("status")
    status = _LINK_STATUS.get(word if isinstance(word, str) else "", GatewayStatus.UNKNOWN)
    reason = status.value if status in (GatewayStatus.CANCELLED, GatewayStatus.EXPIRED) else None
    if 0 < amount <= captured_total(payments):
        status = GatewayStatus.PAID
    return CollectSeen(
        gateway_id=_required_id(item),
        kind=CollectKind.LINK,
        status=status,
        amount=amount,
        currency=as_text(item.get("currency")) or "",
        reference=as_text(item.get("reference_id")),
        url=as_text(item.get("short_url")),
        provider_order_id=as_text(item.get("order_id")),
        expires_at=as_moment(item.get("expire_by")),
        close_reason=reason,
        payments=tuple(payments),
    )


def qr_seen(
    item: Mapping[str, object], payments: Sequence[PaymentFact], server_now: int
) -> CollectSeen:
    """A QR code with its payments (1.4); ``server_now`` decides a silent expiry."""
    amount = as_paise(item.get("payment_amount"), "the amount of the QR")
    expires_at = as_moment(item.get("close_by"))
    content = as_text(item.get("image_content"))
    return CollectSeen(
        gateway_id=_required_id(item),
        kind=CollectKind.QR,
        status=_qr_status(item, 0 < amount <= captured_total(payments), server_now),
        amount=amount,
        # A QR entity has no currency; its payments carry theirs.
        currency="INR",
        reference=as_text(as_object(item.get("notes")).get("intent")),
        upi_payload=content if content and content.startswith("upi://pay?") else None,
        image_url=as_text(item.get("image_url")),
        expires_at=expires_at,
        close_reason=as_text(item.get("close_reason")),
        payments=tuple(payments),
    )


def _qr_status(item: Mapping[str, object], covered: bool, server_now: int) -> GatewayStatus:
    if covered:
        return GatewayStatus.PAID
    expires_at = as_moment(item.get("close_by"))
    late = expires_at is not None and expires_at <= server_now
    match item.get("status"):
        case "active":
            return GatewayStatus.EXPIRED if late else GatewayStatus.OPEN
        case "closed":
            reason = item.get("close_reason")
            if reason == "paid":
                return GatewayStatus.PAID
            expired = late and reason != "on_demand"
            return GatewayStatus.EXPIRED if expired else GatewayStatus.CANCELLED
        case _:
            return GatewayStatus.UNKNOWN


def _required_id(item: Mapping[str, object]) -> str:
    found = as_text(item.get("id"))
    if found is None:
        raise unexpected("the object has no id")
    return found


def url_allowed(url: str, hosts: Sequence[str]) -> bool:
    """Whether ``url`` is https on one of ``hosts`` exactly, without user name or odd port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and port in (None, 443)
    return plain and parts.scheme == "https" and parts.hostname in hosts


def upi_amount(payload: str) -> int | None:
    """The paise that a ``upi://pay`` text asks for, or None where it names none."""
    values = parse_qs(urlsplit(payload).query).get("am", [])
    found = _RUPEES.fullmatch(values[0]) if len(values) == 1 else None
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
