"""Captured payments as everything that is known together tells them: which bills count them, what
was given back or promised, and what is left over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pos_desktop.domain.collect import CURRENCY, given_back
from pos_desktop.domain.payment import PaymentFact, PaymentStatus
from pos_desktop.domain.refund import Refund, excess_key
from pos_desktop.domain.sale import Tender, TenderKind
from pos_desktop.ports import UnitOfWork

GATEWAY_TENDERS = (TenderKind.GATEWAY_LINK, TenderKind.GATEWAY_QR)


@dataclass(frozen=True, slots=True)
class Capture:
    """One captured payment in rupees; amounts in paise.

    ``order_id`` is where its facts stand ("" for money that names nobody), ``reference`` its
    collect. ``returned`` was given back or promised, by us or by somebody else. ``counted`` and
    ``goods``: by bill, what its books take in, and what of that goes back for returned goods.
    """

    gateway: str
    payment_id: str
    order_id: str
    reference: str
    amount: int
    returned: int
    counted: Mapping[str, int]
    goods: Mapping[str, int]
    rrn: str = ""
    provider_order_id: str | None = None

    @property
    def left(self) -> int:
        """What the gateway would still give back."""
        return max(0, self.amount - self.returned)

    @property
    def free(self) -> int:
        """What no bill counts and nobody was promised."""
        elsewhere = self.returned - sum(self.goods.values())
        return max(0, min(self.left, self.amount - sum(self.counted.values()) - elsewhere))

    def for_goods(self, order_id: str) -> int:
        """What may go back for goods of this bill."""
        counted = self.counted.get(order_id, 0) - self.goods.get(order_id, 0)
        return max(0, min(self.left, counted))


def capture(uow: UnitOfWork, gateway: str, payment_id: str) -> Capture | None:
    """This payment; None where nothing was captured in rupees."""
    told = [
        (order_id, fact)
        for order_id, fact in uow.facts.of_payment(gateway, payment_id)
        if fact.currency == CURRENCY
    ]
    taken = [(order_id, fact) for order_id, fact in told if _is_capture(fact)]
    if not taken:
        return None
    order_id, first = taken[0]
    asked = uow.refunds.of_payment(gateway, payment_id)
    rrn = next((fact.rrn for _, fact in told if fact.rrn), "")
    known = [fact.provider_order_id for _, fact in told if fact.provider_order_id]
    return Capture(
        gateway=gateway,
        payment_id=payment_id,
        order_id=order_id,
        reference=_reference(uow, order_id, first),
        amount=min(fact.amount for _, fact in taken),
        returned=max(*(given_back(f) for _, f in told), sum(r.amount for r in asked)),
        counted=_counted(uow, payment_id, rrn),
        goods=_goods(asked),
        rrn=rrn,
        provider_order_id=known[0] if known else None,
    )


def captures_of(uow: UnitOfWork, order_id: str) -> list[Capture]:
    """Every captured payment on this bill, those that were attached to it included."""
    named = [(fact.gateway, fact.payment_id) for _, fact in uow.facts.of(order_id)]
    named += [(t.by, t.reference) for t in uow.tenders.of(order_id) if t.kind in GATEWAY_TENDERS]
    found = [capture(uow, *name) for name in dict.fromkeys(named)]
    return [payment for payment in found if payment is not None]


def part_detail(uow: UnitOfWork, order_id: str, part: int) -> str:
    """What names a part payment in the inbox: ``part PAISE in COUNT``. With the number of payments
    the same sum, once given back and paid again, is news."""
    return f"part {part} in {len(captures_of(uow, order_id))}"


def money_of(uow: UnitOfWork, order_id: str) -> Sequence[tuple[str, PaymentFact]]:
    """(collect reference, fact) of a bill for ``settle``: what was promised back or counts for
    another bill stands as given back, so that it pays for nothing here."""
    return [
        (reference, _less(uow, order_id, fact) if _is_capture(fact) else fact)
        for reference, fact in uow.facts.of(order_id)
    ]


def _less(uow: UnitOfWork, order_id: str, fact: PaymentFact) -> PaymentFact:
    promised = sum(r.amount for r in uow.refunds.of_payment(fact.gateway, fact.payment_id))
    elsewhere = sum(
        amount for other, amount in _counted(uow, fact.payment_id, "").items() if other != order_id
    )
    gone = min(fact.amount, max(fact.amount_refunded, promised) + elsewhere)
    return replace(fact, amount_refunded=gone)


def _is_capture(fact: PaymentFact) -> bool:
    return fact.status is PaymentStatus.CAPTURED


def _counted(uow: UnitOfWork, payment_id: str, rrn: str) -> dict[str, int]:
    """Paise by bill: the books name a payment by its id, a person's word names it by its RRN."""
    names = [(kind, payment_id) for kind in GATEWAY_TENDERS]
    names += [(TenderKind.OWN_UPI, rrn)] if rrn else []
    found: dict[str, int] = {}
    for kind, name in names:
        for order_id in uow.tenders.using(kind, name):
            mine = [t for t in uow.tenders.of(order_id) if _names(t, kind, name)]
            found[order_id] = found.get(order_id, 0) + sum(tender.amount for tender in mine)
    return found


def _names(tender: Tender, kind: TenderKind, name: str) -> bool:
    return tender.kind is kind and tender.reference == name


def _goods(asked: Sequence[Refund]) -> dict[str, int]:
    found: dict[str, int] = {}
    for refund in asked:
        if refund.key != excess_key(refund.payment_id):
            found[refund.order_id] = found.get(refund.order_id, 0) + refund.amount
    return found


def _reference(uow: UnitOfWork, order_id: str, fact: PaymentFact) -> str:
    return next(
        reference
        for reference, other in uow.facts.of(order_id)
        if (other.gateway, other.payment_id) == (fact.gateway, fact.payment_id)
    )
