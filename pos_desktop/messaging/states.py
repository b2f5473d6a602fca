"""How far a message got, from Exotel's words and codes (reference exotel 2.4 and 3.6).

SMS and WhatsApp have their own tables: 30001 is "sent" on WhatsApp and a failure on one SMS page.
Codes are classed by range, so that one that is not in a table is still understood.
"""

import logging

from pos_desktop.domain.delivery import DeliverySeen, MessageState
from pos_desktop.wire import v1

log = logging.getLogger(__name__)

_SMS_WORDS = {
    "queued": MessageState.ACCEPTED,
    "sending": MessageState.ACCEPTED,
    "submitted": MessageState.SENT,
    "sent": MessageState.DELIVERED,  # for SMS this is the good end
    "delivered": MessageState.DELIVERED,
    "failed": MessageState.FAILED,
    "failed_dnd": MessageState.FAILED,
    "undelivered": MessageState.FAILED,
    "expired": MessageState.FAILED,
    # Detailed words, for callbacks that carry them in place of the short one.
    "delivered_to_handset": MessageState.DELIVERED,
    "delivered_to_operator": MessageState.DELIVERED,
    "pending_to_operator": MessageState.ACCEPTED,
    "sending_to_operator": MessageState.ACCEPTED,
    "pending_on_operator": MessageState.SENT,
}
_SMS_ON_OPERATOR = 21020

_SMS_REASONS = {
    **dict.fromkeys((23005, 23010, 23020, 23035), "recipient"),
    23015: "content",
    **dict.fromkeys((23030, 23060), "operator"),
    **dict.fromkeys((23072, 23080, 23081, 23281), "setup"),
    **dict.fromkeys((23082, 23181, 23182, 23183, 23184, 23185, 23186), "template"),
    **dict.fromkeys((23083, 23084), "dlt"),
}

_WHATSAPP_PROGRESS = {
    30001: MessageState.SENT,
    30002: MessageState.DELIVERED,
    30003: MessageState.READ,
}
# Codes of WhatsApp payments: no word about the message itself, and never about money.
_WHATSAPP_PAYMENT = frozenset({30049, 30050})
_WHATSAPP_WORDS = {
    "ex_message_sent": MessageState.SENT,
    "ex_message_delivered": MessageState.DELIVERED,
    "ex_message_seen": MessageState.READ,
    "sent": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.READ,
    "seen": MessageState.READ,
    "failed": MessageState.FAILED,
    "undelivered": MessageState.FAILED,
}
_WHATSAPP_REASONS = {
    **dict.fromkeys((30004, 30006, 30030), "setup"),
    **dict.fromkeys((30005, 30012, 30013, 30014), "recipient"),
    **dict.fromkeys((30007, 30008, 30009), "limits"),
    **dict.fromkeys((30010, 30015, 30019, 30020, 30021, 30029, 30039, 30041), "content"),
    30011: "unknown",
    **dict.fromkeys((30016, 30017), "media"),
    30018: "window",
    **dict.fromkeys((30022, 30023, 30024, 30025, 30026), "template"),
    **dict.fromkeys((30027, 30028), "expired"),
    **dict.fromkeys((*range(30031, 30039), 30040), "content"),
}


def sms_state(word: str | None, code: int | None) -> tuple[MessageState, str | None]:
    """State and class of failure of an SMS; the number decides, the word where there is none.

    What is not understood is ACCEPTED, the rank that moves nothing forward.
    """
    if code is not None:
        if 20000 <= code < 21000:
            return MessageState.DELIVERED, None
        if 21000 <= code < 22000:
            sent = code == _SMS_ON_OPERATOR
            return MessageState.SENT if sent else MessageState.ACCEPTED, None
        if 23000 <= code < 25000:
            other = "operator" if code >= 24000 else "recipient"
            return MessageState.FAILED, _SMS_REASONS.get(code, other)
    lowered = (word or "").strip().lower().replace("-", "_")
    state = _SMS_WORDS.get(lowered)
    if state is None and lowered.startswith("failed_"):
        state = MessageState.FAILED
    if state is None:
        log.warning("SMS state not understood: code %s", code)
        return MessageState.ACCEPTED, None
    if state is MessageState.FAILED:
        return state, "recipient" if "dnd" in lowered else "unknown"
    return state, None


def whatsapp_state(word: str | None, code: int | None) -> tuple[MessageState, str | None]:
    """State and class of failure of a WhatsApp message; an unknown code with no word is no news."""
    lowered = (word or "").strip().lower()
    if code in _WHATSAPP_PAYMENT:
        return MessageState.ACCEPTED, None
    if code is not None and code in _WHATSAPP_PROGRESS:
        return _WHATSAPP_PROGRESS[code], None
    if code is not None and code in _WHATSAPP_REASONS:
        return MessageState.FAILED, _WHATSAPP_REASONS[code]
    state = _WHATSAPP_WORDS.get(lowered)
    if state is None and lowered.startswith("ex_"):
        state = MessageState.FAILED
    if state is None:
        log.warning("WhatsApp state not understood: code %s", code)
        return MessageState.ACCEPTED, None
    if state is MessageState.FAILED:
        return state, "meta" if lowered == "ex_restricted_by_meta" else "unknown"
    return state, None


def delivery_from_feed(event: v1.FeedEvent) -> DeliverySeen | None:
    """What a ``delivery`` hint of the relay says; None where it names no message at all."""
    sid, label = event.sid or None, event.label or None
    if sid is None and label is None:
        return None
    by_sms = event.channel == "sms"
    word = event.status or event.detail
    state, reason = (sms_state if by_sms else whatsapp_state)(word, event.code)
    return DeliverySeen(sid=sid, label=label, state=state, code=event.code, reason=reason)
