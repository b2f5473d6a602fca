"""Who said no gets nothing, whoever told us: a STOP, or the cashier at the counter."""

from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import Message, MessageState, OptKind, OptOut, Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectKind
from pos_desktop.domain.sale import Consent, Sale, SaleState
from pos_desktop.services.consent import OPTED_OUT, STOP, UNTOLD, Stops
from pos_desktop.wire import v1
from pos_desktop.wire.tags import phone_tag
from tests.support.till import PHONE, Till

OTHER = "+919812345678"
SECRET = "the shop's callback secret"
FORMER = "the one before it"
DAY_S = 24 * 3600


def heard(till: Till, *, sid: str = "", tag: str = "") -> None:
    seq = till.hints.cursor() + 1
    till.hints.apply(v1.FeedEvent(seq=seq, kind="stop", at=0, sid=sid, tag=tag))
    till.tick()


def sell(till: Till, phone: str = PHONE) -> Sale:
    sale = till.checkout.request(till.order(phone))
    till.settle_down()
    return sale


def words(till: Till) -> list[tuple[str, str]]:
    """Kind and actor of every ledger entry about messages."""
    with till.store.read() as uow:
        entries = list(uow.ledger.after(0, 999))
    assert not any(PHONE[3:] in str(entry) for entry in entries)
    return [(e.kind, e.actor) for e in entries if e.kind.startswith("messages.")]


def told(till: Till, sale: Sale, purpose: Purpose = Purpose.PAYMENT_REQUEST) -> Message:
    return till.message(sale.order_id, purpose)


def sent(till: Till) -> int:
    return len(till.messenger.sent)


def test_a_stop_that_names_its_message_ends_messages_to_its_number(till: Till) -> None:
    first = sell(till)
    heard(till, sid="sid1")
    assert till.consents.refused(PHONE)
    assert not till.consents.refused(OTHER)
    assert words(till) == [("messages.refused", "customer")]
    till.gateway.pay(f"{first.order_id}-1")
    till.run(30)
    assert till.sale(first.order_id).state is SaleState.ISSUED
    receipt = told(till, first, Purpose.RECEIPT)
    assert (receipt.state, receipt.reason) == (MessageState.DROPPED, OPTED_OUT)
    second = sell(till)
    assert sent(till) == 1
    request = told(till, second)
    assert (request.state, request.reason) == (MessageState.DROPPED, OPTED_OUT)
    assert till.collect(second.order_id).kind is CollectKind.QR
    bill = till.bill(second.order_id)
    assert bill.attention
    assert (bill.message_words, bill.message_reason) == ("dropped", OPTED_OUT)
    assert bill.can_show_qr


def test_a_stop_again_is_no_news(till: Till) -> None:
    sell(till)
    heard(till, sid="sid1")
    heard(till, sid="sid1")
    assert words(till) == [("messages.refused", "customer")]


def test_a_stop_that_is_told_once_more_does_not_undo_what_came_after(till: Till) -> None:
    sell(till)
    stop = v1.FeedEvent(seq=1, kind="stop", at=0, sid="sid1")
    till.hints.apply(stop)
    till.consents.agree(PHONE, "Asha")
    till.hints.apply(stop)
    assert not till.consents.refused(PHONE)


def test_a_stop_finds_its_number_by_the_tag_of_the_feed(till: Till) -> None:
    till.callback_secrets = (SECRET, FORMER)
    sell(till)
    till.clock.pass_seconds(1)
    sell(till, OTHER)
    heard(till, tag=phone_tag(FORMER, PHONE))
    assert till.consents.refused(PHONE)
    assert not till.consents.refused(OTHER)
    # It stands when the shop's secrets are gone.
    till.callback_secrets = ()
    assert till.consents.refused(PHONE)


def test_a_stop_of_somebody_unknown_is_kept_by_its_tag(till: Till) -> None:
    till.callback_secrets = (SECRET,)
    tag = phone_tag(SECRET, PHONE)
    heard(till, tag=tag)
    heard(till, tag=tag)
    heard(till, sid="sid9")
    assert words(till) == [("messages.refused", "customer")]
    assert till.consents.refused(PHONE)
    sale = sell(till)
    assert told(till, sale).reason == OPTED_OUT
    # She is known now: it stands without the shop's secret.
    till.callback_secrets = ()
    assert till.consents.refused(PHONE)
    assert sent(till) == 0


def test_who_was_written_to_long_ago_is_kept_by_the_tag(till: Till) -> None:
    till.callback_secrets = (SECRET,)
    sell(till)
    till.clock.pass_seconds(40 * DAY_S)
    heard(till, tag=phone_tag(SECRET, PHONE))
    with till.store.read() as uow:
        word = uow.opt_outs.latest("", (phone_tag(SECRET, PHONE),))
    assert word is not None
    assert (word.kind, word.source, word.phone) == (OptKind.OUT, STOP, None)
    assert till.consents.refused(PHONE)


def test_a_stop_without_a_secret_to_read_it_is_kept(till: Till) -> None:
    sell(till)
    heard(till, tag=phone_tag(SECRET, PHONE))
    assert not till.consents.refused(PHONE)
    till.callback_secrets = (SECRET,)
    assert till.consents.refused(PHONE)


def test_a_stop_about_a_forgotten_number_goes_by_its_tag(till: Till) -> None:
    sale = sell(till)
    with till.store.write() as uow:
        uow.messages.save(replace(told(till, sale), to=""), till.clock.now())
        uow.commit()
    heard(till, sid="sid1")
    assert words(till) == []
    heard(till, sid="sid1", tag=phone_tag(SECRET, PHONE))
    assert words(till) == [("messages.refused", "customer")]


def test_the_cashier_says_no_and_the_customer_yes_again(till: Till) -> None:
    till.consents.refuse(PHONE, "Asha")
    till.consents.refuse(PHONE, "Asha")
    with pytest.raises(DomainError) as caught:
        till.checkout.request(till.order(), remote=True)
    assert caught.value.code == OPTED_OUT
    sale = sell(till)
    with pytest.raises(DomainError) as caught:
        till.checkout.send_again(sale.order_id, "Asha")
    assert caught.value.code == OPTED_OUT
    till.consents.agree(PHONE, "Asha")
    till.consents.agree(PHONE, "Asha")
    assert words(till) == [("messages.refused", "Asha"), ("messages.wanted", "Asha")]
    assert told(till, sell(till)).state is MessageState.ACCEPTED


def test_what_waits_to_be_sent_is_dropped_at_once(till: Till) -> None:
    sale = till.checkout.request(till.order())
    other = till.checkout.request(till.order(OTHER))
    assert told(till, sale).state is MessageState.WAITING
    till.consents.refuse_for(sale.order_id, "Asha")
    assert (told(till, sale).state, told(till, sale).reason) == (MessageState.DROPPED, OPTED_OUT)
    assert told(till, other).state is MessageState.WAITING
    # Nothing to drop any more, and nobody to refuse for.
    till.consents.refuse_for(till.checkout.screen_qr(till.order(None)).order_id, "Asha")
    till.consents.refuse_for("unknown", "Asha")
    assert words(till) == [("messages.refused", "Asha")]


def test_a_message_in_the_queue_does_not_leave(till: Till) -> None:
    """Refused by the feed under a tag while nobody knew whose it was: caught where it leaves."""
    till.gateway.pay(f"{sell(till).order_id}-1")
    till.relay.down = True
    till.run(30)
    till.relay.down = False
    till.callback_secrets = (SECRET,)
    with till.store.write() as uow:
        uow.opt_outs.add(OptOut(None, phone_tag(SECRET, PHONE), 0, OptKind.OUT, STOP))
        uow.commit()
    before = sent(till)
    till.run(120)
    assert sent(till) == before
    with till.store.read() as uow:
        assert uow.outbox.unsent()[0] == 0


def test_a_number_without_a_consent_is_not_kept(till: Till) -> None:
    order = till.order()
    sale = till.checkout.screen_qr(replace(order, consent=None))
    assert (till.sale(sale.order_id).phone, till.sale(sale.order_id).consent) == (None, None)
    with pytest.raises(DomainError) as caught:
        till.checkout.request(replace(order, consent=None), remote=True)
    assert caught.value.code == "phone_needed"


@pytest.mark.parametrize("way", ["request", "screen_qr", "cash"])
def test_every_way_with_a_number_keeps_the_four_facts_of_its_consent(till: Till, way: str) -> None:
    order = till.order()
    if way == "cash":
        sale = till.checkout.cash(order, order.bill.totals.payable)
    else:
        sale = getattr(till.checkout, way)(order)
    kept = till.sale(sale.order_id)
    assert kept.phone == PHONE
    assert kept.consent == Consent("bill", "Asha", order.consent.at if order.consent else 0, "1")


def test_without_the_relays_names_the_counters_own_words_count(till: Till) -> None:
    till.consents.refuse(PHONE, "Asha")
    nobody = v1.FeedEvent(seq=1, kind="stop", at=0)
    with till.store.write() as uow:
        assert UNTOLD.refused(uow, PHONE)
        assert not UNTOLD.refused(uow, None)
        assert not Stops(UNTOLD, till.ids).apply(uow, nobody, till.clock.now())
