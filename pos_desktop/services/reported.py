"""Outbox actions whose outcomes are told to the budget and to the standing of the service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pos_desktop.domain.payment import CollectKind
from pos_desktop.ports import Accepted, Effect, NotSent, Rejected, UnitOfWork, Unknown
from pos_desktop.services import effects
from pos_desktop.services.outbox import Action, Call, Dropped, Later, Recorded
from pos_desktop.services.standing import GATEWAY, MESSAGES, TARGETS, Standing
from pos_desktop.services.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Reported:
    """An action that does what it does; ``tell`` hears what came of each call, in its transaction
    and before the action does."""

    action: Action
    tell: Callable[[UnitOfWork, Effect, object, int], None]

    @property
    def target(self) -> str:
        """Whom the action calls."""
        return self.action.target

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Later | Dropped:
        return self.action.prepare(uow, effect, now)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        self.tell(uow, effect, outcome, now)
        return self.action.record(uow, effect, outcome, now)

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        self.action.dropped(uow, effect, reason, now)

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        return self.action.recover(uow, effect, now)


@dataclass(frozen=True, slots=True)
class Reports:
    """What ``Reported`` tells. A call never waits for the budget, because a customer waits for the
    call; the watcher waits the longer afterwards."""

    traffic: Traffic
    standing: Standing

    def gateway(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> None:
        """A call at a gateway: make, close, capture or give back."""
        gateway, making = _called(uow, effect)
        if gateway is not None:
            # Giving back looks first, and wraps the error of that look.
            said = getattr(outcome, "error", outcome)
            self.traffic.made(gateway, said, now)
            self.standing.asked(uow, gateway, said, now, making)

    def exotel(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> None:
        """A message that was handed over, or not."""
        if isinstance(outcome, Accepted | Rejected | NotSent | Unknown):
            self.standing.sent(uow, outcome, now)


def reported(actions: Mapping[str, Action], reports: Reports) -> dict[str, Action]:
    """The actions, those at a gateway and at Exotel with their outcomes told."""
    tells = {TARGETS[GATEWAY]: reports.gateway, TARGETS[MESSAGES]: reports.exotel}
    return {
        kind: Reported(action, tells[action.target]) if action.target in tells else action
        for kind, action in actions.items()
    }


def _called(uow: UnitOfWork, effect: Effect) -> tuple[str | None, CollectKind | None]:
    """Which gateway an effect called, and what it was making there."""
    if effect.kind == effects.REFUND_ASK:
        refund = uow.refunds.get(effects.refund_of(effect.subject)[0])
        return (None if refund is None else refund.gateway), None
    reference = effects.capture_of(effect.subject)[0]
    collect = uow.collects.get(reference)
    if collect is None:
        return None, None
    making = effect.kind == effects.COLLECT_CREATE
    return collect.gateway, collect.kind if making else None
