"""Checks of requests for links and QR codes (reference gateways 1.2, 1.3, 1.4)."""

from pos_desktop.sandbox.razorpay.objects import LinkAsk, QrAsk
from pos_desktop.sandbox.razorpay.refusals import Refusal, not_wanted
from pos_desktop.sandbox.shapes import Json

MINIMUM = 100
LINK_SOONEST = 15 * 60
LINK_LATEST = 184 * 86_400
QR_SHORTEST = 2 * 60
QR_LONGEST = 2 * 3600
_QR_FIELDS = {
    "type",
    "usage",
    "fixed_amount",
    "payment_amount",
    "name",
    "description",
    "customer_id",
    "close_by",
    "notes",
    "tax_invoice",
}
_QR_TYPES = ("upi_qr", "bharat_qr")


def read_link(body: Json, *, live: bool, now: int) -> LinkAsk:
    """Check the body of a link creation. Raises Refusal."""
    partial = flag(body, "accept_partial")
    currency = text(body, "currency", 3) or "INR"
    # The documented samples send the string "true".
    upi = body.get("upi_link") == "true" or flag(body, "upi_link")
    _check_upi(upi, live=live, currency=currency, partial=partial)
    url, method = text(body, "callback_url", 2048), text(body, "callback_method", 10)
    if url and method != "get":
        raise Refusal("callback_method must be get when callback_url is sent", links=True)
    return LinkAsk(
        amount=amount(body, "amount"),
        currency=currency,
        accept_partial=partial,
        first_min_partial_amount=_first_part(body, partial=partial),
        upi_link=upi,
        description=text(body, "description", 2048),
        reference_id=text(body, "reference_id", 40),
        customer=_strings(body, "customer"),
        expire_by=link_expiry(body, now),
        notify=_notify(body),
        reminder_enable=flag(body, "reminder_enable", default=True),
        notes=notes(body, 255),
        callback_url=url,
        callback_method=method,
        shop=_shop(body),
    )


def read_qr(body: Json, now: int) -> QrAsk:
    """Check the body of a QR creation; ``close_by`` comes back as the server keeps it."""
    if unknown := set(body) - _QR_FIELDS:
        raise not_wanted(unknown)
    if body.get("type") not in _QR_TYPES:
        raise Refusal("The selected type is invalid.", field="type")
    usage = body.get("usage")
    if usage not in ("single_use", "multiple_use"):
        raise Refusal("The selected usage is invalid.", field="usage")
    fixed = flag(body, "fixed_amount")
    if usage == "single_use" and not fixed:
        raise Refusal("fixed_amount should be true for single_use QR codes", field="fixed_amount")
    return QrAsk(
        name=text(body, "name", 255),
        usage=str(usage),
        type=str(body["type"]),
        fixed_amount=fixed,
        payment_amount=_qr_amount(body) if fixed else None,
        description=text(body, "description", 255),
        customer_id=text(body, "customer_id", 40) or None,
        close_by=_close_by(body, usage == "single_use", now),
        notes=notes(body, 256),
    )


def amount(body: Json, name: str) -> int:
    """Integer paise of at least Rs 1. Raises Refusal."""
    value = body.get(name)
    if value is None:
        raise Refusal(f"The {name} field is required.", field=name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refusal(f"The {name} must be an integer.", field=name)
    if value < MINIMUM:
        raise Refusal(f"The {name} must be at least INR 1.00", field=name)
    return value


def flag(body: Json, name: str, *, default: bool = False) -> bool:
    """A JSON boolean. Raises Refusal."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise Refusal(f"The {name} field must be true or false.", field=name)
    return value


def text(body: Json, name: str, longest: int) -> str:
    """A string, empty when absent or null. Raises Refusal."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal(f"The {name} must be a string.", field=name)
    if len(value) > longest:
        raise Refusal(f"The {name} may not be greater than {longest} characters.", field=name)
    return value


def notes(body: Json, longest: int) -> Json:
    """At most 15 pairs of short values; ``[]`` and null are none. Raises Refusal."""
    value = body.get("notes")
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise Refusal("The notes must be an array.", field="notes")
    if len(value) > 15:
        raise Refusal("The notes may not have more than 15 items.", field="notes")
    for key, entry in value.items():
        if isinstance(entry, (dict, list)) or len(str(entry)) > longest:
            raise Refusal(f"{key} in notes may not be greater than {longest} characters.")
    return dict(value)


def link_expiry(body: Json, now: int) -> int:
    """``expire_by`` in 15 minutes to 6 months, 0 when absent. Raises Refusal."""
    value = body.get("expire_by")
    if value is None or value == 0:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refusal("The expire_by must be an integer.", field="expire_by")
    if value < now + LINK_SOONEST:
        raise Refusal("timestamp must be atleast 15 minutes in future", links=True)
    if value > now + LINK_LATEST:
        raise Refusal("timestamp must be within 6 months", links=True)
    return value


def _check_upi(upi: bool, *, live: bool, currency: str, partial: bool) -> None:
    if not upi:
        return
    if not live:
        raise Refusal(
            "UPI Payment Links is not supported in Test Mode. "
            "Please experience the product in Live Mode.",
            links=True,
        )
    if currency != "INR":
        raise Refusal("upi is currently supported only in indian currency", links=True)
    if partial:
        raise Refusal("partial payment not supported in upi link", links=True)


def _first_part(body: Json, *, partial: bool) -> int:
    if body.get("first_min_partial_amount") in (None, 0):
        return MINIMUM if partial else 0
    if not partial:
        raise Refusal("first_min_partial_amount needs accept_partial", links=True)
    return amount(body, "first_min_partial_amount")


def _strings(body: Json, name: str) -> Json:
    value = body.get(name)
    if value is None or value == []:
        return {}
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise Refusal(f"The {name} must be an object of strings.", field=name)
    return dict(value)


def _notify(body: Json) -> Json:
    asked = body.get("notify") or {}
    if not isinstance(asked, dict):
        raise Refusal("The notify must be an object.", field="notify")
    return {"email": flag(asked, "email"), "sms": flag(asked, "sms"), "whatsapp": False}


def _shop(body: Json) -> str:
    options = body.get("options") or {}
    checkout = options.get("checkout", {}) if isinstance(options, dict) else {}
    name = checkout.get("name", "") if isinstance(checkout, dict) else ""
    return name if isinstance(name, str) else ""


def _qr_amount(body: Json) -> int:
    value = body.get("payment_amount")
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refusal("The payment amount must be an integer.", field="payment_amount")
    if value < MINIMUM:
        raise Refusal("The payment amount must be at least 1.", field="payment_amount")
    return value


def _close_by(body: Json, single: bool, now: int) -> int | None:
    value = body.get("close_by")
    if not single:
        if value is not None:
            raise Refusal("close_by should not be sent for multiple_use QR codes")
        return None
    if value is None:
        return now + QR_LONGEST
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refusal("The close_by must be an integer.", field="close_by")
    if not 946_684_800 <= value <= 4_765_046_400:
        raise Refusal(f"{value} must be between 946684800 and 4765046400", field="close_by")
    if value < now + QR_SHORTEST:
        raise Refusal("close_by should be at least 2 minutes after current time", field="close_by")
    return min(value, now + QR_LONGEST)
