"""All checks of ./test: static ones, then the tests in groups, then one table.

Every group runs to its end whatever failed before it. The last line of output is always
``N passed, N failed, N skipped``; a check that fails counts as one failure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
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
# What runs so gets the time that nobody else wants, and takes none from them.
WHEN_IDLE = ["chrt", "--idle", "0"] if shutil.which("chrt") else ["nice", "-n", "19"]


@dataclass(frozen=True)
class Group:
    """A pytest run: ``paths`` below tests/, ``workers`` 0 for one process.

    ``patient``: it neither measures time nor waits for anything, so it runs beside the last group,
    which mostly waits, in the time that is left.
    """

    name: str
    paths: tuple[str, ...]
    workers: int = 2
    options: tuple[str, ...] = ()
    patient: bool = False


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


def run_pytest(name: str, words: Sequence[str], scratch: Path, *, patient: bool = False) -> Outcome:
    """One pytest run; one that breaks off counts as a failure. It is shown as it goes; what is
    ``patient`` runs when nobody else wants to and is shown when it is through."""
    started = time.monotonic()
    report = scratch / f"{name}.xml"
    command = [*PYTHON, "pytest", "-q", f"--junitxml={report}", *words]
    environment = {**os.environ, "COVERAGE_FILE": str(scratch / "coverage")}
    said = (scratch / f"{name}.txt").open("w+") if patient else None
    if said is None:
        print(f"\n== {name}", flush=True)
    try:
        code = subprocess.run(
            [*WHEN_IDLE, *command] if patient else command,
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=None if said is None else subprocess.STDOUT,
            timeout=LONGEST_GROUP_S,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        code = -1
    if said is not None:
        with said:
            said.seek(0)
            print(f"\n== {name}\n{said.read().rstrip()}", flush=True)
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
        # Its counters wait for the budget of their questions more than for a processor.
        Group("kill", ("kill",), workers=4),
        # It has two processes of its own.
        Group("simulation", ("simulation",), workers=0),
        Group("mutants", ("mutants",), patient=True),
    ]
    taken = {path for group in named for path in group.paths}
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in test_files()}
    rest = tuple(sorted(folders - taken))
    named.append(Group("e2e", rest, options=("--dist=loadfile",)))
    present = [replace(g, paths=tuple(p for p in g.paths if p in folders)) for g in named]
    return [group for group in present if group.paths]


def test_files() -> list[Path]:
    """Every file that pytest would collect."""
    return sorted((ROOT / "tests").glob("*/**/test_*.py"))


def run_groups(scratch: Path, full: bool) -> list[Outcome]:
    """All groups in parallel workers, then the tests marked serial by themselves.

    One group after another; those that are patient run one after another beside the last.
    """
    present = groups()
    *first, last = [group for group in present if not group.patient]
    rows = [row for group in first for row in run_group(group, scratch, full)]
    with ThreadPoolExecutor(1) as beside:
        patient = [
            beside.submit(run_group, group, scratch, full) for group in present if group.patient
        ]
        rows += run_group(last, scratch, full)
        rows += [row for running in patient for row in running.result()]
    alone = "serial" if full else "serial and not full"
    rows.append(run_pytest("serial", ["-m", alone, *examples(full), "tests"], scratch))
    return rows


def examples(full: bool) -> list[str]:
    """New examples of the properties, and more of them, where there is time."""
    return ["--hypothesis-profile=long"] if full else []


def run_group(group: Group, scratch: Path, full: bool) -> list[Outcome]:
    """One group; the row of the one that is measured is followed by that of its coverage."""
    chosen = "not serial" if full else "not serial and not full"
    options = [*group.options, f"-n{group.workers}", "-m", chosen, *examples(full)]
    paths = [f"tests/{path}" for path in group.paths]
    if group.name != "unit":
        return [run_pytest(group.name, [*options, *paths], scratch, patient=group.patient)]
    report = scratch / "coverage.json"
    options += ["--cov-branch", "--cov-report=", f"--cov-report=json:{report}"]
    return [run_pytest(group.name, [*options, *paths], scratch), coverage_row(report)]


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
