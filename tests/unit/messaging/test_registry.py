"""The shipped templates keep the rules of registration; a file that breaks one is refused."""

import json
from typing import Any

import pytest

from pos_desktop.domain.errors import InputError
from pos_desktop.messaging.gsm7 import is_gsm7
from pos_desktop.messaging.registration import fits_tag
from pos_desktop.messaging.registry import TemplateRegistry
from tests.unit.messaging.conftest import TEMPLATES


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(TEMPLATES.read_text("utf-8"))
    return found


def load(changed: list[dict[str, Any]]) -> TemplateRegistry:
    return TemplateRegistry.load(json.dumps(changed).encode())


def test_every_use_has_a_template(registry: TemplateRegistry) -> None:
    uses = {
        "payment_request": ("whatsapp_qr", "whatsapp_link", "whatsapp_page", "sms_link"),
        "receipt": ("whatsapp_receipt", "sms_receipt"),
        "refund_note": ("whatsapp_receipt", "sms_receipt"),
    }
    found = [registry.find(p, c, "en") for p, channels in uses.items() for c in channels]
    assert {t.name for t in found} == {row["name"] for row in rows()}


def test_requests_and_receipts_carry_what_they_must(registry: TemplateRegistry) -> None:
    for row in rows():
        template = registry.named(row["name"])
        assert template is not None
        said = set(template.fields) | ({"shop"} if "{#shop#}" in template.body else set())
        assert "shop" in said
        if template.purpose == "payment_request":
            assert {"token_no", "items"} <= said
        assert {"total", "rupees"} & said
        linked = "link" in said or template.button != "none" or template.header == "image"
        assert linked


def test_sms_texts_are_plain(registry: TemplateRegistry) -> None:
    bodies = [row["body"] for row in rows() if row["provider"] == "sms"]
    assert bodies and all(is_gsm7(body) for body in bodies)


def test_a_language_without_templates_falls_back_to_english(registry: TemplateRegistry) -> None:
    assert registry.find("receipt", "sms_receipt", "hi").language == "en"
    with pytest.raises(InputError) as caught:
        registry.find("receipt", "pigeon", "en")
    assert caught.value.code == "template_missing"
    assert registry.named("nothing") is None


@pytest.mark.parametrize(
    ("index", "changes"),
    [
        (0, {"parameters": 3}),
        (0, {"fields": ["shop", "token_no", "items", "secret"]}),
        (0, {"body": "{{1}} bill {{2}} of {{3}} is {{4}} rupees and more words to be enough"}),
        (0, {"body": "a b c d e f g h i j {{1}} k {{2}} l {{3}} m {{4}}"}),
        (0, {"body": "a b c d e f g h i j {{1}} {{2}} l {{3}} m {{4}} n"}),
        (0, {"body": "a {{1}} b {{2}} c {{3}} d {{4}} e"}),
        (0, {"body": "a b c d e f g h i {{2}} b {{1}} c {{3}} d {{4}} e"}),
        (0, {"body": "long " * 300 + "{{1}} b {{2}} c {{3}} d {{4}} e"}),
        (0, {"button": "elsewhere"}),
        (0, {"extra": 1}),
        (4, {"body": "{#shop#} {#numeric#} {#url#}"}),
        (4, {"body": "{#shop#} {#numeric#} {#numeric#} {#word#} {#numeric#} {#url#}"}),
        (4, {"body": "{#shop#} {#url#} {#numeric#} {#numeric#} {#numeric#} {#numeric#}"}),
        (4, {"header": "image"}),
        (4, {"dlt_template_id": "my template"}),
        (5, {"name": "bill_pay_sms"}),
        (0, {"purpose": "greeting"}),
        (0, {"header": "video"}),
        (0, {"header": "none", "header_field": "shop"}),
        (0, {"header_text": "Pay"}),
        (0, {"purpose": "receipt"}),
        (0, {"url_prefixes": ["https://b.shree.in/i/"]}),
        (0, {"brand": "S" * 61}),
        (0, {"fields": ["shop", "token_no", "items", "="]}),
        (3, {"header": "text"}),
        (3, {"header": "text", "header_text": "x" * 61}),
        (3, {"header": "text", "header_text": "two\nlines"}),
        (3, {"header": "text", "header_text": "Invoice {{1}}"}),
        (3, {"header": "text", "header_text": "Invoice", "header_field": "invoice_number"}),
        (3, {"header": "text", "header_text": "{{1}} of", "header_field": "nobody"}),
        (3, {"header": "document"}),
        (3, {"header": "document", "header_field": "shop"}),
        (2, {"header": "document", "header_field": "invoice_number"}),
        (3, {"url_prefixes": ["https://b.shree.in/i"]}),
        (3, {"url_prefixes": ["http://b.shree.in/i/"]}),
        (3, {"url_prefixes": ["https://10.0.0.7/i/"]}),
        (4, {"dlt_entity_id": "shop"}),
        (4, {"sms_sender": "TOOLONGSENDER"}),
        (4, {"header_field": "shop"}),
        (4, {"url_prefixes": ["https://b.shree.in/i"]}),
        (4, {"url_prefixes": ["https://b.shree.in/OTHERS/"]}),
        (4, {"fields": ["=12a", "paise", "items", "token_no", "link"]}),
        (4, {"fields": ["=1", "paise", "items", "token_no", "=https://x.in/i?a"]}),
    ],
)
def test_broken_rules_are_refused(index: int, changes: dict[str, object]) -> None:
    changed = rows()
    changed[index] |= changes
    with pytest.raises(InputError):
        load(changed)


@pytest.mark.parametrize(
    ("index", "changes"),
    [
        (3, {"header": "text", "header_text": "Thank you"}),
        (3, {"header": "text", "header_text": "Invoice {{1}}", "header_field": "invoice_number"}),
        (3, {"header": "document", "header_field": "invoice_number"}),
        (6, {"header": "document", "header_field": "credit_note"}),
        (0, {"purpose": "resend"}),
        (3, {"url_prefixes": ["https://b.shree.in/i/"]}),
        (4, {"url_prefixes": ["https://b.shree.in/i?", "https://b.shree.in/RASEED/"]}),
        (4, {"dlt_entity_id": "1101000000000000009", "brand": "SHREE STORES"}),
        (4, {"fields": ["=12", "paise", "items", "token_no", "link"]}),
    ],
)
def test_what_may_be_registered(index: int, changes: dict[str, object]) -> None:
    changed = rows()
    changed[index] |= changes
    assert load(changed).named(changed[index]["name"]) is not None


@pytest.mark.parametrize(
    ("tag", "good", "bad"),
    [
        ("numeric", "1240", "1,240"),
        ("alphanumeric", "x" * 40, "x" * 41),
        ("alphanumeric", "Tea x2", "Tea, Soap"),
        ("cbn", "18001234567", "1800-123"),
        ("email", "care@shree.in", "care@shree"),
        ("var", "C2A/2627/000123", "x" * 31),
        ("numeric", "1" * 30, "1" * 31),
    ],
)
def test_values_of_tags(tag: str, good: str, bad: str) -> None:
    assert fits_tag(tag, good)
    assert not fits_tag(tag, bad)
    assert not fits_tag("url", good)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b"[" * 90_000, b"\xff"])
def test_unreadable_files_are_refused(raw: bytes) -> None:
    with pytest.raises(InputError):
        TemplateRegistry.load(raw)
