"""What is kept of a webhook or callback: ids, words, numbers and nothing about a person. Pure."""

import hmac
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pos_desktop.wire import v1
from pos_desktop.wire.tags import phone_tag
from pos_relay import replies

_ID = re.compile(r"[A-Za-z0-9_.:\-/]{1,64}")
_WORD = re.compile(r"[A-Za-z][A-Za-z_.\-]{0,47}")
# An Indian mobile that stands by itself inside an id ("order-9812345670").
_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:0|91)?[6-9]\d{9}(?![0-9A-Za-z])")
_NUMBER = re.compile(r"[0-9]{1,20}")
_BIGGEST_CODE = 999_999
# An order that a Cashfree link's page made up; it says nothing about ours.
_LINK_ORDER = "CFPay_"
# An id of Meta's own tells the customer's number in base64.
_META = "wamid."
_MOST_ENTRIES = 200
_LONGEST_ID = 200


class News(NamedTuple):
    """A hint; the same news again has the same ``key``."""

    key: str
    hint: v1.FeedEvent


def safe_id(value: object) -> str:
    """An id as text, or "" for anything that could carry a person's data."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    personal = _PHONE.search(text) or text.startswith(_META)
    return text if _ID.fullmatch(text) and not personal else ""


def safe_number(value: object) -> str:
    """A number that the gateway gave itself; it may look like a telephone's and is none."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _NUMBER.fullmatch(text) else ""


def safe_word(value: object) -> str:
    """A status word, or ""."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def safe_code(value: object) -> int | None:
    """A status number (also as text), or None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 6:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _BIGGEST_CODE:
        return value
    return None


def of_razorpay(body: Mapping[str, object], event_id: str, at: int) -> v1.FeedEvent:
    """The hint of a verified Razorpay webhook (reference gateways 1.8); tolerant of any shape."""
    payload = _mapping(body.get("payload"))
    link, qr = _entity(payload, "payment_link"), _entity(payload, "qr_code")
    payment, refund = _entity(payload, "payment"), _entity(payload, "refund")
    notes = _mapping(qr.get("notes"))
    subject = link or qr or refund or payment
    reference = link.get("reference_id") or notes.get("intent") or notes.get("reference")
    return v1.FeedEvent(
        seq=0,
        kind="hook",
        at=at,
        gateway="razorpay",
        event=safe_word(body.get("event")),
        event_id=safe_id(event_id),
        collect_id=safe_id(link.get("id") or qr.get("id")),
        payment_id=safe_id(payment.get("id") or refund.get("payment_id")),
        reference=safe_id(reference),
        status=safe_word(subject.get("status")),
    )


def of_cashfree(body: Mapping[str, object], event_id: str, at: int) -> v1.FeedEvent:
    """The hint of a verified Cashfree webhook (reference gateways 2.5); tolerant of any shape.

    The ids of links and of QR orders there are our own references.
    """
    told = _mapping(body.get("data"))
    payment, order = _mapping(told.get("payment")), _mapping(told.get("order"))
    refund = _mapping(told.get("refund")) or _mapping(told.get("auto_refund"))
    subject = safe_id(told.get("link_id") or order.get("order_id") or refund.get("order_id"))
    payment_id = (
        payment.get("cf_payment_id") or refund.get("cf_payment_id") or order.get("transaction_id")
    )
    status = told.get("link_status") or payment.get("payment_status") or refund.get("refund_status")
    return v1.FeedEvent(
        seq=0,
        kind="hook",
        at=at,
        gateway="cashfree",
        event=safe_word(body.get("type")),
        event_id=safe_id(event_id),
        collect_id=subject,
        payment_id=safe_number(payment_id),
        reference="" if subject.startswith(_LINK_ORDER) else subject,
        status=safe_word(status),
    )


def of_exotel(channel: str, body: Mapping[str, object], at: int, secret: str) -> Iterator[News]:
    """What an Exotel callback says (reference exotel 2.5, 3.5): fates of messages, and customers
    who want no more. Nothing else of an answer is kept; numbers become tags under ``secret``, the
    shop's newest callback secret."""
    messages = _mapping(body.get("whatsapp")).get("messages")
    entries = messages if isinstance(messages, list) else [body]
    for entry in entries[:_MOST_ENTRIES]:
        fields = _mapping(entry)
        read = _stop if replies.is_incoming(fields) else _delivery
        if news := read(channel, fields, at, secret):
            yield news


def _delivery(channel: str, fields: Mapping[str, object], at: int, secret: str) -> News | None:
    def first(*names: str) -> object:
        return next((fields[name] for name in names if fields.get(name) not in (None, "")), None)

    hint = v1.FeedEvent(
        seq=0,
        kind="delivery",
        at=at,
        channel=channel,
        sid=safe_id(first("SmsSid", "sid", "message_sid", "Sid")),
        label=safe_id(first("CustomField", "custom_data", "ExternalRef")),
        status=safe_word(first("Status", "exo_detailed_status", "status")),
        detail=safe_word(first("DetailedStatus")),
        code=safe_code(first("DetailedStatusCode", "ExoStatusCode", "exo_status_code")),
        tag=_tag(secret, first("To", "to")),
    )
    if not (hint.sid or hint.label) or not (hint.status or hint.detail or hint.code is not None):
        return None
    parts = (channel, hint.sid, hint.label, str(hint.code), hint.status, hint.detail)
    return News("delivery:" + "|".join(parts), hint)


def _stop(channel: str, fields: Mapping[str, object], at: int, secret: str) -> News | None:
    """Who says it again later, after agreeing in between, says something new: the answer's own id
    tells the two apart. Only a keyed digest of it is kept: Meta's ids tell the number."""
    if not replies.asks_to_stop(fields):
        return None
    tag = _tag(secret, fields.get("from"))
    hint = v1.FeedEvent(
        seq=0, kind="stop", at=at, channel=channel, tag=tag, sid=safe_id(replies.answered(fields))
    )
    if not (hint.tag or hint.sid):
        return None
    own = str(fields.get("sid") or fields.get("timestamp"))[:_LONGEST_ID]
    digest = hmac.new(secret.encode(), own.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
    return News("|".join((f"stop:{channel}", tag, hint.sid, digest)), hint)


def _tag(secret: str, number: object) -> str:
    return phone_tag(secret, str(number)) if isinstance(number, str | int) else ""


def hook_key(hint: v1.FeedEvent) -> str:
    """The same webhook again has the same key."""
    return f"hook:{hint.gateway}:{hint.event_id}"


def _entity(payload: Mapping[str, object], name: str) -> Mapping[str, object]:
    return _mapping(_mapping(payload.get(name)).get("entity"))


def _mapping(value: object) -> Mapping[str, object]:
    """Empty objects come as [] from Razorpay."""
    return value if isinstance(value, dict) else {}
