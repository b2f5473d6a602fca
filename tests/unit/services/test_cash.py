"""What is said before much cash is taken, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import Sale, SaleState, Tender, TenderKind
from pos_desktop.services.cash import CASH_LIMIT, CASH_NOTICE, cash_notice
from tests.support.till import OIL, Till


@pytest.mark.parametrize(
    ("amount", "known", "code"),
    [
        (CASH_NOTICE - 1, False, ""),
        (CASH_NOTICE - 1, True, ""),
        (CASH_NOTICE, False, "cash_unnamed"),
        (CASH_NOTICE, True, "cash_elsewhere"),
        (CASH_LIMIT - 1, False, "cash_unnamed"),
        (CASH_LIMIT - 1, True, "cash_elsewhere"),
        (CASH_LIMIT, False, ""),
        (CASH_LIMIT, True, ""),
    ],
)
def test_much_cash_is_spoken_of(amount: int, known: bool, code: str) -> None:
    assert cash_notice(amount, known=known) == code


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path)
    yield made
    made.store.close()
    assert made.told() == []


def two_big_bills(till: Till) -> tuple[Sale, Sale]:
    """Of one customer, 1,65,000.00 each; their links are open."""
    first, second = (till.checkout.request(till.order(items=(OIL,) * 1000)) for _ in range(2))
    till.settle_down()
    return first, second


def not_taken(till: Till) -> list[object]:
    with till.store.read() as uow:
        return [e.body for e in uow.ledger.after(0, 999) if e.kind == "cash.not_taken"]


def test_cash_that_the_law_forbids_meanwhile_calls_for_the_cashier(till: Till) -> None:
    """Each bill alone is allowed; the second is not any more when its link is closed. Its cash lies
    on the counter, so the card must not look as if there were none."""
    first, second = two_big_bills(till)
    for sale in (first, second):
        till.checkout.cash_for_waiting(sale.order_id, 2_00_000_00, "Ravi")
    till.settle_down()
    assert till.sale(first.order_id).state is SaleState.ISSUED
    assert till.sale(second.order_id).state is SaleState.AWAITING
    assert till.collect(second.order_id).state is CollectState.CANCELLED
    card = till.bill(second.order_id)
    assert (card.words, card.attention) == ("closed_take_cash", True)
    body = {"order_id": second.order_id, "why": "cash_limit_day", "tendered": 2_00_000_00}
    assert not_taken(till) == [body]
    with pytest.raises(DomainError, match="cash_limit_day") as caught:
        till.checkout.cash_for_waiting(second.order_id, 2_00_000_00, "Ravi")
    assert caught.value.params["taken"] == first.due


def test_cash_that_was_refused_once_is_not_taken_by_itself(till: Till) -> None:
    """What forbade it may be gone a moment later, and the notes may be in her purse by then."""
    first, second = two_big_bills(till)
    till.checkout.cash_for_waiting(second.order_id, second.due, "Ravi")
    with till.store.write() as uow:
        cash = Tender(TenderKind.CASH, 50_000_00, till.clock.now(), "Asha", tendered=50_000_00)
        standing = uow.tenders.add(first.order_id, cash)
        uow.commit()
    till.settle_down()
    with till.store.write() as uow:
        uow.tenders.take_back(standing.tender_id, till.clock.now(), "Asha", "typed wrong")
        uow.commit()
    till.run(60)
    assert till.sale(second.order_id).state is SaleState.AWAITING
    assert len(not_taken(till)) == 1
    issued = till.checkout.cash_for_waiting(second.order_id, second.due, "Ravi")
    assert issued.state is SaleState.ISSUED
