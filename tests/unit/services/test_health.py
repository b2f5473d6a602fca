"""The lamps: each by its own dependency, the internet by what the three services answer."""

from collections.abc import Callable
from itertools import product

import pytest

from pos_desktop.domain.errors import Unavailable
from pos_desktop.ports import GatewayError, GatewayErrorKind
from pos_desktop.services.health import INTERVAL_MS, NAMES, Health
from pos_desktop.services.views import Lamp, LampState
from tests.support.rig import QueuedLanes

OK, DOWN, CHECKING = LampState.OK, LampState.DOWN, LampState.CHECKING
REMOTE = ("gateway", "messages", "relay")


class Board:
    """Four dependencies that a test switches off, and what the window was shown."""

    def __init__(self, *names: str) -> None:
        self.down: dict[str, Exception] = {}
        self.asked: list[str] = []
        self.shown: list[tuple[Lamp, ...]] = []
        self.lanes = QueuedLanes([])
        probes = {name: self._probe(name) for name in names or (*REMOTE, "printer")}
        self.health = Health(self.lanes, probes, self.shown.append)
        self.now = 1_000_000

    def _probe(self, name: str) -> Callable[[], None]:
        def ask() -> None:
            self.asked.append(name)
            if name in self.down:
                raise self.down[name]

        return ask

    def turn(self) -> dict[str, LampState]:
        self.now += INTERVAL_MS
        self.health.step(self.now)
        self.lanes.drain()
        return self.states()

    def states(self) -> dict[str, LampState]:
        return {lamp.name: lamp.state for lamp in self.health.lamps()}

    def detail(self, name: str) -> str:
        return next(lamp.detail for lamp in self.health.lamps() if lamp.name == name)


def test_before_the_first_answer_everything_is_being_checked() -> None:
    board = Board()
    assert board.states() == dict.fromkeys(NAMES, CHECKING)
    assert board.shown == []


@pytest.mark.parametrize("down", list(product([False, True], repeat=4)))
def test_each_lamp_follows_its_own_dependency(down: tuple[bool, ...]) -> None:
    board = Board()
    board.turn()
    names = (*REMOTE, "printer")
    board.down = {
        name: Unavailable(f"{name}_gone") for name, off in zip(names, down, strict=True) if off
    }
    states = board.turn()
    for name, off in zip(names, down, strict=True):
        assert states[name] is (DOWN if off else OK)
        assert board.detail(name) == (f"{name}_gone" if off else "")
    assert states["internet"] is (DOWN if all(down[:3]) else OK)
    board.down.clear()
    assert board.turn() == dict.fromkeys(NAMES, OK)


@pytest.mark.parametrize(
    "error",
    [
        GatewayError(GatewayErrorKind.AUTH),
        GatewayError(GatewayErrorKind.RATE_LIMITED),
        Unavailable("exotel_setup"),
    ],
)
def test_a_refusal_is_an_answer_so_the_internet_is_there(error: Exception) -> None:
    board = Board()
    board.down = {name: Unavailable("net_timeout") for name in REMOTE}
    assert board.turn()["internet"] is DOWN
    assert board.detail("internet") == "unreachable"
    board.down["messages"] = error
    states = board.turn()
    assert (states["internet"], states["messages"]) == (OK, DOWN)


def test_an_unforeseen_error_of_a_probe_is_down_too() -> None:
    board = Board()
    board.down = {"printer": KeyError("bug")}
    assert board.turn()["printer"] is DOWN
    assert board.detail("printer") == "unexpected"


def test_the_internet_is_being_checked_until_somebody_answered() -> None:
    board = Board()
    board.down = {name: Unavailable("net_timeout") for name in REMOTE}
    board.now += INTERVAL_MS
    board.health.step(board.now)
    board.lanes.step()
    board.lanes.step()
    assert board.states()["internet"] is CHECKING
    board.lanes.drain()
    assert board.states()["internet"] is DOWN


def test_a_shop_without_remote_services_never_claims_an_internet() -> None:
    board = Board("printer")
    assert board.turn()["internet"] is CHECKING


def test_everybody_is_asked_every_three_seconds_and_nobody_twice_at_once() -> None:
    board = Board()
    assert board.health.step(board.now) == board.now + INTERVAL_MS
    assert board.health.step(board.now + 1) == board.now + INTERVAL_MS
    board.health.step(board.now + INTERVAL_MS)  # the first questions are still on their way
    board.lanes.drain()
    assert sorted(board.asked) == sorted((*REMOTE, "printer"))


def test_a_clock_that_is_put_back_does_not_freeze_the_lamps() -> None:
    board = Board()
    board.turn()
    board.now -= 3_600_000
    board.down = {"printer": Unavailable("printer_off")}
    assert board.turn()["printer"] is DOWN


def test_the_window_is_told_changes_only_and_all_lamps_each_time() -> None:
    board = Board()
    board.turn()
    told = len(board.shown)
    assert board.shown[-1] == board.health.lamps()
    board.turn()
    assert len(board.shown) == told
    board.down = {"relay": Unavailable("relay_down")}
    board.turn()
    assert len(board.shown) == told + 1
    assert [lamp.name for lamp in board.shown[-1]] == list(NAMES)
