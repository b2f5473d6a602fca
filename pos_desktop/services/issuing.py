"""Issuing: the one place where a paid sale gets its number, its ledger entry and its effects."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from pos_desktop.domain.collect import Event, next_state, settle, shares
from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.numbering import financial_year, invoice_number
from pos_desktop.domain.options import Options
from pos_desktop.domain.payment import Collect, CollectKind, CollectState, PaymentFact
from pos_desktop.domain.phone import last4
from pos_desktop.domain.sale import Sale, SaleState, Tender, TenderKind
from pos_desktop.ports import Ids, OutboxState, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.captures import money_of
from pos_desktop.services.consent import UNTOLD, Refusals
from pos_desktop.services.entering import entered
from pos_desktop.services.entries import close_entries
from pos_desktop.services.posting import Posting
from pos_desktop.services.views import PaidNews

PAYABLE = frozenset({CollectState.REQUESTED, CollectState.UNKNOWN, CollectState.OPEN})
ASSERTED = "asserted"
GIVEN = "handed_over_unpaid"
RISK = "risk_taken"
SOLVED_BY_PAYING = frozenset({"part", GIVEN})


@dataclass(frozen=True, slots=True)
class Issuer:
    """Knows the shop; every method is part of the caller's transaction."""

    options: Options
    ids: Ids
    refusals: Refusals = UNTOLD

    def issue(self, uow: UnitOfWork, sale: Sale, now: int, confirmed_by: str) -> PaidNews:
        """Number, ledger entry, publishing and receipt for a sale whose money reaches its due: its
        captures become tenders of the books here. What rests on a person's word about an RRN, be
        it in part, is ``asserted`` whatever ``confirmed_by`` was.

        The waiting request message dies in this very transaction, and every other payable object
        of the sale is asked to close (design payments 3). Raises DomainError ``series_locked`` or
        ``series_exhausted``, and then nothing was written.
        """
        series = self.options.counter.series
        fy = financial_year(now)
        number = invoice_number(series, fy, uow.numbers.take(series, fy))
        _book_captures(uow, sale, now)
        tenders = uow.tenders.of(sale.order_id)
        if any(tender.kind is TenderKind.OWN_UPI for tender in tenders):
            confirmed_by = ASSERTED
        uow.sales.issue(sale.order_id, number, now, confirmed_by)
        uow.ledger.append("sale.issued", sale.cashier, now, self._entry(uow, sale, number))
        leave_awaiting(uow, sale.order_id, now, reason="bill_settled")
        close_collects(uow, sale.order_id, now)
        uow.wishes.drop(sale.order_id)
        # Decided or not: the goods are gone, and must not be given again.
        if any(flag.kind == GIVEN for flag in uow.flags.of(sale.order_id)):
            uow.sales.hand_over(sale.order_id, now, sale.cashier)
        close_entries(uow, sale.order_id, SOLVED_BY_PAYING, now, "paid")
        revision = effects.INVOICE_REVISION
        subject = effects.page_subject(sale.order_id, revision, sale.contact)
        uow.outbox.put(effects.PAGE_PUBLISH, subject, sale.order_id, now)
        Posting(self.ids, self.refusals).post(uow, sale, Purpose.RECEIPT, now)
        return PaidNews(
            order_id=sale.order_id,
            token_no=sale.token_no,
            amount=sale.due,
            phone_last4=shown_digits(sale.phone),
            invoice_number=number,
            upi_reference=upi_reference(uow.facts.of(sale.order_id), tenders),
        )

    def _entry(self, uow: UnitOfWork, sale: Sale, number: str) -> dict[str, object]:
        totals = sale.bill.totals
        return {
            "order_id": sale.order_id,
            "number": number,
            "due": sale.due,
            "bill_hash": sale.bill_hash,
            "totals": msgspec.to_builtins(totals),
            "tenders": [
                {"kind": t.kind.value, "amount": t.amount, "reference": t.reference}
                for t in uow.tenders.of(sale.order_id)
            ],
        }


def _book_captures(uow: UnitOfWork, sale: Sale, now: int) -> None:
    """One gateway tender per captured payment, up to the due; its reference is the payment id."""
    kinds = {c.reference: c.kind for c in uow.collects.of(sale.order_id)}
    facts, standing = money_of(uow, sale.order_id), uow.tenders.of(sale.order_id)
    for reference, fact, amount in shares(sale.due, facts, standing):
        by_qr = kinds.get(reference) is CollectKind.QR
        kind = TenderKind.GATEWAY_QR if by_qr else TenderKind.GATEWAY_LINK
        tender = Tender(kind, amount, now, fact.gateway, reference=fact.payment_id)
        uow.tenders.add(sale.order_id, tender)


def upi_reference(facts: Iterable[tuple[str, PaymentFact]], tenders: Iterable[Tender]) -> str:
    """The 12-digit UPI reference of the payment that settled a bill with these tenders, or ""."""
    names = {tender.reference: tender.kind for tender in tenders}
    for _, fact in facts:
        if fact.payment_id in names and fact.rrn:
            return fact.rrn
    asserted = (name for name, kind in names.items() if kind is TenderKind.OWN_UPI)
    return next(asserted, "")


def shown_digits(phone: str | None) -> str | None:
    """The digits that lists and strips may show; None without a phone."""
    return last4(phone) if phone else None


def leave_awaiting(uow: UnitOfWork, order_id: str, now: int, *, reason: str) -> None:
    """Drop a payment request that has not gone yet: it is never sent late.

    Its outbox row, if there is one, finds that out by itself (``SendMessage.prepare``); dropping
    rows here could take the receipt's along.
    """
    for message in uow.messages.of(order_id):
        unsent = message.state in (MessageState.WAITING, MessageState.QUEUED)
        if message.purpose is Purpose.PAYMENT_REQUEST and unsent:
            dropped = replace(message, state=MessageState.DROPPED, reason=reason)
            uow.messages.save(dropped, now)


def close_collects(uow: UnitOfWork, order_id: str, now: int, reason: str = "sale_settled") -> bool:
    """Ask the gateway to take no more money for this sale; what it answers is still watched.

    True when nothing is left that could be paid: everything is closed, and what the gateway was
    never asked for is closed here and now (its row waits in the outbox, untried or certainly not
    done: a doubt would have made it ``unknown``).
    """
    free = True
    for collect in uow.collects.of(order_id):
        if collect.state in PAYABLE:
            free = _close(uow, collect, now, reason) and free
        elif collect.state is CollectState.CLOSING:
            free = next_state(collect.state, Event.CANCEL_ASKED).state is not collect.state
    return free


def payable_still(uow: UnitOfWork, order_id: str) -> bool:
    """Whether something of the bill may still be paid at a gateway, as far as we know."""
    live = PAYABLE | {CollectState.CLOSING}
    return any(collect.state in live for collect in uow.collects.of(order_id))


def _close(uow: UnitOfWork, collect: Collect, now: int, reason: str) -> bool:
    step = next_state(collect.state, Event.CANCEL_ASKED)
    closing = replace(collect, state=step.state, reason=reason)
    waiting = uow.outbox.find(effects.create_at(collect.gateway), collect.reference)
    never_asked = collect.state is CollectState.REQUESTED and (
        waiting is not None and waiting.state is OutboxState.QUEUED
    )
    if waiting is not None and never_asked:
        uow.outbox.drop(waiting.effect_id, reason, now)
        gone = next_state(step.state, Event.NOT_FOUND)
        uow.collects.save(replace(closing, state=gone.state, closed_at=now))
        return True
    uow.collects.save(entered(uow, closing, now))
    return False


def abandon(uow: UnitOfWork, sale: Sale, now: int, reason: str, by: str) -> None:
    """Close the sale without an invoice; its collects are closed already, and watched on."""
    uow.sales.close(sale.order_id, SaleState.ABANDONED)
    leave_awaiting(uow, sale.order_id, now, reason="bill_abandoned")
    body = {"order_id": sale.order_id, "due": sale.due, "reason": reason}
    uow.ledger.append("sale.abandoned", by, now, body)


def received_money(uow: UnitOfWork, sale: Sale) -> bool:
    """Whether there is money on the bill that a person would have to give back first."""
    facts, tenders = money_of(uow, sale.order_id), uow.tenders.of(sale.order_id)
    settlement = settle(sale.due, facts, tenders)
    return settlement.received > settlement.refunded
