"""A shop day: everybody of one run, what goes wrong with whole machines, and the rest after it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from pos_desktop.domain.options import Channel, GatewayOptions, LinkStyle, Options, OwnUpiOptions
from tests.simulation.account import Thing
from tests.simulation.books import Books
from tests.simulation.cashier import Cashier
from tests.simulation.checker import Checker
from tests.simulation.checker import Outside as Seen
from tests.simulation.counter import Outside, SimCounter
from tests.simulation.customers import Customers
from tests.simulation.owner import Owner
from tests.simulation.promise import Broken
from tests.simulation.world import DAY, START, Act, World
from tests.support.rig import options

# A day lasts so long before the faults end.
_ACTIVE_MS = 20 * 60 * 1000
# Then everything runs on: the watch over closed objects lasts five days, a refund may take longer.
_LOOKS_IN_MS = DAY
_REST_MS = 6 * DAY
_MOST_STEPS = 60_000


class Day:
    """Everybody of one run."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.world = World(seed)
        self.chance = self.world.chance("day")
        self.outside = Outside(self.world)
        self.books: dict[int, Books] = {}
        self.counters: list[SimCounter] = []
        for number in range(1, 1 + self.chance.choice((1, 1, 1, 2, 3))):
            self._add_counter(number, folder / f"counter-{number}.db")
        self.customers = Customers(self.world, self.outside.account, self._shown)
        many = self.world.faults.theme in ("hasty", "doubt")
        bills = self.chance.choice((4, 5, 7) if many else (1, 2, 3, 4, 6))
        for counter in self.counters:
            self._add_people(counter, max(1, bills // len(self.counters)))
        seen = Seen(
            self.outside.account.state(),
            self.outside.provider.state(),
            self.outside.relay.state(),
            self.world.history,
        )
        self.checker = Checker(seen, self.books)

    def _add_counter(self, number: int, path: Path) -> None:
        counter = SimCounter(self.world, number, path, _options(self.chance, number))
        counter.meet_outside(self.outside)
        counter.listening = self.chance.random() < 0.7 or self.world.faults.theme == "refunds"
        counter.gate.payload = self.chance.random() < 0.8
        self.books[number] = Books(path)
        counter.on_reopen = self.books[number].reopen
        self.counters.append(counter)

    def _add_people(self, counter: SimCounter, bills: int) -> None:
        cashier = Cashier(self.world, counter, bills)
        owner = Owner(self.world, counter, cashier.parked)
        cashier.till.approve = owner.approve
        cashier.till.seen_rrn = self._rrn
        self.world.after(50, counter.boot)
        self.world.after(200, owner.begin)
        self.world.after(500, cashier.begin)

    # -- what people see -----------------------------------------------------------------------

    def _shown(self, thing: Thing) -> bool:
        """Whether a customer could have seen it: on the screen, or in a message that went out."""
        for sent in self.outside.provider.sent:
            if sent["order"] == thing["order"] and sent["purpose"] == "payment_request":
                return True
        for counter in self.counters:
            if counter.label == thing["counter"] and self.books[counter.number].is_open():
                known = self.books[counter.number].rows(
                    "SELECT state FROM collects WHERE gateway_id = ?", (thing["id"],)
                )
                return bool(known) and known[0]["state"] == "open"
        return False

    def _rrn(self, order_id: str) -> str | None:
        """The reference on the phone of somebody who has paid, best for this bill."""
        taken = [p for p in self.outside.account.payments.values() if p["captured_at"] is not None]
        own = [p["rrn"] for p in taken if p["order"] == order_id]
        found = own or [p["rrn"] for p in taken]
        return str(found[-1]) if found else None

    # -- the course of the day -----------------------------------------------------------------

    def run(self) -> None:
        """The day, then the rest. Raises Broken."""
        self._trouble()
        while self._turn(START + _ACTIVE_MS):
            self._checked()
        self._calm_down()
        end = self.world.now + _REST_MS
        while self._turn(max(end, self.world.now + _REST_MS)):
            self._checked()
            if self.world.steps > _MOST_STEPS:
                raise Broken("comes_to_rest", f"still busy after {_MOST_STEPS} steps")
        for counter in self.counters:
            _judge_errors(counter.errors)
        self.checker.at_rest(self.world.now)

    def _checked(self) -> None:
        committed, self.world.dirty = sorted(self.world.dirty), set()
        self.checker.after_step(self.world.now, committed)

    def _turn(self, until: int) -> bool:
        moment = self.world.next_moment()
        if moment is None or moment > until:
            return False
        self.world.step()
        return True

    def _calm_down(self) -> None:
        """No more faults; clocks are set right, services switched on, the list read each day."""
        self.world.faults.on = False
        self.outside.relay.down = False
        self.world.note("world", "faults end")
        for counter in self.counters:
            counter.line.down = counter.phone_line.down = False
            counter.set_clock(0)
            for moment in range(60_000, _REST_MS, _LOOKS_IN_MS):
                self.world.after(moment, counter.looked_after)

    def close(self) -> None:
        """Let go of every file."""
        for counter in self.counters:
            counter.shut()
        for books in self.books.values():
            books.close()

    # -- what goes wrong with whole machines ---------------------------------------------------

    def _trouble(self) -> None:
        world, faults = self.world, self.world.faults
        chance = world.chance("trouble")
        for moment in range(20_000, _ACTIVE_MS, 20_000):
            world.after(moment + chance.choice((0, 3_000, 11_000)), lambda: self._strike(chance))
        for kind, act in (
            ("gateway_down", self._gateway_down),
            ("relay_down", self._relay_down),
            ("exotel_down", self._exotel_down),
        ):
            if faults.has(kind):
                world.after(chance.randrange(_ACTIVE_MS), self._episode(kind, act, chance))

    def _episode(self, kind: str, act: Callable[[bool], None], chance: Random) -> Act:
        def begin() -> None:
            if self.world.faults.surely(kind):
                act(True)
                wait = chance.choice((8_000, 60_000, 400_000))
                self.world.after(wait, lambda: act(False))

        return begin

    def _strike(self, chance: Random) -> None:
        faults = self.world.faults
        counter = chance.choice(self.counters)
        if faults.strike("killed_between_steps"):
            counter.die("killed_between_steps")
        if faults.strike("clock_jump", 0.5):
            counter.set_clock(chance.choice((0, DAY, -DAY, 40_000, -40_000, 5_000)))
        if faults.strike("sleep", 0.5):
            counter.sleep(chance.choice((45_000, 300_000, 1_200_000)))
        if faults.strike("closed_elsewhere"):
            self._close_one(chance)
        if faults.strike("stranger_pays", 0.5):
            self.outside.account.stranger_pays(chance.choice((7_500, 99_900)))

    def _close_one(self, chance: Random) -> None:
        """Somebody cancels a link or closes a QR in the gateway's dashboard."""
        account = self.outside.account
        live = [thing["id"] for thing in account.objects.values() if account.payable(thing)]
        if live:
            account.close(chance.choice(live))

    def _gateway_down(self, down: bool) -> None:
        for counter in self.counters:
            counter.line.down = down

    def _exotel_down(self, down: bool) -> None:
        for counter in self.counters:
            counter.phone_line.down = down

    def _relay_down(self, down: bool) -> None:
        if down:
            self.outside.relay.go_down()
        else:
            self.outside.relay.down = False


def _judge_errors(errors: list[Exception]) -> None:
    """What escaped from the lanes is a bug, unless we played it."""
    for error in errors:
        if getattr(error, "code", "") != "disk_full":
            raise Broken("no_bug", repr(error)) from error


def _options(chance: Random, number: int) -> Options:
    base = options(chance.choice(list(Channel)))
    gateway = GatewayOptions(
        link_minutes=chance.choice((2, 3, 6)),
        screen_qr_minutes=chance.choice((1, 3)),
        message_qr_minutes=chance.choice((2, 6)),
        share_and_pay_cap=chance.choice((20_000, 200_000)),
        remote_link_minutes=chance.choice((10, 120)),
        qr_enabled=chance.random() < 0.9,
    )
    own = (
        OwnUpiOptions(vpa="shop@okbank", payee="Shop") if chance.random() < 0.7 else OwnUpiOptions()
    )
    counter = replace(
        base.counter,
        label=f"Counter {number}",
        number=number,
        series=f"P{number}A",
        manager=number == 1,
    )
    style = chance.choice(list(LinkStyle))
    return replace(base, gateway=gateway, link_style=style, counter=counter, own_upi=own)
