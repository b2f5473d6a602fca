"""What is imported is declared, and what is declared is imported: pyproject tells the truth."""

import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions

from tests.guards.source import ROOT, Source, imports, judge, snippet, sources

OURS = {"pos_desktop", "pos_relay", "bench", "tests", "packaging", "checks", "coverage_gate"}
# What each folder may lean on; "" is the part that every installation has.
PARTS = {
    "pos_relay": ("", "relay"),
    "pos_desktop": ("", "relay", "desktop"),
    "bench": ("", "relay", "desktop", "dev"),
    "packaging": ("", "relay", "desktop", "dev"),
    "tests": ("", "relay", "desktop", "dev"),
}


@cache
def declared() -> dict[str, set[str]]:
    """Distributions by extra, by their normal names, without our own extras."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    table = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: {normal(line) for line in lines} - {"raseed"} for extra, lines in table.items()}


def normal(requirement: str) -> str:
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def distributions() -> dict[str, set[str]]:
    """Which distributions bring a module of this name."""
    return {name: {normal(d) for d in found} for name, found in packages_distributions().items()}


def libraries(file: Source) -> set[str]:
    roots = {name.split(".")[0] for _, name in imports(file.tree)}
    return roots - OURS - set(sys.stdlib_module_names)


def undeclared(files: Iterable[Source]) -> dict[str, str]:
    found = {}
    for file in files:
        parts = PARTS[file.path.split("/")[0]]
        allowed = set().union(*(declared()[part] for part in parts))
        for library in libraries(file):
            if not distributions().get(library, {library}) & allowed:
                found[f"{file.path}::{library}"] = f"not declared for {' + '.join(parts).strip()}"
    return found


def unused(files: Iterable[Source], wanted: set[str]) -> dict[str, str]:
    used = {name for file in files for root in libraries(file) for name in of(root)}
    return dict.fromkeys(sorted(wanted - used), "declared and nowhere imported")


def of(library: str) -> set[str]:
    return distributions().get(library, {library})


def test_every_import_is_declared() -> None:
    judge("undeclared", undeclared(sources(*PARTS)))


def test_every_declared_library_is_imported() -> None:
    everything = set().union(*declared().values())
    judge("unused", unused(sources(*PARTS), everything))


def test_the_guards_of_dependencies_can_fail() -> None:
    assert undeclared((snippet("import nosuch"),))
    assert undeclared((snippet("import pytest"),))
    assert undeclared((snippet("import keyring", "pos_relay/app.py"),))
    assert not undeclared((snippet("import keyring", "pos_desktop/settings/secrets.py"),))
    assert unused((snippet("import keyring"),), {"keyring", "qrcode"}) == {
        "qrcode": "declared and nowhere imported"
    }
