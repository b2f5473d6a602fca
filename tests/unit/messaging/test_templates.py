"""Composed messages fit what was registered; what would fail later is refused now."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.delivery import Message
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import Options
from pos_desktop.domain.sale import Channel, PricedLine
from pos_desktop.messaging.gsm7 import is_gsm7, units
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.ports import Composer, MessageFacts
from tests.unit.messaging.conftest import (
    FACTS,
    OPTIONS,
    PAGE,
    PAY_LINK,
    PICTURE,
    PRACTICE,
    SMS_PAGE,
    TEMPLATES,
    TOKEN,
    line,
)


def composer(registry: TemplateRegistry, options: Options = OPTIONS) -> TemplateComposer:
    return TemplateComposer(registry, options)


def code_of(error: pytest.ExceptionInfo[InputError]) -> str:
    return error.value.code


def test_whatsapp_qr(registry: TemplateRegistry, message: Message) -> None:
    port: Composer = composer(registry)
    filled = port.payment_request(Channel.WHATSAPP_QR, message, replace(FACTS, media_url=PICTURE))
    assert filled.template == "bill_pay_qr"
    assert filled.parameters == ("Shree Stores", "12", "Milk x2, Oil x3", "Rs 1,249.50")
    assert (filled.media_url, filled.url_suffix, filled.channel) == (PICTURE, None, "whatsapp")
    assert filled.body is not None and "Milk x2, Oil x3" in filled.body
    assert (filled.message_id, filled.label) == (message.message_id, message.label)


def test_whatsapp_link_to_the_gateway(registry: TemplateRegistry, message: Message) -> None:
    filled = composer(registry).payment_request(
        Channel.WHATSAPP_LINK, message, replace(FACTS, link=PAY_LINK)
    )
    assert (filled.template, filled.url_suffix) == ("bill_pay_link", "rzp/Ab3dE9k")
    assert (filled.url, filled.media_url) == (PAY_LINK, None)


def test_whatsapp_link_to_our_page(registry: TemplateRegistry, message: Message) -> None:
    filled = composer(registry).payment_request(
        Channel.WHATSAPP_LINK, message, replace(FACTS, link=PAGE, by_page=True)
    )
    assert (filled.template, filled.url_suffix, filled.url) == ("bill_pay_page", TOKEN, PAGE)


@pytest.mark.parametrize("channel", [Channel.WHATSAPP_LINK, Channel.WHATSAPP_QR])
def test_whatsapp_receipt(registry: TemplateRegistry, message: Message, channel: Channel) -> None:
    filled = composer(registry).receipt(channel, message, replace(FACTS, link=PAGE))
    assert filled.template == "bill_receipt"
    assert filled.parameters == ("Shree Stores", "C2A/2627/000123", "Rs 1,249.50")
    assert (filled.url_suffix, filled.url) == (TOKEN, PAGE)


def test_sms_request(registry: TemplateRegistry, message: Message) -> None:
    filled = composer(registry).payment_request(
        Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE)
    )
    assert filled.body == (
        "Shree Stores: your bill is Rs 1249.50 for Milk x2 Oil x3, token 12. "
        f"See the bill and pay: {SMS_PAGE}"
    )
    assert (filled.channel, filled.template, filled.url) == ("sms", "bill_pay_sms", SMS_PAGE)
    assert (units(filled.body), filled.url_suffix, filled.media_url) == (1, None, None)


def test_sms_receipt(registry: TemplateRegistry, message: Message) -> None:
    filled = composer(registry).receipt(Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE))
    assert filled.body == (
        "Shree Stores: paid Rs 1249.50, thank you. "
        f"Your invoice C2A/2627/000123 is here: {SMS_PAGE}"
    )


def test_practice_may_use_this_machine(registry: TemplateRegistry, message: Message) -> None:
    practice = composer(registry, PRACTICE)
    root = "http://127.0.0.1:54321"
    facts = replace(FACTS, media_url=f"{root}/q/x.png")
    assert practice.payment_request(Channel.WHATSAPP_QR, message, facts).media_url is not None
    link = "http://127.0.0.1:8091/i/Ab3dE9k"
    filled = practice.payment_request(Channel.WHATSAPP_LINK, message, replace(FACTS, link=link))
    assert filled.url_suffix == "i/Ab3dE9k"
    receipt = practice.receipt(
        Channel.WHATSAPP_LINK, message, replace(FACTS, link=f"{root}/i/{TOKEN}")
    )
    assert receipt.url_suffix == TOKEN
    sms = practice.payment_request(
        Channel.SMS_LINK, message, replace(FACTS, link=f"{root}/i?{TOKEN}")
    )
    assert sms.body is not None and sms.body.endswith(f"{root}/i?{TOKEN}")


@pytest.mark.parametrize(
    ("channel", "link", "media"),
    [
        (Channel.WHATSAPP_QR, "", "http://127.0.0.1:54321/q/x.png"),
        (Channel.WHATSAPP_QR, "", "https://10.0.0.5/q/x.png"),
        (Channel.WHATSAPP_QR, "", None),
        (Channel.WHATSAPP_LINK, "http://rzp.io/rzp/x", None),
        (Channel.WHATSAPP_LINK, "https://evil.example/rzp/x", None),
        (Channel.WHATSAPP_LINK, "https://rzp.io:8443/rzp/x", None),
        (Channel.WHATSAPP_LINK, "https://rzp.io/", None),
        (Channel.WHATSAPP_LINK, "", None),
        (Channel.WHATSAPP_LINK, "javascript:alert(1)", None),
        (Channel.SMS_LINK, PAGE, None),
        (Channel.SMS_LINK, PAY_LINK, None),
        (Channel.SMS_LINK, "http://b.shree.in/i?x", None),
        (Channel.SMS_LINK, "https://b.shree.in.evil.example/i?x", None),
        (Channel.SMS_LINK, SMS_PAGE + "x" * 20, None),
    ],
)
def test_bad_links_are_refused(
    registry: TemplateRegistry, message: Message, channel: Channel, link: str, media: str | None
) -> None:
    facts = replace(FACTS, link=link, media_url=media)
    with pytest.raises(InputError):
        composer(registry).payment_request(channel, message, facts)


def test_receipt_of_another_page_is_refused(registry: TemplateRegistry, message: Message) -> None:
    for link in (PAY_LINK, "https://b.shree.in/i/", SMS_PAGE):
        with pytest.raises(InputError) as caught:
            composer(registry).receipt(Channel.WHATSAPP_LINK, message, replace(FACTS, link=link))
        assert code_of(caught) == "link_foreign"


@pytest.mark.parametrize(
    ("to", "whatsapp", "sms"),
    [
        ("+919812345670", True, True),
        ("+915812345670", False, False),
        ("+9198123456", False, False),
        ("9812345670", False, False),
        ("+14155550100", True, False),
        ("", False, False),
    ],
)
def test_recipients(
    registry: TemplateRegistry, message: Message, to: str, whatsapp: bool, sms: bool
) -> None:
    for channel, link, allowed in (
        (Channel.WHATSAPP_LINK, PAY_LINK, whatsapp),
        (Channel.SMS_LINK, SMS_PAGE, sms),
    ):
        facts = replace(FACTS, link=link)
        addressed = replace(message, to=to)
        if allowed:
            assert composer(registry).payment_request(channel, addressed, facts).to == to
        else:
            with pytest.raises(InputError):
                composer(registry).payment_request(channel, addressed, facts)


def test_empty_shop_name_is_refused(registry: TemplateRegistry, message: Message) -> None:
    for channel, link in ((Channel.WHATSAPP_LINK, PAY_LINK), (Channel.SMS_LINK, SMS_PAGE)):
        with pytest.raises(InputError) as caught:
            composer(registry).payment_request(
                channel, message, replace(FACTS, shop=" \n ", link=link)
            )
        assert code_of(caught) == "message_value_empty"


def test_typographic_signs_become_plain_in_an_sms(
    registry: TemplateRegistry, message: Message
) -> None:
    filled = composer(registry).payment_request(
        Channel.SMS_LINK, message, replace(FACTS, shop="Asha’s – Shop", link=SMS_PAGE)
    )
    assert filled.body is not None and filled.body.startswith("Asha's - Shop: ")


def test_letters_that_cost_double_are_refused(registry: TemplateRegistry, message: Message) -> None:
    with pytest.raises(InputError) as caught:
        composer(registry).payment_request(
            Channel.SMS_LINK, message, replace(FACTS, shop="श्री स्टोर्स", link=SMS_PAGE)
        )
    assert code_of(caught) == "sms_letters"


def test_foreign_invoice_number_is_refused_in_sms_only(
    registry: TemplateRegistry, message: Message
) -> None:
    odd = replace(FACTS, invoice_number="2627000123", link=SMS_PAGE)
    with pytest.raises(InputError) as caught:
        composer(registry).receipt(Channel.SMS_LINK, message, odd)
    assert code_of(caught) == "sms_invoice_form"
    whatsapp = composer(registry).receipt(Channel.WHATSAPP_LINK, message, replace(odd, link=PAGE))
    assert whatsapp.parameters[1] == "2627000123"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ((line("Sugar", 1235, "KGS"),), "Sugar 1235 g"),
        ((line("Loose oil", 500, "LTR"),), "Loose oil 500 ml"),
        ((line("Cola 2.25L", 2000),), "Cola x2"),
        ((line("Wire", 1500, "MTR"),), "Wire"),
        ((line("2.5", 1500, "MTR"),), "1 items"),
        ((line("Maggi 2-Min Noodles"),), "Maggi 2 Min Noodles x1"),
    ],
)
def test_goods_in_letters_and_digits(
    registry: TemplateRegistry, message: Message, lines: tuple[PricedLine, ...], text: str
) -> None:
    facts = MessageFacts("Shree", 1, 100, lines, link=SMS_PAGE)
    filled = composer(registry).payment_request(Channel.SMS_LINK, message, facts)
    assert filled.parameters[2] == text


def test_long_bills_are_cut_and_counted(registry: TemplateRegistry, message: Message) -> None:
    facts = replace(FACTS, lines=tuple(line(f"Some long article name {n}") for n in range(40)))
    sms = composer(registry).payment_request(
        Channel.SMS_LINK, message, replace(facts, link=SMS_PAGE)
    )
    assert sms.body is not None and "and 39 more" in sms.body
    whatsapp = composer(registry).payment_request(
        Channel.WHATSAPP_LINK, message, replace(facts, link=PAY_LINK)
    )
    assert whatsapp.parameters[2].endswith("more")


def registered(name: str, **changes: object) -> TemplateRegistry:
    """The shipped templates with one of them registered otherwise."""
    rows = json.loads(TEMPLATES.read_text("utf-8"))
    for row in rows:
        if row["name"] == name:
            row.update(changes)
    return TemplateRegistry.load(json.dumps(rows).encode())


def test_texts_that_grow_too_long_are_refused(message: Message) -> None:
    body = "word " * 190 + "{{1}} x {{2}} x {{3}} x {{4}} end"
    long = registered("bill_pay_link", body=body)
    lines = tuple(line(f"Article {n}") for n in range(30))
    with pytest.raises(InputError) as caught:
        composer(long).payment_request(
            Channel.WHATSAPP_LINK, message, replace(FACTS, lines=lines, link=PAY_LINK)
        )
    assert code_of(caught) == "message_too_long"
    shipped = TemplateRegistry.load(TEMPLATES.read_bytes()).named("bill_pay_sms")
    assert shipped is not None
    long = registered("bill_pay_sms", body="word " * 80 + shipped.body)
    with pytest.raises(InputError) as caught:
        composer(long).payment_request(Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE))
    assert code_of(caught) == "message_too_long"


def test_a_value_must_fit_its_tag(message: Message) -> None:
    body = "{#shop#} {#numeric#} {#numeric#} {#numeric#} {#numeric#} {#url#}"
    odd = registered("bill_pay_sms", body=body)
    with pytest.raises(InputError) as caught:
        composer(odd).payment_request(Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE))
    assert code_of(caught) == "sms_value_form"
    assert caught.value.params == {"name": "items", "tag": "numeric"}


def test_old_templates_keep_their_commas(message: Message) -> None:
    body = "{#shop#}: Rs {#numeric#}.{#numeric#} for {#var#}, token {#numeric#}: {#url#}"
    old = registered("bill_pay_sms", body=body)
    filled = composer(old).payment_request(Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE))
    assert filled.parameters[2] == "Milk x2, Oil x3"


def test_a_page_button_needs_our_page(registry: TemplateRegistry, message: Message) -> None:
    with pytest.raises(InputError) as caught:
        composer(registry).payment_request(
            Channel.WHATSAPP_LINK, message, replace(FACTS, link=PAY_LINK, by_page=True)
        )
    assert code_of(caught) == "link_foreign"


names = st.text(max_size=60)


@given(st.lists(names, min_size=1, max_size=12), names, st.integers(0, 9_999_999_999))
def test_whatever_is_sold_fits_or_is_refused(goods: list[str], shop: str, total: int) -> None:
    registry = TemplateRegistry.load(TEMPLATES.read_bytes())
    message = Message("m", "o", None, 1, "sms", "+919812345670", None, 0)  # type: ignore[arg-type]  # not read
    facts = MessageFacts(shop, 7, total, [line(name) for name in goods])
    for channel, link in ((Channel.SMS_LINK, SMS_PAGE), (Channel.WHATSAPP_LINK, PAY_LINK)):
        try:
            filled = composer(registry).payment_request(channel, message, replace(facts, link=link))
        except InputError:
            continue
        assert filled.body is not None
        if channel is Channel.SMS_LINK:
            assert is_gsm7(filled.body) and units(filled.body) <= 3
            *numbers, items, token, _ = filled.parameters
            assert all(0 < len(value) <= 30 for value in (*numbers, token))
            assert 0 < len(items) <= 40
        for value in filled.parameters:
            assert value.strip() and not set(value) & set("\n\t\r") and "     " not in value


@given(st.lists(names, min_size=1, max_size=12))
def test_goods_alone_never_stop_a_message(goods: list[str]) -> None:
    registry = TemplateRegistry.load(TEMPLATES.read_bytes())
    message = Message("m", "o", None, 1, "sms", "+919812345670", None, 0)  # type: ignore[arg-type]  # not read
    facts = MessageFacts("Shree", 7, 100, [line(name) for name in goods])
    for channel, link in ((Channel.SMS_LINK, SMS_PAGE), (Channel.WHATSAPP_LINK, PAY_LINK)):
        filled = composer(registry).payment_request(channel, message, replace(facts, link=link))
        assert filled.parameters[2]
