"""The JSON of Razorpay's objects, for answers and (where it differs) for webhooks."""

from pos_desktop.sandbox.razorpay.objects import Link, Order, Payment, Qr, Refund, Register
from pos_desktop.sandbox.shapes import Json

VPA = "asha@examplebank"


def link_entity(reg: Register, link: Link, *, payments: list[Json] | None) -> Json:
    """A link as create, fetch, update and cancel answer it; it has no ``entity`` key.

    ``payments``: None right after creation, ``[]`` in lists even when paid (fact 3).
    """
    return {
        **_link_core(reg, link),
        "callback_method": link.ask.callback_method,
        "callback_url": link.ask.callback_url,
        "payments": payments,
    }


def link_payments(reg: Register, link: Link) -> list[Json]:
    """The captured payments of a link; attempts do not show here."""
    return [
        {
            "amount": payment.amount,
            "created_at": payment.created_at,
            "method": payment.method,
            "payment_id": payment.id,
            "plink_id": link.id,
            "status": "captured",
            "updated_at": payment.updated_at,
        }
        for payment in (reg.payments[name] for name in link.captured)
    ]


def hook_link(reg: Register, link: Link) -> Json:
    """A link inside a webhook: no callback fields, no payments."""
    entity = _link_core(reg, link)
    if link.status == "paid":
        # As in the documented sample, whatever was asked: an object where others have a list.
        entity["reminders"] = {"status": "failed"}
    return entity


def _link_core(reg: Register, link: Link) -> Json:
    ask = link.ask
    entity: Json = {
        "accept_partial": ask.accept_partial,
        "amount": ask.amount,
        "amount_paid": link.amount_paid,
        "cancelled_at": link.cancelled_at,
        "created_at": link.created_at,
        "currency": ask.currency,
        "customer": ask.customer or [],
        "description": ask.description,
        "expire_by": ask.expire_by,
        "expired_at": link.expired_at,
        "first_min_partial_amount": ask.first_min_partial_amount,
        "id": link.id,
        "notes": ask.notes or None,
        "notify": ask.notify,
        "reference_id": ask.reference_id,
        "reminder_enable": ask.reminder_enable,
        "reminders": {"status": "in_progress"} if ask.reminder_enable else [],
        "short_url": f"{reg.origin}/rzp/{link.code}",
        "status": link.status,
        "updated_at": link.updated_at,
        "upi_link": ask.upi_link,
        "user_id": "",
        "whatsapp_link": False,
    }
    if link.order_id:
        entity["order_id"] = link.order_id
    return entity


def qr_entity(reg: Register, qr: Qr) -> Json:
    """A QR code; ``image_content`` only where the account has that feature (1.4)."""
    entity = hook_qr(reg, qr)
    if reg.features.image_content:
        entity["image_content"] = upi_payload(reg, qr)
    return entity


def hook_qr(reg: Register, qr: Qr) -> Json:
    """A QR code inside a webhook."""
    return {
        "id": qr.id,
        "entity": "qr_code",
        "created_at": qr.created_at,
        "name": qr.ask.name,
        "usage": qr.ask.usage,
        "type": qr.ask.type,
        "image_url": f"{reg.origin}/i/{qr.code}",
        "payment_amount": qr.ask.payment_amount,
        "status": qr.status,
        "description": qr.ask.description,
        "fixed_amount": qr.ask.fixed_amount,
        "payments_amount_received": qr.received,
        "payments_count_received": qr.count,
        "notes": qr.notes or [],
        "customer_id": qr.ask.customer_id,
        "close_by": qr.ask.close_by,
        "closed_at": qr.closed_at,
        "close_reason": qr.close_reason,
    }


def upi_payload(reg: Register, qr: Qr) -> str:
    """The raw text in the QR picture; ``am`` is in rupees with two decimals."""
    name = "".join(c for c in reg.features.merchant if c.isascii() and c.isalnum()) or "Shop"
    core = (
        f"upi://pay?pa={name.lower()}.rzp@examplebank&pn={name}&tr=RZP{qr.id[3:]}qrv2"
        f"&tn=Paymentto{name}&cu=INR&mc=5411"
    )
    if qr.ask.payment_amount is None:
        return core
    rupees, paise = divmod(qr.ask.payment_amount, 100)
    return f"{core}&am={rupees}.{paise:02d}"


def order_entity(order: Order) -> Json:
    """An order as ``GET /v1/orders/{id}`` answers it."""
    return {
        "id": order.id,
        "entity": "order",
        "amount": order.amount,
        "amount_paid": order.amount_paid,
        "amount_due": max(order.amount - order.amount_paid, 0),
        "currency": order.currency,
        "receipt": order.receipt or None,
        "offer_id": None,
        "status": order.status,
        "attempts": order.attempts,
        "notes": [],
        "created_at": order.created_at,
    }


def hook_link_order(reg: Register, order: Order, *, partial: bool) -> Json:
    """The order inside ``payment_link.*``: its id has **no** ``order_`` prefix (1.8)."""
    return {
        "id": order.id.removeprefix("order_"),
        "amount": order.amount,
        "amount_due": max(order.amount - order.amount_paid, 0),
        "amount_paid": order.amount_paid,
        "attempts": order.attempts,
        "authorized": True,
        "created_at": order.created_at,
        "currency": order.currency,
        "discount": False,
        "first_payment_min_amount": None,
        "merchant_id": reg.keys.account_id.removeprefix("acc_"),
        "method": None,
        "notes": [],
        "offers": {},
        "partial_payment": partial,
        "payment_capture": True,
        "product_id": order.link_id.removeprefix("plink_"),
        "product_type": "payment_link_v2",
        "public_key": reg.keys.key_id,
        "receipt": order.receipt,
        "status": order.status,
        "transfers": None,
        "updated_at": order.updated_at,
    }


def payment_entity(payment: Payment) -> Json:
    """A payment as fetches answer it (1.6)."""
    failed = payment.status == "failed"
    vpa = VPA if payment.method == "upi" and not failed else None
    entity: Json = {
        "id": payment.id,
        "entity": "payment",
        "amount": payment.amount,
        "currency": payment.currency,
        "status": payment.status,
        "order_id": payment.order_id,
        "invoice_id": None,
        "international": False,
        "method": payment.method,
        "amount_refunded": payment.amount_refunded,
        "refund_status": _refund_status(payment),
        "captured": payment.captured,
        "description": payment.description,
        "card_id": None,
        "bank": "HDFC" if payment.method == "netbanking" else None,
        "wallet": "mobikwik" if payment.method == "wallet" else None,
        "vpa": vpa,
        "email": None,
        "contact": payment.contact,
        "notes": payment.notes or [],
        "fee": None if failed else payment.fee,
        "tax": None if failed else payment.tax,
        "error_code": "BAD_REQUEST_ERROR" if failed else None,
        "error_description": "Payment failed" if failed else None,
        "error_source": "customer" if failed else None,
        "error_step": "payment_authentication" if failed else None,
        "error_reason": payment.error_reason if failed else None,
        "acquirer_data": _acquirer(payment),
        "created_at": payment.created_at,
    }
    if vpa is not None:
        entity["upi"] = {"payer_account_type": "bank_account", "vpa": vpa}
    return entity


def hook_payment(payment: Payment) -> Json:
    """A payment inside ``payment.*`` and ``order.paid``."""
    entity = payment_entity(payment)
    entity.pop("upi", None)
    if payment.status != "failed":
        entity |= {"base_amount": payment.amount, "amount_transferred": 0}
    return entity


def hook_link_payment(payment: Payment) -> Json:
    """A payment inside ``payment_link.*``."""
    more = {"amount_transferred": 0, "base_amount": payment.amount, "fee_bearer": "platform"}
    return {**payment_entity(payment), **more}


def hook_qr_payment(payment: Payment, qr: Qr) -> Json:
    """A payment inside ``qr_code.credited``: carries the notes of the QR."""
    entity = payment_entity(payment)
    entity.pop("upi", None)
    return {**entity, "customer_id": qr.ask.customer_id, "notes": qr.notes or []}


def hook_refund_payment(payment: Payment) -> Json:
    """A payment inside ``refund.*``."""
    entity = hook_payment(payment)
    dropped = ("card_id", "bank", "wallet")
    return {k: v for k, v in entity.items() if k not in dropped and not k.startswith("error_")}


def refund_entity(refund: Refund) -> Json:
    """A refund; the bank's reference comes only when it is processed."""
    done = refund.rrn is not None
    return {
        "id": refund.id,
        "entity": "refund",
        "amount": refund.amount,
        "currency": refund.currency,
        "payment_id": refund.payment_id,
        "notes": refund.notes or [],
        "receipt": refund.receipt,
        "acquirer_data": {"rrn": refund.rrn} if done else {"arn": None},
        "created_at": refund.created_at,
        "batch_id": None,
        "status": refund.status,
        "speed_requested": refund.speed,
        "speed_processed": "normal",
    }


def _refund_status(payment: Payment) -> str | None:
    if payment.amount_refunded == 0:
        return None
    return "full" if payment.amount_refunded >= payment.amount else "partial"


def _acquirer(payment: Payment) -> Json:
    rrn = None if payment.status == "failed" else payment.rrn
    if payment.method == "netbanking":
        return {"bank_transaction_id": rrn}
    if payment.method == "wallet":
        return {"transaction_id": rrn}
    if payment.method == "card":
        return {"auth_code": None, "rrn": rrn, "arn": None}
    return {"rrn": rrn}
