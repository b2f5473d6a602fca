"""UPI payment links: building ours, reading the gateway's (reference gateways 4.1)."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.money import decimal_rupees

_SCHEME = "upi://pay?"
_VPA = re.compile(r"[A-Za-z0-9._-]{2,256}@[A-Za-z][A-Za-z0-9.-]{1,63}")
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,35}")
_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")
_LONGEST_NOTE = 50
_LONGEST_LINK = 2048


@dataclass(frozen=True, slots=True)
class UpiPayment:
    """What a UPI link asks for. ``amount_paise`` is None where the payer types the amount."""

    pa: str
    pn: str
    tr: str = ""
    amount_paise: int | None = None
    currency: str = "INR"


def upi_link(payment: UpiPayment, *, mc: str = "", tn: str = "") -> str:
    """``upi://pay?pa=..&pn=..&mc=..&tr=..&tn=..&am=..&cu=INR``: fixed order, a space is ``%20``,
    the ``@`` stays raw, empty fields are left out, the note ends after 50 characters.

    Raises InputError: ``vpa_invalid``, ``payee_name_empty``, ``reference_invalid`` (at most 35 of
    ``[A-Za-z0-9_-]``), ``amount_not_positive``, ``currency_invalid``.
    """
    if not _VPA.fullmatch(payment.pa):
        raise InputError("vpa_invalid")
    if not payment.pn.strip():
        raise InputError("payee_name_empty")
    if payment.tr and not _REFERENCE.fullmatch(payment.tr):
        raise InputError("reference_invalid", reference=payment.tr)
    if payment.amount_paise is not None and payment.amount_paise <= 0:
        raise InputError("amount_not_positive")
    if payment.currency != "INR":
        raise InputError("currency_invalid", currency=payment.currency)
    amount = "" if payment.amount_paise is None else decimal_rupees(payment.amount_paise)
    fields = (
        ("pa", payment.pa),
        ("pn", payment.pn.strip()),
        ("mc", mc),
        ("tr", payment.tr),
        ("tn", tn.strip()[:_LONGEST_NOTE]),
        ("am", amount),
        ("cu", payment.currency),
    )
    return _SCHEME + "&".join(f"{key}={quote(value, safe='@')}" for key, value in fields if value)


def parse_upi(text: str) -> UpiPayment:
    """What a UPI link says. Unknown fields (mode, sign ...) are left alone.

    Raises InputError: ``upi_not_a_payment``, ``upi_field_twice`` (``field``), ``upi_no_payee``,
    ``upi_amount_invalid``.
    """
    text = text.strip()
    if len(text) > _LONGEST_LINK or text[: len(_SCHEME)].lower() != _SCHEME:
        raise InputError("upi_not_a_payment")
    fields: dict[str, str] = {}
    for part in text[len(_SCHEME) :].split("&"):
        key, _, value = part.partition("=")
        if not key:
            continue
        # Two amounts or two payees would be read differently by different apps.
        if key in fields:
            raise InputError("upi_field_twice", field=key[:20])
        fields[key] = unquote(value)
    if not fields.get("pa"):
        raise InputError("upi_no_payee")
    return UpiPayment(
        pa=fields["pa"],
        pn=fields.get("pn", ""),
        tr=fields.get("tr", ""),
        amount_paise=_paise(fields.get("am", "")),
        currency=fields.get("cu", "") or "INR",
    )


def _paise(text: str) -> int | None:
    if not text:
        return None
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise InputError("upi_amount_invalid")
    rupees, fraction = found.groups()
    return int(rupees) * 100 + int((fraction or "").ljust(2, "0"))
