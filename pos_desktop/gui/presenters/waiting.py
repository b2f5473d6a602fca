"""The waiting bills: one card each, wherever the cashier is; nothing here takes the focus."""

from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.money import format_rupees
from pos_desktop.gui.presenters.cards import Card, card
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.wording import age, masked
from pos_desktop.gui.texts import say
from pos_desktop.services.views import DeskState, PaidNews, WaitingBill

# Figures typed within this time after one another make one token number.
_TYPING_MS = 1_500
# A bill that was asked about lately needs no words.
_LATELY_MS = 10_000


@dataclass(frozen=True, slots=True)
class StripState:
    """The cards that have room; ``selected`` counts within them (-1: none marked)."""

    cards: tuple[Card, ...]
    selected: int
    more: int
    empty: str


@dataclass(frozen=True, slots=True)
class HeadState:
    """Beside the strip: how old the oldest question to the gateway is, and what has to be decided.

    ``badge`` "" hides the button of the inbox; ``tone`` is a name of ``services.views.Tone``.
    """

    checked: str
    badge: str
    tone: str


class WaitingView(Protocol):
    """The strip of cards with its head, and the green strip of a payment."""

    def show_strip(self, state: StripState) -> None: ...
    def show_head(self, state: HeadState) -> None: ...
    def focus_strip(self) -> None: ...
    def show_paid(self, text: str) -> None: ...


class WaitingPresenter:
    """Keeps the last DeskState; ages are recomputed each second, the database is read on events."""

    def __init__(self, view: WaitingView, services: Services, notices: Notices) -> None:
        self._view = view
        self._services = services
        self._notices = notices
        self._desk = DeskState((), 0, None, 0)
        self._bills: tuple[WaitingBill, ...] = ()
        self._by_id: dict[str, WaitingBill] = {}
        self._marked: str | None = None
        self._room = 4
        self._first = 0
        self._typed = ("", 0)
        self._shown: StripState | None = None
        self._head: HeadState | None = None

    @property
    def marked(self) -> WaitingBill | None:
        """The bill whose card is marked, or None."""
        return self._by_id.get(self._marked) if self._marked is not None else None

    @property
    def bills(self) -> tuple[WaitingBill, ...]:
        """All waiting bills as they are ordered."""
        return self._bills

    def bill(self, order_id: str) -> WaitingBill | None:
        """A waiting bill by its id."""
        return self._by_id.get(order_id)

    def on_desk(self, state: DeskState) -> None:
        """A new reading: attention first, then paid ones, then the longest waiting."""
        self._bills = tuple(sorted(state.waiting, key=_rank))
        self._by_id = {bill.order_id: bill for bill in self._bills}
        before, self._desk = self._desk, state
        if state.attention > before.attention or state.inbox > before.inbox:
            self._services.tones.play("attention")
        self._show()

    def on_paid(self, news: PaidNews) -> None:
        """Money arrived: tone and strip; the bill on the screen stays as it is."""
        self._services.tones.play("paid")
        phone = masked(news.phone_last4) if news.phone_last4 else ""
        amount = format_rupees(news.amount)
        words = say("paid_strip", amount=amount, n=news.token_no, phone=phone).strip()
        if news.upi_reference:
            words += "    " + say("upi_reference", end=news.upi_reference[-4:])
        self._view.show_paid(words)
        if news.give_back:
            self._services.tones.play("attention")
            self._notices.must_see("give_back", amount=news.give_back, n=news.token_no)
        elif news.change:
            number = news.invoice_number
            self._notices.tell("cash_done", change=news.change, n=news.token_no, number=number)

    def on_tick(self) -> None:
        """A second went by: ages move; painted only where a text changed."""
        self._show()

    def on_room(self, cards: int) -> None:
        """The strip was resized and has place for so many cards."""
        if cards != self._room:
            self._room = max(1, cards)
            self._show()

    def on_key(self) -> None:
        """F5: mark the first card and give it the keys; a number that is typed begins anew."""
        self._typed = ("", 0)
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

    def on_page(self, pages: int) -> None:
        """Page up and down: as many cards as there is room for."""
        self.on_move(pages * self._room)

    def on_digit(self, digit: str) -> None:
        """Somebody types a token number, or the end of a phone number: its card is marked."""
        now = self._services.clock.now()
        text, at = self._typed
        text = text + digit if now - at <= _TYPING_MS else digit
        self._typed = (text, now)
        tokens = [str(bill.token_no) for bill in self._bills]
        phones = [bill.phone_last4 for bill in self._bills]
        found = next((i for i, token in enumerate(tokens) if token == text), None)
        if found is None and text in phones:
            found = phones.index(text)
        if found is None:
            found = next((i for i, token in enumerate(tokens) if token.startswith(text)), None)
        if found is not None:
            self._marked = self._bills[found].order_id
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

    def _show(self) -> None:
        self._show_head()
        count = len(self._bills)
        if self._marked in self._by_id:
            at = next(i for i, bill in enumerate(self._bills) if bill.order_id == self._marked)
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

    def _show_head(self) -> None:
        desk, now = self._desk, self._services.clock.now()
        asked = desk.longest_unasked_at
        late = asked is not None and now - asked >= _LATELY_MS
        badge = say("owed_badge", n=desk.owed) if desk.owed else ""
        tone = "pending"
        if desk.inbox:
            badge, tone = say("inbox_badge", n=desk.inbox), "failed"
        head = HeadState(
            checked=say("checked", age=age(now, asked)) if late and asked is not None else "",
            badge=badge,
            tone=tone,
        )
        if head != self._head:
            self._head = head
            self._view.show_head(head)


def _rank(bill: WaitingBill) -> tuple[bool, bool, bool, int, int]:
    """What needs somebody first; what leaves by delivery stands apart, behind all others."""
    unpaid = bill.paid_at is None
    apart = bill.remote and not bill.attention
    return (not bill.attention, apart, unpaid, bill.created_at, bill.token_no)
