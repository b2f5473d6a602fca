"""What lasts too long is told to a person, and taken back when it is over."""

from dataclasses import replace

from pos_desktop.domain.payment import CollectState, PaymentFact, PaymentStatus
from pos_desktop.domain.sale import Sale, Tender, TenderKind
from pos_desktop.ports import Flag, GatewayError, GatewayErrorKind
from tests.support.rig import PlayedGateway
from tests.support.till import PHONE, Till

UNREACHABLE = GatewayError(GatewayErrorKind.UNAVAILABLE)
LOST = GatewayError(GatewayErrorKind.TIMEOUT, outcome_unknown=True)
LIMITED = GatewayError(GatewayErrorKind.RATE_LIMITED)
DUE = 23700
RRN = "632712345678"
DAY = 24 * 3600


def entries(till: Till) -> list[tuple[str, str, str]]:
    return [(flag.kind, flag.order_id, flag.detail) for flag in till.flags()]


def closed(till: Till, order_id: str) -> list[tuple[str, str | None, str | None]]:
    with till.store.read() as uow:
        flags = [flag for flag in uow.flags.of(order_id) if flag.state == "closed"]
    return [(flag.detail, flag.closed_by, flag.resolution) for flag in flags]


def told(till: Till, kind: str) -> list[object]:
    with till.store.read() as uow:
        return [e.body["detail"] for e in uow.ledger.after(0, 999) if e.kind == kind]


def asked(till: Till) -> Sale:
    """A bill whose request the gateway is about to answer."""
    return till.checkout.request(till.order(PHONE))


def opened(till: Till) -> Sale:
    sale = asked(till)
    till.settle_down()
    return sale


def put(till: Till, sale: Sale, state: CollectState, error: str | None = None) -> None:
    """The collect stands so, whatever the gateway would say."""
    with till.store.write() as uow:
        collect = uow.collects.of(sale.order_id)[0]
        uow.collects.save(replace(collect, state=state, last_error=error, next_ask_at=None))
        uow.commit()


def look(till: Till, seconds: float) -> None:
    till.clock.pass_seconds(seconds)
    till.vigil.step(till.clock.now())


def test_a_request_that_finds_no_line_is_told_after_ten_minutes(till: Till) -> None:
    till.gateway.trouble.extend([UNREACHABLE] * 200)
    sale = asked(till)
    till.run(9 * 60, step=5)
    assert entries(till) == []
    till.run(2 * 60, step=5)
    reference = f"{sale.order_id}-1"
    assert entries(till) == [
        ("unknown_outcome", sale.order_id, f"requested {reference}"),
        ("gateway_unreachable", "", "razorpay"),
    ]
    (unsure, away) = till.flags()
    assert (unsure.amount, unsure.action, away.amount) == (DUE, "check_again", 0)
    assert till.bill(sale.order_id).attention
    till.gateway.trouble.clear()
    till.run(2 * 60, step=5)
    assert entries(till) == []
    assert closed(till, sale.order_id) == [(f"requested {reference}", "machine", "it is open")]
    assert closed(till, "") == [("razorpay", "machine", "it answers")]
    assert told(till, "flag.raised") == [f"requested {reference}", "razorpay"]
    assert told(till, "flag.closed") == [f"requested {reference}", "razorpay"]


def test_a_former_gateway_that_nobody_asks_any_more_need_not_answer(till: Till) -> None:
    till.gateway.trouble.extend([UNREACHABLE] * 300)
    opened(till)
    till.run(11 * 60, step=5)
    assert ("gateway_unreachable", "", "razorpay") in entries(till)
    old, till.gateway = till.gateway, PlayedGateway("cashfree")
    till.formers = {"razorpay": old}
    till.connect()
    look(till, 60)
    assert ("gateway_unreachable", "", "razorpay") in entries(till), "its bills are young"
    look(till, 10 * DAY)
    assert ("gateway_unreachable", "", "razorpay") not in entries(till)
    assert closed(till, "") == [("razorpay", "machine", "not used any more")]


def test_a_lost_answer_that_stays_lost_is_told(till: Till) -> None:
    sale = asked(till)
    put(till, sale, CollectState.UNKNOWN)
    look(till, 9 * 60)
    assert entries(till) == []
    heard = till.heard.changes
    look(till, 60)
    assert entries(till) == [("unknown_outcome", sale.order_id, f"unknown {sale.order_id}-1")]
    assert till.heard.changes == heard + 1
    look(till, 60)
    assert (len(till.flags()), till.heard.changes) == (1, heard + 1)


def test_what_was_only_just_asked_for_is_in_nobodys_way(till: Till) -> None:
    """It waits for the outbox without any error: a service is off, or the window was closed."""
    put(till, asked(till), CollectState.REQUESTED)
    look(till, 3600)
    assert entries(till) == []


def test_closing_counts_from_its_beginning_even_over_a_restart(till: Till) -> None:
    """The link is an hour old when it is asked to close: that is no reason to call anybody."""
    sale = opened(till)
    till.clock.pass_seconds(3600)
    put(till, sale, CollectState.CLOSING)
    look(till, 0)
    till.restart()
    till.lanes.queue.clear()
    look(till, 9 * 60)
    assert entries(till) == []
    look(till, 60)
    assert entries(till) == [("unknown_outcome", sale.order_id, f"closing {sale.order_id}-1")]
    put(till, sale, CollectState.CANCELLED)
    look(till, 30)
    assert entries(till) == []
    with till.store.read() as uow:
        assert uow.notes.get("vigil.closing") == ""


def test_an_entry_stays_while_the_doubt_only_changes_its_name(till: Till) -> None:
    sale = opened(till)
    put(till, sale, CollectState.UNKNOWN)
    look(till, 600)
    put(till, sale, CollectState.CLOSING)
    look(till, 30)
    assert entries(till) == [("unknown_outcome", sale.order_id, f"unknown {sale.order_id}-1")]


def test_a_second_doubt_has_an_entry_of_its_own(till: Till) -> None:
    """One that was closed never opens again: it would hide when it happened."""
    sale = opened(till)
    reference = f"{sale.order_id}-1"
    for state in (CollectState.CLOSING, CollectState.OPEN, CollectState.CLOSING):
        put(till, sale, state)
        look(till, 30)
        look(till, 630)
    assert entries(till) == [("unknown_outcome", sale.order_id, f"closing 2 {reference}")]
    assert closed(till, sale.order_id) == [(f"closing {reference}", "machine", "it is open")]


def test_a_clock_put_back_starts_the_patience_again(till: Till) -> None:
    sale = opened(till)
    put(till, sale, CollectState.CLOSING)
    look(till, 0)
    till.clock.pass_seconds(-3600)
    look(till, 0)
    look(till, 9 * 60)
    assert entries(till) == []
    look(till, 60)
    assert len(entries(till)) == 1


def test_a_collect_that_vanished_is_in_no_doubt(till: Till) -> None:
    with till.store.write() as uow:
        uow.flags.raise_flag("nobody", "unknown_outcome", 1, 1, "unknown nobody-1", "check_again")
        uow.commit()
    look(till, 0)
    assert closed(till, "nobody") == [("unknown nobody-1", "machine", "gone")]


def test_entries_about_refunds_are_left_to_their_book(till: Till) -> None:
    with till.store.write() as uow:
        for detail in ("dup-pay_1", "dup-pay_2 pending"):
            uow.flags.raise_flag("b", "unknown_outcome", 1, 1, detail, "check_again")
        uow.flags.raise_flag("b", "late", 1, 1, "pay_1", "refund")
        uow.commit()
    look(till, 3600)
    assert len(till.flags()) == 3


def test_a_gateway_that_refuses_is_there(till: Till) -> None:
    opened(till)
    till.gateway.trouble.extend([LIMITED] * 100)
    till.run(20 * 60, step=5)
    assert entries(till) == []


def test_an_outage_is_told_once_however_often_the_program_starts(till: Till) -> None:
    opened(till)
    till.gateway.trouble.extend([UNREACHABLE] * 500)
    till.run(12 * 60, step=5)
    till.restart()
    till.run(12 * 60, step=5)
    assert entries(till) == [("gateway_unreachable", "", "razorpay")]
    till.gateway.trouble.clear()
    till.run(60, step=5)
    assert entries(till) == []
    till.gateway.trouble.extend([UNREACHABLE] * 500)
    till.run(12 * 60, step=5)
    assert entries(till) == [("gateway_unreachable", "", "2 razorpay")]
    till.gateway.trouble.clear()
    till.run(60, step=5)
    assert entries(till) == []


def assert_rrn(till: Till, sale: Sale, rrn: str = RRN) -> None:
    tender = Tender(TenderKind.OWN_UPI, DUE, till.clock.now(), "Asha", reference=rrn)
    with till.store.write() as uow:
        uow.tenders.add(sale.order_id, tender)
        uow.commit()


def test_what_only_a_person_has_told_of_is_told_after_three_days(till: Till) -> None:
    sale, other = asked(till), asked(till)
    assert_rrn(till, sale)
    assert_rrn(till, other, "1" * 12)
    till.clock.pass_seconds(1)
    fact = PaymentFact("razorpay", "pay_9", PaymentStatus.CAPTURED, DUE, "INR", 0, rrn="1" * 12)
    with till.store.write() as uow:
        uow.facts.add("", "", fact, 0)
        uow.commit()
    look(till, 3 * DAY - 1)
    assert entries(till) == []
    look(till, 600)
    (flag,) = till.flags()
    assert (flag.kind, flag.order_id, flag.amount) == ("asserted_unconfirmed", sale.order_id, DUE)
    assert (flag.detail, flag.action) == (RRN, "check_bank_account")


def test_what_a_manager_has_accepted_is_not_told_again(till: Till) -> None:
    sale = asked(till)
    assert_rrn(till, sale)
    look(till, 3 * DAY + 1)
    (flag,) = till.flags()
    with till.store.write() as uow:
        uow.flags.close(flag.flag_id, till.clock.now(), "Meera", "accepted: seen in the bank app")
        uow.commit()
    heard = till.heard.changes
    look(till, DAY)
    assert (entries(till), till.heard.changes) == ([], heard)


def test_it_looks_every_half_minute_and_writes_only_news(till: Till) -> None:
    now = till.clock.now()
    assert till.vigil.step(now) == now + 30_000
    put(till, opened(till), CollectState.UNKNOWN)
    till.clock.pass_seconds(600)
    before = till.clock.now()
    assert till.vigil.step(before) == before + 30_000
    flags: list[Flag] = list(till.flags())
    assert till.vigil.step(before + 29_999) == before + 30_000
    # A clock put back is no reason to wait for the old moment.
    assert till.vigil.step(before - 3_600_000) == before - 3_600_000 + 30_000
    assert list(till.flags()) == flags
