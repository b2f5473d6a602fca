"""The practice customer asks for the open link or QR of a bill, over HTTP on this machine."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop.bootstrap.practice_customer import PracticeCustomer
from pos_desktop.domain.errors import Unavailable
from tests.support.scripted_server import answer, scripted
from tests.support.till import Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """A till whose database is in the test's folder."""
    opened = Till(tmp_path)
    yield opened
    opened.store.close()
    assert opened.told() == []


def test_she_pays_or_fails_what_is_open(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    reference = till.collect(sale.order_id).reference
    with scripted(answer(b"{}")) as server:
        customer = PracticeCustomer(f"{server.url}/control", lambda: till.store)
        customer.pay(sale.order_id)
        customer.fail(sale.order_id)
    first, second = server.requests
    assert first.startswith(b"POST /control/pay ")
    assert second.startswith(b"POST /control/fail ")
    assert all(reference.encode() in request for request in server.requests)


def test_a_bill_with_nothing_open_asks_nobody(till: Till) -> None:
    sale = till.checkout.request(till.order())
    with scripted(answer(b"{}")) as server:
        customer = PracticeCustomer(f"{server.url}/control", lambda: till.store)
        with pytest.raises(Unavailable) as caught:
            customer.pay(sale.order_id)
    assert (caught.value.code, server.requests) == ("practice_not_payable", [])


def test_a_refusal_and_silence_are_told_apart(till: Till) -> None:
    sale = till.checkout.request(till.order())
    till.settle_down()
    with scripted(answer(b"{}", "409 Conflict")) as server:
        customer = PracticeCustomer(f"{server.url}/control", lambda: till.store)
        with pytest.raises(Unavailable) as caught:
            customer.pay(sale.order_id)
        assert caught.value.code == "practice_not_payable"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    gone = PracticeCustomer(f"http://127.0.0.1:{port}/control", lambda: till.store)
    with pytest.raises(Unavailable) as caught:
        gone.pay(sale.order_id)
    assert caught.value.code == "practice_away"
