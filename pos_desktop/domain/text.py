"""Cleaning of what people type and scanners send: digits of any script, invisible characters."""

import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def ascii_digits(text: str) -> str:
    """The same text with every decimal digit of any script (Devanagari, full-width) as ``0-9``.

    Only true decimal digits change: a superscript two stays what it is.
    """
    if text.isascii():
        return text
    return "".join(_digit(character) for character in text)


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def printable(text: str) -> str:
    """The text without control, format (bidi marks, zero-width), surrogate or unassigned
    characters. Tabs and line ends go too; joiners that Indian scripts need stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        for character in text
        # ZWNJ and ZWJ choose conjunct forms in Devanagari, Malayalam and others.
        if character in "\u200c\u200d" or unicodedata.category(character) not in _INVISIBLE
    )


def bare(text: str) -> str:
    """As ``printable``, joiners removed too: for codes and numbers, where nothing may hide."""
    return printable(text).replace("\u200c", "").replace("\u200d", "")


def one_line(text: str) -> str:
    """``text`` as one clean line: every run of white space is one space, ends trimmed."""
    return " ".join(printable(" ".join(text.split())).split())
