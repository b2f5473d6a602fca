"""Bills that were given up so that their lines can be changed: they come back to the screen."""

from pos_desktop.domain.cart import Cart, CartLine
from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.sale import Item, PricedLine
from pos_desktop.gui.presenters.draft import Customer
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.sale import SalePresenter
from pos_desktop.services.views import DeskState, EditedBill


class EditsPresenter:
    """Takes each once: onto an empty screen, else beside the bill that is being made."""

    def __init__(self, services: Services, sale: SalePresenter, notices: Notices) -> None:
        self._services = services
        self._sale = sale
        self._notices = notices
        self._waiting: tuple[str, ...] = ()
        self._taking: set[str] = set()
        self._ready = False

    def start(self) -> None:
        """The draft of the last time is back: from now on lines may be put on the screen."""
        self._ready = True
        self._take_all()

    def on_desk(self, state: DeskState) -> None:
        """A gateway closed what was payable: its bill can be changed now."""
        self._waiting = state.edits
        self._taking &= set(state.edits)
        self._take_all()

    def _take_all(self) -> None:
        if not self._ready or self._sale.frozen:
            return
        for order_id in self._waiting:
            if order_id not in self._taking:
                self._taking.add(order_id)
                self._take(order_id)

    def _take(self, order_id: str) -> None:
        work = self._services.checkout.edited
        self._services.runner.run("db", lambda: work(order_id), self._read, self._notices.failed)

    def _read(self, edited: EditedBill | None) -> None:
        if edited is None:
            return
        try:
            cart = cart_of(edited.lines)
        except RaseedError as error:
            self._notices.failed(error)
            self._take_for_good(edited.order_id)
            return
        # The number is kept, the consent is not: it was given for the bill that is gone.
        here = self._sale.bring_back(cart, Customer(edited.phone))
        self._notices.tell("edit_here" if here else "edit_parked")
        self._take_for_good(edited.order_id)

    def _take_for_good(self, order_id: str) -> None:
        """The lines are on the screen: kept with the bill there, unless a sale of that bill is
        just writing the draft itself."""
        draft = None if self._sale.frozen else self._sale.draft.to_text()
        work = self._services.checkout.take_edited

        def taken(_: EditedBill | None) -> None:
            """Nothing to show: the desk tells that it waits no more."""

        self._services.runner.run("db", lambda: work(order_id, draft), taken, self._notices.failed)


def cart_of(lines: tuple[PricedLine, ...]) -> Cart:
    """A cart with the lines of a bill as they were sold. Raises DomainError."""
    cart = Cart()
    cart.restore([_cart_line(line, -at) for at, line in enumerate(lines, 1)])
    return cart


def _cart_line(line: PricedLine, stand_in: int) -> CartLine:
    item = Item(
        item_id=line.item_id if line.item_id is not None else stand_in,
        barcode=line.barcode,
        name=line.name,
        price=line.price,
        mrp=line.mrp,
        price_includes_tax=line.price_includes_tax,
        gst_rate=line.gst_rate,
        hsn=line.hsn,
        unit=line.unit,
        tax_class=line.tax_class,
        cess_rate=line.cess_rate,
        cess_per_unit=line.cess_per_unit,
    )
    return CartLine(item, line.qty, line.price, line.discount)
