"""Freezing a priced cart into a sale: from here on its lines and its amount never change."""

import hashlib

import msgspec

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.numbering import ist_day
from pos_desktop.domain.options import Options
from pos_desktop.domain.sale import PricedBill, Sale, SaleState
from pos_desktop.ports import Ids, UnitOfWork
from pos_desktop.services.channel import in_force
from pos_desktop.services.drafts import NOTE
from pos_desktop.services.order import Order
from pos_desktop.wire.chain import canonical


def bill_hash(bill: PricedBill) -> str:
    """SHA-256 (hex) over the canonical JSON of every stored figure of the bill."""
    return hashlib.sha256(canonical(msgspec.to_builtins(bill))).hexdigest()


def freeze(
    uow: UnitOfWork, order: Order, options: Options, now: int, ids: Ids, *, remote: bool = False
) -> Sale:
    """Insert the sale as awaiting in place of its draft; part of the caller's transaction.

    Raises DomainError ``nothing_to_pay`` where there is no line or nothing is due.
    """
    if not order.bill.lines or order.bill.totals.payable <= 0:
        raise DomainError("nothing_to_pay")
    sale = Sale(
        order_id=ids.order_id(now),
        token_no=uow.sales.next_token(ist_day(now)),
        state=SaleState.AWAITING,
        counter=options.counter.label,
        cashier=order.cashier,
        channel=in_force(uow) or options.channel,
        bill=order.bill,
        due=order.bill.totals.payable,
        bill_hash=bill_hash(order.bill),
        link_token=ids.token(),
        created_at=now,
        # Without her consent a number is nobody's to keep.
        phone=order.phone if order.consent else None,
        consent=order.consent if order.phone else None,
        remote=remote,
        link_style=options.link_style,
    )
    uow.sales.add(sale)
    if order.left is not None:
        uow.notes.put(NOTE, order.left)
    return sale
