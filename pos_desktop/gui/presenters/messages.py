"""The sheet of the messages: each registered text as customers read it, and one to a phone of the
shop. A shop learns here, not from a customer, that something is not set up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pos_desktop.domain.delivery import MessageState
from pos_desktop.domain.errors import InputError, RaseedError
from pos_desktop.domain.options import Channel
from pos_desktop.domain.phone import group_phone, normalise_phone
from pos_desktop.gui.presenters.approval import PinPresenter, Question
from pos_desktop.gui.presenters.cards import reason_words
from pos_desktop.gui.presenters.choices import Choice, ChoicePresenter, MenuState
from pos_desktop.gui.presenters.entries import Row
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.texts import knows, say

if TYPE_CHECKING:
    from pos_desktop.domain.people import Approval
    from pos_desktop.ports import Sample
    from pos_desktop.services.trying import Trial
    from pos_desktop.services.views import DeskState

_REQUESTS = frozenset({"payment_request", "resend"})
_KEEP = "channel_keep"
_ASK_EVERY = 2
"""Seconds between two questions about the fate of a test."""
_TONES = {
    MessageState.DELIVERED: "paid",
    MessageState.READ: "paid",
    MessageState.FAILED: "failed",
    MessageState.UNKNOWN: "failed",
}


@dataclass(frozen=True, slots=True)
class TextShown:
    """The marked template: its state in words, and what the customer reads."""

    title: str
    state: str
    tone: str
    head: str
    body: str
    link: str
    facts: str
    pictured: bool


@dataclass(frozen=True, slots=True)
class MessagesState:
    """The sheet. ``hint`` is about the number or about the fate of the test, in this ``tone``."""

    channel: str
    rows: tuple[Row, ...]
    selected: int
    detail: TextShown | None
    hint: str
    tone: str
    ready: bool


class MessagesView(Protocol):
    """The sheet of the messages."""

    def open_messages(self, state: MessagesState) -> None: ...
    def show_messages(self, state: MessagesState) -> None: ...
    def close_messages(self) -> None: ...


class MessagesPresenter:
    """Reads once when it is opened, and after a change of the channel: templates change with a
    restart only."""

    def __init__(
        self,
        view: MessagesView,
        services: Services,
        notices: Notices,
        pin: PinPresenter,
        choices: ChoicePresenter,
    ) -> None:
        self._view = view
        self._services = services
        self._notices = notices
        self._pin = pin
        self._choices = choices
        self._channel = services.options.channel
        self._samples: tuple[Sample, ...] = ()
        self._selected = 0
        self._typed = ""
        self._problem = ""
        self._trial: Trial | None = None
        self._busy = False
        self._is_open = False
        self._ticks = 0

    def on_key(self) -> None:
        """The entry of the "More" sheet."""

        def done(samples: Sequence[Sample]) -> None:
            self._samples = tuple(samples)
            self._selected, self._problem, self._is_open = 0, "", True
            self._view.open_messages(self._state())

        self._read(done)

    def on_desk(self, state: DeskState) -> None:
        """The channel may have been changed since the start, or before it."""
        self._channel = state.channel or self._channel

    def on_channel(self) -> None:
        """The button: which way, then a manager says yes."""
        others = [channel for channel in Channel if channel is not self._channel]
        ways = [Choice(channel.value, _way(channel), danger=True) for channel in others]
        keep = Choice(_KEEP, say("channel_keep"))
        now, note = say(f"channel_{self._channel.value}"), say("channel_note")
        title = say("channel_title")
        state = MenuState(title, "", now, "info", note, (keep, *ways), columns=1)
        self._choices.open(state, self._on_way)

    def _on_way(self, code: str) -> None:
        if code == _KEEP:
            return
        channel = Channel(code)
        words = say("ask_channel", way=_way(channel))
        self._pin.ask(Question("change_channel", words, lambda yes: self._change(channel, yes)))

    def _change(self, channel: Channel, approval: Approval) -> None:
        trying = self._services.trying
        if trying is None:
            return

        def reread(samples: Sequence[Sample]) -> None:
            self._samples, self._selected = tuple(samples), 0
            self._show()

        def done(dropped: int) -> None:
            self._channel = channel
            code = "channel_done_dropped" if dropped else "channel_done"
            self._notices.tell(code, way=_way(channel), n=dropped)
            self._read(reread)

        self._services.runner.run(
            "db", lambda: trying.change_channel(channel, approval), done, self._notices.failed
        )

    def _read(self, done: Callable[[Sequence[Sample]], None]) -> None:
        trying = self._services.trying
        if trying is not None:
            self._services.runner.run("db", trying.samples, done, self._notices.failed)

    def on_move(self, rows: int) -> None:
        """Up and down."""
        self.on_select(self._selected + rows)

    def on_select(self, row: int) -> None:
        """A row was reached or clicked."""
        self._selected = max(0, min(row, len(self._samples) - 1))
        self._problem = ""
        self._show()

    def on_typed(self, text: str) -> None:
        """The phone that gets the test."""
        self._typed, self._problem = text, ""
        self._show()

    def on_send(self) -> None:
        """Enter, or the button: a manager says yes, then it goes."""
        sample = self._now
        if sample is None or self._busy or sample.problem or not sample.used:
            return
        try:
            phone = normalise_phone(self._typed)
        except InputError as error:
            self._problem = say(error.code, **error.params)
            self._show()
            return
        words = say("ask_try", phone=group_phone(phone))
        self._pin.ask(Question("try_message", words, lambda yes: self._send(sample, phone, yes)))

    def on_tick(self) -> None:
        """A second went by: how far did the test get?"""
        self._ticks += 1
        trying, trial = self._services.trying, self._trial
        waits = trial is not None and not trial.ended and not self._busy
        if trying is None or not (self._is_open and waits) or self._ticks % _ASK_EVERY:
            return
        self._busy = True
        self._services.runner.run("net", trying.ask, self._told, self._unasked)

    def on_back(self) -> None:
        """Esc."""
        self._is_open = False
        self._view.close_messages()

    @property
    def _now(self) -> Sample | None:
        return self._samples[self._selected] if self._selected < len(self._samples) else None

    def _send(self, sample: Sample, phone: str, approval: Approval) -> None:
        trying = self._services.trying
        if trying is None or self._busy:
            return
        self._busy, self._trial, self._problem = True, None, ""
        self._show()

        def failed(error: Exception) -> None:
            self._busy = False
            if isinstance(error, RaseedError) and knows(error.code):
                self._problem = say(error.code, **error.params)
            else:
                self._notices.failed(error)
            self._show()

        self._services.runner.run(
            "net", lambda: trying.send(sample.name, phone, approval), self._told, failed
        )

    def _told(self, trial: Trial | None) -> None:
        self._busy, self._trial = False, trial
        self._show()

    def _unasked(self, error: Exception) -> None:
        """Exotel did not say; it is asked again soon."""
        self._busy = False
        if not isinstance(error, RaseedError):
            self._notices.failed(error)

    def _show(self) -> None:
        if self._is_open:
            self._view.show_messages(self._state())

    def _state(self) -> MessagesState:
        sample = self._now
        hint, tone = self._hint()
        ready = sample is not None and sample.used and not sample.problem and not self._busy
        return MessagesState(
            channel=say(f"channel_{self._channel.value}"),
            rows=tuple(_row(one) for one in self._samples),
            selected=self._selected,
            detail=_shown(sample) if sample is not None else None,
            hint=hint,
            tone=tone,
            ready=ready and bool(self._typed.strip()),
        )

    def _hint(self) -> tuple[str, str]:
        if self._problem:
            return self._problem, "failed"
        if self._trial is not None:
            return trial_words(self._trial), _TONES.get(self._trial.state, "muted")
        return say("try_sending" if self._busy else "try_hint"), "muted"


def _way(channel: Channel) -> str:
    return say(f"channel_to_{channel.value}")


def trial_words(trial: Trial) -> str:
    """How far the test got, and why no farther."""
    what = say("what_try", phone=group_phone(trial.phone))
    code = f"message_{trial.state.value}"
    if trial.state is MessageState.FAILED and trial.reason:
        return say(f"{code}_why", what=what, reason=reason_words(trial.reason))
    return say(code, what=what)


def fit_words(sample: Sample) -> tuple[str, str]:
    """The state of a template in words, and the tone of it."""
    if sample.problem:
        return say("fit_no", reason=reason_words(sample.problem)), "failed"
    return (say("fit_yes"), "paid") if sample.used else (say("fit_unused"), "parked")


def _row(sample: Sample) -> Row:
    _, tone = fit_words(sample)
    return Row(
        section=say("section_used" if sample.used else "section_unused"),
        what=_title(sample),
        whose=sample.name,
        amount="",
        age=say("fit_no_short") if sample.problem else "",
        tone=tone,
    )


def _title(sample: Sample) -> str:
    way = "qr" if sample.header == "image" else sample.provider
    if sample.purpose in _REQUESTS and sample.button != "none":
        way = sample.button
    return f"{say(f'purpose_{sample.purpose}')} · {say(f'way_{way}')}"


def _shown(sample: Sample) -> TextShown:
    words, tone = fit_words(sample)
    facts = [_size(sample)]
    facts += [say(f"head_{sample.header}")] if sample.header in ("image", "document") else []
    facts += [say(f"button_{sample.button}")] if sample.button != "none" else []
    return TextShown(
        title=_title(sample),
        state=words,
        tone=tone,
        head=sample.head,
        body=sample.body,
        link=sample.link if sample.button != "none" else "",
        facts="\n".join(facts),
        pictured=sample.header == "image",
    )


def _size(sample: Sample) -> str:
    if sample.provider == "whatsapp":
        return say("size_whatsapp", n=len(sample.body))
    code = "size_sms" if sample.gsm7 else "size_sms_dear"
    parts = say("size_unit" if sample.units == 1 else "size_units", n=sample.units)
    return say(code, n=len(sample.body), parts=parts)
