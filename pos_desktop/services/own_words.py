"""What a person said of an RRN against what a bank says of it: who differs is looked into."""

from pos_desktop.domain.collect import CURRENCY
from pos_desktop.domain.payment import PaymentFact, PaymentStatus
from pos_desktop.domain.sale import TenderKind
from pos_desktop.ports import UnitOfWork
from pos_desktop.services.entries import open_entry


def doubt_words(uow: UnitOfWork, order_id: str, fact: PaymentFact, now: int) -> None:
    """A capture is told on ``order_id`` ("" for no bill): every bill on which its RRN was said to
    pay, and that it does not pay or not so much, goes to the inbox as a mismatch."""
    captured = fact.status is PaymentStatus.CAPTURED and fact.currency == CURRENCY
    if not captured or not fact.rrn:
        return
    for spoken in uow.tenders.using(TenderKind.OWN_UPI, fact.rrn):
        standing = uow.tenders.of(spoken)
        said = sum(t.amount for t in standing if _names(t.kind, t.reference, fact.rrn))
        if order_id not in ("", spoken):
            open_entry(uow, spoken, "mismatch", said, now, f"paid for another bill {fact.rrn}")
        elif fact.amount < said:
            less = said - fact.amount
            open_entry(uow, spoken, "mismatch", less, now, f"the bank says less {fact.rrn}")


def _names(kind: TenderKind, reference: str, rrn: str) -> bool:
    return kind is TenderKind.OWN_UPI and reference == rrn
