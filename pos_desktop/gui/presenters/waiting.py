"""The waiting bills: one card each, wherever the cashier is; nothing here takes the focus."""

from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.money import format_rupees
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.wording import ago, bill_name, left, masked
from pos_desktop.gui.texts import knows, say
from pos_desktop.services.views import DeskState, PaidNews, WaitingBill

_NOT_SAID = frozenset({"", "none"})


@dataclass(frozen=True, slots=True)
class Card:
    """One waiting bill as it is painted; ``tone`` is a name of ``services.views.Tone``."""

    order_id: str
    title: str
    amount: str
    words: str
    tone: str
    age: str
    message: str
    aside: str
    filled: bool
    name: str


@dataclass(frozen=True, slots=True)
class StripState:
    """The cards that have room; ``selected`` counts within them (-1: none marked)."""

    cards: tuple[Card, ...]
    selected: int
    more: int
    empty: str


class WaitingView(Protocol):
    """The strip of cards and the green strip of a payment."""

    def show_strip(self, state: StripState) -> None: ...
    def focus_strip(self) -> None: ...
    def show_paid(self, text: str) -> None: ...


class WaitingPresenter:
    """Keeps the last DeskState; ages are recomputed each second, the database is read on events."""

    def __init__(self, view: WaitingView, services: Services, notices: Notices) -> None:
        self._view = view
        self._services = services
        self._notices = notices
        self._bills: tuple[WaitingBill, ...] = ()
        self._attention = 0
        self._marked: str | None = None
        self._room = 4
        self._first = 0
        self._shown: StripState | None = None

    @property
    def marked(self) -> WaitingBill | None:
        """The bill whose card is marked, or None."""
        return next((b for b in self._bills if b.order_id == self._marked), None)

    def on_desk(self, state: DeskState) -> None:
        """A new reading: attention first, then paid ones, then the longest waiting."""
        self._bills = tuple(sorted(state.waiting, key=_rank))
        if state.attention > self._attention:
            self._services.tones.play("attention")
        self._attention = state.attention
        self._show()

    def on_paid(self, news: PaidNews) -> None:
        """Money arrived: tone and strip; the bill on the screen stays as it is."""
        self._services.tones.play("paid")
        phone = masked(news.phone_last4) if news.phone_last4 else ""
        amount = format_rupees(news.amount)
        self._view.show_paid(say("paid_strip", amount=amount, n=news.token_no, phone=phone).strip())

    def on_tick(self) -> None:
        """A second went by: ages move; painted only where a text changed."""
        self._show()

    def on_room(self, cards: int) -> None:
        """The strip was resized and has place for so many cards."""
        if cards != self._room:
            self._room = max(1, cards)
            self._show()

    def on_key(self) -> None:
        """F5: mark the first card and give it the keys."""
        if not self._bills:
            self._notices.tell("no_waiting")
            return
        if self.marked is None:
            self._marked = self._bills[0].order_id
        self._show()
        self._view.focus_strip()

    def on_move(self, cards: int) -> None:
        """Left and right among all waiting bills; the strip follows."""
        order = [bill.order_id for bill in self._bills]
        if not order:
            return
        at = order.index(self._marked) + cards if self._marked in order else 0
        self._marked = order[max(0, min(at, len(order) - 1))]
        self._show()

    def on_mark(self, order_id: str) -> None:
        """A card was clicked."""
        self._marked = order_id
        self._show()

    def on_more(self) -> None:
        """ "+3 more": show the next ones, and the first again after the last."""
        following = self._first + self._room
        self._first = 0 if following >= len(self._bills) else following
        self._marked = None
        self._show()

    def on_leave(self) -> None:
        """The strip lost the keys: nothing is marked."""
        self._marked = None
        self._show()

    def bill(self, order_id: str) -> WaitingBill | None:
        """A waiting bill by its id."""
        return next((b for b in self._bills if b.order_id == order_id), None)

    def _show(self) -> None:
        count = len(self._bills)
        order = [bill.order_id for bill in self._bills]
        if self._marked in order:
            at = order.index(self._marked)
            self._first = max(min(self._first, at), at - self._room + 1)
        # After bills left, the window must not show holes while others are hidden before it.
        self._first = max(0, min(self._first, count - 1))
        seen = self._bills[self._first : self._first + self._room]
        now = self._services.clock.now()
        ids = [bill.order_id for bill in seen]
        state = StripState(
            cards=tuple(card(bill, now) for bill in seen),
            selected=ids.index(self._marked) if self._marked in ids else -1,
            more=count - len(seen),
            empty="" if count else say("waiting_none"),
        )
        if state != self._shown:
            self._shown = state
            self._view.show_strip(state)


def _rank(bill: WaitingBill) -> tuple[bool, bool, int, int]:
    return (not bill.attention, bill.paid_at is None, bill.created_at, bill.token_no)


def card(bill: WaitingBill, now: int) -> Card:
    """The texts of one card."""
    title = f"{bill_name(bill)} · {masked(bill.phone_last4)}"
    amount = format_rupees(bill.amount, sign=True)
    words = say("qr_on_screen_waiting" if bill.words == "qr_on_screen" else bill.words)
    paid = bill.paid_at is not None
    aside = bill.invoice_number or "" if paid else left(now, bill.expires_at)
    phone = masked(bill.phone_last4)
    age = ago(now, bill.paid_at if bill.paid_at is not None else bill.created_at)
    return Card(
        order_id=bill.order_id,
        title=title,
        amount=amount,
        words=words,
        tone=bill.tone.value,
        # Without time left or number, the age stands low and leaves its line to the words.
        age=age if aside else "",
        message=message_words(bill),
        aside=aside or age,
        filled=bill.attention or paid,
        name=say("waiting_card", token=bill_name(bill), phone=phone, amount=amount, words=words),
    )


def message_words(bill: WaitingBill) -> str:
    """How far the newest message got: "WhatsApp read", "Receipt delivered" ..."""
    if bill.words == "late_money":
        return say("late_hint")
    if bill.message_words in _NOT_SAID:
        return ""
    receipt = bill.message_purpose == "receipt"
    channel = "what_sms" if bill.channel.startswith("sms") else "what_whatsapp"
    what = say("what_receipt") if receipt else say(channel)
    if bill.message_words == "failed" and bill.message_reason:
        return say("message_failed_why", what=what, reason=reason_words(bill.message_reason))
    return say(f"message_{bill.message_words}", what=what)


def reason_words(reason: str) -> str:
    """The provider's reason: our words where there are some, else its own."""
    return say(f"reason_{reason}") if knows(f"reason_{reason}") else reason
