"""Reading the exceptions inbox: each open flag with its facts and what may be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pos_desktop.domain.collect import settle
from pos_desktop.domain.refund import Refund
from pos_desktop.domain.returns import LEAST_REFUND
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.ports import Flag, UnitOfWork
from pos_desktop.services.captures import Capture, capture, captures_of, money_of
from pos_desktop.services.refund_book import refund_of_entry
from pos_desktop.services.views import InboxEntry

MANAGED = frozenset({"refund", "attach", "refund_again", "given_otherwise", "accept"})
"""Actions that move money or let an entry go: they need a manager's PIN."""

# Money that no bill counts.
SPARE = frozenset({"late", "duplicate", "over", "unmatched"})
_ABOUT_REFUNDS = frozenset({"refund_failed", "unknown_outcome", "mismatch"})
_RRN_DIGITS = 12
# Kinds whose actions depend on nothing.
_USUAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "unknown_outcome": ("check_again",),
        "gateway_unreachable": ("check_again",),
        "refund_failed": ("refund_again", "check_again", "given_otherwise"),
        "risk_taken": ("check_again", "accept"),
    }
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about: the bill, the payments it names, the refund it names."""

    sale: Sale | None
    payments: tuple[Capture, ...]
    refund: Refund | None

    @property
    def spare(self) -> tuple[Capture, ...]:
        """The payments of which something may be given back."""
        return tuple(payment for payment in self.payments if payment.free >= LEAST_REFUND)


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A bill that waits for ``open_amount`` paise."""

    order_id: str
    token_no: int
    open_amount: int
    phone: str | None


def subject_of(uow: UnitOfWork, flag: Flag) -> Subject:
    """What this flag is about."""
    sale = uow.sales.get(flag.order_id) if flag.order_id else None
    word = flag.detail.rpartition(" ")[2]
    refund = None
    if flag.kind in _ABOUT_REFUNDS:
        refund = refund_of_entry(uow, flag.order_id, flag.detail)
    if refund is not None:
        payment = capture(uow, refund.gateway, refund.payment_id)
        return Subject(sale, (payment,) if payment is not None else (), refund)
    if flag.kind == "part":
        return Subject(sale, tuple(p for p in captures_of(uow, flag.order_id) if p.free), None)
    facts = [fact for _, fact in uow.facts.of(flag.order_id) if fact.payment_id == word]
    found = capture(uow, facts[0].gateway, word) if facts else None
    return Subject(sale, (found,) if found is not None else (), None)


def open_bills(uow: UnitOfWork) -> list[OpenBill]:
    """The bills that wait for money."""
    found = []
    for bill in uow.panel.bills():
        if bill.state is SaleState.AWAITING:
            facts = money_of(uow, bill.order_id) if bill.facts else ()
            open_amount = settle(bill.due, facts, bill.tenders).open
            found.append(OpenBill(bill.order_id, bill.token_no, open_amount, bill.phone))
    return found


def takers(flag: Flag, subject: Subject, bills: Sequence[OpenBill]) -> list[OpenBill]:
    """Bills for which just this money is open, those of the same customer first.

    Only the whole of what is spare may be attached, and only where nothing is open afterwards: so
    it is on one bill or the other, and never on both or neither.
    """
    if flag.kind not in SPARE or len(subject.payments) != 1 or subject.payments[0].free == 0:
        return []
    phone = subject.sale.phone if subject.sale is not None else None
    fitting = [
        bill
        for bill in bills
        if bill.open_amount == subject.payments[0].free and bill.order_id != flag.order_id
    ]
    return sorted(fitting, key=lambda bill: bill.phone is None or bill.phone != phone)


def entry_of(uow: UnitOfWork, flag: Flag, bills: Sequence[OpenBill]) -> InboxEntry:
    """The entry of this flag; ``bills`` are those that wait for money."""
    subject = subject_of(uow, flag)
    fitting = takers(flag, subject, bills)
    actions = _actions(flag.kind, subject, attachable=bool(fitting))
    payment = subject.payments[0] if subject.payments else None
    word = flag.detail.rpartition(" ")[2]
    asserted = word if word.isdigit() and len(word) == _RRN_DIGITS else ""
    sale = subject.sale
    return InboxEntry(
        flag_id=flag.flag_id,
        kind=flag.kind,
        order_id=flag.order_id,
        amount=flag.amount,
        at=flag.at,
        detail=flag.detail,
        actions=actions,
        manager=MANAGED & frozenset(actions),
        token_no=sale.token_no if sale is not None else None,
        invoice_number=sale.invoice_number if sale is not None else None,
        payment_id=payment.payment_id if payment is not None else "",
        rrn=payment.rrn if payment is not None else asserted,
        attach_to=tuple((bill.order_id, bill.token_no, bill.open_amount) for bill in fitting),
    )


def _actions(kind: str, subject: Subject, *, attachable: bool) -> tuple[str, ...]:
    """What may be done, the recommended one first."""
    waits = subject.sale is not None and subject.sale.state is SaleState.AWAITING
    refund = ("refund",) if subject.spare else ()
    attach = ("attach",) if attachable else ()
    match kind:
        case "late" | "duplicate" | "over":
            # What no gateway gives back, a paisa too much or dollars, a manager can only accept.
            return (*refund, *attach) or ("check_again", "accept")
        case "part":
            return (*(("collect_rest",) if waits else ()), *refund) or ("check_again", "accept")
        case "unmatched":
            return (*attach, "accept", *refund)
        case "mismatch":
            return ("check_again", *(() if subject.refund is not None else refund), "accept")
        case "handed_over_unpaid":
            return ("collect_rest", "accept") if waits else ("accept",)
        case _:
            return _USUAL.get(kind, ("accept",))
