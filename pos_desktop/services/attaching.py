"""Late money for another bill: a gateway tender on that bill names the payment.

The facts stay where they are; ``settle`` counts the tender there, and ``captures.money_of`` takes
the same paise off the bill on which they arrived (design payments 7).
"""

from dataclasses import dataclass

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectKind
from pos_desktop.domain.sale import Sale, SaleState, Tender, TenderKind
from pos_desktop.ports import UnitOfWork
from pos_desktop.services.captures import Capture
from pos_desktop.services.payments import Payments
from pos_desktop.services.views import PaidNews


@dataclass(frozen=True, slots=True)
class Attaching:
    """Part of the caller's transaction, which must not commit when this raises: the tender, the
    issue of the bill and the end of the entry are one."""

    payments: Payments

    def attach(
        self, uow: UnitOfWork, payment: Capture, target: str, approved_by: str, now: int
    ) -> PaidNews | None:
        """Count all that is spare of ``payment`` for the bill ``target``, which it pays in full.

        Raises DomainError ``not_waiting``, or ``amount_differs`` (``open``).
        """
        sale = waiting_sale(uow, target)
        open_amount = self.payments.switching.open(uow, sale)
        if not 0 < open_amount == payment.free:
            raise DomainError("amount_differs", open=open_amount)
        tender = Tender(
            kind=_kind(uow, payment),
            amount=open_amount,
            at=now,
            by=payment.gateway,
            reference=payment.payment_id,
            approved_by=approved_by,
        )
        uow.tenders.add(target, tender)
        body = {
            "from": payment.order_id,
            "to": target,
            "gateway": payment.gateway,
            "payment_id": payment.payment_id,
            "amount": open_amount,
        }
        uow.ledger.append("money.attached", approved_by, now, body)
        return self.payments.recount(uow, target, now, "poll")


def waiting_sale(uow: UnitOfWork, order_id: str) -> Sale:
    """The bill that waits for money. Raises DomainError ``not_waiting``."""
    sale = uow.sales.get(order_id)
    if sale is None or sale.state is not SaleState.AWAITING:
        raise DomainError("not_waiting")
    return sale


def _kind(uow: UnitOfWork, payment: Capture) -> TenderKind:
    collect = uow.collects.get(payment.reference)
    by_link = collect is not None and collect.kind is CollectKind.LINK
    return TenderKind.GATEWAY_LINK if by_link else TenderKind.GATEWAY_QR
