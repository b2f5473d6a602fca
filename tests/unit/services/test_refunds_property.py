"""Whatever is returned, refunded, lost or killed in whatever order: never more goes back than came,
never the same twice, and no rupee is on a bill and in the inbox at once."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import RefundStatus
from pos_desktop.domain.refund import RefundState, excess_key
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.services.captures import captures_of
from pos_desktop.services.views import InboxChoice, ReturnOrder
from pos_desktop.storage.verify import verify_database
from tests.support.money_till import DUE, LOST, REFUSED, UNAVAILABLE, MoneyTill

TROUBLES = {"lost": LOST, "refused": REFUSED, "away": UNAVAILABLE}
STEPS = st.one_of(
    st.tuples(st.just("return"), st.sampled_from([1, 2]), st.integers(1, 700)),
    st.tuples(st.just("pay"), st.sampled_from([DUE, 10000, 99, 30000]), st.just(0)),
    st.tuples(st.just("refund"), st.just(0), st.just(0)),
    st.tuples(st.just("attach"), st.just(0), st.just(0)),
    st.tuples(st.just("again"), st.just(0), st.just(0)),
    st.tuples(st.just("dashboard"), st.sampled_from([100, 5000, DUE]), st.just(0)),
    st.tuples(st.sampled_from(sorted(TROUBLES)), st.just(0), st.just(0)),
    st.tuples(st.sampled_from(["kill", "wait", "fail", "done"]), st.just(0), st.just(0)),
)


class Shop:
    """A till, one sold bill, and whoever does things to it in any order."""

    def __init__(self, folder: Path) -> None:
        self.money = MoneyTill(folder)
        self.sale, self.paid = self.money.sold()
        self.other, _ = self.money.waiting()
        self.given_elsewhere = 0

    def take(self, step: tuple[str, int, int]) -> None:
        what, number, qty = step
        money = self.money
        if what in TROUBLES:
            money.gateway.trouble.append(TROUBLES[what])
            return
        try:
            self.do(what, number, qty)
        except DomainError as refused:
            assert refused.code in {
                "returned_too_much", "refund_too_small", "refund_too_much", "nothing_to_refund",
                "refund_not_failed",
            }, refused.code  # fmt: skip
        money.run(3)

    def do(self, what: str, number: int, qty: int) -> None:
        money = self.money
        match what:
            case "return":
                approval = money.yes()
                order = ReturnOrder(self.sale.order_id, ((number, qty),), "x", "Asha", approval)
                money.refunds.give_back(order)
                money.refunds.give_back(order)
            case "pay":
                money.gateway.pay(f"{self.sale.order_id}-1", number, now=money.clock.now())
                money.ask_again(self.sale)
            case "refund" | "attach":
                self.decide(what)
            case "again":
                for owed in money.refunds.owed():
                    money.refunds.again(owed.key, money.yes())
            case "dashboard":
                self.give_elsewhere(number)
            case "kill":
                money.outbox.step(money.clock.now())
                money.lanes.step()
                money.restart()
            case "wait":
                money.run(65)
            case _:
                self.end(RefundStatus.FAILED if what == "fail" else RefundStatus.PROCESSED)

    def decide(self, action: str) -> None:
        money = self.money
        for entry in money.inbox.entries():
            if action not in entry.actions:
                continue
            target = entry.attach_to[0][0] if action == "attach" else ""
            choice = InboxChoice(entry.flag_id, action, "Asha", money.yes(), target=target)
            money.inbox.act(choice)
            return

    def give_elsewhere(self, amount: int) -> None:
        """Somebody refunds in the gateway's dashboard, as far as the gateway lets him."""
        money = self.money
        gateway, payment = money.gateway, self.paid.payment_id
        if gateway.given(payment) + self.given_elsewhere + amount <= self.paid.amount:
            self.given_elsewhere += amount
            gateway.elsewhere[payment] = self.given_elsewhere
            gateway.tell_back(payment)
            money.ask_again(self.sale)

    def end(self, status: RefundStatus) -> None:
        gateway = self.money.gateway
        for key, refund in list(gateway.refunded.items()):
            if refund.status is RefundStatus.PENDING:
                gateway.finish_refund(key, status)
        self.money.run(65)


def check(shop: Shop) -> None:
    money, gateway = shop.money, shop.money.gateway
    facts = {fact.payment_id: fact for seen in gateway.seen.values() for fact in seen.payments}
    for payment_id, fact in facts.items():
        elsewhere = shop.given_elsewhere if payment_id == shop.paid.payment_id else 0
        assert gateway.given(payment_id) + elsewhere <= fact.amount
    with money.store.read() as uow:
        for order_id in (shop.sale.order_id, shop.other.order_id):
            for payment in captures_of(uow, order_id):
                excess = uow.refunds.get(excess_key(payment.payment_id))
                gone = excess.amount if excess is not None else 0
                on_bills = sum(payment.counted.values())
                assert on_bills + gone + payment.free <= payment.amount
        refunds = [*uow.refunds.of(shop.sale.order_id), *uow.refunds.of(shop.other.order_id)]
        flagged = [flag.detail for flag in uow.flags.open()]
    for refund in refunds:
        told = [gateway.refunded[key] for key in refund.wire_keys if key in gateway.refunded]
        alive = [fact for fact in told if fact.status is not RefundStatus.FAILED]
        assert len(alive) <= 1
        if refund.state is RefundState.FAILED:
            assert refund.wire_keys[-1] in flagged
    goods = sum(r.amount for r in refunds if r.key.startswith("ret-"))
    assert goods <= shop.sale.due


def settled(shop: Shop) -> None:
    """Nothing is under way any more: what is spare is in the inbox or on its way back."""
    money = shop.money
    money.gateway.trouble.clear()
    money.run(40)
    check(shop)
    with money.store.read() as uow:
        flagged = {flag.detail for flag in uow.flags.open()}
        for payment in captures_of(uow, shop.sale.order_id):
            if payment.free > 0:
                assert payment.payment_id in flagged
    attached: Sale = money.sale(shop.other.order_id)
    with money.store.read() as uow:
        tenders = sum(t.amount for t in uow.tenders.of(attached.order_id))
    assert tenders == (attached.due if attached.state is SaleState.ISSUED else 0)
    assert money.told() == []


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEPS, min_size=1, max_size=12))
def test_never_more_goes_back_than_came(steps: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder))
        for step in steps:
            shop.take(step)
            check(shop)
        settled(shop)
        shop.money.store.close()
        books = verify_database(shop.money.path)
        assert books.ok, books.problem
