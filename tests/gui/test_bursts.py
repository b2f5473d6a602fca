"""The rhythm of keys: scanner or fingers."""

import pytest

from pos_desktop.gui.bursts import Burst, Rhythm, Verdict


def _judge(gaps: list[int], rhythm: Rhythm | None = None) -> Verdict:
    burst, at = Burst(rhythm or Rhythm()), 1000
    burst.add("1", at)
    for gap in gaps:
        at += gap
        burst.add("1", at)
    return burst.judge()


@pytest.mark.parametrize(
    ("gaps", "verdict"),
    [
        ([8] * 12, Verdict.SCAN),
        ([0] * 12, Verdict.SCAN),
        ([8, 8, 55, 8, 8, 16], Verdict.SCAN),
        ([35, 35, 35], Verdict.SCAN),
        ([36, 36, 36], Verdict.REPLAY),
        ([120] * 12, Verdict.REPLAY),
        ([8, 8], Verdict.REPLAY),
        ([], Verdict.REPLAY),
    ],
)
def test_rhythm(gaps: list[int], verdict: Verdict) -> None:
    assert _judge(gaps) is verdict


def test_settings_move_the_limits() -> None:
    assert _judge([80] * 5, Rhythm(gap=100)) is Verdict.SCAN
    assert _judge([8] * 5, Rhythm(shortest=8)) is Verdict.REPLAY


def test_nothing_held_is_nothing_to_judge() -> None:
    burst = Burst()
    assert burst.judge() is Verdict.HOLD
    assert not burst.late(10)
    burst.add("a", 0)
    assert (burst.late(60), burst.late(61)) == (False, True)
    assert burst.take() == "a"
    assert burst.judge() is Verdict.HOLD
