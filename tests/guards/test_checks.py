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
