"""Licences of what is passed on are known and allowed; the program starts its own parts."""

import importlib.util
import runpy
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

LINUX = Path(__file__).parents[2] / "packaging" / "linux"


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"linux_{name}", LINUX / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


notices = _script("notices")
program = _script("program")


def _made(folder: Path, name: str, *fields: str) -> Distribution:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *fields]
    (info / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (info / "RECORD").write_text(f"{info.name}/LICENSE,,\n", encoding="utf-8")
    (info / "LICENSE").write_text("Do as you please.", encoding="utf-8")
    return next(iter(distributions(path=[str(folder)])))


@pytest.mark.parametrize(
    ("field", "licence", "allowed"),
    [
        ("License-Expression: MIT", "MIT", True),
        ("Classifier: License :: OSI Approved :: BSD License", "BSD License", True),
        ("License: MPL-2.0", "MPL-2.0", True),
        ("License-Expression: LGPL-3.0-only OR GPL-2.0-only", None, True),
        ("License-Expression: GPL-3.0-only", None, False),
        ("License-Expression: AGPL-3.0-or-later", None, False),
        ("License-Expression: GPL-3.0-or-later", None, False),
        ("License: GPLv2", None, False),
        (
            "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
            None,
            False,
        ),
        ("Classifier: License :: OSI Approved :: GNU Lesser General Public License v3", None, True),
        ("Summary: says nothing", "", False),
    ],
)
def test_a_licence_is_read_and_judged(
    tmp_path: Path, field: str, licence: str | None, *, allowed: bool
) -> None:
    found = notices.licence_of(_made(tmp_path, "thing", field))
    assert licence is None or found == licence
    assert notices.may_be_passed_on(found) is allowed


def test_notices_end_with_an_error_where_a_licence_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _made(tmp_path, "thing", "License-Expression: MIT")
    _made(tmp_path, "strange", "Summary: says nothing")
    monkeypatch.setattr(notices, "distributions", lambda: distributions(path=[str(tmp_path)]))
    assert notices.main() == 1
    told = capsys.readouterr()
    assert "notices: strange: licence unknown" in told.err
    assert "thing 1.0: MIT\n\nDo as you please." in told.out


@pytest.mark.parametrize(
    ("words", "module", "left"),
    [
        (["/usr/bin/raseed"], "pos_desktop", []),
        (["raseed", "verify", "x.db"], "pos_desktop", ["verify", "x.db"]),
        (["raseed", "-P", "-m", "pos_relay", "serve"], "pos_relay", ["serve"]),
        (["raseed", "-P", "-m", "os"], "pos_desktop", ["-m", "os"]),
        (["/usr/bin/raseed-relay", "serve"], "pos_relay", ["serve"]),
    ],
)
def test_the_packaged_program_runs_its_own_modules_only(
    monkeypatch: pytest.MonkeyPatch, words: list[str], module: str, left: list[str]
) -> None:
    ran: list[str] = []

    def run(name: str, **_: Any) -> None:
        ran.append(name)

    monkeypatch.setattr(runpy, "run_module", run)
    monkeypatch.setattr(sys, "argv", words)
    program.main()
    assert ran == [module]
    assert sys.argv == [words[0], *left]
