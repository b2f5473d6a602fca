"""A service is off after three refusals that only the owner can lift, and nothing is tried then."""

from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.payment import CollectKind, CollectState
from pos_desktop.domain.sale import Sale
from pos_desktop.ports import (
    Accepted,
    GatewayError,
    GatewayErrorKind,
    LedgerEntry,
    NotSent,
    Rejected,
    SendResult,
    Unknown,
)
from pos_desktop.services.standing import GATEWAY, MESSAGES
from pos_desktop.services.views import ServiceOff
from pos_desktop.wire import v1
from tests.support.rig import options
from tests.support.till import PHONE, Till

Kind = GatewayErrorKind
AUTH = GatewayError(Kind.AUTH, "Authentication failed")
OFF = GatewayError(Kind.FEATURE_OFF, "The requested URL was not found on the server.")
NO_CREDIT = Rejected(402, None, "no credit", setup=True)


def off(till: Till) -> list[tuple[str, str]]:
    return [(service.name, service.reason) for service in till.desk.state().services_off]


def said(till: Till, *outcomes: object, making: CollectKind | None = None) -> bool:
    """What the gateway answered; whether the last answer switched it off."""
    switched = False
    with till.store.write() as uow:
        for outcome in outcomes:
            now = till.clock.now()
            switched = till.standing.asked(uow, "razorpay", outcome, now, making)
        uow.commit()
    return switched


def sent(till: Till, *results: SendResult) -> None:
    with till.store.write() as uow:
        for result in results:
            till.standing.sent(uow, result, till.clock.now())
        uow.commit()


def ledger(till: Till) -> list[LedgerEntry]:
    with till.store.read() as uow:
        return [e for e in uow.ledger.after(0, 999) if e.kind.startswith("service.")]


def opened(till: Till, phone: str | None = PHONE) -> Sale:
    sale = till.checkout.request(till.order(phone))
    till.settle_down()
    return sale


# -- the gateway -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Authentication failed", "auth"),
        ("The api key provided is invalid", "auth"),
        ("", "auth"),
        ("Merchant is Suspended", "suspended"),
        ("live mode is disabled", "not_activated"),
    ],
)
def test_three_refusals_in_a_row_and_why(till: Till, text: str, reason: str) -> None:
    refusal = GatewayError(Kind.AUTH, text)
    assert not said(till, refusal, refusal)
    assert off(till) == []
    assert said(till, refusal)
    assert off(till) == [(GATEWAY, reason)]
    (entry,) = ledger(till)
    assert (entry.kind, entry.actor) == ("service.off", "machine")
    assert entry.body == {"service": GATEWAY, "reason": reason}
    till.clock.pass_seconds(60)
    assert not said(till, refusal, refusal, refusal)
    since = till.desk.state().services_off[0].since
    assert since == till.clock.now() - 60_000, "it keeps its beginning"
    assert len(ledger(till)) == 1


def test_a_success_begins_the_count_anew(till: Till) -> None:
    said(till, AUTH, AUTH, "an answer", AUTH, AUTH)
    assert off(till) == []


@pytest.mark.parametrize("kind", [Kind.UNAVAILABLE, Kind.TIMEOUT, Kind.RATE_LIMITED])
def test_an_outage_neither_counts_nor_forgives(till: Till, kind: GatewayErrorKind) -> None:
    said(till, AUTH, GatewayError(kind), AUTH, ValueError("bug"))
    assert off(till) == []
    said(till, AUTH)
    assert off(till) == [(GATEWAY, "auth")]


def test_an_account_without_links_has_nothing(till: Till) -> None:
    said(till, OFF, OFF, OFF, making=CollectKind.QR)
    said(till, OFF, OFF, OFF)
    assert off(till) == [], "links are left, or it was something else that is off"
    said(till, OFF, OFF, OFF, making=CollectKind.LINK)
    assert off(till) == [(GATEWAY, "not_activated")]


def test_the_keys_of_a_former_gateway_switch_nothing_off(till: Till) -> None:
    with till.store.write() as uow:
        for _ in range(5):
            assert not till.standing.asked(uow, "cashfree", AUTH, till.clock.now())
        uow.commit()
    assert off(till) == []


def test_with_a_dead_key_nothing_is_asked_and_nothing_made(till: Till) -> None:
    waiting = opened(till)
    till.gateway.trouble.extend([AUTH] * 3)
    till.run(30)
    assert off(till) == [(GATEWAY, "auth")]
    calls = len(till.gateway.calls)
    sale = till.checkout.request(till.order())
    with till.store.read() as uow:
        row = uow.outbox.find("collect.create", f"{sale.order_id}-1")
    till.run(600, step=5)
    assert len(till.gateway.calls) == calls, "no question, no try"
    assert till.collect(sale.order_id).state is CollectState.REQUESTED
    with till.store.read() as uow:
        assert uow.outbox.find("collect.create", f"{sale.order_id}-1") == row, "nothing is used up"
    # A push finds a closed door, too, and is not lost.
    till.gateway.pay(f"{waiting.order_id}-1")
    hint = v1.FeedEvent(seq=1, kind="hook", at=0, reference=f"{waiting.order_id}-1")
    till.hints.apply(hint)
    till.run(5)
    assert len(till.gateway.calls) == calls

    assert till.standing.test_again(GATEWAY)
    till.run(5)
    assert off(till) == []
    assert till.collect(sale.order_id).state is CollectState.OPEN
    assert till.sale(waiting.order_id).confirmed_by == "push"
    assert [entry.kind for entry in ledger(till)] == ["service.off", "service.on"]


def test_a_test_that_fails_leaves_it_off(till: Till) -> None:
    said(till, AUTH, AUTH, AUTH)
    till.gateway.trouble.append(AUTH)
    heard = till.heard.changes
    assert not till.standing.test_again(GATEWAY)
    till.lanes.drain()
    assert off(till) == [(GATEWAY, "auth")]
    assert till.heard.changes == heard


def test_it_is_still_off_after_a_restart(till: Till) -> None:
    said(till, AUTH, AUTH, AUTH)
    sent(till, NO_CREDIT, NO_CREDIT, NO_CREDIT)
    till.restart()
    assert off(till) == [(GATEWAY, "auth"), (MESSAGES, "credit")]
    assert till.standing.test_again(GATEWAY)
    till.lanes.drain()
    assert off(till) == [(MESSAGES, "credit")]
    assert till.standing.test_again(MESSAGES)
    till.lanes.drain()
    assert off(till) == []


def test_what_is_on_can_be_tested(till: Till) -> None:
    said(till, AUTH, AUTH)
    heard = till.heard.changes
    assert till.standing.test_again(GATEWAY)
    till.lanes.drain()
    assert (ledger(till), till.heard.changes) == ([], heard + 1)
    assert not said(till, AUTH), "the strikes are forgotten"


def test_the_shops_own_qr_needs_no_gateway(tmp_path: Path) -> None:
    """It is what is left when the key is dead: it is shown, and it closes for cash."""
    setup = replace(options(), own_upi=OwnUpiOptions(vpa="shop@bank", payee="Fresh Mart"))
    till = Till(tmp_path, setup=setup)
    said(till, AUTH, AUTH, AUTH)
    sale = till.checkout.request(till.order())
    till.run(5)
    till.checkout.show_own_qr(sale.order_id, "Asha")
    till.run(5)
    assert till.bill(sale.order_id).words == "own_upi_waiting"
    till.checkout.cash_for_waiting(sale.order_id, sale.due, "Asha")
    till.run(5)
    assert till.sale(sale.order_id).confirmed_by == "cash"
    assert till.gateway.calls == []
    till.store.close()


# -- messages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Rejected(401, None, "", setup=True), "auth"),
        (Rejected(402, None, "", setup=True), "credit"),
        (Rejected(403, None, "", setup=True), "suspended"),
        (Rejected(407, None, "", setup=True), "auth"),
        (Rejected(400, 30006, ""), "not_activated"),
        (Rejected(400, 30022, ""), "template"),
        (Rejected(400, 30026, ""), "template"),
    ],
)
def test_three_refusals_of_messages_and_why(till: Till, refusal: Rejected, reason: str) -> None:
    sent(till, refusal, NotSent(1, "busy"), refusal, Unknown("lost"))
    assert off(till) == []
    sent(till, refusal)
    assert off(till) == [(MESSAGES, reason)]


@pytest.mark.parametrize(
    "refusal", [Rejected(400, None, "bad number"), Rejected(400, 30013, ""), Rejected(404, 1, "")]
)
def test_a_customer_without_whatsapp_switches_nothing_off(till: Till, refusal: Rejected) -> None:
    sent(till, *[refusal] * 9)
    assert off(till) == []


def test_one_that_went_begins_the_count_anew(till: Till) -> None:
    sent(till, NO_CREDIT, NO_CREDIT, Accepted("sid"), NO_CREDIT, NO_CREDIT)
    assert off(till) == []


def test_no_message_is_tried_while_messages_are_off(till: Till) -> None:
    """Three customers' requests were refused; the next gets a QR on the screen, and the receipt
    of a bill that is paid meanwhile waits."""
    till.messenger.answers.extend([NO_CREDIT] * 3)
    first = opened(till)
    opened(till)
    opened(till)
    assert off(till) == [(MESSAGES, "credit")]
    tried = len(till.messenger.sent)
    assert tried == 3
    fourth = opened(till)
    assert till.collect(fourth.order_id).kind is CollectKind.QR
    with till.store.read() as uow:
        assert uow.messages.of(fourth.order_id) == ()
    till.gateway.pay(f"{first.order_id}-1")
    till.run(300, step=5)
    assert len(till.messenger.sent) == tried
    assert till.bill_message(first.order_id) == "queued"
    assert till.standing.test_again(MESSAGES)
    till.run(5)
    assert till.bill_message(first.order_id) == "accepted"
    assert len(till.messenger.sent) == tried + 1


def report(till: Till, sale: Sale, state: MessageState, code: int | None, reason: str) -> None:
    """A callback about the request of this bill."""
    message = till.message(sale.order_id, Purpose.PAYMENT_REQUEST)
    till.hints.apply(
        v1.FeedEvent(
            seq=till.hints.cursor() + 1,
            kind="delivery",
            at=0,
            label=message.label,
            status=state.value,
            code=code,
            event=reason,
        )
    )


FAILED, READ = MessageState.FAILED, MessageState.READ


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [(30023, "template", "template"), (30006, "setup", "not_activated")],
)
def test_what_whatsapp_reports_later_counts_by_itself(
    till: Till, code: int, reason: str, expected: str
) -> None:
    """Each was accepted before, so that the answers to the sending say nothing about it."""
    sales = [opened(till) for _ in range(3)]
    for sale in sales[:2]:
        report(till, sale, FAILED, code, reason)
        report(till, sale, FAILED, code, reason)  # the same again is no news
    assert off(till) == []
    report(till, sales[2], FAILED, code, reason)
    assert off(till) == [(MESSAGES, expected)]


@pytest.mark.parametrize(
    ("code", "reason"), [(23080, "setup"), (23083, "dlt"), (23185, "template")]
)
def test_what_the_operators_registry_stops(sms_till: Till, code: int, reason: str) -> None:
    till = sms_till
    for _ in range(3):
        assert off(till) == []
        report(till, opened(till), FAILED, code, reason)
    expected = "template" if reason == "template" else "dlt"
    assert off(till) == [(MESSAGES, expected)]
    assert till.standing.test_again(MESSAGES)
    till.lanes.drain()
    report(till, opened(till), FAILED, code, reason)
    assert off(till) == [], "its strikes are forgotten, too"


def test_one_that_arrived_begins_the_count_of_reports_anew(till: Till) -> None:
    for state in (FAILED, FAILED, READ, FAILED, FAILED):
        report(till, opened(till), state, 30023, "template")
    assert off(till) == []


@pytest.mark.parametrize(
    ("code", "reason"), [(30013, "recipient"), (30004, "setup"), (None, "unknown")]
)
def test_reports_that_are_about_one_customer_only(
    till: Till, code: int | None, reason: str
) -> None:
    for _ in range(4):
        report(till, opened(till), MessageState.SENT, None, "")
        report(till, opened(till), FAILED, code, reason)
    assert off(till) == []


def test_a_report_on_nobodys_message_counts_for_nothing(till: Till) -> None:
    with till.store.write() as uow:
        till.standing.reported(uow, None, None, 0)
    assert off(till) == []


def test_the_view_names_the_moment(till: Till) -> None:
    sent(till, NO_CREDIT, NO_CREDIT, NO_CREDIT)
    with till.store.read() as uow:
        assert till.standing.off(uow) == (ServiceOff(MESSAGES, "credit", till.clock.now()),)
        assert till.standing.is_off(uow, MESSAGES)
        assert not till.standing.is_off(uow, GATEWAY)
        assert till.standing.held(uow) == {"exotel"}
