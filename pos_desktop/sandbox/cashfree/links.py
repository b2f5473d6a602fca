"""Life of payment links at the practice Cashfree (reference gateways 2.2)."""

from pos_desktop.sandbox.cashfree import asks, entities
from pos_desktop.sandbox.cashfree.objects import Link, Order, OrderAsk, Payment, Register
from pos_desktop.sandbox.cashfree.refusals import CashfreeRefusal, not_found, taken
from pos_desktop.sandbox.shapes import Json, tail

PAYABLE = ("ACTIVE", "PARTIALLY_PAID")
_ORDER_LIFE = 15 * 60


def create(reg: Register, body: Json) -> Link:
    """Make a link. Its ``link_id`` is taken for good. Raises CashfreeRefusal."""
    ask = asks.read_link(body, reg.now())
    if ask.link_id in reg.links:
        raise taken("link")
    link = Link(cf_id=reg.number(), code=tail(12).lower(), ask=ask, created_at=reg.now())
    reg.links[link.id] = link
    return link


def find(reg: Register, link_id: str) -> Link:
    """The link with this id, expired by now if its time has come. Raises CashfreeRefusal."""
    expire_due(reg)
    link = reg.links.get(link_id)
    if link is None:
        raise not_found("link")
    return link


def by_code(reg: Register, code: str) -> Link | None:
    """The link behind a page."""
    expire_due(reg)
    return next((link for link in reg.links.values() if link.code == code), None)


def cancel(reg: Register, link: Link) -> None:
    """Cancel; allowed while ACTIVE only. Raises CashfreeRefusal."""
    if link.status != "ACTIVE":
        text = f"Link cannot be cancelled, it is in {link.status} status"
        raise CashfreeRefusal(text, code="link_cancel_failed")
    link.status = "CANCELLED"
    announce(reg, link)


def orders_of(reg: Register, link: Link, *, only_paid: bool) -> list[Order]:
    """The orders of the customer's attempts, newest first; only paid ones unless asked (2.2)."""
    found = [order for order in reversed(reg.orders.values()) if order.link_id == link.id]
    return [order for order in found if order.status == "PAID" or not only_paid]


def new_order(reg: Register, link: Link) -> Order:
    """What an attempt of the customer makes."""
    ask = OrderAsk(
        order_id=f"CFPay_{link.code}_{tail(11).lower()}",
        amount=link.ask.amount - link.paid if link.paid < link.ask.amount else link.ask.amount,
        customer=link.ask.customer,
        note=None,
        tags={"cf_link_id": link.cf_id},
        meta={},
        expires_at=reg.now() + _ORDER_LIFE,
    )
    order = Order(reg.number(), "session_" + tail(80), ask, reg.now(), link_id=link.id)
    reg.orders[order.id] = order
    return order


def credit(reg: Register, link: Link, payment: Payment) -> None:
    """Count a payment. On a link that is over only the order knows of it (2.3)."""
    if link.status not in PAYABLE:
        return
    link.paid += payment.amount
    link.status = "PAID" if link.paid >= link.ask.amount else "PARTIALLY_PAID"
    announce(reg, link, payment)


def expire_due(reg: Register) -> None:
    """Expire what has reached its end, each with its webhook."""
    now = reg.now()
    for link in reg.links.values():
        if link.status in PAYABLE and link.ask.expires_at <= now:
            expire(reg, link)


def expire(reg: Register, link: Link) -> None:
    """Expire ``link`` now."""
    link.status = "EXPIRED"
    announce(reg, link)


def announce(reg: Register, link: Link, payment: Payment | None = None) -> None:
    """One event for everything that happens to a link (2.5)."""
    data = entities.hook_link(reg, link, payment)
    reg.emit("PAYMENT_LINK_EVENT", data, str(link.ask.meta.get("notify_url") or ""))
