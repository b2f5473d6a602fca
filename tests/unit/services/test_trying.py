"""A message to the shop's own phone: its own label, no bill, and its fate from whoever tells it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from pos_desktop.domain.delivery import DeliverySeen, Message, MessageState
from pos_desktop.domain.errors import DomainError, InputError, Unavailable
from pos_desktop.domain.people import Approval
from pos_desktop.ports import Accepted, NotSent, Rejected, Sample, SendResult, Unknown
from pos_desktop.services.trying import Trying, is_trial
from tests.support.window_fakes import NOW, Clock

S = MessageState
YES = Approval("Meera", NOW, "try_message")
QR = Sample("qr", "payment_request", "whatsapp", used=True, header="image", button="none")
SMS = Sample("sms", "receipt", "sms", used=True, header="none", button="none")
ALL = (
    QR,
    SMS,
    replace(SMS, name="other", used=False),
    replace(SMS, name="unfit", problem="no_dlt_entity"),
)


class Ids:
    def __init__(self) -> None:
        self.made = 0

    def order_id(self, now: int) -> str:
        self.made += 1
        return f"01JD{self.made:022d}"

    def token(self) -> str:
        return "T" * 22

    def jitter(self) -> float:
        return 0.5


class Filled:
    """``ports.Samples``."""

    def all(self) -> Sequence[Sample]:
        return ALL

    def filled(self, name: str, message: Message, token: str) -> Message:
        channel = "whatsapp" if name == "qr" else "sms"
        return replace(message, template=name, channel=channel, body=token)


@dataclass
class Exotel:
    """Answers ``result``; ``before`` runs while the call is on its way."""

    result: SendResult = field(default_factory=lambda: Accepted("sid1"))
    seen: DeliverySeen | None = None
    before: Callable[[Message], None] = lambda message: None
    sent: list[Message] = field(default_factory=list)
    polled: list[str] = field(default_factory=list)

    def send(self, message: Message) -> SendResult:
        self.sent.append(message)
        self.before(message)
        return self.result

    def poll(self, sid: str) -> DeliverySeen | None:
        self.polled.append(sid)
        return self.seen

    def ping(self) -> None:
        raise Unavailable("exotel_down")


@dataclass
class Room:
    exotel: Exotel = field(default_factory=Exotel)
    pictures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trying = Trying(Filled(), self.exotel, Clock(), Ids(), self.pictures.append)


@pytest.fixture
def room() -> Room:
    return Room()


def told(state: S, *, sid: str | None = None, label: str | None = None) -> DeliverySeen:
    reason = "recipient" if state is S.FAILED else None
    return DeliverySeen(sid, label, state, None, reason)


def test_it_has_a_label_of_its_own_and_no_bill(room: Room) -> None:
    trial = room.trying.send("qr", "98765 43210", YES)
    (message,) = room.exotel.sent
    assert message.label == "t1.01JD0000000000000000000001"
    assert (message.order_id, message.to) == ("", "+919876543210")
    assert room.pictures == ["T" * 22]
    assert (trial.template, trial.phone, trial.state) == ("qr", "+919876543210", S.ACCEPTED)
    assert not trial.ended
    assert [sample.name for sample in room.trying.samples()] == ["qr", "sms", "other", "unfit"]


def test_an_sms_needs_no_picture(room: Room) -> None:
    room.trying.send("sms", "9876543210", YES)
    assert room.pictures == []


@pytest.mark.parametrize(
    ("name", "approval", "code"),
    [
        ("qr", replace(YES, at=NOW - 11 * 60_000), "approval_needed"),
        ("other", YES, "not_our_channel"),
        ("nothing", YES, "not_our_channel"),
        ("unfit", YES, "template_unfit"),
    ],
)
def test_what_is_refused_never_leaves(room: Room, name: str, approval: Approval, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        room.trying.send(name, "9876543210", approval)
    assert caught.value.code == code
    with pytest.raises(InputError):
        room.trying.send("qr", "12", YES)
    assert room.exotel.sent == []
    assert room.trying.ask() is None


@pytest.mark.parametrize(
    ("result", "state", "reason", "ended"),
    [
        (Accepted("s"), S.ACCEPTED, "", False),
        (Rejected(403, None, "exotel_not_allowed", True), S.FAILED, "exotel_not_allowed", True),
        (NotSent(4.0, "no line"), S.FAILED, "not_sent", True),
        (Unknown("no answer"), S.UNKNOWN, "", True),
    ],
)
def test_every_answer_is_told(
    room: Room, result: SendResult, state: S, reason: str, ended: bool
) -> None:
    room.exotel.result = result
    trial = room.trying.send("sms", "9876543210", YES)
    assert (trial.state, trial.reason, trial.ended) == (state, reason, ended)


def test_an_sms_is_asked_about_until_it_has_arrived(room: Room) -> None:
    room.trying.send("sms", "9876543210", YES)
    assert replace_state(room, S.ACCEPTED)
    room.exotel.seen = told(S.DELIVERED, sid="sid1")
    trial = room.trying.ask()
    assert trial is not None and (trial.state, trial.ended) == (S.DELIVERED, True)
    room.trying.ask()
    assert room.exotel.polled == ["sid1", "sid1"]


def replace_state(room: Room, state: S) -> object:
    """The trial that is kept, which must be in this state."""
    trial = room.trying.ask()
    assert trial is not None and trial.state is state
    return trial


def test_whatsapp_is_told_by_callbacks_alone(room: Room) -> None:
    room.trying.send("qr", "9876543210", YES)
    label = room.exotel.sent[0].label
    for seen, state in (
        (told(S.DELIVERED, label=label), S.DELIVERED),
        (told(S.SENT, sid="sid1"), S.DELIVERED),
        (told(S.READ, sid="another"), S.DELIVERED),
        (told(S.READ, label="m1.another"), S.DELIVERED),
        (told(S.READ, label=label), S.READ),
    ):
        room.trying.heard(seen)
        assert replace_state(room, state)
    assert room.exotel.polled == []


def test_a_failure_says_why(room: Room) -> None:
    room.trying.send("qr", "9876543210", YES)
    room.trying.heard(told(S.FAILED, sid="sid1"))
    trial = room.trying.ask()
    assert trial is not None and (trial.reason, trial.ended) == ("recipient", True)


@pytest.mark.parametrize("result", [Accepted("sid1"), Unknown("no answer")])
def test_a_callback_may_be_quicker_than_the_answer(room: Room, result: SendResult) -> None:
    room.exotel.result = result
    room.exotel.before = lambda m: room.trying.heard(told(S.DELIVERED, sid="sid1", label=m.label))
    assert room.trying.send("qr", "9876543210", YES).state is S.DELIVERED


def test_nothing_is_heard_before_anything_was_sent(room: Room) -> None:
    room.trying.heard(told(S.READ, label="t1.old"))
    assert room.trying.ask() is None
    assert is_trial(told(S.READ, label="t1.old"))
    assert not is_trial(told(S.READ, label="m1.01JD"))
    assert not is_trial(told(S.READ, sid="sid1"))
