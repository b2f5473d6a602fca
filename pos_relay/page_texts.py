"""The sentences of the customer's page, and its style sheet with the hash that allows it.

A language is one file in ``templates/texts``: its own name, the page's sentences (``texts``) and
the counter's words in it (``labels``).
"""

import base64
import hashlib
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

DEFAULT = "en"
_SECOND = "hi"

_FOLDER = files("pos_relay") / "templates"
_CODES = (DEFAULT, _SECOND, "ta")
_READ: Mapping[str, Any] = {
    code: tomllib.loads((_FOLDER / "texts" / f"{code}.toml").read_text("utf-8")) for code in _CODES
}
LANGUAGES: Mapping[str, str] = {code: read["name"] for code, read in _READ.items()}
TEXTS: Mapping[str, Mapping[str, str]] = {code: read["texts"] for code, read in _READ.items()}
# Words that arrive display-ready in English from the counter; others are shown as they came.
LABELS: Mapping[str, Mapping[str, str]] = {code: read["labels"] for code, read in _READ.items()}

CSS = (_FOLDER / "page.css").read_text("utf-8").strip()
TEMPLATE = (_FOLDER / "page.html").read_text("utf-8")
PLAIN_TEMPLATE = (_FOLDER / "plain.html").read_text("utf-8")
LIST_TEMPLATE = (_FOLDER / "list.html").read_text("utf-8")
STYLE_CSP = "sha256-" + base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()

_SENTENCES = (
    (re.compile(r"Pay (₹\S+)"), "say_pay"),
    (re.compile(r"UPI, cards, net banking · on (.+)'s page"), "say_pay_note"),
    (re.compile(r"UPI ref (.+)"), "say_upi_ref"),
    (re.compile(r"([\d.,]+) pcs?( .+|)"), "say_pieces"),
)
_BY = (
    (re.compile(r"Paid by (.+)"), "say_paid_by"),
    (re.compile(r"Refunded by (.+)"), "say_refunded_by"),
)


def language(wanted: str | None, shop: str) -> str:
    """The language to use: what the link asks for, else the shop's, else English."""
    return next((code for code in (wanted, shop) if code is not None and code in TEXTS), DEFAULT)


def other_language(lang: str, shop: str = DEFAULT) -> str:
    """Where the switch leads from ``lang``: English and the shop's language, else Hindi."""
    if lang != DEFAULT:
        return DEFAULT
    return shop if shop in TEXTS and shop != DEFAULT else _SECOND


def say(words: str, lang: str) -> str:
    """The counter's English ``words`` in ``lang``; what is not known stays as it came."""
    if lang == DEFAULT:
        return words
    texts, labels = TEXTS[lang], LABELS[lang]
    if words in labels:
        return labels[words]
    for pattern, key in _SENTENCES:
        if found := pattern.fullmatch(words):
            return texts[key].format(*found.groups())
    for pattern, key in _BY:
        if found := pattern.fullmatch(words):
            return texts[key].format(_listed(found[1], texts, labels))
    return words


def _listed(words: str, texts: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """``cash, card and UPI`` in the language of ``texts``."""
    *first, last = words.rsplit(" and ", 1)
    spoken = [", ".join(labels.get(each, each) for each in part.split(", ")) for part in first]
    last = labels.get(last, last)
    return texts["say_and"].format(*spoken, last) if spoken else last
