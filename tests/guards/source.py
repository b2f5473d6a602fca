"""What the guards read: the project's own Python files, parsed, and its tracked text."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("pos_desktop", "pos_relay")
EVERYTHING = (*PROGRAM, "bench", "packaging", "tests")
MADE = "pos_desktop/gui/forms/"  # compiled from ui/, nobody writes it


@dataclass(frozen=True)
class Source:
    """One Python file: ``path`` relative to the checkout, with slashes."""

    path: str
    text: str
    tree: ast.Module


def snippet(text: str, path: str = "pos_desktop/domain/bad.py") -> Source:
    """A made-up file with which a guard shows that it can fail."""
    return Source(path, text, ast.parse(text))


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file below ``folders`` that people write."""
    found: list[Source] = []
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith(MADE):
                text = file.read_text(encoding="utf-8")
                found.append(Source(path, text, ast.parse(text, path)))
    return tuple(found)


def below(files: tuple[Source, ...], *prefixes: str) -> tuple[Source, ...]:
    """Those files that lie in (or are) one of ``prefixes``."""
    return tuple(
        file
        for file in files
        if any(file.path == f"{p}.py" or file.path.startswith(f"{p}/") for p in prefixes)
    )


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything imported, on first use or at the top."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def tracked() -> tuple[str, ...]:
    """Paths that git would hand to others; skips where the checkout has no git."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing is tracked here")
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return tuple(name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file())


@cache
def excused(rule: str) -> dict[str, str]:
    """Offenders that are allowed by name, each with its reason (exceptions.toml)."""
    with (Path(__file__).parent / "exceptions.toml").open("rb") as file:
        table: dict[str, str] = tomllib.load(file).get(rule, {})
    return table


def judge(rule: str, offenders: dict[str, str]) -> None:
    """Fail for each offender that is not excused, and for each excuse no longer needed.

    ``offenders`` maps the name of the offender to what is wrong with it.
    """
    allowed = excused(rule)
    wrong = [f"{name}: {what}" for name, what in offenders.items() if name not in allowed]
    unneeded = [name for name in allowed if name not in offenders]
    stale = [f"{name}: listed in exceptions.toml, but no longer needed" for name in unneeded]
    report = "\n".join([*wrong, *stale])
    assert not report, f"{rule}:\n{report}"
