"""One recording view for all presenters, and the presenters joined as the window joins them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pos_desktop.domain.sale import Item
from pos_desktop.gui.presenters.customer import CustomerPresenter, CustomerState, PhoneState
from pos_desktop.gui.presenters.desk import DeskPresenter
from pos_desktop.gui.presenters.draft import DraftKeeper
from pos_desktop.gui.presenters.entry import EntryPresenter
from pos_desktop.gui.presenters.menu import MenuPresenter, MenuState
from pos_desktop.gui.presenters.notices import Notice, Notices
from pos_desktop.gui.presenters.pay import CashPresenter, CashState, PayPresenter
from pos_desktop.gui.presenters.printing import PrintPresenter
from pos_desktop.gui.presenters.qr import QrPresenter, QrState
from pos_desktop.gui.presenters.quantity import QuantityPresenter, QuantityState
from pos_desktop.gui.presenters.sale import CartState, SalePresenter
from pos_desktop.gui.presenters.status import StatusPresenter, StatusState
from pos_desktop.gui.presenters.waiting import StripState, WaitingPresenter
from tests.support.window_fakes import Played


@dataclass
class Page:
    """Cart, entry, card, notices, bars."""

    cart: CartState | None = None
    customer: CustomerState | None = None
    notice: Notice | None = None
    strip: StripState | None = None
    status: StatusState | None = None
    matches: tuple[Sequence[Item], str, bool] = ((), "", False)
    cleared: int = 0
    painted: int = 0
    paid: list[str] = field(default_factory=list)
    focused: bool = False

    def show_cart(self, state: CartState) -> None:
        self.cart = state

    def show_customer(self, state: CustomerState) -> None:
        self.customer = state

    def show_notice(self, notice: Notice | None) -> None:
        self.notice = notice

    def clear_entry(self) -> None:
        self.cleared += 1

    def show_matches(self, items: Sequence[Item], text: str, *, mark: bool) -> None:
        self.matches = (items, text, mark)

    def show_strip(self, state: StripState) -> None:
        self.strip = state
        self.painted += 1

    def focus_strip(self) -> None:
        self.focused = True

    def show_paid(self, text: str) -> None:
        self.paid.append(text)

    def show_status(self, state: StatusState) -> None:
        self.status = state
        self.painted += 1


@dataclass
class Sheets:
    """Phone, quantity, cash, QR and menu; None is closed."""

    phone: PhoneState | None = None
    quantity: QuantityState | None = None
    cash: CashState | None = None
    qr: QrState | None = None
    menu: MenuState | None = None

    def open_phone(self, state: PhoneState) -> None:
        self.phone = state

    show_phone = open_phone

    def close_phone(self) -> None:
        self.phone = None

    def open_quantity(self, state: QuantityState) -> None:
        self.quantity = state

    show_quantity = open_quantity

    def close_quantity(self) -> None:
        self.quantity = None

    def open_cash(self, state: CashState) -> None:
        self.cash = state

    show_cash = open_cash

    def close_cash(self) -> None:
        self.cash = None

    def open_qr(self, state: QrState) -> None:
        self.qr = state

    show_qr = open_qr

    def close_qr(self) -> None:
        self.qr = None

    def open_menu(self, state: MenuState) -> None:
        self.menu = state

    def close_menu(self) -> None:
        self.menu = None


class Room:
    """The presenters of a window, without a window."""

    def __init__(self, played: Played | None = None) -> None:
        self.played = played or Played()
        self.page, self.sheets = Page(), Sheets()
        services = self.played.services
        options = services.options
        self.notices = Notices(self.page, services.tones)
        self.quantity = QuantityPresenter(self.sheets)
        keeper = DraftKeeper(services.runner, services.drafts)
        self.sale = SalePresenter(
            self.page, self.quantity, options.shop, keeper, self.notices, services.tones
        )
        self.entry = EntryPresenter(self.page, self.sale, services.catalogue, self.notices)
        self.customer = CustomerPresenter(
            self.page, self.sheets, self.sale, options, services.clock
        )
        self.qr = QrPresenter(self.sheets, services, self.notices)
        self.cash = CashPresenter(self.sheets)
        self.pay = PayPresenter(
            services, self.entry, self.customer, self.qr, self.cash, self.notices
        )
        self.waiting = WaitingPresenter(self.page, services, self.notices)
        self.paper = PrintPresenter(services, self.notices)
        self.menu = MenuPresenter(
            self.sheets, services, self.waiting, self.qr, self.cash, self.paper
        )
        self.status = StatusPresenter(self.page, services)
        self.desk = DeskPresenter(
            services, (self.waiting.on_desk, self.status.on_desk, self.customer.on_desk)
        )

    @property
    def said(self) -> str:
        """The code of the notice that stands, or ""."""
        return self.page.notice.code if self.page.notice is not None else ""

    @property
    def cart(self) -> CartState:
        """The last painted cart."""
        if self.page.cart is None:
            raise AssertionError("nothing was painted")
        return self.page.cart

    def closed(self, sheet: str) -> bool:
        """Whether the sheet of this name is closed."""
        return getattr(self.sheets, sheet) is None

    def offered(self) -> tuple[list[str], str, bool]:
        """Names in the popup, its text, and whether the first is marked."""
        items, text, mark = self.page.matches
        return [item.name for item in items], text, mark
