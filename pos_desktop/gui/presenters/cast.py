"""The presenters of a window, built and joined with each other; they begin when they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pos_desktop.gui.presenters.acts import BillActs, Doors
from pos_desktop.gui.presenters.approval import PinPresenter
from pos_desktop.gui.presenters.choices import ChoicePresenter
from pos_desktop.gui.presenters.customer import CustomerPresenter
from pos_desktop.gui.presenters.desk import DeskPresenter
from pos_desktop.gui.presenters.draft import DraftKeeper
from pos_desktop.gui.presenters.edits import EditsPresenter
from pos_desktop.gui.presenters.entry import EntryPresenter
from pos_desktop.gui.presenters.inbox import InboxDoors, InboxPresenter
from pos_desktop.gui.presenters.menu import MenuPresenter, Rooms
from pos_desktop.gui.presenters.messages import MessagesPresenter
from pos_desktop.gui.presenters.more import MorePresenter
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.numbers import NumberActs, NumberDoors, NumberPresenter
from pos_desktop.gui.presenters.offer import OfferPresenter
from pos_desktop.gui.presenters.pay import CashPresenter, PayPresenter
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.printing import PrintPresenter
from pos_desktop.gui.presenters.qr import QrPresenter
from pos_desktop.gui.presenters.quantity import QuantityPresenter
from pos_desktop.gui.presenters.reason import ReasonPresenter
from pos_desktop.gui.presenters.refund import RefundPresenter
from pos_desktop.gui.presenters.sale import SalePresenter
from pos_desktop.gui.presenters.split import SplitPresenter
from pos_desktop.gui.presenters.standing import StandingPresenter
from pos_desktop.gui.presenters.status import StatusPresenter
from pos_desktop.gui.presenters.story import StoryPresenter
from pos_desktop.gui.presenters.waiting import WaitingPresenter

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.stage import Stage


@dataclass(frozen=True, slots=True)
class Presenters:
    """Everything that acts behind the window."""

    notices: Notices
    sale: SalePresenter
    entry: EntryPresenter
    quantity: QuantityPresenter
    customer: CustomerPresenter
    cash: CashPresenter
    pay: PayPresenter
    qr: QrPresenter
    waiting: WaitingPresenter
    menu: MenuPresenter
    paper: PrintPresenter
    status: StatusPresenter
    desk: DeskPresenter
    offer: OfferPresenter
    money: MoneyPresenters


@dataclass(frozen=True, slots=True)
class MoneyPresenters:
    """Those of tenders, PINs, the inbox, refunds, services that are off."""

    choices: ChoicePresenter
    pin: PinPresenter
    reason: ReasonPresenter
    split: SplitPresenter
    story: StoryPresenter
    inbox: InboxPresenter
    refund: RefundPresenter
    more: MorePresenter
    messages: MessagesPresenter
    standing: StandingPresenter
    edits: EditsPresenter
    menu: MenuPresenter
    number: NumberPresenter
    numbers: NumberActs


def presenters_for(window: Stage, services: Services) -> Presenters:
    """Build the presenters of a window."""
    page, options = window.sale_page, services.options
    notices = Notices(window, services.tones)
    quantity = QuantityPresenter(window.quantity_sheet)
    keeper = DraftKeeper(services.runner, services.drafts)
    sale = SalePresenter(page, quantity, options.shop, keeper, notices, services.tones)
    entry = EntryPresenter(page, sale, services.catalogue, notices)
    customer = CustomerPresenter(page, window.phone_sheet, sale, services, notices)
    qr = QrPresenter(window.qr_sheet, services, notices)
    cash = CashPresenter(window.cash_sheet)
    pay = PayPresenter(services, entry, customer, qr, cash, notices)
    waiting = WaitingPresenter(window.waiting_bar, services, notices)
    paper = PrintPresenter(services, notices, options.paper.value)
    status = StatusPresenter(window.top_bar, services)
    offer = OfferPresenter(services, qr, sale)
    money = money_for(window, services, Counterpart(sale, qr, cash, pay, waiting, paper, customer))
    # Messages first: what the others tell of this reading is true.
    listeners = (
        *(notices.on_desk, waiting.on_desk, status.on_desk, customer.on_desk, offer.on_desk),
        *(money.standing.on_desk, money.more.on_desk, money.split.on_desk, paper.on_desk),
        *(money.inbox.on_desk, money.menu.on_desk, money.edits.on_desk, money.messages.on_desk),
    )
    return Presenters(
        notices,
        sale,
        entry,
        quantity,
        customer,
        cash,
        pay,
        qr,
        waiting,
        money.menu,
        paper,
        status,
        DeskPresenter(services, listeners),
        offer,
        money,
    )


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The presenters of the page that those of money work with."""

    sale: SalePresenter
    qr: QrPresenter
    cash: CashPresenter
    pay: PayPresenter
    waiting: WaitingPresenter
    paper: PrintPresenter
    customer: CustomerPresenter


def money_for(window: Stage, services: Services, page: Counterpart) -> MoneyPresenters:
    """Build the presenters around money."""
    sheets, notices = window.money_sheets, page.pay.notices
    choices = page.paper.choices = ChoicePresenter(window.menu_sheet)
    pin = PinPresenter(sheets, services, notices)
    reason = ReasonPresenter(sheets.reason)
    split = SplitPresenter(sheets.split, page.pay, page.qr, pin, reason)
    story = StoryPresenter(sheets.story, services, notices)

    def open_bill(order_id: str) -> bool:
        return menu.open(order_id)

    doors = InboxDoors(pin, reason, story, open_bill)
    inbox = InboxPresenter(sheets.inbox, services, notices, doors)
    acts = BillActs(services, notices, Doors(choices, page.qr, page.cash, pin, reason))
    number = NumberPresenter(window.number_sheet)
    doors_of_numbers = NumberDoors(choices, pin, number)
    numbers = NumberActs(services, notices, doors_of_numbers, page.customer, page.waiting)
    rooms = Rooms(split, story, inbox, page.paper, numbers)
    menu = MenuPresenter(choices, services, page.waiting, acts, rooms)
    return MoneyPresenters(
        choices=choices,
        pin=pin,
        reason=reason,
        split=split,
        story=story,
        inbox=inbox,
        refund=RefundPresenter(sheets.refund, services, notices, pin, reason),
        more=MorePresenter(choices, services, pin, notices),
        messages=MessagesPresenter(window.messages_sheet, services, notices, pin, choices),
        standing=StandingPresenter(window.standing_bar, window.sale_page, services, notices),
        edits=EditsPresenter(services, page.sale, notices),
        menu=menu,
        number=number,
        numbers=numbers,
    )
