"""Life of orders and their payment sessions at the practice Cashfree (reference gateways 2.3)."""

from pos_desktop.sandbox.cashfree import asks
from pos_desktop.sandbox.cashfree.objects import Order, Payment, Register
from pos_desktop.sandbox.cashfree.refusals import CashfreeRefusal, not_found, taken
from pos_desktop.sandbox.shapes import Json, reference_number, tail

_OPEN = ("ACTIVE", "TERMINATION_REQUESTED")


def create(reg: Register, body: Json) -> Order:
    """Make an order. Its ``order_id`` is taken for good. Raises CashfreeRefusal."""
    ask = asks.read_order(body, reg.now())
    if ask.order_id in reg.orders:
        raise taken("order")
    order = Order(reg.number(), "session_" + tail(80), ask, reg.now())
    reg.orders[order.id] = order
    return order


def find(reg: Register, order_id: str) -> Order:
    """The order with this id as it stands now. Raises CashfreeRefusal."""
    settle_due(reg)
    order = reg.orders.get(order_id)
    if order is None:
        raise not_found("order")
    return order


def begin_session(reg: Register, body: Json) -> Payment:
    """A UPI QR or app link for an order; nobody has tried it yet. Raises CashfreeRefusal.

    Without the S2S flag on the account there is none (switch ``qr``).
    """
    if not reg.features.qr:
        raise CashfreeRefusal("S2S integration is not enabled for this account", 400)
    settle_due(reg)
    session = body.get("payment_session_id")
    order = next((one for one in reg.orders.values() if one.session == session), None)
    if order is None:
        text = "payment_session_id is not present or is invalid"
        raise CashfreeRefusal(text, code="payment_session_id_invalid")
    channel = asks.read_channel(body)
    if order.status != "ACTIVE":
        raise CashfreeRefusal("order is not active", code="order_inactive")
    return new_payment(reg, order, order.ask.amount, channel=channel)


def new_payment(
    reg: Register, order: Order, amount: int, *, channel: str = "link", age_s: int = 0
) -> Payment:
    """An attempt that nobody has tried yet."""
    begun = reg.now() - age_s
    payment = Payment(
        id=reg.number(),
        order_id=order.id,
        amount=amount,
        group="upi",
        channel=channel,
        status="NOT_ATTEMPTED",
        created_at=begun,
        rrn=reference_number(begun),
    )
    reg.payments[payment.id] = payment
    return payment


def payments_of(reg: Register, order: Order) -> list[Payment]:
    """Every attempt, newest first."""
    return [one for one in reversed(reg.payments.values()) if one.order_id == order.id]


def change(reg: Register, order: Order, body: Json) -> None:
    """PATCH: only ``{"order_status": "TERMINATED"}``. A running attempt is waited for.

    Raises CashfreeRefusal.
    """
    if body != {"order_status": "TERMINATED"}:
        raise CashfreeRefusal("order_status : should be TERMINATED")
    if order.status not in _OPEN:
        raise CashfreeRefusal(f"order is {order.status}", code="order_inactive")
    order.status = "TERMINATION_REQUESTED"
    settle_due(reg)


def settle_due(reg: Register) -> None:
    """Expire what has reached its end; end what was asked to end and waits for nobody."""
    now = reg.now()
    busy = {one.order_id for one in reg.payments.values() if one.status == "PENDING"}
    for order in reg.orders.values():
        if order.status == "ACTIVE" and order.ask.expires_at <= now:
            order.status = "EXPIRED"
        elif order.status == "TERMINATION_REQUESTED" and order.id not in busy:
            order.status = "TERMINATED"
