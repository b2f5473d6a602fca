"""What is done to one waiting bill when somebody has chosen it; services check again."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.gui.presenters.approval import PinPresenter, Question
from pos_desktop.gui.presenters.choices import Choice, ChoicePresenter, MenuState
from pos_desktop.gui.presenters.drawer import open_drawer
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.pay import CashPresenter, Owed
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.qr import QrPresenter
from pos_desktop.gui.presenters.reason import ReasonPresenter, Wanted
from pos_desktop.gui.texts import say
from pos_desktop.services.views import WaitingBill

ABANDON = ("abandon_left", "abandon_mind", "abandon_wrong", "abandon_other")
"""Why bills are given up; the last one wants words."""
_ASKED = frozenset(
    {
        *("asking_gateway", "not_confirmed_checking"),
        *("gateway_unreachable", "gateway_busy", "gateway_refuses_key"),
    }
)


@dataclass(frozen=True, slots=True)
class Doors:
    """The sheets that an act may open."""

    choices: ChoicePresenter
    qr: QrPresenter
    cash: CashPresenter
    pin: PinPresenter
    reason: ReasonPresenter


class BillActs:
    """Each method is one choice of the menu; errors become sentences."""

    def __init__(self, services: Services, notices: Notices, doors: Doors) -> None:
        self._services = services
        self._notices = notices
        self._doors = doors

    def show_qr(self, bill: WaitingBill) -> None:
        """What is payable now, on the screen."""
        self._doors.qr.open(bill.order_id, bill.token_no, open_amount(bill))

    def new_qr(self, bill: WaitingBill) -> None:
        """A QR of the gateway; what is live is closed first."""
        work = self._services.checkout.show_qr
        self._run(lambda: work(bill.order_id, self.by), lambda _: self.show_qr(bill))

    def own_qr(self, bill: WaitingBill) -> None:
        """The shop's own UPI QR; what is live is closed first."""
        work = self._services.checkout.show_own_qr
        self._run(lambda: work(bill.order_id, self.by), lambda _: self.show_qr(bill))

    def send_again(self, bill: WaitingBill) -> None:
        """The request message once more."""
        work = self._services.checkout.send_again
        self._run(
            lambda: work(bill.order_id, self.by),
            lambda _: self._notices.tell_of(bill.order_id, "sent_again", n=bill.token_no),
        )

    def receipt_again(self, bill: WaitingBill) -> None:
        """The receipt of a paid bill once more."""
        work = self._services.checkout.receipt_again
        self._run(
            lambda: work(bill.order_id, self.by),
            lambda _: self._notices.tell("receipt_again", n=bill.token_no),
        )

    def cash(self, bill: WaitingBill, *, risk: bool = False) -> None:
        """Count the cash, then take it; ``risk``: without waiting for the link to be closed."""
        known = bill.phone_last4 is not None
        owed = Owed(open_amount(bill), bill.order_id, bill.token_no, risk=risk, known=known)
        self._doors.cash.ask(owed, lambda tendered: self._take_cash(bill, tendered, risk=risk))

    def edit(self, bill: WaitingBill) -> None:
        """Give it up so that its lines can be changed; they come back by themselves."""
        work = self._services.checkout.edit
        self._run(
            lambda: work(bill.order_id, self.by),
            lambda _: self._notices.tell_of(bill.order_id, "edit_begun", n=bill.token_no),
        )

    def hand_over(self, bill: WaitingBill) -> None:
        """The goods of a paid bill were given."""
        work = self._services.checkout.hand_over
        self._run(
            lambda: work(bill.order_id, self.by),
            lambda _: self._notices.tell_of(bill.order_id, "handed_over", n=bill.token_no),
        )

    def hand_over_unpaid(self, bill: WaitingBill) -> None:
        """The goods leave before the money is there: a manager decides."""
        work = self._services.checkout.hand_over_unpaid

        def decided(approval: Approval) -> None:
            self._run(
                lambda: work(bill.order_id, approval),
                lambda _: self._notices.tell_of(
                    bill.order_id, "handed_over_unpaid", n=bill.token_no
                ),
            )

        words = say("ask_unpaid", n=bill.token_no, amount=open_amount(bill))
        self._doors.pin.ask(Question("hand_over_unpaid", words, decided))

    def abandon(self, bill: WaitingBill, code: str) -> None:
        """Give it up for one of the usual reasons, or for one that is typed."""
        if code != ABANDON[-1]:
            self._give_up(bill, code.removeprefix("abandon_"))
            return
        wanted = Wanted("abandon_title", say("token", n=bill.token_no), "abandon_now", danger=True)
        self._doors.reason.ask(wanted, lambda text: self._give_up(bill, text))

    @property
    def by(self) -> str:
        """Who acts."""
        return self._services.options.counter.cashier

    def _give_up(self, bill: WaitingBill, reason: str) -> None:
        # What may be payable is closed first; until then the money can still come.
        code = "abandon_begun" if may_be_paid(bill) else "abandoned"
        self._run(
            lambda: self._services.checkout.abandon(bill.order_id, reason, self.by),
            lambda _: self._notices.tell_of(bill.order_id, code, n=bill.token_no),
        )

    def _take_cash(self, bill: WaitingBill, tendered: int, *, risk: bool) -> None:
        change = tendered - open_amount(bill)

        def told(sale: Sale) -> None:
            if sale.state is SaleState.AWAITING:
                self._closing(bill, tendered)
                return
            open_drawer(self._services, bill.order_id)
            number = sale.invoice_number or ""
            self._notices.tell("cash_done", change=change, n=bill.token_no, number=number)

        work = self._services.checkout.cash_for_waiting
        self._services.runner.run(
            "db",
            lambda: work(bill.order_id, tendered, self.by, risk=risk),
            told,
            self._notices.failed,
        )

    def _closing(self, bill: WaitingBill, tendered: int) -> None:
        """The gateway is closing the link; whoever cannot wait may take the cash at a risk."""

        def chosen(code: str) -> None:
            if code == "menu_cash_risk":
                self._take_cash(bill, tendered, risk=True)

        state = MenuState(
            title=say("cash_title_token", n=bill.token_no),
            amount=format_rupees(open_amount(bill), sign=True),
            words=say("closing_for_cash"),
            tone="pending",
            note=say("closing_note", change=tendered - open_amount(bill)),
            choices=(
                Choice("menu_wait", say("menu_wait")),
                Choice("menu_cash_risk", say("menu_cash_risk"), danger=True),
            ),
            note_stays=True,
        )
        self._doors.choices.open(state, chosen, bill.order_id)

    def _run(self, work: Callable[[], None], done: Callable[[None], None]) -> None:
        self._services.runner.run("db", work, done, self._notices.failed)


def may_be_paid(bill: WaitingBill) -> bool:
    """Whether a gateway has, or may have, something of this bill that she can pay."""
    return bill.can_show_qr or bill.words in _ASKED


def open_amount(bill: WaitingBill) -> int:
    """What is still to pay, in paise."""
    return bill.open_amount or bill.amount
