"""Whose word about the customer's address is believed, and what hangs on that address."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pos_relay.limits import MissLimiter
from tests.relay.support import OPERATOR, operator, process, running
from tests.relay.test_pages import new_token

BARRED_AFTER = 30  # unknown links a minute
CUSTOMER, OTHER = "203.0.113.9", "203.0.113.10"


@contextmanager
def visitor(base_url: str, local_address: str = "127.0.0.1") -> Iterator[httpx.Client]:
    """Calls from one of this machine's own addresses, as a proxy there would."""
    transport = httpx.HTTPTransport(local_address=local_address)
    with httpx.Client(base_url=base_url, transport=transport, timeout=10) as http:
        yield http


def guess(http: httpx.Client, forwarded: str) -> int:
    """The status of one unknown link."""
    return http.get(f"/i/{new_token()}", headers={"x-forwarded-for": forwarded}).status_code


def test_the_limiter_counts_customers_not_the_proxy(data: Path) -> None:
    data.mkdir()
    with process(data, "--trusted-proxy", "127.0.0.1") as (_, base_url), visitor(base_url) as http:
        # What a customer puts in front of the proxy's own word changes nothing.
        said = [guess(http, f"198.51.100.{n}, {CUSTOMER}") for n in range(BARRED_AFTER + 2)]
        assert said == [404] * BARRED_AFTER + [429] * 2
        assert guess(http, CUSTOMER) == 429
        assert guess(http, OTHER) == 404


def test_nobody_is_believed_unless_told(data: Path) -> None:
    data.mkdir()
    with process(data) as (_, base_url), visitor(base_url) as http:
        said = [guess(http, f"198.51.100.{n}") for n in range(BARRED_AFTER + 1)]
        assert said == [404] * BARRED_AFTER + [429]


def test_only_the_named_proxy_is_believed(data: Path) -> None:
    data.mkdir()
    with (
        process(data, "--trusted-proxy", "127.0.0.1") as (_, base_url),
        visitor(base_url, "127.0.0.2") as stranger,
        visitor(base_url) as proxy,
    ):
        for n in range(BARRED_AFTER):
            assert guess(stranger, f"198.51.100.{n}") == 404
        assert guess(stranger, CUSTOMER) == 429
        assert guess(proxy, CUSTOMER) == 404, "the forged address itself was never counted"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("*", "an address or network is meant"),
        ("proxy.example", "an address or network is meant"),
        ("10.0.0.1/8", "an address or network is meant"),
        ("0.0.0.0/0", "would believe everybody"),
        ("::/0", "would believe everybody"),
    ],
)
def test_a_proxy_is_named_exactly(data: Path, address: str, words: str) -> None:
    code, _, said = operator(data, "serve", "--port", "0", "--trusted-proxy", address)
    assert (code, words in said) == (2, True), said
    assert not (data / "relay.db").exists()


def test_numbers_are_for_the_operator(data: Path) -> None:
    """Behind a proxy that forwards no address everybody seems to be on this machine."""
    bearer = {"authorization": f"Bearer {OPERATOR}"}
    for url in ("", "https://bills.example"):
        with running(data, public_url=url) as relay:
            assert relay.http.get("/metrics").status_code == 404
            wrong = {"authorization": "Bearer x"}
            assert relay.http.get("/metrics", headers=wrong).status_code == 404
            assert "relay_requests_total" in relay.http.get("/metrics", headers=bearer).text
    with running(data, metrics_local=True) as relay:
        assert "relay_requests_total" in relay.http.get("/metrics").text
        for name in ("x-forwarded-for", "x-forwarded-proto", "forwarded", "via", "x-real-ip"):
            reply = relay.http.get("/metrics", headers={name: "for=127.0.0.1"})
            assert reply.status_code == 404, name


def test_the_start_says_that_the_proxy_is_unnamed(data: Path) -> None:
    data.mkdir()
    for words, said in (([], True), (["--trusted-proxy", "127.0.0.1"], False)):
        with process(data, "--public-url", "https://bills.example", *words):
            log = (data.parent / "relay.log").read_text()
        assert ("without --trusted-proxy" in log) is said
        (data.parent / "relay.log").unlink()


def test_a_customer_counts_alone_on_a_socket_for_both_families() -> None:
    limiter = MissLimiter(misses=1, hits=100, clock=lambda: 1000.0)
    limiter.missed("::ffff:203.0.113.9")
    assert limiter.wait("203.0.113.9") > 0
    assert limiter.wait("::ffff:203.0.113.10") == 0
