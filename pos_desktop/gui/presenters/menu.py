"""What can be done with one waiting bill: the sheet behind its card."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_desktop.gui.keys import Command, cap
from pos_desktop.gui.presenters import practice
from pos_desktop.gui.presenters.acts import ABANDON, BillActs
from pos_desktop.gui.presenters.cards import (
    card,
    note_words,
    paid_words,
    payment_words,
    wants_none,
)
from pos_desktop.gui.presenters.choices import Choice, ChoicePresenter, MenuState
from pos_desktop.gui.presenters.inbox import InboxPresenter
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.numbers import NumberActs, silencing
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.printing import PrintPresenter
from pos_desktop.gui.presenters.reach import Reach
from pos_desktop.gui.presenters.split import SplitPresenter
from pos_desktop.gui.presenters.story import StoryPresenter
from pos_desktop.gui.presenters.waiting import WaitingPresenter
from pos_desktop.gui.texts import say
from pos_desktop.services.views import DeskState, Offered, WaitingBill

RECEIPT = "menu_receipt"
CLOSING = frozenset(
    {
        *("closing_checking", "closing_unanswered", "closing_to_edit", "closing_to_abandon"),
        *("closing_for_cash", "closing_for_qr", "closing_for_link", "closing_for_number"),
    }
)
"""The gateway is closing something; until it has answered, nothing else can be asked for."""
# A QR is on its way or shown: another one would only close it.
_HAS_QR = frozenset({"qr_on_screen", "asking_gateway"})
# The likely next step where it is not what can be paid already.
_FIRST = {
    "closed_take_cash": "menu_cash",
    "gateway_unreachable": "menu_cash",
    "part_paid": "menu_split",
    "own_upi_waiting": "menu_own_paid",
    "gateway_busy": "menu_cash",
    "gateway_refuses_key": "menu_cash",
    "link_expired": "menu_again",
    "closed_by_gateway": "menu_again",
    "closed_watching": "menu_again",
    "no_request": "menu_again",
}
_ALWAYS = frozenset({"menu_cash", "menu_split", "menu_own_paid"})
# The gateway is asked again by itself and gives nothing: it would not give anything else either.
_SILENT = frozenset({"gateway_unreachable", "gateway_busy", "gateway_refuses_key"})


@dataclass(frozen=True, slots=True)
class Rooms:
    """Where else the menu leads."""

    split: SplitPresenter
    story: StoryPresenter
    inbox: InboxPresenter
    paper: PrintPresenter
    numbers: NumberActs


class MenuPresenter:
    """Opened by Enter or a tap on a card."""

    def __init__(
        self,
        choices: ChoicePresenter,
        services: Services,
        waiting: WaitingPresenter,
        acts: BillActs,
        rooms: Rooms,
    ) -> None:
        self._choices = choices
        self._services = services
        self._waiting = waiting
        self._notices: Notices = rooms.paper.notices
        self._acts = acts
        self._rooms = rooms
        self._offers = Offered(qr=services.options.gateway.qr_enabled)
        self.reach = Reach()

    def open(self, order_id: str) -> bool:
        """Show what can be done with this bill now; False where it is not on the panel."""
        bill = self._waiting.bill(order_id)
        if bill is None:
            return False
        practised = bill.can_show_qr and practice.payable(self._services, bill.words)
        offered = self._offered(bill, practised=practised)
        self._open(bill, offered, lambda code: self._on_choice(order_id, code))
        return True

    def give_goods(self) -> None:
        """One key: the goods of the marked paid bill, or of the only one that waits for them."""
        paid = [bill for bill in self._waiting.bills if bill.words == "paid_give_goods"]
        marked = self._waiting.marked
        if marked is not None and marked in paid:
            self._acts.hand_over(marked)
        elif len(paid) == 1:
            self._acts.hand_over(paid[0])
        elif paid:
            self._waiting.on_mark(paid[0].order_id)
            self._waiting.on_key()
            self._notices.tell("which_goods", key=cap(Command.GOODS))
        else:
            self._notices.error("nothing_paid")

    def receipt_again(self) -> None:
        """One key: the receipt of the marked bill once more."""
        marked = self._waiting.marked
        if marked is None or marked.paid_at is None:
            self._notices.tell("which_receipt")
        else:
            self._acts.receipt_again(marked)

    def on_desk(self, state: DeskState) -> None:
        """While the sheet is open its bill may move on; the buttons stay as they are."""
        self._offers = state.offers
        self.reach.on_desk(state)
        subject = self._choices.subject
        if not subject:
            return
        bill = self._waiting.bill(subject)
        paid = bill is not None and bill.paid_at is not None
        if bill is None or (paid and not self._choices.offers("menu_hand_over")):
            # Nothing of what the sheet offers is right any more.
            self._choices.on_back()
        else:
            self._choices.update(payment_words(bill), bill.tone.value, self._note(bill))

    def _open(
        self, bill: WaitingBill, choices: tuple[Choice, ...], take: Callable[[str], None]
    ) -> None:
        shown = card(bill, self._services.clock.now())
        state = MenuState(
            title=shown.title,
            amount=shown.amount,
            words=shown.words,
            tone=shown.tone,
            note=self._note(bill),
            choices=choices,
        )
        self._choices.open(state, take, bill.order_id)

    def _note(self, bill: WaitingBill) -> str:
        shown = card(bill, self._services.clock.now())
        parts = (paid_words(bill), note_words(bill), shown.age, shown.aside)
        return " · ".join(text for text in parts if text)

    def _on_choice(self, order_id: str, code: str) -> None:
        bill = self._waiting.bill(order_id)
        if bill is None:
            self._notices.error("not_waiting")
            return
        if code == "menu_abandon":
            self._ask_why(bill)
            return
        actions: dict[str, Callable[[], None]] = {
            "menu_qr": lambda: self._acts.show_qr(bill),
            "menu_new_qr": lambda: self._acts.new_qr(bill),
            "menu_own_qr": lambda: self._acts.own_qr(bill),
            "menu_own_paid": lambda: self._rooms.split.open_waiting(bill, "own_upi"),
            "menu_again": lambda: self._acts.send_again(bill),
            "menu_cash": lambda: self._acts.cash(bill),
            "menu_cash_risk": lambda: self._acts.cash(bill, risk=True),
            "menu_split": lambda: self._rooms.split.open_waiting(bill),
            "menu_edit": lambda: self._acts.edit(bill),
            "menu_unpaid": lambda: self._acts.hand_over_unpaid(bill),
            "menu_hand_over": lambda: self._acts.hand_over(bill),
            RECEIPT: lambda: self._acts.receipt_again(bill),
            "menu_print": lambda: self._rooms.paper.print(bill.order_id),
            "menu_story": lambda: self._rooms.story.open(bill.order_id),
            "menu_number": lambda: self._rooms.numbers.open(bill),
            "menu_refuse": lambda: self._rooms.numbers.refuse(bill),
            "menu_inbox": self._rooms.inbox.on_key,
        }
        if code in practice.CHOICES:
            practice.act(self._services, self._notices, bill.order_id, code)
        elif code in actions:
            actions[code]()

    def _ask_why(self, bill: WaitingBill) -> None:
        def chosen(code: str) -> None:
            if code in ABANDON:
                self._acts.abandon(bill, code)

        keep = Choice("abandon_keep", say("abandon_keep"))
        reasons = tuple(Choice(code, say(code), danger=True) for code in ABANDON)
        shown = card(bill, self._services.clock.now())
        title = say("abandon_title")
        state = MenuState(
            shown.title, shown.amount, shown.words, shown.tone, title, (keep, *reasons)
        )
        self._choices.open(state, chosen)

    def _offered(self, bill: WaitingBill, *, practised: bool) -> tuple[Choice, ...]:
        if bill.words in ("late_money", "goods_given"):
            codes = ["menu_inbox", "menu_story"]
            return tuple(Choice(code, say(code)) for code in codes)
        if bill.paid_at is not None:
            codes = ["menu_hand_over", "menu_print", "menu_story"]
            codes += ["menu_inbox"] if bill.flags else []
            codes += [RECEIPT] if bill.phone_last4 else []
            codes += silencing(bill)
            return tuple(Choice(code, say(code)) for code in codes)
        codes = self._unpaid(bill)
        if practised:
            # After those whose keys are learnt here.
            codes[3:3] = practice.CHOICES
        choices = [Choice(code, self._words(bill, code)) for code in codes]
        if bill.words in CLOSING:
            # It may never answer: the customer is served all the same, and the books say how.
            choices.append(Choice("menu_cash_risk", say("menu_cash_risk"), danger=True))
        if not bill.received:
            choices.append(Choice("menu_abandon", say("menu_abandon"), danger=True))
        return tuple(choices)

    def _unpaid(self, bill: WaitingBill) -> list[str]:
        """The likely next step first; cash and split always in the same place after it."""
        if bill.words in CLOSING:
            own = ["menu_own_paid"] if self._services.options.own_upi.vpa else []
            return ["menu_wait", *own, *_unpaid(bill), "menu_story", *_number(bill)]
        main, *others = self._ways(bill)
        usual = [code for code in ("menu_cash", "menu_split") if code != main]
        change = [] if bill.received else ["menu_edit"]
        number = _number(bill)
        return [main, *usual, *others, *change, *_unpaid(bill), "menu_story", *number]

    def _ways(self, bill: WaitingBill) -> list[str]:
        """How it can be paid: what works now before what waits for the gateway."""
        shown = ["menu_qr"] if bill.can_show_qr or bill.words == "asking_gateway" else []
        has_own = self._services.options.own_upi.vpa and bill.words != "own_upi_waiting"
        own = ["menu_own_qr"] if has_own else []
        away, asks = self._away(bill), self._asks(bill)
        codes = [*shown, *own, *asks] if away else [*shown, *asks, *own]
        first = _FIRST.get(bill.words, "")
        if away and not shown and first not in _ALWAYS:
            first = "menu_cash"
        if first and (first in codes or first in _ALWAYS):
            codes = [first, *(code for code in codes if code != first)]
        return codes or ["menu_cash"]

    def _away(self, bill: WaitingBill) -> bool:
        """Whether the gateway would not answer now, by its lamp or by this bill."""
        lost = bill.words == "not_confirmed_checking" and not bill.can_show_qr
        return self.reach.away or lost or bill.words in _SILENT

    def _asks(self, bill: WaitingBill) -> list[str]:
        """What the gateway would have to make."""
        if self.reach.off or bill.words in _SILENT:
            return []
        new_qr = self._offers.qr and bill.words not in _HAS_QR
        sends = self._offers.links and not wants_none(bill)
        again = sends and bill.phone_last4 and bill.requests_left
        return [*(["menu_new_qr"] if new_qr else []), *(["menu_again"] if again else [])]

    def _words(self, bill: WaitingBill, code: str) -> str:
        if code == "menu_again":
            return say(code, n=bill.requests_left)
        live = bill.can_show_qr and bill.words != "own_upi_waiting"
        return say("menu_switch_qr" if code == "menu_new_qr" and live else code)


def _number(bill: WaitingBill) -> list[str]:
    """A number can be wrong, or want no messages."""
    return ["menu_number"] if bill.phone_last4 else []


def _unpaid(bill: WaitingBill) -> list[str]:
    """Goods leave once."""
    return [] if bill.given else ["menu_unpaid"]
