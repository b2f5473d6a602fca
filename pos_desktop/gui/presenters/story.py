"""The payment detail of one bill: its sums and everything that happened, in the order of time."""

from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.money import format_rupees
from pos_desktop.gui.presenters.cards import reason_words
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.wording import moment
from pos_desktop.gui.texts import knows, say
from pos_desktop.services.views import HistoryLine, PaymentStory

# How a line looks: a tone of services.views.Tone.
_TONES = {
    "captured": "paid",
    "cash": "paid",
    "card": "paid",
    "own_upi": "paid",
    "store_credit": "paid",
    "issued": "paid",
    "handed_over": "paid",
    "refund_done": "info",
    "refunded": "info",
    "attempt_failed": "pending",
    "authorised": "pending",
    "refund_asked": "pending",
    "refund_pending": "pending",
    "refund_failed": "failed",
    "flag_raised": "failed",
    "message_delivered": "paid",
    "message_read": "paid",
    "message_accepted": "info",
    "message_sent": "info",
    "message_queued": "pending",
    "message_waiting": "pending",
    "message_unknown": "pending",
    "message_no_report": "pending",
    "message_failed": "failed",
}
_GOES_OUT = frozenset(
    {"refunded", "taken_back", "refund_asked", "refund_pending", "refund_done", "refund_failed"}
)


@dataclass(frozen=True, slots=True)
class LineOf:
    """One thing that happened; ``amount`` is "" where no money is meant."""

    at: str
    what: str
    amount: str
    who: str
    reference: str
    tone: str


@dataclass(frozen=True, slots=True)
class StoryState:
    """The sheet: (label, amount) of the sums, sentences of what is wrong, and the lines."""

    title: str
    number: str
    sums: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    lines: tuple[LineOf, ...]


class StoryView(Protocol):
    """The sheet of the payment detail."""

    def open_story(self, state: StoryState) -> None: ...
    def show_story(self, state: StoryState) -> None: ...
    def close_story(self) -> None: ...


class StoryPresenter:
    """Follows the bill as long as its sheet is open."""

    def __init__(self, view: StoryView, services: Services, notices: Notices) -> None:
        self._view = view
        self._services = services
        self._notices = notices
        self._order: str | None = None
        self._shown: StoryState | None = None

    def open(self, order_id: str) -> None:
        """Show everything about this bill's money."""
        self._order, self._shown = order_id, None
        self.reload()

    def reload(self) -> None:
        """Something changed; read again what is shown."""
        order = self._order
        if order is None:
            return

        def done(told: PaymentStory | None) -> None:
            if self._order == order:
                self._seen(told)

        self._services.runner.run(
            "db", lambda: self._services.desk.history(order), done, self._failed
        )

    def on_back(self) -> None:
        """Esc."""
        self._order = self._shown = None
        self._view.close_story()

    def _failed(self, error: Exception) -> None:
        self._order = None
        self._notices.failed(error)

    def _seen(self, told: PaymentStory | None) -> None:
        if told is None:
            self._order = None
            self._notices.error("no_such_bill")
            return
        state = story_state(told)
        if self._shown is None:
            self._view.open_story(state)
        elif state != self._shown:
            self._view.show_story(state)
        self._shown = state


def story_state(told: PaymentStory) -> StoryState:
    """The texts of the sheet."""
    sums = [
        ("story_due", told.due),
        ("story_received", told.received),
        ("story_refunded", told.refunded),
        ("story_open", told.open_amount),
    ]
    if told.excess:
        sums.append(("story_excess", told.excess))
    return StoryState(
        title=say("token", n=told.token_no),
        number=told.invoice_number or say("story_no_bill"),
        sums=tuple((say(code), format_rupees(paise, sign=True)) for code, paise in sums),
        flags=tuple(flag_words(flag) for flag in told.flags),
        lines=tuple(_line(line) for line in told.lines),
    )


def flag_words(flag: str) -> str:
    """What is wrong with the money of a bill."""
    return say(f"flag_{flag}") if knows(f"flag_{flag}") else flag


def detail_words(detail: str) -> str:
    """The small print of a line: our words for codes, what a gateway or a person wrote as it is."""
    word, _, rest = detail.partition(" ")
    if word == "change" and rest.isdecimal():
        return say("detail_change", change=int(rest))
    if word == "RRN":
        return f"{say('fact_rrn')} {rest}"
    return say(f"detail_{detail}") if knows(f"detail_{detail}") else detail


def who_words(who: str) -> str:
    """Who said so: a gateway's name, the program, or a person."""
    return say(f"who_{who}") if knows(f"who_{who}") else who


def _message(line: HistoryLine) -> LineOf:
    """How far a message got: "Receipt, 2nd: delivered"."""
    what = say(f"purpose_{line.purpose}")
    if line.attempt > 1:
        what = say("story_again", what=what, n=line.attempt)
    detail = reason_words(line.detail) if line.detail else ""
    step = say(f"story_{line.what}")
    words = say("story_step_why" if detail else "story_step", what=what, step=step, why=detail)
    who = who_words(line.who)
    return LineOf(moment(line.at), words, "", who, "", _TONES.get(line.what, "parked"))


def _line(line: HistoryLine) -> LineOf:
    if line.purpose:
        return _message(line)
    amount = format_rupees(line.amount, sign=True) if line.amount else ""
    if amount and line.what in _GOES_OUT:
        amount = f"– {amount}"
    # The sums have a word "refunded" of their own.
    code = "story_refunded_line" if line.what == "refunded" else f"story_{line.what}"
    what = say(code) if knows(code) else line.what
    # A refund has the reason of its entry, or a person's words.
    of_entry = line.what.startswith(("flag_", "refund"))
    detail = flag_words(line.detail) if of_entry else detail_words(line.detail)
    return LineOf(
        at=moment(line.at),
        what=f"{what}: {detail}" if detail else what,
        amount=amount,
        who=who_words(line.who),
        reference=line.reference,
        tone=_TONES.get(line.what, "parked"),
    )
