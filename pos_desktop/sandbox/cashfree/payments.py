"""Money at the practice Cashfree: attempts and what they do to orders and links."""

from pos_desktop.sandbox.cashfree import entities, links, orders, refunds
from pos_desktop.sandbox.cashfree.objects import Link, Order, Payment, Register
from pos_desktop.sandbox.cashfree.refusals import CashfreeRefusal, not_found
from pos_desktop.sandbox.razorpay.payments import Attempt, NotPayable
from pos_desktop.sandbox.shapes import Json

Target = Link | Order
_ENDED = ("SUCCESS", "VOID")


def pay(reg: Register, target: Target, attempt: Attempt) -> Payment:
    """A payment that succeeds. Raises NotPayable."""
    payment = begin(reg, target, attempt)
    succeed(reg, payment)
    if attempt.late and reg.features.cashfree_auto_refund:
        refunds.by_itself(reg, payment)
    return payment


def authorise(reg: Register, target: Target, attempt: Attempt) -> Payment:
    """A pre-authorisation: a success that took no money. Raises NotPayable."""
    payment = begin(reg, target, attempt)
    payment.status, payment.completed_at = "SUCCESS", reg.now()
    return payment


def fail(reg: Register, target: Target, attempt: Attempt) -> Payment:
    """An attempt that failed; the object stays payable. Raises NotPayable."""
    payment = begin(reg, target, attempt)
    end(reg, payment, "FAILED", attempt.reason)
    return payment


def begin(reg: Register, target: Target, attempt: Attempt) -> Payment:
    """The customer types the PIN: its end is open. Raises NotPayable."""
    known = reg.payments.get(attempt.payment_id)
    if attempt.payment_id and (known is None or known.status in _ENDED):
        raise NotPayable("that attempt does not exist or is over")
    payment = known or _new(reg, target, attempt)
    if attempt.amount is not None:
        payment.amount = attempt.amount
    payment.amount += attempt.fee
    payment.status, payment.reason = "PENDING", None
    payment.group = attempt.method
    payment.rrn = attempt.rrn or payment.rrn
    return payment


def succeed(reg: Register, payment: Payment) -> None:
    """The bank paid: the order is paid, whatever it was before."""
    payment.status, payment.captured, payment.reason = "SUCCESS", True, None
    payment.completed_at = max(reg.now() - _age(reg, payment), payment.created_at)
    order = reg.orders[payment.order_id]
    order.status = "PAID"
    _announce(reg, "PAYMENT_SUCCESS_WEBHOOK", payment)
    if order.link_id:
        links.credit(reg, reg.links[order.link_id], payment)


def end(reg: Register, payment: Payment, status: str, reason: str) -> None:
    """It came to nothing: FAILED, USER_DROPPED or CANCELLED."""
    payment.status, payment.reason = status, reason
    payment.completed_at = reg.now()
    _announce(reg, f"PAYMENT_{status}_WEBHOOK", payment)
    orders.settle_due(reg)


def expire_due(reg: Register) -> None:
    """An attempt without an answer of the bank fails at the end of its time (TTL)."""
    for payment in reg.payments.values():
        if payment.status == "PENDING" and reg.now() - payment.created_at >= reg.features.attempt_s:
            end(reg, payment, "FAILED", "payment_timed_out")


def find(reg: Register, order: Order, payment_id: str) -> Payment:
    """A payment of this order. Raises CashfreeRefusal."""
    payment = reg.payments.get(payment_id)
    if payment is None or payment.order_id != order.id:
        raise not_found("payment")
    return payment


def simulate(reg: Register, body: Json) -> Json:
    """``POST /simulate`` of the sandbox: ends an attempt as asked. Raises CashfreeRefusal."""
    asked = body.get("entity_simulation")
    status = asked.get("payment_status") if isinstance(asked, dict) else None
    payment = reg.payments.get(str(body.get("entity_id", "")))
    if body.get("entity") != "PAYMENTS" or payment is None:
        raise not_found("entity")
    if payment.status in _ENDED:
        raise CashfreeRefusal(f"payment is {payment.status}")
    if status == "SUCCESS":
        succeed(reg, payment)
    elif status == "PENDING":
        payment.status = "PENDING"
    elif status in ("FAILED", "USER_DROPPED"):
        end(reg, payment, str(status), "simulated")
    else:
        raise CashfreeRefusal("entity_simulation.payment_status : invalid value")
    return {"simulation_id": payment.id, **body}


def _new(reg: Register, target: Target, attempt: Attempt) -> Payment:
    if isinstance(target, Link):
        links.expire_due(reg)
        if not attempt.late and target.status not in links.PAYABLE:
            raise NotPayable(f"the link is {target.status}")
        order = links.new_order(reg, target)
        return orders.new_payment(reg, order, order.ask.amount, age_s=attempt.age_s)
    orders.settle_due(reg)
    if not attempt.late and target.status != "ACTIVE":
        raise NotPayable(f"the order is {target.status}")
    waiting = [
        one
        for one in orders.payments_of(reg, target)
        if one.status == "NOT_ATTEMPTED" and one.channel == "qrcode"
    ]
    if waiting and not attempt.age_s:
        return waiting[0]
    amount, age = target.ask.amount, attempt.age_s
    return orders.new_payment(reg, target, amount, channel="qrcode", age_s=age)


def _age(reg: Register, payment: Payment) -> int:
    """How long ago it was paid: as long ago as it was begun, but for those begun just now."""
    since = reg.now() - payment.created_at
    return since if since > reg.features.attempt_s else 0


def _announce(reg: Register, event: str, payment: Payment) -> None:
    notify = reg.orders[payment.order_id].ask.meta.get("notify_url") or ""
    reg.emit(event, entities.hook_payment(reg, payment), str(notify))
