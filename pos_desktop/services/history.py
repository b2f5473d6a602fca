"""The story of a bill's money: what happened, when, and who said so (design payments 7)."""

from collections.abc import Iterator

from pos_desktop.domain.collect import EXPIRY_REASONS, Settlement, given_back, settle
from pos_desktop.domain.delivery import NO_REPORT_MS, MessageState, unreported
from pos_desktop.domain.payment import PaymentFact, PaymentStatus, RefundStatus
from pos_desktop.domain.refund import excess_key
from pos_desktop.domain.sale import Sale, SaleState, Tender, TenderKind
from pos_desktop.ports import LedgerEntry, UnitOfWork
from pos_desktop.services.captures import GATEWAY_TENDERS, money_of
from pos_desktop.services.entries import MACHINE
from pos_desktop.services.views import HistoryLine, PaymentStory

_TOLD = {
    PaymentStatus.FAILED: "attempt_failed",
    PaymentStatus.AUTHORISED: "authorised",
    PaymentStatus.CAPTURED: "captured",
}
_BACK = {RefundStatus.PROCESSED: "refund_done", RefundStatus.FAILED: "refund_failed"}
_CHUNK = 200


def history(uow: UnitOfWork, order_id: str, now: int = 0) -> PaymentStory | None:
    """Everything about the money and the messages of one bill, in the order of time; None if there
    is no such bill.

    ``refunded`` is what gateways say; ``open_amount`` and ``excess`` take off what was promised.
    """
    sale = uow.sales.get(order_id)
    if sale is None:
        return None
    told = settle(sale.due, uow.facts.of(order_id), uow.tenders.of(order_id))
    promised = _as_promised(uow, sale)
    told_of = (*_lines(uow, sale), *_messages(uow, order_id, now))
    lines = sorted(told_of, key=lambda line: line.at)
    return PaymentStory(
        order_id=order_id,
        token_no=sale.token_no,
        state=sale.state.value,
        due=sale.due,
        received=told.received,
        refunded=told.refunded,
        open_amount=promised.open,
        excess=promised.excess,
        flags=tuple(f.kind for f in uow.flags.of(order_id) if f.state == "open"),
        lines=tuple(lines),
        invoice_number=sale.invoice_number,
    )


def _as_promised(uow: UnitOfWork, sale: Sale) -> Settlement:
    """Goods that came back are not due any more; a bill that was given up has nothing due."""
    back = sum(
        refund.amount
        for refund in uow.refunds.of(sale.order_id)
        if refund.key != excess_key(refund.payment_id)
    )
    due = 0 if sale.state is SaleState.ABANDONED else sale.due - back
    return settle(due, money_of(uow, sale.order_id), uow.tenders.of(sale.order_id))


def _lines(uow: UnitOfWork, sale: Sale) -> Iterator[HistoryLine]:
    yield from _collects(uow, sale.order_id)
    yield from _facts(uow, sale.order_id)
    yield from _tenders(uow, sale.order_id)
    yield from _refunds(uow, sale.order_id)
    yield from _flags(uow, sale.order_id)
    yield from _sale(uow, sale)


def _collects(uow: UnitOfWork, order_id: str) -> Iterator[HistoryLine]:
    for collect in uow.collects.of(order_id):
        kind, reference = collect.kind.value, collect.reference
        yield HistoryLine(collect.created_at, "requested", MACHINE, collect.amount, reference, kind)
        if collect.closed_at is not None:
            # It may have been paid since, but first it was closed.
            why = collect.reason or ""
            what = "expired" if why in EXPIRY_REASONS else "closed"
            yield HistoryLine(
                collect.closed_at, what, collect.gateway, collect.amount, reference, why
            )


def _facts(uow: UnitOfWork, order_id: str) -> Iterator[HistoryLine]:
    """The first word about a payment stands at the gateway's own moment, later ones when they were
    heard; what went back is told once, by how much it grew."""
    back: dict[str, int] = {}
    captured: set[str] = set()
    for seen_at, _, fact in uow.facts.told(order_id):
        at = seen_at if fact.payment_id in back else fact.created_at
        what = _TOLD.get(fact.status)
        if what is not None and fact.payment_id not in captured:
            yield _told(fact, at, what, fact.amount)
        if fact.status is PaymentStatus.CAPTURED:
            captured.add(fact.payment_id)
        gone, before = given_back(fact), back.get(fact.payment_id, 0)
        if gone > before:
            yield _told(fact, seen_at, "refunded", gone - before)
        back[fact.payment_id] = max(gone, before)


def _told(fact: PaymentFact, at: int, what: str, amount: int) -> HistoryLine:
    detail = fact.error_reason or (f"RRN {fact.rrn}" if fact.rrn else fact.method)
    return HistoryLine(at, what, fact.gateway, amount, fact.payment_id, detail)


def _tenders(uow: UnitOfWork, order_id: str) -> Iterator[HistoryLine]:
    told = {fact.payment_id for _, fact in uow.facts.of(order_id)}
    for tender in uow.tenders.of(order_id):
        if tender.reference not in told or tender.kind not in GATEWAY_TENDERS:
            yield _tender(tender)
    for tender, at, by, reason in uow.tenders.taken_back(order_id):
        yield _tender(tender)
        yield HistoryLine(at, "taken_back", by, tender.amount, tender.reference, reason)


def _tender(tender: Tender) -> HistoryLine:
    """What a person took; a gateway's payment that is told on another bill was attached."""
    attached = tender.kind in GATEWAY_TENDERS
    detail = "attached" if attached else ""
    if tender.kind is TenderKind.CASH and tender.change:
        detail = f"change {tender.change}"
    who = tender.approved_by or tender.by
    what = "captured" if attached else tender.kind.value
    return HistoryLine(tender.at, what, who, tender.amount, tender.reference, detail)


def _refunds(uow: UnitOfWork, order_id: str) -> Iterator[HistoryLine]:
    keys = {}
    for refund in uow.refunds.of(order_id):
        keys.update(dict.fromkeys(refund.wire_keys, refund.key))
        yield HistoryLine(
            refund.created_at,
            "refund_asked",
            refund.approved_by,
            refund.amount,
            refund.payment_id,
            refund.reason,
        )
    for seen_at, fact in uow.refunds.facts_of(order_id):
        yield HistoryLine(
            seen_at,
            _BACK.get(fact.status, "refund_pending"),
            fact.gateway,
            fact.amount,
            fact.bank_ref or fact.refund_id,
            fact.reason or ("" if fact.key in keys else "not asked here"),
        )


def _flags(uow: UnitOfWork, order_id: str) -> Iterator[HistoryLine]:
    for flag in uow.flags.of(order_id):
        yield HistoryLine(flag.at, "flag_raised", MACHINE, flag.amount, flag.detail, flag.kind)
        if flag.closed_at is not None:
            how = flag.resolution or ""
            who = flag.closed_by or MACHINE
            yield HistoryLine(flag.closed_at, "flag_closed", who, flag.amount, how, flag.kind)


def _messages(uow: UnitOfWork, order_id: str, now: int) -> Iterator[HistoryLine]:
    """Every step of every message, and where a provider never told how one ended."""
    for message in uow.messages.of(order_id):
        since, purpose, attempt = 0, message.purpose.value, message.attempt
        for fact in uow.messages.facts(message.message_id):
            if fact.state is MessageState.WAITING is not message.state:
                continue  # it began so, and waits no more
            since, what, why = fact.at, f"message_{fact.state.value}", fact.reason or ""
            yield HistoryLine(since, what, fact.source, 0, "", why, purpose, attempt)
        if unreported(message.state, since, now):
            at, what = since + NO_REPORT_MS, "message_no_report"
            yield HistoryLine(at, what, MACHINE, purpose=purpose, attempt=attempt)


def _sale(uow: UnitOfWork, sale: Sale) -> Iterator[HistoryLine]:
    if sale.issued_at is not None:
        number = sale.invoice_number or ""
        said = sale.confirmed_by or ""
        yield HistoryLine(sale.issued_at, "issued", sale.cashier, sale.due, number, said)
    if sale.handed_over_at is not None:
        who = uow.sales.handed_over_by(sale.order_id)
        yield HistoryLine(sale.handed_over_at, "handed_over", who)
    given_up = _abandonment(uow, sale) if sale.state is SaleState.ABANDONED else None
    if given_up is not None:
        why = str(given_up.body.get("reason", ""))
        yield HistoryLine(given_up.at, "abandoned", given_up.actor, sale.due, "", why)


def _abandonment(uow: UnitOfWork, sale: Sale) -> LedgerEntry | None:
    """The ledger's entry of giving the bill up: only there stands who did it and when."""
    seq = _before(uow, sale.created_at)
    while entries := uow.ledger.after(seq, _CHUNK):
        for entry in entries:
            if entry.kind == "sale.abandoned" and entry.body.get("order_id") == sale.order_id:
                return entry
        seq = entries[-1].seq
    return None


def _before(uow: UnitOfWork, at: int) -> int:
    """The last entry of the ledger that was written before this moment."""
    low, high = 0, uow.ledger.head()[0]
    while low < high:
        middle = (low + high) // 2
        if uow.ledger.after(middle, 1)[0].at < at:
            low = middle + 1
        else:
            high = middle
    return low
