"""A tenant's own templates: headers, addresses, brands, resends; and the last look at a message."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses

from pos_desktop.domain.delivery import Message, Purpose
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.sale import Channel
from pos_desktop.messaging.exotel import ExotelMessenger
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.net.http import HttpClient
from pos_desktop.ports import Accepted, Rejected
from tests.unit.messaging.conftest import (
    EXOTEL,
    FACTS,
    OPTIONS,
    PAGE,
    PAY_LINK,
    PICTURE,
    SMS_PAGE,
    TEMPLATES,
    TOKEN,
)

BASE = "https://api.in.exotel.com"
PAID = replace(FACTS, link=PAGE, credit_note="C2C/2627/000004")
SHORT = f"https://b.shree.in/RASEED/{TOKEN}"


def own(name: str, **changes: object) -> TemplateRegistry:
    """The shipped templates with the one of this name changed."""
    rows: list[dict[str, Any]] = json.loads(TEMPLATES.read_text("utf-8"))
    changed = [row | changes if row["name"] == name else row for row in rows]
    return TemplateRegistry.load(json.dumps(changed).encode())


def added(model: str, **changes: object) -> TemplateRegistry:
    """The shipped templates and a changed copy of one of them."""
    rows: list[dict[str, Any]] = json.loads(TEMPLATES.read_text("utf-8"))
    copy = next(row for row in rows if row["name"] == model) | changes
    return TemplateRegistry.load(json.dumps([*rows, copy]).encode())


def messenger(registry: TemplateRegistry) -> ExotelMessenger:
    return ExotelMessenger(HttpClient(BASE, auth=("key", "token")), EXOTEL, registry)


def sent(registry: TemplateRegistry, message: Message) -> Any:
    """The template object that reaches the wire."""
    answer = {"response": {"whatsapp": {"messages": [{"code": 202, "data": {"sid": "s"}}]}}}
    with responses.RequestsMock() as api:
        call = api.post(f"{BASE}/v2/accounts/shree1/messages", json=answer, status=202)
        assert messenger(registry).send(message) == Accepted("s")
        body = json.loads(call.calls[0].request.body or "")
    return body["whatsapp"]["messages"][0]["content"]["template"]


def form(registry: TemplateRegistry, message: Message) -> dict[str, list[str]]:
    with responses.RequestsMock() as api:
        url = f"{BASE}/v1/Accounts/shree1/Sms/send.json"
        call = api.post(url, json={"SMSMessage": {"Sid": "s"}})
        assert messenger(registry).send(message) == Accepted("s")
        return parse_qs(str(call.calls[0].request.body))


def test_a_header_with_a_word(message: Message) -> None:
    registry = own(
        "bill_receipt",
        header="text",
        header_text="Invoice {{1}}",
        header_field="invoice_number",
    )
    filled = TemplateComposer(registry, OPTIONS).receipt(Channel.WHATSAPP_LINK, message, PAID)
    assert filled.parameters[-1] == "C2A/2627/000123"
    header, body, _ = sent(registry, filled)["components"]
    assert header["parameters"] == [{"type": "text", "text": "C2A/2627/000123"}]
    assert len(body["parameters"]) == 3


def test_a_header_that_always_says_the_same_has_no_part(message: Message) -> None:
    registry = own("bill_receipt", header="text", header_text="Thank you")
    filled = TemplateComposer(registry, OPTIONS).receipt(Channel.WHATSAPP_LINK, message, PAID)
    assert [part["type"] for part in sent(registry, filled)["components"]] == ["body", "button"]


def test_a_header_must_not_grow_too_long(message: Message) -> None:
    registry = own("bill_receipt", header="text", header_text="At {{1}}", header_field="shop")
    composer = TemplateComposer(registry, OPTIONS)
    with pytest.raises(InputError) as caught:
        composer.receipt(Channel.WHATSAPP_LINK, message, replace(PAID, shop="S" * 58))
    assert caught.value.code == "message_too_long"


def test_a_receipt_may_carry_its_pdf(message: Message) -> None:
    registry = own("bill_receipt", header="document", header_field="invoice_number")
    facts = replace(PAID, media_url=f"{PAGE}.pdf")
    filled = TemplateComposer(registry, OPTIONS).receipt(Channel.WHATSAPP_LINK, message, facts)
    document = {"link": f"{PAGE}.pdf", "filename": "C2A-2627-000123.pdf"}
    header = sent(registry, filled)["components"][0]
    assert header["parameters"] == [{"type": "document", "document": document}]


@pytest.mark.parametrize(
    ("channel", "template", "said"),
    [
        (Channel.WHATSAPP_QR, "bill_refund", "we gave back Rs 1,249.50 of invoice C2A/2627/000123"),
        (
            Channel.SMS_LINK,
            "bill_refund_sms",
            "we gave back Rs 1249.50 of your purchase, to the account that paid.",
        ),
    ],
)
def test_a_refund_note(
    registry: TemplateRegistry, message: Message, channel: Channel, template: str, said: str
) -> None:
    note = replace(message, purpose=Purpose.REFUND_NOTE)
    facts = replace(PAID, link=SMS_PAGE if channel is Channel.SMS_LINK else PAGE)
    filled = TemplateComposer(registry, OPTIONS).refund_note(channel, note, facts)
    assert filled.template == template
    assert said in (filled.body or "")


def test_another_attempt_says_so_where_the_shop_has_words_for_it(
    registry: TemplateRegistry, message: Message
) -> None:
    again = (
        "Again from {{1}}: your token number is {{2}}, your items are {{3}}, to pay is {{4}} now."
    )
    other = added("bill_pay_link", purpose="resend", name="bill_pay_again", body=again)
    facts = replace(FACTS, link=PAY_LINK)
    for known, attempt, template in (
        (other, 1, "bill_pay_link"),
        (other, 2, "bill_pay_again"),
        (registry, 2, "bill_pay_link"),
    ):
        composer = TemplateComposer(known, OPTIONS)
        tried = replace(message, attempt=attempt)
        filled = composer.payment_request(Channel.WHATSAPP_LINK, tried, facts)
        assert (filled.template, filled.url) == (template, PAY_LINK)


@pytest.mark.parametrize(
    ("prefixes", "url"),
    [
        ((), SMS_PAGE),
        (("https://b.shree.in/i?",), SMS_PAGE),
        (("https://b.shree.in/RASEED/",), SHORT),
        (("https://b.shree.in/RASEED/", "https://b.shree.in/i?"), SMS_PAGE),
    ],
)
def test_an_sms_carries_the_address_that_was_whitelisted(
    message: Message, prefixes: tuple[str, ...], url: str
) -> None:
    registry = own("bill_pay_sms", url_prefixes=prefixes)
    composer = TemplateComposer(registry, OPTIONS)
    filled = composer.payment_request(Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE))
    assert (filled.url, filled.parameters[-1]) == (url, url)
    assert form(registry, filled)["Body"] == [filled.body]


def test_an_address_that_was_not_whitelisted_is_refused(message: Message) -> None:
    registry = own("bill_pay_sms", url_prefixes=["https://old.shree.in/i?"])
    composer = TemplateComposer(registry, OPTIONS)
    with pytest.raises(InputError) as caught:
        composer.payment_request(Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE))
    assert caught.value.code == "link_not_whitelisted"


def test_a_button_begins_with_its_approved_base(message: Message) -> None:
    registry = own("bill_pay_page", url_prefixes=["https://b.shree.in/", "https://b.shree.in/i/"])
    composer = TemplateComposer(registry, OPTIONS)
    filled = composer.payment_request(
        Channel.WHATSAPP_LINK, message, replace(FACTS, link=PAGE, by_page=True)
    )
    assert filled.url_suffix == TOKEN
    registry = own("bill_pay_page", url_prefixes=["https://old.shree.in/i/"])
    with pytest.raises(InputError) as caught:
        TemplateComposer(registry, OPTIONS).payment_request(
            Channel.WHATSAPP_LINK, message, replace(FACTS, link=PAGE, by_page=True)
        )
    assert caught.value.code == "link_foreign"


def test_brand_entity_and_constants_of_one_template(message: Message) -> None:
    registry = own(
        "bill_receipt_sms",
        brand="SHREE",
        dlt_entity_id="1101000000000000009",
        body="{#shop#}: paid Rs {#numeric#}, call {#cbn#} or write {#email#}: {#url#}",
        fields=["rupees", "shop_phone", "=care@shree.in", "link"],
        parameters=4,
    )
    options = replace(OPTIONS, shop=replace(OPTIONS.shop, phone="18001234567"))
    facts = replace(PAID, link=SMS_PAGE)
    filled = TemplateComposer(registry, options).receipt(Channel.SMS_LINK, message, facts)
    words = "SHREE: paid Rs 1249, call 18001234567 or write care@shree.in: "
    assert filled.body == words + SMS_PAGE
    assert form(registry, filled)["DltEntityId"] == ["1101000000000000009"]


@pytest.mark.parametrize(("shop", "code"), [("S" * 61, "brand_too_long"), (" ", "message_value_")])
def test_a_brand_is_never_cut(
    registry: TemplateRegistry, message: Message, shop: str, code: str
) -> None:
    composer, facts = TemplateComposer(registry, OPTIONS), replace(FACTS, link=SMS_PAGE)
    with pytest.raises(InputError) as caught:
        composer.payment_request(Channel.SMS_LINK, message, replace(facts, shop=shop))
    assert caught.value.code.startswith(code)
    longest = replace(facts, shop="S" * 60)
    body = composer.payment_request(Channel.SMS_LINK, message, longest).body or ""
    assert body.startswith("S" * 60 + ": ")


def test_what_was_changed_since_never_reaches_the_wire(
    registry: TemplateRegistry, message: Message
) -> None:
    composer = TemplateComposer(registry, OPTIONS)
    sms = composer.payment_request(Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE))
    link = composer.payment_request(Channel.WHATSAPP_LINK, message, replace(FACTS, link=PAY_LINK))
    pictured = replace(FACTS, media_url=PICTURE)
    qr = composer.payment_request(Channel.WHATSAPP_QR, message, pictured)
    body = "{#shop#}: Rs {#numeric#}.{#numeric#} for {#alphanumeric#}, token {#numeric#}: {#url#}"
    words = (
        "Dear guest of {{1}}, token {{2}}, goods {{3}}, to pay {{4}}. Thank you very much indeed."
    )
    cases = (
        (own("bill_pay_sms", body=body), sms),
        (own("bill_pay_sms", brand="OTHER"), sms),
        (own("bill_pay_sms", url_prefixes=["https://old.shree.in/i?"]), sms),
        (own("bill_pay_sms"), replace(sms, body=f"{sms.body} Offer!")),
        (own("bill_pay_sms"), replace(sms, parameters=sms.parameters[1:])),
        (own("bill_pay_link", body=words), link),
        (own("bill_pay_link", button="none"), link),
        (own("bill_pay_link", header="image"), link),
        (own("bill_pay_link", fields=["shop"] * 4), replace(link, parameters=("a", "b", "c"))),
        (own("bill_pay_qr", header="none"), qr),
    )
    with responses.RequestsMock():  # nothing is registered: a call would raise
        for known, filled in cases:
            got = messenger(known).send(filled)
            assert got == Rejected(0, None, "template_changed")


def test_no_second_channel_and_no_sms_with_a_picture_leaves(
    registry: TemplateRegistry, message: Message
) -> None:
    composer = TemplateComposer(registry, OPTIONS)
    sms = composer.payment_request(Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE))
    cases = (
        (replace(sms, channel="whatsapp"), "other_channel"),
        (replace(sms, template="bill_pay_link"), "other_channel"),
        (replace(sms, template="bill_pay_old"), "template_gone"),
        (replace(sms, media_url=PICTURE), "sms_with_media"),
    )
    with responses.RequestsMock():
        for filled, code in cases:
            assert messenger(registry).send(filled) == Rejected(0, None, code)
