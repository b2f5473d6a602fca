"""How many requests a look costs: the account's limit is shared by all counters of the shop."""

from dataclasses import replace
from typing import Any

import pytest
import responses

from pos_desktop.domain.payment import CollectState, GatewayStatus, PaymentStatus
from pos_desktop.gateways.razorpay import RazorpayGateway
from tests.unit.gateways.answers import (
    COLLECT,
    INTENT,
    LINK_ID,
    LINKS,
    ORDER,
    PAY,
    QR_COLLECT,
    QR_ID,
    QR_INTENT,
    QRS,
    fresh_link,
    items,
    link,
    payment,
    qr,
    timed,
)
from tests.unit.gateways.conftest import BASE, NOW

LIVE_QR = replace(QR_COLLECT, expires_at=NOW + 60_000)
QR = f"{QRS}/{QR_ID}"


def paths(api: responses.RequestsMock) -> list[str]:
    return [str(call.request.path_url).partition("?")[0] for call in api.calls]


def test_an_open_qr_costs_one(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.get(f"{QR}/payments", json=items())
    seen = gateway.fetch(LIVE_QR)
    assert paths(api) == [f"/v1/payments/qr_codes/{QR_ID}/payments"]
    assert (seen.gateway_id, seen.status, seen.payments) == (QR_ID, GatewayStatus.OPEN, ())
    assert (seen.amount, seen.currency, seen.reference) == (124950, "INR", QR_INTENT.reference)
    # What was not asked is not told.
    assert (seen.expires_at, seen.upi_payload, seen.image_url) == (None, None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": NOW - 90_000},  # our clock says exactly that
        {"expires_at": None},
        {"state": CollectState.CLOSING},
        {"state": CollectState.CANCELLED},
        {"state": CollectState.EXPIRED},
        {"state": CollectState.UNKNOWN},
        {"asks": 11},
        {"asks": 23},
    ],
)
def test_a_qr_whose_end_matters_costs_two(
    api: responses.RequestsMock, gateway: RazorpayGateway, changes: dict[str, Any]
) -> None:
    api.get(f"{QR}/payments", json=items())
    api.get(QR, json=qr(status="closed", close_reason="on_demand"))
    seen = gateway.fetch(replace(LIVE_QR, **changes))
    assert (seen.status, len(api.calls)) == (GatewayStatus.CANCELLED, 2)


@pytest.mark.parametrize("asks", [0, 1, 10, 12, 22])
def test_most_looks_at_an_open_qr_cost_one(
    api: responses.RequestsMock, gateway: RazorpayGateway, asks: int
) -> None:
    api.get(f"{QR}/payments", json=items())
    gateway.fetch(replace(LIVE_QR, asks=asks))
    assert len(api.calls) == 1


def test_a_paid_qr_costs_three(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    paid = payment(order_id=None)
    api.get(f"{QR}/payments", json=items(paid))
    api.get(QR, json=qr(status="closed", close_reason="paid"))
    api.get(f"{BASE}/v1/payments/{PAY}", json=paid)
    seen = gateway.fetch(LIVE_QR)
    assert (seen.status, len(api.calls)) == (GatewayStatus.PAID, 3)


def test_an_attempt_on_a_qr_shows_the_qr_itself(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    failed = payment(order_id=None, status="failed", captured=False)
    api.get(f"{QR}/payments", json=items(failed))
    api.get(QR, json=qr())
    seen = gateway.fetch(replace(LIVE_QR, expires_at=NOW + 200_000))
    assert [p.status for p in seen.payments] == [PaymentStatus.FAILED]
    assert len(api.calls) == 2


def test_a_link_that_nobody_opened_costs_one(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=fresh_link())
    assert gateway.fetch(COLLECT).status is GatewayStatus.OPEN
    assert len(api.calls) == 1


def test_an_opened_link_costs_two(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=link(status="created", payments=[]))
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items())
    assert gateway.fetch(COLLECT).status is GatewayStatus.OPEN
    assert len(api.calls) == 2


def test_a_paid_link_costs_three(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=link())
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment())
    assert gateway.fetch(COLLECT).status is GatewayStatus.PAID
    assert len(api.calls) == 3


def test_making_costs_one_once_the_time_is_known(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(LINKS, json=fresh_link())
    api.post(QRS, json=qr())
    gateway.create(INTENT)
    gateway.create(QR_INTENT)
    assert len(api.calls) == 3


def test_closing_a_link_that_nobody_opened_costs_one_and_a_qr_two(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.post(f"{LINKS}/{LINK_ID}/cancel", json=fresh_link(**{}) | {"status": "cancelled"})
    assert gateway.close(COLLECT).status is GatewayStatus.CANCELLED
    assert len(api.calls) == 1
    api.post(f"{QR}/close", json=qr(status="closed", close_reason="on_demand"))
    api.get(f"{QR}/payments", json=items())
    assert gateway.close(LIVE_QR).status is GatewayStatus.CANCELLED
    assert len(api.calls) == 3
