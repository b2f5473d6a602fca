"""Every path on which a message can come into being or leave, at every kind of shop.

The places are found in the source, so that a new one without a case here is seen. What is held of
all: one channel, no picture by SMS, no message twice by itself, nothing after a change of channel.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from pos_desktop.domain.delivery import Content, Message, Purpose, provider_of
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import LinkStyle
from pos_desktop.domain.payment import GatewayStatus, RefundStatus
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Channel, Consent, Sale
from pos_desktop.services.channel import Channels
from tests.guards.source import below, sources
from tests.support.money_till import MoneyTill
from tests.support.rig import options

REQUEST, RECEIPT, NOTE = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT, Purpose.REFUND_NOTE
OTHER = "+919812345678"
SHOPS = [
    pytest.param(channel, style, id=f"{channel.value}-{style.value}")
    for channel, style in product(Channel, LinkStyle)
]
Case = Callable[[MoneyTill], Sale]

# -- the places ---------------------------------------------------------------------------------

# What makes, fills, queues or hands over a message: the end of the call as it is written.
_CALLS = (
    "messages.add",
    "posting.post",
    "composer.payment_request",
    "composer.receipt",
    "composer.refund_note",
    "messenger.send",
    "request_message",
)
PLACES = {
    ("posting", "post", "messages.add"): 1,
    ("posting", "again", "posting.post"): 1,
    ("issuing", "issue", "posting.post"): 1,
    ("opening", "request_message", "posting.post"): 1,
    ("messages", "__call__", "posting.post"): 1,
    ("messages", "_request", "composer.payment_request"): 2,
    ("messages", "_receipt", "composer.receipt"): 1,
    ("messages", "_refund_note", "composer.refund_note"): 1,
    ("messages", "perform", "messenger.send"): 1,
    ("messages", "advance", "MESSAGE_SEND"): 1,
    ("trying", "send", "messenger.send"): 1,
    ("checkout", "request", "request_message"): 2,
    ("checkout", "_send_again", "request_message"): 1,
    ("opening", "open_anew", "request_message"): 1,
    ("switching", "_carry_out", "request_message"): 1,
    ("checkout", "receipt_again", "again"): 1,
}


def places(files: Iterator[tuple[str, ast.AST]]) -> Counter[tuple[str, str, str]]:
    """(file, function, what is called) -> how often, in the services."""
    found: Counter[tuple[str, str, str]] = Counter()
    for name, tree in files:
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                found.update((name, function.name, what) for what in _called(function))
    return found


def _called(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        written = ast.unparse(node.func).replace("Posting(self.ids, self.refusals)", "posting")
        written = written.replace("._", ".")
        yield from (call for call in _CALLS if f".{written}".endswith(f".{call}"))
        if written == "again":
            yield "again"
        if written.endswith(".put") and "effects.MESSAGE_SEND" in map(ast.unparse, node.args):
            yield "MESSAGE_SEND"


def test_every_place_is_known() -> None:
    services = below(sources("pos_desktop"), "pos_desktop")
    trees = ((Path(file.path).stem, file.tree) for file in services)
    assert places(trees) == PLACES


def test_a_new_place_is_seen() -> None:
    queued = "uow.outbox.put(effects.MESSAGE_SEND, 1)"
    text = f"def blast(uow, order):\n    uow.messages.add(order)\n    {queued}"
    found = places(iter([("new", ast.parse(text))]))
    assert found == {("new", "blast", "messages.add"): 1, ("new", "blast", "MESSAGE_SEND"): 1}


# -- the paths ----------------------------------------------------------------------------------


def requested(money: MoneyTill) -> Sale:
    sale = money.checkout.request(money.order())
    money.settle_down()
    return sale


def requested_again(money: MoneyTill) -> Sale:
    sale = requested(money)
    for _ in range(2):
        money.checkout.send_again(sale.order_id, "Asha")
        money.run(5)
    return sale


def requested_by_a_new_link(money: MoneyTill) -> Sale:
    sale = requested(money)
    reference = f"{sale.order_id}-1"
    seen = money.gateway.seen[reference]
    money.gateway.seen[reference] = replace(seen, status=GatewayStatus.EXPIRED)
    money.run(8)
    money.checkout.send_again(sale.order_id, "Asha")
    money.run(8)
    return sale


def corrected(money: MoneyTill) -> Sale:
    sale = requested(money)
    consent = Consent("bill", "Asha", money.clock.now(), "1")
    money.contacts.correct(sale.order_id, OTHER, consent, "Asha")
    money.run(15)
    return sale


def remote(money: MoneyTill) -> Sale:
    sale = money.checkout.request(money.order(), remote=True)
    money.settle_down()
    return sale


def paid(money: MoneyTill) -> Sale:
    sale = requested(money)
    money.gateway.pay(f"{sale.order_id}-1", now=money.clock.now())
    money.run(12)
    return sale


def paid_in_cash(money: MoneyTill) -> Sale:
    sale = money.checkout.cash(money.order(), 23700)
    money.run(8)
    return sale


def receipt_again(money: MoneyTill) -> Sale:
    sale = paid(money)
    for _ in range(2):
        money.checkout.receipt_again(sale.order_id, "Asha")
        money.run(5)
    return sale


def refunded(money: MoneyTill) -> Sale:
    sale = paid(money)
    money.gateway.ends = RefundStatus.PROCESSED
    for line in (1, 2):
        money.back(sale, (line, 1000))
        money.run(8)
    return sale


CASES: dict[Case, dict[Purpose, int]] = {
    requested: {REQUEST: 1},
    requested_again: {REQUEST: 3},
    requested_by_a_new_link: {REQUEST: 2},
    corrected: {REQUEST: 2},
    remote: {REQUEST: 1},
    paid: {REQUEST: 1, RECEIPT: 1},
    paid_in_cash: {RECEIPT: 1},
    receipt_again: {REQUEST: 1, RECEIPT: 3},
    refunded: {REQUEST: 1, RECEIPT: 1, NOTE: 2},
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[[Channel, LinkStyle], MoneyTill]]:
    opened: list[MoneyTill] = []

    def make(channel: Channel, style: LinkStyle) -> MoneyTill:
        setup = replace(options(channel), link_style=style)
        opened.append(MoneyTill(tmp_path, setup))
        return opened[-1]

    yield make
    for money in opened:
        money.store.close()
        assert money.told() == []


def fits(money: MoneyTill, sale: Sale, message: Message) -> None:
    """What is true of every message that leaves this shop."""
    channel, style = money.options.channel, money.options.link_style
    assert message.channel == provider_of(channel)
    assert message.template.endswith(channel.value) or channel is Channel.WHATSAPP_QR
    if message.content is not Content.WORDS:
        assert (channel, message.content, message.purpose) == (
            Channel.WHATSAPP_QR, Content.QR, REQUEST,
        )  # fmt: skip
    page = f"https://bills.example/i{'?' if channel is Channel.SMS_LINK else '/'}"
    ours = (message.url or page).startswith(page)
    by_page = channel is Channel.SMS_LINK or style is LinkStyle.PAGE
    assert ours is (by_page or message.purpose is not REQUEST or message.media_url is not None)
    assert message.to in (money.sale(sale.order_id).phone, sale.phone)


@pytest.mark.parametrize(("channel", "style"), SHOPS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_by_one_channel_and_never_twice(
    shop: Callable[[Channel, LinkStyle], MoneyTill], channel: Channel, style: LinkStyle, case: Case
) -> None:
    money = shop(channel, style)
    sale = case(money)
    money.run(1200, step=5)
    sent = money.messenger.sent
    for message in sent:
        fits(money, sale, message)
    assert Counter(message.purpose for message in sent) == CASES[case]
    assert set(Counter((m.purpose, m.attempt) for m in sent).values()) <= {1}
    receipts = {message.url for message in sent if message.purpose is not REQUEST}
    assert len(receipts) <= 1
    if case is requested_again:
        assert len({(message.url, message.media_url) for message in sent}) == 1


@pytest.mark.parametrize(("channel", "style"), SHOPS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_nothing_leaves_by_a_channel_that_was_changed(
    shop: Callable[[Channel, LinkStyle], MoneyTill], channel: Channel, style: LinkStyle, case: Case
) -> None:
    """The bill is frozen before the change, everything else happens after it."""
    money = shop(channel, style)
    after = next(other for other in Channel if other is not channel)
    channels = Channels(money.store, money.clock, money.heard, channel, lambda _: True)
    checkout = money.checkout
    begin = (checkout.request, checkout.cash)

    def changed(make: Callable[..., Sale]) -> Callable[..., Sale]:
        def run(*given: object, **named: object) -> Sale:
            sale = make(*given, **named)
            channels.change(after, Approval("Meera", money.clock.now(), "channel"))
            return sale

        return run

    checkout.request, checkout.cash = (changed(make) for make in begin)  # type: ignore[method-assign]  # the moment of the change
    try:
        case(money)
    except DomainError as error:
        assert error.code == "channel_changed"
    money.run(1200, step=5)
    assert money.messenger.sent == []


@pytest.mark.parametrize("channel", Channel)
def test_a_fourth_is_refused_whoever_presses(
    shop: Callable[[Channel, LinkStyle], MoneyTill], channel: Channel
) -> None:
    money = shop(channel, LinkStyle.GATEWAY)
    sale = requested_again(money)
    with pytest.raises(DomainError, match="too_many_requests"):
        money.checkout.send_again(sale.order_id, "Asha")
    money.gateway.pay(f"{sale.order_id}-1", now=money.clock.now())
    money.run(12)
    for _ in range(2):
        money.checkout.receipt_again(sale.order_id, "Asha")
        money.run(5)
    with pytest.raises(DomainError, match="too_many_receipts"):
        money.checkout.receipt_again(sale.order_id, "Asha")
