"""Names say what a shopkeeper would say; words that say nothing are not used."""

import ast
import re

from tests.guards.source import EVERYTHING, Source, judge, snippet, sources

EMPTY_WORDS = {"manager", "helper", "util", "handler", "data", "info"}


def words(name: str) -> set[str]:
    """The words of a CamelCase or snake_case name, small, without a plural s."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return {part.lower().removesuffix("s") if part != "s" else part for part in parts}


def empty_words(name: str) -> set[str]:
    return words(name) & {word.removesuffix("s") for word in EMPTY_WORDS}


def bad_names(files: tuple[Source, ...]) -> dict[str, str]:
    """Classes and modules; a subclass may carry the word that Qt or Python gave its base."""
    found = {}
    for file in files:
        stem = file.path.rsplit("/", 1)[-1].removesuffix(".py")
        if empty_words(stem):
            found[file.path] = "the module's name says nothing"
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ClassDef):
                given = set().union(*(words(ast.unparse(base)) for base in node.bases))
                if empty_words(node.name) - given:
                    found[f"{file.path}::{node.name}"] = "the class's name says nothing"
    return found


def test_names_say_something() -> None:
    judge("names", bad_names(sources(*EVERYTHING)))


def test_the_guard_of_names_can_fail() -> None:
    assert bad_names((snippet("class CartManager: ..."),))
    assert bad_names((snippet("class PhoneUtils: ..."),))
    assert bad_names((snippet("x = 1", "pos_desktop/net/http_helper.py"),))
    assert not bad_names((snippet("class JsonHandler(logging.Handler): ..."),))
    assert not bad_names((snippet("class Database: ...\nclass Informed: ..."),))
