"""Nothing unfinished called done, no error that nobody sees, no test that tests nothing."""

import ast
import io
import re
import tokenize

from tests.guards.source import EVERYTHING, Source, judge, snippet, sources

# One letter in brackets, so that the patterns do not find themselves.
UNFINISHED = re.compile(r"\b(?:[T]ODO|[F]IXME|[X]XX|[H]ACK)\b")
SILENCED = re.compile(r"#\s*(?:[n]oqa|type:\s*[i]gnore)")
# A code and, behind it, a reason in words.
REASONED = re.compile(
    r"#\s*(?:[n]oqa:\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*|type:\s*[i]gnore\[[\w,\s-]+\])"
    r"\s*[-#:–—(]*\s*\w+\W+\w+"
)
PROVES = re.compile(
    r"assert|raises|warns|fail|check|expect|wait|prove|judge|must|verify|validate|match"
)


def comments(file: Source) -> list[tuple[int, str]]:
    readline = io.StringIO(file.text).readline
    return [
        (token.start[0], token.string)
        for token in tokenize.generate_tokens(readline)
        if token.type == tokenize.COMMENT
    ]


def unfinished(files: tuple[Source, ...]) -> dict[str, str]:
    found = {}
    for file in files:
        for number, line in enumerate(file.text.splitlines(), 1):
            if UNFINISHED.search(line):
                found[f"{file.path} line {number}"] = line.strip()
        for node in ast.walk(file.tree):
            if not isinstance(node, ast.Raise) or node.exc is None:
                continue
            if "NotImplemented" in ast.unparse(node.exc):
                found[f"{file.path} line {node.lineno}"] = "not implemented"
    return found


def unreasoned(files: tuple[Source, ...]) -> dict[str, str]:
    """Comments that silence a checker without a code or without saying why."""
    return {
        f"{file.path} line {number}": text
        for file in files
        for number, text in comments(file)
        if SILENCED.search(text) and not REASONED.search(text)
    }


def silent(files: tuple[Source, ...]) -> dict[str, str]:
    """Broad ``except`` whose body does nothing."""
    found = {}
    for file in files:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ExceptHandler):
                caught = "BaseException" if node.type is None else ast.unparse(node.type)
                broad = re.search(r"\b(Base)?Exception\b", caught)
                idle = all(isinstance(part, ast.Pass | ast.Continue) for part in node.body)
                if broad and idle:
                    found[f"{file.path} line {node.lineno}"] = f"swallows {caught}"
    return found


def proves_something(test: ast.AST) -> bool:
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and PROVES.search(ast.unparse(node.func)):
            return True
    return False


def proving_functions(files: tuple[Source, ...]) -> set[str]:
    """Names of functions of the tests, other than tests, that assert for their callers."""
    return {
        node.name
        for file in files
        for node in ast.walk(file.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("test")
        and proves_something(node)
    }


def calls_one_of(names: set[str], test: ast.AST) -> bool:
    calls = [node.func for node in ast.walk(test) if isinstance(node, ast.Call)]
    return any(ast.unparse(called).rsplit(".", 1)[-1] in names for called in calls)


def idle_tests(files: tuple[Source, ...]) -> dict[str, str]:
    found = {}
    proving = proving_functions(files)
    for file in files:
        for node in ast.walk(file.tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            proves = proves_something(node) or calls_one_of(proving, node)
            if node.name.startswith("test") and not proves:
                found[f"{file.path}::{node.name}"] = "asserts nothing"
    return found


def test_nothing_is_left_unfinished() -> None:
    judge("unfinished", unfinished(sources(*EVERYTHING)))


def test_silenced_checkers_have_a_reason() -> None:
    judge("unreasoned", unreasoned(sources(*EVERYTHING)))


def test_no_error_is_swallowed() -> None:
    judge("silent_except", silent(sources(*EVERYTHING)))


def test_every_test_proves_something() -> None:
    judge("assertions", idle_tests(sources("tests")))


def bad(text: str) -> Source:
    """The marks stand here with a ~ inside, or the guards would find this file."""
    return snippet(text.replace("~", ""))


def test_the_guards_of_honesty_can_fail() -> None:
    assert unfinished((bad("# TO~DO later"),))
    assert unfinished((bad("def f():\n    raise NotImplemented~Error"),))
    for mark in ("no~qa", "no~qa: S310", "type: ig~nore[arg-type]", "type: ig~nore"):
        assert unreasoned((bad(f"x = 1  # {mark}"),)), mark
    for mark in ("no~qa: S310 - the address is ours", "type: ig~nore[misc]  # Qt has no types"):
        assert not unreasoned((bad(f"x = 1  # {mark}"),)), mark
    assert silent((snippet("try:\n    f()\nexcept Exception:\n    pass"),))
    assert silent((snippet("try:\n    f()\nexcept:\n    pass"),))
    assert not silent((snippet("try:\n    f()\nexcept KeyError:\n    pass"),))
    assert idle_tests((snippet("def test_x():\n    f()"),))
    asserting = "def same(a, b):\n    assert a == b\ndef test_x():\n    same(1, 1)"
    assert not idle_tests((snippet(asserting),))
    assert not idle_tests((snippet("def test_x():\n    with pytest.raises(E):\n        f()"),))
