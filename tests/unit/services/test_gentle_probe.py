"""Lamps must not eat the account's requests a minute, and must still tell a cut at once."""

import pytest

from pos_desktop.domain.errors import Unavailable
from pos_desktop.ports import GatewayError, GatewayErrorKind
from pos_desktop.services.health import GentleProbe
from tests.support.rig import FixedClock


class Peer:
    """Counts what it is asked."""

    def __init__(self) -> None:
        self.reached = self.asked = 0
        self.line = self.account = True

    def reach(self) -> None:
        self.reached += 1
        if not self.line:
            raise Unavailable("net_connect")

    def ask(self) -> None:
        self.asked += 1
        if not self.account:
            raise Unavailable("gateway_auth")


def test_the_account_is_asked_once_a_minute_and_the_line_each_time() -> None:
    peer, clock = Peer(), FixedClock()
    probe = GentleProbe(clock, peer.reach, peer.ask)
    for _ in range(40):
        probe()
        clock.pass_seconds(3)
    assert (peer.reached, peer.asked) == (40, 2)


def test_a_cut_line_is_told_at_once_without_asking_the_account() -> None:
    peer, clock = Peer(), FixedClock()
    probe = GentleProbe(clock, peer.reach, peer.ask)
    probe()
    peer.line = False
    with pytest.raises(Unavailable, match="net_connect"):
        probe()
    assert peer.asked == 1


def test_a_refusal_stays_until_the_account_answers_again() -> None:
    peer, clock = Peer(), FixedClock()
    probe = GentleProbe(clock, peer.reach, peer.ask)
    peer.account = False
    for _ in range(3):
        with pytest.raises(Unavailable, match="gateway_auth"):
            probe()
        clock.pass_seconds(3)
    assert peer.asked == 1
    peer.account = True
    probe()
    assert peer.asked == 2


def test_a_clock_that_goes_back_asks_at_once() -> None:
    peer, clock = Peer(), FixedClock()
    probe = GentleProbe(clock, peer.reach, peer.ask)
    probe()
    clock.pass_seconds(-3600)
    probe()
    assert peer.asked == 2


def test_nobody_asks_an_account_that_has_just_answered_somebody_else() -> None:
    """Eighty lamps would take a quarter of what a small account answers."""
    peer, clock, heard = Peer(), FixedClock(), [True]
    probe = GentleProbe(clock, peer.reach, peer.ask, lambda now: heard[0])
    for _ in range(40):
        probe()
        clock.pass_seconds(3)
    assert (peer.reached, peer.asked) == (40, 0)
    heard[0] = False
    for _ in range(21):
        probe()
        clock.pass_seconds(3)
    assert peer.asked == 1
    peer.account = False
    clock.pass_seconds(60)
    with pytest.raises(Unavailable, match="gateway_auth"):
        probe()
    heard[0] = True
    probe()
    peer.line = False
    with pytest.raises(Unavailable, match="net_connect"):
        probe()


def test_an_account_that_has_enough_of_questions_is_not_down() -> None:
    clock = FixedClock()
    asked = []

    def limited() -> None:
        asked.append(clock.now())
        raise GatewayError(GatewayErrorKind.RATE_LIMITED)

    probe = GentleProbe(clock, lambda: None, limited)
    for _ in range(40):
        probe()
        clock.pass_seconds(3)
    assert len(asked) == 2, "and it is not asked the more for it"
