"""What the cashier asks for, and what is refused."""

from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectKind, CollectState, GatewayStatus
from pos_desktop.domain.sale import SaleState, TenderKind
from pos_desktop.services.drafts import Drafts
from pos_desktop.services.effects import page_of, page_subject
from tests.support.till import OIL, Till

DUE = 23700


def test_goods_are_handed_over_after_the_money_and_once(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    for unpaid in (sale.order_id, "nobody"):
        with pytest.raises(DomainError, match="not_paid_yet"):
            till.checkout.hand_over(unpaid, "Asha")
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(6)
    till.checkout.hand_over(sale.order_id, "Asha")
    first = till.sale(sale.order_id).handed_over_at
    till.clock.pass_seconds(60)
    till.checkout.hand_over(sale.order_id, "Ravi")
    assert till.sale(sale.order_id).handed_over_at == first == till.clock.now() - 60_000


def test_a_bill_with_money_is_not_abandoned(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.gateway.pay(f"{sale.order_id}-1", 100)
    till.run(6)
    with pytest.raises(DomainError, match="money_received"):
        till.checkout.abandon(sale.order_id, "left", "Asha")
    assert till.sale(sale.order_id).state is SaleState.AWAITING


def test_an_abandoned_bill_says_why_and_by_whom_in_the_ledger(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.checkout.abandon(sale.order_id, "walked away", "Ravi")
    assert till.sale(sale.order_id).state is SaleState.AWAITING, "the gateway has not answered yet"
    till.settle_down()
    with till.store.read() as uow:
        (entry,) = [e for e in uow.ledger.after(0, 99) if e.kind == "sale.abandoned"]
    assert (entry.actor, entry.body["reason"], entry.body["due"]) == ("Ravi", "walked away", DUE)


def test_showing_the_qr_makes_no_second_way_to_pay(till: Till) -> None:
    sale = till.checkout.request(till.order())
    for _ in range(3):
        till.checkout.show_qr(sale.order_id, "Asha")
        till.settle_down()
        till.checkout.show_qr(sale.order_id, "Asha")
    live = [s.kind for s in till.gateway.seen.values() if s.status is GatewayStatus.OPEN]
    assert live == [CollectKind.QR], "the link was closed, and one QR was opened after it"
    with pytest.raises(DomainError, match="not_waiting"):
        till.checkout.show_qr("nobody", "Asha")


def test_a_bill_that_closes_opens_no_second_way_before_the_answer(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = f"{sale.order_id}-1"
    till.gateway.seen[reference] = replace(till.gateway.seen[reference], amount=1)
    till.clock.pass_seconds(5)
    till.watcher.step(till.clock.now())
    till.lanes.step()
    till.lanes.step()
    assert till.collect(sale.order_id).state is CollectState.CLOSING
    till.checkout.show_qr(sale.order_id, "Asha")
    with till.store.read() as uow:
        assert len(uow.collects.of(sale.order_id)) == 1


def test_a_verified_merchant_sends_qrs_of_any_amount(qr_till: Till) -> None:
    till = qr_till
    gateway = replace(till.options.gateway, verified_merchant=True)
    till.options = replace(till.options, gateway=gateway)
    till.store.close()
    till.start()
    sale = till.checkout.request(till.order(items=(OIL,) * 13))
    till.settle_down()
    assert till.collect(sale.order_id).kind is CollectKind.QR


@pytest.mark.parametrize(
    ("fixture", "screen", "minutes"),
    [("till", False, 30), ("till", True, 5), ("qr_till", False, 30), ("sms_till", True, 5)],
)
def test_how_long_a_request_lives(
    fixture: str, screen: bool, minutes: int, request: pytest.FixtureRequest
) -> None:
    till: Till = request.getfixturevalue(fixture)
    order = till.order(None if screen else "+919876543210")
    sale = till.checkout.screen_qr(order) if screen else till.checkout.request(order)
    till.settle_down()
    assert till.collect(sale.order_id).expires_at == sale.created_at + minutes * 60_000


def test_cash_writes_what_was_given_and_what_went_back(till: Till) -> None:
    waiting = till.checkout.request(till.order())
    till.settle_down()
    with pytest.raises(DomainError, match="cash_too_little"):
        till.checkout.cash_for_waiting(waiting.order_id, DUE - 1, "Asha")
    asked = till.checkout.cash_for_waiting(waiting.order_id, 30000, "Ravi")
    assert asked.state is SaleState.AWAITING, "the link is being closed first"
    till.settle_down()
    issued = till.sale(waiting.order_id)
    assert (issued.state, issued.invoice_number) == (SaleState.ISSUED, "P2A/2627/000001")
    assert till.gateway.seen[f"{waiting.order_id}-1"].status is GatewayStatus.CANCELLED
    with till.store.read() as uow:
        (tender,) = uow.tenders.of(waiting.order_id)
        (entry,) = [e for e in uow.ledger.after(0, 99) if e.kind == "sale.issued"]
    assert (tender.kind, tender.by, tender.amount) == (TenderKind.CASH, "Ravi", DUE)
    assert (tender.tendered, tender.change) == (30000, 6300)
    assert entry.body["tenders"] == [{"kind": "cash", "amount": DUE, "reference": ""}]
    till.run(10)
    assert till.flags() == ()


def test_two_lakh_in_cash_is_refused_and_one_rupee_less_is_not(till: Till) -> None:
    big = till.order(items=(OIL,) * 1212)
    assert big.bill.totals.payable == 19_998_000
    assert till.checkout.cash(big, 19_998_000).state is SaleState.ISSUED
    exact = replace(big.bill.totals, payable=2_00_000_00, round_off=2000)
    order = replace(big, bill=replace(big.bill, totals=exact))
    with pytest.raises(DomainError, match="cash_limit"):
        till.checkout.cash(order, 2_00_000_00)


def test_a_receipt_by_message_needs_a_phone(till: Till) -> None:
    sale = till.checkout.cash(till.order(phone=None), DUE)
    till.settle_down()
    assert till.messenger.sent == []
    assert sale.consent is None
    with_phone = till.checkout.cash(till.order(), DUE)
    till.settle_down()
    assert [m.purpose for m in till.messenger.sent] == [Purpose.RECEIPT]
    assert with_phone.consent is not None
    assert with_phone.consent.asked_by == "Asha"


def test_the_draft_survives_a_power_cut(till: Till) -> None:
    drafts = Drafts(till.store)
    assert drafts.load() is None
    drafts.save('{"lines": []}')
    till.restart()
    assert Drafts(till.store).load() == '{"lines": []}'
    Drafts(till.store).save("")
    assert Drafts(till.store).load() is None


def test_the_subject_of_a_page_can_be_read_back() -> None:
    assert page_subject("01J0", 2) == "01J0:2"
    assert page_of(page_subject("01J0", 2)) == ("01J0", 2, 0)
    assert page_of(page_subject("01J0", 2, 3)) == ("01J0", 2, 3)
