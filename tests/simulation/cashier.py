"""The cashier: bills, ways to pay, second thoughts."""

from collections.abc import Callable
from random import Random

from pos_desktop.domain.sale import Item, Sale
from pos_desktop.services.order import Order
from tests.simulation.counter import SimCounter
from tests.simulation.till import NAME, Till
from tests.simulation.world import World
from tests.support.till import PHONE

_GOODS = tuple(
    Item(n, f"89012340{n:05d}", f"Item {n}", price, gst_rate=rate, hsn="0401")
    for n, (price, rate) in enumerate(
        [(7200, 50_000), (16500, 50_000), (99900, 180_000), (2500, 0), (149900, 120_000)], start=1
    )
)
_PAUSES = (5_000, 20_000, 60_000, 150_000)
_HASTY = (300, 800, 2_500, 6_000, 20_000)


class Cashier:
    """One person at one counter; she remembers the bills that she parked."""

    def __init__(self, world: World, counter: SimCounter, bills: int) -> None:
        self._world = world
        self._counter = counter
        self._chance: Random = world.chance(f"cashier {counter.number}")
        self._left = bills
        theme = world.faults.theme
        self._pauses = _HASTY if theme == "hasty" else _PAUSES
        self._fickle = {"hasty": 0.75, "late": 0.15}.get(theme, 0.5)
        self.parked: list[str] = []
        self.till = Till(counter, self._chance)
        self._second: list[Callable[[str], None]] = [
            act
            for weight, act in (
                (5, self._cash_for_waiting),
                (4, self._show_qr),
                (2, self._show_own_qr),
                (4, self._send_again),
                (2, self._free),
                (2, self._abandon),
                (2, self._edit),
                (4, self._hand_over),
                (1, self._hand_over_unpaid),
                (6, self.till.tender),
                (1, self.till.take_back),
            )
            for _ in range(weight)
        ]

    def begin(self) -> None:
        """The day begins."""
        self._soon()

    def _soon(self) -> None:
        self._world.after(self._chance.choice(self._pauses), self._next)

    def _next(self) -> None:
        chance = self._chance
        if not self._counter.alive:
            self._soon()
            return
        if self.parked and chance.random() < self._fickle:
            # Mostly the bill of the customer who stands there now.
            order_id = self.parked[-1] if chance.random() < 0.7 else chance.choice(self.parked)
            chance.choice(self._second)(order_id)
        elif self._left > 0:
            self._left -= 1
            self._new_bill()
        if self._left > 0 or chance.random() < 0.85:
            self._soon()

    # -- new bills -----------------------------------------------------------------------------

    def _new_bill(self) -> None:
        chance, counter = self._chance, self._counter
        items = [chance.choice(_GOODS) for _ in range(chance.choice((1, 1, 2, 3)))]
        phone = PHONE if chance.random() < 0.75 else None
        order, way = counter.order(phone, items), chance.random()
        if way < 0.65:
            remote = chance.random() < 0.1
            self._ask_new("request", lambda: counter.checkout.request(order, remote=remote))
        elif way < 0.8:
            self._ask_new("screen_qr", lambda: counter.checkout.screen_qr(order))
        elif way < 0.9:
            self._ask_new("begin", lambda: counter.tendering.begin(order))
        else:
            self._cash(order)

    def _cash(self, order: Order) -> None:
        tendered = order.bill.totals.payable + self._chance.choice((0, 5_000, -100))
        self._ask_new("cash", lambda: self._counter.checkout.cash(order, tendered))

    def _ask_new(self, what: str, work: Callable[[], Sale]) -> None:
        self._counter.ask(what, work, self._remember)

    def _remember(self, sale: Sale) -> None:
        self.parked.append(sale.order_id)
        self._world.note(
            self._counter.label,
            "knows bill",
            order=sale.order_id,
            due=sale.due,
            state=sale.state.value,
            number=sale.invoice_number,
        )

    # -- second thoughts -----------------------------------------------------------------------

    def _ask(self, what: str, order_id: str, work: Callable[[], object]) -> None:
        self._counter.ask(what, work, _nothing, order=order_id)

    def _cash_for_waiting(self, order_id: str) -> None:
        checkout, risk = self._counter.checkout, self._chance.random() < 0.15
        due = self._counter.tendering.state(order_id).open
        tendered = due + self._chance.choice((0, 0, 10_000, -500))
        self._ask(
            "cash_for_waiting at risk" if risk else "cash_for_waiting",
            order_id,
            lambda: checkout.cash_for_waiting(order_id, tendered, NAME, risk=risk),
        )

    def _show_qr(self, order_id: str) -> None:
        self._ask("show_qr", order_id, lambda: self._counter.checkout.show_qr(order_id, NAME))

    def _show_own_qr(self, order_id: str) -> None:
        checkout = self._counter.checkout
        self._ask("show_own_qr", order_id, lambda: checkout.show_own_qr(order_id, NAME))

    def _send_again(self, order_id: str) -> None:
        self._ask("send_again", order_id, lambda: self._counter.checkout.send_again(order_id, NAME))

    def _free(self, order_id: str) -> None:
        self._ask("free", order_id, lambda: self._counter.checkout.free(order_id, NAME))

    def _abandon(self, order_id: str) -> None:
        checkout = self._counter.checkout
        self._ask("abandon", order_id, lambda: checkout.abandon(order_id, "walked away", NAME))

    def _edit(self, order_id: str) -> None:
        checkout = self._counter.checkout
        self._ask("edit", order_id, lambda: checkout.edit(order_id, NAME))
        self._world.after(40_000, lambda: self._take_edited(order_id))

    def _take_edited(self, order_id: str) -> None:
        checkout = self._counter.checkout
        self._ask("take_edited", order_id, lambda: checkout.take_edited(order_id))

    def _hand_over(self, order_id: str) -> None:
        checkout = self._counter.checkout
        self._ask("hand_over", order_id, lambda: checkout.hand_over(order_id, NAME))

    def _hand_over_unpaid(self, order_id: str) -> None:
        approval = self.till.approve("hand_over_unpaid")
        if approval is not None:
            checkout = self._counter.checkout
            self._ask(
                "hand_over_unpaid", order_id, lambda: checkout.hand_over_unpaid(order_id, approval)
            )


def _nothing(_: object) -> None:
    """Done is done."""
