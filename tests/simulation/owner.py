"""The owner: her PIN, the inbox, refunds, the sweep, services that were switched off."""

from collections.abc import Sequence
from random import Random

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.people import Approval
from pos_desktop.services.views import InboxChoice, InboxEntry, MoneyOwed, ReturnOrder
from tests.simulation.counter import SimCounter
from tests.simulation.world import Killed, World

PIN = "482913"
_NAME = "Meera"
_PAUSES = (40_000, 90_000, 200_000)
_BUSY = (8_000, 20_000, 50_000)


class Owner:
    """Comes by now and then; ``parked`` are the bills that her cashier knows."""

    def __init__(self, world: World, counter: SimCounter, parked: Sequence[str]) -> None:
        self._world = world
        self._counter = counter
        self._parked = parked
        self._chance: Random = world.chance(f"owner {counter.number}")
        busy = world.faults.theme == "refunds" or self._chance.random() < 0.15
        self._pauses = _BUSY if busy else _PAUSES

    def begin(self) -> None:
        """She sets her PIN, then looks in from time to time."""
        self.set_up()
        self._soon()

    def _soon(self) -> None:
        self._world.after(self._chance.choice(self._pauses), self._next)

    def _next(self) -> None:
        if self._counter.alive:
            chance = self._chance
            act = chance.choice(
                (
                    self._inbox,
                    self._inbox,
                    self._goods_back,
                    self._goods_back,
                    self._refund_again,
                    self._services,
                )
            )
            act()
        if self._world.faults.on or self._chance.random() < 0.7:
            self._soon()

    def approve(self, what: str) -> Approval | None:
        """Her yes, if her PIN was right; sometimes nobody asks her."""
        if self._chance.random() < 0.15:
            return None
        pin = PIN if self._chance.random() < 0.85 else "000000"
        try:
            return self._counter.people.approve(pin, what)
        except RaseedError as refusal:
            self._world.note(self._counter.label, "refused approve", code=refusal.code)
            if refusal.code == "no_manager":
                self.set_up()
        except Killed as death:
            self._counter.die(str(death))
        return None

    def set_up(self) -> None:
        """Her PIN at the counter; the second time it is there already."""
        counter = self._counter
        counter.ask("set_up", lambda: counter.people.set_up(_NAME, PIN), _nothing)

    # -- the inbox -----------------------------------------------------------------------------

    def _inbox(self) -> None:
        counter = self._counter
        counter.ask("inbox", counter.inbox.entries, self._decide)

    def _decide(self, entries: tuple[InboxEntry, ...]) -> None:
        if not entries:
            return
        entry = self._chance.choice(entries)
        action = self._chance.choice(entry.actions)
        target = self._chance.choice(entry.attach_to)[0] if entry.attach_to else ""
        counter, approval = self._counter, self.approve(action)
        choice = InboxChoice(entry.flag_id, action, _NAME, approval, "looked into", target)
        more = {"flag": entry.flag_id, "kind": entry.kind, "order": entry.order_id}
        presses = 2 if self._chance.random() < 0.2 else 1
        for _ in range(presses):
            counter.ask(f"inbox {action}", lambda: counter.inbox.act(choice), _nothing, **more)

    # -- refunds -------------------------------------------------------------------------------

    def _goods_back(self) -> None:
        if not self._parked:
            return
        counter, order_id = self._counter, self._chance.choice(self._parked)
        approval = self.approve("refund")
        if approval is None:
            return
        line = self._chance.choice((1, 1, 2))
        order = ReturnOrder(order_id, ((line, 1000),), "damaged", "Asha", approval)
        presses = 2 if self._chance.random() < 0.2 else 1
        for _ in range(presses):
            counter.ask(
                "goods back", lambda: counter.refunds.give_back(order), _nothing, order=order_id
            )

    def _refund_again(self) -> None:
        counter = self._counter
        counter.ask("owed", counter.refunds.owed, self._try_failed)

    def _try_failed(self, owed: tuple[MoneyOwed, ...]) -> None:
        failed = [one.key for one in owed if one.state == "failed"]
        approval = self.approve("refund_again") if failed else None
        if approval is not None:
            counter, key = self._counter, self._chance.choice(failed)
            counter.ask("refund again", lambda: counter.refunds.again(key, approval), _nothing)

    # -- services ------------------------------------------------------------------------------

    def _services(self) -> None:
        """Test again whatever is off, and let the account's list be read."""
        counter = self._counter
        counter.switch_on()
        counter.ask("sweep", counter.sweep.run_now, _nothing)


def _nothing(_: object) -> None:
    """Done is done."""
