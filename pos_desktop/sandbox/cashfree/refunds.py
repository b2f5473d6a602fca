"""Refunds at the practice Cashfree: accepted at once, ended later (reference gateways 2.4)."""

import asyncio

from pos_desktop.sandbox.cashfree import asks, entities
from pos_desktop.sandbox.cashfree.objects import Order, Payment, Refund, Register
from pos_desktop.sandbox.cashfree.refusals import CashfreeRefusal, not_found, taken
from pos_desktop.sandbox.shapes import Json, reference_number

_HALF_YEAR_S = 183 * 86_400
#: How a refund ends at the word of the control or of the switch ``refunds``.
ENDINGS = {"processed": "SUCCESS", "failed": "CANCELLED", "on_hold": "ONHOLD"}


def create(reg: Register, order: Order, body: Json) -> Refund:
    """Ask for a refund of an order; which of its payments it takes back is Cashfree's choice.

    The merchant's ``refund_id`` is taken for good, in all orders. Raises CashfreeRefusal.
    """
    name, amount, note, speed = asks.read_refund(body)
    if any(refund.id == name for refund in reg.refunds.values()):
        raise taken("refund")
    payments = [one for one in _paid(reg, order) if _left(reg, one) > 0]
    if not payments:
        raise CashfreeRefusal("Refund amount exceeds the amount that is left", code="refund_failed")
    payment = next((one for one in payments if _left(reg, one) >= amount), None)
    if payment is None:
        raise CashfreeRefusal("Refund amount exceeds the amount that is left", code="refund_failed")
    if payment.created_at < reg.now() - _HALF_YEAR_S:
        raise CashfreeRefusal("Refund is not possible after 6 months", code="refund_failed")
    if reg.features.refunds == "low_balance":
        text = "You do not have enough balance for this refund"
        raise CashfreeRefusal(text, code="refund_insufficient_balance")
    refund = Refund(reg.number(), name, order.id, payment.id, amount, note, speed, reg.now())
    reg.refunds[order.id, name] = refund
    return refund


def find(reg: Register, order: Order, refund_id: str) -> Refund:
    """A refund of this order by the merchant's id. Raises CashfreeRefusal."""
    refund = reg.refunds.get((order.id, refund_id))
    if refund is None:
        raise not_found("refund")
    return refund


def of_order(reg: Register, order: Order) -> list[Refund]:
    """All refunds of an order, newest first."""
    return [one for one in reversed(reg.refunds.values()) if one.order_id == order.id]


async def end(reg: Register, refund: Refund) -> None:
    """The bank's answer after a while, as the switch ``refunds`` wants it."""
    await asyncio.sleep(reg.features.refund_ms / 1000)
    wanted = ENDINGS.get(reg.features.refunds)
    if refund.status == "PENDING" and wanted is not None:
        finish(reg, refund, wanted)
        await number_later(reg, refund)


def finish(reg: Register, refund: Refund, status: str) -> None:
    """End a refund; a successful one may get its bank reference later."""
    refund.status, refund.processed_at = status, reg.now()
    if status == "SUCCESS" and not reg.features.refund_ref_ms:
        refund.arn = reference_number(reg.now())
    _announce(reg, refund)


async def number_later(reg: Register, refund: Refund) -> None:
    """Give a successful refund its bank reference."""
    await asyncio.sleep(reg.features.refund_ref_ms / 1000)
    if refund.status == "SUCCESS" and refund.arn is None:
        refund.arn = reference_number(reg.now())


def by_itself(reg: Register, payment: Payment) -> None:
    """Money that came after its time goes back without being asked for (2.3)."""
    refund = Refund(
        cf_id=reg.number(),
        id=f"auto{payment.id}",
        order_id=payment.order_id,
        payment_id=payment.id,
        amount=payment.amount,
        note="Auto refund",
        speed="STANDARD",
        created_at=reg.now(),
        type="PAYMENT_AUTO_REFUND",
    )
    reg.refunds[refund.order_id, refund.id] = refund
    finish(reg, refund, "SUCCESS")


def _paid(reg: Register, order: Order) -> list[Payment]:
    return [one for one in reg.payments.values() if one.order_id == order.id and one.captured]


def _left(reg: Register, payment: Payment) -> int:
    gone = sum(
        refund.amount
        for refund in reg.refunds.values()
        if refund.payment_id == payment.id and refund.status != "CANCELLED"
    )
    return payment.amount - gone


def _announce(reg: Register, refund: Refund) -> None:
    notify = str(reg.orders[refund.order_id].ask.meta.get("notify_url") or "")
    if refund.type == "MERCHANT_INITIATED":
        reg.emit("REFUND_STATUS_WEBHOOK", {"refund": entities.hook_refund(refund)}, notify)
        return
    shown = entities.hook_refund(refund)
    auto = {name: value for name, value in shown.items() if not name.startswith("order_")}
    reg.emit("AUTO_REFUND_STATUS_WEBHOOK", {"auto_refund": auto}, notify)
