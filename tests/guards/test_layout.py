"""Where things lie, and that the project's own shell scripts can be run."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.source import ROOT, tracked

NO_PACKAGES = ("packaging", "resources", "ui")
SCRIPTS = {
    "run": "sh",
    "test": "sh",
    "packaging/setup": "sh",
    "packaging/linux/build": "sh",
    ".ci/run": "bash",
}
UNIT_OF = {"presenters": "gui/presenters", "bench": "../bench", "packaging": "../packaging"}


def stray_packages(root: Path) -> list[str]:
    """An ``__init__.py`` in packaging/ would shadow the library of that name."""
    return [str(file) for folder in NO_PACKAGES for file in (root / folder).rglob("__init__.py")]


def test_folders_without_code_are_no_packages() -> None:
    assert stray_packages(ROOT) == []


def test_every_folder_of_code_is_a_package() -> None:
    folders = {
        file.parent
        for name in ("pos_desktop", "pos_relay", "bench", "tests")
        for file in (ROOT / name).rglob("*.py")
    }
    lacking = [str(folder) for folder in folders if not (folder / "__init__.py").is_file()]
    assert lacking == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for name in ("pos_desktop", "pos_relay", "bench")
        for file in (ROOT / name).rglob("*.py")
        if "gui/forms" not in file.as_posix()
        and (text := file.read_text(encoding="utf-8")).strip()
        and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []


def test_unit_tests_mirror_the_packages() -> None:
    folders = [f for f in (ROOT / "tests/unit").iterdir() if f.is_dir() and f.name[0] != "_"]
    lost = [
        folder.name
        for folder in folders
        if not (ROOT / "pos_desktop" / UNIT_OF.get(folder.name, folder.name)).is_dir()
        and not (ROOT / folder.name).is_dir()
    ]
    assert lost == []


@pytest.mark.parametrize(("script", "shell"), SCRIPTS.items())
def test_scripts_can_be_run(script: str, shell: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert path.read_text(encoding="utf-8").startswith("#!")
    assert subprocess.run([shell, "-n", str(path)], check=False).returncode == 0


def test_made_files_are_not_tracked() -> None:
    made = [name for name in tracked() if name.startswith("pos_desktop/gui/forms/")]
    assert made == ["pos_desktop/gui/forms/__init__.py"]
    assert not [name for name in tracked() if name.endswith((".pyc", ".mo", ".db"))]


def test_forms_are_compiled_from_what_lies_in_ui() -> None:
    """Says how to mend it: a stale form makes a window that lacks what was just drawn."""
    script = ROOT / "packaging/build_forms.py"
    checked = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_the_guard_of_layout_can_fail(tmp_path: Path) -> None:
    (tmp_path / "packaging/locks").mkdir(parents=True)
    assert stray_packages(tmp_path) == []
    (tmp_path / "packaging/locks/__init__.py").touch()
    assert stray_packages(tmp_path)
