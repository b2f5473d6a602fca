"""Changing the way to pay: close, wait for the answer, then go on (design payments 3)."""

from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.payment import (
    OWN_UPI,
    Collect,
    CollectKind,
    CollectState,
    GatewayStatus,
)
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Channel, Sale, SaleState, Tender, TenderKind
from pos_desktop.domain.wish import WISH_LIFE_MS, Wish, WishKind
from pos_desktop.ports import CollectIntent, CollectSeen, GatewayError, GatewayErrorKind
from tests.support.rig import options
from tests.support.till import MILK, OIL, Till

DUE = 23700
UNREACHABLE = GatewayError(GatewayErrorKind.UNAVAILABLE)


def open_bill(till: Till) -> Sale:
    sale = till.checkout.request(till.order())
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.OPEN
    return sale


def collects(till: Till, sale: Sale) -> list[Collect]:
    with till.store.read() as uow:
        return list(uow.collects.of(sale.order_id))


def live(till: Till) -> list[str]:
    return [ref for ref, seen in till.gateway.seen.items() if seen.status is GatewayStatus.OPEN]


def wish(till: Till, sale: Sale) -> Wish | None:
    with till.store.read() as uow:
        return uow.wishes.get(sale.order_id)


def entries(till: Till, kind: str) -> list[str]:
    with till.store.read() as uow:
        return [e.actor for e in uow.ledger.after(0, 999) if e.kind == kind]


def test_a_link_is_closed_and_answered_before_the_qr_opens(till: Till) -> None:
    sale = open_bill(till)
    till.gateway.trouble.append(UNREACHABLE)
    till.checkout.show_qr(sale.order_id, "Asha")
    till.settle_down()
    assert [c.kind for c in collects(till, sale)] == [CollectKind.LINK], "no answer yet"
    till.run(5)
    assert live(till) == [f"{sale.order_id}-2"]
    first, second = collects(till, sale)
    assert (first.state, second.state) == (CollectState.CANCELLED, CollectState.OPEN)
    assert (second.kind, second.amount) == (CollectKind.QR, DUE)
    assert wish(till, sale) is None


def test_cash_is_taken_when_the_link_is_closed_even_after_a_kill(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.cash_for_waiting(sale.order_id, 30000, "Ravi")
    till.restart()
    till.settle_down()
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    with till.store.read() as uow:
        (tender,) = uow.tenders.of(sale.order_id)
    assert (tender.kind, tender.amount, tender.change, tender.by) == (
        TenderKind.CASH, DUE, 6300, "Ravi",
    )  # fmt: skip
    assert live(till) == []
    assert till.flags() == ()


def test_money_that_comes_while_closing_wins_and_the_cash_goes_back(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.cash_for_waiting(sale.order_id, 30000, "Ravi")
    till.gateway.pay(f"{sale.order_id}-1")
    till.settle_down()
    assert till.sale(sale.order_id).confirmed_by == "poll"
    assert [(n.order_id, n.give_back) for n in till.heard.news] == [(sale.order_id, 30000)]
    with till.store.read() as uow:
        assert [t.kind for t in uow.tenders.of(sale.order_id)] == [TenderKind.GATEWAY_LINK]
    assert till.flags() == ()
    assert wish(till, sale) is None


def test_a_bill_paid_while_it_turns_to_a_qr_owes_no_cash(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.show_qr(sale.order_id, "Asha")
    till.gateway.pay(f"{sale.order_id}-1")
    till.settle_down()
    assert [news.give_back for news in till.heard.news] == [0]
    assert len(collects(till, sale)) == 1


def test_cash_counted_long_ago_is_not_taken_by_itself(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.cash_for_waiting(sale.order_id, DUE, "Ravi")
    till.gateway.trouble.extend([UNREACHABLE] * 40)
    till.run(WISH_LIFE_MS / 1000 + 40)
    till.gateway.trouble.clear()
    till.run(40)
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    kept = wish(till, sale)
    assert kept is not None
    assert kept.kind is WishKind.CASH
    issued = till.checkout.cash_for_waiting(sale.order_id, DUE, "Ravi")
    assert issued.state is SaleState.ISSUED, "nothing is payable now, so nothing is waited for"


def test_a_qr_wished_for_long_ago_does_not_open_behind_her_back(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.show_qr(sale.order_id, "Asha")
    till.gateway.trouble.extend([UNREACHABLE] * 40)
    till.run(WISH_LIFE_MS / 1000 + 40)
    till.gateway.trouble.clear()
    till.run(40)
    assert [c.state for c in collects(till, sale)] == [CollectState.CANCELLED]
    assert wish(till, sale) is None


def test_the_risk_of_cash_without_an_answer_is_in_the_books(till: Till) -> None:
    sale = open_bill(till)
    till.gateway.trouble.extend([UNREACHABLE] * 9)
    issued = till.checkout.cash_for_waiting(sale.order_id, DUE, "Ravi", risk=True)
    assert issued.state is SaleState.ISSUED
    assert entries(till, "cash.risk_taken") == ["Ravi"]
    till.run(200)
    assert live(till) == []


def test_nothing_is_waited_for_where_the_gateway_was_never_asked(till: Till) -> None:
    till.gateway.trouble.extend([UNREACHABLE] * 9)
    sale = till.checkout.request(till.order())
    till.settle_down()
    issued = till.checkout.cash_for_waiting(sale.order_id, DUE, "Ravi")
    assert issued.state is SaleState.ISSUED
    till.gateway.trouble.clear()
    till.run(90)
    assert till.gateway.seen == {}
    assert till.desk.state().unsent == 0


def test_a_bill_is_given_up_when_its_link_is_closed(till: Till) -> None:
    sale = open_bill(till)
    till.gateway.trouble.extend([UNREACHABLE] * 20)
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.run(WISH_LIFE_MS / 1000 + 10)
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    till.gateway.trouble.clear()
    till.run(60)
    assert till.sale(sale.order_id).state is SaleState.ABANDONED, "this wish does not grow old"
    assert entries(till, "sale.abandoned") == ["Asha"]


def test_part_of_the_money_that_comes_while_closing_keeps_the_bill(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.gateway.pay(f"{sale.order_id}-1", 100)
    till.settle_down()
    assert till.sale(sale.order_id).state is SaleState.AWAITING
    assert [flag.kind for flag in till.flags()] == ["part"]
    assert wish(till, sale) is None
    assert till.collect(sale.order_id).state is CollectState.CANCELLED


def test_the_rest_of_a_part_is_asked_not_the_whole(till: Till) -> None:
    sale = open_bill(till)
    till.gateway.pay(f"{sale.order_id}-1", 10000)
    till.run(6)
    till.checkout.show_qr(sale.order_id, "Asha")
    till.settle_down()
    assert till.collect(sale.order_id, 2).amount == DUE - 10000
    till.gateway.pay(f"{sale.order_id}-2")
    till.run(6)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    with till.store.read() as uow:
        kinds = [(t.kind, t.amount) for t in uow.tenders.of(sale.order_id)]
    assert kinds == [(TenderKind.GATEWAY_LINK, 10000), (TenderKind.GATEWAY_QR, DUE - 10000)]
    assert till.flags() == ()


def test_an_edited_bill_gives_its_lines_back_once(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.edit(sale.order_id, "Asha")
    assert till.checkout.take_edited(sale.order_id) is None, "the link is not closed yet"
    till.settle_down()
    assert till.sale(sale.order_id).state is SaleState.ABANDONED
    till.restart()
    edited = till.checkout.take_edited(sale.order_id)
    assert edited is not None
    assert [line.name for line in edited.lines] == [MILK.name, OIL.name]
    assert edited.phone == sale.phone
    assert till.checkout.take_edited(sale.order_id) is None
    assert till.checkout.take_edited("nobody") is None


def test_the_lines_of_a_bill_to_change_are_kept_as_they_are_taken(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.edit(sale.order_id, "Asha")
    assert till.checkout.edited(sale.order_id) is None, "the link is not closed yet"
    till.settle_down()
    before = till.checkout.edited(sale.order_id)
    assert before is not None
    assert till.desk.state().edits == (sale.order_id,)
    assert till.checkout.take_edited(sale.order_id, "the bill on the screen") == before
    with till.store.read() as uow:
        assert uow.notes.get("draft") == "the bill on the screen"
    assert till.checkout.edited(sale.order_id) is None


def test_other_tenders_may_be_taken_when_nothing_is_payable(till: Till) -> None:
    sale = open_bill(till)
    assert till.checkout.free(sale.order_id, "Asha") is False
    till.settle_down()
    assert till.checkout.free(sale.order_id, "Asha") is True


def test_a_setting_that_changed_meanwhile_drops_the_wish_not_the_answer(tmp_path: Path) -> None:
    till = own(tmp_path)
    sale = open_bill(till)
    till.checkout.show_own_qr(sale.order_id, "Asha")
    till.options = replace(till.options, own_upi=OwnUpiOptions())
    till.store.close()
    till.start()
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert entries(till, "wish.dropped") == ["machine"]
    assert wish(till, sale) is None
    with pytest.raises(DomainError, match="own_upi_off"):
        till.checkout.show_own_qr(sale.order_id, "Asha")
    till.store.close()


def test_an_account_whose_qr_codes_were_taken_out_meanwhile_shows_a_link(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.show_qr(sale.order_id, "Asha")
    gateway = replace(till.options.gateway, qr_enabled=False)
    till.options = replace(till.options, gateway=gateway)
    till.store.close()
    till.start()
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert (till.collect(sale.order_id, 2).kind, wish(till, sale)) == (CollectKind.LINK, None)
    with pytest.raises(DomainError, match="qr_not_offered"):
        till.checkout.show_qr(sale.order_id, "Asha")


def test_without_qr_codes_the_screen_shows_the_links_qr(tmp_path: Path) -> None:
    setup = options()
    setup = replace(setup, gateway=replace(setup.gateway, qr_enabled=False))
    till = Till(tmp_path, setup=setup)
    sale = till.checkout.screen_qr(till.order(None))
    till.settle_down()
    assert till.collect(sale.order_id).kind is CollectKind.LINK
    picture = replace(setup, channel=Channel.WHATSAPP_QR)
    till.options = picture
    till.store.close()
    till.start()
    asked = till.checkout.request(till.order())
    till.settle_down()
    assert till.collect(asked.order_id).kind is CollectKind.LINK
    till.store.close()


def own(tmp_path: Path, channel: Channel = Channel.WHATSAPP_LINK) -> Till:
    setup = replace(options(channel), own_upi=OwnUpiOptions("shop@bank", "Fresh Mart"))
    return Till(tmp_path, setup=setup)


def test_the_own_qr_follows_the_closed_link_and_needs_no_gateway(tmp_path: Path) -> None:
    till = own(tmp_path, Channel.WHATSAPP_QR)
    sale = open_bill(till)
    till.checkout.show_own_qr(sale.order_id, "Asha")
    till.settle_down()
    shown = till.collect(sale.order_id, 2)
    assert (shown.gateway, shown.state, shown.next_ask_at) == (OWN_UPI, CollectState.OPEN, None)
    assert live(till) == []
    assert list(till.own_upi.seen) == [f"{sale.order_id}-2"]
    till.checkout.show_own_qr(sale.order_id, "Asha")
    till.settle_down()
    assert len(collects(till, sale)) == 2
    assert len(till.messenger.sent) == 1, "a QR that nobody watches is not sent to anybody"
    till.checkout.cash_for_waiting(sale.order_id, DUE, "Asha")
    till.settle_down()
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    till.store.close()


def test_a_shop_without_an_own_address_has_no_own_qr(till: Till) -> None:
    sale = open_bill(till)
    with pytest.raises(DomainError, match="own_upi_off"):
        till.checkout.show_own_qr(sale.order_id, "Asha")
    with till.store.write() as uow:
        with pytest.raises(DomainError, match="own_upi_off"):
            till.switching.opener.open_own(uow, sale, till.clock.now())
        uow.tenders.add(sale.order_id, Tender(TenderKind.CASH, DUE, 1, "Asha"))
        with pytest.raises(DomainError, match="nothing_to_pay"):
            till.switching.opener.open(uow, sale, CollectKind.LINK, till.clock.now())


def test_the_request_goes_three_times_and_no_more(till: Till) -> None:
    sale = open_bill(till)
    for _ in range(2):
        till.checkout.send_again(sale.order_id, "Asha")
        with pytest.raises(DomainError, match=r"still_on_its_way|too_many_requests"):
            till.checkout.send_again(sale.order_id, "Asha")
        till.settle_down()
    assert len(till.messenger.sent) == 3
    assert {message.url for message in till.messenger.sent} == {till.collect(sale.order_id).url}
    with pytest.raises(DomainError, match="too_many_requests"):
        till.checkout.send_again(sale.order_id, "Asha")
    assert entries(till, "request.again") == ["Asha", "Asha"]
    with till.store.write() as uow, pytest.raises(DomainError, match="too_many_requests"):
        till.switching.opener.request_message(uow, sale, till.clock.now())


def test_a_request_for_a_dead_link_makes_a_new_one(till: Till) -> None:
    sale = open_bill(till)
    reference = f"{sale.order_id}-1"
    seen = till.gateway.seen[reference]
    till.gateway.seen[reference] = replace(seen, status=GatewayStatus.EXPIRED)
    till.run(6)
    assert till.bill(sale.order_id).words == "link_expired"
    till.checkout.send_again(sale.order_id, "Asha")
    till.settle_down()
    assert [m.url for m in till.messenger.sent] == [collects(till, sale)[0].url,
                                                    till.collect(sale.order_id, 2).url]  # fmt: skip


def test_nobody_is_asked_again_without_a_phone(till: Till) -> None:
    sale = till.checkout.screen_qr(till.order(None))
    till.settle_down()
    with pytest.raises(DomainError, match="phone_needed"):
        till.checkout.send_again(sale.order_id, "Asha")
    with pytest.raises(DomainError, match="phone_needed"):
        till.checkout.request(till.order(None), remote=True)
    with till.store.write() as uow:
        till.switching.opener.request_message(uow, sale, till.clock.now())
        assert uow.messages.of(sale.order_id) == ()


def test_a_remote_bill_has_a_link_for_a_day(qr_till: Till) -> None:
    sale = qr_till.checkout.request(qr_till.order(), remote=True)
    qr_till.settle_down()
    collect = qr_till.collect(sale.order_id)
    assert (collect.kind, qr_till.sale(sale.order_id).remote) == (CollectKind.LINK, True)
    assert collect.expires_at == sale.created_at + 24 * 3600 * 1000


def test_goods_are_not_given_unpaid_by_an_old_approval(till: Till) -> None:
    sale = open_bill(till)
    old = Approval("Meera", till.clock.now() - 11 * 60_000, "goods")
    with pytest.raises(DomainError, match="approval_needed"):
        till.checkout.hand_over_unpaid(sale.order_id, old)
    assert till.flags() == ()


def test_goods_given_before_the_money_are_followed_until_it_comes(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.hand_over_unpaid(sale.order_id, Approval("Meera", till.clock.now(), "goods"))
    (flag,) = till.flags()
    assert (flag.kind, flag.amount) == ("handed_over_unpaid", DUE)
    assert entries(till, "sale.handed_over_unpaid") == ["Meera"]
    assert till.bill(sale.order_id).attention
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(6)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    assert till.sale(sale.order_id).handed_over_at is not None
    assert till.flags() == ()
    assert till.desk.state().waiting == ()
    with pytest.raises(DomainError, match="not_waiting"):
        till.checkout.hand_over_unpaid(sale.order_id, Approval("Meera", 1, "goods"))


def test_goods_that_were_given_are_not_given_again_once_somebody_decided(till: Till) -> None:
    sale = open_bill(till)
    till.checkout.hand_over_unpaid(sale.order_id, Approval("Meera", till.clock.now(), "goods"))
    with till.store.write() as uow:
        (flag,) = uow.flags.of(sale.order_id)
        uow.flags.close(flag.flag_id, till.clock.now(), "Meera", "pays tomorrow")
        uow.commit()
    assert till.bill(sale.order_id).given
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(6)
    assert till.sale(sale.order_id).handed_over_at is not None
    assert till.desk.state().waiting == ()


def test_a_wish_on_a_bill_that_is_gone_does_nothing(till: Till) -> None:
    sale = open_bill(till)
    with till.store.write() as uow:
        assert till.payments.after(uow, "nobody", till.clock.now()) is None
        assert till.switching.proceed(uow, sale, till.clock.now()) is None
        uow.commit()


def test_a_qr_that_cannot_be_drawn_is_not_sent_as_a_picture(qr_till: Till) -> None:
    """The account does not tell what its QR says: the customer gets the link instead."""
    qr_till.gateway.payload = False
    sale = qr_till.checkout.request(qr_till.order())
    qr_till.settle_down()
    assert qr_till.collect(sale.order_id).kind is CollectKind.LINK
    assert [message.url for message in qr_till.messenger.sent] == ["https://rzp.io/rzp/L1"]
    shown = qr_till.checkout.screen_qr(qr_till.order(None))
    qr_till.settle_down()
    assert qr_till.collect(shown.order_id).kind is CollectKind.QR


def test_what_may_not_be_shown_is_let_go_when_it_has_ended(till: Till) -> None:
    """Its address leads to an unknown host: every look refuses it, also the one that would close
    it, and nobody was ever shown it."""
    odd = GatewayError(GatewayErrorKind.VALIDATION, "The link leads to a host that is not known.")

    looks = []

    def refuse(intent: CollectIntent) -> CollectSeen | None:
        looks.append(till.clock.now())
        raise odd

    sale = till.checkout.request(till.order())
    till.outbox.step(till.clock.now())
    till.restart()  # in mid-call: it may have been made
    till.gateway.find = refuse  # type: ignore[method-assign]  # the look that is played
    till.checkout.abandon(sale.order_id, "left", "Asha")
    till.run(600, step=20)
    assert till.collect(sale.order_id).state is CollectState.CLOSING
    till.run(26 * 3600, step=30)
    assert till.collect(sale.order_id).state is CollectState.CANCELLED
    assert till.sale(sale.order_id).state is SaleState.ABANDONED
    # It stays what it is all day: nobody asks twice a minute.
    assert len(looks) < 26 * 12
    assert till.desk.state().unsent == 0
