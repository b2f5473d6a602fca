"""What Meta and the DLT portals ask of a template when it is registered (reference exotel 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pos_desktop.net.urls import is_ip_host, split_url

if TYPE_CHECKING:
    from pos_desktop.messaging.registry import MessageTemplate

VARIABLE = re.compile(r"\{\{(\d+)\}\}")
TAG = re.compile(r"\{#(\w+)#\}")
SHOP = "shop"
CONSTANT = "="
LINK_TAGS = frozenset({"url", "urlott"})
LONGEST_LINK = 50
TAG_FORMS = {
    "numeric": re.compile(r"[0-9]+"),
    "alphanumeric": re.compile(r"[A-Za-z0-9 ]+"),
    "cbn": re.compile(r"\+?[0-9]{3,14}"),
    "email": re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"),
    "var": re.compile(r".+"),
}
TAG_LIMITS = {"numeric": 30, "alphanumeric": 40, "cbn": 15, "email": 40, "var": 30}
"""The most signs that a value of a tag may have; ``var`` is that of old registrations."""

_FIELDS = frozenset(
    {
        "shop",
        "shop_phone",
        "token_no",
        "items",
        "total",
        "rupees",
        "paise",
        "link",
        "invoice_number",
        "invoice_series",
        "invoice_year",
        "invoice_serial",
        "credit_note",
    }
)
_FILE_NAMES = frozenset({"invoice_number", "credit_note"})
_BODY_LIMIT, _HEADER_LIMIT, _BRAND_LIMIT = 1024, 60, 60
_SENDER = re.compile(r"[A-Za-z0-9]{3,6}")


def problem(template: MessageTemplate) -> str | None:
    """What is wrong with it, for whoever edits the file; None where nothing is."""
    own = _sms_problems if template.provider == "sms" else _whatsapp_problems
    return next((found for rules in (_common, own) for found in rules(template)), None)


def _common(template: MessageTemplate) -> Iterator[str]:
    named = (*template.fields, *((template.header_field,) if template.header_field else ()))
    for name in named:
        if name not in _FIELDS and not (name.startswith(CONSTANT) and len(name) > 1):
            yield f"unknown field {name!r}"
    if len(template.fields) != template.parameters:
        yield "the number of fields is not the number of parameters"
    if len(template.brand) > _BRAND_LIMIT:
        yield "the brand name is too long"
    for prefix in template.url_prefixes:
        if split_url(prefix).scheme != "https" or is_ip_host(prefix):
            yield f"the address {prefix!r} is not https with a name"


def _sms_problems(template: MessageTemplate) -> Iterator[str]:
    if len(template.tags) != template.parameters:
        yield "the number of tags is not the number of parameters"
        return
    for tag in template.tags:
        if tag not in LINK_TAGS and tag not in TAG_FORMS:
            yield f"unknown tag {tag!r}"
    if template.header != "none" or template.header_field or template.button != "none":
        yield "an SMS has neither header nor button"
    for tag, name in zip(template.tags, template.fields, strict=True):
        if (tag in LINK_TAGS) != (name == "link"):
            yield "the link and only the link belongs to a url tag"
        if name.startswith(CONSTANT) and not fits_tag(tag, name.removeprefix(CONSTANT)):
            yield f"{name.removeprefix(CONSTANT)!r} does not fit the tag {tag!r}"
    if not template.dlt_template_id.isdigit():
        yield "the DLT template id must be digits"
    if template.dlt_entity_id and not template.dlt_entity_id.isdigit():
        yield "the DLT entity id must be digits"
    if template.sms_sender and not _SENDER.fullmatch(template.sms_sender):
        yield "the sender must be 3 to 6 letters or digits"
    for prefix in template.url_prefixes:
        # Only these two kinds are whitelisted for links that differ from bill to bill.
        if not prefix.endswith(("?", f"/{template.sms_sender}/")):
            yield f"the address {prefix!r} ends neither in '?' nor in the sender"


def _whatsapp_problems(template: MessageTemplate) -> Iterator[str]:
    body = template.body
    numbers = [int(number) for number in VARIABLE.findall(body)]
    if numbers != list(range(1, template.parameters + 1)):
        yield "the variables are not {{1}} to the number of parameters, in order"
    if VARIABLE.match(body) or re.search(r"\{\{\d+\}\}\s*$", body):
        yield "the text must not begin or end with a variable"
    if re.search(r"\}\}\s*\{\{", body):
        yield "two variables stand side by side"
    words = len(VARIABLE.sub(" ", body).split())
    if words < 2 * template.parameters + 1:
        yield "too few fixed words for the number of variables"
    if len(body) > _BODY_LIMIT:
        yield "the text is too long"
    for prefix in template.url_prefixes:
        if template.button == "none" or not prefix.endswith("/"):
            yield "an address of a WhatsApp template is that of its button and ends in '/'"
    yield from _header_problems(template)


def _header_problems(template: MessageTemplate) -> Iterator[str]:
    text, field = template.header_text, template.header_field
    if template.header == "text":
        if not text or len(text) > _HEADER_LIMIT or "\n" in text:
            yield f"the header's text must be one line of 1 to {_HEADER_LIMIT} signs"
        if VARIABLE.findall(text) != (["1"] if field else []):
            yield "the header's variable is {{1}} where it has a field, else none"
    elif text:
        yield "only a text header has a text"
    elif template.header == "document":
        if field not in _FILE_NAMES or template.purpose == "payment_request":
            yield "a document is an invoice or a credit note, named by its number"
    elif field:
        yield "this header has no field"
    elif template.header == "image" and template.purpose not in ("payment_request", "resend"):
        yield "only a request to pay carries the QR's picture"


def fits_tag(tag: str, value: str) -> bool:
    """Whether a value may stand where the tag does: its form, and its number of signs."""
    form = TAG_FORMS.get(tag)
    return form is not None and len(value) <= TAG_LIMITS[tag] and bool(form.fullmatch(value))
