"""What a gateway said, applied to the bill: facts first, then the state that follows from them.

Only this module moves money onto a sale. It is called with the gateway's own answer, never with the
body of a webhook (architecture rule 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pos_desktop.domain.collect import (
    BY_GATEWAY,
    CURRENCY,
    Event,
    SettlementFlag,
    in_hand,
    money_event,
    next_state,
    settle,
    unapplied,
)
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import (
    Collect,
    CollectState,
    GatewayStatus,
    PaymentFact,
    PaymentStatus,
)
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.domain.wish import Wish, WishKind
from pos_desktop.ports import CollectSeen, OutboxState, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.captures import money_of, part_detail
from pos_desktop.services.entering import entered
from pos_desktop.services.entries import open_entry
from pos_desktop.services.issuing import Issuer
from pos_desktop.services.own_words import doubt_words
from pos_desktop.services.refund_book import went_back
from pos_desktop.services.schedule import watch_after
from pos_desktop.services.switching import Switching, told
from pos_desktop.services.views import PaidNews

_CLOSED = {
    GatewayStatus.CANCELLED: BY_GATEWAY,
    GatewayStatus.EXPIRED: "expiry",
}
# An account that is set to capture by itself has done so long before (gateways 1.6).
_CAPTURES_ITSELF_MS = 10_000
_AUTHORISED = PaymentStatus.AUTHORISED
_NO_NUMBER = frozenset({"series_locked", "series_exhausted"})


@dataclass(frozen=True, slots=True)
class Payments:
    """Applies gateway answers; every method is part of the caller's transaction."""

    issuer: Issuer
    switching: Switching

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
            if uow.facts.add(sale.order_id, reference, fact, now):
                _heard(uow, sale.order_id, fact, now)
        learned = _learn(collect, seen)
        if collect.gateway_id is None:
            learned = watch_after(learned, now)
        if seen.amount != collect.amount or seen.currency != CURRENCY:
            self._refuse(uow, learned, seen, now)
            return self.after(uow, sale.order_id, now)
        self._move(uow, learned, seen, now)
        news = self._settle_or_tell(uow, sale, now, source)
        return news if news is not None else self.after(uow, sale.order_id, now)

    def after(self, uow: UnitOfWork, order_id: str, now: int) -> PaidNews | None:
        """A collect of the bill may just have been closed: do what waited for that."""
        sale = uow.sales.get(order_id)
        if sale is None:
            return None
        wish = uow.wishes.get(order_id)
        try:
            return self.switching.proceed(uow, sale, now)
        except DomainError as error:
            # Something changed meanwhile: the card asks again, the answer stays written.
            _not_done(uow, order_id, wish, error.code, now)
            return None

    def learn(
        self, uow: UnitOfWork, reference: str, fact: PaymentFact, now: int, source: str
    ) -> PaidNews | None:
        """One payment by itself, as a capture or the day's list told it; like ``apply``."""
        collect = uow.collects.get(reference)
        sale = uow.sales.get(collect.order_id) if collect else None
        if collect is None or sale is None:
            return None
        if uow.facts.add(sale.order_id, reference, fact, now):
            _heard(uow, sale.order_id, fact, now)
        facts = uow.facts.of(sale.order_id)
        captured = money_event(reference, collect.amount, facts) is Event.CAPTURED
        if captured and collect.state is not CollectState.PAID:
            self.event(uow, collect, Event.CAPTURED, now)
        news = self._settle_or_tell(uow, sale, now, source)
        return news if news is not None else self.after(uow, sale.order_id, now)

    def recount(self, uow: UnitOfWork, order_id: str, now: int, source: str) -> PaidNews | None:
        """A tender was put down for the bill: issue it if nothing is left to pay."""
        sale = uow.sales.get(order_id)
        return None if sale is None else self._settle(uow, sale, now, source)

    def event(
        self, uow: UnitOfWork, collect: Collect, event: Event, now: int, reason: str | None = None
    ) -> Collect:
        """Take one step of the machine and store it (its watching goes on where it must)."""
        step = next_state(collect.state, event, reason=reason)
        if step.mismatch:
            detail = f"{collect.reference} {collect.state.value} {event.value}"
            open_entry(uow, collect.order_id, "mismatch", collect.amount, now, detail)
        moved = collect
        if step.state is not collect.state:
            moved = entered(uow, replace(collect, state=step.state), now)
            # Why we asked it to close says more than that it was closed.
            if reason is not None and collect.state is not CollectState.CLOSING:
                moved = replace(moved, reason=reason)
        uow.collects.save(moved)
        return moved

    def _move(self, uow: UnitOfWork, collect: Collect, seen: CollectSeen, now: int) -> Collect:
        facts = uow.facts.of(collect.order_id)
        uow.collects.save(collect)
        if money_event(collect.reference, collect.amount, facts) is Event.CAPTURED:
            return self.event(uow, collect, Event.CAPTURED, now)
        found_closed = collect.state is CollectState.UNKNOWN and seen.status in _CLOSED
        if collect.state in _ASKED and not found_closed:
            collect = self.event(uow, collect, Event.ACCEPTED, now)
        if seen.status in _CLOSED:
            if collect.state in _ENDED:
                return collect
            reason = _CLOSED[seen.status]
            return self.event(uow, collect, Event.CLOSED_UNPAID, now, reason)
        past = seen.expires_at is not None and now > seen.expires_at
        if collect.state in (CollectState.OPEN, CollectState.CLOSING) and past:
            return self._timed_out(uow, collect, seen, now)
        if collect.state in _GIVEN_UP and seen.status is GatewayStatus.OPEN and not past:
            # We counted it as gone and it takes money: a person looks, and it is watched on.
            return self.event(uow, collect, Event.ACCEPTED, now)
        return collect

    def _timed_out(self, uow: UnitOfWork, collect: Collect, seen: CollectSeen, now: int) -> Collect:
        """Its time is over by the server's clock. While the gateway still takes money it is asked
        to close: nothing else may be opened beside a live one (design payments 3)."""
        if seen.status is not GatewayStatus.OPEN or collect.state is CollectState.CLOSING:
            return self.event(uow, collect, Event.TIMED_OUT, now, "expiry")
        return self.event(uow, collect, Event.CANCEL_ASKED, now, "expiry")

    def _settle_or_tell(
        self, uow: UnitOfWork, sale: Sale, now: int, source: str
    ) -> PaidNews | None:
        """What the gateway said stays written down, even where the bill can get no number now; to
        check again issues it once the counter has a new series."""
        try:
            return self._settle(uow, sale, now, source)
        except DomainError as error:
            if error.code not in _NO_NUMBER:
                raise
            open_entry(uow, sale.order_id, "mismatch", sale.due, now, f"no number {error.code}")
            return None

    def _settle(self, uow: UnitOfWork, sale: Sale, now: int, source: str) -> PaidNews | None:
        facts = money_of(uow, sale.order_id)
        if sale.state is not SaleState.AWAITING:
            self._flag_unapplied(uow, sale, facts, now)
            return None
        tenders = uow.tenders.of(sale.order_id)
        settlement = settle(sale.due, facts, tenders)
        if SettlementFlag.MISMATCH in settlement.flags:
            self._flag_strange(uow, sale, facts, now)
        if not settlement.settled:
            self._capture(uow, sale, facts, settlement.open, now)
            part = settlement.received - settlement.refunded
            # A split in progress is no exception; money at the gateway that does not reach is one.
            taken = sum(tender.amount for tender in in_hand(facts, tenders))
            if SettlementFlag.PART in settlement.flags and part > taken:
                detail = part_detail(uow, sale.order_id, part)
                open_entry(uow, sale.order_id, "part", part, now, detail)
            return None
        wish = uow.wishes.get(sale.order_id)
        news = told(self.issuer.issue(uow, sale, now, source), wish, now)
        self._flag_unapplied(uow, replace(sale, state=SaleState.ISSUED), facts, now)
        return news

    def _flag_strange(
        self, uow: UnitOfWork, sale: Sale, facts: Sequence[tuple[str, PaymentFact]], now: int
    ) -> None:
        """Each payment in another currency by its own id; else it is one told with two amounts."""
        foreign = [
            fact
            for _, fact in facts
            if fact.status is PaymentStatus.CAPTURED and fact.currency != CURRENCY
        ]
        for fact in foreign:
            open_entry(uow, sale.order_id, "mismatch", fact.amount, now, fact.payment_id)
        if not foreign:
            open_entry(uow, sale.order_id, "mismatch", sale.due, now, "one payment, two amounts")

    def _capture(
        self,
        uow: UnitOfWork,
        sale: Sale,
        facts: Sequence[tuple[str, PaymentFact]],
        open_amount: int,
        now: int,
    ) -> None:
        """Take what the bank has authorised, if it is just what is open; else it goes back by
        itself (gateways 6.6). An account that captures by itself is given the time to do so."""
        moved_on = {fact.payment_id for _, fact in facts if fact.status is not _AUTHORISED}
        for reference, fact in facts:
            ours = fact.amount == open_amount and fact.currency == CURRENCY
            if not ours or fact.payment_id in moved_on:
                continue
            subject = effects.capture_subject(reference, fact.payment_id)
            row = uow.outbox.find(effects.PAYMENT_CAPTURE, subject)
            if row is None:
                later = now + _CAPTURES_ITSELF_MS
                uow.outbox.put(effects.PAYMENT_CAPTURE, subject, sale.order_id, now, later)
            if row is None or row.state is not OutboxState.DROPPED:
                # One at a time: two that are authorised for one bill must not both be taken.
                return

    def _flag_unapplied(
        self, uow: UnitOfWork, sale: Sale, facts: Sequence[tuple[str, PaymentFact]], now: int
    ) -> None:
        """Money on an issued or abandoned bill that its books do not count goes to the inbox, each
        payment once, under its own id."""
        whole = "duplicate" if sale.state is SaleState.ISSUED else "late"
        for left in unapplied(facts, uow.tenders.of(sale.order_id)):
            kind = whole if left.whole else "over"
            open_entry(uow, sale.order_id, kind, left.amount, now, left.payment.payment_id)

    def _refuse(self, uow: UnitOfWork, collect: Collect, seen: CollectSeen, now: int) -> None:
        detail = f"{collect.reference} other amount or currency"
        open_entry(uow, collect.order_id, "mismatch", collect.amount, now, detail)
        for fact in seen.payments:
            if fact.status is PaymentStatus.CAPTURED:
                open_entry(uow, collect.order_id, "mismatch", fact.amount, now, fact.payment_id)
        uow.collects.save(collect)
        if collect.state in _STILL_PAYABLE:
            self.event(uow, collect, Event.CANCEL_ASKED, now, "amount_mismatch")
        elif collect.state is CollectState.CLOSING and seen.status in _OVER:
            self.event(uow, collect, Event.CLOSED_UNPAID, now, "amount_mismatch")


_STILL_PAYABLE = frozenset({CollectState.REQUESTED, CollectState.UNKNOWN, CollectState.OPEN})
_ENDED = frozenset(
    {CollectState.PAID, CollectState.EXPIRED, CollectState.CANCELLED, CollectState.REFUSED}
)


# Those whose acceptance is news, and harmless where it is none.
_ASKED = frozenset({CollectState.REQUESTED, CollectState.UNKNOWN, CollectState.CLOSING})
_GIVEN_UP = frozenset({CollectState.CANCELLED, CollectState.REFUSED})
# Nothing more is paid there.
_OVER = frozenset({GatewayStatus.CANCELLED, GatewayStatus.EXPIRED, GatewayStatus.PAID})


def _heard(uow: UnitOfWork, order_id: str, fact: PaymentFact, now: int) -> None:
    """News of a payment is also news for words about its RRN, and for what was to go back."""
    doubt_words(uow, order_id, fact, now)
    went_back(uow, fact, now)


def _not_done(uow: UnitOfWork, order_id: str, wish: Wish | None, why: str, now: int) -> None:
    """A wish could not be carried out. Cash that was counted for it lies on the counter: its card
    calls for somebody, who hears why when she takes it once more."""
    body: dict[str, object] = {"order_id": order_id, "why": why}
    if wish is None or wish.kind is not WishKind.CASH:
        uow.wishes.drop(order_id)
        uow.ledger.append("wish.dropped", "machine", now, body)
        return
    uow.wishes.put(replace(wish, reason=why))
    uow.ledger.append("cash.not_taken", "machine", now, body | {"tendered": wish.tendered})


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
