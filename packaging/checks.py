"""All checks of ./test: static ones, then the tests in groups, then one table.

Every group runs to its end whatever failed before it. The last line of output is always
``N passed, N failed, N skipped``; a check that fails counts as one failure.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from coverage_gate import PERFECT, gaps_in

ROOT = Path(__file__).resolve().parents[1]
TYPED = ("pos_desktop", "pos_relay", "bench", "tests", "packaging")
PYTHON = [sys.executable, "-m"]  # whatever the first lines of the scripts in .venv say
STATIC = {
    "types": [*PYTHON, "mypy", *TYPED],
    "lint": [*PYTHON, "ruff", "check", "--output-format=concise", "."],
    "format": [*PYTHON, "ruff", "format", "--check", "."],
    # import-linter cannot be run as a module.
    "layers": [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"],
}
NOTHING_SELECTED = 5  # pytest's exit code
LONGEST_GROUP_S = 3600


@dataclass(frozen=True)
class Group:
    """A pytest run: ``paths`` below tests/, ``workers`` 0 for one process."""

    name: str
    paths: tuple[str, ...]
    workers: int = 2
    options: tuple[str, ...] = ()


@dataclass
class Outcome:
    """One row of the table; ``skips`` are the reasons given by the skipped tests."""

    name: str
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    note: str = ""
    skips: Counter[str] = field(default_factory=Counter)


def static_checks(scratch: Path) -> list[Outcome]:
    """Run all static checks side by side and print what each said when it is through."""
    started = time.monotonic()
    running = {}
    for name, words in STATIC.items():
        with (scratch / f"{name}.txt").open("w") as said:
            running[name] = subprocess.Popen(words, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
    rows = []
    for name, process in running.items():
        code = process.wait()
        print(f"\n== {name}", flush=True)
        print((scratch / f"{name}.txt").read_text().rstrip(), flush=True)
        row = Outcome(name, time.monotonic() - started, failed=int(code != 0))
        rows.append(row)
        row.note = "clean" if code == 0 else "see above"
    return rows


def count(name: str, report: Path) -> Outcome:
    """Read pytest's own XML report; errors of set-up and of collection are failures."""
    row = Outcome(name)
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own file
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        row.failed += bad
        row.skipped += int(suite.get("skipped", 0))
        row.passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0))
        for skip in suite.iter("skipped"):
            row.skips[skip.get("message") or "no reason given"] += 1
    return row


def run_pytest(name: str, words: Sequence[str], scratch: Path) -> Outcome:
    """One pytest run, shown as it goes; one that breaks off counts as a failure."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    report = scratch / f"{name}.xml"
    command = [*PYTHON, "pytest", "-q", f"--junitxml={report}", *words]
    environment = {**os.environ, "COVERAGE_FILE": str(scratch / "coverage")}
    try:
        code = subprocess.run(
            command, cwd=ROOT, env=environment, timeout=LONGEST_GROUP_S, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        code = -1
    row = count(name, report) if report.is_file() else Outcome(name)
    row.seconds = time.monotonic() - started
    if code == NOTHING_SELECTED:
        row.note = "nothing to run"
    elif code != 0 and row.failed == 0:
        row.failed, row.note = 1, f"pytest ended with {code}"
    return row


def groups() -> list[Group]:
    """The tests by what they need; a folder that no group names falls into the last one."""
    measured = [f"--cov={package}" for package in PERFECT]
    named = [
        Group("unit", ("unit", "property", "guards", "contracts"), options=(*measured,)),
        Group("gui", ("gui",)),
        Group("relay", ("relay", "browser"), options=("--dist=loadfile",)),
        Group("kill", ("kill",)),
        # It has two processes of its own.
        Group("simulation", ("simulation",), workers=0),
        Group("mutants", ("mutants",)),
    ]
    taken = {path for group in named for path in group.paths}
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in test_files()}
    rest = tuple(sorted(folders - taken))
    named.append(Group("e2e", rest, options=("--dist=loadfile",)))
    present = [
        Group(
            group.name, tuple(p for p in group.paths if p in folders), group.workers, group.options
        )
        for group in named
    ]
    return [group for group in present if group.paths]


def test_files() -> list[Path]:
    """Every file that pytest would collect."""
    return sorted((ROOT / "tests").glob("*/**/test_*.py"))


def run_groups(scratch: Path, full: bool) -> list[Outcome]:
    """All groups in parallel workers, then the tests marked serial by themselves."""
    words = ["--hypothesis-profile=long"] if full else []
    chosen = "not serial" if full else "not serial and not full"
    rows = []
    for group in groups():
        options = [*group.options, f"-n{group.workers}", "-m", chosen, *words]
        if group.name == "unit":
            report = scratch / "coverage.json"
            options += ["--cov-branch", "--cov-report=", f"--cov-report=json:{report}"]
        paths = [f"tests/{path}" for path in group.paths]
        rows.append(run_pytest(group.name, [*options, *paths], scratch))
        if group.name == "unit":
            rows.append(coverage_row(report))
    alone = "serial" if full else "serial and not full"
    rows.append(run_pytest("serial", ["-m", alone, *words, "tests"], scratch))
    return rows


def coverage_row(report: Path) -> Outcome:
    """Demand every branch of the packages that handle money."""
    found = gaps_in(report)
    print("\n== coverage\n" + "\n".join(found or ["every branch was taken"]), flush=True)
    return Outcome("coverage", failed=int(bool(found)), note=f"{len(found)} files with gaps")


def chosen_tests(words: Sequence[str], scratch: Path, full: bool) -> list[Outcome]:
    """What the caller asked for, in one run; long tests only when they are asked for."""
    unmarked = not full and not any(word.startswith("-m") for word in words)
    marks = ["-m", "not full"] if unmarked else []
    return [run_pytest("chosen", [*marks, *words], scratch)]


def print_table(rows: Sequence[Outcome]) -> None:
    """The closing table and, as the very last line, the sums."""
    print(f"\n{'group':<10}{'seconds':>8}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for row in rows:
        numbers = f"{row.seconds:>8.1f}{row.passed:>8}{row.failed:>8}{row.skipped:>9}"
        print(f"{row.name:<10}{numbers}  {row.note}".rstrip())
    skips: Counter[str] = sum((row.skips for row in rows), Counter())
    if skips:
        print("\nskipped, and why")
        for reason, times in skips.most_common():
            print(f"{times:>5}  {reason}")
    passed, failed = sum(row.passed for row in rows), sum(row.failed for row in rows)
    skipped = sum(row.skipped for row in rows)
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)


def main(words: Sequence[str]) -> int:
    """Exit code 0 only when nothing failed."""
    full = "--full" in words
    extra = [word for word in words if word != "--full"]
    with tempfile.TemporaryDirectory(prefix="raseed-test-") as folder:
        scratch = Path(folder)
        if extra:
            rows = chosen_tests(extra, scratch, full)
        else:
            rows = [*static_checks(scratch), *run_groups(scratch, full)]
    if not full:
        print("\nlong tests (marked full) were left out; ./test --full runs them")
    print_table(rows)
    return int(any(row.failed for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
