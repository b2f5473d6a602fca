"""The book of money that goes back: what a gateway said moves a refund, and only that."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos_desktop.domain.collect import CURRENCY, given_back
from pos_desktop.domain.payment import PaymentFact, RefundFact, RefundStatus
from pos_desktop.domain.refund import Refund, RefundEvent, RefundState, next_refund_state
from pos_desktop.ports import Gateway, Ids, RefundOrder, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.captures import capture
from pos_desktop.services.entries import MACHINE, close_entry, open_entry
from pos_desktop.services.refund_schedule import REFERENCE_LOOK, REFERENCE_PATIENCE, next_look

# What a gateway does not say more about is on its way.
_EVENTS = {
    RefundStatus.PROCESSED: RefundEvent.PROCESSED,
    RefundStatus.FAILED: RefundEvent.FAILED,
}
_PENDING = " pending"
DOUBTFUL_MS = 10 * 60 * 1000
"""Nobody knows about it for longer than this: a person is told (design payments 7)."""


def order_of(refund: Refund) -> RefundOrder:
    """The same words for every try, so that a look-up finds what an earlier try made."""
    return RefundOrder(
        keys=refund.wire_keys,
        payment_id=refund.payment_id,
        amount=refund.amount,
        note=refund.reason[:100],
        provider_order_id=refund.provider_order_id,
        refund_id=refund.refund_id,
    )


OTHERWISE = "given back otherwise"
"""How an entry about a failed refund was closed where the customer has her money all the same."""


def found(gateway: Gateway, order: RefundOrder) -> RefundFact | None:
    """How this very attempt stands at the gateway; that an earlier one failed is no answer."""
    fact = gateway.find_refund(order)
    if fact is not None and fact.status is RefundStatus.FAILED and fact.key in order.keys[:-1]:
        return None
    return fact


def attempt_key(refund: Refund) -> str:
    """The key of its present attempt; the inbox names the attempt by it."""
    return refund.wire_keys[-1]


def settled_otherwise(uow: UnitOfWork, refund: Refund) -> bool:
    """Whether a manager said of this failed attempt that the customer has her money otherwise."""
    return refund.state is RefundState.FAILED and any(
        flag.kind == "refund_failed"
        and flag.detail == attempt_key(refund)
        and (flag.resolution or "").startswith(OTHERWISE)
        for flag in uow.flags.of(refund.order_id)
    )


def still_owed(uow: UnitOfWork) -> list[Refund]:
    """Every refund that is neither done nor given back otherwise, oldest first."""
    return [refund for refund in uow.refunds.owed() if not settled_otherwise(uow, refund)]


def look_now(uow: UnitOfWork, refund: Refund, now: int) -> None:
    """Have the gateway asked about one that is watched, or that failed there: a gateway that gave
    up may still have paid. Nothing happens to one that is over, or that it never had."""
    failed = refund.state is RefundState.FAILED and _was_tried(uow, refund)
    if refund.next_ask_at is not None or failed:
        uow.refunds.save(replace(refund, next_ask_at=now))


def _was_tried(uow: UnitOfWork, refund: Refund) -> bool:
    """Whether the gateway may have it for all that it refused the last try."""
    if refund.refund_id is not None or refund.attempt > 1:
        # An earlier attempt that failed there may have been paid all the same, too.
        return True
    row = uow.outbox.find(effects.REFUND_ASK, effects.refund_subject(refund.key, refund.attempt))
    # It was asked more than once: what became of the first asking nobody knows.
    return row is not None and row.attempts > 1


def went_back(uow: UnitOfWork, fact: PaymentFact, now: int) -> None:
    """A gateway says how much of a payment went back: where our books know of less, what is under
    way or failed is looked at now."""
    refunds = uow.refunds.of_payment(fact.gateway, fact.payment_id)
    done = sum(refund.amount for refund in refunds if refund.state is RefundState.DONE)
    if given_back(fact) <= done:
        return
    for refund in refunds:
        look_now(uow, refund, now)


@dataclass(frozen=True, slots=True)
class RefundBook:
    """Every method is part of the caller's transaction. ``tell`` lets the customer know of a refund
    that is done."""

    ids: Ids
    tell: Callable[[UnitOfWork, Refund, int], None]

    def told(self, uow: UnitOfWork, refund: Refund, fact: RefundFact, now: int) -> Refund:
        """Store what the gateway said about this refund and take the step that follows."""
        uow.refunds.add_fact(refund.order_id, fact, now)
        ours = (refund.payment_id, refund.amount, CURRENCY)
        if (fact.payment_id, fact.amount, fact.currency) != ours:
            detail = f"{attempt_key(refund)} other amount or payment"
            open_entry(uow, refund.order_id, "mismatch", refund.amount, now, detail)
        learned = replace(
            refund,
            refund_id=fact.refund_id,
            bank_ref=fact.bank_ref or refund.bank_ref,
            last_error=fact.reason if fact.status is RefundStatus.FAILED else None,
        )
        event = _EVENTS.get(fact.status, RefundEvent.ACCEPTED)
        return self.event(uow, learned, event, now)

    def event(self, uow: UnitOfWork, refund: Refund, event: RefundEvent, now: int) -> Refund:
        """Take one step of the machine and store it."""
        step = next_refund_state(refund.state, event)
        if step.mismatch:
            detail = f"{attempt_key(refund)} {refund.state.value} {event.value}"
            open_entry(uow, refund.order_id, "mismatch", refund.amount, now, detail)
        entered = step.state is not refund.state
        if entered and settled_otherwise(uow, refund):
            # The gateway paid after all what the shop had given back itself.
            detail = f"{attempt_key(refund)} given back twice"
            open_entry(uow, refund.order_id, "mismatch", refund.amount, now, detail)
        moved = replace(refund, state=step.state, next_ask_at=None)
        # One that counts as failed, and is on its way for all that, is watched to its end, too.
        under_way = event is RefundEvent.ACCEPTED and step.state is RefundState.FAILED
        if step.state is RefundState.PENDING or under_way:
            moved = self._watched(uow, moved, now)
        if step.state is RefundState.DONE:
            moved = _asked_for_reference(replace(moved, done_at=moved.done_at or now), now)
        uow.refunds.save(moved)
        if entered:
            self._entered(uow, moved, now)
        return moved

    def doubtful(self, uow: UnitOfWork, refund: Refund, now: int) -> None:
        """Tell a person about one whose outcome nobody knows for too long."""
        open_entry(uow, refund.order_id, "unknown_outcome", refund.amount, now, attempt_key(refund))

    def _watched(self, uow: UnitOfWork, refund: Refund, now: int) -> Refund:
        moment = next_look(_since(uow, refund, now), now, self.ids.jitter())
        if moment is None:
            detail = f"{attempt_key(refund)}{_PENDING}"
            open_entry(uow, refund.order_id, "unknown_outcome", refund.amount, now, detail)
        return replace(refund, next_ask_at=moment)

    def _entered(self, uow: UnitOfWork, refund: Refund, now: int) -> None:
        if refund.state is RefundState.FAILED:
            key = attempt_key(refund)
            open_entry(uow, refund.order_id, "refund_failed", refund.amount, now, key)
            self._note(uow, "refund.failed", refund, now)
        elif refund.state is RefundState.DONE:
            self._note(uow, "refund.done", refund, now)
            self.tell(uow, refund, now)
            _ask_about_payment(uow, refund, now)
        _close_doubts(uow, refund, now)

    def _note(self, uow: UnitOfWork, kind: str, refund: Refund, now: int) -> None:
        body = {
            "key": refund.key,
            "order_id": refund.order_id,
            "payment_id": refund.payment_id,
            "amount": refund.amount,
            "refund_id": refund.refund_id or "",
            "why": refund.last_error or "",
        }
        uow.ledger.append(kind, MACHINE, now, body)


def refund_of_entry(uow: UnitOfWork, order_id: str, detail: str) -> Refund | None:
    """The refund that an entry of the inbox is about, by the key of any of its attempts."""
    key = detail.removesuffix(_PENDING)
    return next((r for r in uow.refunds.of(order_id) if key in r.wire_keys), None)


def solved_refund(refund: Refund, kind: str, detail: str) -> str | None:
    """How an entry about this refund has solved itself; None while it has not."""
    if refund.state is RefundState.DONE:
        return "refund done"
    if kind == "refund_failed":
        # A new attempt: the old failure is history.
        return None if attempt_key(refund) == detail else "asked again"
    settled = refund.state is RefundState.FAILED
    pending = refund.state is RefundState.PENDING and not detail.endswith(_PENDING)
    return f"refund {refund.state.value}" if settled or pending else None


def _asked_for_reference(refund: Refund, now: int) -> Refund:
    """A gateway may say that it is done before the bank's reference is there (gateways 1.7), which
    is what the customer asks for: it is asked for on the next days."""
    since = now - (refund.done_at or now)
    wanted = refund.bank_ref is None and since < REFERENCE_PATIENCE
    return replace(refund, next_ask_at=now + REFERENCE_LOOK if wanted else None)


def _close_doubts(uow: UnitOfWork, refund: Refund, now: int) -> None:
    for flag in uow.flags.of(refund.order_id):
        if flag.state != "open" or flag.kind not in ("refund_failed", "unknown_outcome"):
            continue
        if flag.detail.removesuffix(_PENDING) not in refund.wire_keys:
            continue
        how = solved_refund(refund, flag.kind, flag.detail)
        if how is not None:
            close_entry(uow, flag, now, how)


def _since(uow: UnitOfWork, refund: Refund, now: int) -> int:
    """Since when the gateway has this attempt; a clock that was put back counts from now."""
    seen = [
        at for at, fact in uow.refunds.facts_of(refund.order_id)
        if fact.refund_id == refund.refund_id
    ]  # fmt: skip
    return min([now, *seen])


def _ask_about_payment(uow: UnitOfWork, refund: Refund, now: int) -> None:
    """The payment's own statement says now what went back: have it told again."""
    payment = capture(uow, refund.gateway, refund.payment_id)
    collect = uow.collects.get(payment.reference) if payment is not None else None
    if collect is not None and collect.gateway_id is not None:
        uow.collects.save(replace(collect, next_ask_at=now))
