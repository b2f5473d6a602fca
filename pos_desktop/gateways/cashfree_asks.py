"""What Cashfree is asked to make: bodies of links, orders, sessions, refunds (gateways 2.2-2.4)."""

import re

from pos_desktop.gateways.cashfree_parts import as_rupees, iso_time
from pos_desktop.gateways.cashfree_wire import refund_id
from pos_desktop.ports import CollectIntent, GatewayError, GatewayErrorKind, RefundOrder

MIN_LINK_S = 20 * 60
MAX_QR_S = 24 * 3600
_MAX_LINK_S = 30 * 24 * 3600
# Orders are said to live at least 15 minutes; a shorter QR carries its end in a tag and is
# terminated by us (payments 4).
_MIN_ORDER_S = 16 * 60
_MIN_AMOUNT = 100
# The narrowest of link_id (50) and order_id (3 to 45).
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{3,45}")
_INDIAN = re.compile(r"\+91([6-9][0-9]{9})")
# A number must be given even where the shop knows none; nothing is sent to it, see link_notify.
_NOBODY = "9999999999"
_LONGEST_RETURN_URL = 250


def check(intent: CollectIntent) -> None:
    """Raises GatewayError ``validation`` for what Cashfree would not take."""
    if not isinstance(intent.amount, int) or intent.amount < _MIN_AMOUNT:
        raise GatewayError(GatewayErrorKind.VALIDATION, "The amount must be at least Rs 1.00.")
    if not _REFERENCE.fullmatch(intent.reference):
        raise GatewayError(GatewayErrorKind.VALIDATION, "The reference has a bad form.")


def link_body(intent: CollectIntent, server_now: int) -> dict[str, object]:
    """A link that takes one full payment and of which Cashfree itself tells nobody."""
    life = min(max(intent.life, MIN_LINK_S), _MAX_LINK_S)
    meta: dict[str, object] = {"upi_intent": False}
    if intent.return_url is not None and len(intent.return_url) <= _LONGEST_RETURN_URL:
        meta["return_url"] = intent.return_url
    return {
        "link_id": intent.reference,
        "link_amount": as_rupees(intent.amount),
        "link_currency": "INR",
        "link_purpose": intent.description[:500] or intent.reference,
        "customer_details": {"customer_phone": _phone(intent)},
        "link_partial_payments": False,
        "link_expiry_time": iso_time(server_now + life * 1000),
        "link_notify": {"send_sms": False, "send_email": False},
        "link_auto_reminders": False,
        "link_notes": _notes(intent),
        "link_meta": meta,
    }


def order_body(intent: CollectIntent, server_now: int) -> dict[str, object]:
    """An order for one UPI QR; ``order_tags.until`` is the end that we asked for, Unix seconds."""
    life = min(intent.life, MAX_QR_S)
    until = (server_now + life * 1000) // 1000
    phone = _phone(intent)
    return {
        "order_id": intent.reference,
        "order_amount": as_rupees(intent.amount),
        "order_currency": "INR",
        "customer_details": {"customer_id": f"CUST{phone}", "customer_phone": phone},
        "order_meta": {"payment_methods": "upi"},
        "order_expiry_time": iso_time(server_now + max(life, _MIN_ORDER_S) * 1000),
        "order_note": _note(intent.description, 200, intent.reference),
        "order_tags": {**_notes(intent), "until": str(until)},
    }


def session_body(session: str) -> dict[str, object]:
    """A UPI QR for an order (2.3)."""
    return {"payment_session_id": session, "payment_method": {"upi": {"channel": "qrcode"}}}


def refund_body(order: RefundOrder) -> dict[str, object]:
    """A refund under our own id, which makes a repeat harmless (2.4)."""
    return {
        "refund_amount": as_rupees(order.amount),
        "refund_id": refund_id(order.key),
        "refund_note": _note(order.note, 100, "Refund"),
        "refund_speed": "STANDARD",
    }


def _phone(intent: CollectIntent) -> str:
    found = _INDIAN.fullmatch(intent.customer_phone or "")
    return found[1] if found else _NOBODY


def _notes(intent: CollectIntent) -> dict[str, str]:
    pairs = {"bill": intent.order_id, "counter": intent.counter, "intent": intent.reference}
    if intent.device:
        pairs["device"] = intent.device
    return {key: value[:255] for key, value in pairs.items()}


def _note(text: str, longest: int, instead: str) -> str:
    return text[:longest] if len(text) >= 3 else instead
