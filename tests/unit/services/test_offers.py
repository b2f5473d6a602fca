"""What the account can do decides what is offered, and what it refused once is not asked again."""

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectKind, CollectState
from pos_desktop.domain.sale import Channel, Sale, SaleState
from pos_desktop.ports import CollectIntent, CollectSeen, GatewayError, GatewayErrorKind
from pos_desktop.services.standing import GATEWAY
from pos_desktop.services.views import Offered
from tests.support.till import PHONE, Till

OFF = GatewayError(GatewayErrorKind.FEATURE_OFF, "The requested URL was not found on the server.")


def opened(till: Till, phone: str | None = PHONE) -> Sale:
    sale = till.checkout.request(till.order(phone))
    till.settle_down()
    return sale


def learn(till: Till) -> Sale:
    """A customer scans a QR that the account refuses."""
    till.gateway.trouble.append(OFF)
    return opened(till, None)


def offers(till: Till) -> Offered:
    return till.desk.state().offers


def ways(till: Till, sale: Sale) -> list[tuple[CollectKind, CollectState]]:
    with till.store.read() as uow:
        return [(collect.kind, collect.state) for collect in uow.collects.of(sale.order_id)]


def ledger(till: Till) -> list[str]:
    with till.store.read() as uow:
        return [e.kind for e in uow.ledger.after(0, 999) if e.kind.startswith("qr.")]


def test_an_account_offers_what_it_can(till: Till) -> None:
    assert offers(till) == Offered()
    assert not till.desk.state().testable


def test_a_refused_qr_becomes_a_link_at_once(till: Till) -> None:
    sale = learn(till)
    assert ways(till, sale) == [
        (CollectKind.QR, CollectState.REFUSED),
        (CollectKind.LINK, CollectState.OPEN),
    ]
    assert till.bill(sale.order_id).can_show_qr
    till.gateway.pay(f"{sale.order_id}-2")
    till.run(6)
    assert till.sale(sale.order_id).state is SaleState.ISSUED


def test_no_link_comes_where_the_bill_was_freed_for_other_tenders(till: Till) -> None:
    """The split was asked for while the QR was being made: nothing new may be payable then."""
    freed = []

    def refuse(intent: CollectIntent) -> CollectSeen:
        freed.append(till.checkout.free(intent.order_id, "Asha"))
        raise OFF

    till.gateway.create = refuse  # type: ignore[method-assign]  # the race that is played
    sale = opened(till, None)
    assert freed == [False]
    assert ways(till, sale) == [(CollectKind.QR, CollectState.CANCELLED)]
    assert till.checkout.free(sale.order_id, "Asha") is True


def test_a_live_link_stays_where_the_account_has_no_qr(till: Till) -> None:
    learn(till)
    assert offers(till) == Offered(qr=False, refused=True)
    assert till.desk.state().testable
    sale = opened(till)
    with pytest.raises(DomainError, match="qr_not_offered"):
        till.checkout.show_qr(sale.order_id, "Asha")
    till.settle_down()
    assert ways(till, sale) == [(CollectKind.LINK, CollectState.OPEN)]


def test_a_bill_without_a_phone_gets_a_links_qr(till: Till) -> None:
    learn(till)
    sale = opened(till, None)
    assert ways(till, sale) == [(CollectKind.LINK, CollectState.OPEN)]


def test_it_is_known_after_a_restart(till: Till) -> None:
    learn(till)
    till.store.close()
    till.start()
    assert offers(till) == Offered(qr=False, refused=True)
    assert ledger(till) == ["qr.off"]


def test_a_second_refusal_is_no_news(till: Till) -> None:
    for phone in (None, None):
        till.gateway.trouble.append(OFF)
        till.checkout.screen_qr(till.order(phone))
    till.settle_down()
    assert ledger(till) == ["qr.off"]


def test_a_test_again_lets_the_next_be_asked_for(till: Till) -> None:
    learn(till)
    assert till.standing.test_again(GATEWAY)
    till.lanes.drain()
    assert offers(till) == Offered()
    sale = opened(till, None)
    assert ways(till, sale) == [(CollectKind.QR, CollectState.OPEN)]
    assert ledger(till) == ["qr.off", "qr.on"]


def test_a_qr_that_is_made_proves_it_wrong(till: Till) -> None:
    """Two were asked for; the account refused the first and made the second."""
    till.gateway.trouble.append(OFF)
    till.checkout.screen_qr(till.order(None))
    till.checkout.screen_qr(till.order(None))
    till.settle_down()
    assert offers(till) == Offered()


def test_what_another_gateway_refused_does_not_count(till: Till) -> None:
    learn(till)
    till.gateway.name = "cashfree"
    till.store.close()
    till.start()
    assert offers(till) == Offered()


def test_learnt_while_a_link_was_closing_the_screen_shows_another(till: Till) -> None:
    sale = opened(till)
    till.checkout.show_qr(sale.order_id, "Asha")
    with till.store.write() as uow:
        till.standing.asked(uow, "razorpay", OFF, till.clock.now(), CollectKind.QR)
        uow.commit()
    till.settle_down()
    assert ways(till, sale) == [
        (CollectKind.LINK, CollectState.CANCELLED),
        (CollectKind.LINK, CollectState.OPEN),
    ]


def test_a_refused_qr_of_a_bill_that_goes_another_way_stays_refused(till: Till) -> None:
    till.gateway.trouble.append(OFF)
    sale = till.checkout.screen_qr(till.order(None))
    till.outbox.step(till.clock.now())
    till.lanes.step()
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.settle_down()
    assert [kind for kind, _ in ways(till, sale)] == [CollectKind.QR]
    assert till.sale(sale.order_id).state is SaleState.ABANDONED


def test_a_refused_qr_whose_link_was_wished_for_gets_one_link(till: Till) -> None:
    till.gateway.trouble.append(OFF)
    sale = till.checkout.screen_qr(till.order())
    till.outbox.step(till.clock.now())
    till.lanes.step()
    till.checkout.send_again(sale.order_id, "Asha")
    till.settle_down()
    assert [kind for kind, _ in ways(till, sale)] == [CollectKind.QR, CollectKind.LINK]


def test_a_request_by_picture_becomes_one_by_link(qr_till: Till) -> None:
    qr_till.gateway.trouble.append(OFF)
    sale = opened(qr_till)
    assert ways(qr_till, sale)[-1] == (CollectKind.LINK, CollectState.OPEN)
    assert qr_till.options.channel is Channel.WHATSAPP_QR
    qr_till.run(5)
    assert [message.order_id for message in qr_till.messenger.sent] == [sale.order_id]
