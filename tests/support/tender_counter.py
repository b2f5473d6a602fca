"""A till whose cashier takes tenders of every kind, for the tests of splits and of own UPI."""

from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Sale, SaleState, TenderKind
from pos_desktop.ports import GatewayError, GatewayErrorKind, LedgerEntry, UnitOfWork
from pos_desktop.services.people import People
from pos_desktop.services.tendering import SplitState, Tendering, TenderOrder
from tests.support.pins import PlainPins
from tests.support.rig import START, options
from tests.support.till import Till

DUE = 23700
RRN = "632712345678"
YES = Approval("Meena", START, "own_upi")
CASH, CARD, OWN, CREDIT = (
    TenderKind.CASH,
    TenderKind.CARD,
    TenderKind.OWN_UPI,
    TenderKind.STORE_CREDIT,
)
UNREACHABLE = GatewayError(GatewayErrorKind.UNAVAILABLE)


class Credits:
    """A book with the notes that a test wrote."""

    def __init__(self, **worth: int) -> None:
        self.worth = worth

    def balance(self, uow: UnitOfWork, code: str) -> int | None:
        return self.worth.get(code)


class Counter:
    """A till that takes tenders; ``take`` gives Asha's for one bill."""

    def __init__(self, folder: Path, **worth: int) -> None:
        own = OwnUpiOptions("freshmart@examplebank", "Fresh Mart", outage_limit=20_000)
        self.till = Till(folder, setup=replace(options(), own_upi=own))
        self.credits = Credits(**worth)
        self.connect()

    def connect(self) -> None:
        till = self.till
        args = (till.store, till.clock, till.heard, till.payments, self.credits)
        self.tendering = Tendering(*args)
        self.people = People(till.store, till.clock, till.ids, PlainPins())

    def begin(self, phone: str | None = None) -> Sale:
        return self.tendering.begin(self.till.order(phone))

    def take(
        self,
        sale: Sale,
        kind: TenderKind,
        amount: int,
        reference: str = "",
        *,
        approval: Approval | None = YES,
        tendered: int = 0,
    ) -> SplitState:
        order = TenderOrder(
            sale.order_id, kind, amount, "Asha", tendered, reference or typed(kind), approval
        )
        return self.tendering.add(order)

    def refused(self, sale: Sale, kind: TenderKind, amount: int, reference: str = "") -> str:
        """The code of the refusal, which changes nothing (no approval is given)."""
        before = self.tendering.state(sale.order_id)
        with pytest.raises(DomainError) as caught:
            self.take(sale, kind, amount, reference, approval=None)
        assert self.tendering.state(sale.order_id) == before
        return caught.value.code

    def ledger(self, kind: str) -> list[LedgerEntry]:
        with self.till.store.read() as uow:
            return [entry for entry in uow.ledger.after(0, 999) if entry.kind == kind]

    def pay_rest(self, sale: Sale) -> None:
        """The customer pays what is open by a QR on the screen; the bill is issued."""
        self.till.checkout.show_qr(sale.order_id, "Asha")
        self.till.settle_down()
        self.till.gateway.pay(f"{sale.order_id}-1")
        self.till.run(6)
        assert self.till.sale(sale.order_id).state is SaleState.ISSUED

    def tenders(self, sale: Sale) -> list[tuple[TenderKind, int]]:
        with self.till.store.read() as uow:
            return [(tender.kind, tender.amount) for tender in uow.tenders.of(sale.order_id)]


def typed(kind: TenderKind) -> str:
    return {CARD: "batch 7 no 12", OWN: RRN, CREDIT: "CN17"}.get(kind, "")
