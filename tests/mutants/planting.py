"""Puts a bug into a copy of the program, and runs the simulation on that copy."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")
_SHARED = ("tests", "pos_relay", "resources", "ui")
AROUND = 10
"""``./test`` runs so many seeds on either side of the one that is named."""


class DoesNotFit(Exception):
    """The patch is older than the code that it changes."""


@dataclass(frozen=True)
class Mutant:
    """One planted bug: the stem of its patch, what it breaks, and a seed that shows it."""

    name: str
    breaks: str
    seed: int

    @property
    def patch(self) -> Path:
        """The unified diff, with paths from the root of the checkout."""
        return HERE / f"{self.name}.patch"

    @property
    def near(self) -> str:
        """The seeds that ``./test`` runs."""
        return f"{max(1, self.seed - AROUND)}-{self.seed + AROUND}"


def catalogue() -> list[Mutant]:
    """Every planted bug."""
    with (HERE / "catalogue.toml").open("rb") as file:
        found = tomllib.load(file)["mutants"]
    return [Mutant(name, row["breaks"], row["seed"]) for name, row in found.items()]


def plant(mutant: Mutant, folder: Path) -> None:
    """A copy of the program in ``folder`` with the bug in it. Raises DoesNotFit."""
    shutil.copytree(ROOT / "pos_desktop", folder / "pos_desktop")
    for name in _SHARED:
        (folder / name).symlink_to(ROOT / name, target_is_directory=True)
    apply(mutant.patch.read_text(encoding="utf-8"), folder)


def apply(patch: str, folder: Path) -> None:
    """Apply a unified diff; a hunk may have moved within its file. Raises DoesNotFit."""
    for part in re.split(r"^--- ", patch, flags=re.M)[1:]:
        name = part.split("\n", 2)[1].removeprefix("+++ b/").split("\t")[0]
        file = folder / name
        if not file.is_file():
            raise DoesNotFit(f"there is no {name} any more")
        text = file.read_text(encoding="utf-8")
        for line, before, after in _hunks(part):
            text = _replaced(text, name, line, (before, after))
        file.write_text(text, encoding="utf-8")


def _hunks(part: str) -> list[tuple[int, str, str]]:
    """(first line, text before, text after) of each hunk of one file."""
    found = []
    heads = list(_HUNK.finditer(part))
    for head, end in zip(heads, [*(h.start() for h in heads[1:]), len(part)], strict=True):
        lines = part[head.end() : end].split("\n")[1:]
        before = [line[1:] for line in lines if line[:1] in (" ", "-")]
        after = [line[1:] for line in lines if line[:1] in (" ", "+")]
        found.append((int(head[1]), "\n".join(before), "\n".join(after)))
    return found


def _replaced(text: str, name: str, line: int, change: tuple[str, str]) -> str:
    before, after = change
    places = [m.start() for m in re.finditer(re.escape(before), text)]
    if not places:
        raise DoesNotFit(f"{name} near line {line} is not what the patch expects:\n{before}")
    nearest = min(places, key=lambda at: abs(text.count("\n", 0, at) + 1 - line))
    return text[:nearest] + after + text[nearest + len(before) :]


def first_seed(folder: Path, seeds: str) -> int | None:
    """The first of ``seeds`` (``FIRST-LAST``) that finds the bug in ``folder``, or None."""
    found = caught(folder, seeds, timeout=3600)
    return int(json.loads(found)["seed"]) if found else None


def caught(folder: Path, seeds: str, timeout: float) -> str:
    """The first broken promise that the simulation finds on the copy in ``folder``, or ""."""
    words = [sys.executable, "-m", "tests.simulation", "--seeds", seeds, "--jobs", "1", "--first"]
    ran = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=timeout, check=False
    )
    broken = [line for line in ran.stdout.splitlines() if '"broken"' in line]
    if not broken and ran.returncode != 0:
        raise RuntimeError(f"the simulation itself failed:\n{ran.stdout}\n{ran.stderr}")
    return broken[0] if broken else ""
