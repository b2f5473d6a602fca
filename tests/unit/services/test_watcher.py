"""The watcher: whose turn it is, how often, and what keeps it from asking too much."""

from itertools import pairwise
from typing import NoReturn

import pytest

from pos_desktop.domain.payment import Collect, CollectState
from pos_desktop.domain.sale import SaleState
from pos_desktop.ports import CollectIntent, CollectSeen, GatewayError, GatewayErrorKind
from pos_desktop.services.dated import dated, offset
from pos_desktop.services.payments import Payments
from pos_desktop.wire import v1
from tests.support.till import Till

Kind = GatewayErrorKind


def open_bill(till: Till, phone: str | None = None) -> str:
    """A bill with an open collect; its reference."""
    sale = till.checkout.request(till.order(phone))
    till.settle_down()
    assert till.collect(sale.order_id).state is CollectState.OPEN
    return till.collect(sale.order_id).reference


def fetches(till: Till, reference: str = "") -> int:
    return sum(call.startswith(f"fetch {reference}") for call in till.gateway.calls)


def issued(till: Till, reference: str) -> bool:
    return till.sale(reference.rpartition("-")[0]).state is SaleState.ISSUED


def test_twenty_bills_are_all_asked_within_the_budget(till: Till) -> None:
    references = [open_bill(till) for _ in range(20)]
    till.clock.pass_seconds(10)  # making them has used the budget up
    before = fetches(till)
    till.watcher.resume()
    for _ in range(40):
        till.clock.pass_seconds(0.25)
        till.watcher.step(till.clock.now())
        till.lanes.drain()
    assert fetches(till) - before <= 5 + 20 + 1
    assert all(fetches(till, reference) for reference in references)


def test_no_step_wants_to_come_again_at_once(till: Till) -> None:
    """A moment in the past would turn the loop as fast as it can (50 times a second)."""
    for _ in range(8):
        open_bill(till)
    till.clock.pass_seconds(60)
    now = till.clock.now()
    for _ in range(4):
        moment = till.watcher.step(now)
        assert moment is not None
        assert moment >= now + 500
    till.lanes.drain()


def test_at_most_two_questions_are_on_their_way(till: Till) -> None:
    for _ in range(5):
        open_bill(till)
    till.clock.pass_seconds(60)
    for _ in range(3):
        till.watcher.step(till.clock.now())
    assert len(till.lanes.queue) == 2
    till.lanes.drain()


def test_collects_that_the_gateway_refused_do_not_keep_others_unasked(till: Till) -> None:
    """They have no id there, so they cannot be asked; two of them once blocked the whole line."""
    for _ in range(3):
        till.gateway.trouble.append(GatewayError(Kind.VALIDATION, "refused"))
        till.checkout.screen_qr(till.order(phone=None))
        till.settle_down()
    reference = open_bill(till, phone="+919876543210")
    till.gateway.pay(reference)
    till.run(8)
    assert issued(till, reference)
    now = till.clock.now()
    assert till.watcher.step(now) is None


def test_collects_whose_fate_is_unknown_do_not_keep_others_unasked(till: Till) -> None:
    lost = []
    for _ in range(3):
        till.gateway.trouble.append(GatewayError(Kind.TIMEOUT, outcome_unknown=True))
        lost.append(till.checkout.screen_qr(till.order(phone=None)))
        till.outbox.step(till.clock.now())
        till.lanes.drain()
        assert till.collect(lost[-1].order_id).state is CollectState.UNKNOWN
    now = till.clock.now()
    assert till.watcher.step(now) is None
    till.run(5)
    for sale in lost:
        till.gateway.pay(f"{sale.order_id}-1")
    till.run(20)
    assert all(issued(till, f"{sale.order_id}-1") for sale in lost)


def test_five_failures_open_the_circuit_for_half_a_minute(till: Till) -> None:
    reference = open_bill(till)
    till.gateway.trouble.extend([GatewayError(Kind.UNAVAILABLE)] * 5)
    while till.gateway.trouble:
        till.run(1)
    count, now = fetches(till), till.clock.now()
    closed_until = till.watcher.step(now)
    assert closed_until is not None
    assert 25_000 < closed_until - now <= 30_000
    till.gateway.pay(reference)
    till.run(25)
    assert fetches(till) == count
    till.run(10)
    assert issued(till, reference)


def test_errors_back_off_from_one_to_thirty_seconds(till: Till) -> None:
    open_bill(till)
    till.gateway.trouble.extend([GatewayError(Kind.UNAVAILABLE)] * 4)
    times = []
    for _ in range(600):
        before = fetches(till)
        till.clock.pass_seconds(0.1)
        till.watcher.step(till.clock.now())
        till.lanes.drain()
        if fetches(till) > before:
            times.append(till.clock.now())
    gaps = [later - earlier for earlier, later in pairwise(times)][:4]
    assert all(3000 <= gap <= 8200 for gap in gaps)
    assert gaps[-1] >= 8000


def test_a_limit_of_the_account_widens_the_questions_for_ten_minutes(till: Till) -> None:
    open_bill(till, phone="+919876543210")
    till.run(4 * 60)  # from now on every 15 s
    till.gateway.trouble.append(GatewayError(Kind.RATE_LIMITED, retry_after=20))
    till.run(30)
    before = fetches(till)
    till.run(120)
    wide = fetches(till) - before
    assert 2 <= wide <= 3  # every 54 seconds
    till.run(9 * 60)
    before = fetches(till)
    till.run(120)
    assert fetches(till) - before <= 3  # older than 15 minutes: once a minute


def test_what_the_gateway_asks_to_wait_is_waited(till: Till) -> None:
    reference = open_bill(till)
    till.gateway.trouble.append(GatewayError(Kind.RATE_LIMITED, retry_after=45))
    till.run(5)
    before = fetches(till)
    till.run(38)
    assert fetches(till) == before
    till.gateway.pay(reference)
    till.run(10)
    assert issued(till, reference)


def test_a_limited_account_never_opens_the_circuit(till: Till) -> None:
    reference = open_bill(till)
    till.gateway.trouble.extend([GatewayError(Kind.RATE_LIMITED)] * 9)
    till.gateway.pay(reference)
    till.run(200)
    assert not till.gateway.trouble
    assert issued(till, reference)


def test_an_object_that_the_gateway_does_not_know_is_no_outage(till: Till) -> None:
    """Keys were changed: old links are not found. New ones must not wait for the circuit."""
    lost = [open_bill(till) for _ in range(6)]
    known = open_bill(till)
    fetch = till.gateway.fetch

    def changed(collect: object) -> object:
        if getattr(collect, "reference", "") in lost:
            till.gateway.calls.append("lost")
            raise GatewayError(Kind.NOT_FOUND, "no such id")
        return fetch(collect)  # type: ignore[arg-type]  # handed through

    till.gateway.fetch = changed  # type: ignore[method-assign, assignment]  # the played fault
    till.run(60)
    assert till.gateway.calls.count("lost") <= 6 * 3
    till.gateway.pay(known)
    till.run(7)
    assert issued(till, known)
    assert till.bill(lost[0].rpartition("-")[0]).words == "not_confirmed_checking"


def test_an_unknown_object_is_let_go_when_its_watch_is_over(till: Till) -> None:
    reference = open_bill(till)
    order_id = reference.rpartition("-")[0]
    till.checkout.abandon(order_id, "left", "Asha")
    till.settle_down()
    assert till.collect(order_id).state is CollectState.CANCELLED
    till.clock.pass_seconds(6 * 24 * 3600)
    till.gateway.trouble.append(GatewayError(Kind.NOT_FOUND))
    till.run(2)
    assert till.collect(order_id).next_ask_at is None


def test_an_outage_at_the_end_of_the_watch_does_not_end_it(till: Till) -> None:
    reference = open_bill(till)
    order_id = reference.rpartition("-")[0]
    till.checkout.abandon(order_id, "left", "Asha")
    till.settle_down()
    till.clock.pass_seconds(6 * 24 * 3600)
    till.gateway.pay(reference)
    till.gateway.trouble.append(GatewayError(Kind.UNAVAILABLE))
    till.run(5)
    assert [flag.kind for flag in till.flags()] == ["late"]


def test_a_push_is_not_lost_in_an_answer_that_is_older_than_it(till: Till) -> None:
    """The hook comes while a question is under way: that answer does not know the money yet."""
    reference = open_bill(till, phone="+919876543210")
    till.watcher.push_connected = True
    till.run(30)
    till.clock.pass_seconds(60)
    till.watcher.step(till.clock.now())
    till.lanes.step()  # the gateway has answered: not paid; nothing is written down yet
    till.gateway.pay(reference)
    till.hints.apply(v1.FeedEvent(seq=1, kind="hook", at=0, reference=reference))
    till.lanes.drain()
    till.run(1)
    assert issued(till, reference)
    assert till.sale(reference.rpartition("-")[0]).confirmed_by == "push"


def test_a_push_during_the_answer_that_knows_the_money_asks_no_more(till: Till) -> None:
    reference = open_bill(till)
    till.clock.pass_seconds(10)
    till.gateway.pay(reference)
    till.watcher.step(till.clock.now())
    till.lanes.step()
    till.hints.apply(v1.FeedEvent(seq=1, kind="hook", at=0, reference=reference))
    till.lanes.drain()
    assert issued(till, reference)
    assert till.collect(reference.rpartition("-")[0]).next_ask_at is None


def test_a_push_survives_an_error_of_the_gateway(till: Till) -> None:
    reference = open_bill(till)
    till.gateway.pay(reference)
    till.gateway.trouble.append(GatewayError(Kind.UNAVAILABLE))
    till.hints.apply(v1.FeedEvent(seq=1, kind="hook", at=0, reference=reference))
    till.run(5)
    assert till.sale(reference.rpartition("-")[0]).confirmed_by == "push"


def test_with_push_the_gateway_is_asked_less(till: Till) -> None:
    open_bill(till)
    till.watcher.push_connected = True
    till.run(10)
    before = fetches(till)
    till.run(60)
    assert fetches(till) - before == 6


def test_an_answer_that_cannot_be_stored_is_asked_for_again_but_not_at_once(till: Till) -> None:
    reference = open_bill(till)
    till.gateway.pay(reference)
    till.clock.pass_seconds(5)
    till.watcher.step(till.clock.now())
    till.lanes.step()
    till.store.broken = 1
    till.lanes.drain()
    assert till.told() == ["The disk is full."]
    assert not issued(till, reference)
    count = fetches(till)
    till.run(10)
    assert fetches(till) == count
    till.run(10)
    assert issued(till, reference)
    assert len(till.heard.news) == 1


def test_one_answer_that_cannot_be_stored_does_not_keep_the_others_unasked(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = [open_bill(till) for _ in range(3)]
    good = open_bill(till)
    apply = Payments.apply

    def shaky(self: Payments, uow: object, reference: str, *rest: object) -> object:
        if reference in bad:
            raise ValueError("bug")
        return apply(self, uow, reference, *rest)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(Payments, "apply", shaky)
    till.gateway.pay(good)
    till.run(12)
    assert issued(till, good)
    assert set(till.told()) == {"bug"}


def test_an_error_that_a_gateway_must_not_raise_is_told_and_watching_goes_on(till: Till) -> None:
    reference = open_bill(till)
    till.gateway.trouble.append(KeyError("bug"))
    till.gateway.pay(reference)
    till.run(10)
    assert till.told() == ["'bug'"]
    assert issued(till, reference)


def test_an_answer_about_a_collect_that_is_not_there_changes_nothing(till: Till) -> None:
    reference = open_bill(till)
    seen = till.gateway.seen[reference]
    with till.store.write() as uow:
        assert till.payments.apply(uow, "nobody-1", seen, 0, "poll") is None
        assert uow.facts.of("nobody") == ()


def test_a_vanished_row_does_not_stop_the_watcher(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Belt and braces: what was asked and is gone is nobody's; the next one is asked."""
    reference = open_bill(till)
    till.clock.pass_seconds(10)
    till.watcher.step(till.clock.now())
    till.lanes.step()
    with till.store.read() as uow:
        collects = type(uow.collects)
    monkeypatch.setattr(collects, "get", lambda self, reference: None)
    till.lanes.drain()
    monkeypatch.undo()
    till.gateway.pay(reference)
    till.run(5)
    assert issued(till, reference)


def test_a_hint_about_what_was_never_made_or_is_paid_asks_nothing(till: Till) -> None:
    reference = open_bill(till)
    till.gateway.pay(reference)
    till.run(5)
    count = fetches(till)
    for seq, named in enumerate((reference, "nobody-1", ""), 1):
        till.hints.apply(v1.FeedEvent(seq=seq, kind="hook", at=0, reference=named))
    till.run(5)
    assert fetches(till) == count
    assert till.hints.cursor() == 3


def test_a_hint_wakes_a_collect_whose_watch_is_over(till: Till) -> None:
    reference = open_bill(till)
    order_id = reference.rpartition("-")[0]
    till.checkout.abandon(order_id, "left", "Asha")
    till.settle_down()
    till.clock.pass_seconds(6 * 24 * 3600)
    till.run(3)
    assert till.collect(order_id).next_ask_at is None
    till.gateway.pay(reference)
    till.hints.apply(v1.FeedEvent(seq=1, kind="hook", at=0, reference=reference))
    till.run(2)
    assert [flag.kind for flag in till.flags()] == ["late"]


def test_an_old_or_foreign_event_of_the_feed_changes_nothing(till: Till) -> None:
    till.hints.apply(v1.FeedEvent(seq=7, kind="catalogue", at=0))
    assert till.hints.cursor() == 7
    heard = till.heard.changes
    till.hints.apply(v1.FeedEvent(seq=7, kind="hook", at=0))
    assert (till.hints.cursor(), till.heard.changes) == (7, heard)
    till.hints.apply(v1.FeedEvent(seq=8, kind="delivery", at=0, label="m1.no", status="read"))
    till.hints.apply(v1.FeedEvent(seq=9, kind="delivery", at=0, label="m1.no", status="what?"))
    assert till.hints.cursor() == 9


def test_a_series_that_must_not_go_on_hides_no_money_once_it_may(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = open_bill(till)
    till.gateway.pay(reference)
    with till.store.read() as uow:
        numbers = type(uow.numbers)

    def locked(self: object, series: str, fy: str) -> NoReturn:
        raise ValueError("series_locked")

    monkeypatch.setattr(numbers, "take", locked)
    till.run(20)
    assert set(till.told()) == {"series_locked"}
    monkeypatch.undo()
    till.run(20)
    assert issued(till, reference)
    assert till.sale(reference.rpartition("-")[0]).invoice_number == "P2A/2627/000001"


def set_clock(till: Till, monkeypatch: pytest.MonkeyPatch, by: int) -> None:
    true = till.clock.monotonic
    till.clock.at += by
    monkeypatch.setattr(till.clock, "monotonic", lambda: true() - by / 1000)


@pytest.mark.parametrize("set_by", [-86_400_000, 86_400_000])
def test_a_clock_set_while_it_is_made_ends_nothing(
    till: Till, monkeypatch: pytest.MonkeyPatch, set_by: int
) -> None:
    travels = till.gateway.create

    def create(intent: CollectIntent) -> CollectSeen:
        seen = travels(intent)
        set_clock(till, monkeypatch, set_by)
        return seen

    monkeypatch.setattr(till.gateway, "create", create)
    assert open_bill(till)


@pytest.mark.parametrize("set_by", [-86_400_000, 86_400_000])
def test_a_clock_set_while_the_answer_travels_ends_nothing(
    till: Till, monkeypatch: pytest.MonkeyPatch, set_by: int
) -> None:
    """The end of the link was read on the old clock and would be judged on the new one."""
    reference = open_bill(till)
    travels = till.gateway.fetch

    def fetch(collect: Collect) -> CollectSeen:
        seen = travels(collect)
        set_clock(till, monkeypatch, set_by)
        return seen

    monkeypatch.setattr(till.gateway, "fetch", fetch)
    till.clock.pass_seconds(6)
    till.watcher.step(till.clock.now())
    till.lanes.drain()
    assert fetches(till, reference) == 1
    assert till.collect(reference.rpartition("-")[0]).state is CollectState.OPEN


def test_an_error_has_no_end_to_forget(till: Till) -> None:
    error = GatewayError(Kind.TIMEOUT, "No answer.")
    assert dated(error, till.clock, offset(till.clock) - 86_400_000) is error


def test_a_start_asks_at_once_although_there_is_push(till: Till) -> None:
    """The hook came before anybody knew the id, and the program was killed right after."""
    till.watcher.push_connected = True
    reference = open_bill(till)
    till.clock.pass_seconds(1)
    till.watcher.resume()
    till.watcher.step(till.clock.now())
    till.lanes.drain()
    assert fetches(till, reference) == 1
