"""The shop's own UPI QR: drawn without a network, closed at once, and it never says "paid"."""

from dataclasses import replace

import pytest

from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.payment import Collect, CollectKind, CollectState, GatewayStatus
from pos_desktop.domain.upi import parse_upi
from pos_desktop.gateways.manual_upi import OwnUpi
from pos_desktop.ports import (
    CollectIntent,
    CollectSeen,
    Gateway,
    GatewayError,
    GatewayErrorKind,
    RefundOrder,
)
from tests.support.rig import START, FixedClock

SHOP = OwnUpiOptions("freshmart@examplebank", "Fresh Mart", "5411")
REFERENCE = "01JD8Q6W7X0000000000000001-2"
INTENT = CollectIntent(
    reference=REFERENCE,
    order_id="01JD8Q6W7X0000000000000001",
    kind=CollectKind.QR,
    amount=124950,
    life=300,
    created_at=START,
    description="token 12",
    counter="Counter 2",
)


def known(seen: CollectSeen, state: CollectState = CollectState.OPEN) -> Collect:
    return Collect(
        reference=REFERENCE,
        order_id=INTENT.order_id,
        attempt=2,
        kind=CollectKind.QR,
        state=state,
        gateway="own_upi",
        amount=124950,
        created_at=START,
        gateway_id=seen.gateway_id,
        expires_at=seen.expires_at,
    )


def test_the_qr_asks_for_the_amount_at_the_shops_address() -> None:
    gateway: Gateway = OwnUpi(SHOP, FixedClock())
    assert gateway.name == "own_upi"
    gateway.ping()
    made = gateway.create(INTENT)
    assert made.upi_payload == (
        "upi://pay?pa=freshmart@examplebank&pn=Fresh%20Mart&mc=5411"
        f"&tr={REFERENCE}&am=1249.50&cu=INR"
    )
    asked = parse_upi(made.upi_payload)
    assert (asked.amount_paise, asked.tr, asked.currency) == (124950, REFERENCE, "INR")
    assert (made.gateway_id, made.reference, made.url) == (REFERENCE, REFERENCE, None)
    assert (made.status, made.amount, made.expires_at) == (
        GatewayStatus.OPEN,
        124950,
        START + 300_000,
    )


def test_it_says_what_it_cannot() -> None:
    gateway = OwnUpi(SHOP, FixedClock())
    can = gateway.capabilities()
    assert (can.links, can.confirms, can.refunds, can.lists_payments) == (False,) * 4
    assert (can.qr, can.qr_payload) == (True, True)
    order = RefundOrder(("ret-pay_1-1",), "pay_1", 100, "goods returned")
    assert gateway.find_refund(order) is None
    for call in (
        lambda: gateway.capture("pay_1", 100),
        lambda: gateway.refund(order),
        lambda: gateway.payments_between(0, START),
        lambda: gateway.create(replace(INTENT, kind=CollectKind.LINK)),
    ):
        with pytest.raises(GatewayError) as caught:
            call()
        assert caught.value.kind is GatewayErrorKind.FEATURE_OFF
        assert not caught.value.outcome_unknown


def test_it_stays_open_until_its_time_is_over_and_is_never_paid() -> None:
    clock = FixedClock()
    gateway = OwnUpi(SHOP, clock)
    collect = known(gateway.create(INTENT))
    clock.pass_seconds(299)
    assert gateway.fetch(collect).status is GatewayStatus.OPEN
    clock.pass_seconds(1)
    looked = gateway.fetch(collect)
    assert (looked.status, looked.payments) == (GatewayStatus.EXPIRED, ())


def test_closed_is_closed_whoever_asks() -> None:
    clock = FixedClock()
    gateway = OwnUpi(SHOP, clock)
    collect = known(gateway.create(INTENT))
    assert gateway.close(collect).status is GatewayStatus.CANCELLED
    assert gateway.close(collect).status is GatewayStatus.CANCELLED
    assert gateway.fetch(collect).status is GatewayStatus.CANCELLED
    found = gateway.find(INTENT)
    assert found is not None and found.status is GatewayStatus.CANCELLED


@pytest.mark.parametrize(
    "state", [CollectState.CLOSING, CollectState.CANCELLED, CollectState.REFUSED]
)
def test_after_a_restart_the_database_says_what_was_closed(state: CollectState) -> None:
    made = OwnUpi(SHOP, FixedClock()).create(INTENT)
    restarted = OwnUpi(SHOP, FixedClock())
    assert restarted.fetch(known(made, state)).status is GatewayStatus.CANCELLED
    assert restarted.fetch(known(made)).status is GatewayStatus.OPEN
    assert restarted.find(INTENT) is None
    assert restarted.create(INTENT) == made, "drawn again it is the same"


def test_what_is_shown_can_be_closed_after_the_address_was_taken_out() -> None:
    made = OwnUpi(SHOP, FixedClock()).create(INTENT)
    off = OwnUpi(OwnUpiOptions(), FixedClock())
    assert off.fetch(known(made)).status is GatewayStatus.OPEN
    assert off.close(known(made)).status is GatewayStatus.CANCELLED


@pytest.mark.parametrize(
    "options", [OwnUpiOptions(), replace(SHOP, vpa="freshmart"), replace(SHOP, payee=" ")]
)
def test_an_address_that_no_app_would_take_is_refused(options: OwnUpiOptions) -> None:
    gateway = OwnUpi(options, FixedClock())
    for call in (gateway.ping, lambda: gateway.create(INTENT)):
        with pytest.raises(GatewayError) as caught:
            call()
        assert caught.value.kind is GatewayErrorKind.VALIDATION
    assert gateway.find(INTENT) is None


def test_an_id_of_somebody_else() -> None:
    gateway = OwnUpi(SHOP, FixedClock())
    collect = replace(known(gateway.create(INTENT)), gateway_id="qr_T1rS5tUv6WxY7z")
    for call in (gateway.fetch, gateway.close):
        with pytest.raises(GatewayError) as caught:
            call(collect)
        assert caught.value.kind is GatewayErrorKind.NOT_FOUND
