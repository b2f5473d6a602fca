"""The customer's page: one HTML file without script, from display-ready content.

Pure: the same content gives the same bytes, on the relay and for static export alike. Everything
that came from outside is escaped by Jinja2; nothing is marked safe but our own style sheet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pos_desktop.wire import v1
from pos_relay.page_texts import (
    CSS,
    DEFAULT,
    LABELS,
    LANGUAGES,
    PLAIN_TEMPLATE,
    TEMPLATE,
    TEXTS,
    language,
)

_environment = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_page = _environment.from_string(TEMPLATE)
_plain = _environment.from_string(PLAIN_TEMPLATE)
_css = Markup(CSS)  # noqa: S704 - our own file, nothing from outside
# Controls that turn text around or hide it have no place in a bill.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_NOTHING = {"", "-", "–", "—"}


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Addresses of this very page: ``pdf`` and the language ``switch`` ("" hides them).

    ``lang`` is the language asked for; None takes the shop's.
    """

    pdf: str = ""
    switch: str = ""
    lang: str | None = None


def other_language(lang: str) -> str:
    """Where the switch leads."""
    return "hi" if lang == "en" else "en"


def render(content: v1.PageContent, links: PageLinks | None = None) -> str:
    """The page as HTML (design relay 5). Raises nothing for any decodable content."""
    links = links or PageLinks()
    lang = language(links.lang, content.lang)
    texts, labels = TEXTS[lang], LABELS[lang]
    other = other_language(lang)
    phone = re.sub(r"[^0-9+]", "", content.shop_phone)
    invoice = content.kind == "invoice"
    html = _page.render(
        c=content,
        t=texts,
        lang=lang,
        css=_css,
        links=links,
        other=other,
        other_name=LANGUAGES[other],
        counter=_counter(content.counter, texts["counter"]),
        tel=phone if re.fullmatch(r"\+?\d{5,15}", phone) else "",
        pay=_payable(content),
        label=lambda word: labels.get(word, word),
        details=lambda line: " · ".join(_details(line, texts, labels, invoice=invoice)),
        invoice=invoice,
        tax_columns=_tax_columns(content, texts),
    )
    return _BIDI.sub("", html)


def plain(name: str) -> bytes:
    """A short page in every language: ``gone``, ``slow`` or ``return``."""
    blocks = [(lang, texts[f"{name}_title"], texts[name]) for lang, texts in TEXTS.items()]
    title = TEXTS[DEFAULT][f"{name}_title"]
    return _plain.render(title=title, blocks=blocks, css=_css).encode()


def _counter(counter: str, pattern: str) -> str:
    """ "Counter 2", also when the content says the word already."""
    bare = re.sub(r"(?i)^counter\s+", "", counter)
    return pattern.format(bare) if bare else ""


def _payable(content: v1.PageContent) -> bool:
    """A button only on an unpaid bill, and only to a web address."""
    if content.pay is None or content.paid is not None:
        return False
    return urlsplit(content.pay.url).scheme in {"https", "http"}


def _details(
    line: v1.BillLine, texts: Mapping[str, str], labels: Mapping[str, str], *, invoice: bool
) -> list[str]:
    """The small line under an item; an invoice adds HSN and tax (Rule 46 (g), (k) to (m))."""
    _, _, unit = line.qty.partition(" ")
    price = []
    if line.price and (invoice or line.qty != "1"):
        price.append(texts["per" if unit else "each"].format(line.price, unit))
    if line.mrp:
        price.append(f"MRP {line.mrp}")
    if not invoice:
        return price
    hsn = [f"HSN {line.hsn}"] if line.hsn else []
    if line.rate in _NOTHING:
        return hsn + price
    if not re.search(r"\d", line.rate):  # "Exempt"
        tax = labels.get(line.rate, line.rate)
    elif line.taxable in _NOTHING:
        tax = texts["gst"].format(line.rate)
    else:
        tax = texts["gst_on"].format(line.rate, line.taxable)
    return [*hsn, *price, tax]


def _tax_columns(content: v1.PageContent, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """(heading, field) of the GST table; heads of tax that occur nowhere are left out."""
    heads = [("CGST", "central"), (content.state_tax_label, "state"), ("IGST", "integrated")]
    heads.append((texts["cess"], "cess"))
    rows = content.tax_rows
    used = [pair for pair in heads if any(getattr(row, pair[1]) not in _NOTHING for row in rows)]
    return [(texts["taxable"], "taxable"), *(used or heads[:2])]
