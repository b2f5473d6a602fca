"""Our own adapters against the practice servers: two readings of one documentation must agree."""

import time
from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import DeliverySeen, Message, MessageState, Purpose
from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.options import (
    ExotelOptions,
    GatewayOptions,
    LinkStyle,
    Options,
    RelayOptions,
)
from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    CollectState,
    GatewayStatus,
    PaymentStatus,
)
from pos_desktop.domain.sale import Channel
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.messaging.exotel import ExotelMessenger
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.net.http import HttpClient, wall_clock
from pos_desktop.ports import (
    Accepted,
    CollectIntent,
    CollectSeen,
    GatewayError,
    GatewayErrorKind,
    NotSent,
    Rejected,
    SendResult,
    Unknown,
)
from tests.support.practice import Practice, wait_for
from tests.unit.messaging.conftest import FACTS, TEMPLATES

_COUNT = iter(range(1, 10_000))


class RealClock:
    """The clock of this machine."""

    def now(self) -> int:
        return wall_clock()

    def monotonic(self) -> float:
        return time.monotonic()


@pytest.fixture
def gateway(practice: Practice) -> RazorpayGateway:
    return gateway_of(practice, 20.0)


def gateway_of(practice: Practice, read_timeout: float) -> RazorpayGateway:
    line = practice.line
    http = HttpClient(line["razorpay"], (line["key_id"], line["key_secret"]), (2.0, read_timeout))
    return RazorpayGateway(http, GatewayOptions(base_url=line["razorpay"]), RealClock())


def intent(kind: CollectKind = CollectKind.LINK, amount: int = 124950) -> CollectIntent:
    return CollectIntent(
        reference=f"OURS-{wall_clock()}-{next(_COUNT)}",
        order_id="01JD8Q6W7X",
        kind=kind,
        amount=amount,
        life=1800 if kind is CollectKind.LINK else 300,
        created_at=wall_clock(),
        description="Shree Stores token 12",
        counter="Counter 1",
        customer_phone="+919812345670",
        return_url="https://relay.example.in/p/FM01/return",
    )


def collect_of(asked: CollectIntent, seen: CollectSeen) -> Collect:
    return Collect(
        reference=asked.reference,
        order_id=asked.order_id,
        attempt=1,
        kind=asked.kind,
        state=CollectState.OPEN,
        gateway="razorpay",
        amount=asked.amount,
        created_at=asked.created_at,
        gateway_id=seen.gateway_id,
    )


def test_a_link_is_made_found_and_paid(gateway: RazorpayGateway, practice: Practice) -> None:
    asked = intent()
    seen = gateway.create(asked)
    assert (seen.status, seen.amount, seen.currency) == (GatewayStatus.OPEN, 124950, "INR")
    assert seen.url is not None and seen.url.startswith(practice.origin)
    assert seen.expires_at is not None
    assert abs(seen.expires_at - wall_clock() - 1_800_000) < 10_000
    found = gateway.find(asked)
    assert found is not None and found.gateway_id == seen.gateway_id
    paid = practice.pay(seen.gateway_id)
    after = gateway.fetch(collect_of(asked, seen))
    assert after.status is GatewayStatus.PAID
    (fact,) = after.payments
    assert (fact.payment_id, fact.status) == (paid, PaymentStatus.CAPTURED)
    assert (fact.amount, fact.currency, len(fact.rrn or "")) == (124950, "INR", 12)
    again = gateway.find(asked)
    assert again is not None and again.status is GatewayStatus.PAID


def test_the_same_reference_gives_the_same_link(gateway: RazorpayGateway) -> None:
    asked = intent()
    assert gateway.create(asked).gateway_id == gateway.create(asked).gateway_id


def test_a_failed_attempt_shows_and_may_succeed_later(
    gateway: RazorpayGateway, practice: Practice
) -> None:
    asked = intent()
    seen = gateway.create(asked)
    failed = practice.do("fail", collect_id=seen.gateway_id)["payment_id"]
    after = gateway.fetch(collect_of(asked, seen))
    assert after.status is GatewayStatus.OPEN
    assert [(p.payment_id, p.status) for p in after.payments] == [(failed, PaymentStatus.FAILED)]
    practice.pay(seen.gateway_id, payment_id=failed)
    last = gateway.fetch(collect_of(asked, seen))
    assert last.status is GatewayStatus.PAID
    assert [(p.payment_id, p.status) for p in last.payments] == [(failed, PaymentStatus.CAPTURED)]


def test_a_cancelled_link_and_late_money(gateway: RazorpayGateway, practice: Practice) -> None:
    asked = intent()
    seen = gateway.create(asked)
    collect = collect_of(asked, seen)
    assert gateway.close(collect).status is GatewayStatus.CANCELLED
    assert gateway.close(collect).status is GatewayStatus.CANCELLED
    practice.pay(seen.gateway_id, late=True)
    after = gateway.fetch(collect)
    assert [p.status for p in after.payments] == [PaymentStatus.CAPTURED]
    assert after.status is GatewayStatus.PAID


def test_payment_wins_over_close(gateway: RazorpayGateway, practice: Practice) -> None:
    for kind in CollectKind:
        asked = intent(kind)
        seen = gateway.create(asked)
        practice.pay(seen.gateway_id)
        assert gateway.close(collect_of(asked, seen)).status is GatewayStatus.PAID


def test_a_qr_is_made_found_and_paid(gateway: RazorpayGateway, practice: Practice) -> None:
    asked = intent(CollectKind.QR)
    seen = gateway.create(asked)
    assert seen.upi_payload is not None and seen.reference == asked.reference
    assert gateway.capabilities().qr_payload
    found = gateway.find(asked)
    assert found is not None and found.gateway_id == seen.gateway_id
    paid = practice.pay(seen.gateway_id)
    after = gateway.fetch(collect_of(asked, seen))
    assert (after.status, [p.payment_id for p in after.payments]) == (GatewayStatus.PAID, [paid])


def test_a_qr_closes_and_expires(gateway: RazorpayGateway, practice: Practice) -> None:
    asked = intent(CollectKind.QR)
    collect = collect_of(asked, gateway.create(asked))
    assert gateway.close(collect).status is GatewayStatus.CANCELLED
    assert gateway.close(collect).status is GatewayStatus.CANCELLED
    other = intent(CollectKind.QR)
    seen = gateway.create(other)
    practice.do("expire", collect_id=seen.gateway_id)
    wait_for(
        lambda: gateway.fetch(collect_of(other, seen)).status is GatewayStatus.EXPIRED, seconds=5
    )


def test_a_qr_is_found_among_many(gateway: RazorpayGateway) -> None:
    asked = intent(CollectKind.QR)
    seen = gateway.create(asked)
    for _ in range(25):
        gateway.create(intent(CollectKind.QR))
    found = gateway.find(asked)
    assert found is not None and found.gateway_id == seen.gateway_id
    assert gateway.find(intent(CollectKind.QR)) is None


def test_switches_of_the_account(gateway: RazorpayGateway, practice: Practice) -> None:
    practice.features(image_content=False)
    seen = gateway.create(intent(CollectKind.QR))
    assert seen.upi_payload is None and seen.image_url is not None
    practice.features(qr=False)
    with pytest.raises(GatewayError) as caught:
        gateway.create(intent(CollectKind.QR))
    assert caught.value.kind is GatewayErrorKind.FEATURE_OFF
    assert not gateway.capabilities().qr


def test_a_wrong_key(practice: Practice) -> None:
    http = HttpClient(practice.line["razorpay"], ("rzp_live_x", "wrong"))
    gateway = RazorpayGateway(http, GatewayOptions(), RealClock())
    with pytest.raises(GatewayError) as caught:
        gateway.ping()
    assert caught.value.kind is GatewayErrorKind.AUTH


@pytest.mark.parametrize("kind", list(CollectKind))
def test_work_done_without_an_answer_is_found(practice: Practice, kind: CollectKind) -> None:
    gateway = gateway_of(practice, 0.5)
    gateway.ping()
    asked = intent(kind)
    practice.fault("razorpay", "hang_after_work")
    with pytest.raises(GatewayError) as caught:
        gateway.create(asked)
    assert caught.value.outcome_unknown
    found = gateway.find(asked)
    assert found is not None and found.amount == asked.amount


@pytest.mark.parametrize(
    ("fault", "kind", "unknown"),
    [
        ("status_429", GatewayErrorKind.RATE_LIMITED, False),
        ("status_500", GatewayErrorKind.UNKNOWN_OUTCOME, True),
        ("html", GatewayErrorKind.UNKNOWN_OUTCOME, True),
        ("refuse", GatewayErrorKind.UNKNOWN_OUTCOME, True),
    ],
)
def test_faults(practice: Practice, fault: str, kind: GatewayErrorKind, unknown: bool) -> None:
    gateway = gateway_of(practice, 5.0)
    gateway.ping()
    practice.fault("razorpay", fault)
    with pytest.raises(GatewayError) as caught:
        gateway.create(intent())
    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, unknown)


# -- messages --------------------------------------------------------------------------------------


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
    style = LinkStyle.PAGE if purpose is Purpose.RECEIPT else LinkStyle.GATEWAY
    registry = TemplateRegistry.load(TEMPLATES.read_bytes())
    composer = TemplateComposer(registry, options_of(practice, style))
    root = "http://127.0.0.1:9"
    token = "K7Q2ZPabcdefghijkl_-34"
    mark = "?" if channel is Channel.SMS_LINK else "/"
    link = f"{root}/i{mark}{token}"
    if channel is Channel.WHATSAPP_LINK and purpose is Purpose.PAYMENT_REQUEST:
        link = f"{practice.origin}/rzp/Ab3dE9k"
    facts = replace(FACTS, link=link, media_url=f"{root}/q/{token}.png")
    fill = composer.receipt if purpose is Purpose.RECEIPT else composer.payment_request
    return fill(channel, message(to), facts)


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
