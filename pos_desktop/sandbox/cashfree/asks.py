"""Checks of requests for links, orders, sessions and refunds (reference gateways 2.2 to 2.4)."""

import re
from datetime import datetime
from decimal import Decimal

from pos_desktop.sandbox.cashfree.objects import LinkAsk, OrderAsk
from pos_desktop.sandbox.cashfree.refusals import CashfreeRefusal
from pos_desktop.sandbox.shapes import IST, Json

_LINK_ID = re.compile(r"[A-Za-z0-9_-]{1,50}")
_ORDER_ID = re.compile(r"[A-Za-z0-9_-]{3,45}")
_REFUND_ID = re.compile(r"[A-Za-z0-9]{3,40}")
_CUSTOMER_ID = re.compile(r"[A-Za-z0-9]{3,50}")
_PHONE = re.compile(r"[0-9]{10}|\+[0-9]{8,15}")
_DAY = 86_400
_LINK_LIFE = 30 * _DAY
# Third-party knowledge: orders live longer than 15 minutes and shorter than 30 days.
ORDER_SHORTEST = 15 * 60


def read_link(body: Json, now: int) -> LinkAsk:
    """Check the body of a link creation. Raises CashfreeRefusal."""
    _check_id(_LINK_ID, body, "link_id")
    customer = _customer(body)
    partial = _flag(body, "link_partial_payments")
    minimum = body.get("link_minimum_partial_amount")
    return LinkAsk(
        link_id=body["link_id"],
        amount=amount(body, "link_amount", "link_currency"),
        purpose=text(body, "link_purpose", 1, 500),
        customer=_shown_customer(customer),
        partial=partial,
        minimum=amount(body, "link_minimum_partial_amount") if minimum is not None else None,
        expires_at=_expiry(body, "link_expiry_time", now, 1, now + _LINK_LIFE),
        notify=_flags(body, "link_notify", ("send_email", "send_sms")),
        reminders=_flag(body, "link_auto_reminders"),
        notes=pairs(body, "link_notes", 5),
        meta=_meta(body, "link_meta"),
    )


def read_order(body: Json, now: int) -> OrderAsk:
    """Check the body of an order creation. Raises CashfreeRefusal."""
    _check_id(_ORDER_ID, body, "order_id")
    customer = _customer(body)
    _check_id(_CUSTOMER_ID, customer, "customer_id")
    note = body.get("order_note")
    return OrderAsk(
        order_id=body["order_id"],
        amount=amount(body, "order_amount", "order_currency"),
        customer={**_shown_customer(customer), "customer_id": customer["customer_id"]},
        note=text(body, "order_note", 3, 200) if note is not None else None,
        tags=pairs(body, "order_tags", 10),
        meta=_meta(body, "order_meta"),
        expires_at=_expiry(body, "order_expiry_time", now, ORDER_SHORTEST, now + _LINK_LIFE),
    )


def read_channel(body: Json) -> str:
    """The UPI channel of a payment session. Raises CashfreeRefusal."""
    method = body.get("payment_method")
    upi = method.get("upi") if isinstance(method, dict) else None
    channel = upi.get("channel") if isinstance(upi, dict) else None
    if channel not in ("qrcode", "link"):
        raise CashfreeRefusal("payment_method.upi.channel : must be one of link, qrcode")
    return str(channel)


def read_refund(body: Json) -> tuple[str, int, str, str]:
    """(refund id, paise, note, speed) of a refund. Raises CashfreeRefusal."""
    _check_id(_REFUND_ID, body, "refund_id")
    note = "" if body.get("refund_note") is None else text(body, "refund_note", 3, 100)
    speed = body.get("refund_speed", "STANDARD")
    if speed not in ("STANDARD", "INSTANT"):
        raise CashfreeRefusal("refund_speed : must be STANDARD or INSTANT")
    return body["refund_id"], amount(body, "refund_amount"), note, speed


def amount(body: Json, name: str, currency: str = "") -> int:
    """Paise of a JSON number of rupees with at most two decimals, at least 1. Raises Refusal."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise CashfreeRefusal(f"{name} : should be a number")
    paise = Decimal(value) * 100
    if paise != int(paise):
        raise CashfreeRefusal(f"{name} : should have at most two decimals")
    if paise < 100:
        raise CashfreeRefusal(f"{name} : should be at least 1")
    if currency and body.get(currency) != "INR":
        raise CashfreeRefusal(f"{currency} : should be INR")
    return int(paise)


def text(body: Json, name: str, shortest: int, longest: int) -> str:
    """A string of so many characters. Raises CashfreeRefusal."""
    value = body.get(name)
    if not isinstance(value, str) or not shortest <= len(value) <= longest:
        raise CashfreeRefusal(f"{name} : should have {shortest} to {longest} characters")
    return value


def pairs(body: Json, name: str, most: int) -> Json:
    """At most so many pairs of strings. Raises CashfreeRefusal."""
    value = body.get(name) or {}
    if not isinstance(value, dict) or len(value) > most:
        raise CashfreeRefusal(f"{name} : should have at most {most} pairs")
    if not all(isinstance(one, str) and len(one) <= 255 for one in value.values()):
        raise CashfreeRefusal(f"{name} : values should be strings of at most 255 characters")
    return dict(value)


def moment(value: object) -> int | None:
    """Unix seconds of an ISO 8601 time (IST without an offset), or None."""
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=IST)).timestamp())


def _check_id(form: re.Pattern[str], body: Json, name: str) -> None:
    value = body.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise CashfreeRefusal(f"{name} : invalid value")


def _customer(body: Json) -> Json:
    customer = body.get("customer_details")
    if not isinstance(customer, dict):
        raise CashfreeRefusal("customer_details : is missing in the request")
    phone = customer.get("customer_phone")
    if not isinstance(phone, str) or not _PHONE.fullmatch(phone):
        raise CashfreeRefusal("customer_details.customer_phone : invalid value")
    return customer


def _shown_customer(customer: Json) -> Json:
    return {
        "customer_name": customer.get("customer_name"),
        "customer_phone": customer["customer_phone"],
        "customer_email": customer.get("customer_email"),
    }


def _expiry(body: Json, name: str, now: int, least: int, default: int) -> int:
    value = body.get(name)
    if value is None:
        return default
    at = moment(value)
    if at is None:
        raise CashfreeRefusal(f"{name} : should be in ISO 8601 format")
    if not now + least <= at <= now + _LINK_LIFE:
        raise CashfreeRefusal(f"{name} : should be between {least} seconds and 30 days from now")
    return at


def _flag(body: Json, name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise CashfreeRefusal(f"{name} : should be a boolean")
    return value


def _flags(body: Json, name: str, keys: tuple[str, ...]) -> Json:
    asked = body.get(name) or {}
    if not isinstance(asked, dict):
        raise CashfreeRefusal(f"{name} : should be an object")
    return {key: _flag(asked, key) for key in keys}


def _meta(body: Json, name: str) -> Json:
    asked = body.get(name) or {}
    if not isinstance(asked, dict):
        raise CashfreeRefusal(f"{name} : should be an object")
    back = asked.get("return_url")
    if back is not None and (not isinstance(back, str) or len(back) > 250):
        raise CashfreeRefusal(f"{name}.return_url : should have at most 250 characters")
    return dict(asked)
