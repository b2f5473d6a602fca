"""Customers: they pay, pay twice, pay too little, change their mind, or pay days later."""

from collections.abc import Callable
from random import Random

from tests.simulation.account import Account, Refused, Thing
from tests.simulation.world import DAY, World

_QUICK = (3_000, 15_000, 40_000, 90_000)
_AT_ONCE = (100, 100, 400, 15_000)
_SLOW = (200_000, 500_000, 1_200_000)
# The watch after closing ends after five days; money that comes later is another story.
_LATE = (20_000, 400_000, 4 * 3_600_000, DAY, 4 * DAY)


class Customers:
    """Everybody who has a phone; ``shown`` says whether an object can be seen by its customer."""

    def __init__(self, world: World, account: Account, shown: Callable[[Thing], bool]) -> None:
        self._world = world
        self._account = account
        self._shown = shown
        self._chance: Random = world.chance("customers")
        self._eager = world.faults.theme == "doubt" or self._chance.random() < 0.15
        account.on_made = self.meet

    def meet(self, thing: Thing) -> None:
        """There is something to pay; whoever it is for decides what to do, and when."""
        chance = self._chance
        if chance.random() < 0.2:
            return
        soon = _AT_ONCE if self._eager else _QUICK
        wait = chance.choice(soon) if chance.random() < 0.8 else chance.choice(_SLOW)
        self._world.after(wait, lambda: self._try(thing, chance.choice((0, 1, 2))))

    def _try(self, thing: Thing, patience: int) -> None:
        if not (self._eager or self._shown(thing)):
            if patience:
                wait = self._chance.choice(_QUICK)
                self._world.after(wait, lambda: self._try(thing, patience - 1))
            return
        faults, amount = self._world.faults, thing["amount"]
        if faults.strike("pays_part"):
            self._pay(thing, max(100, amount // 2))
            if self._chance.random() < 0.5:
                self._world.after(20_000, lambda: self._pay(thing, amount - max(100, amount // 2)))
        elif faults.strike("pays_too_much"):
            self._pay(thing, amount + 5_000)
        elif faults.strike("pays_other_currency"):
            self._pay(thing, amount, "USD")
        elif faults.strike("pays_twice"):
            self._twice(thing)
        else:
            self._pay(thing, amount)

    def _twice(self, thing: Thing) -> None:
        """Two phones at the same object: both begin before either is through."""
        amount = thing["amount"]
        try:
            both = [self._account.begin(thing["id"], amount, thing["currency"]) for _ in range(2)]
        except Refused:
            return
        for payment in both:
            self._world.after(self._chance.choice((500, 4_000)), self._captured(payment))

    def _pay(self, thing: Thing, amount: int, currency: str = "") -> None:
        try:
            payment = self._account.begin(thing["id"], amount, currency or thing["currency"])
        except Refused:
            self._world.note("customer", "finds it closed", id=thing["id"])
            return
        world, chance, faults = self._world, self._chance, self._world.faults
        if thing["odd"]:
            # Nobody was ever shown this one: whoever found it all the same pays at once.
            world.after(500, self._captured(payment))
            return
        soon = chance.choice((200, 200, 2_000) if self._eager else (300, 2_000, 6_000))
        if faults.strike("failed_then_captured"):
            world.after(soon, lambda: self._account.fail(payment))
            world.after(soon + chance.choice(_QUICK), self._captured(payment))
        elif faults.strike("authorised_only"):
            world.after(soon, lambda: self._account.authorise(payment))
            if chance.random() < 0.6:
                world.after(soon + chance.choice(_LATE), self._captured(payment))
        elif faults.strike("pays_late"):
            world.after(chance.choice(_LATE), self._captured(payment))
        elif chance.random() < 0.15:
            world.after(soon, lambda: self._account.fail(payment))
            world.after(soon + chance.choice(_QUICK), lambda: self._pay(thing, amount, currency))
        else:
            world.after(soon, self._captured(payment))

    def _captured(self, payment: Thing) -> Callable[[], None]:
        return lambda: self._account.capture(payment)
