"""The settings choose the gateway."""

import contextlib

import pytest

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import GatewayOptions
from pos_desktop.gateways.cashfree import CashfreeGateway
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.gateways.registry import Line, completed, gateway_of
from pos_desktop.net.http import basic
from pos_desktop.net.meter import Meter
from pos_desktop.ports import GatewayError
from tests.support.scripted_server import answer, scripted
from tests.unit.gateways.conftest import SetClock


def test_the_name_decides() -> None:
    razorpay = gateway_of(GatewayOptions(key_id="rzp_test_x"), "s", SetClock())
    cashfree = gateway_of(GatewayOptions(name="cashfree", key_id="CF1"), "s", SetClock())
    assert isinstance(razorpay, RazorpayGateway) and razorpay.name == "razorpay"
    assert isinstance(cashfree, CashfreeGateway) and cashfree.name == "cashfree"


@pytest.mark.parametrize("name", ["", "paytm", "Razorpay", "cashfree "])
def test_an_unknown_name_is_said(name: str) -> None:
    with pytest.raises(InputError) as caught:
        gateway_of(GatewayOptions(name=name), "s", SetClock())
    assert caught.value.code == "unknown_gateway"
    assert caught.value.params == {"name": name, "known": "cashfree, razorpay"}


@pytest.mark.parametrize("secret", ["a\nb", "sécret", "a\x00"])
def test_signs_that_no_key_has_are_refused_before_any_call(secret: str) -> None:
    for name in ("razorpay", "cashfree"):
        with pytest.raises(InputError) as caught:
            gateway_of(GatewayOptions(name=name), secret, SetClock())
        assert caught.value.code == "gateway_key"
        assert secret not in str(caught.value)


@pytest.mark.parametrize("name", ["razorpay", "cashfree"])
def test_a_new_key_is_used_at_the_next_call(name: str) -> None:
    keys = ["old-key"]
    with scripted(answer(b"{}"), answer(b"{}")) as server:
        options = GatewayOptions(name=name, base_url=server.url, key_id="id")
        gateway = gateway_of(options, lambda: keys[-1], SetClock())
        for key in ("old-key", "new-key"):
            keys.append(key)
            with contextlib.suppress(GatewayError):
                gateway.ping()
            sent = server.requests[-1].decode("latin-1")
            assert basic("id", key) in sent or f"x-client-secret: {key}" in sent


def test_a_plain_address_is_refused() -> None:
    with pytest.raises(InputError):
        gateway_of(GatewayOptions(name="cashfree", base_url="http://x.example/pg"), "", SetClock())


def test_addresses_nobody_chose_are_those_of_the_gateway() -> None:
    plain = completed(GatewayOptions(name="cashfree"))
    assert (plain.base_url, plain.pay_hosts) == (
        "https://api.cashfree.com/pg",
        ("payments.cashfree.com",),
    )
    chosen = GatewayOptions(
        name="cashfree", base_url="https://sandbox.cashfree.com/pg", pay_hosts=("pay.example",)
    )
    assert completed(chosen) == chosen
    assert completed(GatewayOptions()) == GatewayOptions()


def test_every_request_is_counted_also_where_nobody_answers() -> None:
    meter = Meter()
    razorpay = GatewayOptions(base_url="http://127.0.0.1:1")
    cashfree = GatewayOptions(name="cashfree", base_url="http://127.0.0.1:1/pg")
    for options in (razorpay, cashfree):
        gateway = gateway_of(options, "s", SetClock(), Line((0.5, 0.5), meter))
        with pytest.raises(GatewayError):
            gateway.ping()
    assert meter.made() == 2
