"""A wrong number is corrected: whoever has it gets nothing more, the bill goes on."""

from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.delivery import DeliverySeen, MessageState, Purpose
from pos_desktop.domain.errors import DomainError, RaseedError, Unavailable
from pos_desktop.domain.payment import Collect, CollectKind, CollectState
from pos_desktop.domain.sale import Channel, Consent, LinkStyle, Sale, SaleState
from pos_desktop.domain.wish import WISH_LIFE_MS, Wish, WishKind
from pos_desktop.ports import Effect, GatewayError, GatewayErrorKind, OutboxState
from pos_desktop.services import effects
from pos_desktop.services.contact import CORRECTED, RevokePage
from pos_desktop.services.messages import delivered
from pos_desktop.services.opening import MOST_REQUESTS
from pos_desktop.services.outbox import Done, Dropped, Later
from tests.support.rig import options
from tests.support.till import PHONE, Till

NEW = "+919812345678"
UNREACHABLE = GatewayError(GatewayErrorKind.UNAVAILABLE)
REQUEST, RECEIPT = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT


def consent(till: Till) -> Consent:
    return Consent("payment_link_and_receipt", "Ravi", till.clock.now(), "2")


def correct(till: Till, sale: Sale, phone: str | None = NEW) -> None:
    till.contacts.correct(sale.order_id, phone, consent(till) if phone else None, "Ravi")


def open_bill(till: Till) -> Sale:
    sale = till.checkout.request(till.order())
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.OPEN
    return sale


def collects(till: Till, sale: Sale) -> list[tuple[CollectKind, CollectState]]:
    with till.store.read() as uow:
        found: list[Collect] = list(uow.collects.of(sale.order_id))
    return [(collect.kind, collect.state) for collect in found]


def sent(till: Till) -> list[tuple[Purpose, str]]:
    return [(message.purpose, message.to) for message in till.messenger.sent]


def refusal(till: Till, sale: Sale, phone: str | None, agreed: Consent | None) -> str:
    with pytest.raises(DomainError) as caught:
        till.contacts.correct(sale.order_id, phone, agreed, "Ravi")
    return caught.value.code


def test_the_link_is_closed_and_another_one_goes_to_the_new_number(till: Till) -> None:
    sale = open_bill(till)
    correct(till, sale)
    assert till.bill(sale.order_id).words == "closing_for_number"
    till.settle_down()
    now = till.sale(sale.order_id)
    assert (now.phone, now.contact, now.consent) == (NEW, 1, consent(till))
    assert now.link_token != sale.link_token
    link = CollectKind.LINK
    assert collects(till, sale) == [(link, CollectState.CANCELLED), (link, CollectState.OPEN)]
    assert sent(till) == [(REQUEST, PHONE), (REQUEST, NEW)]
    till.gateway.pay(f"{sale.order_id}-2")
    till.run(30)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert sent(till)[2:] == [(RECEIPT, NEW)]
    with till.store.read() as uow:
        entry = next(e for e in uow.ledger.after(0, 99) if e.kind == "number.corrected")
        former = uow.sales.contacts(sale.order_id)
    assert (entry.actor, entry.body["contact"]) == ("Ravi", 1)
    assert not any(number[3:] in str(entry.body) for number in (PHONE, NEW))
    assert [old.phone for old in former] == [PHONE]


def test_money_on_the_former_link_pays_and_its_receipt_goes_to_the_new_number(till: Till) -> None:
    sale = open_bill(till)
    till.gateway.trouble.append(UNREACHABLE)
    till.gateway.pay(f"{sale.order_id}-1")
    correct(till, sale)
    till.run(60)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert sent(till) == [(REQUEST, PHONE), (RECEIPT, NEW)]
    assert [kind for kind, _ in collects(till, sale)] == [CollectKind.LINK]
    with till.store.read() as uow:
        assert uow.wishes.get(sale.order_id) is None


def test_what_has_not_gone_never_goes_to_the_former_number(till: Till) -> None:
    sale = till.checkout.request(till.order())
    correct(till, sale)
    with till.store.read() as uow:
        (former,) = (m for m in uow.messages.of(sale.order_id) if m.to == PHONE)
    assert (former.state, former.reason) == (MessageState.DROPPED, CORRECTED)
    till.settle_down()
    assert sent(till) == [(REQUEST, NEW)]
    # The gateway was never asked for the first one.
    assert next(state for _, state in collects(till, sale)) is CollectState.CANCELLED


def test_news_of_the_former_message_still_find_it(till: Till) -> None:
    sale = open_bill(till)
    correct(till, sale)
    till.settle_down()
    with till.store.write() as uow:
        seen = DeliverySeen("sid1", None, MessageState.READ, None, None)
        changed = delivered(uow, seen, till.clock.now())
        uow.commit()
    assert changed is not None
    assert (changed.to, changed.state) == (PHONE, MessageState.READ)


@pytest.fixture
def page_till(tmp_path: Path) -> Till:
    """A shop whose payment request leads to its own page."""
    setup = replace(options(Channel.WHATSAPP_LINK), link_style=LinkStyle.PAGE)
    return Till(tmp_path, setup=setup)


def test_the_former_page_is_revoked_and_a_new_one_published(page_till: Till) -> None:
    till = page_till
    sale = open_bill(till)
    assert sale.link_token in till.relay.pages
    correct(till, sale)
    till.settle_down()
    assert till.relay.revoked == [sale.link_token]
    now = till.sale(sale.order_id)
    assert now.link_token in till.relay.pages
    assert [message.url for message in till.messenger.sent][1] is not None
    assert now.link_token in str(till.messenger.sent[1].url)
    till.gateway.pay(f"{sale.order_id}-2")
    till.run(30)
    assert [revision for revision, _, _ in till.relay.pages[now.link_token]][-1] == 2
    assert [revision for revision, _, _ in till.relay.pages[sale.link_token]] == [1]
    till.store.close()


def test_a_revocation_waits_for_the_relay(page_till: Till) -> None:
    till = page_till
    sale = open_bill(till)
    till.relay.down = True
    correct(till, sale)
    till.run(5)
    till.relay.down = False
    till.run(60)
    assert till.relay.revoked == [sale.link_token]
    till.store.close()


def test_the_picture_of_the_former_request_is_closed(qr_till: Till) -> None:
    sale = open_bill(qr_till)
    (former,) = qr_till.relay.pictures
    correct(qr_till, sale)
    qr_till.settle_down()
    assert qr_till.relay.closed == [former]
    assert [kind for kind, _ in collects(qr_till, sale)] == [CollectKind.QR, CollectKind.QR]
    assert sent(qr_till) == [(REQUEST, PHONE), (REQUEST, NEW)]


def test_without_a_number_it_is_paid_from_the_screen(till: Till) -> None:
    sale = open_bill(till)
    correct(till, sale, None)
    till.settle_down()
    now = till.sale(sale.order_id)
    assert (now.phone, now.consent, now.contact) == (None, None, 1)
    assert collects(till, sale)[1] == (CollectKind.QR, CollectState.OPEN)
    assert till.bill(sale.order_id).words == "qr_on_screen"
    till.gateway.pay(f"{sale.order_id}-2")
    till.run(30)
    assert sent(till) == [(REQUEST, PHONE)]


def test_a_new_number_that_wants_no_messages_is_shown_the_qr(till: Till) -> None:
    till.consents.refuse(NEW, "Ravi")
    sale = open_bill(till)
    correct(till, sale)
    till.settle_down()
    assert collects(till, sale)[1] == (CollectKind.QR, CollectState.OPEN)
    assert till.bill(sale.order_id).message_reason == "opted_out"
    assert sent(till) == [(REQUEST, PHONE)]


def test_a_bill_that_was_never_asked_by_message_keeps_its_qr(till: Till) -> None:
    sale = till.checkout.screen_qr(till.order())
    till.settle_down()
    correct(till, sale)
    till.settle_down()
    assert collects(till, sale) == [(CollectKind.QR, CollectState.OPEN)]
    assert sent(till) == []
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(30)
    assert sent(till) == [(RECEIPT, NEW)]


def test_what_somebody_wished_for_goes_on(till: Till) -> None:
    sale = open_bill(till)
    till.gateway.trouble.append(UNREACHABLE)
    till.checkout.cash_for_waiting(sale.order_id, 50_000, "Asha")
    correct(till, sale)
    till.run(60)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert sent(till) == [(REQUEST, PHONE), (RECEIPT, NEW)]
    other = open_bill(till)
    till.gateway.trouble.append(UNREACHABLE)
    till.checkout.show_qr(other.order_id, "Asha")
    correct(till, other)
    till.run(60)
    assert collects(till, other)[1] == (CollectKind.QR, CollectState.OPEN)


def test_a_wish_that_has_grown_old_gives_way(till: Till) -> None:
    sale = open_bill(till)
    old = till.clock.now() - WISH_LIFE_MS - 1
    with till.store.write() as uow:
        uow.wishes.put(Wish(sale.order_id, WishKind.QR, old, "Asha"))
        uow.commit()
    correct(till, sale)
    till.settle_down()
    assert sent(till) == [(REQUEST, PHONE), (REQUEST, NEW)]


def test_a_bill_with_nothing_left_to_pay_is_only_corrected(till: Till) -> None:
    """Its money is there, but the counter can give no number now."""
    sale = open_bill(till)
    till.gateway.pay(f"{sale.order_id}-1")
    with till.store.write() as uow:
        for fact in till.gateway.seen[f"{sale.order_id}-1"].payments:
            uow.facts.add(sale.order_id, f"{sale.order_id}-1", fact, till.clock.now())
        uow.commit()
    correct(till, sale)
    assert till.sale(sale.order_id).phone == NEW
    with till.store.read() as uow:
        assert uow.wishes.get(sale.order_id) is None


def test_each_number_is_asked_three_times_at_most(till: Till) -> None:
    sale = open_bill(till)
    for number in [NEW, PHONE] * MOST_REQUESTS:
        correct(till, sale, number)
        till.settle_down()
    asked = [number for _, number in sent(till)]
    assert (asked.count(PHONE), asked.count(NEW)) == (MOST_REQUESTS, MOST_REQUESTS)
    assert collects(till, sale)[-1] == (CollectKind.LINK, CollectState.OPEN)


def test_what_cannot_be_corrected_is_refused(till: Till) -> None:
    sale, agreed = open_bill(till), consent(till)
    assert refusal(till, sale, PHONE, agreed) == "same_number"
    assert refusal(till, sale, NEW, None) == "consent_needed"
    remote = till.checkout.request(till.order(), remote=True)
    assert refusal(till, remote, None, None) == "phone_needed"
    silent = till.checkout.request(till.order(None))
    assert refusal(till, silent, NEW, agreed) == "no_number"
    assert refusal(till, replace(sale, order_id="unknown"), NEW, agreed) == "not_waiting"
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(30)
    assert refusal(till, sale, NEW, agreed) == "not_waiting"


def revoking(till: Till, subject: str, error: str | None = None) -> Effect:
    kind, state = effects.PAGE_REVOKE, OutboxState.DOING
    return Effect(1, kind, subject, subject.partition(":")[0], state, 1, 0, 0, error)


def test_a_page_that_the_relay_does_not_hold_is_looked_for_twice(till: Till) -> None:
    """A push that was on its way when the number was corrected would bring it back."""
    action = RevokePage(till.relay)
    sale = open_bill(till)
    correct(till, sale)
    with till.store.write() as uow:
        effect = revoking(till, f"{sale.order_id}:0")
        call = action.prepare(uow, effect, 0)
        assert not isinstance(call, Dropped)
        assert call.perform() is False
        first = action.record(uow, effect, False, 0)
        assert isinstance(first, Later)
        again = revoking(till, f"{sale.order_id}:0", first.error)
        assert action.record(uow, again, False, 0) == Done()
        assert action.record(uow, effect, True, 0) == Done()
        refused = action.record(uow, effect, RaseedError("relay_revoked"), 0)
        assert refused == Later("relay_revoked")
        assert isinstance(action.record(uow, effect, ValueError("x"), 0), Later)
        assert action.recover(uow, effect, 0) == Later("stopped while revoking", 0)
        gone = revoking(till, f"{sale.order_id}:7")
        assert action.prepare(uow, gone, 0) == Dropped("no_such_link")
        action.dropped(uow, gone, "no_such_link", 0)
        till.relay.down = True
        with pytest.raises(Unavailable):
            call.perform()
    till.relay.down = False
