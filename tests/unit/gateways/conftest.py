"""Adapters over answers that the tests write down."""

from collections.abc import Iterator

import pytest
import responses

from pos_desktop.domain.options import GatewayOptions
from pos_desktop.gateways.cashfree import CashfreeGateway
from pos_desktop.gateways.cashfree_calls import headers_of
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.net.http import HttpClient

NOW = 1795409130_000
DATE = "Mon, 23 Nov 2026 04:45:30 GMT"
BASE = "https://api.razorpay.com"


class SetClock:
    """A clock that stands still, 90 seconds behind the gateway's."""

    def now(self) -> int:
        return NOW - 90_000

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def api() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=True) as mock:
        yield mock


@pytest.fixture
def gateway() -> RazorpayGateway:
    clock = SetClock()
    http = HttpClient(BASE, auth=("rzp_test_key", "secret"), now=clock.now)
    return RazorpayGateway(http, GatewayOptions(), clock)


@pytest.fixture
def cashfree() -> CashfreeGateway:
    clock = SetClock()
    headers = headers_of("CF_ID", "cfsk_secret")
    http = HttpClient("https://api.cashfree.com/pg", headers=headers, now=clock.now)
    return CashfreeGateway(http, GatewayOptions(name="cashfree", pay_hosts=()), clock)
