"""Whether a stream lives, by the clock."""

import pytest

from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.relay_client.life import SILENCE_S, StreamLife
from pos_relay.settings import LIMITS


class Seconds:
    """A clock by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def life(clock: Seconds) -> StreamLife:
    return StreamLife(clock)


def silent(life: StreamLife) -> bool:
    with pytest.raises(Unavailable) as raised:
        life.lives()
    return raised.value.code == "relay_stream_silent"


def test_two_missing_heartbeats_and_a_look_are_within_ten_seconds() -> None:
    assert 2 * LIMITS.heartbeat < SILENCE_S < 10 - 3


def test_before_anybody_reads_nothing_is_known(life: StreamLife, clock: Seconds) -> None:
    assert not life.lives()
    clock.now += 3600
    assert not life.lives()


def test_a_reader_that_hears_nothing_is_given_as_long_as_a_silence(
    life: StreamLife, clock: Seconds
) -> None:
    life.begins()
    clock.now += SILENCE_S
    assert not life.lives()
    life.begins()
    clock.now += 0.1
    assert silent(life), "to begin again is no sign of life"


def test_it_lives_for_as_long_as_signs_come(life: StreamLife, clock: Seconds) -> None:
    life.begins()
    for _ in range(5):
        life.heard()
        clock.now += SILENCE_S
        assert life.lives()
    clock.now += 0.1
    assert silent(life)
    life.heard()
    assert life.lives()


def test_a_break_has_its_time_and_a_refusal_none(life: StreamLife, clock: Seconds) -> None:
    life.begins()
    life.heard()
    life.broke(Unavailable("relay_stream_ended"))
    assert life.lives()
    life.broke(RaseedError("relay_revoked"))
    with pytest.raises(RaseedError) as refused:
        life.lives()
    assert refused.value.code == "relay_revoked"
    life.heard()
    assert life.lives(), "it was enrolled again"
