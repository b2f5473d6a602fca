"""What the contract tests of gateways share: one way to be paid, and what was asked there."""

from dataclasses import dataclass, field

from pos_desktop.domain.payment import CollectKind, PaymentFact
from pos_desktop.ports import CollectIntent, CollectSeen, Gateway
from tests.contracts.gateway_world import World, collect_of, intent_of


@dataclass
class Way:
    """One kind of collect at one kind of gateway, with a patient adapter."""

    world: World
    kind: CollectKind
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = self.world.gateway()

    def open(self, amount: int = 124950) -> "Opened":
        """A new collect."""
        asked = intent_of(self.kind, amount)
        return Opened(self, asked, self.gateway.create(asked))


@dataclass
class Opened:
    """A collect that was made."""

    way: Way
    asked: CollectIntent
    made: CollectSeen

    def look(self) -> CollectSeen:
        """What the gateway says about it now."""
        return self.way.gateway.fetch(collect_of(self.way.world.name, self.asked, self.made))

    def close(self) -> CollectSeen:
        """Ask to take no more money."""
        return self.way.gateway.close(collect_of(self.way.world.name, self.asked, self.made))

    def paid(self, **how: int) -> PaymentFact:
        """The customer pays; the fact that the gateway then tells."""
        payment_id = self.way.world.pay(self.made, amount=how.get("amount"))
        return next(fact for fact in self.look().payments if fact.payment_id == payment_id)
