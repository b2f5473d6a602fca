"""One sale from request to receipt, by every way, against played peers on a real database."""

import pytest

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectKind, CollectState
from pos_desktop.domain.sale import Channel, SaleState, TenderKind
from pos_desktop.ports import GatewayError, GatewayErrorKind, NotSent, Rejected, Unknown
from pos_desktop.wire import v1
from tests.support.till import MILK, OIL, PHONE, Till

REQUEST, RECEIPT = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT


def test_a_link_sale_by_whatsapp_from_request_to_receipt(till: Till) -> None:
    sale = till.checkout.request(till.order())
    assert sale.due == 23700
    till.settle_down()
    reference = till.collect(sale.order_id).reference
    request = till.message(sale.order_id, REQUEST)
    assert request.state is MessageState.ACCEPTED
    assert request.url == "https://rzp.io/rzp/L1"
    assert till.bill(sale.order_id).words == "waiting_payment"

    till.gateway.pay(reference)
    till.run(6)
    till.settle_down()
    issued = till.sale(sale.order_id)
    assert issued.state is SaleState.ISSUED
    assert issued.invoice_number == "P2A/2627/000001"
    assert issued.confirmed_by == "poll"
    assert [n.invoice_number for n in till.heard.news] == ["P2A/2627/000001"]
    receipt = till.message(sale.order_id, RECEIPT)
    assert receipt.state is MessageState.ACCEPTED
    assert receipt.url == f"https://bills.example/i/{sale.link_token}"
    assert [m.purpose for m in till.messenger.sent] == [REQUEST, RECEIPT]
    bill = till.bill(sale.order_id)
    assert (bill.words, bill.message_words) == ("paid_give_goods", "accepted")
    till.checkout.hand_over(sale.order_id, "Asha")
    assert till.desk.state().waiting == ()


def test_a_qr_picture_goes_with_the_whatsapp_message(qr_till: Till) -> None:
    sale = qr_till.checkout.request(qr_till.order())
    qr_till.settle_down()
    collect = qr_till.collect(sale.order_id)
    assert collect.kind is CollectKind.QR
    request = qr_till.message(sale.order_id, REQUEST)
    assert request.template == "pay_whatsapp_qr"
    token = next(iter(qr_till.relay.pictures))
    assert request.media_url == f"https://bills.example/q/{token}.png"
    assert qr_till.relay.pictures[token].endswith((collect.upi_payload or "").encode())
    qr_till.gateway.pay(collect.reference)
    qr_till.run(4)
    assert qr_till.sale(sale.order_id).state is SaleState.ISSUED
    assert qr_till.relay.closed == [token]


def test_above_the_share_and_pay_cap_the_message_carries_a_link(qr_till: Till) -> None:
    sale = qr_till.checkout.request(qr_till.order(items=(OIL,) * 13))
    assert sale.due == 214500
    qr_till.settle_down()
    assert qr_till.collect(sale.order_id).kind is CollectKind.LINK
    request = qr_till.message(sale.order_id, REQUEST)
    assert (request.template, request.media_url) == ("pay_whatsapp_link", None)


def test_sms_leads_to_our_page_and_never_carries_a_picture(sms_till: Till) -> None:
    sale = sms_till.checkout.request(sms_till.order())
    sms_till.settle_down()
    request = sms_till.message(sale.order_id, REQUEST)
    assert request.channel == "sms"
    assert request.media_url is None
    assert request.url == f"https://bills.example/i?{sale.link_token}"
    assert sms_till.relay.pictures == {}
    assert [revision for revision, _, _ in sms_till.relay.pages[sale.link_token]] == [1]
    sms_till.gateway.pay(f"{sale.order_id}-1")
    sms_till.run(6)
    assert [r for r, _, _ in sms_till.relay.pages[sale.link_token]] == [1, 2]
    assert sms_till.message(sale.order_id, RECEIPT).url == request.url


def test_without_a_phone_the_qr_is_on_the_screen_and_no_message_exists(till: Till) -> None:
    sale = till.checkout.request(till.order(phone=None))
    till.settle_down()
    shown = till.desk.payable(sale.order_id)
    assert shown is not None
    assert shown.payload == till.collect(sale.order_id).upi_payload
    assert till.bill(sale.order_id).words == "qr_on_screen"
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(4)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.messenger.sent == []
    paid = till.desk.payable(sale.order_id)
    assert paid is not None
    assert paid.paid
    assert paid.payload is None


def test_cash_is_issued_and_handed_over_at_once_with_one_receipt(till: Till) -> None:
    sale = till.checkout.cash(till.order(), 50000)
    assert (sale.state, sale.invoice_number) == (SaleState.ISSUED, "P2A/2627/000001")
    till.settle_down()
    with till.store.read() as uow:
        (tender,) = uow.tenders.of(sale.order_id)
    assert (tender.kind, tender.amount, tender.change) == (TenderKind.CASH, 23700, 26300)
    assert [m.purpose for m in till.messenger.sent] == [RECEIPT]
    assert till.desk.state().waiting == ()


def test_cash_rules(till: Till) -> None:
    with pytest.raises(DomainError, match="cash_too_little"):
        till.checkout.cash(till.order(), 23600)
    with pytest.raises(DomainError, match="cash_limit"):
        till.checkout.cash(till.order(items=(OIL,) * 1300), 99999999)
    with pytest.raises(DomainError, match="nothing_to_pay"):
        till.checkout.cash(till.order(items=()), 100)
    assert till.checkout.cash(till.order(), 23700).invoice_number == "P2A/2627/000001"


def test_cash_for_a_waiting_bill_closes_its_link_and_drops_its_request(till: Till) -> None:
    till.messenger.answers.append(NotSent(5, "busy"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    assert till.message(sale.order_id, REQUEST).state is MessageState.QUEUED
    till.checkout.cash_for_waiting(sale.order_id, 23700, "Asha")
    till.run(10)
    assert till.message(sale.order_id, REQUEST).state is MessageState.DROPPED
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert [m.purpose for m in till.messenger.sent] == [REQUEST, RECEIPT]
    with pytest.raises(DomainError, match="not_waiting"):
        till.checkout.cash_for_waiting(sale.order_id, 23700, "Asha")


def test_money_that_arrives_after_cash_is_flagged_and_nothing_is_sent_twice(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.gateway.pay(f"{sale.order_id}-1")
    till.checkout.cash_for_waiting(sale.order_id, 23700, "Asha", risk=True)
    till.run(10)
    risk, flag = till.flags()
    assert (risk.kind, risk.detail) == ("risk_taken", "cash taken by Asha")
    assert (flag.kind, flag.amount, flag.action) == ("duplicate", 23700, "refund")
    assert till.collect(sale.order_id).state is CollectState.PAID
    assert [m.purpose for m in till.messenger.sent].count(RECEIPT) == 1


def test_money_for_an_abandoned_bill_is_late_and_makes_no_invoice(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.checkout.abandon(sale.order_id, "walked away", "Asha")
    till.settle_down()
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(10)
    assert [f.kind for f in till.flags()] == ["late"]
    assert till.sale(sale.order_id).invoice_number is None
    with pytest.raises(DomainError, match="not_waiting"):
        till.checkout.abandon(sale.order_id, "again", "Asha")


def test_a_kill_in_mid_call_to_the_gateway_makes_no_second_link(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.outbox.step(till.clock.now())
    till.lanes.step()  # the gateway has acted, its answer is not recorded
    till.restart()
    assert till.collect(sale.order_id).state is CollectState.UNKNOWN
    till.run(4)
    assert till.collect(sale.order_id).state is CollectState.OPEN
    creates = [c for c in till.gateway.calls if c.startswith("create")]
    assert len(creates) == 1
    assert len(till.messenger.sent) == 1


def test_a_kill_in_mid_call_to_exotel_never_sends_again(till: Till) -> None:
    sale = till.checkout.request(till.order())
    while not till.messenger.sent:
        till.outbox.step(till.clock.now())
        till.lanes.step()
    till.restart()
    till.run(60)
    assert len(till.messenger.sent) == 1
    assert till.message(sale.order_id, REQUEST).state is MessageState.UNKNOWN
    label = till.messenger.sent[0].label
    till.hints.apply(v1.FeedEvent(seq=1, kind="delivery", at=0, label=label, status="delivered"))
    assert till.message(sale.order_id, REQUEST).state is MessageState.DELIVERED


def test_an_answer_that_was_lost_is_found_by_reference(till: Till) -> None:
    till.gateway.trouble.append(
        GatewayError(GatewayErrorKind.TIMEOUT, "timed out", outcome_unknown=True)
    )
    sale = till.checkout.request(till.order())
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.UNKNOWN
    till.run(5)
    assert till.collect(sale.order_id).state is CollectState.OPEN
    assert len(till.gateway.seen) == 1


def test_the_gateway_away_is_told_and_the_sale_goes_on_by_itself(till: Till) -> None:
    for _ in range(3):
        till.gateway.trouble.append(GatewayError(GatewayErrorKind.UNAVAILABLE, "no route"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    bill = till.bill(sale.order_id)
    assert (bill.words, bill.attention) == ("gateway_unreachable", True)
    till.run(20)
    assert till.bill(sale.order_id).words == "waiting_payment"


def test_a_refusal_of_the_gateway_is_final_and_told(till: Till) -> None:
    till.gateway.trouble.append(GatewayError(GatewayErrorKind.VALIDATION, "too small"))
    sale = till.checkout.screen_qr(till.order(phone=None))
    till.settle_down()
    assert till.bill(sale.order_id).words == "refused_by_gateway"
    till.checkout.show_qr(sale.order_id, "Asha")
    till.settle_down()
    assert till.collect(sale.order_id, 2).state is CollectState.OPEN


def test_the_relay_away_keeps_messages_waiting_and_says_so(qr_till: Till) -> None:
    qr_till.relay.down = True
    sale = qr_till.checkout.request(qr_till.order())
    qr_till.run(5)
    bill = qr_till.bill(sale.order_id)
    assert (bill.message_words, bill.can_show_qr) == ("waits_for_relay", True)
    qr_till.gateway.pay(f"{sale.order_id}-1")
    qr_till.run(5)
    assert qr_till.sale(sale.order_id).confirmed_by == "poll"
    assert qr_till.message(sale.order_id, REQUEST).state is MessageState.DROPPED
    assert qr_till.messenger.sent == []
    qr_till.relay.down = False
    qr_till.run(40)
    assert [m.purpose for m in qr_till.messenger.sent] == [RECEIPT]
    pages = qr_till.relay.pages[sale.link_token]
    assert len({content for _, content, _ in pages}) == 1


def test_a_hook_wakes_the_watcher_and_is_only_a_hint(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    collect = till.collect(sale.order_id)
    hook = v1.FeedEvent(
        seq=1, kind="hook", at=0, collect_id=collect.gateway_id or "", event="payment_link.paid"
    )
    till.hints.apply(hook)
    till.settle_down(2)
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    till.gateway.pay(collect.reference)
    till.hints.apply(v1.FeedEvent(seq=2, kind="hook", at=0, reference=collect.reference, event="x"))
    till.settle_down(2)
    assert till.sale(sale.order_id).confirmed_by == "push"
    assert till.hints.cursor() == 2


def test_message_answers_become_words(till: Till) -> None:
    till.messenger.answers.extend(
        [Rejected(400, 1001, "bad number"), Unknown("timed out"), Rejected(402, None, "no money")]
    )
    words = []
    for _ in range(3):
        sale = till.checkout.request(till.order())
        till.settle_down()
        words.append(till.bill(sale.order_id).message_words)
    assert words == ["failed", "unknown", "failed"]
    till.run(30)
    assert len(till.messenger.sent) == 3


def test_a_request_too_old_is_dropped_not_sent_late(till: Till) -> None:
    till.messenger.answers.append(NotSent(700, "busy"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.run(900, step=20)
    message = till.message(sale.order_id, REQUEST)
    assert (message.state, message.reason) == (MessageState.DROPPED, "too_late_to_send")
    assert len(till.messenger.sent) == 1


def test_everything_reaches_the_relay_once_and_in_order(till: Till) -> None:
    till.relay.down = True
    for _ in range(3):
        till.checkout.cash(till.order(phone=None), 23700)
    till.run(3)
    assert till.desk.state().unsent > 0
    assert till.syncing.problem == "relay_unreachable"
    till.relay.down = False
    till.run(60)
    assert till.desk.state().unsent == 0
    assert [e.seq for e in till.relay.entries] == list(range(1, len(till.relay.entries) + 1))
    with till.store.read() as uow:
        assert uow.ledger.head() == (till.relay.entries[-1].seq, till.relay.entries[-1].hash)


def test_the_channel_of_the_bill_decides_not_the_channel_of_today(till: Till) -> None:
    sale = till.checkout.request(till.order())
    assert sale.channel is Channel.WHATSAPP_LINK
    till.settle_down()
    assert till.message(sale.order_id, REQUEST).to == PHONE
    assert {m.channel for m in till.messenger.sent} == {"whatsapp"}


def test_the_same_total_twice_is_never_confused(till: Till) -> None:
    first = till.checkout.request(till.order(items=(MILK,)))
    second = till.checkout.request(till.order(phone="+919812345670", items=(MILK,)))
    till.settle_down()
    till.gateway.pay(f"{second.order_id}-1")
    till.run(8)
    assert till.sale(first.order_id).state is SaleState.AWAITING
    assert till.sale(second.order_id).state is SaleState.ISSUED
    assert (first.token_no, second.token_no) == (1, 2)


def test_a_picture_that_comes_too_late_takes_no_receipt_along(qr_till: Till) -> None:
    """Relay away, paid by polling; when it is back, Exotel is busy while the picture is dropped."""
    qr_till.relay.down = True
    sale = qr_till.checkout.request(qr_till.order())
    qr_till.run(5)
    qr_till.gateway.pay(f"{sale.order_id}-1")
    qr_till.run(5)
    assert qr_till.sale(sale.order_id).state is SaleState.ISSUED
    qr_till.messenger.answers.extend(NotSent(5, "busy") for _ in range(8))
    qr_till.relay.down = False
    qr_till.run(180)
    assert qr_till.message(sale.order_id, RECEIPT).state is MessageState.ACCEPTED


def test_a_clock_that_was_put_back_holds_nothing_up(till: Till) -> None:
    till.relay.down = True
    sale = till.checkout.cash(till.order(), 23700)
    till.run(60)
    till.clock.pass_seconds(-3600)
    till.relay.down = False
    till.outbox.hurry()
    till.run(10)
    assert till.message(sale.order_id, RECEIPT).state is MessageState.ACCEPTED


def test_a_request_whose_link_is_over_waits_for_nothing(qr_till: Till) -> None:
    qr_till.relay.down = True
    sale = qr_till.checkout.request(qr_till.order())
    qr_till.run(31 * 60, step=5)
    bill = qr_till.bill(sale.order_id)
    assert (bill.words, bill.message_words) == ("link_expired", "")
