"""Refunds: asked with a key, pending, then processed or failed (reference gateways 1.7)."""

import asyncio
import re
from typing import Literal

from pos_desktop.sandbox.razorpay import asks, entities
from pos_desktop.sandbox.razorpay.objects import Payment, Refund, Register
from pos_desktop.sandbox.razorpay.refusals import Refusal, id_not_found, not_wanted
from pos_desktop.sandbox.shapes import Json, reference_number, tail

_FIELDS = frozenset({"amount", "speed", "notes", "receipt"})
_KEY = re.compile(r"[A-Za-z0-9_-]{10,}")
_HALF_YEAR_S = 183 * 86_400
Ending = Literal["processed", "failed"]
ENDINGS: dict[str, Ending] = {"processed": "processed", "failed": "failed"}


async def ask(reg: Register, payment: Payment, body: Json, *, key: str, raw: bytes) -> Refund:
    """``create``, as slow as the switch ``refund_pause_ms`` says; the same ``key`` meanwhile is
    refused with 409. Raises Refusal."""
    if key in reg.refunds_running:
        raise Refusal(
            "Request failed because another request is in progress with the same idempotency key",
            status=409,
        )
    if not reg.features.refund_pause_ms:
        return create(reg, payment, body, key=key, raw=raw)
    reg.refunds_running.add(key)
    try:
        await asyncio.sleep(reg.features.refund_pause_ms / 1000)
        return create(reg, payment, body, key=key, raw=raw)
    finally:
        reg.refunds_running.discard(key)


def create(reg: Register, payment: Payment, body: Json, *, key: str, raw: bytes) -> Refund:
    """Ask for a refund. The same ``key`` with the same bytes answers the first. Raises Refusal."""
    if key:
        if not _KEY.fullmatch(key):
            raise Refusal("The idempotency key must be at least 10 of A-Z, a-z, 0-9, - and _.")
        known = reg.refund_keys.get(key)
        if known is not None:
            return _same(reg, known, payment, raw)
    if unknown := set(body) - _FIELDS:
        raise not_wanted(unknown)
    refund = _start(reg, payment, body)
    if key:
        reg.refund_keys[key] = (payment.id.encode() + raw, refund.id)
    return refund


def find(reg: Register, refund_id: str) -> Refund:
    """The refund with this id. Raises Refusal."""
    refund = reg.refunds.get(refund_id)
    if refund is None:
        raise id_not_found()
    return refund


async def end(reg: Register, refund: Refund) -> None:
    """The bank's answer after a while, as the switch ``refunds`` wants it."""
    await asyncio.sleep(reg.features.refund_ms / 1000)
    wanted = reg.features.refunds
    if refund.status == "pending" and wanted != "pending":
        finish(reg, refund, "failed" if wanted == "failed" else "processed")
        await number_later(reg, refund)


def finish(reg: Register, refund: Refund, ending: Ending) -> None:
    """End a pending refund; a processed one may get its bank reference later."""
    payment = reg.payments[refund.payment_id]
    refund.status = ending
    if ending == "failed":
        payment.amount_refunded -= refund.amount
        payment.status = "captured"
    elif not reg.features.refund_ref_ms:
        refund.rrn = reference_number(reg.now())
    payment.updated_at = reg.now()
    _tell(reg, f"refund.{refund.status}", refund, payment)


async def number_later(reg: Register, refund: Refund) -> None:
    """Give a processed refund its bank reference, ``refund_ref_ms`` after its end (1.7)."""
    await asyncio.sleep(reg.features.refund_ref_ms / 1000)
    if refund.status == "processed" and refund.rrn is None:
        refund.rrn = reference_number(reg.now())


def refund_by_itself(reg: Register, payment: Payment) -> None:
    """What is never captured goes back: at once for an order that is paid already, else when the
    time to capture is over (1.5, 1.6)."""
    refund = _book(reg, payment, payment.amount, {}, None, "normal")
    refund.status, refund.rrn = "processed", reference_number(reg.now())
    _tell(reg, "refund.processed", refund, payment)


def _same(reg: Register, known: tuple[bytes, str], payment: Payment, raw: bytes) -> Refund:
    if known[0] != payment.id.encode() + raw:
        raise Refusal("Different request with the same idempotency key has already been processed.")
    return reg.refunds[known[1]]


def _start(reg: Register, payment: Payment, body: Json) -> Refund:
    left = payment.amount - payment.amount_refunded
    if payment.created_at < reg.now() - _HALF_YEAR_S:
        raise Refusal(
            "Refund is not supported by the bank because the payment is more than 6 months old"
        )
    if not payment.captured:
        raise Refusal("The payment status should be captured for action to be taken")
    if left == 0:
        raise Refusal("The payment has been fully refunded already.")
    amount = asks.amount(body, "amount") if body.get("amount") is not None else left
    if amount > left:
        raise Refusal("The refund amount provided is greater than amount captured.")
    speed = asks.text(body, "speed", 10) or "normal"
    if speed not in ("normal", "optimum"):
        raise Refusal("The selected speed is invalid.", field="speed")
    if reg.features.refunds == "low_balance":
        raise Refusal(
            "Your account does not have enough balance to carry out the refund operation."
        )
    receipt = asks.text(body, "receipt", 40) or None
    return _book(reg, payment, amount, asks.notes(body, 256), receipt, speed)


def _book(
    reg: Register, payment: Payment, amount: int, notes: Json, receipt: str | None, speed: str
) -> Refund:
    refund = Refund(
        id="rfnd_" + tail(),
        payment_id=payment.id,
        amount=amount,
        currency=payment.currency,
        created_at=reg.now(),
        notes=notes,
        receipt=receipt,
        speed=speed,
    )
    reg.refunds[refund.id] = refund
    payment.amount_refunded += amount
    payment.updated_at = reg.now()
    if payment.amount_refunded >= payment.amount:
        payment.status = "refunded"
    _tell(reg, "refund.created", refund, payment)
    return refund


def _tell(reg: Register, event: str, refund: Refund, payment: Payment) -> None:
    shown = {
        "refund": entities.refund_entity(refund),
        "payment": entities.hook_refund_payment(payment),
    }
    reg.emit(event, shown)
