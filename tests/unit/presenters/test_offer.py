"""A message that cannot leave must not keep the customer waiting: the QR comes by itself."""

from dataclasses import replace

import pytest

from pos_desktop.domain.options import LinkStyle, Options
from pos_desktop.domain.sale import Channel, Item
from pos_desktop.gui.presenters.offer import OfferPresenter
from pos_desktop.services.views import DeskState, Lamp, LampState, Tone, WaitingBill
from tests.support.window_fakes import NOW, Played
from tests.unit.presenters.screen import Room

BILL = WaitingBill(
    order_id="A",
    token_no=7,
    amount=56000,
    tone=Tone.PENDING,
    words="waiting_payment",
    created_at=NOW,
    phone_last4="3210",
    message_purpose="payment_request",
    message_words="waits_for_relay",
    can_show_qr=True,
)


def desk(*bills: WaitingBill) -> DeskState:
    return DeskState(bills, len(bills), NOW, 0)


@pytest.fixture
def offer(room: Room) -> OfferPresenter:
    return OfferPresenter(room.played.services, room.qr, room.sale)


def test_a_message_that_waits_for_the_relay_brings_the_qr_once(
    room: Room, offer: OfferPresenter
) -> None:
    offer.on_desk(desk(BILL))
    assert room.qr.order_id == "A"
    room.qr.on_back()
    offer.on_desk(desk(BILL))
    assert room.qr.order_id is None


def test_the_newest_of_several_is_offered(room: Room, offer: OfferPresenter) -> None:
    newer = replace(BILL, order_id="B", token_no=8, created_at=NOW + 1)
    offer.on_desk(desk(newer, BILL))
    assert room.qr.order_id == "B"


def test_a_bill_that_was_not_shown_is_offered_later(room: Room, offer: OfferPresenter) -> None:
    newer = replace(BILL, order_id="B", token_no=8, created_at=NOW + 1)
    room.sale.add(Item(1, "8901234000014", "Milk", 2800), 1000)
    offer.on_desk(desk(BILL, newer))
    assert room.qr.order_id is None
    room.sale.on_remove()
    offer.on_desk(desk(BILL, newer))
    assert room.qr.order_id == "B"


def test_never_over_a_bill_that_is_being_made(room: Room, offer: OfferPresenter) -> None:
    room.sale.add(Item(1, "8901234000014", "Milk", 2800), 1000)
    assert len(room.sale.draft.cart) == 1
    offer.on_desk(desk(BILL))
    assert room.qr.order_id is None


@pytest.mark.parametrize(
    "other",
    [
        replace(BILL, message_words="queued"),
        replace(BILL, message_words="delivered"),
        replace(BILL, message_purpose="receipt"),
        replace(BILL, can_show_qr=False),
    ],
)
def test_nothing_is_offered_where_nothing_is_stuck(
    room: Room, offer: OfferPresenter, other: WaitingBill
) -> None:
    offer.on_desk(desk(other))
    offer.on_desk(desk())
    assert room.qr.order_id is None


@pytest.mark.parametrize(
    ("channel", "style", "offered"),
    [
        (Channel.WHATSAPP_QR, LinkStyle.GATEWAY, True),
        (Channel.SMS_LINK, LinkStyle.GATEWAY, True),
        (Channel.WHATSAPP_LINK, LinkStyle.PAGE, True),
        # The gateway's own link never waits for our relay.
        (Channel.WHATSAPP_LINK, LinkStyle.GATEWAY, False),
    ],
)
def test_a_relay_known_to_be_away_is_not_waited_for(
    channel: Channel, style: LinkStyle, offered: bool
) -> None:
    room = Room(Played(options=Options(channel=channel, link_style=style)))
    offer = OfferPresenter(room.played.services, room.qr, room.sale)
    queued = replace(BILL, message_words="queued")
    offer.on_lamps((Lamp("relay", LampState.OK), Lamp("gateway", LampState.DOWN)))
    offer.on_desk(desk(queued))
    assert room.qr.order_id is None
    offer.on_lamps((Lamp("relay", LampState.DOWN),))
    offer.on_desk(desk(queued))
    assert (room.qr.order_id == "A") is offered
