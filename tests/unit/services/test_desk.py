"""Every word that a bill on the panel may say, reached the way a shop reaches it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import GatewayStatus, PaymentFact, PaymentStatus
from pos_desktop.domain.sale import Sale
from pos_desktop.gui.texts import say
from pos_desktop.ports import GatewayError, GatewayErrorKind, NotSent, Rejected, Unknown
from pos_desktop.services.views import Tone, WaitingBill
from pos_desktop.wire import v1
from tests.support.till import PHONE, Till

DUE = 23700


def ask(till: Till, phone: str | None = PHONE) -> Sale:
    return till.checkout.request(till.order(phone))


def opened(till: Till, phone: str | None = PHONE) -> Sale:
    sale = ask(till, phone)
    till.settle_down()
    return sale


def attempt(till: Till, status: PaymentStatus) -> Sale:
    sale = opened(till)
    fact = PaymentFact("razorpay", "pay_1", status, DUE, "INR", 0)
    till.gateway.add(f"{sale.order_id}-1", fact)
    till.run(6)
    return sale


def asking(till: Till) -> Sale:
    return ask(till)


def slow(till: Till) -> Sale:
    sale = ask(till)
    till.clock.pass_seconds(7)
    return sale


def unreachable(till: Till) -> Sale:
    till.gateway.trouble.append(GatewayError(GatewayErrorKind.UNAVAILABLE))
    return opened(till)


def refused(till: Till) -> Sale:
    till.gateway.trouble.append(GatewayError(GatewayErrorKind.FEATURE_OFF))
    return opened(till)


def on_screen(till: Till) -> Sale:
    return opened(till, None)


def part(till: Till) -> Sale:
    sale = opened(till)
    till.gateway.pay(f"{sale.order_id}-1", 100)
    till.run(6)
    return sale


def asked_in_vain(till: Till) -> Sale:
    sale = opened(till)
    till.gateway.trouble.append(GatewayError(GatewayErrorKind.TIMEOUT))
    till.run(5)
    return sale


def failed(till: Till) -> Sale:
    return attempt(till, PaymentStatus.FAILED)


def authorised(till: Till) -> Sale:
    return attempt(till, PaymentStatus.AUTHORISED)


def created(till: Till) -> Sale:
    return attempt(till, PaymentStatus.CREATED)


def paid(till: Till) -> Sale:
    sale = opened(till)
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(6)
    return sale


def paid_twice(till: Till) -> Sale:
    sale = opened(till)
    till.gateway.pay(f"{sale.order_id}-1")
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(6)
    return sale


def ended(till: Till, status: GatewayStatus) -> Sale:
    sale = opened(till)
    reference = f"{sale.order_id}-1"
    till.gateway.seen[reference] = replace(till.gateway.seen[reference], status=status)
    till.run(6)
    return sale


def expired(till: Till) -> Sale:
    return ended(till, GatewayStatus.EXPIRED)


def cancelled_there(till: Till) -> Sale:
    return ended(till, GatewayStatus.CANCELLED)


def closing(till: Till) -> Sale:
    """The gateway answered about another amount, and its close is not answered yet."""
    sale = opened(till)
    reference = f"{sale.order_id}-1"
    till.gateway.seen[reference] = replace(till.gateway.seen[reference], amount=1)
    till.clock.pass_seconds(5)
    till.watcher.step(till.clock.now())
    till.lanes.step()
    till.lanes.step()
    return sale


@pytest.mark.parametrize(
    ("way", "words", "tone", "attention"),
    [
        (asking, "asking_gateway", Tone.PENDING, False),
        (slow, "not_confirmed_checking", Tone.PENDING, False),
        (unreachable, "gateway_unreachable", Tone.FAILED, True),
        (refused, "refused_by_gateway", Tone.FAILED, True),
        (opened, "waiting_payment", Tone.PENDING, False),
        (on_screen, "qr_on_screen", Tone.PENDING, False),
        (created, "waiting_payment", Tone.PENDING, False),
        (failed, "last_attempt_failed", Tone.PENDING, False),
        (authorised, "bank_confirming", Tone.PENDING, False),
        (part, "part_paid", Tone.PENDING, True),
        (asked_in_vain, "not_confirmed_checking", Tone.PENDING, False),
        (expired, "link_expired", Tone.FAILED, True),
        (cancelled_there, "closed_by_gateway", Tone.FAILED, True),
        (closing, "closing_checking", Tone.PENDING, True),
        (paid, "paid_give_goods", Tone.PAID, False),
        (paid_twice, "paid_give_goods", Tone.PAID, True),
    ],
)
def test_the_words_about_money(
    till: Till, way: Callable[[Till], Sale], words: str, tone: Tone, attention: bool
) -> None:
    sale = way(till)
    bill = till.bill(sale.order_id)
    assert (bill.words, bill.tone, bill.attention) == (words, tone, attention)
    assert till.desk.state().attention == int(attention)
    shown = till.desk.payable(sale.order_id)
    assert shown is not None
    assert (shown.payload is not None) == bill.can_show_qr
    assert say("qr_on_screen_waiting" if words == "qr_on_screen" else words)


def test_a_paid_collect_of_a_bill_that_is_not_issued_is_never_called_paid(till: Till) -> None:
    """The words follow the bill: a capture that another refund took back pays nothing."""
    sale = opened(till)
    reference = f"{sale.order_id}-1"
    till.gateway.pay(reference)
    fact = till.gateway.seen[reference].payments[0]
    back = replace(fact, status=PaymentStatus.REFUNDED, amount_refunded=DUE)
    till.gateway.add(reference, back)
    till.run(6)
    bill = till.bill(sale.order_id)
    assert (bill.words, bill.invoice_number) == ("not_confirmed_checking", None)


def test_an_issued_bill_shows_number_reference_and_its_receipt(till: Till) -> None:
    sale = paid(till)
    bill = till.bill(sale.order_id)
    assert bill.invoice_number == "P2A/2627/000001"
    assert bill.upi_reference == "632700000001"
    assert [news.upi_reference for news in till.heard.news] == ["632700000001"]
    assert (bill.message_purpose, bill.phone_last4) == ("receipt", "3210")
    assert bill.paid_at == till.sale(sale.order_id).issued_at
    assert (bill.expires_at, bill.can_show_qr) == (None, False)
    assert bill.channel == "whatsapp"


def message_bill(till: Till, *answers: object) -> WaitingBill:
    till.messenger.answers.extend(answers)  # type: ignore[arg-type]  # results of the provider
    return till.bill(opened(till).order_id)


def test_the_words_about_the_message(till: Till) -> None:
    assert till.bill(ask(till).order_id).message_words == "queued"
    assert message_bill(till).message_words == "accepted"
    assert message_bill(till, NotSent(5, "busy")).message_words == "queued"
    assert message_bill(till, Rejected(400, 1, "bad")).message_reason == "bad"
    assert message_bill(till, Unknown("time-out")).message_words == "unknown"
    sale = opened(till)
    sid = till.message(sale.order_id, till.messenger.sent[-1].purpose).sid or ""
    for seq, status in enumerate(("sent", "delivered", "read"), 1):
        till.hints.apply(v1.FeedEvent(seq=seq, kind="delivery", at=0, sid=sid, status=status))
        assert till.bill(sale.order_id).message_words == status


def test_waiting_for_the_gateway_is_not_waiting_for_the_relay(qr_till: Till) -> None:
    till = qr_till
    till.relay.down = True
    till.gateway.trouble.extend([GatewayError(GatewayErrorKind.UNAVAILABLE)] * 2)
    sale = opened(till)
    till.clock.pass_seconds(5)
    assert till.bill(sale.order_id).message_words == "queued"
    till.run(10)
    assert till.bill(sale.order_id).message_words == "waits_for_relay"


def test_a_receipt_waits_for_the_relay_too(till: Till) -> None:
    till.relay.down = True
    sale = paid(till)
    assert till.bill(sale.order_id).message_words == "queued"
    till.run(4)
    assert till.bill(sale.order_id).message_words == "waits_for_relay"


def test_a_dropped_request_is_not_needed_any_more(till: Till) -> None:
    till.messenger.answers.append(NotSent(700, "busy"))
    sale = ask(till)
    till.run(900, step=20)
    assert till.bill(sale.order_id).message_words == "dropped"


def test_a_bill_without_a_phone_has_no_message(till: Till) -> None:
    bill = till.bill(opened(till, None).order_id)
    assert (bill.message_words, bill.message_purpose, bill.channel) == ("", "", "")
    assert bill.phone_last4 is None


def test_attention_comes_first_then_the_longest_waiting(till: Till) -> None:
    first = opened(till)
    till.clock.pass_seconds(1)
    second = opened(till)
    till.clock.pass_seconds(1)
    third = refused(till)
    order = [bill.order_id for bill in till.desk.state().waiting]
    assert order == [third.order_id, first.order_id, second.order_id]


def test_nothing_to_show_for_a_bill_that_is_not_there(till: Till) -> None:
    assert till.desk.payable("nobody") is None
    for order_id in ("nobody", None):
        with pytest.raises(DomainError, match="nothing_to_print"):
            till.desk.document(order_id)


def test_a_link_is_shown_as_a_qr_of_its_address(till: Till) -> None:
    sale = opened(till)
    shown = till.desk.payable(sale.order_id)
    assert shown is not None
    assert shown.payload == "https://rzp.io/rzp/L1"
    assert shown.expires_at == sale.created_at + 30 * 60 * 1000


def test_a_bill_that_nobody_asked_about_can_be_shown(till: Till) -> None:
    """A bill restored from a backup that was made before its first request."""
    sale = opened(till)
    bare = replace(sale, order_id="01J0000000000000000000000B", link_token="B" * 22, token_no=2)
    with till.store.write() as uow:
        uow.sales.add(bare)
        uow.commit()
    assert till.bill(bare.order_id).words == "no_request"
    shown = till.desk.payable(bare.order_id)
    assert shown is not None
    assert (shown.payload, shown.expires_at) == (None, None)
    till.checkout.show_qr(bare.order_id, "Asha")
    till.settle_down()
    assert till.bill(bare.order_id).can_show_qr


def test_the_print_is_the_bill_asked_for_or_the_last_issued_one(till: Till) -> None:
    waiting = opened(till)
    issued = till.checkout.cash(till.order(), DUE)
    assert till.desk.document().number == issued.invoice_number
    bill = till.desk.document(waiting.order_id)
    assert (bill.kind, bill.number) == ("bill", "")
    assert bill.pay is not None
