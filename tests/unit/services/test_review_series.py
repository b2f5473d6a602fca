"""A counter whose invoice numbers must not go on, as after a restored database, keeps all news of
money; with a new series the bills get their numbers."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import Sale, SaleState
from tests.support.money_till import DUE, MoneyTill


def lock(money: MoneyTill) -> None:
    """The database is there, the file that knows its numbers is not."""
    money.sold()
    money.store.close()
    for marker in money.path.parent.glob("*numbers*"):
        marker.unlink()
    money.start()


def renew(money: MoneyTill) -> None:
    """The counter has enrolled for another series."""
    money.options = replace(money.options, counter=replace(money.options.counter, series="N2A"))
    money.restart()


def locked_and_paid(money: MoneyTill) -> Sale:
    lock(money)
    sale, reference = money.waiting()
    money.gateway.pay(reference, now=money.clock.now())
    money.run(10)
    return sale


def test_a_payment_is_written_down_without_a_number(money: MoneyTill) -> None:
    sale = locked_and_paid(money)
    assert money.sale(sale.order_id).state is SaleState.AWAITING
    assert money.collect(sale.order_id).state is CollectState.PAID
    entry = money.entry("mismatch")
    assert (entry.order_id, entry.amount, entry.detail) == (
        sale.order_id,
        DUE,
        "no number series_locked",
    )
    renew(money)
    money.decide(money.entry("mismatch"), "check_again")
    money.run(5)
    assert money.sale(sale.order_id).state is SaleState.ISSUED
    assert (money.sale(sale.order_id).invoice_number or "").startswith("N2A/")


def test_what_is_paid_already_takes_no_cash(money: MoneyTill) -> None:
    sale = locked_and_paid(money)
    with pytest.raises(DomainError, match="nothing_to_pay"):
        money.checkout.cash_for_waiting(sale.order_id, DUE, "Asha")


def test_cash_that_waited_does_not_stand_on_a_bill_without_number(money: MoneyTill) -> None:
    lock(money)
    sale, _ = money.waiting()
    money.checkout.cash_for_waiting(sale.order_id, DUE, "Asha")
    money.settle_down()
    assert money.collect(sale.order_id).state is CollectState.CANCELLED
    assert money.sale(sale.order_id).state is SaleState.AWAITING
    assert money.bill(sale.order_id).open_amount == DUE
    with money.store.read() as uow:
        assert uow.tenders.of(sale.order_id) == ()
        ((tender, _, by, reason),) = uow.tenders.taken_back(sale.order_id)
    assert (tender.amount, by, reason) == (DUE, "machine", "series_locked")


def test_another_fault_of_the_books_still_undoes_everything(
    money: MoneyTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale, reference = money.waiting()

    def torn(*_: object) -> None:
        raise DomainError("conflict")

    monkeypatch.setattr("pos_desktop.services.issuing._book_captures", torn)
    money.gateway.pay(reference, now=money.clock.now())
    money.run(10)
    assert set(money.told()) == {"conflict"}
    assert money.collect(sale.order_id).state is CollectState.OPEN
    assert money.flags() == ()
