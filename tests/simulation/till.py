"""What a cashier takes beside the gateway: cash, cards, words about UPI; in any mix."""

from collections.abc import Callable
from random import Random

from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import TenderKind
from pos_desktop.services.tendering import SplitState, TenderOrder
from tests.simulation.counter import SimCounter

NAME = "Asha"


class Till:
    """The drawer, the terminal, and what the customers' phones show."""

    def __init__(self, counter: SimCounter, chance: Random) -> None:
        self._counter = counter
        self._chance = chance
        self.approve: Callable[[str], Approval | None] = _nobody
        self.seen_rrn: Callable[[str], str | None] = _none

    def tender(self, order_id: str) -> None:
        chance, open_amount = self._chance, self._counter.tendering.state(order_id).open
        if open_amount <= 0:
            return
        kind = chance.choice((TenderKind.CASH, TenderKind.CARD, TenderKind.OWN_UPI))
        amount = chance.choice((open_amount, open_amount // 2 or 1))
        reference, approval = "", None
        if kind is TenderKind.CARD:
            reference = f"SLIP{chance.randrange(10_000)}"
        elif kind is TenderKind.OWN_UPI:
            reference, approval = self._rrn(order_id), self.approve("own_upi")
        given = amount if kind is TenderKind.CASH else 0
        order = TenderOrder(order_id, kind, amount, NAME, given, reference, approval)
        self._counter.ask(
            f"tender {kind.value}",
            lambda: self._counter.tendering.add(order),
            _nothing,
            order=order_id,
            amount=amount,
            reference=reference,
        )

    def _rrn(self, order_id: str) -> str:
        """What the customer's phone shows: of this bill's payment, of another one, or invented."""
        real = self.seen_rrn(order_id)
        if real is not None and self._chance.random() < 0.6:
            return real
        return f"55{self._chance.randrange(10**10):010d}"

    def take_back(self, order_id: str) -> None:
        state: SplitState = self._counter.tendering.state(order_id)
        if state.by_hand:
            tender_id = self._chance.choice(state.by_hand).tender_id
            tendering = self._counter.tendering
            self._counter.ask(
                "take_back",
                lambda: tendering.take_back(tender_id, NAME, "wants it back"),
                _nothing,
                order=order_id,
            )


def _nothing(_: object) -> None:
    """Done is done."""


def _nobody(_: str) -> Approval | None:
    return None


def _none(_: str) -> str | None:
    return None
