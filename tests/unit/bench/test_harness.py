"""The arithmetic of the bench: paired ratios, order of the sides, who is timed."""

import pytest

from bench.harness import Bench, measure, paired, result


def test_a_slow_spell_that_hits_both_sides_of_a_round_changes_no_ratio() -> None:
    measured = result({"floor": [1.0, 1.0, 5.0], "ours": [2.0, 2.0, 10.0]})
    assert measured.ratio == 2.0
    assert measured.spread == 0.0
    assert measured.floor == 1.0
    assert measured.naive is None


def test_the_median_of_ratios_is_not_the_ratio_of_medians() -> None:
    measured = result({"floor": [1.0, 2.0, 4.0], "ours": [3.0, 2.0, 4.0]})
    assert measured.ratio == 1.0
    assert measured.ours / measured.floor == 1.5


def test_spread_is_a_share_of_the_median() -> None:
    measured = result({"floor": [1.0] * 11, "ours": [1.0, *[2.0] * 9, 3.0]})
    assert measured.spread == 0.0
    wide = result({"floor": [1.0] * 4, "ours": [1.0, 2.0, 2.0, 4.0]})
    assert wide.spread == pytest.approx(1.5)


def test_a_naive_twin_with_fewer_rounds_is_compared_with_the_same_rounds() -> None:
    assert paired([9.0], [3.0, 1.0]) == [3.0]
    measured = result({"floor": [3.0, 1.0, 1.0], "ours": [3.0, 1.0, 1.0], "naive": [9.0]})
    assert measured.naive_ratio == 3.0


def test_sides_take_turns_and_start_fresh() -> None:
    seen: list[str] = []
    bench = Bench(
        floor=lambda: seen.append("floor"),
        ours=lambda: seen.append("ours"),
        naive=lambda: seen.append("naive"),
        inner=2,
        fresh=lambda side: seen.append(f"fresh {side}"),
        naive_rounds=1,
    )
    measure(bench, rounds=2)
    pair = ["fresh floor", "floor", "floor", "fresh ours", "ours", "ours"]
    twin = ["fresh naive", "naive", "naive"]
    # One round to warm up, one with the twin, one without.
    assert seen == [*pair, *twin, *pair, *twin, *pair]


def test_a_told_figure_is_taken_as_it_is() -> None:
    figures = iter([9.0, 9.0, 2.0, 5.0, 4.0, 8.0])
    measured = measure(Bench(lambda: next(figures), lambda: next(figures), told=True), rounds=2)
    assert (measured.floor, measured.ours, measured.ratio) == (3.0, 6.5, 2.25)
