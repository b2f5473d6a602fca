"""The practice customer's hands: the same acts at whichever gateway the payable object is."""

from dataclasses import replace

from pos_desktop.sandbox.cashfree import links as cashfree_links
from pos_desktop.sandbox.cashfree import payments as cashfree
from pos_desktop.sandbox.cashfree.objects import Link as CashfreeLink
from pos_desktop.sandbox.cashfree.objects import Order as CashfreeOrder
from pos_desktop.sandbox.practice import Practice, Target
from pos_desktop.sandbox.razorpay import links, payments
from pos_desktop.sandbox.razorpay.objects import Qr
from pos_desktop.sandbox.razorpay.payments import Attempt
from pos_desktop.sandbox.shapes import Json

_RAZORPAY = {
    "pay": payments.pay,
    "authorise": payments.authorise,
    "attempt": payments.begin,
    "fail": payments.fail,
}
_CASHFREE = {
    "pay": cashfree.pay,
    "authorise": cashfree.authorise,
    "attempt": cashfree.begin,
    "fail": cashfree.fail,
}


def act(practice: Practice, verb: str, target: Target, attempt: Attempt) -> Json:
    """pay, authorise, attempt or fail. Raises NotPayable."""
    if isinstance(target, CashfreeLink | CashfreeOrder):
        made = _CASHFREE[verb](practice.cashfree, target, attempt)
        return {"payment_id": made.id, "status": made.status, "rrn": made.rrn}
    payment = _RAZORPAY[verb](practice.register, target, attempt)
    return {"payment_id": payment.id, "status": payment.status, "rrn": payment.rrn}


def expire(practice: Practice, target: Target) -> None:
    """Let it reach its end now."""
    if isinstance(target, Qr):
        # Past close_by, but its status still says active: it may lag.
        target.ask = replace(target.ask, close_by=practice.register.now())
    elif isinstance(target, CashfreeOrder):
        target.ask = replace(target.ask, expires_at=practice.cashfree.now())
    elif isinstance(target, CashfreeLink):
        if target.status in cashfree_links.PAYABLE:
            cashfree_links.expire(practice.cashfree, target)
    elif target.status in links.PAYABLE:
        links.expire(practice.register, target)
