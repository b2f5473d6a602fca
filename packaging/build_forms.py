"""Compile the Designer forms of ``ui/`` into ``pos_desktop/gui/forms/`` (not committed).

Quick when nothing changed: each compiled form carries the hash of what it was made from.
``--check`` compiles nothing and fails where a form is missing or stale.
"""

import argparse
import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "ui"
FORMS = ROOT / "pos_desktop" / "gui" / "forms"
_MARK = "# made from sha256 "
_RECIPE = b"2"
"""Changes when the compiling itself changes, so that every form is made anew."""
_IMPORT = re.compile(r"^from (PySide6\.\w+) import \(([^)]*)\)\n", re.MULTILINE)


def _target(source: Path) -> Path:
    return FORMS / f"ui_{source.stem}.py"


def _mark(source: Path) -> str:
    return _MARK + hashlib.sha256(_RECIPE + source.read_bytes()).hexdigest()


def _fresh(source: Path) -> bool:
    target = _target(source)
    if not target.is_file():
        return False
    with target.open(encoding="utf-8") as lines:
        return lines.readline().rstrip("\n") == _mark(source)


def _compiler() -> list[str]:
    """uic beside this interpreter, or through PySide6's own wrapper."""
    for name in ("pyside6-uic", "pyside6-uic.exe"):
        beside = Path(sys.executable).parent / name
        if beside.is_file():
            return [str(beside)]
    code = "import sys; from PySide6.scripts.pyside_tool import uic; sys.exit(uic())"
    return [sys.executable, "-c", code]


def _lean(code: str) -> str:
    """``code`` without the names of Qt that uic imports and the form never uses: naming a class
    creates it in Python with all its enums, which the start of the counter would pay for."""
    body = _IMPORT.sub("", code)

    def used(found: re.Match[str]) -> str:
        names = [name.strip() for name in found[2].split(",")]
        kept = [name for name in names if re.search(rf"\b{name}\b", body)]
        return f"from {found[1]} import {', '.join(kept)}\n" if kept else ""

    return _IMPORT.sub(used, code)


def _compile(source: Path) -> None:
    made = subprocess.run(
        [*_compiler(), "--no-autoconnection", str(source)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if made.returncode != 0 or not made.stdout.strip():
        raise SystemExit(f"build_forms: {source.name} does not compile\n{made.stderr.strip()}")
    part = _target(source).with_suffix(".part")
    part.write_text(f"{_mark(source)}\n{_lean(made.stdout)}", encoding="utf-8")
    # Whole or not at all: another run may import it at this moment.
    part.replace(_target(source))


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile what is stale and remove what has no source; the number of problems with --check."""
    parser = argparse.ArgumentParser(description="Compile the Designer forms.")
    parser.add_argument("--check", action="store_true", help="only say what is stale")
    check = parser.parse_args(arguments).check
    sources = sorted(SOURCES.glob("*.ui"))
    stale = [source for source in sources if not _fresh(source)]
    if check:
        for source in stale:
            print(f"build_forms: {source.name} is not compiled; run packaging/build_forms.py")
        return 1 if stale else 0
    FORMS.mkdir(parents=True, exist_ok=True)
    for source in stale:
        _compile(source)
    wanted = {_target(source).name for source in sources}
    for compiled in FORMS.glob("ui_*.py"):
        if compiled.name not in wanted:
            compiled.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
