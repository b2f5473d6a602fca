"""How much of an article: the sheet behind F6 and behind the quick keys of loose goods."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.money import format_qty, format_rupees, half_up, is_loose, parse_qty
from pos_desktop.domain.sale import Item
from pos_desktop.gui.presenters.lines import unit_word
from pos_desktop.gui.texts import say


@dataclass(frozen=True, slots=True)
class QuantityState:
    """The quantity sheet; ``proposed`` is what the field begins with."""

    item: str
    price: str
    unit: str
    proposed: str
    name: str
    problem: str
    button: str
    ready: bool
    decimals: bool


class QuantityView(Protocol):
    """The quantity sheet."""

    def open_quantity(self, state: QuantityState) -> None: ...
    def show_quantity(self, state: QuantityState) -> None: ...
    def close_quantity(self) -> None: ...


class QuantityPresenter:
    """``take`` gets the quantity in thousandths, once it is one."""

    def __init__(self, view: QuantityView) -> None:
        self._view = view
        self._item: Item | None = None
        self._take: Callable[[int], None] | None = None
        self._proposed = 0
        self._qty: int | None = None

    def ask(self, item: Item, qty: int, take: Callable[[int], None]) -> None:
        """Open the sheet; ``qty`` 0 proposes nothing."""
        self._item, self._take, self._proposed = item, take, qty
        self._qty = qty or None
        self._view.open_quantity(self._state(item))

    def on_typed(self, text: str) -> None:
        """The field changed."""
        item = self._item
        if item is None:
            return
        problem, self._qty = "", None
        if text.strip():
            try:
                self._qty = whole(item, parse_qty(text))
            except InputError as error:
                problem = say(error.code, **error.params)
        self._view.show_quantity(self._state(item, problem))

    def on_enter(self) -> None:
        """Take it; while it is none, the sheet stays."""
        take, qty = self._take, self._qty
        if take is None or qty is None:
            return
        self.on_back()
        take(qty)

    def on_back(self) -> None:
        """Esc: nothing changes."""
        self._item = self._take = None
        self._view.close_quantity()

    def _state(self, item: Item, problem: str = "") -> QuantityState:
        unit = unit_word(item.unit)
        price = format_rupees(item.price, sign=True) + (f" /{unit}" if unit else "")
        if self._qty is not None:
            amount = format_rupees(half_up(item.price * self._qty, 1000), sign=True)
            price = f"{price}  =  {amount}"
        proposed = format_qty(self._proposed, "PCS") if self._proposed else ""
        return QuantityState(
            item=item.name,
            price=price,
            unit=unit,
            proposed=proposed,
            name=say("qty_weight_name", unit=unit) if unit else say("qty_name"),
            problem=problem,
            button=say("qty_set" if self._proposed else "qty_add"),
            ready=self._qty is not None,
            decimals=is_loose(item.unit),
        )


def whole(item: Item, qty: int) -> int:
    """``qty`` if this article may be sold so; raises InputError ``qty_whole``."""
    if qty % 1000 and not is_loose(item.unit):
        raise InputError("qty_whole")
    return qty
