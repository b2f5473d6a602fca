"""What entering a state of a collect brings with it, in the transaction of the step itself."""

from pos_desktop.domain.collect import ENTERING, Entering
from pos_desktop.domain.payment import Collect
from pos_desktop.ports import UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.schedule import watch_after


def entered(uow: UnitOfWork, collect: Collect, now: int) -> Collect:
    """Write the effects of the state in which ``collect`` is now; the caller saves what comes back.

    Rows of the outbox are asked for once: a state that is entered again repeats none.
    """
    for effect in ENTERING[collect.state]:
        collect = _written(uow, collect, effect, now)
    return collect


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
        case _:  # watching goes on as the schedule says, or ends
            return watch_after(collect, now)
    return collect
