"""The exceptions inbox and the money that is owed: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.people import Approval
from pos_desktop.gui.presenters.approval import PinPresenter, Question
from pos_desktop.gui.presenters.choices import Choice, with_keys
from pos_desktop.gui.presenters.entries import Detail, Row, detail_of, row_of, what_is_asked
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.reason import ReasonPresenter, Wanted
from pos_desktop.gui.presenters.story import StoryPresenter
from pos_desktop.gui.texts import say
from pos_desktop.services.views import DeskState, InboxChoice, InboxEntry, MoneyOwed

Entry = InboxEntry | MoneyOwed
# Action -> (title, button, reasons) of the sheet that asks why.
_NEEDS_WORDS = {
    "accept": (
        "accept_title",
        "accept_now",
        ("accept_settled", "accept_mistake", "accept_counted"),
    ),
    "given_otherwise": (
        "otherwise_title",
        "otherwise_now",
        ("otherwise_cash", "otherwise_transfer", "otherwise_goods"),
    ),
}


@dataclass(frozen=True, slots=True)
class InboxState:
    """The sheet: rows with the entries first, then what is owed; ``selected`` is a row or -1."""

    rows: tuple[Row, ...]
    selected: int
    detail: Detail | None
    summary: str
    empty: str


class InboxView(Protocol):
    """The sheet of the inbox."""

    def open_inbox(self, state: InboxState) -> None: ...
    def show_inbox(self, state: InboxState) -> None: ...
    def close_inbox(self) -> None: ...


@dataclass(frozen=True, slots=True)
class InboxDoors:
    """The sheets over it, and the way back to a bill of the panel (by its order id; False: it is
    not there)."""

    pin: PinPresenter
    reason: ReasonPresenter
    story: StoryPresenter
    open_bill: Callable[[str], bool]


class InboxPresenter:
    """Nothing leaves it silently: each button is one decision, made once."""

    def __init__(
        self, view: InboxView, services: Services, notices: Notices, doors: InboxDoors
    ) -> None:
        self._view = view
        self._services = services
        self._notices = notices
        self._doors = doors
        self._entries: tuple[Entry, ...] = ()
        self._selected = 0
        self._attaching = False
        self._is_open = False
        self._busy = False
        self._shown: InboxState | None = None

    def on_key(self) -> None:
        """Ctrl+I, or the badge."""
        self._is_open, self._attaching, self._shown = True, False, None
        self._selected = 0
        self.reload()

    def on_desk(self, state: DeskState) -> None:
        """Something changed: an open sheet reads again."""
        if self._is_open:
            self.reload()

    def reload(self) -> None:
        """Read the entries and what is owed."""
        services = self._services

        def read() -> tuple[Entry, ...]:
            return (*services.inbox.entries(), *services.refunds.owed())

        services.runner.run("db", read, self._seen, self._notices.failed)

    def on_move(self, rows: int) -> None:
        """Up and down."""
        self.on_select(self._selected + rows)

    def on_select(self, row: int) -> None:
        """A row was reached or clicked."""
        self._attaching = False
        self._selected = max(0, min(row, len(self._entries) - 1))
        self._show()

    def on_choice(self, code: str) -> None:
        """A button of the entry that is shown."""
        entry = self._now
        if entry is None or self._busy:
            return
        if code == "inbox_story":
            self._doors.story.open(entry.order_id)
        elif code == "inbox_not_attach":
            self.on_select(self._selected)
        elif isinstance(entry, MoneyOwed):
            self._refund_again(entry)
        elif code.startswith("to "):
            self._decide(entry, "attach", target=code.removeprefix("to "))
        else:
            self._act(entry, code.removeprefix("act_"))

    def on_tick(self) -> None:
        """A second went by: ages move."""
        if self._is_open and self._shown is not None:
            self._show()

    def on_back(self) -> None:
        """Esc: out of the choice of a bill first, then out of the sheet."""
        if self._attaching:
            self.on_select(self._selected)
            return
        self._is_open = False
        self._shown = None
        self._view.close_inbox()

    @property
    def _now(self) -> Entry | None:
        return self._entries[self._selected] if self._selected < len(self._entries) else None

    def _act(self, entry: InboxEntry, action: str) -> None:
        if action == "attach":
            self._attaching = True
            self._show()
        elif action == "collect_rest" and self._doors.open_bill(entry.order_id):
            self.on_back()
        elif action in _NEEDS_WORDS:
            title, button, reasons = _NEEDS_WORDS[action]
            note = detail_of(entry, self._services.clock.now()).sentence
            wanted = Wanted(title, note, button, reasons)
            self._doors.reason.ask(wanted, lambda text: self._decide(entry, action, reason=text))
        else:
            self._decide(entry, action)

    def _decide(
        self, entry: InboxEntry, action: str, *, reason: str = "", target: str = ""
    ) -> None:
        by = self._services.options.counter.cashier

        def act(approval: Approval | None) -> None:
            name = by if approval is None else approval.by
            choice = InboxChoice(entry.flag_id, action, name, approval, reason, target)
            self._run(lambda: self._services.inbox.act(choice), f"act_{action}_done")

        if action in entry.manager:
            words = what_is_asked(entry, action)
            self._doors.pin.ask(Question(f"inbox_{action}", words, act))
        else:
            act(None)

    def _refund_again(self, owed: MoneyOwed) -> None:
        def act(approval: Approval) -> None:
            work = self._services.refunds.again
            self._run(lambda: work(owed.key, approval), "act_refund_again_done")

        words = say("ask_refund_again", amount=owed.amount)
        self._doors.pin.ask(Question("refund_again", words, act))

    def _run(self, work: Callable[[], None], told: str) -> None:
        self._busy = True
        self._attaching = False

        def done(_: None) -> None:
            self._busy = False
            self._notices.tell(told)
            self.reload()

        def failed(error: Exception) -> None:
            self._busy = False
            self._notices.failed(error)
            self.reload()

        self._services.runner.run("db", work, done, failed)

    def _seen(self, entries: Sequence[Entry]) -> None:
        if not self._is_open:
            return
        before = _key(self._now)
        self._entries = tuple(entries)
        keys = [_key(entry) for entry in self._entries]
        if before in keys:
            self._selected = keys.index(before)
        else:
            self._attaching = False
            self._selected = max(0, min(self._selected, len(keys) - 1))
        self._show()

    def _show(self) -> None:
        state = self._state()
        if self._shown is None:
            self._shown = state
            self._view.open_inbox(state)
        elif state != self._shown:
            self._shown = state
            self._view.show_inbox(state)

    def _state(self) -> InboxState:
        now, entry = self._services.clock.now(), self._now
        detail = None
        if entry is not None:
            detail = detail_of(entry, now)
            if self._attaching and isinstance(entry, InboxEntry):
                detail = _to_attach(entry, detail)
        owed = sum(isinstance(e, MoneyOwed) for e in self._entries)
        return InboxState(
            rows=tuple(row_of(e, now) for e in self._entries),
            selected=self._selected if self._entries else -1,
            detail=detail,
            summary=say("inbox_summary", n=len(self._entries) - owed, owed=owed),
            empty="" if self._entries else say("inbox_empty"),
        )


def _key(entry: Entry | None) -> str:
    if isinstance(entry, InboxEntry):
        return f"flag {entry.flag_id}"
    return f"owed {entry.key}" if entry is not None else ""


def _to_attach(entry: InboxEntry, detail: Detail) -> Detail:
    """The same entry while the bill that takes the money is chosen."""
    bills = [
        Choice(f"to {order_id}", say("attach_bill", n=token, amount=open_amount))
        for order_id, token, open_amount in entry.attach_to
    ]
    keep = Choice("inbox_not_attach", say("inbox_not_attach"))
    return Detail(
        title=detail.title,
        amount=detail.amount,
        tone=detail.tone,
        sentence=say("attach_which"),
        facts=detail.facts,
        choices=with_keys((*bills, keep)),
        note="",
    )
