"""A whole counter whose settings name Cashfree: links, QR pictures, cash in between, by push."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from pos_desktop.domain.options import GatewayOptions, Options
from pos_desktop.domain.payment import Collect, CollectKind, CollectState
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.gateways.cashfree import BASE_URL
from pos_desktop.net.pictures import fetch_png
from pos_desktop.sandbox.surroundings import Surroundings
from pos_desktop.services.order import Order
from pos_desktop.settings.paths import folders
from pos_desktop.settings.store import OptionsFile
from tests.kill.seller import Seller
from tests.support.practice import Practice, wait_for

PHONE = "+919812345670"


class Till:
    """The program without its window, and the customer of the practice Cashfree."""

    def __init__(self, seller: Seller, practice: Practice) -> None:
        self.seller = seller
        self.practice = practice
        self.checkout = seller.counter.checkout

    def order(self, phone: str | None) -> Order:
        made = self.seller.order(Random(7))
        return replace(made, phone=phone, consent=made.consent if phone else None)

    def collects(self, sale: Sale) -> list[Collect]:
        with self.seller.counter.store.read() as uow:
            return list(uow.collects.of(sale.order_id))

    def open(self, sale: Sale, kind: CollectKind) -> Collect:
        """The collect of this kind, once it can be paid."""

        def found() -> list[Collect]:
            return [
                each
                for each in self.collects(sale)
                if (each.kind, each.state) == (kind, CollectState.OPEN)
            ]

        wait_for(lambda: bool(found()), seconds=20)
        return found()[0]

    def issued(self, sale: Sale) -> bool:
        with self.seller.counter.store.read() as uow:
            now = uow.sales.get(sale.order_id)
            return now is not None and now.state is SaleState.ISSUED


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    places = folders(tmp_path / "till")
    places.make()
    settings = Options(practice=True, gateway=GatewayOptions("cashfree", BASE_URL))
    OptionsFile(places.options).save(settings)
    with Surroundings(tmp_path / "around") as around:
        practice = Practice(around.endpoints)
        seller = Seller(around.file, tmp_path / "till")
        try:
            yield Till(seller, practice)
        finally:
            seller.counter.engine.stop()
            seller.lanes.close()
            seller.counter.close()
            practice.close()


def test_links_and_pictures_of_qrs_are_paid(till: Till) -> None:
    assert till.seller.options.gateway.name == "cashfree"
    seller, checkout = till.seller, till.checkout
    by_link = seller.do(lambda: checkout.request(till.order(PHONE)))
    till.practice.pay(till.open(by_link, CollectKind.LINK).reference)
    wait_for(lambda: till.issued(by_link), seconds=20)

    by_qr = seller.do(lambda: checkout.screen_qr(till.order(None)))
    qr = till.open(by_qr, CollectKind.QR)
    shown = seller.do(lambda: seller.counter.desk.payable(by_qr.order_id))
    assert shown is not None and shown.image_url == qr.image_url
    assert fetch_png(shown.image_url or "").startswith(b"\x89PNG")
    till.practice.pay(qr.reference)
    wait_for(lambda: till.issued(by_qr), seconds=20)
    answers = [entry["status"] for entry in till.practice.journal("webhooks")]
    assert answers and set(answers) == {200}


def test_ways_to_pay_are_changed_and_late_money_is_kept(till: Till) -> None:
    seller, checkout = till.seller, till.checkout
    by_cash = seller.do(lambda: checkout.screen_qr(till.order(None)))
    till.open(by_cash, CollectKind.QR)
    seller.do(lambda: checkout.cash_for_waiting(by_cash.order_id, 100_000, "Ravi"))
    wait_for(lambda: till.issued(by_cash), seconds=20)
    assert [each.state for each in till.collects(by_cash)] == [CollectState.CANCELLED]

    switched = seller.do(lambda: checkout.request(till.order(PHONE)))
    first = till.open(switched, CollectKind.LINK)
    seller.do(lambda: checkout.show_qr(switched.order_id, "Ravi"))
    second = till.open(switched, CollectKind.QR)
    assert till.collects(switched)[0].state is CollectState.CANCELLED
    till.practice.pay(second.reference)
    wait_for(lambda: till.issued(switched), seconds=20)

    # The link that was closed is paid after all: the second payment is nobody's and is kept.
    till.practice.pay(first.reference, late=True)
    wait_for(lambda: till.collects(switched)[0].state is CollectState.PAID, seconds=20)
    with seller.counter.store.read() as uow:
        flags = [(flag.kind, flag.amount) for flag in uow.flags.of(switched.order_id)]
    assert ("duplicate", switched.due) in flags
