"""./test itself: what it counts, what it demands, and that no test falls between its groups."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from tests.guards.source import ROOT

REPORT = """<testsuites>
<testsuite tests="6" failures="1" errors="1" skipped="2">
<testcase name="a"/><testcase name="b"/>
<testcase name="c"><skipped message="no printer"/></testcase>
<testcase name="d"><skipped message="no printer"/></testcase>
</testsuite></testsuites>"""


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """packaging/ is no package, so its scripts are loaded from their files."""
    path = ROOT / "packaging" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.syspath_prepend(str(path.parent))
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return load("checks", monkeypatch)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return load("coverage_gate", monkeypatch)


def test_errors_count_as_failures(checks: ModuleType, tmp_path: Path) -> None:
    report = tmp_path / "r.xml"
    report.write_text(REPORT)
    row = checks.count("unit", report)
    assert (row.passed, row.failed, row.skipped) == (2, 2, 2)
    assert row.skips == Counter({"no printer": 2})


def test_the_last_line_is_the_sum(checks: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        checks.Outcome("lint", failed=1),
        checks.Outcome("unit", passed=5, skipped=1, skips=Counter({"no printer": 1})),
        checks.Outcome("gui", passed=2, failed=1),
    ]
    checks.print_table(rows)
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "7 passed, 2 failed, 1 skipped"
    assert "    1  no printer" in printed


def test_every_test_is_in_a_group(checks: ModuleType) -> None:
    grouped = [path for group in checks.groups() for path in group.paths]
    assert len(grouped) == len(set(grouped))
    for file in (ROOT / "tests").rglob("test_*.py"):
        assert file.relative_to(ROOT / "tests").parts[0] in grouped, file


WAITING = """
import pathlib, time
def test_waits_for_the_patient_one():
    while not pathlib.Path("patient").exists():
        time.sleep(0.01)
"""
PATIENT = """
import os, pathlib
def test_runs_when_nobody_wants_to():
    pathlib.Path("patient").write_text("runs")
    assert os.sched_getscheduler(0) == os.SCHED_IDLE or os.nice(0) == 19
def test_fails():
    assert 2 + 2 == 5
"""
ALONE = """
import pathlib, pytest
@pytest.mark.serial
def test_nobody_is_beside():
    assert pathlib.Path("patient").read_text() == "runs"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="priorities of POSIX")
@pytest.mark.timeout(60)
def test_what_is_patient_runs_beside_the_last_group(
    checks: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name, text in (("waiting", WAITING), ("patient", PATIENT), ("alone", ALONE)):
        folder = tmp_path / "tests" / name
        folder.mkdir(parents=True)
        (folder / f"test_{name}.py").write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = serial\n    full\n")
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    patient = checks.Group("patient", ("patient",), 0, patient=True)
    waiting = checks.Group("waiting", ("waiting", "alone"), 0)
    monkeypatch.setattr(checks, "groups", lambda: [patient, waiting])
    rows = checks.run_groups(tmp_path, full=False)
    found = [(row.name, row.passed, row.failed, row.skipped) for row in rows]
    assert found == [("waiting", 1, 0, 0), ("patient", 1, 1, 0), ("serial", 1, 0, 0)]
    # What ran beside the others is shown in one piece, with what went wrong.
    assert "\n== patient\n" in (said := capfd.readouterr().out)
    assert "assert (2 + 2) == 5" in said


def test_what_measures_time_is_not_patient(checks: ModuleType) -> None:
    patient = [group.name for group in checks.groups() if group.patient]
    assert patient == ["mutants"]
    assert not checks.groups()[-1].patient


def test_perfect_packages_exist(gate: ModuleType) -> None:
    for package in gate.PERFECT:
        assert (ROOT / package / "__init__.py").is_file()


def test_neighbouring_lines_are_one_word(gate: ModuleType) -> None:
    assert gate.ranges([3, 4, 5, 9, 11, 12]) == ["3-5", "9", "11-12"]


def test_a_gap_in_the_coverage_is_told(gate: ModuleType, tmp_path: Path) -> None:
    full: dict[str, list[object]] = {"missing_lines": [], "missing_branches": []}
    files = {f"{package}/a.py": full for package in gate.PERFECT}
    assert gate.gaps({"files": files}) == []
    bad = {"missing_lines": [7], "missing_branches": [[7, 8], [3, 9]]}
    found = gate.gaps({"files": {**files, f"{gate.PERFECT[0]}/b.py": bad}})
    assert found == [f"{gate.PERFECT[0]}/b.py: not taken: 7, 3->9"]
    unmeasured: dict[str, object] = {f"{gate.PERFECT[0]}/a.py": {"missing_lines": []}}
    assert gate.gaps({"files": {**files, **unmeasured}})
    assert gate.gaps({"files": {}})
    assert gate.gaps_in(tmp_path / "none.json")
