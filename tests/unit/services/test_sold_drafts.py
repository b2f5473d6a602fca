"""A bill is on the screen or waits for its money, never both: the sale takes its draft away."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError, StoreError
from pos_desktop.services.drafts import Drafts
from tests.support.till import Till


def test_the_draft_goes_in_the_sales_own_transaction(till: Till) -> None:
    drafts = Drafts(till.store)
    drafts.save("the bill and one put aside")
    order = replace(till.order(), left="the one put aside")
    till.store.broken = 1
    with pytest.raises(StoreError):
        till.checkout.request(order)
    assert drafts.load() == "the bill and one put aside"
    till.checkout.request(order)
    assert drafts.load() == "the one put aside"
    till.checkout.screen_qr(replace(order, left=""))
    assert drafts.load() is None


def test_a_refused_cash_sale_leaves_the_draft(till: Till) -> None:
    drafts = Drafts(till.store)
    drafts.save("the bill")
    order = replace(till.order(), left="")
    with pytest.raises(DomainError):
        till.checkout.cash(order, 100)
    assert drafts.load() == "the bill"
    till.checkout.cash(order, order.bill.totals.payable)
    assert drafts.load() is None
