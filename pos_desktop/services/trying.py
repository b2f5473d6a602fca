"""A message to a phone of the shop's own: does what is set up arrive?

It belongs to no bill: no row of the outbox, a label of its own (``t1.``), forgotten when the
program ends. What becomes of it is told as of any message: by polls (SMS) or callbacks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from pos_desktop.domain.delivery import TRIAL, DeliverySeen, Message, MessageState, Purpose, advance
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import Approval
from pos_desktop.domain.phone import normalise_phone
from pos_desktop.ports import (
    Accepted,
    Clock,
    Ids,
    Messenger,
    NotSent,
    Rejected,
    Sample,
    Samples,
    SendResult,
)
from pos_desktop.services.approvals import given

_ENDS = frozenset({MessageState.READ, MessageState.FAILED, MessageState.UNKNOWN})
_LABEL = f"{TRIAL}."


@dataclass(frozen=True, slots=True)
class Trial:
    """How far the last one got; ``ended``: nothing more will be heard of it. ``reason`` is a code
    or a sentence, as that of any message."""

    template: str
    phone: str
    state: MessageState
    reason: str
    ended: bool


class Trying:
    """One message at a time. ``picture`` lets the relay show a QR that pays nothing under a token;
    it blocks and raises Unavailable."""

    def __init__(
        self,
        samples: Samples,
        messenger: Messenger,
        clock: Clock,
        ids: Ids,
        picture: Callable[[str], None],
    ) -> None:
        self._samples = samples
        self._messenger = messenger
        self._clock = clock
        self._ids = ids
        self._picture = picture
        # The call is in the net lane, what is heard of it in the db lane.
        self._lock = Lock()
        self._message: Message | None = None

    def samples(self) -> Sequence[Sample]:
        """Every registered template as customers would read it."""
        return self._samples.all()

    def send(self, name: str, phone: str, approval: Approval) -> Trial:
        """Send this template to ``phone`` (as it was typed). Lane net; never repeated by itself.

        Raises DomainError ``approval_needed``, ``not_our_channel`` or ``template_unfit`` (with the
        ``reason``), InputError of the phone, Unavailable where its picture cannot be published.
        """
        now = self._clock.now()
        given(approval, now)
        to = normalise_phone(phone)
        sample = next((s for s in self._samples.all() if s.name == name and s.used), None)
        if sample is None:
            raise DomainError("not_our_channel")
        if sample.problem:
            raise DomainError("template_unfit", reason=sample.problem)
        token = self._ids.token()
        if sample.header == "image":
            self._picture(token)
        blank = Message(
            message_id=self._ids.order_id(now),
            order_id="",
            purpose=Purpose.PAYMENT_REQUEST,
            attempt=1,
            channel="",
            to=to,
            state=MessageState.QUEUED,
            created_at=now,
        )
        message = self._samples.filled(name, blank, token)
        with self._lock:
            self._message = message
        result = self._messenger.send(message)
        with self._lock:
            # A callback may have been quicker than the answer.
            heard = self._message if self._is(message.label) else message
            self._message = _after(heard or message, result)
            return _trial(self._message)

    def ask(self) -> Trial | None:
        """How far it got; an SMS is asked about at Exotel. Lane net. Raises Unavailable."""
        with self._lock:
            message = self._message
        if message is None:
            return None
        if message.channel == "sms" and message.sid is not None and not _ended(message):
            seen = self._messenger.poll(message.sid)
            if seen is not None:
                self.heard(replace(seen, label=message.label))
        with self._lock:
            return _trial(self._message or message)

    def heard(self, seen: DeliverySeen) -> None:
        """A callback or a poll told something; what is about another message is ignored."""
        with self._lock:
            message = self._message
            named = seen.label or ""
            if message is None or not (self._is(named) or self._is_sid(seen.sid)):
                return
            state = advance(message.state, seen.state)
            changed = replace(message, state=state, sid=message.sid or seen.sid)
            if state is not message.state:
                changed = replace(changed, reason=seen.reason)
            self._message = changed

    def _is(self, label: str) -> bool:
        return self._message is not None and self._message.label == label

    def _is_sid(self, sid: str | None) -> bool:
        return sid is not None and self._message is not None and self._message.sid == sid


def is_trial(seen: DeliverySeen) -> bool:
    """Whether this is about a trial, of this counter or of another one of the shop."""
    return (seen.label or "").startswith(_LABEL)


def _after(message: Message, result: SendResult) -> Message:
    match result:
        case Accepted(sid):
            return replace(message, state=advance(message.state, MessageState.ACCEPTED), sid=sid)
        case Rejected(_, _, text, _):
            return replace(message, state=MessageState.FAILED, reason=text)
        case NotSent():
            return replace(message, state=MessageState.FAILED, reason="not_sent")
        case _:
            # A callback may have told more than the answer does.
            untold = message.state is MessageState.QUEUED
            return replace(message, state=MessageState.UNKNOWN) if untold else message


def _ended(message: Message) -> bool:
    told = message.state in _ENDS
    return told or (message.channel == "sms" and message.state is MessageState.DELIVERED)


def _trial(message: Message) -> Trial:
    return Trial(message.template, message.to, message.state, message.reason or "", _ended(message))
