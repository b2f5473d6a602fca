"""The bill on the screen: its lines, their quantities, putting it aside. No Qt, no clock."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pos_desktop.domain.cart import Cart
from pos_desktop.domain.errors import InputError, RaseedError
from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.options import Shop
from pos_desktop.domain.sale import Item, PricedBill, PricedLine
from pos_desktop.gui.presenters.draft import Customer, Draft, DraftKeeper
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Tones
from pos_desktop.gui.presenters.quantity import QuantityPresenter, whole
from pos_desktop.gui.presenters.wording import rupees

ONE = 1000


@dataclass(frozen=True, slots=True)
class CartState:
    """The table and the card of totals; ``selected`` is a row or -1."""

    lines: tuple[PricedLine, ...]
    selected: int
    total: str
    pieces: str
    gst: str
    round_off: str
    saved: str
    can_pay: bool
    parked: int


class CartView(Protocol):
    """The table of lines and the card of totals."""

    def show_cart(self, state: CartState) -> None: ...


class SalePresenter:
    """Owns the draft. The entry adds to it; the pay presenter takes the priced bill from it."""

    def __init__(
        self,
        view: CartView,
        quantity: QuantityPresenter,
        shop: Shop,
        keeper: DraftKeeper,
        notices: Notices,
        tones: Tones,
    ) -> None:
        self._view = view
        self._quantity = quantity
        self._shop = shop
        self._keeper = keeper
        self._notices = notices
        self._tones = tones
        self._selected = -1
        self.draft = Draft()
        self.frozen = False

    @property
    def bill(self) -> PricedBill:
        """The priced bill as it stands."""
        return self.draft.cart.priced(self._shop)

    def add(self, item: Item, qty: int) -> bool:
        """Put an article on the bill; False (and a sentence) where a rule forbids it."""
        try:
            row = self.draft.cart.add(item, whole(item, qty))
        except RaseedError as error:
            if error.code == "above_mrp":
                self._notices.must_see("above_mrp", **{**error.params, "name": item.name})
            else:
                self._notices.failed(error)
            return False
        self._tones.play("accepted")
        self._settle(row)
        return True

    def on_select(self, row: int) -> None:
        """A row was clicked or reached by the arrow keys."""
        count = len(self.draft.cart)
        self._selected = max(0, min(row, count - 1)) if count else -1
        self.show()

    def on_move(self, rows: int) -> None:
        """The mark goes up or down."""
        self.on_select(self._selected + rows)

    def on_step(self, pieces: int) -> None:
        """One more or one less of the marked line; it never vanishes by this: Del removes."""
        row = self._marked()
        if row is not None:
            qty = self.draft.cart.lines[row].qty + pieces * ONE
            self._change(lambda: self.draft.cart.set_qty(row, qty), row)

    def on_remove(self) -> None:
        """Take the marked line off the bill; the mark goes to its neighbour."""
        row = self._marked()
        if row is not None:
            self.draft.cart.remove(row)
            self._settle(min(row, len(self.draft.cart) - 1))

    def on_quantity_key(self) -> None:
        """F6: ask the quantity of the marked line."""
        row = self._marked()
        if row is not None:
            line = self.draft.cart.lines[row]
            take = partial(self.on_quantity, line.item, row)
            self._quantity.ask(line.item, line.qty, take)

    def ask(self, item: Item) -> None:
        """A loose article is about to be added: ask how much of it."""
        self._quantity.ask(item, 0, partial(self.on_quantity, item, None))

    def on_quantity(self, item: Item, row: int | None, qty: int) -> None:
        """The quantity sheet was confirmed (``row`` None: the item is new on the bill)."""
        if self.frozen:
            self._notices.error("busy")
        elif row is None:
            self.add(item, qty)
        elif row < len(self.draft.cart) and self.draft.cart.lines[row].item == item:
            self._change(lambda: self.draft.cart.set_qty(row, qty), row)
        else:
            # The bill changed under the sheet; the quantity must not land on another article.
            self._notices.error("no_such_line")

    def on_park(self) -> None:
        """F4: put the bill aside, or take the first one back where nothing is being made."""
        if self.frozen:
            self._notices.error("busy")
            return
        if len(self.draft.cart):
            self.draft.park()
            self._notices.tell("parked")
        elif self.draft.parked:
            self._notices.settle()
            self.draft.take_back()
        else:
            self._notices.error("nothing_parked")
            return
        self._selected = len(self.draft.cart) - 1
        self.changed()

    def restore(self, text: str | None) -> None:
        """At start: the draft that was being made when the counter stopped."""
        if not text or len(self.draft.cart):
            return
        try:
            self.draft = Draft.from_text(text)
        except InputError as error:
            self._notices.failed(error)
            return
        self._selected = len(self.draft.cart) - 1
        if len(self.draft.cart):
            self._notices.tell("draft_restored", n=len(self.draft.cart))
        self.changed()

    def bring_back(self, cart: Cart, customer: Customer) -> bool:
        """Lines of a bill that is to be changed: onto the empty screen, else beside the bill that
        is being made (False; F4 takes it)."""
        here = not self.frozen and not len(self.draft.cart)
        if here:
            self.draft.cart, self.draft.customer = cart, customer
            self._selected = len(cart) - 1
        else:
            self.draft.parked.append((cart, customer))
        self.changed()
        return here

    def renew(self) -> None:
        """Begin the next bill."""
        self.draft.renew()
        self._selected = -1
        self.changed()

    def let_go(self) -> str:
        """The bill is being sold: the draft that the sale writes in its place, nothing older after
        it. Where the sale is refused, ``changed`` keeps the bill again."""
        self._keeper.forget()
        return self.draft.left()

    def changed(self) -> None:
        """Show and keep what stands now."""
        self.show()
        self._keeper.keep(self.draft.to_text())
        if self._keeper.broken:
            self._notices.error("draft_not_saved")

    def show(self) -> None:
        """Paint the state; harmless to repeat."""
        bill = self.bill
        totals = bill.totals
        self._view.show_cart(
            CartState(
                lines=bill.lines,
                selected=self._selected,
                total=format_rupees(totals.payable, sign=True),
                pieces=self.draft.cart.pieces() if bill.lines else "",
                gst=format_rupees(totals.tax),
                round_off=rupees(totals.round_off),
                saved=format_rupees(bill.saved),
                can_pay=totals.payable > 0,
                parked=len(self.draft.parked),
            )
        )

    def _change(self, act: Callable[[], None], row: int) -> None:
        try:
            act()
        except RaseedError as error:
            self._notices.failed(error)
            return
        self._settle(row)

    def _settle(self, row: int) -> None:
        self._selected = row
        self._notices.settle()
        self.changed()

    def _marked(self) -> int | None:
        if self.frozen:
            self._notices.error("busy")
            return None
        if not 0 <= self._selected < len(self.draft.cart):
            self._notices.error("no_line")
            return None
        return self._selected
