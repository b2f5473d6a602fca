"""Guessing links is slowed, and an address that guesses sees no difference."""

from dataclasses import replace
from pathlib import Path

from pos_relay.limits import MissLimiter
from tests.relay.samples import BILL
from tests.relay.support import QUICK, running
from tests.relay.test_pages import new_token


class Clock:
    """Seconds by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_misses_bar_an_address_and_the_delay_doubles() -> None:
    clock = Clock()
    limiter = MissLimiter(misses=3, hits=100, clock=clock)
    delays = []
    for _ in range(4):
        for _ in range(3):
            assert limiter.wait("203.0.113.9") == 0
            limiter.missed("203.0.113.9")
        delays.append(limiter.wait("203.0.113.9"))
        assert limiter.wait("203.0.113.10") == 0
        clock.now += max(delays[-1], 61)
    assert delays == [31, 61, 121, 241]


def test_the_window_forgives_and_long_quiet_forgets() -> None:
    clock = Clock()
    limiter = MissLimiter(misses=3, hits=100, clock=clock)
    for _ in range(5):
        limiter.missed("::1")
        limiter.missed("::1")
        clock.now += 61
        assert limiter.wait("::1") == 0
    for _ in range(3):
        limiter.missed("::1")
    assert limiter.wait("::1") == 31
    clock.now += 3600
    for _ in range(3):
        assert limiter.wait("::1") == 0
        limiter.missed("::1")
    assert limiter.wait("::1") == 31, "after an hour of quiet the delay begins anew"


def test_hits_are_limited_too() -> None:
    limiter = MissLimiter(misses=3, hits=5, clock=Clock())
    assert [limiter.wait("198.51.100.1") for _ in range(6)] == [0, 0, 0, 0, 0, 31]


def test_an_ipv6_customer_is_a_network() -> None:
    limiter = MissLimiter(misses=2, hits=100, clock=Clock())
    limiter.missed("2001:db8:1:2::1")
    limiter.missed("2001:db8:1:2:ffff::9")
    assert limiter.wait("2001:db8:1:2::77") > 0
    assert limiter.wait("2001:db8:1:3::1") == 0
    assert limiter.wait("not an address") == 0


def test_memory_is_bounded() -> None:
    limiter = MissLimiter(misses=2, hits=100, clock=Clock())
    for number in range(30_000):
        limiter.missed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(limiter._visitors) <= 20_000


def test_a_barred_address_sees_the_same_for_right_and_wrong_guesses(tmp_path: Path) -> None:
    limits = replace(QUICK, misses_per_minute=5)
    with running(tmp_path / "data", limits) as relay:
        till = relay.enrol(relay.shop())
        token = new_token()
        relay.publish(till, token, BILL)
        assert relay.http.get(f"/i/{token}").status_code == 200
        statuses = [relay.http.get(f"/i/{new_token()}").status_code for _ in range(7)]
        assert statuses == [404] * 5 + [429] * 2
        right, wrong = relay.http.get(f"/i/{token}"), relay.http.get(f"/q/{new_token()}.png")
        assert (right.status_code, right.content) == (wrong.status_code, wrong.content)
        assert int(right.headers["retry-after"]) in {30, 31}
        assert relay.http.get("/healthz").status_code == 200
