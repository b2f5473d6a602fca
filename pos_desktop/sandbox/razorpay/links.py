"""Life of payment links: create, find, change, cancel, open, expire (reference gateways 1.3)."""

from dataclasses import replace

from pos_desktop.sandbox.razorpay import asks, entities
from pos_desktop.sandbox.razorpay.objects import Link, Order, Register
from pos_desktop.sandbox.razorpay.refusals import Refusal, id_not_found
from pos_desktop.sandbox.shapes import Json, tail

PAYABLE = ("created", "partially_paid")
_CHANGEABLE = {"accept_partial", "reference_id", "expire_by", "reminder_enable", "notes"}


def create(reg: Register, body: Json, mode: str) -> Link:
    """Make a link. A ``reference_id`` is taken for good, also after cancel and expiry."""
    now = reg.now()
    ask = asks.read_link(body, live=mode == "live", now=now)
    _check_reference(reg, ask.reference_id, mode)
    link = Link(
        id="plink_" + tail(), mode=mode, code=tail(7), ask=ask, created_at=now, updated_at=now
    )
    reg.links[link.id] = link
    return link


def find(reg: Register, link_id: str, mode: str) -> Link:
    """The link with this id, expired by now if its time has come. Raises Refusal."""
    if not link_id.startswith("plink_") or len(link_id) != len("plink_") + 14:
        raise Refusal(f"invalid input [id] = [{link_id}]", links=True)
    link = reg.links.get(link_id)
    if link is None or link.mode != mode:
        raise id_not_found()
    expire_due(reg)
    return link


def by_code(reg: Register, code: str) -> Link | None:
    """The link behind a short URL."""
    expire_due(reg)
    return next((link for link in reg.links.values() if link.code == code), None)


def search(reg: Register, mode: str, *, reference: str | None, payment: str | None) -> list[Link]:
    """Links newest first, narrowed by our reference or by one of their payments."""
    expire_due(reg)
    found = [link for link in reversed(reg.links.values()) if link.mode == mode]
    if reference is not None:
        found = [link for link in found if link.ask.reference_id == reference]
    if payment is not None:
        known = reg.payments.get(payment)
        found = [link for link in found if known is not None and known.link_id == link.id]
    return found


def change(reg: Register, link: Link, body: Json) -> None:
    """PATCH: everything but the amount, while money may still come. Raises Refusal."""
    if unknown := set(body) - _CHANGEABLE:
        raise Refusal(f"{min(unknown)} is not allowed to be updated", links=True)
    if link.status not in PAYABLE:
        raise Refusal("update can only be made in created or partially paid state", links=True)
    ask = link.ask
    if "reference_id" in body:
        reference = asks.text(body, "reference_id", 40)
        if reference != ask.reference_id:
            _check_reference(reg, reference, link.mode)
        ask = replace(ask, reference_id=reference)
    if "expire_by" in body:
        ask = replace(ask, expire_by=asks.link_expiry(body, reg.now()))
    if "accept_partial" in body:
        ask = replace(ask, accept_partial=asks.flag(body, "accept_partial"))
    if "reminder_enable" in body:
        ask = replace(ask, reminder_enable=asks.flag(body, "reminder_enable"))
    if "notes" in body:
        ask = replace(ask, notes=asks.notes(body, 255))
    link.ask, link.updated_at = ask, reg.now()


def cancel(reg: Register, link: Link) -> None:
    """Cancel; allowed in ``created`` only. Raises Refusal."""
    if link.status in ("paid", "partially_paid"):
        raise Refusal("cannot cancel or expire an already paid/partially paid link", links=True)
    if link.status != "created":
        raise Refusal("cannot cancel or expire an expired link", links=True)
    link.status = "cancelled"
    link.cancelled_at = link.updated_at = reg.now()
    reg.emit("payment_link.cancelled", {"payment_link": entities.hook_link(reg, link)})


def open_page(reg: Register, link: Link) -> Order:
    """The customer opens the link: only now it gets an order."""
    if link.order_id:
        return reg.orders[link.order_id]
    now = reg.now()
    order = Order(
        id="order_" + tail(),
        mode=link.mode,
        link_id=link.id,
        amount=link.ask.amount,
        currency=link.ask.currency,
        receipt=link.ask.reference_id,
        created_at=now,
        updated_at=now,
    )
    reg.orders[order.id] = order
    link.order_id = order.id
    return order


def expire_due(reg: Register) -> None:
    """Expire what has reached its ``expire_by``, each with its webhook."""
    now = reg.now()
    for link in reg.links.values():
        if link.status in PAYABLE and link.ask.expire_by and link.ask.expire_by <= now:
            expire(reg, link)


def expire(reg: Register, link: Link) -> None:
    """Expire ``link`` now."""
    link.status = "expired"
    link.expired_at = link.updated_at = reg.now()
    reg.emit("payment_link.expired", {"payment_link": entities.hook_link(reg, link)})


def _check_reference(reg: Register, reference: str, mode: str) -> None:
    used = any(
        link.ask.reference_id == reference and link.mode == mode for link in reg.links.values()
    )
    if reference and used:
        raise Refusal("payment link creation with reference ID already attempted", links=True)
