"""What a gateway said, applied to the bill: facts first, then the state that follows from them.

Only this module moves money onto a sale. It is called with the gateway's own answer, never with the
body of a webhook (architecture rule 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pos_desktop.domain.collect import (
    Event,
    SettlementFlag,
    money_event,
    next_state,
    settle,
)
from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    CollectState,
    GatewayStatus,
    PaymentFact,
    PaymentStatus,
)
from pos_desktop.domain.sale import Sale, SaleState, Tender, TenderKind
from pos_desktop.ports import CollectSeen, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.issuing import Issuer
from pos_desktop.services.schedule import watch_after
from pos_desktop.services.views import PaidNews

_CLOSED = {
    GatewayStatus.CANCELLED: "cancelled",
    GatewayStatus.EXPIRED: "expiry",
}
_ACTIONS = {
    "late": "refund_or_attach",
    "duplicate": "refund",
    "over": "refund_excess",
    "part": "collect_rest_or_refund",
    "mismatch": "check_with_gateway",
}


@dataclass(frozen=True, slots=True)
class Payments:
    """Applies gateway answers; every method is part of the caller's transaction."""

    issuer: Issuer

    def apply(
        self, uow: UnitOfWork, reference: str, seen: CollectSeen, now: int, source: str
    ) -> PaidNews | None:
        """Store what is new, move the collect, settle the sale. Returns news if it was issued now.

        ``source`` is ``push`` or ``poll``: what made us ask. An answer about another amount or
        currency is never shown to a customer: the collect is refused and closed, the inbox told.
        """
        collect = uow.collects.get(reference)
        sale = uow.sales.get(collect.order_id) if collect else None
        if collect is None or sale is None:
            return None
        for fact in seen.payments:
            uow.facts.add(sale.order_id, reference, fact, now)
        learned = _learn(collect, seen)
        if collect.gateway_id is None:
            learned = watch_after(learned, now)
        if seen.amount != collect.amount or seen.currency != "INR":
            self._refuse(uow, learned, seen, now)
            return None
        moved = self._move(uow, learned, seen, now)
        return self._settle(uow, sale, moved, now, source)

    def event(
        self, uow: UnitOfWork, collect: Collect, event: Event, now: int, reason: str | None = None
    ) -> Collect:
        """Take one step of the machine and store it (its watching goes on where it must)."""
        step = next_state(collect.state, event, reason=reason)
        if step.mismatch:
            detail = f"{collect.reference} {collect.state.value} {event.value}"
            self._flag(uow, collect.order_id, "mismatch", collect.amount, now, detail)
        moved = collect
        if step.state is not collect.state:
            moved = watch_after(replace(collect, state=step.state), now)
            if reason is not None:
                moved = replace(moved, reason=reason)
        uow.collects.save(moved)
        if step.state is not collect.state and step.state not in _STILL_PAYABLE:
            self._close_picture(uow, moved, now)
        return moved

    def _move(self, uow: UnitOfWork, collect: Collect, seen: CollectSeen, now: int) -> Collect:
        facts = uow.facts.of(collect.order_id)
        uow.collects.save(collect)
        if money_event(collect.reference, collect.amount, facts) is Event.CAPTURED:
            if collect.state is CollectState.PAID:
                return collect
            return self.event(uow, collect, Event.CAPTURED, now)
        if collect.state in (CollectState.REQUESTED, CollectState.UNKNOWN):
            collect = self.event(uow, collect, Event.ACCEPTED, now)
        if seen.status in _CLOSED:
            if collect.state in _ENDED:
                return collect
            reason = _CLOSED[seen.status]
            return self.event(uow, collect, Event.CLOSED_UNPAID, now, reason)
        past = seen.expires_at is not None and now > seen.expires_at
        if collect.state is CollectState.OPEN and past:
            return self._timed_out(uow, collect, seen, now)
        if collect.state in _GIVEN_UP and seen.status is GatewayStatus.OPEN and not past:
            # We counted it as gone and it takes money: a person looks, and it is watched on.
            return self.event(uow, collect, Event.ACCEPTED, now)
        return collect

    def _timed_out(self, uow: UnitOfWork, collect: Collect, seen: CollectSeen, now: int) -> Collect:
        """Its time is over by the server's clock. While the gateway still takes money it is asked
        to close: nothing else may be opened beside a live one (design payments 3)."""
        if seen.status is not GatewayStatus.OPEN:
            return self.event(uow, collect, Event.TIMED_OUT, now, "expiry")
        closing = self.event(uow, collect, Event.CANCEL_ASKED, now, "expiry")
        uow.outbox.put(effects.COLLECT_CLOSE, collect.reference, collect.order_id, now)
        return closing

    def _settle(
        self, uow: UnitOfWork, sale: Sale, collect: Collect, now: int, source: str
    ) -> PaidNews | None:
        facts = uow.facts.of(sale.order_id)
        if sale.state is not SaleState.AWAITING:
            self._unapplied(uow, sale, facts, now)
            return None
        settlement = settle(sale.due, facts, uow.tenders.of(sale.order_id))
        if SettlementFlag.MISMATCH in settlement.flags:
            self._flag(uow, sale.order_id, "mismatch", sale.due, now, "other currency or amount")
        if not settlement.settled:
            if SettlementFlag.PART in settlement.flags:
                part = settlement.received - settlement.refunded
                self._flag(uow, sale.order_id, "part", part, now, f"part {part}")
            return None
        for tender in _tenders(sale, collect, facts, now):
            uow.tenders.add(sale.order_id, tender)
        news = self.issuer.issue(uow, sale, now, source)
        issued = replace(sale, state=SaleState.ISSUED)
        rest = settlement.excess - self._unapplied(uow, issued, facts, now)
        if rest > 0:
            self._flag(uow, sale.order_id, "over", rest, now, "over")
        return news

    def _unapplied(
        self,
        uow: UnitOfWork,
        sale: Sale,
        facts: Sequence[tuple[str, PaymentFact]],
        now: int,
    ) -> int:
        """Captures on a sale that is issued or abandoned: each beyond its tenders goes to the
        inbox once, under its own payment id. Returns their sum in paise."""
        counted = {t.reference for t in uow.tenders.of(sale.order_id)}
        kind = "duplicate" if sale.state is SaleState.ISSUED else "late"
        total = 0
        for _, fact in facts:
            if fact.status is PaymentStatus.CAPTURED and fact.payment_id not in counted:
                total += fact.amount
                self._flag(uow, sale.order_id, kind, fact.amount, now, fact.payment_id)
        return total

    def _refuse(self, uow: UnitOfWork, collect: Collect, seen: CollectSeen, now: int) -> None:
        detail = f"{collect.reference} other amount or currency"
        self._flag(uow, collect.order_id, "mismatch", collect.amount, now, detail)
        for fact in seen.payments:
            if fact.status is PaymentStatus.CAPTURED:
                self._flag(uow, collect.order_id, "mismatch", fact.amount, now, fact.payment_id)
        uow.collects.save(collect)
        if collect.state in _STILL_PAYABLE:
            closing = replace(collect, state=CollectState.CLOSING, reason="amount_mismatch")
            uow.collects.save(watch_after(closing, now))
            uow.outbox.put(effects.COLLECT_CLOSE, collect.reference, collect.order_id, now)
        elif collect.state is CollectState.CLOSING and seen.status in _OVER:
            self.event(uow, collect, Event.CLOSED_UNPAID, now, "amount_mismatch")

    def _close_picture(self, uow: UnitOfWork, collect: Collect, now: int) -> None:
        picture = uow.pages.picture(collect.reference)
        # One that is being published now is closed when the relay has it (PublishPicture).
        if picture is not None and picture.acknowledged:
            uow.outbox.put(effects.PICTURE_CLOSE, collect.reference, collect.order_id, now)

    def _flag(
        self, uow: UnitOfWork, order_id: str, kind: str, amount: int, now: int, detail: str
    ) -> None:
        if uow.flags.raise_flag(order_id, kind, amount, now, detail, _ACTIONS[kind]):
            body = {"order_id": order_id, "kind": kind, "amount": amount, "detail": detail}
            uow.ledger.append("flag.raised", "machine", now, body)


_STILL_PAYABLE = frozenset({CollectState.REQUESTED, CollectState.UNKNOWN, CollectState.OPEN})
_ENDED = frozenset(
    {CollectState.PAID, CollectState.EXPIRED, CollectState.CANCELLED, CollectState.REFUSED}
)


_GIVEN_UP = frozenset({CollectState.CANCELLED, CollectState.REFUSED})
# Nothing more is paid there.
_OVER = frozenset({GatewayStatus.CANCELLED, GatewayStatus.EXPIRED, GatewayStatus.PAID})


def _learn(collect: Collect, seen: CollectSeen) -> Collect:
    return replace(
        collect,
        gateway_id=seen.gateway_id,
        url=seen.url or collect.url,
        upi_payload=seen.upi_payload or collect.upi_payload,
        image_url=seen.image_url or collect.image_url,
        provider_order_id=seen.provider_order_id or collect.provider_order_id,
        expires_at=seen.expires_at or collect.expires_at,
        last_error=None,
    )


def _tenders(
    sale: Sale, collect: Collect, facts: Sequence[tuple[str, PaymentFact]], now: int
) -> list[Tender]:
    """One gateway tender per captured payment, up to the due; its reference is the payment id."""
    kind = TenderKind.GATEWAY_QR if collect.kind is CollectKind.QR else TenderKind.GATEWAY_LINK
    left = sale.due
    tenders = []
    given_back = {f.payment_id for _, f in facts if f.status is PaymentStatus.REFUNDED}
    for _, fact in facts:
        captured = fact.status is PaymentStatus.CAPTURED and fact.payment_id not in given_back
        if captured and fact.currency == "INR" and left > 0:
            amount = min(fact.amount, left)
            left -= amount
            tenders.append(Tender(kind, amount, now, collect.gateway, reference=fact.payment_id))
    return tenders
