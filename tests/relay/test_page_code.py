"""The quick way to make a page gives what Jinja's own way gives, and escapes as much."""

import itertools
from types import NoneType, SimpleNamespace
from typing import get_args, get_origin

import msgspec
import pytest
from jinja2 import Environment, StrictUndefined, UndefinedError
from markupsafe import Markup

from pos_desktop.wire import v1
from pos_relay import pages
from pos_relay.page_code import compiled, harmless, harmless_json
from pos_relay.page_texts import LANGUAGES, TEMPLATE, TEXTS
from tests.relay.samples import BILL, INVOICE

_LEFT_OUT = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}
_WRITTEN = {*range(0x20), 0x5C}  # JSON has its own way to write them
_SLOW = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def spiked(content: v1.PageContent) -> v1.PageContent:
    """The content with what HTML must not see raw in every text."""

    def spike(value: object) -> object:
        if isinstance(value, str):
            return f"{value}<&>\"'" if value else value
        if isinstance(value, list):
            return [spike(one) for one in value]
        if isinstance(value, dict):
            return {name: spike(one) for name, one in value.items()}
        return value

    plain = msgspec.to_builtins(content)
    kept = {name: plain[name] for name in ("kind", "lang")}
    return msgspec.convert({**spike(plain), **kept}, v1.PageContent)  # type: ignore[dict-item]  # a dict gives a dict


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
@pytest.mark.parametrize("content", [BILL, INVOICE, spiked(BILL), spiked(INVOICE)])
def test_a_page_is_what_jinja_itself_makes(
    lang: str, content: v1.PageContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = pages.PageLinks("/i/x.pdf", "/i/x?lang=hi&a", lang)
    quick = pages.render(content, links)

    class Slow:
        def render(self, **values: object) -> str:
            words = {**values, "css": pages._css, "lang": lang, "t": TEXTS[lang]}
            return _SLOW.from_string(TEMPLATE).render(words)

    monkeypatch.setitem(pages._pages, lang, Slow())
    assert pages.render(content, links) == quick
    assert ("&lt;&amp;&gt;&#34;&#39;" in quick) is ("<" in content.shop_name)


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
@pytest.mark.parametrize("content", [BILL, INVOICE, spiked(BILL), spiked(INVOICE)])
def test_harmless_texts_make_the_same_page(lang: str, content: v1.PageContent) -> None:
    for links in (pages.PageLinks("/i/x.pdf", "/i/x?lang=hi", lang), pages.PageLinks("", "", lang)):
        harmless = harmless_json(msgspec.json.encode(content))
        shown = pages.render(content, links, harmless_texts=harmless)
        assert shown == pages.render(content, links)
    assert set(pages._bare_pages) == set(LANGUAGES), "the quick way is for every language"


def test_an_address_that_needs_escaping_is_escaped_all_the_same() -> None:
    links = pages.PageLinks("", "/i?x&lang=hi")
    shown = pages.render(BILL, links, harmless_texts=True)
    assert shown == pages.render(BILL, links)
    assert "/i?x&amp;lang=hi" in shown


def test_whether_texts_are_harmless_is_told_by_their_json() -> None:
    """Every sign that is escaped or left out, wherever it stands and however it is written."""
    for code in [*range(0x80), *range(0x2000, 0x2100), 0x20B9, 0x0928, 0x1F600]:
        text = f"plain ₹ — {chr(code)} नमस्ते"
        found = harmless_json(msgspec.json.encode([{"text": ["", text]}]))
        untouched = str(pages.environment.from_string("{{ v }}").render(v=text)) == text
        assert found is (untouched and code not in _LEFT_OUT and code not in _WRITTEN), hex(code)
        assert not found or harmless(text)
    assert not harmless_json(b'["\\u003cscript>"]'.replace(b">", b"")), "an escape hides a sign"


def filled(kind: object) -> object:
    """A value of a type of the wire in which no text is empty, and each is an attack."""
    if kind is str:
        return "<script x=\"'&\u202e"
    if kind is bool or kind is int:
        return True if kind is bool else 1
    inner = get_args(kind)
    if get_origin(kind) is tuple:
        return (filled(inner[0]),) * 2 if ... in inner else tuple(map(filled, inner))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**{each.name: filled(each.type) for each in msgspec.structs.fields(kind)})
    return filled(next(each for each in inner if each is not NoneType))


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_no_field_of_a_page_comes_out_raw(lang: str) -> None:
    content = msgspec.convert(filled(v1.PageContent), v1.PageContent)
    button = msgspec.structs.replace(content.pay or pytest.fail(), url="https://x/\"'<script")
    for kind, paid in itertools.product(("bill", "invoice"), (None, content.paid)):
        page = msgspec.structs.replace(content, kind=kind, paid=paid, pay=button, lang=lang)
        shown = pages.render(page)
        assert "&lt;script x=&#34;&#39;&amp;" in shown
        assert ("https://x/&#34;&#39;&lt;script" in shown) is (paid is None)
        assert [raw for raw in ("<script", "x=\"'", 'x/"', "\u202e") if raw in shown] == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain ₹", "plain ₹"),
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("a\u202eb\u2066c\u200ed\u2069", "abcd"),
        ("\u202e<", "&lt;"),
        (Markup("<i>"), "<i>"),
        (7, "7"),
    ],
)
def test_what_is_put_out_is_escaped_and_keeps_its_direction(value: object, shown: str) -> None:
    made = compiled("{{ word }} {{ c.value }}|{{ say(c.value) }}", {"word": "<w>"})
    text = made.render(c=SimpleNamespace(value=value), say=lambda words: words)
    assert text == f"&lt;w&gt; {shown}|{shown}"


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        compiled("{{ a.b }}", {}).render()
    with pytest.raises(AttributeError):
        compiled("{{ a.b }}", {}).render(a=SimpleNamespace())


def test_calls_with_names_go_jinjas_way() -> None:
    made = compiled("{{ say(words='<') }}{{ say(*c) }}", {})
    assert made.render(say=lambda words: words * 2, c=["a"]) == "&lt;&lt;aa"
