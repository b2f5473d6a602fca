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
from pos_desktop.domain.options import LinkStyle, Options
from pos_desktop.domain.sale import Channel
from pos_desktop.domain.summary import item_summary
from pos_desktop.domain.text import one_line
from pos_desktop.messaging.gsm7 import is_gsm7, plain, units
from pos_desktop.messaging.registry import MessageTemplate, TemplateRegistry
from pos_desktop.net.urls import is_ip_host, is_loopback, split_url
from pos_desktop.ports import MessageFacts

_INDIAN_MOBILE = re.compile(r"\+91[6-9][0-9]{9}")
_E164 = re.compile(r"\+(?!91)[1-9][0-9]{6,14}")
_INVOICE = re.compile(r"([A-Z0-9]+)/([0-9]+)/([0-9]+)")
_TAG_FORMS = {
    "numeric": re.compile(r"[0-9]+"),
    "alphanumeric": re.compile(r"[A-Za-z0-9 ]+"),
    "var": re.compile(r".+"),
}
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9 ]+")
_MEASURED = re.compile(r"([0-9]+)\.([0-9]{1,3}) (kg|L)\b")
_SMALLER = {"kg": "g", "L": "ml"}
_FRACTION = re.compile(r"\S*[0-9]\.[0-9]\S*(?: (?:qtl|t|kl|ml|g|m|cm|sq m|sq ft)\b)?")
_SMS_VALUE = 30
_SMS_LINK = 50
_SMS_UNITS = 3
_WHATSAPP_VALUE = 120
_WHATSAPP_BODY = 1024


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
        """The request to pay: shop, token, goods, amount, and a link or the QR's picture."""
        use = channel.value
        if channel is Channel.WHATSAPP_LINK and self._options.link_style is LinkStyle.PAGE:
            use = "whatsapp_page"
        return self._compose(Purpose.PAYMENT_REQUEST, use, message, facts)

    def receipt(self, channel: Channel, message: Message, facts: MessageFacts) -> Message:
        """The invoice number, the amount and the bill's link."""
        use = "sms_receipt" if channel is Channel.SMS_LINK else "whatsapp_receipt"
        return self._compose(Purpose.RECEIPT, use, message, facts)

    def _compose(
        self, purpose: Purpose, use: str, message: Message, facts: MessageFacts
    ) -> Message:
        language = self._options.exotel.language
        template = self._registry.find(purpose.value, use, language)
        _check_recipient(message.to, template.provider)
        if template.provider == "sms":
            return self._sms(template, message, facts)
        return self._whatsapp(template, message, facts)

    # -- WhatsApp ------------------------------------------------------------------------------

    def _whatsapp(
        self, template: MessageTemplate, message: Message, facts: MessageFacts
    ) -> Message:
        values = tuple(_clean(name, _value(name, facts, 0)) for name in template.fields)
        text = template.fill(values, "")
        if len(text) > _WHATSAPP_BODY:
            raise InputError("message_too_long", "The message is too long for WhatsApp.")
        picture = None
        if template.header == "image":
            picture = self._public(facts.media_url or "")
        return replace(
            message,
            channel="whatsapp",
            template=template.name,
            parameters=values,
            body=text,
            media_url=picture,
            url=facts.link or None,
            url_suffix=self._suffix(template, facts.link),
        )

    def _suffix(self, template: MessageTemplate, link: str) -> str | None:
        """What the button's fixed address lacks; the link must begin with that address."""
        if template.button == "none":
            return None
        if template.button == "page":
            base = f"{self._page_root}/i/"
        else:
            parts = split_url(self._public(link))
            if not self._practice and parts.netloc not in self._options.gateway.pay_hosts:
                raise InputError("link_foreign", "The payment link leads to an unknown host.")
            base = f"{parts.scheme}://{parts.netloc}/"
        suffix = self._public(link).removeprefix(base)
        if suffix in ("", link):
            raise InputError("link_foreign", "The link does not begin as its button does.")
        return suffix

    # -- SMS -----------------------------------------------------------------------------------

    def _sms(self, template: MessageTemplate, message: Message, facts: MessageFacts) -> Message:
        pairs = zip(template.tags, template.fields, strict=True)
        values = tuple(self._sms_value(tag, name, facts) for tag, name in pairs)
        shop = _clean("shop", plain(facts.shop))
        body = template.fill(values, shop)
        if template.language.startswith("en") and not is_gsm7(body):
            raise InputError("sms_letters", "The message has letters that a plain SMS lacks.")
        if units(body) > _SMS_UNITS:
            raise InputError("message_too_long", "The message is too long for an SMS.")
        return replace(
            message,
            channel="sms",
            template=template.name,
            parameters=values,
            body=body,
            media_url=None,
            url=facts.link,
            url_suffix=None,
        )

    def _sms_value(self, tag: str, name: str, facts: MessageFacts) -> str:
        if tag == "url":
            return self._sms_link(facts.link)
        value = plain(_value(name, facts, _SMS_VALUE))
        if tag == "alphanumeric" and name == "items":
            value = _letters_and_digits(value) or f"{len(facts.lines)} items"
        value = _clean(name, value)[:_SMS_VALUE].rstrip()
        if not _TAG_FORMS[tag].fullmatch(value):
            text = f"The template's {name} does not fit what was registered for it."
            raise InputError("sms_value_form", text, name=name, tag=tag)
        return value

    def _sms_link(self, link: str) -> str:
        """Our own page by its dynamic form: the part up to ``?`` is what DLT has whitelisted."""
        if not self._public(link).startswith(f"{self._page_root}/i?"):
            raise InputError("link_foreign", "An SMS may only carry the link of our own page.")
        if len(link) > _SMS_LINK:
            text = "The relay's public address is too long for a link in an SMS."
            raise InputError("sms_link_long", text, limit=_SMS_LINK)
        return link

    def _public(self, url: str) -> str:
        """``url`` if customers can open it: https, or this machine in practice."""
        parts = split_url(url)
        if self._practice and is_loopback(url):
            return url
        if parts.scheme != "https" or is_ip_host(url) or is_loopback(url):
            raise InputError("link_not_public", "The link cannot be opened by a customer.")
        return url


def _check_recipient(to: str, provider: str) -> None:
    if _INDIAN_MOBILE.fullmatch(to) or (provider == "whatsapp" and _E164.fullmatch(to)):
        return
    raise InputError("recipient_form", "The phone number cannot get this message.")


def _clean(name: str, value: str) -> str:
    """One line without empty or over-long values: Meta and DLT refuse both."""
    cleaned = one_line(value)
    if not cleaned:
        raise InputError("message_value_empty", f"The message's {name} is empty.", name=name)
    return cleaned[:_WHATSAPP_VALUE].rstrip()


def _letters_and_digits(text: str) -> str:
    """A summary for DLT's alphanumeric tag. A point cannot be said there, and "1 5L" for "1.5L"
    would be wrong: weights become grams, other fractions (pack sizes in names) are left out."""

    def in_thousandths(found: re.Match[str]) -> str:
        return f"{int(found[1] + found[2].ljust(3, '0'))} {_SMALLER[found[3]]}"

    text = _FRACTION.sub("", _MEASURED.sub(in_thousandths, text))
    return one_line(_NOT_ALPHANUMERIC.sub(" ", text))


def _value(name: str, facts: MessageFacts, sms_limit: int) -> str:
    return _VALUES[name](facts, sms_limit)


def _items(facts: MessageFacts, sms_limit: int) -> str:
    limit = sms_limit or _WHATSAPP_VALUE
    return item_summary(facts.lines, limit=limit, ascii_only=bool(sms_limit))


def _invoice_part(facts: MessageFacts, part: int) -> str:
    found = _INVOICE.fullmatch(facts.invoice_number)
    if found is None:
        text = "The invoice number has not the form that the template was registered for."
        raise InputError("sms_invoice_form", text)
    return found[part]


_VALUES: dict[str, Callable[[MessageFacts, int], str]] = {
    "shop": lambda facts, _: facts.shop,
    "token_no": lambda facts, _: str(facts.token_no),
    "items": _items,
    "total": lambda facts, _: f"Rs {format_rupees(facts.total)}",
    # DLT's numeric tag takes digits only, so the point stands in the fixed text.
    "rupees": lambda facts, _: str(facts.total // 100),
    "paise": lambda facts, _: f"{facts.total % 100:02d}",
    "link": lambda facts, _: facts.link,
    "invoice_number": lambda facts, _: facts.invoice_number,
    "invoice_series": lambda facts, _: _invoice_part(facts, 1),
    "invoice_year": lambda facts, _: _invoice_part(facts, 2),
    "invoice_serial": lambda facts, _: _invoice_part(facts, 3),
}
