"""A till with everything that gives money back and looks for money that went astray."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pos_desktop.domain.options import Options
from pos_desktop.domain.payment import PaymentFact, PaymentStatus, RefundFact, RefundStatus
from pos_desktop.domain.people import Approval
from pos_desktop.domain.refund import Refund
from pos_desktop.domain.sale import Sale
from pos_desktop.ports import Flag, GatewayError, GatewayErrorKind, RefundOrder
from pos_desktop.services import effects
from pos_desktop.services.attaching import Attaching
from pos_desktop.services.history import history
from pos_desktop.services.inbox import Inbox
from pos_desktop.services.refund_book import RefundBook
from pos_desktop.services.refund_watch import Asking, RefundWatch
from pos_desktop.services.refunding import AskRefund
from pos_desktop.services.refunds import Refunds
from pos_desktop.services.reported import Reports, reported
from pos_desktop.services.solving import Solving
from pos_desktop.services.sweep import Sweep
from pos_desktop.services.views import (
    InboxChoice,
    InboxEntry,
    MoneyOwed,
    PaymentStory,
    ReturnOrder,
)
from tests.support.played_gateway import PlayedGateway
from tests.support.rig import CountedIds, folder_of
from tests.support.till import PHONE, Till

DUE = 23700
UNAVAILABLE = GatewayError(GatewayErrorKind.UNAVAILABLE, "no line")
LOST = GatewayError(GatewayErrorKind.TIMEOUT, "no answer", outcome_unknown=True)
REFUSED = GatewayError(GatewayErrorKind.VALIDATION, "not enough balance")


class RefundingGateway(PlayedGateway):
    """One that tells with a payment what went back of it, as Razorpay does, and that can be told to
    end every refund at once (``ends``)."""

    ends: RefundStatus | None = None

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: dict[str, int] = {}

    def refund(self, order: RefundOrder) -> RefundFact:
        known = order.key in self.refunded
        try:
            super().refund(order)
        finally:
            if not known and order.key in self.refunded:
                self._began(order)
        return self.refunded[order.key]

    def _began(self, order: RefundOrder) -> None:
        self.tell_back(order.payment_id)
        if self.ends is not None:
            self.finish_refund(order.key, self.ends)

    def tell_back(self, payment_id: str, elsewhere: int = 0) -> None:
        """From now on the payment says what went back; ``elsewhere``: by somebody else, too."""
        self.elsewhere[payment_id] = max(elsewhere, self.elsewhere.get(payment_id, 0))
        reference, fact = self._payment(payment_id)
        gone = self.elsewhere[payment_id] + self.given(payment_id)
        whole = gone >= fact.amount
        told = replace(
            fact,
            amount_refunded=gone,
            status=PaymentStatus.REFUNDED if whole else PaymentStatus.CAPTURED,
        )
        seen = self.seen[reference]
        payments = tuple(told if p.payment_id == payment_id else p for p in seen.payments)
        self.seen[reference] = replace(seen, payments=payments)

    def given(self, payment_id: str) -> int:
        """Paise that went back of this payment, or are on their way."""
        return sum(
            refund.amount
            for refund in self.refunded.values()
            if refund.payment_id == payment_id and refund.status is not RefundStatus.FAILED
        )

    def _give_back(self, order: RefundOrder) -> None:
        _, fact = self._payment(order.payment_id)
        gone = self.given(order.payment_id) + self.elsewhere.get(order.payment_id, 0)
        if gone + order.amount > fact.amount:
            raise GatewayError(GatewayErrorKind.VALIDATION, "greater than amount captured")
        self.refunded[order.key] = RefundFact(
            gateway=self.name,
            refund_id=f"rfnd_{len(self.refunded) + 1}",
            payment_id=order.payment_id,
            status=RefundStatus.PENDING,
            amount=order.amount,
            currency="INR",
            created_at=fact.created_at,
            key=order.key,
        )


class MoneyTill(Till):
    """``Till`` with refunds, inbox, sweep and what watches over them."""

    gateway: RefundingGateway
    ids: CountedIds

    def __init__(self, folder: Path, setup: Options | None = None) -> None:
        super().__init__(folder_of(folder), setup=setup)

    def meet(self) -> None:
        super().meet()
        self.gateway = RefundingGateway()

    def connect(self) -> None:
        super().connect()
        book = RefundBook(self.ids, self.refund_notes)
        refunding = {effects.REFUND_ASK: AskRefund(self.gateways, book)}
        self.actions.update(reported(refunding, Reports(self.traffic, self.standing)))
        asking = Asking(self.store, self.lanes, self.clock, self.gateways, self.traffic, self.heard)
        self.refund_watch = RefundWatch(asking, book)
        self.sweep = Sweep(asking, self.payments, self.options.counter)
        self.solving = Solving(self.store, self.heard)
        self.refunds = Refunds(self.store, self.clock, self.gateways, self.heard)
        attaching = Attaching(self.payments)
        self.inbox = Inbox(self.store, self.clock, self.heard, self.refunds, attaching)

    def tick(self) -> None:
        now = self.clock.now()
        self.refund_watch.step(now)
        self.solving.step(now)
        super().tick()

    def swept(self) -> None:
        """Let the sweep look when it is due, and finish what that begins."""
        self.sweep.step(self.clock.now())
        self.lanes.drain()
        self.settle_down(3)

    def yes(self, what: str = "refund") -> Approval:
        """A manager's PIN, a second later than anything before."""
        self.clock.pass_seconds(1)
        return Approval("Meera", self.clock.now(), what)

    def sold(self, phone: str | None = PHONE) -> tuple[Sale, PaymentFact]:
        """A bill paid at the gateway and issued."""
        sale, reference = self.waiting(phone)
        fact = self.gateway.pay(reference, now=self.clock.now())
        self.run(10)
        return self.sale(sale.order_id), fact

    def waiting(self, phone: str | None = PHONE) -> tuple[Sale, str]:
        """A bill with an open collect and its reference."""
        sale = self.checkout.request(self.order(phone))
        self.settle_down()
        return sale, f"{sale.order_id}-1"

    def given_up(self, phone: str | None = PHONE) -> tuple[Sale, str]:
        """A bill that was abandoned and the reference of what was payable for it."""
        sale, reference = self.waiting(phone)
        self.checkout.abandon(sale.order_id, "customer left", "Asha")
        self.settle_down()
        return self.sale(sale.order_id), reference

    def late_money(self, phone: str | None = PHONE) -> tuple[Sale, PaymentFact]:
        """Money that came for a bill that was given up."""
        sale, reference = self.given_up(phone)
        fact = self.gateway.pay(reference, now=self.clock.now())
        self.run(40)
        return sale, fact

    def back(self, sale: Sale, *lines: tuple[int, int]) -> Sequence[MoneyOwed]:
        """Goods of this bill come back."""
        order = ReturnOrder(sale.order_id, lines, "damaged", "Asha", self.yes())
        return self.refunds.give_back(order)

    def refund(self, key: str) -> Refund:
        with self.store.read() as uow:
            found = uow.refunds.get(key)
        assert found is not None
        return found

    def entry(self, kind: str) -> InboxEntry:
        """The only entry of this kind."""
        (found,) = [entry for entry in self.inbox.entries() if entry.kind == kind]
        return found

    def decide(self, entry: InboxEntry, action: str, *, reason: str = "", target: str = "") -> None:
        """A manager stands by."""
        approval = self.yes(action)
        choice = InboxChoice(entry.flag_id, action, "Asha", approval, reason, target)
        self.inbox.act(choice)

    def ask_again(self, sale: Sale) -> None:
        """Have the gateway asked about everything that was payable for this bill."""
        with self.store.write() as uow:
            for collect in uow.collects.of(sale.order_id):
                uow.collects.save(replace(collect, next_ask_at=self.clock.now()))
            uow.commit()
        self.run(3)

    def closed(self, order_id: str) -> list[tuple[str, str]]:
        """(kind, how) of the entries of this bill that were closed."""
        with self.store.read() as uow:
            flags: Sequence[Flag] = uow.flags.of(order_id)
        return [(f.kind, f.resolution or "") for f in flags if f.state == "closed"]

    def told_by_ledger(self, kind: str) -> list[dict[str, object]]:
        """Bodies of the ledger's entries of this kind."""
        with self.store.read() as uow:
            return [dict(entry.body) for entry in uow.ledger.after(0, 1000) if entry.kind == kind]

    def story(self, order_id: str) -> PaymentStory:
        with self.store.read() as uow:
            found = history(uow, order_id)
        assert found is not None
        return found
