"""The goods of a bill in one short line, for a message's variable (reference exotel 5)."""

import unicodedata
from collections.abc import Callable, Sequence

from pos_desktop.domain.money import format_qty, is_loose
from pos_desktop.domain.sale import PricedLine
from pos_desktop.domain.text import one_line

# ASCII that the GSM-7 alphabet lacks or counts twice.
_NOT_GSM7 = frozenset("`^{}[]~\\|")
_FEWER_WORDS = (3, 2, 1)


def item_summary(lines: Sequence[PricedLine], *, limit: int, ascii_only: bool = False) -> str:
    """``Milk x2, Oil x3 and 5 more`` in at most ``limit`` (>= 1) characters, never empty.

    As many goods as fit, names cut after their first words where that is needed. One line without
    tabs. ``ascii_only`` keeps to letters that GSM-7 counts once (an SMS of 160 characters).
    """
    if limit < 1:
        raise ValueError("a summary needs room for one character")
    clean = _gsm7 if ascii_only else one_line
    whole = [_label(line, clean, None) for line in lines]
    if whole and len(", ".join(whole)) <= limit:
        return ", ".join(whole)
    for words in _FEWER_WORDS:
        short = [_label(line, clean, words) for line in lines]
        for count in range(len(short), 0, -1):
            text = _with_rest(short[:count], len(short) - count)
            if len(text) <= limit:
                return text
    # No room for a name: how many there are still says something.
    return f"{len(lines)} {'item' if len(lines) == 1 else 'items'}"[:limit].rstrip()


def _with_rest(labels: Sequence[str], rest: int) -> str:
    text = ", ".join(labels)
    return f"{text} and {rest} more" if rest else text


def _label(line: PricedLine, clean: Callable[[str], str], words: int | None) -> str:
    name = clean(line.name)
    if words is not None:
        name = " ".join(name.split(" ")[:words])
    amount = format_qty(line.qty, line.unit)
    name = name.rstrip(",.;:-/&(") or "Item"
    return f"{name} {amount}" if is_loose(line.unit) else f"{name} x{amount}"


def _gsm7(text: str) -> str:
    """Accents fall off their letters; what has no plain letter is left out."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", text)
        if character.isspace() or (character.isascii() and character not in _NOT_GSM7)
    )
    return one_line(plain)
