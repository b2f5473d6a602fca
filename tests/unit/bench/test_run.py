"""The command: which rows there are, what is printed, and when it fails."""

import itertools
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from bench import run
from bench.harness import Bench, Measured
from bench.run import GOALS, MODULES, Goal, Row, main, maker_of, read_goals, run_row
from bench.setting import Setting

GOAL = Goal("x", "a metric", "a floor", "", most=2.0, rounds=3, quick=1, reason="")


def measured(ratio: float, spread: float = 0.1) -> Measured:
    return Measured(0.001, 0.001 * ratio, None, ratio, None, spread)


@contextmanager
def anything(setting: Setting) -> Iterator[Bench]:
    yield Bench(floor=lambda: None, ours=lambda: None)


def row_of(
    monkeypatch: pytest.MonkeyPatch, *tries: Measured, quick: bool = False
) -> tuple[Row, int]:
    """The row of these results and how many of them were asked for."""
    left = iter(tries)
    monkeypatch.setattr(run, "measure", lambda bench, rounds: next(left))
    row = run_row(GOAL, anything, Setting(Path(), quick))
    return row, len(tries) - len(list(left))


def test_a_cap_holds_whatever_the_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    within = run.Goal("x", "a metric", "a floor", "", 9.0, 3, 1, "", cap=0.002)
    assert run.met(measured(1.9), within, 9.0)
    assert not run.met(measured(2.1), within, 9.0)
    monkeypatch.setattr(run, "measure", lambda bench, rounds: measured(2.1))
    assert run_row(within, anything, Setting(Path(), quick=True)).verdict == "MISSED"


def test_a_quiet_try_that_meets_the_goal_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    row, used = row_of(monkeypatch, measured(1.9), measured(5.0))
    assert (row.verdict, row.missed, used) == ("met", False, 1)


def test_a_miss_is_tried_three_times_and_the_quietest_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = (measured(2.5, 0.3), measured(2.4, 0.1), measured(2.6, 0.2))
    row, used = row_of(monkeypatch, *tries)
    assert (row.verdict, row.missed, used) == ("MISSED", True, 3)
    assert row.measured == tries[1]


def test_a_noisy_success_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    row, used = row_of(monkeypatch, measured(1.0, 0.9), measured(1.5, 0.2))
    assert used == 2
    assert row.measured == measured(1.5, 0.2)


def test_a_quick_run_allows_half_as_much_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert row_of(monkeypatch, measured(2.9), quick=True)[0].verdict == "met"
    tries = (measured(3.1), measured(3.1), measured(3.1))
    assert row_of(monkeypatch, *tries, quick=True)[0].verdict == "MISSED"


def test_a_row_that_breaks_says_why_and_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(setting: Setting) -> AbstractContextManager[Bench]:
        raise OSError("no disk")

    row = run_row(GOAL, broken, Setting(Path(), quick=True))
    assert row.missed
    assert row.verdict == "OSError: no disk"
    print(run.line(run.shown(row)))
    assert "no disk" in capsys.readouterr().out


def test_goals_and_makers_belong_together() -> None:
    goals = read_goals(GOALS)
    assert set(goals) == set(MODULES)
    for goal in goals.values():
        assert goal.most >= 1
        assert 1 <= goal.quick <= goal.rounds
        assert goal.metric
        assert goal.floor
        assert goal.reason
    assert len({goal.metric for goal in goals.values()}) == len(goals)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_row_has_a_maker(name: str) -> None:
    assert callable(maker_of(name))


def test_an_unknown_row_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "qr,nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err


def test_the_command_prints_the_table_and_writes_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ratios = itertools.cycle([measured(1.2), measured(9.9), measured(9.9), measured(9.9)])
    monkeypatch.setattr(run, "measure", lambda bench, rounds: next(ratios))
    file = tmp_path / "out.json"
    assert main(["--only", "qr,pdf_10", "--json", str(file)]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in shown[1].split("|")] == [
        "metric", "floor", "ours", "ours / floor", "naive / floor", "goal", "verdict", "spread",
    ]  # fmt: skip
    assert "UPI text to QR modules" in shown[2]
    assert [row["verdict"] for row in json.loads(file.read_text())] == ["met", "MISSED"]


@pytest.mark.parametrize(
    ("value", "text"), [(2.5, "2.5 s"), (0.0123, "12.3 ms"), (4.2e-5, "42 us"), (3e-8, "30 ns")]
)
def test_times_have_a_fitting_unit(value: float, text: str) -> None:
    assert run.seconds(value) == text
    assert run.figure(value, "s") == text


def test_an_amount_keeps_its_unit() -> None:
    assert run.figure(27.31, "kB") == "27.3 kB"
