"""Money: attempts, authorisation, capture, and what they do to links, QR codes and orders."""

from collections.abc import Mapping
from dataclasses import dataclass

from pos_desktop.sandbox.razorpay import entities, links, qrs, refunds
from pos_desktop.sandbox.razorpay.objects import Link, Order, Payment, Qr, Register
from pos_desktop.sandbox.razorpay.refusals import Refusal, id_not_found
from pos_desktop.sandbox.shapes import Json, reference_number, tail

CONTACT = "+919812345670"


class NotPayable(Exception):
    """No customer could pay this now; ``late`` in the control call makes it happen all the same."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a customer does. ``payment_id``: go on with that attempt (failed, then captured)."""

    amount: int | None = None
    method: str = "upi"
    rrn: str = ""
    payment_id: str = ""
    reason: str = "payment_cancelled"
    late: bool = False
    fee: int = 0
    tax: int = 0
    age_s: int = 0


def pay(reg: Register, target: Link | Qr, attempt: Attempt) -> Payment:
    """A payment that succeeds and is captured. Raises NotPayable."""
    payment = authorise(reg, target, attempt)
    if payment.status == "authorized":
        settle(reg, payment)
    return payment


def authorise(reg: Register, target: Link | Qr, attempt: Attempt) -> Payment:
    """A payment that the bank allowed and nobody captured yet; for an order that is paid it goes
    back at once. Raises NotPayable."""
    payment = begin(reg, target, attempt)
    payment.status = "authorized"
    payment.error_reason = None
    payment.updated_at = reg.now()
    reg.emit("payment.authorized", {"payment": entities.hook_payment(payment)})
    order = reg.orders.get(payment.order_id or "")
    if order is not None and order.status == "paid":
        refunds.refund_by_itself(reg, payment)
    return payment


def fail(reg: Register, target: Link | Qr, attempt: Attempt) -> Payment:
    """An attempt that failed; the object stays payable. Raises NotPayable."""
    payment = begin(reg, target, attempt)
    _fail(reg, payment, attempt.reason)
    return payment


def expire_due(reg: Register) -> None:
    """What waited too long: no answer of the bank fails, what nobody captured goes back (1.6)."""
    now, features = reg.now(), reg.features
    for payment in list(reg.payments.values()):
        waited = now - payment.updated_at
        if payment.status == "created" and waited >= features.attempt_s:
            _fail(reg, payment, "payment_timed_out")
        elif payment.status == "authorized" and waited >= features.capture_s:
            refunds.refund_by_itself(reg, payment)


def stray(reg: Register, amount: int, words: Mapping[str, str], notes: Json, age_s: int) -> Payment:
    """Captured money that is for no link or QR code; ``words``: its method and description."""
    now = reg.now() - age_s
    payment = Payment(
        id="pay_" + tail(),
        mode="live",
        amount=amount,
        currency="INR",
        method=words["method"],
        status="authorized",
        created_at=now,
        updated_at=now,
        contact=CONTACT,
        description=words["description"],
        rrn=reference_number(now),
        notes=dict(notes),
    )
    reg.payments[payment.id] = payment
    settle(reg, payment)
    return payment


def find(reg: Register, payment_id: str, mode: str) -> Payment:
    """The payment with this id. Raises Refusal."""
    payment = reg.payments.get(payment_id)
    if payment is None or payment.mode != mode:
        raise id_not_found()
    return payment


def capture(reg: Register, payment: Payment, body: Json) -> None:
    """``POST /v1/payments/{id}/capture`` (1.6). Raises Refusal."""
    amount = body.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise Refusal("The amount must be an integer", field="amount")
    order = reg.orders.get(payment.order_id or "")
    if order is not None and order.status == "paid" and not payment.captured:
        raise Refusal(
            "Your payment has been declined as the order is already paid. "
            "Please initiate the payment with a new order."
        )
    if payment.status != "authorized":
        raise Refusal("This payment has already been captured")
    if amount != payment.amount:
        raise Refusal("Capture amount must be equal to the amount authorized.", field="amount")
    settle(reg, payment)


def settle(reg: Register, payment: Payment) -> None:
    """Capture an authorised payment and tell everybody."""
    payment.status, payment.captured = "captured", True
    payment.updated_at = reg.now()
    reg.emit("payment.captured", {"payment": entities.hook_payment(payment)})
    if payment.qr_id:
        _credit(reg, reg.qrs[payment.qr_id], payment)
    elif payment.order_id:
        order = reg.orders[payment.order_id]
        _count(reg, order, payment)
        _credit_link(reg, reg.links[payment.link_id], order, payment)


def begin(reg: Register, target: Link | Qr, attempt: Attempt) -> Payment:
    """An attempt whose end is open: the customer types the PIN. Raises NotPayable."""
    known = reg.payments.get(attempt.payment_id)
    if attempt.payment_id and (known is None or known.captured):
        raise NotPayable("that attempt does not exist or is captured already")
    if isinstance(target, Qr):
        if not attempt.late and not qrs.payable(reg, target):
            raise NotPayable("the QR code is closed, past its time or of test mode")
        return known or _payment(reg, target, attempt, target.ask.payment_amount)
    if not attempt.late and target.status not in links.PAYABLE:
        raise NotPayable(f"the link is {target.status}")
    order = links.open_page(reg, target)
    if known is None:
        order.attempts += 1
        known = _payment(reg, target, attempt, order.amount - order.amount_paid)
        known.order_id = order.id
    if order.status == "created":
        order.status = "attempted"
    order.updated_at = reg.now()
    return known


def _fail(reg: Register, payment: Payment, reason: str) -> None:
    payment.status, payment.error_reason = "failed", reason
    payment.updated_at = reg.now()
    reg.emit("payment.failed", {"payment": entities.hook_payment(payment)})


def _payment(reg: Register, target: Link | Qr, attempt: Attempt, due: int | None) -> Payment:
    now = reg.now() - attempt.age_s
    amount = attempt.amount if attempt.amount is not None else due
    if amount is None or amount <= 0:
        amount = target.ask.amount if isinstance(target, Link) else 0
    if amount <= 0:
        raise NotPayable("an amount is needed")
    link = target if isinstance(target, Link) else None
    payment = Payment(
        id="pay_" + tail(),
        mode=target.mode,
        amount=amount,
        currency=link.ask.currency if link else "INR",
        method=attempt.method,
        status="created",
        created_at=now,
        updated_at=now,
        contact=(link.ask.customer.get("contact") if link else None) or CONTACT,
        description="#" + target.id.removeprefix("plink_") if link else "QRv2 Payment",
        link_id=link.id if link else "",
        qr_id="" if link else target.id,
        rrn=attempt.rrn or reference_number(now),
        fee=attempt.fee,
        tax=attempt.tax,
    )
    if isinstance(target, Qr) and reg.features.qr_notes_on_payments:
        payment.notes = dict(target.notes)
    reg.payments[payment.id] = payment
    return payment


def _credit(reg: Register, qr: Qr, payment: Payment) -> None:
    # The counters in this event may still be 0, its status active: the event goes first.
    shown = {
        "payment": entities.hook_qr_payment(payment, qr),
        "qr_code": entities.hook_qr(reg, qr),
    }
    reg.emit("qr_code.credited", shown)
    qr.received += payment.amount
    qr.count += 1
    if qr.ask.usage == "single_use" and qr.status == "active":
        qr.status, qr.closed_at, qr.close_reason = "closed", reg.now(), "paid"


def _count(reg: Register, order: Order, payment: Payment) -> None:
    order.amount_paid += payment.amount
    order.updated_at = reg.now()
    if order.amount_paid >= order.amount:
        order.status = "paid"
        shown = {
            "payment": entities.hook_payment(payment),
            "order": entities.order_entity(order),
        }
        reg.emit("order.paid", shown)


def _credit_link(reg: Register, link: Link, order: Order, payment: Payment) -> None:
    """Late money changes the order only; what the link shows then is not documented (6, no. 1)."""
    if link.status not in links.PAYABLE:
        return
    link.captured.append(payment.id)
    link.amount_paid += payment.amount
    link.updated_at = reg.now()
    full = link.amount_paid >= link.ask.amount
    link.status = "paid" if full else "partially_paid"
    shown = {
        "payment_link": entities.hook_link(reg, link),
        "order": entities.hook_link_order(reg, order, partial=link.ask.accept_partial),
        "payment": entities.hook_link_payment(payment),
    }
    reg.emit(f"payment_link.{link.status}", shown)
