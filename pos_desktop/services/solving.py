"""Entries of the inbox that have solved themselves: the machine closes them and says how."""

from dataclasses import dataclass

from pos_desktop.domain.collect import settle
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import SaleState
from pos_desktop.ports import Flag, Store, UnitOfWork
from pos_desktop.services.captures import money_of, part_detail
from pos_desktop.services.entries import NO_NUMBER, close_entry
from pos_desktop.services.inbox_entries import SPARE, Subject, subject_of
from pos_desktop.services.issuing import RISK, payable_still
from pos_desktop.services.outbox import Listener
from pos_desktop.services.refund_book import solved_refund

_EVERY_MS = 5_000


@dataclass
class Solving:
    """``step`` runs in the db lane."""

    store: Store
    listener: Listener
    _looked_at: int | None = None

    def step(self, now: int) -> int:
        """Look through the open entries every few seconds; when to come again."""
        if self._looked_at is not None and 0 <= now - self._looked_at < _EVERY_MS:
            return self._looked_at + _EVERY_MS
        self._looked_at = now
        with self.store.read() as uow:
            found = any(solved(uow, flag) for flag in uow.flags.open())
        if found:
            with self.store.write() as uow:
                close_solved(uow, now)
                uow.commit()
            self.listener.changed()
        return now + _EVERY_MS


def close_solved(uow: UnitOfWork, now: int) -> None:
    """Close every open entry that has solved itself; part of the caller's transaction."""
    for flag in uow.flags.open():
        how = solved(uow, flag)
        if how is not None:
            close_entry(uow, flag, now, how)


def solved(uow: UnitOfWork, flag: Flag) -> str | None:
    """How this entry has solved itself; None while a person is needed."""
    if flag.kind == "asserted_unconfirmed":
        told = uow.facts.by_rrn(flag.detail.rpartition(" ")[2])
        return "confirmed by the bank" if told else None
    if flag.kind == RISK:
        return _risk(uow, flag)
    subject = subject_of(uow, flag)
    if flag.detail.startswith(NO_NUMBER) and subject.sale is not None:
        return "has a number" if subject.sale.invoice_number is not None else None
    if flag.kind in ("refund_failed", "unknown_outcome"):
        return _refund(subject, flag)
    if flag.kind == "part":
        return _part(uow, subject, flag)
    if flag.kind in SPARE and subject.payments and subject.payments[0].free == 0:
        return "given back" if subject.payments[0].returned else "counted for a bill"
    return None


def _risk(uow: UnitOfWork, flag: Flag) -> str | None:
    """Money that came has an entry of its own."""
    if payable_still(uow, flag.order_id):
        return None
    paid = any(c.state is CollectState.PAID for c in uow.collects.of(flag.order_id))
    return "paid as well" if paid else "nothing came"


def _refund(subject: Subject, flag: Flag) -> str | None:
    return None if subject.refund is None else solved_refund(subject.refund, flag.kind, flag.detail)


def _part(uow: UnitOfWork, subject: Subject, flag: Flag) -> str | None:
    """A part that grew has an entry of its own; one that was given back or paid up has none."""
    sale = subject.sale
    if sale is None:
        return None
    if sale.state is SaleState.ISSUED:
        return "paid"
    settlement = settle(sale.due, money_of(uow, sale.order_id), uow.tenders.of(sale.order_id))
    part = settlement.received - settlement.refunded
    if part == 0:
        return "given back"
    same = flag.detail == part_detail(uow, sale.order_id, part)
    return None if same else f"part {part} now"
