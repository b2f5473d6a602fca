"""One recording view for all presenters, joined as the window joins them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pos_desktop.domain.sale import Item
from pos_desktop.gui.presenters.approval import FirstPinState, PinState
from pos_desktop.gui.presenters.cast import presenters_for
from pos_desktop.gui.presenters.choices import MenuState
from pos_desktop.gui.presenters.customer import CustomerState, PhoneState
from pos_desktop.gui.presenters.inbox import InboxState
from pos_desktop.gui.presenters.messages import MessagesState
from pos_desktop.gui.presenters.notices import Notice
from pos_desktop.gui.presenters.pay import CashState
from pos_desktop.gui.presenters.qr import QrState
from pos_desktop.gui.presenters.quantity import QuantityState
from pos_desktop.gui.presenters.reason import ReasonState
from pos_desktop.gui.presenters.refund import RefundState
from pos_desktop.gui.presenters.sale import CartState
from pos_desktop.gui.presenters.standing import Main, OffState
from pos_desktop.gui.presenters.status import StatusState
from pos_desktop.gui.presenters.story import StoryState
from pos_desktop.gui.presenters.tenders import SplitSheetState
from pos_desktop.gui.presenters.waiting import HeadState, StripState
from tests.support.window_fakes import Played


@dataclass
class Page:
    """Cart, entry, card, notices, bars, strips."""

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
    head: HeadState | None = None
    main: Main | None = None
    off: OffState | None = None

    def show_head(self, state: HeadState) -> None:
        self.head = state

    def show_main(self, main: Main) -> None:
        self.main = main

    def show_off(self, state: OffState | None) -> None:
        self.off = state

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
class Decisions:
    """The sheets of money; None is closed."""

    pin: PinState | None = None
    first_pin: FirstPinState | None = None
    tenders: SplitSheetState | None = None
    entries: InboxState | None = None
    returned: RefundState | None = None
    told: StoryState | None = None
    why: ReasonState | None = None
    texts: MessagesState | None = None
    blanked: int = 0

    def open_pin(self, state: PinState) -> None:
        self.pin = state

    show_pin = open_pin

    def close_pin(self) -> None:
        self.pin = None

    def open_first_pin(self, state: FirstPinState) -> None:
        self.first_pin = state

    show_first_pin = open_first_pin

    def close_first_pin(self) -> None:
        self.first_pin = None

    def open_split(self, state: SplitSheetState) -> None:
        self.tenders = state

    def show_split(self, state: SplitSheetState, *, blank: bool = False) -> None:
        self.tenders = state
        self.blanked += blank

    def close_split(self) -> None:
        self.tenders = None

    def open_inbox(self, state: InboxState) -> None:
        self.entries = state

    show_inbox = open_inbox

    def close_inbox(self) -> None:
        self.entries = None

    def open_refund(self, state: RefundState) -> None:
        self.returned = state

    show_refund = open_refund

    def close_refund(self) -> None:
        self.returned = None

    def open_story(self, state: StoryState) -> None:
        self.told = state

    show_story = open_story

    def close_story(self) -> None:
        self.told = None

    def open_messages(self, state: MessagesState) -> None:
        self.texts = state

    show_messages = open_messages

    def close_messages(self) -> None:
        self.texts = None

    def open_reason(self, state: ReasonState) -> None:
        self.why = state

    show_reason = open_reason

    def close_reason(self) -> None:
        self.why = None


@dataclass
class Sheets(Decisions):
    """Every sheet; None is closed."""

    phone: PhoneState | None = None
    number: PhoneState | None = None
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

    show_menu = open_menu

    def close_menu(self) -> None:
        self.menu = None


class NumberField:
    """The sheet of a number that is corrected or erased."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets

    def open_phone(self, state: PhoneState) -> None:
        self._sheets.number = state

    show_phone = open_phone

    def close_phone(self) -> None:
        self._sheets.number = None


class Window:
    """Everything at its place: the page and the bars are one, all sheets another."""

    def __init__(self, page: Page, sheets: Sheets) -> None:
        self.sale_page = self.top_bar = self.waiting_bar = self.standing_bar = page
        self.quantity_sheet = self.phone_sheet = self.cash_sheet = sheets
        self.number_sheet = NumberField(sheets)
        self.qr_sheet = self.menu_sheet = sheets
        self.messages_sheet = sheets
        self.money_sheets = Money(sheets)

    def show_notice(self, notice: Notice | None) -> None:
        self.sale_page.show_notice(notice)


class Money:
    """The sheets of money."""

    def __init__(self, sheets: Sheets) -> None:
        self.split = self.inbox = self.refund = self.story = self.reason = sheets
        self.open_pin = self.show_pin = sheets.open_pin
        self.close_pin = sheets.close_pin
        self.open_first_pin = self.show_first_pin = sheets.open_first_pin
        self.close_first_pin = sheets.close_first_pin


class Room:
    """The presenters of a window, without a window."""

    def __init__(self, played: Played | None = None) -> None:
        self.played = played or Played()
        self.page, self.sheets = Page(), Sheets()
        made = presenters_for(Window(self.page, self.sheets), self.played.services)
        self.notices, self.sale, self.entry = made.notices, made.sale, made.entry
        self.quantity, self.customer, self.cash = made.quantity, made.customer, made.cash
        self.pay, self.qr, self.waiting = made.pay, made.qr, made.waiting
        self.menu, self.paper, self.status = made.menu, made.paper, made.status
        self.desk, self.offer, self.money = made.desk, made.offer, made.money

    def choose(self, code: str) -> None:
        """Press a button of the sheet of choices."""
        self.money.choices.on_choice(code)

    @property
    def codes(self) -> list[str]:
        """The buttons of the sheet of choices."""
        menu = self.sheets.menu
        return [] if menu is None else [choice.code for choice in menu.choices]

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
