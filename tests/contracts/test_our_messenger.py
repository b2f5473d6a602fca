"""Our own messenger against the practice servers: two readings of one documentation must agree."""

from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import DeliverySeen, Message, MessageState, Purpose
from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.options import ExotelOptions, LinkStyle, Options, RelayOptions
from pos_desktop.domain.sale import Channel
from pos_desktop.messaging.exotel import ExotelMessenger
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.net.http import HttpClient
from pos_desktop.ports import Accepted, NotSent, Rejected, SendResult, Unknown
from tests.support.practice import Practice, wait_for
from tests.unit.messaging.conftest import FACTS, TEMPLATES

_COUNT = iter(range(1, 10_000))


def options_of(practice: Practice, style: LinkStyle = LinkStyle.GATEWAY) -> Options:
    line = practice.line
    exotel = ExotelOptions(
        base_url=line["exotel"],
        account_sid=line["exotel_sid"],
        api_key=line["exotel_key"],
        dlt_entity_id=line["dlt_entity_id"],
        whatsapp_from="+918047100000",
    )
    relay = RelayOptions(base_url="http://127.0.0.1:9")
    return Options(exotel=exotel, relay=relay, link_style=style)


def messenger_of(practice: Practice, read_timeout: float = 20.0) -> ExotelMessenger:
    line = practice.line
    http = HttpClient(
        line["exotel"], (line["exotel_key"], line["exotel_token"]), (2.0, read_timeout)
    )
    registry = TemplateRegistry.load(TEMPLATES.read_bytes())
    return ExotelMessenger(http, options_of(practice).exotel, registry)


def message(to: str) -> Message:
    return Message(
        message_id=f"01JD{next(_COUNT):022d}",
        order_id="01JD8Q6W7A",
        purpose=Purpose.PAYMENT_REQUEST,
        attempt=1,
        channel="sms",
        to=to,
        state=MessageState.QUEUED,
        created_at=0,
    )


def composed(practice: Practice, channel: Channel, to: str, purpose: Purpose) -> Message:
    request = purpose is Purpose.PAYMENT_REQUEST
    style = LinkStyle.GATEWAY if request else LinkStyle.PAGE
    registry = TemplateRegistry.load(TEMPLATES.read_bytes())
    composer = TemplateComposer(registry, options_of(practice, style))
    root = "http://127.0.0.1:9"
    token = "K7Q2ZPabcdefghijkl_-34"
    mark = "?" if channel is Channel.SMS_LINK else "/"
    link = f"{root}/i{mark}{token}"
    if channel is Channel.WHATSAPP_LINK and purpose is Purpose.PAYMENT_REQUEST:
        link = f"{practice.origin}/rzp/Ab3dE9k"
    facts = replace(FACTS, link=link, media_url=f"{root}/q/{token}.png")
    fills = {
        Purpose.RECEIPT: composer.receipt,
        Purpose.REFUND_NOTE: composer.refund_note,
        Purpose.PAYMENT_REQUEST: composer.payment_request,
    }
    return fills[purpose](channel, message(to), replace(facts, credit_note="C2C/2627/000004"))


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("purpose", list(Purpose))
def test_composed_messages_are_what_was_registered(
    practice: Practice, channel: Channel, purpose: Purpose
) -> None:
    """The practice Exotel fails a message whose text, header, count or link does not fit."""
    filled = composed(practice, channel, "+919812345600", purpose)
    result = messenger_of(practice).send(filled)
    assert isinstance(result, Accepted)

    def code() -> object:
        kept = [m for m in practice.state()["messages"] if m["sid"] == result.sid]
        return kept[0]["code"]

    # The picture of this test lies nowhere, which is another fate (30016) than a bad template.
    pictured = filled.media_url is not None
    good = 30016 if pictured else 30002 if filled.channel == "whatsapp" else 20005
    wait_for(lambda: code() == good)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("04", Rejected),
        ("05", Rejected),
        ("06", Rejected),
        ("07", NotSent),
        ("08", NotSent),
        ("09", Unknown),
        ("10", Unknown),
        ("11", Unknown),
        ("12", Rejected),
    ],
)
@pytest.mark.parametrize("channel", [Channel.SMS_LINK, Channel.WHATSAPP_LINK])
def test_every_class_of_result(
    practice: Practice, channel: Channel, ending: str, kind: type[SendResult]
) -> None:
    filled = composed(practice, channel, f"+9198123456{ending}", Purpose.PAYMENT_REQUEST)
    result = messenger_of(practice, 1.0).send(filled)
    if ending == "12" and channel is Channel.SMS_LINK:
        kind = Accepted  # a failure inside a 202 is WhatsApp's alone
    assert type(result) is kind
    if isinstance(result, Rejected):
        assert result.setup is (ending in ("05", "06"))


@pytest.mark.parametrize(
    ("ending", "state"), [("00", MessageState.DELIVERED), ("02", MessageState.FAILED)]
)
def test_an_sms_is_polled_to_its_end(practice: Practice, ending: str, state: MessageState) -> None:
    messenger = messenger_of(practice)
    filled = composed(practice, Channel.SMS_LINK, f"+9198123456{ending}", Purpose.PAYMENT_REQUEST)
    result = messenger.send(filled)
    assert isinstance(result, Accepted)
    seen: list[DeliverySeen | None] = []

    def ended() -> bool:
        seen.append(messenger.poll(result.sid))
        last = seen[-1]
        return last is not None and last.state is state

    wait_for(ended)
    assert seen[-1] is not None and seen[-1].to_last10 == f"98123456{ending}"


def test_ping_and_unknown_ids(practice: Practice) -> None:
    messenger_of(practice).ping()
    options = options_of(practice).exotel
    line = practice.line
    registry = TemplateRegistry.load(TEMPLATES.read_bytes())
    http = HttpClient(line["exotel"], (line["exotel_key"], line["exotel_token"]))
    ExotelMessenger(http, options, registry, Channel.SMS_LINK).ping()
    assert messenger_of(practice).poll("0" * 32) is None
    stranger = ExotelMessenger(HttpClient(line["exotel"], ("a", "b")), options, registry)
    with pytest.raises(Unavailable) as caught:
        stranger.ping()
    assert caught.value.code == "exotel_setup"
