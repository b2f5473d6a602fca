"""The manager's PIN: counted, locked, set up; and why something is done."""

import pytest

from pos_desktop.domain.errors import DomainError, Unavailable
from pos_desktop.domain.people import Approval
from pos_desktop.gui.presenters.approval import Question
from pos_desktop.gui.presenters.reason import LONGEST, Wanted
from tests.support.money_fakes import PIN
from tests.support.window_fakes import NOW, Inline, Played
from tests.unit.presenters.screen import Room


class Asked:
    """A question, and what came of it."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.given: list[Approval] = []
        self.pin = room.money.pin

    def ask(self) -> None:
        """Ask for the PIN."""
        self.pin.ask(Question("refund", "Give back ₹10.00", self.given.append))

    def type(self, pin: str) -> None:
        """Type it and press Enter."""
        self.pin.on_typed(pin)
        self.pin.on_enter()


@pytest.fixture
def asked(room: Room) -> Asked:
    made = Asked(room)
    made.ask()
    return made


def test_the_right_pin_decides_once(asked: Asked) -> None:
    asked.type(PIN)
    assert asked.given == [Approval("Meera", NOW, "refund")]
    assert asked.room.closed("pin")
    asked.pin.on_enter()
    assert len(asked.given) == 1


def test_an_empty_pin_is_not_a_try(asked: Asked) -> None:
    asked.pin.on_enter()
    assert asked.room.played.people.calls == []
    assert asked.room.sheets.pin is not None
    assert not asked.room.sheets.pin.ready


def test_a_wrong_pin_says_how_many_tries_are_left(asked: Asked) -> None:
    asked.type("111222")
    state = asked.room.sheets.pin
    assert state is not None
    assert (state.hint, state.bad, state.blank, state.typing) == (
        "Wrong PIN. 4 more tries, then it is locked.",
        True,
        True,
        True,
    )
    assert asked.room.played.tones.played == ["error"]
    asked.pin.on_typed("4")
    assert asked.room.sheets.pin is not None
    assert (asked.room.sheets.pin.hint, asked.room.sheets.pin.blank) == ("", False)
    asked.room.played.people.refuse = DomainError("pin_wrong", tries_left=1)
    asked.type("111222")
    assert asked.room.sheets.pin.hint == "Wrong PIN. One more try, then it is locked."


def test_a_lock_counts_down_and_lets_nobody_try(asked: Asked) -> None:
    asked.room.played.people.lock(90)
    asked.type(PIN)
    state = asked.room.sheets.pin
    assert state is not None
    assert "1:30" in state.hint
    assert (state.typing, state.ready) == (False, False)
    asked.room.played.people.lock(0)
    calls = len(asked.room.played.people.calls)
    asked.type(PIN)
    assert len(asked.room.played.people.calls) == calls
    asked.room.played.clock.time += 60_000
    asked.pin.on_tick()
    assert asked.room.sheets.pin is not None
    assert "0:30" in asked.room.sheets.pin.hint
    asked.room.played.clock.time += 30_000
    asked.pin.on_tick()
    assert (asked.room.sheets.pin.hint, asked.room.sheets.pin.typing) == ("", True)
    asked.type(PIN)
    assert len(asked.given) == 1


def test_while_one_is_checked_a_second_enter_does_nothing() -> None:
    runner = Inline(held=True)
    asked = Asked(Room(Played(runner=runner)))
    asked.ask()
    runner.go()
    asked.type(PIN)
    assert asked.room.sheets.pin is not None
    assert (asked.room.sheets.pin.hint, asked.room.sheets.pin.typing) == ("Checking …", False)
    asked.pin.on_enter()
    assert len(runner.waiting) == 1
    runner.go()
    assert len(asked.given) == 1


def test_esc_decides_nothing_and_a_late_answer_is_dropped() -> None:
    runner = Inline(held=True)
    asked = Asked(Room(Played(runner=runner)))
    asked.ask()
    asked.pin.on_back()
    runner.go()
    assert asked.room.closed("pin")
    asked.ask()
    runner.go()
    asked.type(PIN)
    asked.pin.on_back()
    runner.go()
    assert asked.given == []


def test_what_cannot_be_checked_is_said_and_counted_by_nobody(asked: Asked) -> None:
    asked.room.played.people.refuse = Unavailable("key_store")
    asked.type(PIN)
    assert asked.room.sheets.pin is not None
    assert "key_store" in asked.room.sheets.pin.hint
    assert asked.given == []


def test_the_first_manager_sets_hers_up_and_decides_with_it() -> None:
    room = Room()
    room.played.people.pin = None
    asked = Asked(room)
    asked.ask()
    assert room.closed("pin")
    assert room.sheets.first_pin is not None
    assert not room.sheets.first_pin.ready
    for name, pin, again, bad, ready in (
        ("Meera", "12", "", False, False),
        ("Meera", "12a", "", True, False),
        ("Meera", "123456", "", True, False),
        ("Meera", "482913", "48", False, False),
        ("Meera", "482913", "49", True, False),
        ("", "482913", "482913", False, False),
        ("Meera", "482913", "482913", False, True),
    ):
        asked.pin.on_first(name, pin, again)
        assert room.sheets.first_pin is not None
        assert (room.sheets.first_pin.bad, room.sheets.first_pin.ready) == (bad, ready), pin
    asked.pin.on_first_enter()
    assert room.played.people.calls[0] == ("set_up", "Meera")
    assert asked.given == [Approval("Meera", NOW, "refund")]
    assert (room.closed("first_pin"), room.said) == (True, "pin_set_up")


def test_a_first_pin_that_is_refused_stays_in_the_sheet() -> None:
    room = Room()
    room.played.people.pin = None
    asked = Asked(room)
    asked.ask()
    asked.pin.on_first_enter()
    assert room.played.people.calls == []
    asked.pin.on_first("Meera", "482913", "482913")
    room.played.people.refuse = DomainError("manager_exists")
    asked.pin.on_first_enter()
    assert room.sheets.first_pin is not None
    assert room.sheets.first_pin.hint == "A manager has a PIN already. Ask her to approve."
    assert asked.given == []


def test_a_manager_who_is_gone_meanwhile_is_set_up_anew(asked: Asked) -> None:
    asked.room.played.people.pin = None
    asked.type(PIN)
    assert asked.room.closed("pin")
    assert asked.room.sheets.first_pin is not None


def test_a_reason_has_words_and_an_end(room: Room) -> None:
    taken: list[str] = []
    room.money.reason.ask(Wanted("accept_title", "", "accept_now"), taken.append)
    room.money.reason.on_typed("   ")
    room.money.reason.on_enter()
    assert taken == []
    room.money.reason.on_typed("x" * 500)
    room.money.reason.on_enter()
    assert taken == ["x" * LONGEST]
    room.money.reason.on_enter()
    room.money.reason.on_typed("late")
    assert len(taken) == 1


def test_esc_gives_no_reason(room: Room) -> None:
    taken: list[str] = []
    room.money.reason.ask(Wanted("accept_title", "", "accept_now"), taken.append)
    room.money.reason.on_typed("because")
    room.money.reason.on_back()
    room.money.reason.on_enter()
    assert (taken, room.closed("why")) == ([], True)
