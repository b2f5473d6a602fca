"""What entering a state of a collect brings with it, in the transaction of the step itself."""

from dataclasses import replace

from pos_desktop.domain.collect import ENTERING, Entering
from pos_desktop.domain.payment import Collect, PaymentStatus
from pos_desktop.ports import UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.schedule import after_paid, watch_after

_MONEY = (PaymentStatus.CAPTURED, PaymentStatus.REFUNDED)


def entered(uow: UnitOfWork, collect: Collect, now: int) -> Collect:
    """Write the effects of the state in which ``collect`` is now; the caller saves what comes back.

    Rows of the outbox are asked for once: a state that is entered again repeats none.
    """
    for effect in ENTERING[collect.state]:
        collect = _written(uow, collect, effect, now)
    return collect


def wait_beside(uow: UnitOfWork, collect: Collect, now: int) -> int | None:
    """Milliseconds to the next question about a paid one; None unless an attempt is known that has
    brought no money yet: it still may."""
    told = [fact for ref, fact in uow.facts.of(collect.order_id) if ref == collect.reference]
    brought = {fact.payment_id for fact in told if fact.status in _MONEY}
    begun = any(fact.payment_id not in brought for fact in told)
    return after_paid(collect, now) if begun else None


def _written(uow: UnitOfWork, collect: Collect, effect: Entering, now: int) -> Collect:
    reference, order_id = collect.reference, collect.order_id
    match effect:
        case Entering.ASK:
            uow.outbox.put(effects.create_at(collect.gateway), reference, order_id, now)
        case Entering.CLOSE:
            uow.outbox.put(effects.close_at(collect.gateway), reference, order_id, now)
        case Entering.END_PICTURE:
            picture = uow.pages.picture(reference)
            # One that is being published now is closed when the relay has it (PublishPicture).
            if picture is not None and picture.acknowledged:
                uow.outbox.put(effects.PICTURE_CLOSE, reference, order_id, now)
        case Entering.STOP_WATCHING:
            wait = wait_beside(uow, collect, now) if collect.gateway_id is not None else None
            return replace(collect, next_ask_at=None if wait is None else now + wait)
        case _:  # watching goes on as the schedule says
            return watch_after(collect, now)
    return collect
