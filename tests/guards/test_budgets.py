"""Sizes that keep every piece readable in one sitting."""

import ast
from collections.abc import Iterator

from tests.guards.source import EVERYTHING, Source, judge, snippet, sources

FILE_LINES = 400
TEST_FILE_LINES = 600  # long tables of cases are read by the row
FUNCTION_LINES = 40
PARAMETERS = 6
CLASS_LINES = 250
METHODS = 20
MAIN_WINDOW_LINES = 150

Function = ast.FunctionDef | ast.AsyncFunctionDef


def named(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.ClassDef | Function]]:
    """Every class and function with its dotted name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{prefix}{node.name}"
            yield name, node
            yield from named(node, f"{name}.")
        else:
            yield from named(node, prefix)


def lines(node: ast.ClassDef | Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def functions(files: tuple[Source, ...]) -> Iterator[tuple[str, Function]]:
    for file in files:
        for name, node in named(file.tree):
            if not isinstance(node, ast.ClassDef):
                yield f"{file.path}::{name}", node


def classes(files: tuple[Source, ...]) -> Iterator[tuple[str, ast.ClassDef]]:
    for file in files:
        for name, node in named(file.tree):
            if isinstance(node, ast.ClassDef):
                yield f"{file.path}::{name}", node


def long_files(files: tuple[Source, ...]) -> dict[str, str]:
    sizes = {file.path: len(file.text.splitlines()) for file in files}
    return {
        path: f"{size} lines"
        for path, size in sizes.items()
        if size > (TEST_FILE_LINES if path.startswith("tests/") else FILE_LINES)
    }


def long_functions(files: tuple[Source, ...]) -> dict[str, str]:
    sizes = {name: lines(node) for name, node in functions(files)}
    return {name: f"{size} lines" for name, size in sizes.items() if size > FUNCTION_LINES}


def many_parameters(files: tuple[Source, ...]) -> dict[str, str]:
    """``self`` and ``cls`` do not count; keyword-only and starred parameters do."""
    found = {}
    for name, node in functions(files):
        given = node.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        names = [arg.arg for arg in every if arg is not None]
        count = len([arg for arg in names if arg not in ("self", "cls")])
        if count > PARAMETERS:
            found[name] = f"{count} parameters"
    return found


def long_classes(files: tuple[Source, ...]) -> dict[str, str]:
    sizes = {name: lines(node) for name, node in classes(files)}
    return {name: f"{size} lines" for name, size in sizes.items() if size > CLASS_LINES}


def many_methods(files: tuple[Source, ...]) -> dict[str, str]:
    found = {}
    for name, node in classes(files):
        count = sum(isinstance(part, Function) for part in node.body)
        if count > METHODS:
            found[name] = f"{count} methods"
    return found


def big_windows(files: tuple[Source, ...]) -> dict[str, str]:
    """The main window only swaps pages; what happens on them is theirs."""
    found = {}
    for file in files:
        size = len(file.text.splitlines())
        windows = [
            base
            for _, node in classes((file,))
            for base in node.bases
            if ast.unparse(base).endswith("QMainWindow")
        ]
        if windows and size > MAIN_WINDOW_LINES:
            found[file.path] = f"{size} lines with the main window"
    return found


def test_files_are_short() -> None:
    judge("file_lines", long_files(sources(*EVERYTHING)))


def test_functions_are_short() -> None:
    judge("function_lines", long_functions(sources(*EVERYTHING)))


def test_functions_take_few_parameters() -> None:
    program = sources("pos_desktop", "pos_relay", "bench", "packaging")
    judge("parameters", many_parameters(program))


def test_classes_are_short() -> None:
    judge("class_lines", long_classes(sources(*EVERYTHING)))


def test_classes_have_few_methods() -> None:
    judge("methods", many_methods(sources(*EVERYTHING)))


def test_the_main_window_is_small() -> None:
    judge("main_window", big_windows(sources("pos_desktop/gui")))


def test_the_budgets_can_fail() -> None:
    body = "    x = 1\n"
    long_function = (snippet("def f():\n" + body * FUNCTION_LINES),)
    assert long_functions(long_function)
    assert not long_functions((snippet("def f():\n" + body * (FUNCTION_LINES - 1)),))
    assert long_files((snippet("x = 1\n" * (FILE_LINES + 1)),))
    assert many_parameters((snippet("def f(self, a, b, c, *, d, e, f, **g): ..."),))
    assert not many_parameters((snippet("def f(self, a, b, c, *, d, e, f): ..."),))
    assert long_classes((snippet("class A:\n" + body * CLASS_LINES),))
    methods = "".join(f"    def m{n}(self): ...\n" for n in range(METHODS + 1))
    assert many_methods((snippet("class A:\n" + methods),))
    window = "class Main(QMainWindow):\n" + body * MAIN_WINDOW_LINES
    assert big_windows((snippet(window),))


def test_nested_functions_have_full_names() -> None:
    tree = snippet("class A:\n    def f(self):\n        def g(): ...").tree
    assert [name for name, _ in named(tree)] == ["A", "A.f", "A.f.g"]
