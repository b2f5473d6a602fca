"""The JSON of Cashfree's objects, for answers and (where it differs) for webhooks (2.2 to 2.5).

Amounts are ``Decimal`` rupees with two places: numbers in answers, text in a link's webhook.
"""

import base64
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from pos_desktop.sandbox.cashfree.objects import Link, Order, Payment, Refund, Register
from pos_desktop.sandbox.png import picture
from pos_desktop.sandbox.qr_matrix import matrix
from pos_desktop.sandbox.shapes import IST, Json

VPA = "asha@examplebank"
_GATEWAY: Json = {
    "gateway_name": "CASHFREE",
    "gateway_order_id": None,
    "gateway_payment_id": None,
    "gateway_order_reference_id": None,
    "gateway_settlement": "CASHFREE",
}


def rupees(paise: int) -> Decimal:
    """``124950`` as ``1249.50``."""
    return Decimal(paise).scaleb(-2)


def iso(moment: int | None, *, offset: bool = True) -> str | None:
    """IST with its offset; a link's webhook leaves that out (2.1)."""
    if moment is None:
        return None
    at = datetime.fromtimestamp(moment, IST)
    return (at if offset else at.replace(tzinfo=None)).isoformat()


def link_entity(reg: Register, link: Link) -> Json:
    """A link as create, fetch and cancel answer it."""
    ask = link.ask
    return {
        "cf_link_id": link.cf_id,
        "link_id": link.id,
        "link_status": link.status,
        "link_currency": "INR",
        "link_amount": rupees(ask.amount),
        "link_amount_paid": rupees(link.paid),
        "link_partial_payments": ask.partial,
        "link_minimum_partial_amount": None if ask.minimum is None else rupees(ask.minimum),
        "link_purpose": ask.purpose,
        "link_created_at": iso(link.created_at),
        "customer_details": ask.customer,
        "link_meta": ask.meta,
        "link_url": link_url(reg, link),
        "link_expiry_time": iso(ask.expires_at),
        "link_notes": ask.notes,
        "link_auto_reminders": ask.reminders,
        "link_notify": ask.notify,
        "link_qrcode": data_uri(link_url(reg, link)),
    }


def link_url(reg: Register, link: Link) -> str:
    """Where the customer pays."""
    return f"{reg.origin}/cashfree-links/{link.code}"


def hook_link(reg: Register, link: Link, payment: Payment | None) -> Json:
    """A link inside ``PAYMENT_LINK_EVENT``: amounts are text, times without offset, ids numbers."""
    entity = link_entity(reg, link)
    for name in ("link_amount", "link_amount_paid", "link_minimum_partial_amount"):
        entity[name] = None if entity[name] is None else str(entity[name])
    entity["link_created_at"] = iso(link.created_at, offset=False)
    entity["link_expiry_time"] = iso(link.ask.expires_at, offset=False)
    entity["cf_link_id"] = int(link.cf_id)
    # The documented sample has this slip too.
    entity["link_url"] = entity["link_url"].replace("/cashfree-links/", "/cashfree-links//")
    del entity["link_qrcode"]
    if payment is not None:
        order = reg.orders[payment.order_id]
        entity["order"] = {
            "order_amount": str(rupees(order.ask.amount)),
            "order_id": order.id,
            "order_expiry_time": iso(order.ask.expires_at, offset=False),
            "order_hash": order.session[-6:],
            "transaction_id": int(payment.id),
            "transaction_status": payment.status,
        }
    return entity


def order_entity(reg: Register, order: Order) -> Json:
    """An order."""
    ask = order.ask
    return {
        "cf_order_id": order.cf_id,
        "order_id": order.id,
        "entity": "order",
        "order_amount": rupees(ask.amount),
        "order_currency": "INR",
        "order_status": order.status,
        "payment_session_id": order.session,
        "order_expiry_time": iso(ask.expires_at),
        "order_note": ask.note,
        "order_tags": ask.tags or None,
        "order_meta": ask.meta or None,
        "order_splits": [],
        "customer_details": ask.customer,
        "created_at": iso(order.created_at),
    }


def session_answer(reg: Register, payment: Payment) -> Json:
    """The answer to a payment session: the QR as a picture, or where an app is opened (2.3)."""
    payload = upi_payload(reg, payment)
    shown = {"qrcode": data_uri(payload)} if payment.channel == "qrcode" else {"default": payload}
    return {
        "payment_amount": rupees(payment.amount),
        "cf_payment_id": payment.id,
        "payment_method": "upi",
        "channel": payment.channel,
        "action": "custom",
        "data": {"url": None, "payload": shown, "content_type": None, "method": None},
    }


def upi_payload(reg: Register, payment: Payment) -> str:
    """The raw text in the QR picture; the API never tells it."""
    name = "".join(c for c in reg.features.merchant if c.isascii() and c.isalnum()) or "Shop"
    return (
        f"upi://pay?pa={name.lower()}.cf@examplebank&pn={name}&tr={payment.id}"
        f"&am={rupees(payment.amount)}&cu=INR&mode=22&mc=5411"
    )


@lru_cache(maxsize=1_000)
def data_uri(text: str) -> str:
    """A QR code of ``text`` as the picture that Cashfree sends."""
    png = picture(matrix(text), 6)
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def payment_entity(reg: Register, payment: Payment) -> Json:
    """A payment as fetches answer it."""
    order = reg.orders[payment.order_id]
    return {
        "cf_payment_id": payment.id,
        "order_id": order.id,
        "entity": "payment",
        "is_captured": payment.captured,
        "order_amount": rupees(order.ask.amount),
        "order_currency": "INR",
        "payment_group": payment.group,
        "payment_amount": rupees(payment.amount),
        "payment_currency": "INR",
        "payment_time": iso(payment.created_at),
        "payment_completion_time": iso(payment.completed_at),
        "payment_status": payment.status,
        "payment_message": _message(payment),
        "bank_reference": _reference(payment),
        "auth_id": None,
        "authorization": None,
        "error_details": error_details(payment),
        "payment_method": _method(payment),
        "payment_gateway_details": {**_GATEWAY, "gateway_reference_name": None},
    }


def hook_payment(reg: Register, payment: Payment) -> Json:
    """The data of a payment event; before version 2023-08-01 its id is a number (2.5)."""
    order = reg.orders[payment.order_id]
    old = reg.features.cashfree_hooks < "2023-08-01"
    done = payment.completed_at or payment.created_at
    shown: Json = {
        "order": {
            "order_id": order.id,
            "order_amount": rupees(order.ask.amount),
            "order_currency": "INR",
            "order_tags": order.ask.tags or None,
        },
        "payment": {
            "cf_payment_id": int(payment.id) if old else payment.id,
            "payment_status": payment.status,
            "payment_amount": rupees(payment.amount),
            "payment_currency": "INR",
            "payment_message": _message(payment),
            "payment_time": iso(done),
            "bank_reference": _reference(payment),
            "auth_id": None,
            "payment_method": _method(payment),
            "payment_group": payment.group,
        },
        "customer_details": {"customer_id": None, **order.ask.customer},
        "payment_gateway_details": {**_GATEWAY, "gateway_status_code": None},
        "payment_offers": None,
    }
    details = error_details(payment)
    return shown if details is None else {**shown, "error_details": details}


def error_details(payment: Payment) -> Json | None:
    """Why an attempt failed."""
    if payment.status != "FAILED":
        return None
    return {
        "error_code": "TRANSACTION_DECLINED",
        "error_description": "Payment failed",
        "error_reason": payment.reason,
        "error_source": "customer",
        "error_code_raw": None,
        "error_description_raw": None,
    }


def refund_entity(refund: Refund) -> Json:
    """A refund; the bank's reference comes only when it is done."""
    return {
        "cf_payment_id": refund.payment_id,
        "cf_refund_id": refund.cf_id,
        "order_id": refund.order_id,
        "refund_id": refund.id,
        "entity": "refund",
        "refund_amount": rupees(refund.amount),
        "refund_currency": "INR",
        "refund_note": refund.note,
        "refund_status": refund.status,
        "refund_type": refund.type,
        "refund_arn": refund.arn,
        "refund_charge": 0,
        "refund_mode": refund.speed,
        "status_description": _DESCRIPTIONS.get(refund.status, "In progress"),
        "refund_splits": [],
        "metadata": None,
        "created_at": iso(refund.created_at),
        "processed_at": iso(refund.processed_at),
    }


def hook_refund(refund: Refund) -> Json:
    """A refund inside an event: ids are numbers."""
    numbers = {"cf_payment_id": int(refund.payment_id), "cf_refund_id": int(refund.cf_id)}
    return {**refund_entity(refund), **numbers, "entity": "Refund"}


def everything(reg: Register) -> Json:
    """All of it for a tester; links without their QR."""
    links = [link_entity(reg, link) for link in reg.links.values()]
    for link in links:
        del link["link_qrcode"]
    return {
        "links": links,
        "orders": [
            {**order_entity(reg, order), "link_id": order.link_id} for order in reg.orders.values()
        ],
        "payments": [payment_entity(reg, payment) for payment in reg.payments.values()],
        "refunds": [refund_entity(refund) for refund in reg.refunds.values()],
    }


_DESCRIPTIONS = {
    "SUCCESS": "Refund processed successfully",
    "CANCELLED": "Refund was cancelled by the bank",
    "ONHOLD": "Not enough balance to process the refund",
}
_MESSAGES = {"SUCCESS": "00::Transaction success", "FAILED": "ZM::Invalid PIN"}


def _message(payment: Payment) -> str | None:
    return _MESSAGES.get(payment.status)


def _reference(payment: Payment) -> str | None:
    return payment.rrn if payment.status == "SUCCESS" else None


def _method(payment: Payment) -> Json:
    if payment.group != "upi":
        return {payment.group: {"channel": "link"}}
    known = payment.status == "SUCCESS"
    return {"upi": {"channel": payment.channel, "upi_id": VPA if known else None}}
