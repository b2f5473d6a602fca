"""The customer's page as plain HTML: complete, escaped, small, and without script."""

import base64
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.options import Language
from pos_desktop.wire import v1
from pos_desktop.wire.logo import LARGEST
from pos_relay.page_texts import LABELS, LANGUAGES, TEXTS, other_language, say
from pos_relay.pages import PageLinks, plain, render
from tests.relay.samples import BILL, INVOICE, LINES, RETURNED
from tests.unit.wire.test_logo import SMALL, png

HEAVY = png(120, 40, bytes(LARGEST - len(SMALL)))
LINKS = PageLinks(pdf="/i/x.pdf", switch="/i/x?lang=hi")


class _Tags(HTMLParser):
    """Collects tags and visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, text: str) -> None:
        if not self._in_style and text.strip():
            self.words.append(" ".join(text.split()))


def parsed(html: str) -> tuple[list[tuple[str, dict[str, str | None]]], str]:
    """(tags, visible text)."""
    parser = _Tags()
    parser.feed(html)
    return parser.tags, " ".join(parser.words)


def test_unpaid_bill_says_everything() -> None:
    tags, text = parsed(render(BILL, LINKS))
    for words in (
        "Fresh Mart",
        "020 2553 0000",
        "Token 19",
        "Counter 2",
        "₹1,132.00",
        "To pay",
        "pay by 11:12",
        "Includes GST 57.78 · you saved 25.00",
        "Pay ₹1,132.00",
        "Round-off −0.11",
        "Not your bill?",
        "within 7 days with this bill",
        "हिन्दी",
        "Paid? Show token 19 at Counter 2.",
        "Download PDF",
    ):
        assert words in text, words
    buttons = [a for tag, a in tags if tag == "a" and "go" in (a.get("class") or "")]
    assert [a["href"] for a in buttons] == ["https://rzp.io/rzp/Ab3dE9k"]
    assert "Paid by" not in text
    assert "PRACTICE" not in text


def test_invoice_has_the_particulars_of_rule_46() -> None:
    _, text = parsed(render(INVOICE, LINKS))
    for words in (
        "INVOICE-CUM-BILL OF SUPPLY",
        "C2A/2627/000124",
        "23-11-2026",
        "27AAPFU0939F1ZV",
        "Fresh Mart, FC Road, Pune, Maharashtra 411004",
        "Place of supply 27-Maharashtra",
        "Reverse charge No",
        "Paid by UPI",
        "UPI ref 6327 1234 5678",
        "CGST",
        "SGST",
        "5 % HSN 1905, 3306, 1507 731.42 18.29 18.29",
        "18 % HSN 3402 117.80 10.60 10.60",
        "Exempt HSN 0401, 2501, 0702 225.11 — —",
        "HSN 1905 45.00 each · MRP 50.00 GST 5 % on 42.86",
        "HSN 0401 72.00 each Exempt",
        "1.235 kg",
        "HSN 0702 43.00 per kg Exempt",
        "Rupees One Thousand One Hundred Thirty-Two Only",
        "Thank you.",
    ):
        assert words in text, words
    assert "IGST" not in text
    assert "Cess" not in text
    assert "Pay ₹" not in text


def test_buyer_declaration_and_other_heads_of_tax() -> None:
    row = v1.TaxRow(
        label="28 %", taxable="100.00", central="—", state="—", integrated="28.00", cess="12.00"
    )
    content = msgspec.structs.replace(
        INVOICE,
        tax_rows=(row,),
        declaration="composition taxable person, not eligible to collect tax on supplies",
        buyer=("Asha Traders", "MG Road, Bengaluru", "29AAGCB7383J1Z4"),
        state_tax_label="UTGST",
    )
    _, text = parsed(render(content))
    assert "Taxable IGST Cess 28 % 100.00 28.00 12.00" in text
    assert "CGST" not in text
    assert "composition taxable person" in text
    assert "Asha Traders MG Road, Bengaluru 29AAGCB7383J1Z4" in text
    union = msgspec.structs.replace(INVOICE, state_tax_label="UTGST")
    assert "CGST UTGST" in parsed(render(union))[1]


def test_a_credit_note_stands_below_its_invoice() -> None:
    """Rule 53 (1A): number, date, invoice, seller, buyer, taxable value, rate, tax credited."""
    _, text = parsed(render(RETURNED, LINKS))
    invoice, note = text.split("Rupees One Thousand One Hundred Thirty-Two Only")
    assert "Credit note C2AC/2627/000003 ₹114.00" in invoice, "the head of the page tells of it"
    assert "Paid by UPI" in invoice
    for words in (
        "CREDIT NOTE No. C2AC/2627/000003 · 25-11-2026",
        "For invoice C2A/2627/000124 · 23-11-2026",
        "Seller Fresh Mart, FC Road, Pune, Maharashtra 411004 GSTIN 27AAPFU0939F1ZV",
        "Reason Goods returned",
        "Refund Refunded by UPI · UPI ref 6329 8765 4321",
        "Colgate MaxFresh Red 150 g 1 114.00 HSN 3306 114.00 each · MRP 124.00 GST 5 % on 108.58",
        "Total ₹114.00",
        "5 % HSN 3306 108.58 2.71 2.71",
        "Rupees One Hundred Fourteen Only",
    ):
        assert words in note, words
    assert (
        invoice.split("Credit note")[1].split("INVOICE")[1]
        == parsed(render(INVOICE, LINKS))[1].split("Rupees One")[0].split("INVOICE")[1]
    ), "the invoice inside never changes"


def test_only_an_invoice_has_credit_notes() -> None:
    notes = RETURNED.credit_notes
    assert render(msgspec.structs.replace(BILL, credit_notes=notes)) == render(BILL)


def test_a_page_that_an_older_counter_published_is_shown() -> None:
    older = msgspec.json.decode(msgspec.json.encode(INVOICE))
    for new in ("lang", "logo", "credit_notes"):
        del older[new]
    assert render(msgspec.convert(older, v1.PageContent)) == render(INVOICE)


def test_split_payment_lists_its_tenders() -> None:
    assert INVOICE.paid is not None
    split = (("cash", "132.00"), ("UPI", "1,000.00"))
    paid = msgspec.structs.replace(INVOICE.paid, tenders=split)
    _, text = parsed(render(msgspec.structs.replace(INVOICE, paid=paid)))
    assert "cash 132.00 UPI 1,000.00" in text


def test_practice_is_unmistakable() -> None:
    _, text = parsed(render(msgspec.structs.replace(BILL, practice=True)))
    assert "PRACTICE — not a real bill" in text


def test_no_script_nothing_from_elsewhere_and_small() -> None:
    for content in (BILL, INVOICE):
        html = render(content, LINKS)
        assert len(html.encode()) < 30_000
        tags, _ = parsed(html)
        names = {tag for tag, _ in tags}
        assert not names & {"script", "img", "iframe", "form", "object", "embed", "link", "input"}
        for _, attributes in tags:
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
        addresses = [a["href"] for _, a in tags if "href" in a]
        # The empty address is the page itself: "show the invoice" without script.
        assert all(re.match(r"/i/|tel:|https://rzp\.io/|$", str(a)) for a in addresses)


def test_the_shops_logo_stands_for_its_initials() -> None:
    logo = base64.b64encode(HEAVY).decode()
    html = render(msgspec.structs.replace(INVOICE, logo=logo, lines=(LINES * 3)[:20]), LINKS)
    assert len(html.encode()) < 30_000, "under 30 KB with the largest logo and 20 lines"
    tags, text = parsed(html)
    (picture,) = [attributes for tag, attributes in tags if tag == "img"]
    assert picture == {"class": "logo", "src": f"data:image/png;base64,{logo}", "alt": ""}
    assert "FM" not in text
    assert "FM" in parsed(render(INVOICE, LINKS))[1]


@pytest.mark.parametrize(
    "logo",
    ["x", '" onerror=alert(1)', "https://evil.example/x.png", base64.b64encode(b"<svg/>").decode()],
)
def test_what_is_no_logo_is_not_shown(logo: str) -> None:
    html = render(msgspec.structs.replace(BILL, logo=logo), LINKS)
    assert html == render(BILL, LINKS)


def test_every_language_of_the_settings_has_its_page() -> None:
    assert set(LANGUAGES) == set(Language)


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_language_of_the_page(lang: str) -> None:
    html = render(BILL, PageLinks(lang=lang))
    assert f'<html lang="{lang}">' in html
    assert TEXTS[lang]["not_yours"] in html
    assert render(msgspec.structs.replace(BILL, lang=lang)) == render(BILL, PageLinks(lang=lang))


def test_languages_have_the_same_sentences() -> None:
    assert {frozenset(t) for t in TEXTS.values()} == {frozenset(TEXTS["en"])}
    assert set(LABELS) == set(TEXTS)
    for lang, texts in TEXTS.items():
        for name, text in texts.items():
            assert text.count("{") == TEXTS["en"][name].count("{"), (lang, name)


def test_unknown_languages_fall_back() -> None:
    assert render(BILL, PageLinks(lang="xx")) == render(BILL)
    strange = msgspec.structs.replace(BILL, lang='"><script>')
    assert '<html lang="en">' in render(strange)


def test_a_hindi_page_keeps_amounts_and_translates_words() -> None:
    _, text = parsed(render(INVOICE, PageLinks(lang="hi")))
    for words in (
        "UPI से भुगतान हुआ",
        "UPI संदर्भ 6327 1234 5678",
        "42.86 पर GST 5 %",
        "पूर्णांकन −0.11",
        "इनवॉइस-सह-बिल ऑफ़ सप्लाई · INVOICE-CUM-BILL OF SUPPLY",
    ):
        assert words in text, words
    _, unpaid = parsed(render(BILL, PageLinks(lang="hi")))
    assert "₹1,132.00 का भुगतान करें" in unpaid
    assert "UPI, कार्ड, नेट बैंकिंग · Razorpay के पेज पर" in unpaid


SPOKEN = (
    "Paid", "Paid in cash", "Paid by UPI", "Paid by payment link", "Paid by card",
    "Paid by store credit, card and cash", "Paid by UPI (confirmed by the shop)",
    "cash", "card", "payment link", "store credit", "UPI (confirmed by the shop)",
    "UPI ref 6327 1234 5678", "Pay ₹1,132.00", "UPI, cards, net banking · on Razorpay's page",
    "10 pcs + 1.235 kg", "1 pc", "Refunded by UPI", "Refunded in cash", "Refund on its way",
    "Goods returned", "CREDIT NOTE", "Discount", "Round-off", "Exempt", "No", "Yes",
    "BILL", "TAX INVOICE", "BILL OF SUPPLY", "INVOICE-CUM-BILL OF SUPPLY",
)  # fmt: skip


@pytest.mark.parametrize("lang", sorted(set(LANGUAGES) - {"en"}))
def test_every_word_of_the_counter_is_known(lang: str) -> None:
    """A page in the shop's language has no English sentence left, and keeps every figure."""
    for words in SPOKEN:
        told = say(words, lang)
        assert told != words, words
        assert not re.search(r"[a-z]{3}", re.sub("Razorpay", "", told)), told
        assert re.findall(r"[\d.,]*\d", told) == re.findall(r"[\d.,]*\d", words), told
        assert say(words, "en") == words
    assert say("Tata Salt 1 kg", lang) == "Tata Salt 1 kg"
    assert say("Paid by cash, card and UPI", "hi") == "नकद, कार्ड और UPI से भुगतान हुआ"


def test_the_switch_leads_to_english_or_the_shops_language() -> None:
    assert [other_language(lang) for lang in ("en", "hi", "ta")] == ["hi", "en", "en"]
    assert [other_language(lang, "ta") for lang in ("en", "hi", "ta")] == ["ta", "en", "en"]
    assert other_language("en", "xx") == "hi"
    tamil = msgspec.structs.replace(BILL, lang="ta")
    asked = PageLinks(switch="/i/x?lang=ta", lang="en")
    assert ">தமிழ்</a>" in render(tamil, asked)
    assert ">English</a>" in render(tamil, PageLinks(switch="/i/x?lang=en"))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "upi://pay?pa=a@b", "", "//evil.example"]
)
def test_a_button_leads_to_the_web_only(url: str) -> None:
    pay = v1.PayButton(url=url, label="Pay ₹1")
    html = render(msgspec.structs.replace(BILL, pay=pay))
    assert "btn go" not in html


def test_no_button_once_paid() -> None:
    assert "btn go" not in render(msgspec.structs.replace(INVOICE, pay=BILL.pay))


def test_a_thousand_lines_are_all_there() -> None:
    content = msgspec.structs.replace(BILL, lines=LINES * 143)
    html = render(content)
    assert html.count("<tbody><tr><td>") == 1001


def test_counter_is_named_once() -> None:
    assert "Counter 2" in parsed(render(msgspec.structs.replace(BILL, counter="Counter 2")))[1]
    assert "Counter Counter" not in render(msgspec.structs.replace(BILL, counter="Counter 2"))


NASTY = "<img src=x onerror=alert(1)>\"'&{{7*7}}{% raw %}"


def test_everything_from_outside_is_escaped() -> None:
    """Every text of the content, at every place, with markup and template marks in it."""
    fields = msgspec.structs.fields(v1.PageContent)
    texts = {f.name: NASTY for f in fields if f.type is str and f.name not in {"kind", "lang"}}
    line = v1.BillLine(**{f.name: NASTY for f in msgspec.structs.fields(v1.BillLine)})
    row = v1.TaxRow(**{f.name: NASTY for f in msgspec.structs.fields(v1.TaxRow)})
    paid = v1.PaidStamp(label=NASTY, when=NASTY, reference=NASTY, tenders=((NASTY, NASTY),) * 2)
    pay = v1.PayButton(url="https://rzp.io/" + NASTY, label=NASTY, pay_by=NASTY, note=NASTY)
    nasty = {f.name: NASTY for f in msgspec.structs.fields(v1.CreditNote) if f.type is str}
    plain_fields = {"lines": (line,), "sums": ((NASTY, NASTY),), "tax_rows": (row,)}
    note = msgspec.convert({**nasty, **plain_fields}, v1.CreditNote)
    for stamp, kind in ((paid, "invoice"), (None, "bill")):
        fixed = {
            "kind": kind,
            "lines": (line,),
            "tax_rows": (row,),
            "paid": stamp,
            "pay": pay,
            "buyer": (NASTY,),
            "sums": ((NASTY, NASTY),),
            "shop_address": (NASTY, NASTY),
            "credit_notes": (note,),
        }
        html = render(msgspec.convert({**texts, **fixed}, v1.PageContent), LINKS)
        tags, text = parsed(html)
        assert "img" not in {tag for tag, _ in tags}
        assert not any("onerror" in attributes for _, attributes in tags)
        assert "{{7*7}}" in text
        assert "49" not in text


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_renders(name: str, amount: str) -> None:
    line = v1.BillLine(name=name, qty="1", price=amount, amount=amount, rate=amount)
    content = msgspec.structs.replace(BILL, lines=(line,), shop_name=name, shop_phone=amount)
    first = render(content, LINKS)
    assert first == render(content, LINKS)
    assert first.endswith("</html>")


def test_text_cannot_be_turned_around() -> None:
    html = render(msgspec.structs.replace(BILL, shop_name="Fresh\u202etraM\u2066"))
    assert "\u202e" not in html
    assert "\u2066" not in html


@pytest.mark.parametrize("name", ["gone", "slow", "return"])
def test_plain_pages_speak_every_language(name: str) -> None:
    tags, text = parsed(plain(name).decode())
    for lang in LANGUAGES:
        assert TEXTS[lang][name] in text
    assert "script" not in {tag for tag, _ in tags}
