"""The cashier: bills, ways to pay, second thoughts."""

from collections.abc import Callable
from random import Random

from pos_desktop.domain.sale import Item, Sale
from tests.simulation.counter import SimCounter
from tests.simulation.world import World
from tests.support.till import PHONE

_GOODS = tuple(
    Item(n, f"89012340{n:05d}", f"Item {n}", price, gst_rate=rate, hsn="0401")
    for n, (price, rate) in enumerate(
        [(7200, 50_000), (16500, 50_000), (99900, 180_000), (2500, 0), (149900, 120_000)], start=1
    )
)
_PAUSES = (5_000, 20_000, 60_000, 150_000)


class Cashier:
    """One person at one counter; she remembers the bills that she parked."""

    def __init__(self, world: World, counter: SimCounter, bills: int) -> None:
        self._world = world
        self._counter = counter
        self._chance: Random = world.chance(f"cashier {counter.number}")
        self._left = bills
        self._parked: list[str] = []
        self._second: list[tuple[int, Callable[[str], None]]] = [
            (4, self._cash_for_waiting),
            (3, self._show_qr),
            (2, self._abandon),
            (6, self._hand_over),
        ]

    def begin(self) -> None:
        """The day begins."""
        self._soon()

    def _soon(self) -> None:
        self._world.after(self._chance.choice(_PAUSES), self._next)

    def _next(self) -> None:
        chance = self._chance
        if not self._counter.alive:
            self._soon()
            return
        if self._parked and chance.random() < 0.45:
            acts = [act for weight, act in self._second for _ in range(weight)]
            chance.choice(acts)(chance.choice(self._parked))
        elif self._left > 0:
            self._left -= 1
            self._new_bill()
        if self._left > 0 or chance.random() < 0.9:
            self._soon()

    def _new_bill(self) -> None:
        chance, counter = self._chance, self._counter
        items = [chance.choice(_GOODS) for _ in range(chance.choice((1, 1, 2, 3)))]
        phone = PHONE if chance.random() < 0.75 else None
        order = counter.order(phone, items)
        due = order.bill.totals.payable
        way = chance.random()
        if way < 0.7:
            counter.ask("request", lambda: counter.checkout.request(order), self._remember)
        elif way < 0.85:
            counter.ask("screen_qr", lambda: counter.checkout.screen_qr(order), self._remember)
        else:
            tendered = due + chance.choice((0, 5_000, -100))
            counter.ask("cash", lambda: counter.checkout.cash(order, tendered), self._remember)

    def _remember(self, sale: Sale) -> None:
        self._parked.append(sale.order_id)
        self._world.note(
            self._counter.label,
            "knows bill",
            order=sale.order_id,
            due=sale.due,
            state=sale.state.value,
            number=sale.invoice_number,
        )

    def _cash_for_waiting(self, order_id: str) -> None:
        counter = self._counter
        tendered = self._counter.sale(order_id).due + self._chance.choice((0, 0, 10_000, -500))
        counter.ask(
            "cash_for_waiting",
            lambda: counter.checkout.cash_for_waiting(order_id, tendered, "Asha"),
            _nothing,
            order=order_id,
        )

    def _show_qr(self, order_id: str) -> None:
        counter = self._counter
        counter.ask(
            "show_qr", lambda: counter.checkout.show_qr(order_id, "Asha"), _nothing, order=order_id
        )

    def _abandon(self, order_id: str) -> None:
        counter = self._counter
        counter.ask(
            "abandon",
            lambda: counter.checkout.abandon(order_id, "walked away", "Asha"),
            _nothing,
            order=order_id,
        )

    def _hand_over(self, order_id: str) -> None:
        counter = self._counter
        counter.ask(
            "hand_over",
            lambda: counter.checkout.hand_over(order_id, "Asha"),
            _nothing,
            order=order_id,
        )


def _nothing(_: object) -> None:
    """Done is done."""
