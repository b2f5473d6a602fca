"""The core has no clock, no chance, no network and, near money, no float."""

import ast

from tests.guards.source import Source, below, imports, judge, snippet, sources

EXACT = ("pos_desktop/domain", "pos_desktop/wire")
PURE = (
    "pos_desktop/domain",
    "pos_desktop/services",
    "pos_desktop/ports",
    "pos_desktop/wire",
    "pos_desktop/gui/presenters",
)
FORBIDDEN_MODULES = {"time", "random", "uuid", "socket", "secrets"}
NOW = {"now", "utcnow", "today"}


def floats(files: tuple[Source, ...]) -> dict[str, str]:
    """Float numbers, the type's name, and ``/``, which makes floats of integers."""
    found = {}
    for file in files:
        for node in ast.walk(file.tree):
            what = ""
            if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
                what = f"the number {node.value}"
            elif isinstance(node, ast.Name) and node.id == "float":
                what = "float"
            elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
                what = "a division by /"
            if what:
                line = getattr(node, "lineno", 0)
                found[f"{file.path} line {line}"] = what
    return found


def impure(files: tuple[Source, ...]) -> dict[str, str]:
    """What a port must bring instead: the moment, an id, a chance, a connection."""
    found = {}
    for file in files:
        for _, name in imports(file.tree):
            if name.split(".")[0] in FORBIDDEN_MODULES:
                found[f"{file.path}::{name}"] = "imported"
        for node in ast.walk(file.tree):
            if not isinstance(node, ast.Attribute):
                continue
            owner = ast.unparse(node.value).rsplit(".", 1)[-1]
            clock = owner in ("datetime", "date") and node.attr in NOW
            if clock or (owner == "os" and node.attr in ("urandom", "getrandom")):
                found[f"{file.path} line {node.lineno}"] = f"calls {owner}.{node.attr}"
    return found


def test_there_is_no_float_near_money() -> None:
    judge("floats", floats(below(sources("pos_desktop"), *EXACT)))


def test_the_core_is_pure() -> None:
    judge("purity", impure(below(sources("pos_desktop"), *PURE)))


def test_every_pure_package_exists() -> None:
    for package in PURE:
        assert below(sources("pos_desktop"), package), package


def test_the_guards_of_purity_can_fail() -> None:
    for bad in ("x = 0.5", "def f(x: float): ...", "y = 1 / 2", "x = 1\nx /= 2"):
        assert floats((snippet(bad),)), bad
    assert not floats((snippet("x = 1 // 2\ny = 'a/b'"),))
    for bad in (
        "import time",
        "from random import random",
        "def f():\n    import uuid",
        "import socket as s",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.date.today()",
        "import os\nos.urandom(3)",
    ):
        assert impure((snippet(bad),)), bad
    assert not impure((snippet("from datetime import datetime, timedelta"),))
