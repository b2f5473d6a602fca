"""Every planted bug is found by the simulation, near the seed that is named for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.planting import HERE, DoesNotFit, Mutant, apply, catalogue, caught, plant

LEAST = 20
EVERY = catalogue()


def test_there_are_enough_of_them_and_each_has_its_patch() -> None:
    assert len(EVERY) >= LEAST
    patches = {file.stem for file in HERE.glob("*.patch")}
    assert patches == {mutant.name for mutant in EVERY}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", EVERY, ids=lambda mutant: mutant.name)
def test_the_simulation_finds(mutant: Mutant, tmp_path: Path) -> None:
    plant(mutant, tmp_path)
    broken = caught(tmp_path, mutant.near, timeout=280)
    assert broken, f"{mutant.name} ({mutant.breaks}): nothing found with seeds {mutant.near}"


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("mutant", EVERY, ids=lambda mutant: mutant.name)
def test_any_500_seeds_find(mutant: Mutant, tmp_path: Path) -> None:
    """Not only the seed that is named: the first 500 find it, too."""
    plant(mutant, tmp_path)
    assert caught(tmp_path, "1-500", timeout=1180), f"{mutant.name}: not within 500 seeds"


def test_the_planted_copy_is_what_runs(tmp_path: Path) -> None:
    plant(EVERY[0], tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", "import pos_desktop; print(pos_desktop.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(ran.stdout.strip()).is_relative_to(tmp_path)


def test_a_patch_that_no_longer_fits_says_where(tmp_path: Path) -> None:
    (tmp_path / "sale.py").write_text("one\ntwo\nthree\n")
    patch = "--- a/sale.py\n+++ b/sale.py\n@@ -1,2 +1,2 @@\n one\n-2\n+zwei\n"
    with pytest.raises(DoesNotFit, match=r"sale\.py near line 1"):
        apply(patch, tmp_path)
    with pytest.raises(DoesNotFit, match=r"there is no gone\.py"):
        apply(patch.replace("sale", "gone"), tmp_path)


def test_a_patch_finds_its_place_again(tmp_path: Path) -> None:
    (tmp_path / "sale.py").write_text("zero\n\none\ntwo\n")
    apply("--- a/sale.py\n+++ b/sale.py\n@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n", tmp_path)
    assert (tmp_path / "sale.py").read_text() == "zero\n\none\nzwei\n"
