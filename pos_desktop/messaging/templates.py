"""Fills the tenant's templates, and refuses what a provider would accept and then not deliver.

WhatsApp and the DLT operators fail such messages minutes later, when the customer has gone
(reference exotel 5 and 9, client 10). Pure; every refusal is an InputError with its own code.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from pos_desktop.domain.delivery import Message, Purpose
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.options import Options
from pos_desktop.domain.sale import Channel
from pos_desktop.domain.summary import item_summary
from pos_desktop.domain.text import one_line
from pos_desktop.messaging.gsm7 import is_gsm7, plain, units
from pos_desktop.messaging.registration import (
    CONSTANT,
    LINK_TAGS,
    LONGEST_LINK,
    TAG_LIMITS,
    VARIABLE,
    fits_tag,
)
from pos_desktop.messaging.registry import LONGEST_BRAND, MessageTemplate, TemplateRegistry
from pos_desktop.net.urls import is_ip_host, is_loopback, split_url
from pos_desktop.ports import MessageFacts

_INDIAN_MOBILE = re.compile(r"\+91[6-9][0-9]{9}")
_E164 = re.compile(r"\+(?!91)[1-9][0-9]{6,14}")
_INVOICE = re.compile(r"([A-Z0-9]+)/([0-9]+)/([0-9]+)")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9 ]+")
_MEASURED = re.compile(r"([0-9]+)\.([0-9]{1,3}) (kg|L)\b")
_SMALLER = {"kg": "g", "L": "ml"}
_FRACTION = re.compile(r"\S*[0-9]\.[0-9]\S*(?: (?:qtl|t|kl|ml|g|m|cm|sq m|sq ft)\b)?")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9-]+")
_SMS_UNITS = 3
_WHATSAPP_VALUE = 120
_WHATSAPP_HEADER = 60
_WHATSAPP_BODY = 1024
RESEND = "resend"
"""The purpose of a template; the message itself is the payment request's next attempt."""


class TemplateComposer:
    """``ports.Composer`` over the registered templates and the tenant's addresses."""

    def __init__(self, registry: TemplateRegistry, options: Options) -> None:
        self._registry = registry
        self._options = options
        relay = options.relay
        self._page_root = (relay.public_url or relay.base_url).rstrip("/")
        # Only practice may send links that lead to this machine.
        self._practice = is_loopback(options.exotel.base_url)

    def payment_request(self, channel: Channel, message: Message, facts: MessageFacts) -> Message:
        """The request to pay: shop, token, goods, amount, and a link or the QR's picture.

        A second one has its own text where the shop has registered one (``resend``).
        """
        use = channel.value
        if channel is Channel.WHATSAPP_LINK and facts.by_page:
            use = "whatsapp_page"
        again = message.attempt > 1 and self._registry.look(RESEND, use, self._language)
        return self.fill(again or self._find(Purpose.PAYMENT_REQUEST, use), message, facts)

    def receipt(self, channel: Channel, message: Message, facts: MessageFacts) -> Message:
        """The invoice number, the amount and the bill's link."""
        return self.fill(self._find(Purpose.RECEIPT, _paper(channel)), message, facts)

    def refund_note(self, channel: Channel, message: Message, facts: MessageFacts) -> Message:
        """The credit note's number, what goes back (``facts.total``) and the bill's link."""
        return self.fill(self._find(Purpose.REFUND_NOTE, _paper(channel)), message, facts)

    def fill(self, template: MessageTemplate, message: Message, facts: MessageFacts) -> Message:
        """``message`` with everything that this template says."""
        _check_recipient(message.to, template.provider)
        if template.provider == "sms":
            return self._sms(template, message, facts)
        return self._whatsapp(template, message, facts)

    @property
    def _language(self) -> str:
        return self._options.exotel.language

    def _find(self, purpose: Purpose, use: str) -> MessageTemplate:
        return self._registry.find(purpose.value, use, self._language)

    def _value(self, name: str, facts: MessageFacts, limit: int, *, ascii_only: bool) -> str:
        if name.startswith(CONSTANT):
            return name.removeprefix(CONSTANT)
        if name == "items":
            return item_summary(facts.lines, limit=limit, ascii_only=ascii_only)
        if name == "shop_phone":
            return self._options.shop.phone
        return _VALUES[name](facts)

    # -- WhatsApp ------------------------------------------------------------------------------

    def _whatsapp(
        self, template: MessageTemplate, message: Message, facts: MessageFacts
    ) -> Message:
        values = tuple(self._text(name, facts) for name in template.fields)
        text = template.fill(values, "")
        if len(text) > _WHATSAPP_BODY:
            raise InputError("message_too_long")
        return replace(
            message,
            channel="whatsapp",
            template=template.name,
            parameters=(*values, *self._header(template, facts)),
            body=text,
            media_url=self._public(facts.media_url or "") if template.has_media else None,
            url=facts.link or None,
            url_suffix=self._suffix(template, facts.link),
        )

    def _text(self, name: str, facts: MessageFacts) -> str:
        return _clean(name, self._value(name, facts, _WHATSAPP_VALUE, ascii_only=False))

    def _header(self, template: MessageTemplate, facts: MessageFacts) -> tuple[str, ...]:
        """The header's one value: a word of its text, or the name of its file."""
        if not template.header_field:
            return ()
        value = self._text(template.header_field, facts)
        if template.header == "document":
            return (f"{_NOT_IN_NAMES.sub('-', value)}.pdf",)
        if len(VARIABLE.sub(value, template.header_text)) > _WHATSAPP_HEADER:
            raise InputError("message_too_long")
        return (value,)

    def _suffix(self, template: MessageTemplate, link: str) -> str | None:
        """What the button's fixed address lacks; the link must begin with that address."""
        if template.button == "none":
            return None
        address = self._public(link)
        if template.url_prefixes:
            known = [base for base in template.url_prefixes if address.startswith(base)]
            base = max(known, key=len, default="")
        elif template.button == "page":
            base = f"{self._page_root}/i/"
        else:
            parts = split_url(address)
            if not self._practice and parts.netloc not in self._options.gateway.pay_hosts:
                raise InputError("link_foreign")
            base = f"{parts.scheme}://{parts.netloc}/"
        suffix = address.removeprefix(base)
        if suffix in ("", link):
            raise InputError("link_foreign")
        return suffix

    # -- SMS -----------------------------------------------------------------------------------

    def _sms(self, template: MessageTemplate, message: Message, facts: MessageFacts) -> Message:
        link = self._sms_link(template, facts.link) if facts.link else ""
        facts = replace(facts, link=link)
        pairs = zip(template.tags, template.fields, strict=True)
        values = tuple(self._sms_value(tag, name, facts) for tag, name in pairs)
        body = template.fill(values, _brand(template, facts))
        if template.language.startswith("en") and not is_gsm7(body):
            raise InputError("sms_letters")
        if units(body) > _SMS_UNITS:
            raise InputError("message_too_long")
        return replace(
            message,
            channel="sms",
            template=template.name,
            parameters=values,
            body=body,
            media_url=None,
            url=link or None,
            url_suffix=None,
        )

    def _sms_value(self, tag: str, name: str, facts: MessageFacts) -> str:
        if tag in LINK_TAGS:
            return facts.link or self._public("")
        limit = TAG_LIMITS[tag]
        value = plain(self._value(name, facts, limit, ascii_only=True))
        if tag == "alphanumeric" and name == "items":
            value = _letters_and_digits(value) or f"{len(facts.lines)} items"
        value = _clean(name, value)[:limit].rstrip()
        if not fits_tag(tag, value):
            raise InputError("sms_value_form", name=name, tag=tag)
        return value

    def _sms_link(self, template: MessageTemplate, link: str) -> str:
        """Our own page, by an address that DLT has whitelisted: the template's, else the dynamic
        form whose fixed part ends in ``?``. The short form has the sender in its path."""
        dynamic = f"{self._page_root}/i?"
        if not self._public(link).startswith(dynamic):
            raise InputError("link_foreign")
        if template.url_prefixes and not template.allows(link):
            short = f"{self._page_root}/{template.sms_sender}/{link.removeprefix(dynamic)}"
            if not template.allows(short):
                raise InputError("link_not_whitelisted")
            link = short
        if len(link) > LONGEST_LINK:
            raise InputError("sms_link_long", limit=LONGEST_LINK)
        return link

    def _public(self, url: str) -> str:
        """``url`` if customers can open it: https, or this machine in practice."""
        parts = split_url(url)
        if self._practice and is_loopback(url):
            return url
        if parts.scheme != "https" or is_ip_host(url) or is_loopback(url):
            raise InputError("link_not_public")
        return url


def _check_recipient(to: str, provider: str) -> None:
    if _INDIAN_MOBILE.fullmatch(to) or (provider == "whatsapp" and _E164.fullmatch(to)):
        return
    raise InputError("recipient_form")


def _clean(name: str, value: str) -> str:
    """One line without empty or over-long values: Meta and DLT refuse both."""
    cleaned = one_line(value)
    if not cleaned:
        raise InputError("message_value_empty", name=name)
    return cleaned[:_WHATSAPP_VALUE].rstrip()


def _letters_and_digits(text: str) -> str:
    """A summary for DLT's alphanumeric tag. A point cannot be said there, and "1 5L" for "1.5L"
    would be wrong: weights become grams, other fractions (pack sizes in names) are left out."""

    def in_thousandths(found: re.Match[str]) -> str:
        return f"{int(found[1] + found[2].ljust(3, '0'))} {_SMALLER[found[3]]}"

    text = _FRACTION.sub("", _MEASURED.sub(in_thousandths, text))
    return one_line(_NOT_ALPHANUMERIC.sub(" ", text))


def _paper(channel: Channel) -> str:
    return "sms_receipt" if channel is Channel.SMS_LINK else "whatsapp_receipt"


def _brand(template: MessageTemplate, facts: MessageFacts) -> str:
    """The shop's name as it was registered: never cut, for it is part of the fixed text."""
    name = template.brand or one_line(plain(facts.shop))
    if not name:
        raise InputError("message_value_empty", name="shop")
    if len(name) > LONGEST_BRAND:
        raise InputError("brand_too_long", limit=LONGEST_BRAND)
    return name


def _invoice_part(facts: MessageFacts, part: int) -> str:
    found = _INVOICE.fullmatch(facts.invoice_number)
    if found is None:
        raise InputError("sms_invoice_form")
    return found[part]


_VALUES: dict[str, Callable[[MessageFacts], str]] = {
    "shop": lambda facts: facts.shop,
    "token_no": lambda facts: str(facts.token_no),
    "total": lambda facts: f"Rs {format_rupees(facts.total)}",
    # DLT's numeric tag takes digits only, so the point stands in the fixed text.
    "rupees": lambda facts: str(facts.total // 100),
    "paise": lambda facts: f"{facts.total % 100:02d}",
    "link": lambda facts: facts.link,
    "invoice_number": lambda facts: facts.invoice_number,
    "invoice_series": lambda facts: _invoice_part(facts, 1),
    "invoice_year": lambda facts: _invoice_part(facts, 2),
    "invoice_serial": lambda facts: _invoice_part(facts, 3),
    "credit_note": lambda facts: facts.credit_note,
}
