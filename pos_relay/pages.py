"""The customer's page: one HTML file without script, from display-ready content.

Pure: the same content gives the same bytes, on the relay and for static export alike. Everything
that came from outside is escaped by Jinja2; nothing is marked safe but our own style sheet.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pos_desktop.wire import logo, v1
from pos_relay.page_code import Page, compiled, harmless
from pos_relay.page_texts import (
    CSS,
    DEFAULT,
    LABELS,
    LANGUAGES,
    PLAIN_TEMPLATE,
    TEMPLATE,
    TEXTS,
    language,
    other_language,
    say,
)

__all__ = ["PageLinks", "other_language", "plain", "render"]

environment = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_plain = environment.from_string(PLAIN_TEMPLATE)
_css = Markup(CSS)  # noqa: S704 - our own file, nothing from outside
_DIGIT = re.compile(r"\d")
_NOT_DIALLED = re.compile(r"[^0-9+]")
_DIALLED = re.compile(r"\+?\d{5,15}")
_COUNTER = re.compile(r"(?i)^counter\s+")
_NOTHING = {"", "-", "–", "—"}


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Addresses of this very page: ``pdf`` and the language ``switch`` ("" hides them).

    ``lang`` is the language asked for; None takes the shop's.
    """

    pdf: str = ""
    switch: str = ""
    lang: str | None = None


_Item = tuple[str, str, str, str, str, str]
"""A row of the table of goods: name, quantity and amount, and under it HSN, price and tax."""


class _TaxTable(NamedTuple):
    """The GST table: headings after the first, and rows of (label, HSN codes, cells)."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


class _Goods(NamedTuple):
    """What one document of the page lists."""

    items: tuple[_Item, ...]
    sums: Sequence[tuple[str, str]]
    total: str
    pieces: str
    taxes: _TaxTable | None


def render(
    content: v1.PageContent, links: PageLinks | None = None, *, harmless_texts: bool = False
) -> str:
    """The page as HTML (design relay 5). Raises nothing for any decodable content.

    ``harmless_texts``: somebody has seen that no text of ``content`` needs escaping
    (``page_code.harmless_json``); the page is the same and made in less time.
    """
    links = links or PageLinks()
    lang = language(links.lang, content.lang)
    texts = TEXTS[lang]
    other = other_language(lang, content.lang)
    invoice = content.kind == "invoice"
    phone = _NOT_DIALLED.sub("", content.shop_phone)
    bare = harmless_texts and lang in _bare_pages and harmless(links.pdf + links.switch)
    return (_bare_pages if bare else _pages)[lang].render(
        c=content,
        t=_words[lang],
        links=links,
        other=other,
        other_name=LANGUAGES[other],
        counter=_counter(content.counter, texts["counter"]),
        tel=phone if _DIALLED.fullmatch(phone) else "",
        pay=_payable(content),
        logo=_logo(content.logo),
        say=_says[lang],
        goods=_goods(content, content, lang, invoice=invoice),
        invoice=invoice,
        notes=_notes(content, lang) if invoice else (),
    )


def plain(name: str) -> bytes:
    """A short page in every language: ``gone``, ``slow`` or ``return``."""
    blocks = [
        (
            lang,
            texts[f"{name}_title"],
            [text for text in (texts[name], texts[f"{name}_more"]) if text],
        )
        for lang, texts in TEXTS.items()
    ]
    title = TEXTS[DEFAULT][f"{name}_title"]
    return _plain.render(title=title, blocks=blocks, css=_css).encode()


def _template(lang: str, *, bare: bool = False) -> Page:
    """The page with the words of one language set in."""
    words = {"css": _css, "lang": lang} | {f"t.{name}": text for name, text in TEXTS[lang].items()}
    return compiled(TEMPLATE, words, bare=bare)


def _all_harmless(lang: str) -> bool:
    """Whether no sentence of a language can bring in what is to be escaped."""
    spoken = [text for name, text in TEXTS[lang].items() if lang != DEFAULT or name[:4] != "say_"]
    return all(map(harmless, (*spoken, *LABELS[lang].values(), *LANGUAGES.values())))


def _counter(counter: str, pattern: str) -> str:
    """ "Counter 2", also when the content says the word already."""
    bare = _COUNTER.sub("", counter)
    return pattern.format(bare) if bare else ""


def _logo(carried: str) -> str:
    """The address of the shop's picture, which is inside the page itself; "" for none."""
    png = logo.carried(carried)
    return "" if png is None else f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _payable(content: v1.PageContent) -> bool:
    """A button only on an unpaid bill, and only to a web address."""
    if content.pay is None or content.paid is not None:
        return False
    return urlsplit(content.pay.url).scheme in {"https", "http"}


def _goods(
    sheet: v1.PageContent | v1.CreditNote, page: v1.PageContent, lang: str, *, invoice: bool
) -> _Goods:
    """What ``sheet``, a document of ``page``, lists."""
    items = tuple(_item(line, lang, invoice=invoice) for line in sheet.lines)
    taxes = None
    if invoice and sheet.tax_rows:
        taxes = _tax_table(sheet.tax_rows, sheet.lines, page.state_tax_label, lang)
    pieces = sheet.pieces if isinstance(sheet, v1.PageContent) else ""
    return _Goods(items, sheet.sums, sheet.total, pieces, taxes)


def _notes(page: v1.PageContent, lang: str) -> tuple[tuple[v1.CreditNote, _Goods], ...]:
    return tuple((note, _goods(note, page, lang, invoice=True)) for note in page.credit_notes)


def _item(line: v1.BillLine, lang: str, *, invoice: bool) -> _Item:
    """A line; an invoice adds HSN and tax (Rule 46 (g), (k) to (m))."""
    texts = TEXTS[lang]
    price = f"MRP {line.mrp}" if line.mrp else ""
    if line.price and (invoice or line.qty != "1"):
        _, _, unit = line.qty.partition(" ")
        each = texts["per" if unit else "each"].format(line.price, unit)
        price = f"{each} · {price}" if price else each
    if not invoice:
        return line.name, line.qty, line.amount, "", price, ""
    tax = "" if line.rate in _NOTHING else _tax(line, texts, lang)
    return line.name, line.qty, line.amount, line.hsn, price, tax


def _tax(line: v1.BillLine, texts: Mapping[str, str], lang: str) -> str:
    if not _DIGIT.search(line.rate):  # "Exempt"
        return say(line.rate, lang)
    if line.taxable in _NOTHING:
        return texts["gst"].format(line.rate)
    return texts["gst_on"].format(line.rate, line.taxable)


def _tax_table(
    rows: Sequence[v1.TaxRow], lines: Sequence[v1.BillLine], state_tax: str, lang: str
) -> _TaxTable:
    """Heads of tax that occur nowhere are left out; a rate names the HSN codes of its lines."""
    texts = TEXTS[lang]
    heads = [("CGST", "central"), (state_tax, "state"), ("IGST", "integrated")]
    heads.append((texts["cess"], "cess"))
    used = [pair for pair in heads if any(getattr(row, pair[1]) not in _NOTHING for row in rows)]
    columns = [(texts["taxable"], "taxable"), *(used or heads[:2])]
    codes: dict[str, dict[str, None]] = {}
    for line in lines:
        if line.hsn:
            codes.setdefault(line.rate, {})[line.hsn] = None
    return _TaxTable(
        tuple(heading for heading, _ in columns),
        tuple(
            (
                say(row.label, lang),
                ", ".join(codes.get(row.label, ())),
                tuple(getattr(row, name) for _, name in columns),
            )
            for row in rows
        ),
    )


_words = {lang: SimpleNamespace(**texts) for lang, texts in TEXTS.items()}
# English words stay as they came.
_says = {lang: str if lang == DEFAULT else partial(say, lang=lang) for lang in LANGUAGES}
_pages = {lang: _template(lang) for lang in LANGUAGES}
_bare_pages = {lang: _template(lang, bare=True) for lang in LANGUAGES if _all_harmless(lang)}
