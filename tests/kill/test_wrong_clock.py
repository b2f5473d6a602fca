"""A computer whose clock is a day off sells all the same: the server's clock decides (4)."""

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from pos_desktop.domain.payment import Collect, CollectState
from pos_desktop.domain.sale import SaleState
from pos_desktop.sandbox.surroundings import Surroundings
from tests.kill.seller import Seller
from tests.support.practice import Practice, wait_for


def collect_of(seller: Seller, order_id: str) -> Collect:
    with seller.counter.store.read() as uow:
        return uow.collects.of(order_id)[0]


def issued(seller: Seller, order_id: str) -> bool:
    with seller.counter.store.read() as uow:
        found = uow.sales.get(order_id)
    return found is not None and found.state is SaleState.ISSUED


def sell(seller: Seller, practice: Practice, *, screen: bool) -> None:
    """Made, shown as long as it lives, paid, issued."""
    checkout = seller.counter.checkout
    order = seller.order(random.Random(1))
    sale = seller.do(lambda: (checkout.screen_qr if screen else checkout.request)(order))
    wait_for(lambda: collect_of(seller, sale.order_id).state is CollectState.OPEN, 10)
    collect = collect_of(seller, sale.order_id)
    left = (collect.expires_at or 0) - int(time.time() * 1000)
    minutes = 5 if screen else 30
    assert (minutes - 1) * 60_000 < left <= (minutes + 1) * 60_000
    practice.pay(collect.reference)
    wait_for(lambda: issued(seller, sale.order_id), 12)


@pytest.mark.timeout(90)
@pytest.mark.parametrize("hours", [-24, 24])
def test_a_day_off(tmp_path: Path, hours: int) -> None:
    with Surroundings(tmp_path) as around:
        practice = Practice(around.endpoints)
        moment = datetime.now(tz=UTC) + timedelta(hours=hours)
        with time_machine.travel(moment, tick=True):
            seller = Seller(around.file, tmp_path / "till")
            try:
                sell(seller, practice, screen=False)
                sell(seller, practice, screen=True)
                with seller.counter.store.read() as uow:
                    assert uow.flags.open() == ()
            finally:
                seller.counter.engine.stop()
                seller.lanes.close()
                seller.counter.close()
                practice.close()
