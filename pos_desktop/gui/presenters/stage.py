"""What a window has to show: the views of all presenters, by the part of the window."""

from typing import Protocol

from pos_desktop.gui.presenters.approval import PinView
from pos_desktop.gui.presenters.choices import MenuView
from pos_desktop.gui.presenters.customer import CustomerView, PhoneView
from pos_desktop.gui.presenters.entry import EntryView
from pos_desktop.gui.presenters.inbox import InboxView
from pos_desktop.gui.presenters.messages import MessagesView
from pos_desktop.gui.presenters.notices import NoticeView
from pos_desktop.gui.presenters.pay import CashView
from pos_desktop.gui.presenters.qr import QrView
from pos_desktop.gui.presenters.quantity import QuantityView
from pos_desktop.gui.presenters.reason import ReasonView
from pos_desktop.gui.presenters.refund import RefundView
from pos_desktop.gui.presenters.sale import CartView
from pos_desktop.gui.presenters.split import SplitView
from pos_desktop.gui.presenters.standing import MainView, StandingView
from pos_desktop.gui.presenters.status import StatusView
from pos_desktop.gui.presenters.story import StoryView
from pos_desktop.gui.presenters.waiting import WaitingView


class PageView(CartView, EntryView, CustomerView, MainView, Protocol):
    """The page of the sale."""


class MoneyView(PinView, Protocol):
    """The sheets of money; itself it shows those of PINs."""

    @property
    def split(self) -> SplitView: ...
    @property
    def inbox(self) -> InboxView: ...
    @property
    def refund(self) -> RefundView: ...
    @property
    def story(self) -> StoryView: ...
    @property
    def reason(self) -> ReasonView: ...


class Stage(NoticeView, Protocol):
    """The window; itself it shows the error area."""

    @property
    def sale_page(self) -> PageView: ...
    @property
    def top_bar(self) -> StatusView: ...
    @property
    def waiting_bar(self) -> WaitingView: ...
    @property
    def standing_bar(self) -> StandingView: ...
    @property
    def quantity_sheet(self) -> QuantityView: ...
    @property
    def phone_sheet(self) -> PhoneView: ...
    @property
    def number_sheet(self) -> PhoneView: ...
    @property
    def cash_sheet(self) -> CashView: ...
    @property
    def qr_sheet(self) -> QrView: ...
    @property
    def menu_sheet(self) -> MenuView: ...
    @property
    def messages_sheet(self) -> MessagesView: ...
    @property
    def money_sheets(self) -> MoneyView: ...
