"""Pages and pictures at the relay: sealed once, closed in time, never a reason to stop."""

from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.domain.payment import CollectState, GatewayStatus
from pos_desktop.domain.sale import SaleState
from pos_desktop.ports import Effect, OutboxState, Picture
from pos_desktop.services.outbox import Done, Later
from tests.support.till import Till

REQUEST, RECEIPT = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT


def test_what_is_published_again_is_byte_for_byte_the_same(till: Till) -> None:
    till.relay.down = True
    sale = till.checkout.cash(till.order(), 23700)
    till.run(10)
    till.relay.down = False
    till.run(20)
    assert till.relay.pushes > 3
    assert till.sealer.count == 1
    (page,) = till.relay.pages[sale.link_token]
    assert page[2] == b"sealed pdf P2A/2627/000001 False"


def test_a_refusal_of_the_relay_keeps_the_bytes_and_is_tried_again(till: Till) -> None:
    # The ledger asks first, while the page is being sealed.
    till.relay.trouble.extend([RaseedError("relay_unknown_session")] * 2)
    sale = till.checkout.cash(till.order(), 23700)
    till.settle_down()
    with till.store.read() as uow:
        page = uow.pages.latest(sale.order_id)
    assert page is not None
    assert not page.acknowledged
    assert till.bill_message(sale.order_id) == "waiting"
    till.run(5)
    assert till.bill_message(sale.order_id) == "accepted"


def test_what_is_published_was_kept_before_and_is_never_made_anew(sms_till: Till) -> None:
    """The relay has it and the till dies: a page that has changed since would be refused there."""
    till = sms_till
    publish = till.relay.publish
    sale = till.checkout.request(till.order())

    def answer_lost(token: str, revision: int, content: bytes, pdf: bytes | None) -> None:
        publish(token, revision, content, pdf)
        with till.store.read() as uow:
            page = uow.pages.latest(sale.order_id)
        assert page is not None
        assert (page.revision, page.content, page.acknowledged) == (revision, content, False)
        till.relay.publish = publish  # type: ignore[method-assign]  # the fault is over
        raise Unavailable("relay_unreachable")

    till.relay.publish = answer_lost  # type: ignore[method-assign]  # the played fault
    till.run(3)
    till.restart()
    till.run(20)
    (first, second) = till.relay.pages[sale.link_token]
    assert first == second
    assert till.message(sale.order_id, REQUEST).state is MessageState.ACCEPTED


def test_a_renderer_that_fails_does_not_lose_the_receipt(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [ValueError("no font")]
    invoice_pdf = till.renderer.invoice_pdf

    def shaky(content: object, *, practice: bool) -> bytes:
        if faults:
            raise faults.pop()
        return invoice_pdf(content, practice=practice)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(till.renderer, "invoice_pdf", shaky)
    sale = till.checkout.cash(till.order(), 23700)
    till.settle_down()
    assert till.told() == ["no font"]
    till.run(40)
    assert till.message(sale.order_id, RECEIPT).state is MessageState.ACCEPTED


def test_an_error_of_the_store_between_sealing_and_sending_is_tried_again(till: Till) -> None:
    action = till.actions["page.publish"]
    sale = till.checkout.cash(till.order(), 23700)
    with till.store.write() as uow:
        (effect,) = uow.outbox.claim(till.clock.now(), ["page.publish"], 1)
        result = action.record(uow, effect, Unavailable("disk_error"), till.clock.now())
    assert "disk_error" in repr(result)
    till.settle_down()
    assert till.message(sale.order_id, RECEIPT).state is MessageState.ACCEPTED


def test_a_bill_page_that_arrives_after_the_payment_changes_nothing(sms_till: Till) -> None:
    """Revision 1 is on the wire when the money comes; the invoice is what stays."""
    till = sms_till
    publish = till.relay.publish
    sale = till.checkout.request(till.order())

    def slow(token: str, revision: int, content: bytes, pdf: bytes | None) -> None:
        till.relay.publish = publish  # type: ignore[method-assign]  # the played delay ends
        till.gateway.pay(f"{sale.order_id}-1")
        till.run(10)
        publish(token, revision, content, pdf)

    till.relay.publish = slow  # type: ignore[method-assign]  # the played delay
    till.run(20)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    with till.store.read() as uow:
        page = uow.pages.latest(sale.order_id)
    assert page is not None
    assert (page.revision, page.acknowledged) == (2, True)
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]
    assert till.desk.state().unsent == 0


def test_a_picture_is_sealed_once_and_goes_when_the_relay_is_back(qr_till: Till) -> None:
    till = qr_till
    till.relay.trouble.extend([Unavailable("relay_down")] * 3)
    sale = till.checkout.request(till.order())
    till.run(20)
    assert till.message(sale.order_id, REQUEST).state is MessageState.ACCEPTED
    assert till.sealer.count == 1


def test_a_picture_on_its_way_when_the_money_comes_is_closed_there(qr_till: Till) -> None:
    """Else the customer's message would show a QR that nobody may pay any more, for good."""
    till = qr_till
    publish = till.relay.publish_picture
    sale = till.checkout.request(till.order())

    def slow(token: str, sealed: bytes) -> None:
        till.gateway.pay(f"{sale.order_id}-1")
        till.run(5)
        publish(token, sealed)

    till.relay.publish_picture = slow  # type: ignore[method-assign]  # the played delay
    till.run(10)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.relay.closed == list(till.relay.pictures)
    assert till.message(sale.order_id, REQUEST).state is MessageState.DROPPED


def test_a_picture_that_never_reached_the_relay_is_not_closed_there(qr_till: Till) -> None:
    till = qr_till
    till.relay.down = True
    sale = till.checkout.request(till.order())
    till.run(3)
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(5)
    till.relay.down = False
    till.run(60)
    assert (till.relay.pictures, till.relay.closed) == ({}, [])
    assert till.desk.state().unsent == 0


def test_a_picture_whose_publishing_was_not_confirmed_is_closed_all_the_same(
    qr_till: Till,
) -> None:
    """The relay has it, its answer was lost, and the bill is settled before the next try."""
    till = qr_till
    publish = till.relay.publish_picture

    def answer_lost(token: str, sealed: bytes) -> None:
        till.relay.publish_picture = publish  # type: ignore[method-assign]  # the fault is over
        publish(token, sealed)
        till.gateway.pay(f"{sale.order_id}-1")
        till.clock.pass_seconds(10)
        raise Unavailable("relay_unreachable")

    till.relay.publish_picture = answer_lost  # type: ignore[method-assign]  # the played fault
    sale = till.checkout.request(till.order())
    till.run(20)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.relay.pictures
    assert till.relay.closed == list(till.relay.pictures)
    assert till.desk.state().unsent == 0


def test_a_picture_that_the_relay_lost_needs_no_closing(qr_till: Till) -> None:
    till = qr_till
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.gateway.pay(f"{sale.order_id}-1")
    till.relay.down = True
    till.run(5)
    till.relay.down = False
    till.relay.trouble.extend([RaseedError("relay_not_found")] * 2)
    till.run(60)
    assert till.collect(sale.order_id).state is CollectState.PAID
    assert till.desk.state().unsent == 0


def test_a_qr_without_its_text_is_for_the_gateways_picture_only(qr_till: Till) -> None:
    """Where the account gives no UPI text there is no picture of ours to send."""
    till = qr_till
    sale = till.checkout.request(till.order())
    till.gateway.payload = False  # nobody knew: it is the first QR of this account
    till.run(5)
    assert (till.relay.pictures, till.messenger.sent) == ({}, [])
    shown = till.desk.payable(sale.order_id)
    assert shown is not None
    assert (shown.payload, shown.image_url) == (None, "https://rzp.io/i/P")
    assert till.bill(sale.order_id).message_words == "dropped"
    assert till.desk.state().unsent == 0


def test_a_bill_page_without_its_invoice_page_sends_no_receipt_yet(sms_till: Till) -> None:
    till = sms_till
    publish = till.relay.publish
    sale = till.checkout.request(till.order())

    def slow(token: str, revision: int, content: bytes, pdf: bytes | None) -> None:
        till.relay.publish = publish  # type: ignore[method-assign]  # the played delay ends
        till.gateway.pay(f"{sale.order_id}-1")
        till.clock.pass_seconds(10)
        till.watcher.step(till.clock.now())
        till.lanes.drain()
        assert till.sale(sale.order_id).state is SaleState.ISSUED
        till.relay.down = True
        publish_now = till.relay.pages.setdefault(token, [])
        publish_now.append((revision, content, pdf))

    till.relay.publish = slow  # type: ignore[method-assign]  # the played delay
    till.settle_down()
    assert till.message(sale.order_id, RECEIPT).state is MessageState.WAITING
    till.relay.down = False
    till.run(10)
    assert till.message(sale.order_id, RECEIPT).state is MessageState.ACCEPTED
    assert [revision for revision, _, _ in till.relay.pages[sale.link_token]] == [1, 2]


def test_a_page_that_comes_when_the_link_is_over_sends_no_request(sms_till: Till) -> None:
    till = sms_till
    till.relay.down = True
    sale = till.checkout.request(till.order())
    till.run(5)
    reference = f"{sale.order_id}-1"
    seen = till.gateway.seen[reference]
    till.gateway.seen[reference] = replace(seen, status=GatewayStatus.EXPIRED)
    till.run(10)
    till.relay.down = False
    till.run(40)
    assert till.messenger.sent == []
    assert till.message(sale.order_id, REQUEST).state is MessageState.WAITING
    till.checkout.cash_for_waiting(sale.order_id, 23700, "Asha")
    till.run(5)
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]


def test_an_answer_about_a_picture_of_no_bill_disturbs_nobody(till: Till) -> None:
    action = till.actions["picture.publish"]
    till.relay.pictures["T"] = b"sealed"
    effect = Effect(1, "picture.publish", "B-1", "no order", OutboxState.DOING, 1, 0, 0)
    with till.store.write() as uow:
        assert isinstance(action.record(uow, effect, Unavailable("disk_error"), 0), Later)
        picture = Picture("B-1", "T", b"sealed", acknowledged=True)
        assert isinstance(action.record(uow, effect, picture, 0), Done)
        uow.commit()
    till.run(2)
    assert till.relay.closed == ["T"]
