"""The ledger on its way: resumes where it stopped, never runs hot, says what is wrong."""

from typing import NoReturn

import pytest

from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.ports import Taken
from tests.support.till import Till


def sell(till: Till, bills: int) -> int:
    """Cash sales; the last entry of the ledger."""
    for _ in range(bills):
        till.checkout.cash(till.order(phone=None), 23700)
    with till.store.read() as uow:
        return uow.ledger.head()[0]


def cursor(till: Till) -> str | None:
    with till.store.read() as uow:
        return uow.notes.get("sync.last_seq")


def test_after_a_restart_it_goes_on_where_it_stopped(till: Till) -> None:
    head = sell(till, 3)
    till.run(2)
    assert cursor(till) == str(head)
    till.restart()
    more = sell(till, 2)
    till.run(2)
    assert [entry.seq for entry in till.relay.entries] == list(range(1, more + 1))
    assert till.syncing.unsent() == (0, None)


def test_an_answer_that_was_lost_is_replayed_without_harm(till: Till) -> None:
    head = sell(till, 2)
    till.syncing.step(till.clock.now())
    till.lanes.step()
    till.restart()  # the relay has them, the counter does not know
    assert till.syncing.unsent()[0] == head
    till.run(3)
    assert [entry.seq for entry in till.relay.entries] == list(range(1, head + 1))
    assert cursor(till) == str(head)


def test_one_push_at_a_time(till: Till) -> None:
    sell(till, 1)
    till.syncing.step(till.clock.now())
    assert till.syncing.step(till.clock.now()) is None
    assert len(till.lanes.queue) == 1
    till.lanes.drain()


def test_errors_back_off_and_are_named(till: Till) -> None:
    sell(till, 1)
    till.relay.down = True
    till.run(1)
    assert (till.syncing.failures, till.syncing.problem) == (1, "relay_unreachable")
    now = till.clock.now()
    assert till.syncing.step(now) == now + 1000
    till.run(60)
    assert 5 <= till.syncing.failures <= 8
    till.relay.down = False
    till.run(31)
    assert (till.syncing.failures, till.syncing.problem) == (0, "")


def test_a_clock_that_is_put_back_does_not_delay_it(till: Till) -> None:
    sell(till, 1)
    till.relay.held = Unavailable("relay_down")
    till.run(60)
    till.relay.held = None
    till.clock.pass_seconds(-3600)
    till.run(2)
    assert till.syncing.unsent()[0] == 0


def test_a_relay_that_was_put_back_gets_the_missing_entries_again(till: Till) -> None:
    head = sell(till, 3)
    till.run(2)
    del till.relay.entries[1:]
    till.relay.held = RaseedError("relay_gap", last_seq=1)
    sell(till, 1)
    till.run(1)
    assert cursor(till) == "1"
    till.relay.held = None
    till.run(5)
    assert cursor(till) == str(head + 1)
    assert [entry.seq for entry in till.relay.entries] == list(range(1, head + 2))


@pytest.mark.parametrize(
    "refusal",
    [
        RaseedError("relay_ahead", last_seq=99),
        RaseedError("relay_fork", last_seq=1),
        RaseedError("relay_gap"),
    ],
)
def test_a_refusal_that_needs_a_person_moves_no_cursor(till: Till, refusal: RaseedError) -> None:
    sell(till, 1)
    till.relay.held = refusal
    till.run(4)
    assert cursor(till) is None
    assert till.syncing.problem == refusal.code


def test_a_relay_that_takes_nothing_is_not_asked_at_every_turn(till: Till) -> None:
    sell(till, 1)
    till.relay.held = Taken(0)
    till.run(60)
    assert till.syncing.problem == "relay_took_nothing"
    assert 5 <= till.syncing.failures <= 8


def test_a_full_disk_does_not_make_it_run_hot(till: Till) -> None:
    head = sell(till, 1)
    till.syncing.step(till.clock.now())
    till.store.broken = 1
    till.lanes.drain()
    assert till.told() == ["The disk is full."]
    now = till.clock.now()
    assert till.syncing.step(now) == now + 1000
    till.run(3)
    assert cursor(till) == str(head)


def test_a_bug_of_the_client_is_told(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(self: object, entries: object, head: object) -> NoReturn:
        raise ValueError("bug")

    monkeypatch.setattr("tests.support.rig.PlayedRelay.sync", bug)
    sell(till, 1)
    till.run(1)
    assert till.told() == ["bug"]
    assert till.syncing.problem == "ValueError('bug')"


def test_the_oldest_entry_that_is_not_there_yet_is_known(till: Till) -> None:
    at = till.clock.now()
    head = sell(till, 1)
    till.clock.pass_seconds(60)
    assert till.syncing.unsent() == (head, at)
    state = till.desk.state()
    assert (state.oldest_unsent_at, state.unsent > head) == (at, True)
